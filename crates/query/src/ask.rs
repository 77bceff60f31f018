//! One statement from the command line, answered on standard output.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clap::{Args, ValueEnum};
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use diagnostic::Lang;
use lake::{BlobError, FileEntry, LakeError};
use object_store::ObjectStore;
use objects::{ObjectBlobs, Opened};

use crate::listed;
use crate::manifest::entries;
use crate::refused::Refused;
use crate::session::Bounds;
use crate::show::{Format, show};
use crate::sql::{Limits, sql};
use crate::tables::{standing, tables, tenant_session, unsettled};

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
    /// What `GET …/evidence/files` answers, where a server keeps the lake; else its own manifest is read. 服务器所列的文件清单。
    #[arg(long, value_name = "LIST")]
    files: Vec<PathBuf>,
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
    unmerged: bool,
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
    /// Answers in this process. `running` is dropped when the answer is known, before it is written.
    pub async fn answer(&self, running: Sender<()>) -> ExitCode {
        let answered = match self.lake().await {
            Ok((lake, entries, is_far)) => {
                let bounds = Bounds { is_far, ..self.limits().bounds };
                let answered = async {
                    let session = tenant_session(lake, &self.tenant, &entries, bounds).await?;
                    self.text(&session).await
                };
                let answered = answered.await;
                let answered = self.named(answered, entries).await;
                drop(running);
                answered
            }
            Err(refused) => Err(refused),
        };
        self.told(answered)
    }

    /// What is to be told when something could not be read: which of the tenant's files are not what the manifest says, if any.
    async fn named<T>(&self, answered: Result<T, Refused>, entries: Vec<FileEntry>) -> Result<T, Refused> {
        let why = match answered {
            Err(Refused::Unreadable(why)) => why,
            Err(Refused::Damaged(files)) => return Err(Refused::Damaged(self.in_folder(files))),
            answered => return answered,
        };
        let (lake, tenant) = (self.lake.clone(), self.tenant.clone());
        let looked = tokio::task::spawn_blocking(move || looked_through(&lake, &tenant, &entries));
        Err(match looked.await {
            Ok(Some(found)) if !found.damaged.is_empty() => Refused::Damaged(self.in_folder(found.damaged)),
            Ok(Some(found)) if !found.missing.is_empty() => Refused::Missing(self.in_folder(found.missing)),
            _ => Refused::Unreadable(why),
        })
    }

    /// Names of files from the tenant's folder on.
    fn in_folder(&self, files: Vec<String>) -> Vec<String> {
        let folder = format!("{}/", lake::segment(&self.tenant));
        files.into_iter().map(|it| it.strip_prefix(&folder).map(str::to_owned).unwrap_or(it)).collect()
    }

    /// Answers in a session whose files are those of the whole lake, such as one of a fleet.
    pub async fn answer_in(&self, session: SessionContext) -> ExitCode {
        let answered = match self.lake().await {
            Ok((lake, entries, _)) => {
                let answered = self.answered_in(&session, lake, &entries).await;
                self.named(answered, entries).await
            }
            Err(refused) => Err(refused),
        };
        self.told(answered)
    }

    async fn answered_in(
        &self,
        session: &SessionContext,
        lake: Arc<dyn ObjectStore>,
        entries: &[FileEntry],
    ) -> Result<(String, bool), Refused> {
        let folder = lake::segment(&self.tenant);
        for (fact, table) in tables(lake, &self.tenant, entries).await? {
            let table = Arc::new(table.below(&folder));
            session.register_table(TableReference::bare(fact), table).map_err(|error| self.failed(&error))?;
        }
        self.text(session).await
    }

    /// Says which fault of the machine there is.
    pub fn refuse(&self, why: String) -> ExitCode {
        eprintln!("upheld-query: {why}");
        ExitCode::from(3)
    }

    /// Memory the statement may use.
    pub(crate) fn memory_bytes_max(&self) -> usize {
        self.memory_mib.saturating_mul(1 << 20)
    }

    /// How long the statement may run.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }

    fn limits(&self) -> Limits {
        let bounds = Bounds { memory_bytes_max: self.memory_bytes_max(), ..Bounds::default() };
        Limits { bounds, rows_max: self.rows, timeout: self.timeout() }
    }

    fn failed(&self, error: &datafusion::error::DataFusionError) -> Refused {
        Refused::from_engine(error, self.limits().bounds.memory_bytes_max)
    }

    /// The lake, its files, and whether it is in a store of objects.
    async fn lake(&self) -> Result<(Arc<dyn ObjectStore>, Vec<FileEntry>, bool), Refused> {
        let place = |error: BlobError| Refused::Place(error.to_string());
        let Opened { store: lake, bucket, .. } = objects::open(&self.lake).map_err(place)?;
        let entries = match self.files.as_slice() {
            [] => entries(&lake).await?,
            lists => listed::entries(lists)?,
        };
        match unsettled(&self.tenant, &entries) {
            open if open.is_empty() || self.unmerged => Ok((lake, entries, bucket.is_some())),
            open => Err(Refused::Unsettled(open)),
        }
    }

    /// The answer as it is written, and whether there is more.
    async fn text(&self, session: &SessionContext) -> Result<(String, bool), Refused> {
        let Some(statement) = &self.statement else {
            return Ok((names(session).iter().map(|it| format!("{it}\n")).collect(), false));
        };
        let answer = sql(session, statement, &self.limits()).await?;
        Ok((show(&answer, self.format)?, answer.cut))
    }

    fn told(&self, answered: Result<(String, bool), Refused>) -> ExitCode {
        match answered {
            Ok((text, is_cut)) => {
                let mut out = io::stdout().lock();
                match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                    // A reader that went away is no fault.
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                        return self.refuse(error.to_string());
                    }
                    _ => {}
                }
                if is_cut {
                    eprintln!("{}", cut(self.rows, self.language()));
                }
                ExitCode::SUCCESS
            }
            Err(refused) => self.end(refused),
        }
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

    /// Says why there is no answer.
    pub(crate) fn end(&self, refused: Refused) -> ExitCode {
        eprintln!("upheld-query: {}", refused.text(self.language()));
        ExitCode::from(refused.exit_code())
    }
}

/// Files that cannot be told from.
#[derive(Default)]
struct Looked {
    /// Their bytes are not those the manifest names.
    damaged: Vec<String>,
    missing: Vec<String>,
}

/// Looks through the tenant's files.
fn looked_through(lake: &str, tenant: &str, entries: &[FileEntry]) -> Option<Looked> {
    // A client of its own: its connections live on the threads of these blobs.
    let blobs = ObjectBlobs::new(objects::open(lake).ok()?.store).ok()?;
    let mut looked = Looked::default();
    for it in standing(tenant, entries) {
        match lake::verify(&blobs, it) {
            Err(LakeError::Corrupt { .. }) => looked.damaged.push(it.path.clone()),
            Err(LakeError::Blob(BlobError::Missing(_))) => looked.missing.push(it.path.clone()),
            _ => {}
        }
    }
    Some(looked)
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
