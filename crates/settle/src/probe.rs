//! Single questions about a contract: what would this rule say if that level were given?

use diagnostic::Bilingual;
use evidence::Facts;
use language::contract::{Contract, ItemId, Node};
use quantity::{Quantity, Ratio};
use timeline::Instant;

use crate::evaluate::{Evaluator, Overrides, RemedyValue, World};
use crate::settlement::{CycleSpan, Inputs, Outcome, RemedyStatus};
use crate::value::Value;

/// A contract with evidence and given values, ready to be asked. What the evidence does not state did not happen.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// The evidence, often invented.
    pub facts: &'a dyn Facts,
    /// The cycle.
    pub cycle: &'a CycleSpan,
    /// Plan, start of the subscription.
    pub inputs: &'a Inputs,
    /// Values given instead of computed.
    pub overrides: &'a Overrides,
    /// The reading followed where it is offered; otherwise the one in force.
    pub reading: Option<&'a str>,
}

/// What a remedy comes to.
#[derive(Debug, Clone)]
pub struct Owed {
    /// What became of it.
    pub status: RemedyStatus,
    /// Why there is no amount, or what was done with the literal one.
    pub reason: Option<Bilingual>,
    /// What the words literally compute.
    pub literal: Option<Quantity>,
    /// The literal share of the base.
    pub share: Option<Ratio>,
    /// The base.
    pub base: Option<Quantity>,
    /// What is owed exactly; zero when nothing is.
    pub amount: Option<Quantity>,
    /// What is paid.
    pub rounded: Option<Quantity>,
    /// A cap took effect.
    pub capped: bool,
}

/// When a claim may be made: opening, and closing unless it never closes.
pub type ClaimWindow = (Outcome<Instant>, Option<Outcome<Instant>>);

impl<'a> Probe<'a> {
    /// The value of a named rule.
    pub fn item(&self, id: ItemId, subject: Option<Value>) -> Outcome<Value> {
        self.evaluator().item(id, subject)
    }

    /// The value of an expression of the contract that uses no variable but the subject.
    pub fn node(&self, node: &'a Node, subject: Option<Value>) -> Outcome<Value> {
        self.evaluator().untraced(subject, |it| it.eval(node))
    }

    /// What a remedy comes to; `None` when `id` names no remedy.
    pub fn remedy(&self, id: ItemId, subject: Option<Value>) -> Option<Owed> {
        self.evaluator().remedy(id, subject).ok().map(owed)
    }

    /// The windows of the claim at this index of the contract: one, or one for each row of evidence.
    pub fn claim_windows(&self, claim: usize, subject: Option<Value>) -> Vec<ClaimWindow> {
        let Some(claim) = self.contract.claims.get(claim) else { return Vec::new() };
        let until = self.cycle.counted.until();
        let edges = |it: &mut Evaluator<'a>| {
            let opens = claim.opens.as_ref().map_or(Ok(until), |node| it.claim_instant(node));
            let closes = claim.closes.as_ref().map(|node| it.claim_instant(node));
            (opens, closes)
        };
        let mut evaluator = self.evaluator();
        let Some(per) = &claim.per else { return vec![evaluator.untraced(subject, edges)] };
        let slot = usize::from(self.contract.item(claim.remedy).is_some_and(|it| it.per.is_some()));
        let rows = evaluator.untraced(subject.clone(), |it| it.elements(per)).unwrap_or_default();
        let windows = rows.into_iter().flatten();
        windows.map(|row| evaluator.untraced(subject.clone(), |it| it.with_slot(slot, row, edges))).collect()
    }

    fn evaluator(&self) -> Evaluator<'a> {
        let world = World {
            contract: self.contract,
            facts: self.facts,
            inputs: self.inputs,
            cycle: self.cycle,
            overrides: self.overrides,
            reading: self.reading,
            excluding: true,
            complete: true,
        };
        Evaluator::new(world, false)
    }
}

fn owed(value: RemedyValue) -> Owed {
    Owed {
        status: value.status,
        reason: value.reason,
        literal: value.literal,
        share: value.share,
        base: value.base,
        amount: value.amount,
        rounded: value.rounded,
        capped: value.capped,
    }
}
