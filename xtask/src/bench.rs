//! `cargo xtask bench`: gets the peers and runs crate `bench` in a release build.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{apt_install, cargo, run};
use crate::{Outcome, USAGE, python};

/// Passes the workload and its options on, with where the peers are when it has any.
pub(crate) fn run_bench(root: &Path, arguments: &[&str]) -> Outcome {
    let mut bench = cargo(root, &["run", "--quiet", "--release", "--package", "bench", "--"]);
    bench.args(arguments);
    match arguments {
        ["engine", ..] => {
            let python = python::environment(root, "peers", "bench/peers/requirements.txt")?;
            bench.arg("--python").arg(python).arg("--postgres").arg(postgres_programs(root)?);
        }
        ["settlements", ..] => {}
        _ => return Err(USAGE.to_owned()),
    }
    run(&mut bench)
}

/// The folder with `initdb` and `postgres`; installs them when there is none.
fn postgres_programs(root: &Path) -> Result<PathBuf, String> {
    if let Some(folder) = newest_postgres() {
        return Ok(folder);
    }
    apt_install(root, &["postgresql"])?;
    newest_postgres().ok_or_else(|| "Debian's package postgresql brought no server".to_owned())
}

/// Debian's folders are named by major version.
fn newest_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let numbered =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    let with_server = numbered.map(|(version, path)| (version, path.join("bin"))).filter(|(_, bin)| {
        bin.join("initdb").is_file() && bin.join("postgres").is_file() && bin.join("psql").is_file()
    });
    with_server.max().map(|(_, bin)| bin)
}
