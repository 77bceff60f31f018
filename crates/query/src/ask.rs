//! One statement from the command line, answered on standard output.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use diagnostic::Lang;
use lake::BlobError;
use object_store::ObjectStore;
use objects::Opened;

use crate::manifest::entries;
use crate::refused::Refused;
use crate::session::Bounds;
use crate::show::{Format, show};
use crate::sql::{Limits, sql};
use crate::tables::{tables, tenant_session, unsettled};

/// What is asked, of which tenant, and how the answer is written.
#[derive(Args, Clone, Debug)]
pub struct Asked {
    /// A folder, or `s3://bucket/prefix` with the credentials of the environment. 数据湖的位置。
    #[arg(long)]
    lake: String,
    /// Whose files are read; nobody else's are seen. 所问的租户，只能看到它的文件。
    #[arg(long)]
    tenant: String,
    /// How the answer is written. 输出格式。
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Rows of the answer at most. 最多行数。
    #[arg(long, default_value_t = 10_000)]
    rows: usize,
    /// Seconds the statement may run. 时限（秒）。
    #[arg(long, default_value_t = 60)]
    timeout_s: u64,
    /// Memory it may use, in MiB. 内存上限（MiB）。
    #[arg(long, default_value_t = 1024)]
    memory_mib: usize,
    /// Answer even though records that came in twice may count twice, because partitions wait for their merge.
    /// 即使有分区尚未合并（重复的记录可能计算两次）也回答。
    #[arg(long)]
    unsettled: bool,
    /// The language of messages; else that of the environment. 消息的语言。
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// A SELECT; without one the tables are listed. 一条 SELECT 语句；不写则列出各表。
    statement: Option<String>,
}

/// The language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl Asked {
    /// Answers in this process.
    pub async fn answer(&self) -> ExitCode {
        let answered = async {
            let (lake, entries, is_far) = self.lake().await?;
            let bounds = Bounds { is_far, ..self.limits().bounds };
            let session = tenant_session(lake, &self.tenant, &entries, bounds).await?;
            self.told(&session).await
        };
        self.ended(answered.await)
    }

    /// Answers in a session whose files are those of the whole lake, such as one of a fleet.
    pub async fn answer_in(&self, session: SessionContext) -> ExitCode {
        let answered = async {
            let (lake, entries, _) = self.lake().await?;
            let folder = lake::segment(&self.tenant);
            for (fact, table) in tables(lake, &self.tenant, &entries).await? {
                let table = Arc::new(table.below(&folder));
                session
                    .register_table(TableReference::bare(fact), table)
                    .map_err(|error| self.failed(&error))?;
            }
            self.told(&session).await
        };
        self.ended(answered.await)
    }

    /// Says why there is no answer.
    pub fn refuse(&self, why: String) -> ExitCode {
        self.ended(Err(Refused::Place(why)))
    }

    fn limits(&self) -> Limits {
        let bounds =
            Bounds { memory_bytes_max: self.memory_mib.saturating_mul(1 << 20), ..Bounds::default() };
        Limits { bounds, rows_max: self.rows, timeout: Duration::from_secs(self.timeout_s) }
    }

    fn failed(&self, error: &datafusion::error::DataFusionError) -> Refused {
        Refused::from_engine(error, self.limits().bounds.memory_bytes_max)
    }

    /// The lake, its files, and whether it is in a store of objects.
    async fn lake(&self) -> Result<(Arc<dyn ObjectStore>, Vec<lake::FileEntry>, bool), Refused> {
        let place = |error: BlobError| Refused::Place(error.to_string());
        let Opened { store: lake, bucket, .. } = objects::open(&self.lake).map_err(place)?;
        let entries = entries(&lake).await?;
        match unsettled(&self.tenant, &entries) {
            open if open.is_empty() || self.unsettled => Ok((lake, entries, bucket.is_some())),
            open => Err(Refused::Unsettled(open)),
        }
    }

    async fn told(&self, session: &SessionContext) -> Result<(), Refused> {
        let Some(statement) = &self.statement else {
            names(session).iter().for_each(|it| println!("{it}"));
            return Ok(());
        };
        let answer = sql(session, statement, &self.limits()).await?;
        print!("{}", show(&answer, self.format).map_err(|error| Refused::Unreadable(error.to_string()))?);
        if answer.cut {
            eprintln!("{}", cut(self.rows, self.language()));
        }
        Ok(())
    }

    fn language(&self) -> Lang {
        match self.lang {
            Some(Language::Zh) => Lang::Zh,
            Some(Language::En) => Lang::En,
            None => {
                let set = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
                let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
                if locale.is_some_and(|it| it.starts_with("zh")) { Lang::Zh } else { Lang::En }
            }
        }
    }

    fn ended(&self, answered: Result<(), Refused>) -> ExitCode {
        match answered {
            Ok(()) => ExitCode::SUCCESS,
            Err(refused) => {
                eprintln!("upheld-query: {}", refused.text(self.language()));
                ExitCode::from(refused.exit_code())
            }
        }
    }
}

fn names(session: &SessionContext) -> Vec<String> {
    let schema = session.catalog("datafusion").and_then(|it| it.schema("public"));
    let mut names = schema.map(|it| it.table_names()).unwrap_or_default();
    names.sort();
    names
}

fn cut(rows: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("there are more rows than {rows}; ask for more with --rows"),
        Lang::Zh => format!("结果超过 {rows} 行；可用 --rows 放宽"),
    }
}
