//! The command line: every command, option and default in one place.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use diagnostic::Lang;

use crate::config::Role;

/// Service level agreements that measure, prove and settle themselves.
#[derive(Debug, Parser)]
#[command(name = "upheld", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check contracts: language, units, economics.
    Check(FilesArguments),
    /// Run the worked examples of contracts.
    Test(FilesArguments),
    /// Lay out the rules of contracts; the prose is left alone.
    Fmt(FmtArguments),
    /// Say where a new version pays less, promises less or claims shorter.
    Compare(CompareArguments),
    /// Explain a diagnostic code.
    Explain(ExplainArguments),
    /// Settle one cycle of one subscription.
    Settle(SettleArguments),
    /// Check a sealed statement offline: signature, digests, proof of logging, and the settlement computed again.
    Verify(VerifyArguments),
    /// Bring receipts and records in volume from files into a lake.
    Import(ImportArguments),
    /// Write the rows of a Parquet file as lines of JSON, within bounded memory; `import` runs it.
    #[command(hide = true)]
    ParquetLines(ParquetLinesArguments),
    /// Ask one SQL statement about one tenant's records in volume; nothing is changed.
    #[command(disable_help_flag = true)]
    Query(QueryArguments),
    /// Count the records in volume of a sealed statement again, every row.
    Recount(RecountArguments),
    /// Fill a directory with a provider, twelve customers and three past months, and serve it.
    Demo(DemoArguments),
    /// Run agreements, month after month: the API, the jobs and the store in one process.
    Serve(ServingArguments),
    /// Show every setting of `serve`, with its value and where it came from; secrets are hidden.
    Config(ConfigArguments),
    /// Make the people who own the provider's house.
    Owner(OwnerArguments),
    /// Bring contracts, tenants and subscriptions from files to a running server, after showing what will change.
    Apply(ApplyArguments),
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatementFormat {
    /// For people, on a terminal.
    Text,
    /// For programs.
    Json,
    /// For people, in a browser or on paper; both languages.
    Html,
}

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

/// Somebody's Parquet.
#[derive(Debug, Args)]
pub(crate) struct ParquetLinesArguments {
    /// The file.
    pub(crate) file: PathBuf,
}

/// Options common to commands that print.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// How results are written.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// The reader's language; by default that of the environment.
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Language>,
}

/// Contracts to look at.
#[derive(Debug, Args)]
pub(crate) struct FilesArguments {
    /// Contract files (Markdown).
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Contracts to lay out.
#[derive(Debug, Args)]
pub(crate) struct FmtArguments {
    /// Contract files (Markdown).
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Change nothing; fail if a file would change.
    #[arg(long)]
    pub(crate) check: bool,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Two versions of a contract.
#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// The version in force.
    pub(crate) old: PathBuf,
    /// The version proposed.
    pub(crate) new: PathBuf,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A code to explain.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A code such as E0101; all codes when absent.
    pub(crate) code: Option<String>,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What to settle.
#[derive(Debug, Args)]
pub(crate) struct SettleArguments {
    /// The contract (Markdown).
    pub(crate) contract: PathBuf,
    /// The cycle: 2026-10, 2026-Q4, 2026-10-05 (the cycle with that day), or 2026-10-01/2026-11-01.
    #[arg(long)]
    pub(crate) cycle: String,
    /// The plan held.
    #[arg(long)]
    pub(crate) plan: Option<String>,
    /// The tenant.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
    /// When the subscription began: a date in the contract's zone, or an instant with its offset.
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<String>,
    /// Evidence: NDJSON, or CSV by the ending .csv; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence: Vec<PathBuf>,
    /// Where records in volume are.
    #[command(flatten)]
    pub(crate) lake: LakeArguments,
    /// Evidence as it was known at this instant.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) as_of: Option<String>,
    /// A parameter of the contract, as `name=value`; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// How the statement is written.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: StatementFormat,
    /// Write a sealed statement package into this directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) seal: Option<PathBuf>,
    /// The signing key; by default one of your own is made on first use.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The reader's language; by default that of the environment.
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Language>,
}

/// Where records in volume are.
#[derive(Debug, Clone, Args)]
pub(crate) struct LakeArguments {
    /// The lake that records in volume were imported into: a directory, or s3://bucket/prefix.
    #[arg(long, value_name = "LAKE")]
    pub(crate) lake: Option<String>,
    /// Have the lake's files read by a fleet, whose scheduler is there; see `upheld-fleet`.
    #[arg(long, value_name = "HOST:PORT", requires = "lake")]
    pub(crate) fleet: Option<String>,
    /// How many parts the fleet's work is cut into: as many as its executors have threads.
    #[arg(long, value_name = "PARTS", default_value_t = 4, requires = "fleet")]
    pub(crate) fleet_parts: usize,
}

/// Whose receipts files hold, and how they are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// Records of the contract's fact, as NDJSON.
    Records,
    /// Aliyun's SmsReport in JSON.
    Aliyun,
    /// The same for messages abroad.
    AliyunInternational,
    /// Tencent Cloud's status callback in JSON.
    Tencent,
    /// Huawei Cloud's status callback, one form a line.
    Huawei,
    /// Baidu's status callback in JSON.
    Baidu,
    /// The text of SMPP delivery receipts, one a line.
    SmppText,
    /// SMPP's deliver_sm and data_sm, one PDU after the other.
    SmppPdus,
    /// CloudEvents around receipts of these forms.
    Cloudevents,
    /// A table of your own: provider, account, message_id, phone, sent_at, reported_at, code, carrier, parts.
    Csv,
    /// JSON objects with these keys.
    Ndjson,
    /// Parquet with these columns.
    Parquet,
}

/// How a number of SMPP is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SmppId {
    /// The same characters.
    AsWritten,
    /// In decimal, where the other is hexadecimal.
    Decimal,
    /// In hexadecimal, in other letters or with leading zeros.
    Hexadecimal,
}

