//! `cargo xtask test`: the checks in order, each under a heading with its time; the first failure ends it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::shell::{cargo, program, run, run_into, works};
use crate::{Outcome, api, pages, postgres, python, tidy, tools_folder};

/// Names the server that tests use beside SQLite, by the URL of its owner.
const TEST_POSTGRES: &str = "UPHELD_TEST_POSTGRES";

struct Step {
    title: &'static str,
    /// Left out of a quick run.
    is_slow: bool,
    /// Run only when it is named: it builds what nothing else needs, for a quarter of an hour and more.
    is_apart: bool,
    check: fn(&Path) -> Outcome,
}

/// Cheap checks first, so that a slip is told soon.
const STEPS: [Step; 15] = [
    Step { title: "format", is_slow: false, is_apart: false, check: format },
    Step { title: "clippy", is_slow: false, is_apart: false, check: clippy },
    Step { title: "tests", is_slow: false, is_apart: false, check: tests },
    Step { title: "examples in the documentation", is_slow: true, is_apart: false, check: doc_tests },
    Step { title: "rustdoc", is_slow: true, is_apart: false, check: rustdoc },
    Step { title: "contracts: check", is_slow: false, is_apart: false, check: contracts_check },
    Step { title: "contracts: test", is_slow: false, is_apart: false, check: contracts_test },
    Step { title: "contracts: format", is_slow: false, is_apart: false, check: contracts_format },
    Step { title: "tidy", is_slow: false, is_apart: false, check: tidy::check },
    Step { title: "the API under schemathesis", is_slow: true, is_apart: false, check: api::check },
    Step { title: "the pages in a browser", is_slow: true, is_apart: false, check: pages::check },
    Step { title: "a lake in an object store", is_slow: true, is_apart: false, check: objects },
    Step { title: "records in volume by other engines", is_slow: true, is_apart: true, check: engines },
    Step { title: "holidays beside independent packages", is_slow: true, is_apart: false, check: holidays },
    Step { title: "time zones beside an independent package", is_slow: true, is_apart: false, check: zones },
];

/// Which steps to run.
pub(crate) enum Choice<'a> {
    All,
    /// Without the slow ones.
    Quick,
    /// Those with this text in their title.
    Titled(&'a str),
}

impl Choice<'_> {
    fn includes(&self, step: &Step) -> bool {
        match self {
            Choice::All => !step.is_apart,
            Choice::Quick => !step.is_slow && !step.is_apart,
            Choice::Titled(text) => step.title.contains(text),
        }
    }
}

/// Runs the chosen steps.
pub(crate) fn run_steps(root: &Path, choice: &Choice) -> Outcome {
    let started = Instant::now();
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| choice.includes(step)).collect();
    if chosen.is_empty() {
        return Err(format!("no such step; there are: {}", STEPS.map(|step| step.title).join(", ")));
    }
    for step in chosen {
        println!("\n=== {}", step.title);
        let begun = Instant::now();
        (step.check)(root).map_err(|error| format!("=== {}: FAILED\n{error}", step.title))?;
        println!("=== {}: ok, {}", step.title, seconds(begun.elapsed()));
    }
    println!("\nall checks passed, {}", seconds(started.elapsed()));
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

fn format(root: &Path) -> Outcome {
    run(&mut cargo(root, &["fmt", "--all", "--check"]))
}

/// Crates that build a query engine or the client of an object store: leaves, left out wherever the rest of the workspace is built.
const ENGINES: [&str; 3] = ["objects", "query", "fleet"];

/// A cargo command over the workspace without the engines; `rest` stands after them.
fn workspace(root: &Path, words: &[&str], rest: &[&str]) -> Command {
    let left_out: Vec<&str> = ENGINES.iter().flat_map(|it| ["--exclude", it]).collect();
    cargo(root, &[words, &["--workspace"], &left_out, rest].concat())
}

fn clippy(root: &Path) -> Outcome {
    run(&mut workspace(root, &["clippy"], &["--all-targets", "--", "-D", "warnings"]))
}

/// A lake in an object store, beside a real server of one; and that the program can be built with it. In a folder of its own, as
/// the engines.
fn objects(root: &Path) -> Outcome {
    let folder = tools_folder(root).with_file_name("objects");
    let lints = ["--", "-D", "warnings"];
    for words in
        [&["--package", "objects", "--all-targets"][..], &["--package", "upheld", "--features", "s3"]]
    {
        let mut clippy = cargo(root, &[&["clippy"], words, &lints].concat());
        run(clippy.env("CARGO_TARGET_DIR", &folder))?;
    }
    let runner: &[&str] = if has_nextest(root) { &["nextest", "run", "--no-fail-fast"] } else { &["test"] };
    let mut tests = cargo(root, &[runner, &["--package", "objects"]].concat());
    run(tests.env("CARGO_TARGET_DIR", &folder))?;
    // Of the tests of the program those that need a store, which is a program of its own.
    let mut store = cargo(root, &["build", "--package", "objects", "--example", "s3"]);
    run(store.env("CARGO_TARGET_DIR", &folder))?;
    let words = ["--package", "upheld", "--features", "s3", "--test", "store_away"];
    let mut tests = cargo(root, &[runner, &words].concat());
    run(tests.env("CARGO_TARGET_DIR", &folder))
}

