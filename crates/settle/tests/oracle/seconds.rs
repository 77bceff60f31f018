//! The oracle's timelines: one truth for each second, found by asking each second.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::{Area, Case, Cause, Fact, Least, Predicate, Quorum, Record, Rows, Test};
use crate::number::Fraction;
use crate::place::{PLACES, open};
use crate::value::Absent;

/// How far around the cycle seconds are looked at. Evidence begins and ends (or lasts) well inside.
pub(crate) const MARGIN: i64 = 4 * 3_600;
/// How far deadlines in office time are looked for.
const DEADLINE_MAX: i64 = 16 * 86_400;

/// One evaluation of a case, with or without its exclusions.
pub(crate) struct Seconds<'c> {
    pub(crate) case: &'c Case,
    pub(crate) excluding: bool,
    /// The first second looked at.
    pub(crate) origin: i64,
    pub(crate) count: usize,
    /// The cycle, or the slice, as positions.
    pub(crate) window: Range<usize>,
    office: Vec<bool>,
    late_office: Option<Vec<bool>>,
    /// How long after the moment an open request is answered at the earliest.
    pub(crate) after: Fraction,
    /// Outages with an excluded cause are passed over.
    passing_over: bool,
    /// What each source took out of account, in time and in records.
    pub(crate) taken_seconds: BTreeMap<Source, Vec<bool>>,
    pub(crate) taken_records: BTreeMap<Source, BTreeSet<usize>>,
}

/// What excludes, in the order the statement lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Announced,
    Quiet,
    Cause(Cause),
}

impl Source {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Quiet => "quiet",
            Self::Cause(cause) => cause.word(),
        }
    }
}

impl<'c> Seconds<'c> {
    pub(crate) fn new(case: &'c Case, excluding: bool) -> Self {
        let origin = case.cycle.0 - MARGIN;
        let until = case.cycle.1 + MARGIN;
        Self {
            case,
            excluding,
            origin,
            count: usize::try_from(until - origin).unwrap(),
            window: usize::try_from(MARGIN).unwrap()..usize::try_from(case.cycle.1 - origin).unwrap(),
            office: open(&case.office, &PLACES[case.place], case.cycle.0, origin, until),
            late_office: None,
            after: Fraction::new(1, 1_000_000),
            passing_over: false,
            taken_seconds: BTreeMap::new(),
            taken_records: BTreeMap::new(),
        }
    }

    pub(crate) fn cycle(&self) -> Range<usize> {
        usize::try_from(MARGIN).unwrap()..self.count - usize::try_from(MARGIN).unwrap()
    }

    fn position(&self, at: i64) -> usize {
        usize::try_from((at - self.origin).max(0)).unwrap().min(self.count)
    }

    fn nothing(&self) -> Vec<bool> {
        vec![false; self.count]
    }

    pub(crate) fn seconds_in(&self, area: &[bool]) -> i64 {
        i64::try_from(area[self.window.clone()].iter().filter(|it| **it).count()).unwrap()
    }

    /// Which seconds belong to an area.
    pub(crate) fn area(&mut self, area: &Area) -> Vec<bool> {
        match area {
            Area::Rows(rows) => {
                let rows = self.rows(rows, false);
                self.cover(&rows)
            }
            Area::Lasting(inner, least) => {
                let inner = self.area(inner);
                keep_long_runs(&inner, *least)
            }
            Area::Or(a, b) => both(self.area(a), &self.area(b), |a, b| a || b),
            Area::And(a, b) => both(self.area(a), &self.area(b), |a, b| a && b),
            Area::Minus(a, b) => both(self.area(a), &self.area(b), |a, b| a && !b),
            Area::Not(a) => self.area(a).into_iter().map(|it| !it).collect(),
            Area::Excluding(inner) => self.without_excluded(inner),
            Area::Office => self.office.clone(),
            Area::Machines(quorum, rows) => self.machines(*quorum, rows),
            Area::Slices(step, test) => self.slices(*step, test),
            Area::Streak(least, predicate) => self.streak(*least, predicate),
            Area::Held(predicate) => self.streak(1, predicate),
            Area::Stacked(rows, least) => self.stacked(rows, *least),
        }
    }

