//! Replays the seeds of the fuzz targets: nothing read from outside may bring the reader down.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test fail the test")]

mod fixture;

use std::fs;
use std::path::{Path, PathBuf};

/// The seeds of one fuzz target, sorted by name.
fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// How many records the seeds give together, after checking each.
fn replay(target: &str, name: &str) -> usize {
    let records = |path: PathBuf| fixture::check(name, &fs::read(path).unwrap()).records().len();
    seeds(target).into_iter().map(records).sum()
}

#[test]
fn every_ndjson_seed_is_read_or_refused_without_panic() {
    assert!(replay("ndjson", "seed.ndjson") > 0);
}

#[test]
fn every_csv_seed_is_read_or_refused_without_panic() {
    assert!(replay("csv", "seed.csv") > 0);
}

#[test]
fn every_seed_cut_short_or_with_one_byte_changed_is_read_or_refused_without_panic() {
    for (target, name) in [("ndjson", "seed.ndjson"), ("csv", "seed.csv")] {
        for path in seeds(target) {
            let bytes = fs::read(path).unwrap();
            let step = (bytes.len() / 64).max(1);
            for at in (0..bytes.len()).step_by(step) {
                fixture::check(name, &bytes[..at]);
                for change in [b'"', b',', b'\n', b'\\', 0xff, b'9'] {
                    let mut changed = bytes.clone();
                    changed[at] = change;
                    fixture::check(name, &changed);
                }
            }
        }
    }
}
