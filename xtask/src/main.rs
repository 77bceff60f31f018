//! What the project does for itself: `cargo xtask test` and `cargo xtask bench`.

mod api;
mod bench;
mod pages;
mod postgres;
mod python;
mod served;
mod shell;
mod steps;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use steps::Choice;

const USAGE: &str = "usage:
  cargo xtask test [--quick]                             everything CI checks; --quick leaves out documentation,
                                                         browser, object store and what needs Python
  cargo xtask test --only TITLE                          the steps with this text in their title
  cargo xtask test --only engines                        crates that build a query engine: apart from CI, for they
                                                         take long to build
  cargo xtask bench engine [--quick] [--format json]     the engine beside PostgreSQL and DuckDB; --quick: 3 rounds
  cargo xtask bench platform [--quick] [--format json]   the platform beside PostgreSQL driven directly; --quick: 3 minutes
  cargo xtask bench pages [--quick] [--format json]      pages of the demonstration at 200 a second
  cargo xtask bench volume [--quick] [--format json]     fifty million records beside four engines; --quick: 10 M,
                                                         --large: a thousand million counted again, 20 GB of disk
  cargo xtask bench settlements [--quick]                its 100,000 settlements alone, without peers; --quick: 5,000";

/// What a step returns: nothing, or what to tell the user about its failure.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => steps::run_steps(&project_root(), &Choice::All),
        ["test", "--quick"] => steps::run_steps(&project_root(), &Choice::Quick),
        ["test", "--only", title] => steps::run_steps(&project_root(), &Choice::Titled(title)),
        ["bench", rest @ ..] => bench::run_bench(&project_root(), rest),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\n{message}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace, found through this crate's own folder, which cargo names.
fn project_root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    own.and_then(|own| own.parent().map(PathBuf::from)).unwrap_or_else(|| PathBuf::from("."))
}

/// Where tools are kept: beside what cargo builds.
fn tools_folder(root: &std::path::Path) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    target.join("tools")
}
