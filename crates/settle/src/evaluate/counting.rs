//! What a rule counts, read off the question it becomes: each condition on its own, with the place it stands.

use evidence::Predicate;
use language::contract::shape::{Asked, Condition, Narrows, Scope, Shape};
use language::contract::{Aggregate, Node, Op, Span};

use super::Evaluator;
use super::rows::variables;
use crate::counted::{Counting, Kept, Success, Why};
use crate::value::Value;

/// The records a rule counts.
struct Counted {
    fact: usize,
    steps: Vec<Part>,
    /// Conditions that choose the subject the rule is taken for; nobody's stand here.
    subject: Vec<Predicate>,
}

/// A step, and the condition it is part of.
struct Part {
    kept: Kept,
    of: Option<Span>,
}

impl<'a> Evaluator<'a> {
    /// Stands in for whichever subject a rule is taken for: what is asked of the one is left out again.
    pub(crate) fn about_anybody(&mut self, per_subject: bool) {
        self.slots = if per_subject { vec![Some(Value::Text("".into()))] } else { Vec::new() };
    }

    /// What a share, a quotient of counts, or another aggregate counts; `None` when it is not asked as a question.
    pub(crate) fn counting(&mut self, node: &'a Node, up: bool) -> Option<Counting> {
        match &node.op {
            Op::Divide(part, whole) => self.quotient(part, whole, up),
            Op::Aggregate { .. } => {
                let asking = self.rules().asking(node).ok()?;
                let counted = self.every(&asking.of)?;
                let success = match &asking.what {
                    Asked::Share(condition) => self.share(asking.of.fact, condition, up),
                    _ => None,
                };
                Some(counting(counted, success))
            }
            _ => None,
        }
    }

    /// What a share takes for success, where that is the same for every subject.
    fn share(&mut self, fact: usize, condition: &Condition<'a>, up: bool) -> Option<Success> {
        if condition.values().into_iter().any(|it| varies(it, Scope::Here)) {
            return None;
        }
        Some(success(condition.node.span, self.holds(fact, condition).ok()?, up))
    }

    /// `count(part) / count(whole)`, where what the part asks beyond the whole is what succeeds. How much of all is one
    /// subject's is no success.
    fn quotient(&mut self, part: &'a Node, whole: &'a Node, up: bool) -> Option<Counting> {
        let (part, whole) = (self.counted_rows(part)?, self.counted_rows(whole)?);
        if part.fact != whole.fact || part.subject != whole.subject {
            return None;
        }
        let asks = |of: &Counted, it: &Part| of.steps.iter().any(|other| other.kept.keeps == it.kept.keeps);
        if !whole.steps.iter().all(|it| asks(&part, it)) {
            return None;
        }
        let beyond: Vec<&Part> = part.steps.iter().filter(|it| !asks(&whole, it)).collect();
        let condition = condition_of(&beyond)?;
        let holds = beyond.iter().map(|it| it.kept.keeps.clone()).collect();
        Some(counting(whole, Some(success(condition, Predicate::And(holds), up))))
    }

    fn counted_rows(&mut self, node: &'a Node) -> Option<Counted> {
        match &node.op {
            Op::Aggregate { which: Aggregate::Count, .. } => {
                let asking = self.rules().asking(node).ok()?;
                self.every(&asking.of)
            }
            _ => None,
        }
    }

    /// The records of a shape that takes every one of them.
    fn every(&mut self, shape: &Shape<'a>) -> Option<Counted> {
        if shape.key.is_some() {
            return None;
        }
        let mut counted = Counted { fact: shape.fact, steps: Vec::new(), subject: Vec::new() };
        for step in &shape.steps {
            match &step.narrows {
                Narrows::Where(condition) => {
                    for part in condition.conjuncts() {
                        self.condition(part, (condition, step.scope), &mut counted)?;
                    }
                }
                Narrows::Of(rows, subject) => self.subject((rows, subject), step.scope, &mut counted)?,
                Narrows::Counted(_) => self.exclusions(&mut counted)?,
            }
        }
        Some(counted)
    }

    fn condition(
        &mut self,
        part: &Condition<'a>,
        (whole, scope): (&Condition<'a>, Scope<'a>),
        counted: &mut Counted,
    ) -> Option<()> {
        let keeps = self.in_scope(scope, |it| it.holds(counted.fact, part)).ok()?;
        if part.values().into_iter().any(|it| varies(it, scope)) {
            counted.subject.push(keeps);
        } else {
            let kept = Kept { why: Why::Condition(part.node.span), keeps };
            counted.steps.push(Part { kept, of: Some(whole.node.span) });
        }
        Some(())
    }

    fn subject(
        &mut self,
        (rows, subject): (&'a Node, &'a Node),
        scope: Scope<'a>,
        counted: &mut Counted,
    ) -> Option<()> {
        let keeps = self.in_scope(scope, |it| it.is_about(subject)).ok()?;
        if !varies(subject, scope) {
            let kept = Kept { why: Why::Condition(rows.span), keeps };
            counted.steps.push(Part { kept, of: Some(rows.span) });
        } else {
            counted.subject.push(keeps);
        }
        Some(())
    }

    /// What is excluded, of whichever subject. What is taken out once stays out.
    fn exclusions(&mut self, counted: &mut Counted) -> Option<()> {
        if counted.steps.iter().any(|it| it.of.is_none()) {
            return Some(());
        }
        let filters = self.exclusion_filters(counted.fact, &[]).ok()?;
        for (taken, (name, text, clause)) in filters.into_iter().zip(self.excluding_names()) {
            let why = Why::Excluded { name, text, clause };
            let kept = Kept { why, keeps: Predicate::Not(Box::new(taken)) };
            counted.steps.push(Part { kept, of: None });
        }
        Some(())
    }
}

/// Whether a value of a step is another one for each subject.
fn varies(value: &Node, scope: Scope<'_>) -> bool {
    let closed = matches!(scope, Scope::Given(_, subject) if variables(subject).is_empty());
    !closed && !variables(value).is_empty()
}

fn counting(counted: Counted, success: Option<Success>) -> Counting {
    Counting {
        fact: counted.fact,
        steps: counted.steps.into_iter().map(|it| it.kept).collect(),
        success,
        per_subject: !counted.subject.is_empty(),
    }
}

/// Where conditions stand that together say what succeeds: as a whole where they are parts of one, else the last. What is
/// excluded is no success.
fn condition_of(beyond: &[&Part]) -> Option<Span> {
    let spans: Option<Vec<Span>> = beyond
        .iter()
        .map(|it| match it.kept.why {
            Why::Condition(span) => Some(span),
            Why::Excluded { .. } => None,
        })
        .collect();
    let (spans, last) = (spans?, beyond.last()?);
    let together = beyond.iter().all(|it| it.of == last.of);
    match (spans.first(), spans.last()) {
        (Some(first), Some(last)) if together => Some(first.to(*last)),
        (_, last) => last.copied(),
    }
}

fn success(condition: Span, holds: Predicate, up: bool) -> Success {
    let keeps = if up { holds } else { Predicate::Not(Box::new(holds)) };
    Success { condition, of_failures: !up, keeps }
}