    fn cover(&self, rows: &[usize]) -> Vec<bool> {
        let mut covered = self.nothing();
        for row in rows {
            covered[self.extent(*row)].fill(true);
        }
        covered
    }

    fn extent(&self, row: usize) -> Range<usize> {
        let record = &self.case.records[row];
        self.position(record.from)..record.until.map_or(self.count, |until| self.position(until))
    }

    fn machines(&mut self, quorum: Quorum, rows: &Rows) -> Vec<bool> {
        let machines = self.machine_names();
        let mut deep = vec![0; self.count];
        for machine in &machines {
            let rows = self.rows(&Rows::Of(Box::new(rows.clone()), machine), false);
            for (depth, covered) in deep.iter_mut().zip(self.cover(&rows)) {
                *depth += i64::from(covered);
            }
        }
        let needed = match quorum {
            Quorum::Any => 1,
            Quorum::All => i64::try_from(machines.len()).unwrap(),
            Quorum::AtLeast(least) => least,
        };
        deep.into_iter().map(|it| it >= needed).collect()
    }

    /// The machines that run somewhere in the window.
    pub(crate) fn machine_names(&mut self) -> Vec<&'static str> {
        let running = self.rows(&Rows::Fact(Fact::Running), true);
        let names: BTreeSet<&str> = running.iter().filter_map(|it| self.case.records[*it].subject).collect();
        names.into_iter().collect()
    }

    fn slices(&mut self, step: i64, test: &Test) -> Vec<bool> {
        let mut kept = self.nothing();
        let window = self.window.clone();
        for from in window.clone().step_by(usize::try_from(step).unwrap()) {
            let until = (from + usize::try_from(step).unwrap()).min(window.end);
            self.window = from..until;
            if self.test(test) {
                kept[from..until].fill(true);
            }
        }
        self.window = window;
        kept
    }

    fn test(&mut self, test: &Test) -> bool {
        match test {
            Test::Covered(area, least) => {
                let area = self.area(area);
                self.seconds_in(&area) >= *least
            }
            Test::Events(rows, least) => i64::try_from(self.rows(rows, true).len()).unwrap() >= *least,
            Test::Share(predicate, rows, most) => {
                self.share(predicate, rows).is_ok_and(|it| it < Fraction::per_mille(*most))
            }
        }
    }

    /// From the first of so many matching probes in a row to the next that does not match, or to the cycle's end.
    fn streak(&mut self, least: i64, predicate: &Predicate) -> Vec<bool> {
        let mut area = self.nothing();
        let (mut begun, mut seen) = (0, 0);
        for row in self.rows(&Rows::Fact(Fact::Probe), false) {
            let at = self.position(self.case.records[row].from);
            if self.holds(predicate, row) == Ok(true) {
                begun = if seen == 0 { at } else { begun };
                seen += 1;
                continue;
            }
            if seen >= least {
                area[begun..at].fill(true);
            }
            seen = 0;
        }
        if seen >= least && begun < self.cycle().end {
            area[begun..self.cycle().end].fill(true);
        }
        area
    }

    fn stacked(&mut self, rows: &Rows, least: i64) -> Vec<bool> {
        self.depth(rows).into_iter().map(|it| it >= least).collect()
    }

    /// How many records cover each second.
    pub(crate) fn depth(&mut self, rows: &Rows) -> Vec<i64> {
        let mut depth = vec![0; self.count];
        for row in self.rows(rows, false) {
            depth[self.extent(row)].iter_mut().for_each(|it| *it += 1);
        }
        depth
    }

    /// Outages with an excluded cause do not count, whatever else they overlap; of other areas, all excluded time is out.
    fn without_excluded(&mut self, inner: &Area) -> Vec<bool> {
        let whole = self.area(inner);
        if !self.excluding {
            return whole;
        }
        let by_record = reads_outages(inner);
        let outer = self.passing_over;
        self.passing_over |= by_record;
        let counted = both(whole.clone(), &self.area(inner), |a, b| a && b);
        self.passing_over = outer;
        let mut left = counted.clone();
        for source in self.sources() {
            let mut taken = self.source(source);
            if by_record && matches!(source, Source::Cause(_)) {
                taken = both(taken, &counted, |a, b| a && !b);
            }
            let (cycle, count) = (self.cycle(), self.count);
            let log = self.taken_seconds.entry(source).or_insert_with(|| vec![false; count]);
            for at in 0..count {
                log[at] |= whole[at] && taken[at] && cycle.contains(&at);
                left[at] &= !taken[at];
            }
        }
        left
    }

    fn sources(&self) -> Vec<Source> {
        let quiet = self.case.quiet.as_ref().map(|_| Source::Quiet);
        let causes = [Source::Cause(Cause::Dns), Source::Cause(Cause::Client)];
        [Source::Announced].into_iter().chain(quiet).chain(causes).collect()
    }

    /// The seconds a source excludes.
    fn source(&mut self, source: Source) -> Vec<bool> {
        match source {
            Source::Announced => {
                let announced = |it: &Record| it.announced_at.is_some_and(|at| at + 600 <= it.from);
                let rows = self.records(|it| it.fact == Fact::Maintenance && announced(it));
                self.cover(&rows)
            }
            Source::Quiet => {
                let cycle = self.cycle();
                let window = std::mem::replace(&mut self.window, cycle);
                let quiet = self.case.quiet.clone().map(|it| self.area(&it)).unwrap_or_default();
                self.window = window;
                quiet
            }
            Source::Cause(cause) => {
                let rows = self.records(|it| it.fact == Fact::Outage && it.cause == Some(cause));
                self.cover(&rows)
            }
        }
    }

    fn records(&self, holds: impl Fn(&Record) -> bool) -> Vec<usize> {
        (0..self.case.records.len()).filter(|it| holds(&self.case.records[*it])).collect()
    }

    /// The same of spans and events, of which nothing is ever undecided.
    pub(crate) fn rows(&mut self, rows: &Rows, in_window: bool) -> Vec<usize> {
        self.asked_rows(rows, in_window).unwrap()
    }

    /// The records of a fact, those of the window only when it is asked; in order of time.
    pub(crate) fn asked_rows(&mut self, rows: &Rows, in_window: bool) -> Result<Vec<usize>, Absent> {
        Ok(match rows {
            Rows::Fact(fact) => {
                let over = self.passing_over && *fact == Fact::Outage;
                let excluded = |it: &Record| matches!(it.cause, Some(Cause::Dns | Cause::Client));
                let mut found = self.records(|it| it.fact == *fact && !(over && excluded(it)));
                found.retain(|it| !in_window || self.belongs(*it));
                found.sort_by_key(|it| {
                    (self.case.records[*it].from, self.case.records[*it].until.unwrap_or(i64::MAX))
                });
                found
            }
            Rows::Where(inner, predicate) => {
                let rows = self.asked_rows(inner, in_window)?;
                self.matching(rows, predicate)?
            }
            Rows::Lasting(inner, least) => {
                let rows = self.asked_rows(inner, in_window)?;
                rows.into_iter().filter(|it| self.full_length(*it).is_none_or(|it| least.holds(it))).collect()
            }
            Rows::Of(inner, name) => {
                let rows = self.asked_rows(inner, in_window)?;
                rows.into_iter().filter(|it| self.case.records[*it].subject == Some(name)).collect()
            }
            Rows::DistinctBySubject(inner) => {
                let rows = self.asked_rows(inner, in_window)?;
                let subject = |at: usize| self.case.records[rows[at]].subject;
                let again = |at: usize| (at + 1..rows.len()).any(|later| subject(later) == subject(at));
                (0..rows.len())
                    .filter(|at| subject(*at).is_none() || !again(*at))
                    .map(|at| rows[at])
                    .collect()
            }
            Rows::Ranked(inner, rank) => {
                let mut ranked = self.asked_rows(inner, true)?;
                ranked.sort_by_key(|it| {
                    let length = self.full_length(*it).unwrap_or(i64::MAX);
                    let record = &self.case.records[*it];
                    (if rank.descending { -length } else { length }, record.from, record.subject, *it)
                });
                ranked.truncate(rank.count);
                let rows = self.asked_rows(inner, in_window || !rank.others)?;
                rows.into_iter().filter(|it| ranked.contains(it) != rank.others).collect()
            }
            Rows::Excluding(inner) => {
                let rows = self.asked_rows(inner, in_window)?;
                self.rows_without_excluded(rows)
            }
        })
    }

    /// The rows for which a predicate holds; not known while that of one is not.
    pub(crate) fn matching(&mut self, rows: Vec<usize>, predicate: &Predicate) -> Result<Vec<usize>, Absent> {
        let mut matching = Vec::new();
        for row in rows {
            match self.holds(predicate, row) {
                Ok(true) => matching.push(row),
                Ok(false) | Err(Absent::NoData) => {}
                Err(absent) => return Err(absent),
            }
        }
        Ok(matching)
    }

    fn belongs(&self, row: usize) -> bool {
        let record = &self.case.records[row];
        let (from, until) =
            (self.origin + seconds(self.window.start), self.origin + seconds(self.window.end));
        match record.fact {
            Fact::Outage | Fact::Maintenance | Fact::Running => {
                record.from < until && record.until.is_none_or(|it| it > from)
            }
            Fact::Probe | Fact::Ticket | Fact::Fee => (from..until).contains(&record.from),
        }
    }

    fn rows_without_excluded(&mut self, mut rows: Vec<usize>) -> Vec<usize> {
        if !self.excluding {
            return rows;
        }
        for source in self.sources() {
            let time = if let Source::Cause(_) = source { Vec::new() } else { self.source(source) };
            let taken = |row: &usize| match source {
                Source::Cause(cause) => self.case.records[*row].cause == Some(cause),
                _ => time[self.position(self.case.records[*row].from)],
            };
            let gone: BTreeSet<usize> = rows.iter().copied().filter(taken).collect();
            rows.retain(|it| !gone.contains(it));
            let (from, until) = self.case.cycle;
            let inside = gone.into_iter().filter(|it| (from..until).contains(&self.case.records[*it].from));
            self.taken_records.entry(source).or_default().extend(inside);
        }
        rows
    }

    /// The whole length; nothing while it lasts.
    pub(crate) fn full_length(&self, row: usize) -> Option<i64> {
        let record = &self.case.records[row];
        let ends_at_once = matches!(record.fact, Fact::Probe | Fact::Fee);
        if ends_at_once { Some(0) } else { record.until.map(|until| until - record.from) }
    }

    /// Whether a predicate holds: no data when it asks for what the record does not have, provisional when an open
    /// request may still be answered in time.
    pub(crate) fn holds(&mut self, predicate: &Predicate, row: usize) -> Result<bool, Absent> {
        let record = &self.case.records[row];
        let cause = record.cause.ok_or(Absent::NoData);
        match predicate {
            Predicate::CauseIs(wanted) => cause.map(|it| it == *wanted),
            Predicate::CauseIsNot(wanted) => cause.map(|it| it != *wanted),
            Predicate::CauseIn(a, b) => cause.map(|it| it == *a || it == *b),
            Predicate::AtLeast(least) => record.n.map(|it| it >= *least).ok_or(Absent::NoData),
            Predicate::AtLeastOrZero(least) => Ok(record.n.unwrap_or(0) >= *least),
            Predicate::Flag => Ok(record.flag),
            Predicate::LongerThan(length) if record.fact == Fact::Ticket => {
                self.answered_by(row, record.from + length).map(|it| !it)
            }
            Predicate::LongerThan(length) => Ok(self.full_length(row).is_none_or(|it| it > *length)),
            Predicate::StartsInOffice => Ok(self.office[self.position(record.from)]),
            Predicate::AnsweredWithin(seconds) => self.answered_by(row, record.from + seconds),
            Predicate::AnsweredInOffice(seconds) => {
                let deadline = self.deadline(record.from, *seconds);
                self.answered_by(row, deadline)
            }
            Predicate::Not(inner) => self.holds(inner, row).map(|it| !it),
            Predicate::And(a, b) => joined(self.holds(a, row), self.holds(b, row), false),
            Predicate::Or(a, b) => joined(self.holds(a, row), self.holds(b, row), true),
        }
    }

    /// Whether a request was answered by then. One that is still open was not, if then is over.
    fn answered_by(&self, row: usize, deadline: i64) -> Result<bool, Absent> {
        match self.case.records[row].until {
            Some(until) => Ok(until <= deadline),
            None if deadline <= self.moment() => Ok(false),
            None => Err(Absent::Provisional),
        }
    }

    /// The latest moment of which anything is known.
    pub(crate) fn moment(&self) -> i64 {
        self.case.as_of.unwrap_or(self.case.cycle.1)
    }

    /// The instant at which so many seconds of office time have passed.
    fn deadline(&mut self, from: i64, seconds: i64) -> i64 {
        let (case, origin) = (self.case, self.origin);
        let until = case.cycle.1 + DEADLINE_MAX;
        let office = self
            .late_office
            .get_or_insert_with(|| open(&case.office, &PLACES[case.place], case.cycle.0, origin, until));
        let (mut at, mut left) = (from, seconds);
        while left > 0 {
            left -= i64::from(office[usize::try_from(at - origin).unwrap()]);
            at += 1;
        }
        at
    }

    pub(crate) fn share(&mut self, predicate: &Predicate, rows: &Rows) -> Result<Fraction, Absent> {
        let rows = self.asked_rows(rows, true)?;
        let all = i64::try_from(rows.len()).unwrap();
        let part = self.matching(rows, predicate)?.len();
        if all == 0 { Err(Absent::NoData) } else { Ok(Fraction::new(i64::try_from(part).unwrap(), all)) }
    }
}

