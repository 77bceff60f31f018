//! The one binary: a thin shell around the kernel and the platform. It reads files, calls functions, prints.

mod apply;
mod arguments;
mod command;
mod config;
mod demo;
mod failure;
mod files;
mod key;
mod log;
mod open_lake;
mod print;
mod serve;
mod settlement;
mod volume;

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
        Command::Import(it) => command::import::run(it),
        Command::ParquetLines(it) => command::import::apart::run(&it.file),
        Command::Query(it) => command::query::run(it),
        Command::Recount(it) => command::recount::run(it),
        Command::Demo(it) => command::demo::run(it),
        Command::Serve(it) => command::serve::run(it),
        Command::Config(it) => command::config::run(it),
        Command::Owner(it) => command::owner::run(it),
        Command::Apply(it) => command::apply::run(it),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
