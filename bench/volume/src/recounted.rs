//! Everything counted again in a process of its own, so that its memory is that of the recount.

use std::path::Path;
use std::process::Command;

use evidence::Facts;
use measured::Fault;
use timeline::Interval;

use crate::clock::Took;
use crate::own::Own;
use crate::statement::{counted_again, every_account};

/// What a recount came to.
pub(crate) struct Recounted {
    pub(crate) rows: u64,
    pub(crate) took: Took,
    /// What it took to answer for every account from the rows alone, run by run.
    pub(crate) answered: Took,
    /// The most memory the process held.
    pub(crate) memory_kib: u64,
    /// Files that had nothing to be compared with.
    pub(crate) without_counters: u64,
    /// Whether counters and digests say what the rows and the bytes do, and answer what the rows answer.
    pub(crate) is_equal: bool,
}

/// Counts the lake of a folder again, in a process of its own.
pub(crate) fn in_another_process(folder: &Path) -> Result<Recounted, Fault> {
    let said = Command::new(std::env::current_exe()?).arg("recount").arg(folder).output()?;
    if !said.status.success() {
        return Err(String::from_utf8_lossy(&said.stderr).into_owned().into());
    }
    let said = String::from_utf8(said.stdout)?;
    let numbers = said.split_whitespace().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    match *numbers {
        [rows, without_counters, wall, cpu, answered_wall, answered_cpu, memory_kib, differences] => {
            Ok(Recounted {
                rows,
                without_counters,
                took: Took { wall, cpu },
                answered: Took { wall: answered_wall, cpu: answered_cpu },
                memory_kib,
                is_equal: differences == 0,
            })
        }
        _ => Err(format!("the recount said {said:?}").into()),
    }
}

/// Counts the lake of a folder again, answers for every account, and prints rows, times, memory and the number of differences.
pub(crate) fn here(folder: &Path) -> Result<(), Fault> {
    let own = Own::open(folder)?;
    let entries = own.entries()?;
    let (recount, took) = Took::by(|| lake::recount(&own.lake.blobs, &entries, &own.target.layout));
    let recount = recount?;
    for difference in &recount.differences {
        eprintln!("{difference}");
    }
    let question = every_account();
    let (by_rows, answered) = Took::by(|| counted_again(&own, &question));
    let peak = peak_kib()?;
    let by_counters = own.facts(Interval::ALL)?.aggregate(&question)?;
    let differences = recount.differences.len() + usize::from(by_rows? != by_counters);
    println!(
        "{} {} {} {} {} {} {peak} {differences}",
        recount.rows, recount.without_counters, took.wall, took.cpu, answered.wall, answered.cpu,
    );
    Ok(())
}

/// The most memory this process held.
fn peak_kib() -> Result<u64, Fault> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the system tells no peak")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
