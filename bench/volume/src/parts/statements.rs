//! The month of one account from counters, beside a peer that scans the month.

use evidence::Facts;
use measured::Fault;
use measured::clock::Times;
use measured::report::{Goal, Item};

use super::{Volume, alone, beside};
use crate::own::{Own, month};
use crate::peer::Peer;
use crate::question::lines;
use crate::rounds::digest;
use crate::statement::{Asked, ask, cut_hour, rows, whole_hours};

/// Every account so often: 1,200 asks.
const ROUNDS: usize = 6;
const P99_MAX_NANOS: u64 = 5_000_000;
/// As fast as the scan.
const TIMES: u64 = 1_000;
/// A great account, one in the middle and the smallest.
const ACCOUNTS: [u16; 3] = [0, 60, 199];
const SCANS: usize = 7;

pub(super) fn run(volume: &Volume) -> Result<Vec<Item>, Fault> {
    let own = volume.own()?;
    let whole = ask(&own, ROUNDS, whole_hours)?;
    let cut = ask(&own, 1, cut_hour)?;
    let p99 = |asked: &Asked| asked.times.at_per_mille(990);
    let mut items = vec![
        alone("statement-p50", "ns", whole.times.median(), Goal::Open, whole.is_equal),
        alone("statement-p99", "ns", p99(&whole), Goal::AtMost(P99_MAX_NANOS), whole.is_equal),
        alone("statement-cut-p50", "ns", cut.times.median(), Goal::Open, cut.is_equal),
        alone("statement-cut-p99", "ns", p99(&cut), Goal::Open, cut.is_equal),
    ];
    let file = volume.file()?;
    let mut same = Peer::start(&volume.python, "duckdb")?;
    same.same(&file)?;
    let (scan, scan_is_equal) = scans(&own, &mut same)?;
    items.push(beside(
        "statement-scan",
        "ns",
        whole.times.median(),
        (&same.name, scan),
        Goal::Faster(TIMES),
        whole.is_equal && scan_is_equal,
    ));
    let folder = tempfile::Builder::new().prefix("statement-").tempdir_in(&volume.data)?;
    let mut sorted = Peer::start(&volume.python, "duckdb")?;
    sorted.own(&file, folder.path())?;
    let (scan, scan_is_equal) = scans(&own, &mut sorted)?;
    items.push(beside(
        "statement-scan-sorted",
        "ns",
        whole.times.median(),
        (&sorted.name, scan),
        Goal::Open,
        whole.is_equal && scan_is_equal,
    ));
    Ok(items)
}

/// The peer's best time over the accounts, and whether all its answers were ours.
fn scans(own: &Own, peer: &mut Peer) -> Result<(u64, bool), Fault> {
    let facts = own.facts(month())?;
    let (mut times, mut is_equal) = (Times::default(), true);
    for account in ACCOUNTS {
        let expected = digest(&lines(&rows(&facts.aggregate(&whole_hours(account))?)?));
        for _ in 0..SCANS {
            let told = peer.ask("statement", account)?;
            times.push(told.took.wall);
            is_equal &= told.digest == expected;
        }
    }
    Ok((times.at_per_mille(0), is_equal))
}
