//! Contestants answer the same question in turn: twice to warm up, then five times, of which the best counts; C6 once.

use lake::kernel::{self, Plan, ReadAt};
use measured::Fault;
use measured::clock::Times;
use measured::report::{Goal, Item, Rival};
use sha2::{Digest, Sha256};

use crate::clock::{Took, per_second};
use crate::peer::Peer;
use crate::question::{Dialect, Question, lines};

const WARM_UPS: usize = 2;
const ROUNDS: usize = 5;

/// Files that are asked, and how their columns are called.
pub(crate) struct Ours<'f> {
    pub(crate) files: Vec<&'f dyn ReadAt>,
    pub(crate) dialect: Dialect,
}

/// The best of the rounds of everybody.
pub(crate) struct Contest {
    pub(crate) question: Question,
    pub(crate) ours: Best,
    /// In the order of the peers.
    pub(crate) peers: Vec<(String, Best)>,
}

/// Rates of one contestant, thousands of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Best {
    /// A second of one processor.
    pub(crate) cpu: u64,
    /// A second.
    pub(crate) wall: u64,
    /// Whether every answer was ours.
    pub(crate) is_equal: bool,
}

#[derive(Default)]
struct Runs {
    wall: Times,
    cpu: Times,
    differ: usize,
}

impl Ours<'_> {
    /// Answers once, as lines.
    pub(crate) fn answer(&self, question: Question, plan: &Plan) -> Result<Vec<String>, Fault> {
        let answer = kernel::run_all(plan, &self.files)?;
        Ok(lines(&question.rows(self.dialect, &answer)?))
    }

    fn ask(&self, question: Question) -> Result<(Took, String), Fault> {
        let plan = question.plan(self.dialect);
        let (answer, took) = Took::by(|| kernel::run_all(&plan, &self.files));
        Ok((took, digest(&lines(&question.rows(self.dialect, &answer?)?))))
    }
}

/// Everybody answers one question; `rows` is how many rows there are.
pub(crate) fn contest(
    question: Question,
    ours: &Ours<'_>,
    peers: &mut [Peer],
    rows: u64,
) -> Result<Contest, Fault> {
    let mut own = Runs::default();
    let mut theirs: Vec<Runs> = peers.iter().map(|_| Runs::default()).collect();
    let mut expected = None;
    let (warm_ups, rounds) = if question == Question::C6 { (0, 1) } else { (WARM_UPS, ROUNDS) };
    for round in 0..warm_ups + rounds {
        let is_timed = round >= warm_ups;
        let (took, digest) = ours.ask(question)?;
        let expected = expected.get_or_insert_with(|| digest.clone());
        own.add(took, digest == *expected, is_timed);
        for (peer, runs) in peers.iter_mut().zip(&mut theirs) {
            let told = peer.ask(question.name(), 0)?;
            runs.add(told.took, told.digest == *expected, is_timed);
        }
    }
    for (peer, _) in peers.iter_mut().zip(&theirs).filter(|(_, runs)| runs.differ > 0) {
        show_difference(question, ours, peer)?;
    }
    let peers = peers.iter().zip(&theirs).map(|(peer, runs)| (peer.name.clone(), runs.best(rows))).collect();
    let contest = Contest { question, ours: own.best(rows), peers };
    contest.tell();
    Ok(contest)
}

impl Runs {
    fn add(&mut self, took: Took, is_equal: bool, is_timed: bool) {
        self.differ += usize::from(!is_equal);
        if is_timed {
            self.wall.push(took.wall);
            self.cpu.push(took.cpu);
        }
    }

    fn best(&self, rows: u64) -> Best {
        let rate = |times: &Times| per_second(rows, times.at_per_mille(0)) / 1_000;
        Best { cpu: rate(&self.cpu), wall: rate(&self.wall), is_equal: self.differ == 0 }
    }
}

impl Contest {
    /// For whoever waits for the table.
    fn tell(&self) {
        let ours = [("ours".to_owned(), self.ours)];
        for (name, best) in ours.iter().chain(&self.peers) {
            let Best { cpu, wall, .. } = best;
            eprintln!("  {} {name}: {cpu} k rows/core-s, {wall} k rows/s", self.question.name());
        }
    }

    /// One line for each peer and clock.
    pub(crate) fn items(&self, ids: [&'static str; 2], goal: Goal) -> Vec<Item> {
        let line = |(name, peer): &(String, Best), id, unit, rate: fn(&Best) -> u64| Item {
            id,
            unit,
            ours: rate(&self.ours),
            rival: Some(Rival { name: name.clone(), value: rate(peer) }),
            goal,
            is_equal: self.ours.is_equal && peer.is_equal,
        };
        let [cpu, wall] = ids;
        let by_cpu = self.peers.iter().map(|it| line(it, cpu, "k rows/core-s", |it| it.cpu));
        let by_wall = self.peers.iter().map(|it| line(it, wall, "k rows/s", |it| it.wall));
        by_cpu.chain(by_wall).collect()
    }
}

/// The geometric mean of rates, cut.
pub(crate) fn geometric_mean(rates: &[u64]) -> u64 {
    let Ok(count) = u32::try_from(rates.len()) else { return 0 };
    let product = rates.iter().try_fold(1_u128, |product, it| product.checked_mul(u128::from(*it)));
    let (Some(product), true) = (product, count > 0) else { return 0 };
    let (mut least, mut beyond) = (0, rates.iter().max().map_or(1, |it| it.saturating_add(1)));
    while beyond - least > 1 {
        let middle = least + (beyond - least) / 2;
        if u128::from(middle).checked_pow(count).is_some_and(|it| it <= product) {
            least = middle;
        } else {
            beyond = middle;
        }
    }
    least
}

/// SHA-256 of lines, in hexadecimal.
pub(crate) fn digest(lines: &[String]) -> String {
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tells the first row that differs.
fn show_difference(question: Question, ours: &Ours<'_>, peer: &mut Peer) -> Result<(), Fault> {
    let own = ours.answer(question, &question.plan(ours.dialect))?;
    let theirs = peer.rows(question.name(), 0)?;
    let at =
        own.iter().zip(&theirs).position(|(own, their)| own != their).unwrap_or(own.len().min(theirs.len()));
    eprintln!(
        "{} of {}: {} rows and {}, at row {at}: {:?} and {:?}",
        question.name(),
        peer.name,
        own.len(),
        theirs.len(),
        own.get(at),
        theirs.get(at),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_geometric_mean_is_cut() {
        for (rates, mean) in [
            (&[2, 8][..], 4),
            (&[2, 9], 4),
            (&[7], 7),
            (&[10_000_000; 5], 10_000_000),
            (&[0, 5], 0),
            (&[], 0),
        ] {
            assert_eq!(geometric_mean(rates), mean, "{rates:?}");
        }
    }

    #[test]
    fn a_digest_is_of_lines() {
        let lines = ["1,2".to_owned(), "3,4".to_owned()];
        assert_eq!(digest(&lines), "96bbd5de61f36b0e10c5771d180998d066192e8986aa34a8cb7c453f62959274");
    }
}
