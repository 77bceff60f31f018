//! What a rule counts, read off the question it becomes: each condition on its own, with the place it stands.

use evidence::Predicate;
use language::contract::{Aggregate, Node, Op};

use super::Evaluator;
use super::ask::{Asked, Condition};
use crate::counted::{Counting, Kept, Success, Why};
use crate::value::Value;

impl<'a> Evaluator<'a> {
    /// Stands in for whichever subject a rule is taken for: what is asked of the one is left out again.
    pub(crate) fn about_anybody(&mut self, per_subject: bool) {
        self.slots = if per_subject { vec![Some(Value::Text("".into()))] } else { Vec::new() };
    }

    /// What a share, a quotient of counts, or another aggregate counts; `None` when it is not asked as a question.
    pub(crate) fn counting(&mut self, node: &'a Node, up: bool) -> Option<Counting> {
        match &node.op {
            Op::Divide(part, whole) => self.quotient(part, whole, up),
            Op::Aggregate { which, rows, slot, body, .. } => {
                let asked = self.plain_question(rows)?;
                let success = match (which, body) {
                    (Aggregate::Share, Some(body)) => {
                        let holds = self.as_filter(asked.fact, *slot, body).ok().flatten()?;
                        Some(success(body, holds, up))
                    }
                    _ => None,
                };
                self.steps(asked, success)
            }
            _ => None,
        }
    }

    /// `count(part) / count(whole)`, where what the part asks beyond the whole is what succeeds.
    fn quotient(&mut self, part: &'a Node, whole: &'a Node, up: bool) -> Option<Counting> {
        let (part, whole) = (self.counted_rows(part)?, self.counted_rows(whole)?);
        if part.fact != whole.fact || part.excluding != whole.excluding {
            return None;
        }
        let asks = |of: &Asked<'a>, it: &Condition<'a>| of.filter.iter().any(|other| other.keeps == it.keeps);
        if !whole.filter.iter().all(|it| asks(&part, it)) {
            return None;
        }
        let beyond: Vec<&Condition<'a>> = part.filter.iter().filter(|it| !asks(&whole, it)).collect();
        let condition = beyond.last()?.node;
        let holds = beyond.iter().map(|it| it.keeps.clone()).collect();
        self.steps(whole, Some(success(condition, Predicate::And(holds), up)))
    }

    fn counted_rows(&mut self, node: &'a Node) -> Option<Asked<'a>> {
        match &node.op {
            Op::Aggregate { which: Aggregate::Count, rows, .. } => self.plain_question(rows),
            _ => None,
        }
    }

    /// Rows as a question that takes every one of them.
    fn plain_question(&mut self, rows: &'a Node) -> Option<Asked<'a>> {
        self.as_question(rows).ok().flatten().filter(|it| it.key.is_none())
    }

    fn steps(&mut self, asked: Asked<'a>, success: Option<Success>) -> Option<Counting> {
        let mut steps = Vec::new();
        let mut per_subject = false;
        for it in asked.filter {
            if is_anybody(it.node) {
                per_subject = true;
            } else {
                conjuncts(it.node, it.keeps, &mut steps);
            }
        }
        if asked.excluding {
            let filters = self.exclusion_filters(asked.fact).ok().flatten()?;
            for (taken, (name, text, clause)) in filters.into_iter().zip(self.excluding_names()) {
                let why = Why::Excluded { name, text, clause };
                steps.push(Kept { why, keeps: Predicate::Not(Box::new(taken)) });
            }
        }
        Some(Counting { fact: asked.fact, steps, success, per_subject })
    }
}

fn success(condition: &Node, holds: Predicate, up: bool) -> Success {
    let keeps = if up { holds } else { Predicate::Not(Box::new(holds)) };
    Success { condition: condition.span, of_failures: !up, keeps }
}

/// Whether rows are those of the subject that the rule is taken for.
fn is_anybody(node: &Node) -> bool {
    matches!(&node.op, Op::OfSubject(_, subject) if matches!(subject.op, Op::Variable(_)))
}

/// Each part of a condition joined with `and` is a step.
fn conjuncts(node: &Node, keeps: Predicate, steps: &mut Vec<Kept>) {
    match (&node.op, keeps) {
        (Op::And(a, b), Predicate::And(both)) if both.len() == 2 => {
            let mut both = both.into_iter();
            for node in [a, b] {
                if let Some(keeps) = both.next() {
                    conjuncts(node, keeps, steps);
                }
            }
        }
        (_, keeps) => steps.push(Kept { why: Why::Condition(node.span), keeps }),
    }
}
