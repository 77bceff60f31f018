//! What the operator sets: a file, the environment and flags, each stronger than the one before, over the defaults.

mod file;
mod length;
mod nearest;
mod resolve;
mod role;
mod table;

use std::path::PathBuf;

use store::Location;

pub(crate) use resolve::{Effective, Origin, without_password};
pub(crate) use role::Role;
pub(crate) use table::S3;

use crate::arguments::{ServingArguments, StoreArguments};
use crate::failure::Failure;

/// What a process needs to know to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Serving {
    /// Where to listen: `address:port`.
    pub(crate) listen: String,
    /// What this process does of all there is to do.
    pub(crate) role: Role,
    /// Where state is kept.
    pub(crate) location: Location,
    /// Where evidence in volume is kept that several processes share: a folder or `s3://…`; in the data directory where it is
    /// not said.
    pub(crate) lake: Option<String>,
    /// The data directory: evidence in volume is in it also where a database keeps the rest.
    pub(crate) data: PathBuf,
    /// The sealing key's file.
    pub(crate) key: PathBuf,
    /// Whether each request is put into the log.
    pub(crate) log: bool,
    /// The collector spans are sent to, where there is one.
    pub(crate) otlp: Option<String>,
    /// Lengths of time and names.
    pub(crate) settings: platform::Settings,
    /// How much anybody may ask.
    pub(crate) rates: web::Rates,
}

/// A flag that was given: the key it sets, and its text.
type Flag = (&'static str, String);

/// The values that hold under these flags, in this process's environment.
pub(crate) fn effective(flags: Vec<Flag>, file: Option<PathBuf>) -> Result<Effective, Failure> {
    let environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let (effective, doubts) = resolve::resolve(file, &environment, flags).map_err(usage)?;
    for doubt in doubts {
        eprintln!("upheld: warning: {doubt}");
    }
    Ok(effective)
}

/// What a process needs to know to serve.
pub(crate) fn serving(arguments: &ServingArguments) -> Result<Serving, Failure> {
    effective(arguments.flags(), arguments.store.config.clone())?.serving().map_err(usage)
}

/// What a command needs to know that works on the store alone.
pub(crate) fn of_store(arguments: &StoreArguments) -> Result<Serving, Failure> {
    effective(arguments.flags(), arguments.config.clone())?.serving().map_err(usage)
}

fn usage(wrong: Vec<String>) -> Failure {
    Failure::Usage(wrong.join("\nupheld: "))
}