/// With three answers: `decisive` decides; what is not known yet may still come to it.
fn joined(a: Result<bool, Absent>, b: Result<bool, Absent>, decisive: bool) -> Result<bool, Absent> {
    match (a, b) {
        (Ok(it), _) if it == decisive => Ok(decisive),
        (_, Ok(it)) if it == decisive => Ok(decisive),
        (Ok(_), other) | (other, Ok(_)) => other,
        (Err(Absent::NoData), Err(other)) | (Err(other), Err(_)) => Err(other),
    }
}

impl Least {
    fn holds(self, seconds: i64) -> bool {
        seconds > self.seconds || (!self.strict && seconds == self.seconds)
    }
}

fn seconds(position: usize) -> i64 {
    i64::try_from(position).unwrap()
}

fn both(mut left: Vec<bool>, right: &[bool], join: fn(bool, bool) -> bool) -> Vec<bool> {
    left.iter_mut().zip(right).for_each(|(left, right)| *left = join(*left, *right));
    left
}

fn reads_outages(area: &Area) -> bool {
    match area {
        Area::Rows(rows) | Area::Machines(_, rows) | Area::Stacked(rows, _) => fact_of(rows) == Fact::Outage,
        Area::Lasting(inner, _) | Area::Not(inner) | Area::Excluding(inner) => reads_outages(inner),
        Area::Or(a, b) | Area::And(a, b) | Area::Minus(a, b) => reads_outages(a) || reads_outages(b),
        Area::Slices(_, test) => match &**test {
            Test::Covered(area, _) => reads_outages(area),
            Test::Events(rows, _) | Test::Share(_, rows, _) => fact_of(rows) == Fact::Outage,
        },
        Area::Office | Area::Streak(..) | Area::Held(_) => false,
    }
}

fn fact_of(rows: &Rows) -> Fact {
    match rows {
        Rows::Fact(fact) => *fact,
        Rows::Where(inner, _) | Rows::Lasting(inner, _) | Rows::Of(inner, _) => fact_of(inner),
        Rows::DistinctBySubject(inner) | Rows::Ranked(inner, _) | Rows::Excluding(inner) => fact_of(inner),
    }
}

/// Runs that are long enough, whole. A run that reaches the edge of what is looked at is longer than any limit asked.
fn keep_long_runs(area: &[bool], least: Least) -> Vec<bool> {
    let mut kept = vec![false; area.len()];
    let mut from = 0;
    while from < area.len() {
        let until = (from..area.len()).find(|it| !area[*it]).unwrap_or(area.len());
        let reaches_edge = from == 0 || until == area.len();
        if until > from && (reaches_edge || least.holds(seconds(until - from))) {
            kept[from..until].fill(true);
        }
        from = until + 1;
    }
    kept
}