fn offset(text: &str) -> Result<formats::Offset, String> {
    formats::Offset::parse(text).ok_or_else(|| "write +08:00, -03:30 or UTC".to_owned())
}

/// What to import, and where to.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// Files; those that end in .gz are decompressed, rows of those that end in .parquet are read as JSON objects.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The contract (Markdown) whose fact they are records of.
    #[arg(long, value_name = "FILE")]
    pub(crate) contract: PathBuf,
    /// The lake: a directory, of which a new one becomes a lake, or s3://bucket/prefix.
    #[arg(long, value_name = "LAKE")]
    pub(crate) lake: String,
    /// A directory for rows under way; by default in the lake's own. An object store needs one.
    #[arg(long, value_name = "DIR")]
    pub(crate) work: Option<PathBuf>,
    /// The fact in volume; may be left out where the contract has one only.
    #[arg(long)]
    pub(crate) fact: Option<String>,
    /// Whose receipts they are, and how they are written down.
    #[arg(long = "from", value_enum, default_value = "records")]
    pub(crate) source: ImportFormat,
    /// The annex that says what each code means (Markdown); receipts need it.
    #[arg(long, value_name = "FILE")]
    pub(crate) codes: Option<PathBuf>,
    /// Who reports, where the format does not say so.
    #[arg(long, default_value = "provider")]
    pub(crate) provider: String,
    /// Whose messages they are, where a receipt names no account.
    #[arg(long)]
    pub(crate) subject: Option<String>,
    /// The sender's free text (Aliyun's out_id, Tencent's ext, Huawei's extend, Baidu's custom) names the account; else it is
    /// left out.
    #[arg(long)]
    pub(crate) subject_from_tag: bool,
    /// The zone of times written without one, in receipts of SMPP (by default +08:00) and in tables of your own (by default
    /// none, and they are refused). The other formats' zones are their vendors'.
    #[arg(long, value_name = "+HH:MM", value_parser = offset, allow_hyphen_values = true)]
    pub(crate) zone: Option<formats::Offset>,
    /// How the text of SMPP receipts writes the message's number, compared with the one `submit_sm_resp` gave.
    #[arg(long, value_enum, default_value = "as-written")]
    pub(crate) smpp_id: SmppId,
    /// Whose evidence it is.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
    /// The key that hides phone numbers; by default `phone.key` in the lake's directory, made at the first import.
    #[arg(long, value_name = "FILE")]
    pub(crate) phone_key: Option<PathBuf>,
    /// The sealing key of a server: phone numbers are hidden as that server hides them for the tenant.
    #[arg(long, value_name = "FILE", requires = "tenant", conflicts_with = "phone_key")]
    pub(crate) server_key: Option<PathBuf>,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What to ask; see `upheld-query --help`.
#[derive(Debug, Args)]
pub(crate) struct QueryArguments {
    /// Handed on to `upheld-query`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<OsString>,
}

