//! The derivation, written down while values are computed.

use language::contract::{Item, Node, Op};

use super::World;
use super::written::one_line;
use crate::settlement::{Derivation, EvidenceUse, Outcome};
use crate::shown::{Shown, of_outcome};
use crate::value::{RowRef, Rows, Span, Value};

/// Steps kept of one rule.
const STEPS_MAX: usize = 48;
/// Records named of one rule and fact.
const RECORDS_MAX: usize = 20;

/// The derivation so far.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    on: bool,
    paused: usize,
    open: Vec<Derivation>,
    done: Vec<Derivation>,
}

impl Trace {
    pub(crate) fn new(on: bool) -> Self {
        Self { on, ..Self::default() }
    }

    /// What was written, innermost rules first.
    pub(crate) fn finish(self) -> Vec<Derivation> {
        self.done
    }

    /// Inside loops nothing is written: the loop's own result stands for it.
    pub(crate) fn pause(&mut self) {
        self.paused += 1;
    }

    pub(crate) fn resume(&mut self) {
        self.paused = self.paused.saturating_sub(1);
    }

    fn writing(&self) -> bool {
        self.on && self.paused == 0
    }

    pub(crate) fn enter(
        &mut self,
        item: &Item,
        subject: Option<String>,
        reading: Option<String>,
        period: &Span,
        world: &World<'_>,
    ) {
        if !self.writing() {
            return;
        }
        let rule = item
            .readings
            .iter()
            .find(|it| Some(&it.name) == reading.as_ref())
            .and_then(|it| it.body.as_ref());
        self.open.push(Derivation {
            name: item.name.clone(),
            subject,
            window: (period.counted != world.cycle.counted).then_some(period.counted),
            reading: reading.filter(|it| !it.is_empty()),
            clause: item.clause.clone(),
            rule: rule.map(|it| one_line(world.contract.source(it.span))).unwrap_or_default(),
            // Known when the rule is left.
            value: Ok(Shown::Truth(false)),
            steps: Vec::new(),
            uses: Vec::new(),
            evidence: Vec::new(),
        });
    }

    pub(crate) fn enter_remedy(
        &mut self,
        item: &Item,
        pays: Option<&Node>,
        subject: Option<String>,
        period: &Span,
        world: &World<'_>,
    ) {
        self.enter(item, subject, None, period, world);
        if self.writing()
            && let Some(derivation) = self.open.last_mut()
        {
            derivation.rule = pays.map(|it| one_line(world.contract.source(it.span))).unwrap_or_default();
        }
    }

    pub(crate) fn leave(&mut self, value: &Outcome<Value>) {
        if !self.writing() {
            return;
        }
        if let Some(mut derivation) = self.open.pop() {
            derivation.value = of_outcome(value);
            self.done.push(derivation);
        }
    }

    pub(crate) fn uses(&mut self, name: &str) {
        if !self.writing() {
            return;
        }
        if let Some(derivation) = self.open.last_mut()
            && !derivation.uses.iter().any(|it| it == name)
        {
            derivation.uses.push(name.to_owned());
        }
    }

    pub(crate) fn step(&mut self, node: &Node, value: &Outcome<Value>, world: &World<'_>) {
        if !self.writing() || !worth_telling(&node.op) {
            return;
        }
        let Some(derivation) = self.open.last_mut() else { return };
        if derivation.steps.len() < STEPS_MAX {
            derivation.steps.push((one_line(world.contract.source(node.span)), of_outcome(value)));
        }
    }

    /// Writes down a step that no expression of its own stands for.
    pub(crate) fn note(&mut self, what: String, value: Value) {
        if !self.writing() {
            return;
        }
        if let Some(derivation) = self.open.last_mut()
            && derivation.steps.len() < STEPS_MAX
        {
            derivation.steps.push((what, of_outcome(&Ok(value))));
        }
    }

    /// Writes down which records a rule read.
    pub(crate) fn read(&mut self, rows: &Rows, world: &World<'_>) {
        if !self.writing() {
            return;
        }
        let Some(derivation) = self.open.last_mut() else { return };
        let Some(RowRef::Record(fact, _)) = rows.rows.first() else { return };
        let name = world.contract.schema.facts.get(*fact).map(|it| it.name.clone()).unwrap_or_default();
        let records: Vec<String> =
            rows.rows.iter().take(RECORDS_MAX).filter_map(|it| record_name(*it, world)).collect();
        let used =
            EvidenceUse { fact: name, count: u64::try_from(rows.rows.len()).unwrap_or(u64::MAX), records };
        if !derivation.evidence.contains(&used) {
            derivation.evidence.push(used);
        }
    }
}

impl Trace {
    /// Writes down that so many records of a fact were counted where they are kept.
    pub(crate) fn counted(&mut self, fact: &str, count: u64) {
        if !self.writing() {
            return;
        }
        let used = EvidenceUse { fact: fact.to_owned(), count, records: Vec::new() };
        if let Some(derivation) = self.open.last_mut()
            && !derivation.evidence.contains(&used)
        {
            derivation.evidence.push(used);
        }
    }
}

fn record_name(row: RowRef, world: &World<'_>) -> Option<String> {
    let RowRef::Record(fact, at) = row else { return None };
    let record = world.facts.rows(fact).get(at)?;
    let by_place = || format!("{}:{}", record.place.file + 1, record.place.line);
    Some(record.id.as_ref().map_or_else(by_place, |it| it.to_string()))
}

/// Literals, names and plain rows explain themselves.
fn worth_telling(op: &Op) -> bool {
    matches!(
        op,
        Op::Add(..)
            | Op::Subtract(..)
            | Op::Multiply(..)
            | Op::Divide(..)
            | Op::Negate(_)
            | Op::Shift(..)
            | Op::Elapsed(..)
            | Op::Compare(..)
            | Op::InBand(..)
            | Op::Ladder(..)
            | Op::By(..)
            | Op::AsOf(..)
            | Op::If(..)
            | Op::Default(..)
            | Op::Call(..)
            | Op::Aggregate { .. }
            | Op::Fold(..)
            | Op::Pattern { .. }
            | Op::PaidOver { .. }
            | Op::Over(..)
    )
}
