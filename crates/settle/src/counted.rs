//! How a contract's rules count the records of a fact in volume: what each condition keeps, what exclusions take out, and
//! which of the rest succeed.
//!
//! No word of any trade is known here. What succeeds follows from the rule: the part that a promised share asks for, or, where
//! the promise bounds a share from above, everything else.

use evidence::{Facts, Predicate};
use language::contract::{Compare, Contract, Item, ItemId, ItemKind, Literal, Node, Op, Span};
use quantity::Ratio;

use crate::evaluate::{Evaluator, Overrides, World};
use crate::settlement::{CycleSpan, Inputs};

/// How one rule counts the records of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedBy {
    /// The promise; the level, where no promise compares it.
    pub rule: String,
    /// What it says, in the words of the contract.
    pub text: String,
    /// The clause it stands under.
    pub clause: String,
    /// It is taken for each subject on its own.
    pub per_subject: bool,
    /// The fact.
    pub fact: usize,
    /// What is counted, from all records down.
    pub steps: Vec<Kept>,
    /// Which of those counted succeed, where the rule takes a share of them.
    pub success: Option<Success>,
}

/// A step from all records to those that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Why the others do not count.
    pub why: Why,
    /// What holds for those that stay.
    pub keeps: Predicate,
}

/// Why records do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A condition of the rule does not hold for them; where it stands.
    Condition(Span),
    /// A cause or an exclusion of the contract takes them out.
    Excluded {
        /// The name of the cause or exclusion.
        name: String,
        /// What it means.
        text: Option<String>,
        /// The clause that excludes.
        clause: String,
    },
}

/// Which of the records counted succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Success {
    /// The condition of the rule.
    pub condition: Span,
    /// The rule takes the share of what fails: those succeed for which the condition does not hold.
    pub of_failures: bool,
    /// What holds for those that succeed.
    pub keeps: Predicate,
}

/// Every way in which the contract's promises, and the levels that no promise compares, count records of facts in volume, in
/// the order of the contract and by the readings in force. Rules that are not asked as questions are not among them.
pub fn counted(
    contract: &Contract,
    facts: &dyn Facts,
    cycle: &CycleSpan,
    inputs: &Inputs,
    overrides: &Overrides,
) -> Vec<CountedBy> {
    let world =
        World { contract, facts, inputs, cycle, overrides, reading: None, excluding: true, complete: false };
    let mut walk = Walk { evaluator: Evaluator::new(world, false), seen: Vec::new(), found: Vec::new() };
    let promised = |it: &Item| matches!(it.kind, ItemKind::Promise | ItemKind::Duty);
    for (id, item) in all(contract).filter(|it| promised(it.1)) {
        walk.rule(id, item);
    }
    for (id, item) in contract.of_kind(ItemKind::Level) {
        if !walk.seen.contains(&id) {
            walk.rule(id, item);
        }
    }
    walk.found
}

fn all(contract: &Contract) -> impl Iterator<Item = (ItemId, &Item)> {
    contract.items.iter().enumerate().map(|(at, it)| (ItemId(at), it))
}

/// A way through the rules, from each promise to the aggregates it rests on.
struct Walk<'a> {
    evaluator: Evaluator<'a>,
    /// Items met.
    seen: Vec<ItemId>,
    found: Vec<CountedBy>,
}

impl<'a> Walk<'a> {
    fn rule(&mut self, id: ItemId, item: &'a Item) {
        let Some(body) = self.evaluator.reading(item).and_then(|it| it.body.as_ref()) else { return };
        let from = self.found.len();
        self.seen.push(id);
        self.evaluator.about_anybody(item.per.is_some());
        let mut met = vec![id];
        match &body.op {
            Op::Compare(operator, left, right) => {
                let up = wants_more(*operator, right);
                self.node(left, up, (item, &mut met));
                self.node(right, !up, (item, &mut met));
            }
            _ => self.node(body, true, (item, &mut met)),
        }
        let contract = self.evaluator.world.contract;
        for it in self.found.iter_mut().skip(from) {
            it.text = contract.source(body.span).to_owned();
        }
    }

    /// `up`: the rule is the better kept the greater this is.
    fn node(&mut self, node: &'a Node, up: bool, (rule, met): (&Item, &mut Vec<ItemId>)) {
        match &node.op {
            Op::Item(id, _) | Op::ItemFor(id, _) => {
                let Some(item) = self.evaluator.world.contract.item(*id) else { return };
                if met.contains(id) {
                    return;
                }
                met.push(*id);
                self.seen.push(*id);
                if let Some(body) = self.evaluator.reading(item).and_then(|it| it.body.as_ref()) {
                    self.evaluator.about_anybody(item.per.is_some() || rule.per.is_some());
                    self.node(body, up, (rule, met));
                }
            }
            Op::Subtract(all, taken) => {
                self.node(all, up, (rule, met));
                self.node(taken, !up, (rule, met));
            }
            Op::Negate(inner) => self.node(inner, !up, (rule, met)),
            Op::Default(inner, _) => self.node(inner, up, (rule, met)),
            Op::Divide(..) | Op::Aggregate { .. } => {
                if let Some(found) = self.evaluator.counting(node, up) {
                    self.add(rule, found);
                } else if let Op::Divide(part, whole) = &node.op {
                    self.node(part, up, (rule, met));
                    self.node(whole, !up, (rule, met));
                }
            }
            _ => node.parts().into_iter().for_each(|it| self.node(it, up, (rule, met))),
        }
    }

    fn add(&mut self, rule: &Item, found: Counting) {
        let Counting { fact, steps, success, per_subject } = found;
        if !self.evaluator.in_volume(fact) {
            return;
        }
        let (name, clause) = (rule.name.clone(), rule.clause.clone());
        let it = CountedBy { rule: name, text: String::new(), clause, per_subject, fact, steps, success };
        if !self.found.contains(&it) {
            self.found.push(it);
        }
    }
}

/// What an aggregate counts.
pub(crate) struct Counting {
    pub(crate) fact: usize,
    pub(crate) steps: Vec<Kept>,
    pub(crate) success: Option<Success>,
    pub(crate) per_subject: bool,
}

/// Whether a comparison is kept the better the greater its left side is.
fn wants_more(operator: Compare, right: &Node) -> bool {
    match operator {
        Compare::AtLeast | Compare::More => true,
        Compare::AtMost | Compare::Less => false,
        Compare::Equal | Compare::NotEqual => {
            let is_zero = matches!(&right.op, Op::Literal(Literal::Quantity(it)) if it.value == Ratio::ZERO);
            is_zero == (operator == Compare::NotEqual)
        }
    }
}
