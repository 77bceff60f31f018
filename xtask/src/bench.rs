//! `cargo xtask bench`: gets the peers and runs crate `bench` in a release build, or `bench-volume`.

use std::path::Path;

use crate::served::Served;
use crate::shell::{cargo, run};
use crate::{Outcome, USAGE, postgres, python, tools_folder};

/// Passes the workload and its options on, with where the peers are when it has any.
pub(crate) fn run_bench(root: &Path, arguments: &[&str]) -> Outcome {
    if let ["volume", options @ ..] = arguments {
        return run_volume(root, options);
    }
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

/// A crate of its own, which needs nothing of the platform.
fn run_volume(root: &Path, options: &[&str]) -> Outcome {
    let python = python::environment(root, "volume", "bench/volume/peers/requirements.txt")?;
    let mut bench = cargo(root, &["run", "--quiet", "--release", "--package", "bench-volume", "--"]);
    bench.args(options).arg("--python").arg(python).arg("--postgres").arg(postgres::programs(root)?);
    run(bench.arg("--data").arg(tools_folder(root).join("volume")))
}
