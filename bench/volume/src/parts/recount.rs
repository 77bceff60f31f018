//! Everything counted again, in a process of its own.

use measured::Fault;
use measured::report::{Goal, Item};

use super::{Volume, alone};
use crate::clock::per_second;
use crate::own::Own;
use crate::recounted::{Recounted, in_another_process};
use crate::row::{DAY_US, DAYS};

/// Nine thousand million rows within 30 seconds, in thousands a second.
const RATE: u64 = 300_000;
const MEMORY_KIB_MAX: u64 = 1 << 20;
/// Months of fifty million rows each.
const LARGE_MONTHS: i64 = 20;

pub(super) fn run(volume: &Volume) -> Result<Vec<Item>, Fault> {
    // The lake is closed again before another process opens it.
    drop(volume.own()?);
    let recounted = in_another_process(&volume.lake_folder())?;
    Ok(items(
        [
            "recount-rows",
            "recount-cpu",
            "recount-wall",
            "recount-answer-cpu",
            "recount-answer-wall",
            "recount-memory",
            "recount-uncounted",
        ],
        volume.rows,
        &recounted,
    ))
}

/// The same month again and again, each later than the one before.
pub(super) fn run_large(volume: &Volume) -> Result<Vec<Item>, Fault> {
    if !volume.large {
        return Ok(Vec::new());
    }
    let folder = volume.data.join("lake-large");
    let own = Own::anew(&folder)?;
    for month in 0..LARGE_MONTHS {
        own.import_file(&volume.file()?, month * DAYS * DAY_US)?;
    }
    drop(own);
    let recounted = in_another_process(&folder)?;
    std::fs::remove_dir_all(folder)?;
    let rows = volume.rows * LARGE_MONTHS.unsigned_abs();
    let ids = [
        "large-rows",
        "large-cpu",
        "large-wall",
        "large-answer-cpu",
        "large-answer-wall",
        "large-memory",
        "large-uncounted",
    ];
    Ok(items(ids, rows, &recounted))
}

fn items(ids: [&'static str; 7], rows: u64, recounted: &Recounted) -> Vec<Item> {
    let is_equal = recounted.is_equal && recounted.rows == rows;
    let rate = |nanos| per_second(recounted.rows, nanos) / 1_000;
    let [count, cpu, wall, answer_cpu, answer_wall, memory, uncounted] = ids;
    vec![
        alone(count, "rows", recounted.rows, Goal::Open, is_equal),
        alone(cpu, "k rows/core-s", rate(recounted.took.cpu), Goal::Open, is_equal),
        alone(wall, "k rows/s", rate(recounted.took.wall), Goal::AtLeast(RATE), is_equal),
        alone(answer_cpu, "k rows/core-s", rate(recounted.answered.cpu), Goal::Open, is_equal),
        alone(answer_wall, "k rows/s", rate(recounted.answered.wall), Goal::AtLeast(RATE), is_equal),
        alone(memory, "KiB", recounted.memory_kib, Goal::AtMost(MEMORY_KIB_MAX), is_equal),
        alone(uncounted, "files", recounted.without_counters, Goal::AtMost(0), is_equal),
    ]
}
