//! `upheld query`: SQL over one tenant's records in volume, by the program `upheld-query`, which brings a query engine and is
//! built for itself.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::arguments::QueryArguments;
use crate::failure::Failure;

const PROGRAM: &str = "upheld-query";

/// Becomes that program. Returns only when it cannot.
pub(crate) fn run(arguments: &QueryArguments) -> Result<(), Failure> {
    let beside = beside_this_one().filter(|it| it.is_file());
    let program = beside.as_deref().map_or(OsStr::new(PROGRAM), |it| it.as_os_str());
    let error = Command::new(program).args(&arguments.arguments).exec();
    Err(match error.kind() {
        io::ErrorKind::NotFound => Failure::Usage(format!(
            "`{PROGRAM}` is neither beside this program nor on the PATH; build it with `cargo build --release -p query`"
        )),
        _ => Failure::Fault(format!("`{PROGRAM}` cannot be started: {error}")),
    })
}

/// Where it is when both were built or installed together.
fn beside_this_one() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.with_file_name(PROGRAM))
}
