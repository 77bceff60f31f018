//! `cargo xtask bench`: gets the peers and runs crate `bench` in a release build.

use std::path::Path;

use crate::served::Served;
use crate::shell::{cargo, run};
use crate::{Outcome, USAGE, postgres, python};

/// Passes the workload and its options on, with where the peers are when it has any.
pub(crate) fn run_bench(root: &Path, arguments: &[&str]) -> Outcome {
    let mut bench = cargo(root, &["run", "--quiet", "--release", "--package", "bench", "--"]);
    bench.args(arguments);
    match arguments {
        ["engine", ..] => {
            let python = python::environment(root, "peers", "bench/peers/requirements.txt")?;
            bench.arg("--python").arg(python).arg("--postgres").arg(postgres::programs(root)?);
        }
        ["platform", ..] => {
            bench.arg("--postgres").arg(postgres::programs(root)?);
        }
        ["pages", ..] => {
            let served = Served::demo_in_release(root, "bench-demo")?;
            bench.arg("--address").arg(served.url().trim_start_matches("http://"));
            return run(&mut bench);
        }
        ["settlements", ..] => {}
        _ => return Err(USAGE.to_owned()),
    }
    run(&mut bench)
}