/// Clippy and the tests of the engines. They have a folder of their own, so that what they need of shared crates does not make
/// the others be built again.
fn engines(root: &Path) -> Outcome {
    let with_fleet = ["--package", "upheld", "--features", "upheld/fleet"];
    let named: Vec<&str> = ENGINES.iter().flat_map(|it| ["--package", it]).chain(with_fleet).collect();
    let folder = tools_folder(root).with_file_name("engines");
    let mut clippy =
        cargo(root, &[&["clippy"], &named[..], &["--all-targets", "--", "-D", "warnings"]].concat());
    run(clippy.env("CARGO_TARGET_DIR", &folder))?;
    if !has_nextest(root) {
        return Err("cargo-nextest is missing and could not be installed".to_owned());
    }
    // Of the tests of the program itself only those that need an engine: each of the others would be linked with one.
    let mut tests = cargo(
        root,
        &[&["nextest", "run", "--no-fail-fast", "--lib", "--bins", "--examples"], &named[..]].concat(),
    );
    for test in ENGINES.iter().flat_map(|it| tests_of(root, it)) {
        tests.args(["--test", &test]);
    }
    // Cargo builds the program itself, which `settlement` starts, only for a test of its package.
    tests.args(["--test", "codes"]);
    // What is optimised for tests elsewhere is a query engine here, which takes long enough to build as it is.
    let tests = tests.env("CARGO_TARGET_DIR", &folder).env("CARGO_PROFILE_TEST_OPT_LEVEL", "0");
    run(tests.env("CARGO_PROFILE_TEST_DEBUG", "0").env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

/// The names of a crate's tests.
fn tests_of(root: &Path, name: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root.join("crates").join(name).join("tests"));
    let paths = entries.into_iter().flatten().flatten().map(|it| it.path());
    let is_test =
        |it: &PathBuf| it.join("main.rs").is_file() || it.extension().is_some_and(|end| end == "rs");
    let named = paths.filter(is_test).filter_map(|it| Some(it.file_stem()?.to_string_lossy().into_owned()));
    named.collect()
}

/// Tests of what is stored run on SQLite and on a PostgreSQL server that lives as long as they do.
fn tests(root: &Path) -> Outcome {
    api::install_clients(root)?;
    let server = postgres::for_tests(root)?;
    let mut tests = if has_nextest(root) {
        workspace(root, &["nextest", "run"], &["--no-fail-fast"])
    } else {
        println!("cargo-nextest is missing and could not be installed: falling back to cargo test");
        workspace(root, &["test"], &["--all-targets"])
    };
    run(tests.env(TEST_POSTGRES, server.url()))
}

/// Installs it when it is not there.
fn has_nextest(root: &Path) -> bool {
    let is_there = || works(&mut cargo(root, &["nextest", "--version"]));
    is_there() || (run(&mut cargo(root, &["install", "--locked", "cargo-nextest"])).is_ok() && is_there())
}

fn doc_tests(root: &Path) -> Outcome {
    run(&mut workspace(root, &["test"], &["--doc"]))
}

fn rustdoc(root: &Path) -> Outcome {
    run(workspace(root, &["doc"], &["--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn contracts_check(root: &Path) -> Outcome {
    on_contracts(root, &["check"])
}

fn contracts_test(root: &Path) -> Outcome {
    on_contracts(root, &["test"])
}

fn contracts_format(root: &Path) -> Outcome {
    on_contracts(root, &["fmt", "--check"])
}

/// `upheld COMMAND` on every contract of the repository.
fn on_contracts(root: &Path, command: &[&str]) -> Outcome {
    let mut files = markdown_in(root, "contracts")?;
    files.extend(markdown_in(root, "contracts/library")?);
    files.extend(markdown_in(root, "contracts/exam")?);
    let words = [&["run", "--quiet", "--package", "upheld", "--"], command].concat();
    run(cargo(root, &words).args(files))
}

/// The Markdown files of one folder, by name, relative to the root.
fn markdown_in(root: &Path, folder: &str) -> Result<Vec<PathBuf>, String> {
    let fault = |error| format!("cannot list {folder}: {error}");
    let entries = std::fs::read_dir(root.join(folder)).map_err(fault)?;
    let names: Vec<_> =
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<_, _>>().map_err(fault)?;
    let mut files: Vec<PathBuf> = names.iter().map(|name| Path::new(folder).join(name)).collect();
    files.retain(|file| {
        file.extension().is_some_and(|extension| extension == "md") && !file.ends_with("README.md")
    });
    files.sort();
    Ok(files)
}

fn holidays(root: &Path) -> Outcome {
    let python = python::environment(root, "checks", "xtask/requirements.txt")?;
    run(&mut program(root, python, &["data/holidays/check.py"]))
}

/// Our own database is printed by an example of crate `calendar`, theirs by the script.
fn zones(root: &Path) -> Outcome {
    let python = python::environment(root, "checks", "xtask/requirements.txt")?;
    let ours = tools_folder(root).join("transitions.txt");
    run_into(
        &mut cargo(root, &["run", "--quiet", "--package", "calendar", "--example", "transitions"]),
        &ours,
    )?;
    run(program(root, python, &["data/zones/check.py", "--against"]).arg(ours))
}
