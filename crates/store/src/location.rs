//! Where the state is kept.

use std::path::PathBuf;

/// The place of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory on this machine: `upheld.sqlite` in it, in WAL mode with synchronous=FULL.
    Directory(PathBuf),
    /// A PostgreSQL database, 15 or newer: `postgres://user:password@host:port/database`.
    Postgres(String),
}

impl Location {
    /// What may be shown of it: never a password.
    pub fn show(&self) -> String {
        match self {
            Self::Directory(it) => it.display().to_string(),
            Self::Postgres(url) => match (url.find("://"), url.rfind('@')) {
                (Some(scheme), Some(at)) if scheme + 3 <= at => {
                    format!("{}…@{}", &url[..scheme + 3], &url[at + 1..])
                }
                _ => url.clone(),
            },
        }
    }
}
