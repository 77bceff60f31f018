//! Everybody answers from the layout that is their own best, made of the same rows.

use lake::kernel::ReadAt;
use measured::Fault;
use measured::report::{Goal, Item};

use super::{Volume, alone, beside};
use crate::clock::{Took, per_second};
use crate::own::Own;
use crate::peer::Peer;
use crate::question::{Dialect, Question};
use crate::rounds::{Ours, contest};

const ENGINES: [&str; 2] = ["duckdb", "chdb"];
/// C2 to C4 should be five times as fast as every peer.
const TIMES: Goal = Goal::RateHundredths(500);
/// C2, in thousands of rows a second of one processor.
const C2_RATE: u64 = 900_000;
const QUESTIONS: [Question; 5] = [Question::C1, Question::C2, Question::C3, Question::C4, Question::C5];

pub(super) fn run(volume: &Volume) -> Result<Vec<Item>, Fault> {
    let file = volume.file()?;
    let own = Own::anew(&volume.lake_folder())?;
    let took = own.import_file(&file, 0)?;
    let entries = own.entries()?;
    let (rows, bytes) =
        (entries.iter().map(|it| it.rows).sum::<u64>(), entries.iter().map(|it| it.bytes).sum::<u64>());
    let is_whole = rows == volume.rows;
    let bytes_of_thousand = bytes.saturating_mul(1_000).checked_div(rows).unwrap_or(0);
    let mut items = vec![alone("own-size", "bytes/1000 rows", bytes_of_thousand, Goal::Open, is_whole)];
    let folder = tempfile::Builder::new().prefix("own-").tempdir_in(&volume.data)?;
    let mut peers = Vec::new();
    for engine in ENGINES {
        let mut peer = Peer::start(&volume.python, engine)?;
        let theirs = peer.own(&file, &folder.path().join(engine))?;
        items.extend(imports(volume.rows, took, theirs, &peer.name, is_whole));
        peers.push(peer);
    }
    let sources = own.sources()?;
    let ours = Ours { files: sources.iter().map(|it| it as &dyn ReadAt).collect(), dialect: Dialect::Ours };
    for question in QUESTIONS {
        let contest = contest(question, &ours, &mut peers, volume.rows)?;
        items.extend(contest.items(ids(question), goal(question)));
        if question == Question::C2 {
            let rate = contest.ours.cpu;
            items.push(alone(
                "own-c2-rate",
                "k rows/core-s",
                rate,
                Goal::AtLeast(C2_RATE),
                contest.ours.is_equal,
            ));
        }
    }
    Ok(items)
}

/// The time to read the rows from the file and to lay them out.
fn imports(rows: u64, ours: Took, theirs: Took, name: &str, is_whole: bool) -> [Item; 2] {
    let item = |id, unit, ours, theirs| {
        beside(id, unit, per_second(rows, ours), (name, per_second(rows, theirs)), Goal::OpenRate, is_whole)
    };
    [
        item("own-import-cpu", "rows/core-s", ours.cpu, theirs.cpu),
        item("own-import-wall", "rows/s", ours.wall, theirs.wall),
    ]
}

fn goal(question: Question) -> Goal {
    if matches!(question, Question::C2 | Question::C3 | Question::C4) { TIMES } else { Goal::OpenRate }
}

const fn ids(question: Question) -> [&'static str; 2] {
    match question {
        Question::C1 => ["own-c1-cpu", "own-c1-wall"],
        Question::C2 => ["own-c2-cpu", "own-c2-wall"],
        Question::C3 => ["own-c3-cpu", "own-c3-wall"],
        Question::C4 => ["own-c4-cpu", "own-c4-wall"],
        Question::C5 => ["own-c5-cpu", "own-c5-wall"],
        Question::C6 => ["own-c6-cpu", "own-c6-wall"],
    }
}
