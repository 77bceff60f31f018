//! Why a statement is not answered, in both languages.

use std::fmt;
use std::time::Duration;

use datafusion::error::DataFusionError;
use diagnostic::Lang;

/// Why a statement is not answered. None says more of the lake than the statement's author may see.
#[derive(Debug)]
pub enum Refused {
    /// It would do something else than read.
    NotReading(String),
    /// It is no statement about these tables; the text says where.
    Statement(String),
    /// It ran longer than it may.
    TooLong(Duration),
    /// It needs more memory than it may have.
    TooMuchMemory(usize),
    /// Partitions may name a record twice.
    Unsettled(Vec<String>),
    /// A file of the lake cannot be read now; the text is for the operator's log, not for who asks.
    Unreadable(String),
    /// The place asked about cannot be: a name with a slash, a lake that is not there.
    Place(String),
}

impl Refused {
    /// From what the engine says; paths of the machine stay here.
    pub(crate) fn from_engine(error: &DataFusionError, memory_bytes_max: usize) -> Refused {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Refused::TooMuchMemory(memory_bytes_max),
            DataFusionError::ObjectStore(_)
            | DataFusionError::IoError(_)
            | DataFusionError::ParquetError(_)
            | DataFusionError::External(_) => Refused::Unreadable(error.to_string()),
            root => Refused::Statement(root.strip_backtrace()),
        }
    }

    /// The message in that language.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    /// What a command ends with: 1 the statement is wrong, 2 it was called wrongly, 3 the world failed.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Refused::NotReading(_) | Refused::Statement(_) => 1,
            Refused::Place(_) => 2,
            Refused::TooLong(_)
            | Refused::TooMuchMemory(_)
            | Refused::Unsettled(_)
            | Refused::Unreadable(_) => 3,
        }
    }

    fn english(&self) -> String {
        match self {
            Refused::NotReading(what) => {
                format!("only statements that read are answered, and this is {what}; write a SELECT")
            }
            Refused::Statement(why) => format!("the statement cannot be answered: {why}"),
            Refused::TooLong(limit) => {
                format!(
                    "the statement ran longer than {} s; ask about less time, or allow more",
                    limit.as_secs()
                )
            }
            Refused::TooMuchMemory(bytes) => format!(
                "the statement needs more than {} MiB of memory; ask about less time or fewer groups, or allow more",
                bytes >> 20
            ),
            Refused::Unsettled(open) => format!(
                "records may count twice in {}; merge first, or ask with --unsettled",
                open.join(", ")
            ),
            Refused::Unreadable(_) => {
                "a file of the lake cannot be read; check the lake, then ask again".to_owned()
            }
            Refused::Place(why) => why.clone(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Refused::NotReading(what) => format!("只回答读取数据的语句，而这是 {what}；请写 SELECT"),
            Refused::Statement(why) => format!("该语句无法回答：{why}"),
            Refused::TooLong(limit) => {
                format!("该语句运行超过 {} 秒；请缩短所问的时间，或放宽时限", limit.as_secs())
            }
            Refused::TooMuchMemory(bytes) => {
                format!("该语句需要超过 {} MiB 的内存；请缩短所问的时间、减少分组，或放宽上限", bytes >> 20)
            }
            Refused::Unsettled(open) => {
                format!("{} 中的记录可能计算两次；请先合并，或加 --unsettled 再问", open.join("、"))
            }
            Refused::Unreadable(_) => "数据湖中有文件无法读取；请检查数据湖后再问".to_owned(),
            Refused::Place(why) => why.clone(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())
    }
}

impl std::error::Error for Refused {}
