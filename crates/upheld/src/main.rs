//! The one binary: a thin shell around the kernel. It reads files, calls pure functions, prints.

mod arguments;
mod command;
mod failure;
mod files;
mod key;
mod log;
mod print;
mod settlement;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::Check(it) => command::check::run(it),
        Command::Test(it) => command::test::run(it),
        Command::Fmt(it) => command::fmt::run(it),
        Command::Compare(it) => command::compare::run(it),
        Command::Explain(it) => command::explain::run(it),
        Command::Settle(it) => command::settle::run(it),
        Command::Verify(it) => command::verify::run(it),
        Command::Demo(it) => command::demo::run(it),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