/// What to count again.
#[derive(Debug, Args)]
pub(crate) struct RecountArguments {
    /// The directory of a sealed statement.
    pub(crate) dir: PathBuf,
    /// The lake with the records it rests on: a directory, or s3://bucket/prefix.
    #[arg(long, value_name = "LAKE")]
    pub(crate) lake: String,
    /// Whose evidence it is; by default the statement's tenant.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
    /// The key the package must be signed with, as printed in the provider's documents.
    #[arg(long, value_name = "VKEY")]
    pub(crate) key: Option<String>,
    /// Leave out the SHA-256 of every record, which takes most of the time: rows are counted, not told apart.
    #[arg(long)]
    pub(crate) skip_contents: bool,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A package to verify, or two checkpoints of a log.
#[derive(Debug, Args)]
#[command(override_usage = "upheld verify [OPTIONS] <DIR>
       upheld verify --checkpoint <OLD> --checkpoint <NEW> --proof <FILE> --log-key <VKEY>")]
pub(crate) struct VerifyArguments {
    /// The directory of a sealed statement.
    #[arg(required_unless_present = "checkpoint")]
    pub(crate) dir: Option<PathBuf>,
    /// The key the package must be signed with, as printed in the provider's documents.
    #[arg(long, value_name = "VKEY")]
    pub(crate) key: Option<String>,
    /// The key of the log: the package must be in it, or the checkpoints of it.
    #[arg(long, value_name = "VKEY")]
    pub(crate) log_key: Option<String>,
    /// A witness that must have cosigned the log's checkpoint; may be given several times.
    #[arg(long, value_name = "VKEY")]
    pub(crate) witness: Vec<String>,
    /// A checkpoint of a log, given twice, the older one first: has the log only grown?
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dir", "key"], requires = "log_key")]
    pub(crate) checkpoint: Vec<PathBuf>,
    /// The proof between the two checkpoints: `old <size>` and hashes, each on its line.
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    pub(crate) proof: Option<PathBuf>,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Where the demo writes.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// The directory to fill and serve; one that was filled before is served as it is.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where to listen; by default 127.0.0.1:7480. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Instead of serving, settle the four agreements over a shipped month, print the statements, and write pages here.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["data", "listen"])]
    pub(crate) out: Option<PathBuf>,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Where the state of a server is.
#[derive(Debug, Clone, Args)]
pub(crate) struct StoreArguments {
    /// The directory of the state; by default `upheld-data` where the command runs.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database instead of SQLite in the directory: postgres://user:password@host/name
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// A file that holds the database's address, so that no password stands on the command line.
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub(crate) database_file: Option<PathBuf>,
    /// The sealing key; by default `sealing.key` in the directory, made at the first start.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Settings from this file (TOML); the environment (UPHELD_…) and flags win over it.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl StoreArguments {
    /// The flags that were given.
    pub(crate) fn flags(&self) -> Vec<(&'static str, String)> {
        let path = |it: &Option<PathBuf>| it.as_ref().map(|it| it.display().to_string());
        let all = [
            ("data", path(&self.data)),
            ("database", self.database.clone()),
            ("database_file", path(&self.database_file)),
            ("key", path(&self.key)),
        ];
        all.into_iter().filter_map(|(key, text)| Some((key, text?))).collect()
    }
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServingArguments {
    /// Where the state is.
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Where to listen; by default 127.0.0.1:7480. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// What this process does, where several share a database and a lake; by default `all`.
    #[arg(long, value_enum)]
    pub(crate) role: Option<Role>,
    /// Where records in volume are kept for all processes: a folder or s3://bucket/prefix; by default in the directory of the state.
    #[arg(long, value_name = "PLACE")]
    pub(crate) lake: Option<String>,
    /// Write a line of JSON for each request to standard error.
    #[arg(long)]
    pub(crate) log: bool,
}

impl ServingArguments {
    /// The flags that were given.
    pub(crate) fn flags(&self) -> Vec<(&'static str, String)> {
        let mut flags = self.store.flags();
        flags.extend(self.listen.clone().map(|it| ("listen", it)));
        flags.extend(self.role.map(|it| ("role", it.name().to_owned())));
        flags.extend(self.lake.clone().map(|it| ("lake", it)));
        flags.extend(self.log.then(|| ("log", "true".to_owned())));
        flags
    }
}

/// Which settings to show.
#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    /// The same flags as of `serve`.
    #[command(flatten)]
    pub(crate) serving: ServingArguments,
    /// How results are written.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// What to do with owners.
#[derive(Debug, Args)]
pub(crate) struct OwnerArguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: OwnerCommand,
}

/// What to do with owners.
#[derive(Debug, Subcommand)]
pub(crate) enum OwnerCommand {
    /// Make an owner who can sign in. The server must not be running on the same directory.
    Create(OwnerCreateArguments),
}

/// An owner to be made.
#[derive(Debug, Args)]
pub(crate) struct OwnerCreateArguments {
    /// Where the state is.
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// The e-mail address to sign in with.
    #[arg(long)]
    pub(crate) email: String,
    /// The name; by default the address.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The owner's language; by default that of the environment.
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Language>,
    /// The file that holds the password; by default it is asked for, or read from standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// What to bring, and where to.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// The directory with `upheld.toml` and `contracts/`.
    pub(crate) dir: PathBuf,
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:7480")]
    pub(crate) url: String,
    /// The file that holds an API token of a provider's role that may publish.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: PathBuf,
    /// Show what would change, and change nothing.
    #[arg(long)]
    pub(crate) plan: bool,
    /// How to print.
    #[command(flatten)]
    pub(crate) output: Output,
}

/// The reader's language: as asked, else that of the environment, else English.
pub(crate) fn lang(asked: Option<Language>) -> Lang {
    match asked {
        Some(Language::Zh) => Lang::Zh,
        Some(Language::En) => Lang::En,
        None => {
            let set = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
            let locale =
                set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
            if locale.starts_with("zh") { Lang::Zh } else { Lang::En }
        }
    }
}
