//! One Parquet file, unordered, written by DuckDB, and everybody answers from it.

use lake::kernel::LocalFile;
use measured::Fault;
use measured::report::{Goal, Item};

use super::{Volume, beside};
use crate::peer::Peer;
use crate::question::{Dialect, Question};
use crate::rounds::{Best, Contest, Ours, contest, geometric_mean};

/// Each engine and what the geometric mean over C1 to C5 should be beside it, in hundredths.
const ENGINES: [(&str, Option<u64>); 4] =
    [("duckdb", Some(300)), ("chdb", Some(400)), ("datafusion", Some(500)), ("polars", None)];

pub(super) fn run(volume: &Volume) -> Result<Vec<Item>, Fault> {
    let file = volume.file()?;
    let local = LocalFile::open(&file)?;
    let ours = Ours { files: vec![&local], dialect: Dialect::Peers };
    let mut peers = Vec::new();
    for (engine, _) in ENGINES {
        let mut peer = Peer::start(&volume.python, engine)?;
        peer.same(&file)?;
        peers.push(peer);
    }
    let mut contests = Vec::new();
    for question in Question::ALL {
        contests.push(contest(question, &ours, &mut peers, volume.rows)?);
    }
    let mut items: Vec<Item> =
        contests.iter().flat_map(|it| it.items(ids(it.question), goal(it.question))).collect();
    items.extend(means(&contests));
    Ok(items)
}

/// C6 is only measured.
fn goal(question: Question) -> Goal {
    if question == Question::C6 { Goal::OpenRate } else { Goal::RateHundredths(100) }
}

fn means(contests: &[Contest]) -> Vec<Item> {
    let counted: Vec<&Contest> = contests.iter().filter(|it| it.question != Question::C6).collect();
    let mut items = Vec::new();
    for (id, unit, rate) in [
        ("same-mean-cpu", "k rows/core-s", (|it: &Best| it.cpu) as fn(&Best) -> u64),
        ("same-mean-wall", "k rows/s", |it| it.wall),
    ] {
        let ours: Vec<u64> = counted.iter().map(|it| rate(&it.ours)).collect();
        for (at, (_, goal)) in ENGINES.iter().enumerate() {
            let peer: Vec<&(String, Best)> = counted.iter().filter_map(|it| it.peers.get(at)).collect();
            let rates: Vec<u64> = peer.iter().map(|(_, best)| rate(best)).collect();
            let name = peer.first().map_or("", |(name, _)| name.as_str());
            let is_equal =
                counted.iter().all(|it| it.ours.is_equal) && peer.iter().all(|(_, it)| it.is_equal);
            let goal = goal.map_or(Goal::OpenRate, Goal::RateHundredths);
            items.push(beside(
                id,
                unit,
                geometric_mean(&ours),
                (name, geometric_mean(&rates)),
                goal,
                is_equal,
            ));
        }
    }
    items
}

const fn ids(question: Question) -> [&'static str; 2] {
    match question {
        Question::C1 => ["same-c1-cpu", "same-c1-wall"],
        Question::C2 => ["same-c2-cpu", "same-c2-wall"],
        Question::C3 => ["same-c3-cpu", "same-c3-wall"],
        Question::C4 => ["same-c4-cpu", "same-c4-wall"],
        Question::C5 => ["same-c5-cpu", "same-c5-wall"],
        Question::C6 => ["same-c6-cpu", "same-c6-wall"],
    }
}
