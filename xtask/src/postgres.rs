//! PostgreSQL: installed where it is missing, and a private server of it for the tests.

use std::path::{Path, PathBuf};

use cluster::Server;

use crate::shell::apt_install;

/// Many stores are open at once, and nothing of them has to survive.
const TEST_SETTINGS: [&str; 4] =
    ["max_connections=500", "fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// The folder with `initdb` and `postgres`; installs them when there is none.
pub(crate) fn programs(root: &Path) -> Result<PathBuf, String> {
    if let Some(folder) = cluster::newest_programs() {
        return Ok(folder);
    }
    apt_install(root, &["postgresql"])?;
    cluster::newest_programs().ok_or_else(|| "Debian's package postgresql brought no server".to_owned())
}

/// A server for tests, which ends when it is dropped.
pub(crate) fn for_tests(root: &Path) -> Result<Server, String> {
    Server::start(&programs(root)?, &TEST_SETTINGS).map_err(|error| error.to_string())
}
