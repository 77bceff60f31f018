//! Why a statement is not answered, in both languages.

use std::fmt;
use std::time::Duration;

use datafusion::error::DataFusionError;
use diagnostic::Lang;

use crate::verified;

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
    /// Files that are not what the manifest says: told to a tenant by their names from its folder on.
    Damaged(Vec<String>),
    /// Files that the manifest or a server's list names and that are not there, named likewise.
    Missing(Vec<String>),
    /// Two columns of the answer have one name, which its format cannot say.
    SameName(String),
    /// The place asked about cannot be: a name with a slash, a lake that is not there.
    Place(String),
}

impl Refused {
    /// From what the engine says; paths of the machine stay here.
    pub(crate) fn from_engine(error: &DataFusionError, memory_bytes_max: usize) -> Refused {
        let said = error.to_string();
        if verified::damaged(&said).is_some() {
            return Refused::from_reading(said);
        }
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Refused::TooMuchMemory(memory_bytes_max),
            DataFusionError::ObjectStore(_)
            | DataFusionError::IoError(_)
            | DataFusionError::ParquetError(_)
            | DataFusionError::External(_) => Refused::from_reading(said),
            root => Refused::Statement(root.strip_backtrace()),
        }
    }

    /// From what was said when something could not be read.
    pub(crate) fn from_reading(said: String) -> Refused {
        match verified::damaged(&said) {
            Some(path) => Refused::Damaged(vec![path.to_owned()]),
            None => Refused::Unreadable(said),
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
            Refused::NotReading(_) | Refused::Statement(_) | Refused::SameName(_) => 1,
            Refused::Place(_) => 2,
            Refused::TooLong(_)
            | Refused::TooMuchMemory(_)
            | Refused::Unsettled(_)
            | Refused::Unreadable(_)
            | Refused::Damaged(_)
            | Refused::Missing(_) => 3,
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
                "records may count twice in {}; import what is still to come, which merges them, or wait for a server to merge them and get its list again, or ask with --unmerged",
                open.join(", ")
            ),
            Refused::Unreadable(_) => {
                "a file of the lake cannot be read; check the lake, then ask again".to_owned()
            }
            Refused::Damaged(files) => {
                format!("{} is not what the manifest says; restore it from a copy", files.join(", "))
            }
            Refused::Missing(files) => format!(
                "{} is not there; get the server's list again if it was named by one, or restore it from a copy",
                files.join(", ")
            ),
            Refused::SameName(name) => {
                format!("two columns of the answer are called `{name}`; name them apart with AS")
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
                format!(
                    "{} 中的记录可能计算两次；请先导入其余记录（导入时会合并），或待服务器合并后重新获取清单，或加 --unmerged 再问",
                    open.join("、")
                )
            }
            Refused::Unreadable(_) => "数据湖中有文件无法读取；请检查数据湖后再问".to_owned(),
            Refused::Damaged(files) => {
                format!("{} 与清单不符；请从副本恢复", files.join("、"))
            }
            Refused::Missing(files) => {
                format!("{} 不存在；如由服务器的清单所列，请重新获取清单，否则请从副本恢复", files.join("、"))
            }
            Refused::SameName(name) => format!("答案中有两列都名为 `{name}`；请用 AS 加以区分"),
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
