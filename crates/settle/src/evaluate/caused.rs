//! Causes of spans: a rule seen a second time, as if the spans with an excluded cause had not been recorded.
//!
//! Taking away the time such spans cover would also take what other spans say of the same time: a DNS fault of one
//! machine would hide the outage of another.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::{AttributeKind, Datum, FactKind, Record};
use language::contract::{Cause, ItemId, Node, Op, Span as SourceSpan};
use timeline::{Interval, Timeline};

use super::paid::Past;
use super::{Evaluator, MemoKey, RemedyValue};
use crate::prepared::depends_on;
use crate::settlement::Outcome;
use crate::value::{RowRef, Value};

/// Values remembered under one setting.
#[derive(Debug, Default)]
pub(super) struct Computed {
    memo: BTreeMap<MemoKey, Outcome<Value>>,
    covers: BTreeMap<SourceSpan, Arc<Timeline>>,
    remedies: BTreeMap<(ItemId, Interval, Option<String>), RemedyValue>,
    past: Past,
}

impl<'a> Evaluator<'a> {
    /// Evaluates with the spans passed over that an excluded cause explains; nothing is traced.
    pub(super) fn passing_over<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        if self.passing_over {
            return run(self);
        }
        self.turn();
        self.trace.pause();
        let result = run(self);
        self.trace.resume();
        self.turn();
        result
    }

    fn turn(&mut self) {
        self.passing_over = !self.passing_over;
        std::mem::swap(&mut self.memo, &mut self.aside.memo);
        std::mem::swap(&mut self.covers, &mut self.aside.covers);
        std::mem::swap(&mut self.remedies, &mut self.aside.remedies);
        std::mem::swap(&mut self.past, &mut self.aside.past);
    }

    /// The rows of a span fact without those passed over.
    pub(super) fn counted_spans(&self, fact: usize, rows: Vec<RowRef>) -> Vec<RowRef> {
        let Some(at) = self.passing_over.then(|| self.cause_attribute(fact)).flatten() else { return rows };
        let excluded = |row: &RowRef| self.record(*row).is_some_and(|it| self.excluded_cause(it, at));
        rows.into_iter().filter(|it| !excluded(it)).collect()
    }

    /// Whether a rule reads spans of which some have an excluded cause.
    pub(super) fn reads_caused_spans(&mut self, node: &Node) -> bool {
        let caused = match self.caused_facts.take() {
            Some(known) => known,
            None => self.facts_with_excluded_causes(),
        };
        let reads = !caused.is_empty() && self.reads_one_of(node, &caused);
        self.caused_facts = Some(caused);
        reads
    }

    fn facts_with_excluded_causes(&self) -> Vec<usize> {
        let excluded =
            |fact: usize, at: usize| self.world.facts.rows(fact).iter().any(|it| self.excluded_cause(it, at));
        let facts = 0..self.world.contract.schema.facts.len();
        facts.filter(|fact| self.span_cause_attribute(*fact).is_some_and(|at| excluded(*fact, at))).collect()
    }

    fn reads_one_of(&self, node: &Node, facts: &[usize]) -> bool {
        let contract = self.world.contract;
        let named = node.items();
        let beneath = named.iter().flat_map(|it| depends_on(contract, *it)).chain(named.iter().copied());
        let items = beneath.filter_map(|it| contract.item(it));
        let bodies = items.flat_map(|it| &it.readings).filter_map(|it| it.body.as_ref());
        bodies.chain([node]).any(|it| reads_any(it, facts))
    }

    /// All spans with this cause.
    pub(super) fn caused_by(&self, cause: &Cause) -> Timeline {
        let facts = 0..self.world.contract.schema.facts.len();
        let spans =
            facts.filter_map(|fact| Some((self.world.facts.rows(fact), self.span_cause_attribute(fact)?)));
        let caused = spans.flat_map(|(rows, at)| {
            let rows = rows.iter().filter(move |it| names(it.attributes.get(at), cause));
            rows.filter_map(|it| Interval::new(it.from, it.until))
        });
        Timeline::from_intervals(caused)
    }

    fn span_cause_attribute(&self, fact: usize) -> Option<usize> {
        let kind = self.world.contract.schema.facts.get(fact)?.kind;
        self.cause_attribute(fact).filter(|_| kind == FactKind::Span)
    }

    /// The attribute of a fact that names one of the contract's causes.
    pub(super) fn cause_attribute(&self, fact: usize) -> Option<usize> {
        let contract = self.world.contract;
        let is_cause = |kind: &AttributeKind| matches!(kind, AttributeKind::Cause(words) if words.iter().eq(contract.causes.iter().map(|it| &it.name)));
        contract.schema.facts.get(fact)?.attributes.iter().position(|it| is_cause(&it.kind))
    }

    fn excluded_cause(&self, record: &Record, at: usize) -> bool {
        let mut causes = self.world.contract.causes.iter().filter(|it| it.excluded);
        causes.any(|it| names(record.attributes.get(at), it))
    }
}

fn reads_any(node: &Node, facts: &[usize]) -> bool {
    matches!(&node.op, Op::Fact(fact) if facts.contains(fact))
        || node.parts().into_iter().any(|it| reads_any(it, facts))
}

/// Whether a record's attribute names the cause.
pub(super) fn names(datum: Option<&Option<Datum>>, cause: &Cause) -> bool {
    matches!(datum, Some(Some(Datum::Text(word))) if **word == *cause.name)
}
