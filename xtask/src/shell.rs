//! Other programs, run in the project's folder.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// `cargo` with these arguments.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    program(root, "cargo", arguments)
}

/// Any program with these arguments. Nothing is read from the terminal.
pub(crate) fn program(root: &Path, name: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root).stdin(Stdio::null());
    command
}

/// Runs to the end, showing what it prints; anything but success is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("cannot start {}: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("failed ({status}): {}", shown(command))) }
}

/// Runs to the end with its output in a file.
pub(crate) fn run_into(command: &mut Command, file: &Path) -> Outcome {
    let out = File::create(file).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    run(command.stdout(out))
}

/// Whether it can be started and succeeds; what it prints is not shown.
pub(crate) fn works(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Installs Debian packages, where there is `apt-get`.
pub(crate) fn apt_install(root: &Path, packages: &[&str]) -> Outcome {
    let names = packages.join(" ");
    if !works(&mut program(root, "apt-get", &["--version"])) {
        return Err(format!("missing, and there is no apt-get to install it: {names}"));
    }
    println!("installing {names}");
    let mut install = program(root, "apt-get", &["install", "-y", "-qq", "--no-install-recommends"]);
    install.args(packages).env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut program(root, "apt-get", &["update", "-qq"]))
        .and_then(|()| run(&mut install))
        .map_err(|error| format!("{names} could not be installed: {error}"))
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
