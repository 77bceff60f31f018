//! What a rule asks of the records of a fact, where they can be asked instead of listed: which of them, and what of these.
//!
//! The one place that says which rules are questions: the checker refuses those over facts in volume that are none, the
//! settlement asks the others, and the console shows what they count.

use evidence::{FactKind, FactSchema};
use quantity::Ratio;

use super::{Aggregate, Compare, Item, ItemId, ItemKind, Literal, Node, Op, RowField, RowType, Span, Type};

/// The rules of a contract, by the readings followed.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The facts evidence may speak of.
    pub facts: &'a [FactSchema],
    /// Everything with a name.
    pub items: &'a [Item],
    /// The reading followed where it is offered; otherwise the one in force.
    pub reading: Option<&'a str>,
}

/// An aggregate that is a question.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    /// Of which records.
    pub of: Shape<'a>,
    /// What.
    pub what: Asked<'a>,
}

/// What is asked of records.
#[derive(Debug, Clone)]
pub enum Asked<'a> {
    /// How many; of each key one, when there is a key.
    Count,
    /// The share for which a condition holds.
    Share(Condition<'a>),
    /// Sum, mean, least or greatest of a number that every record says.
    Measure(Aggregate, RowField),
    /// The percentile, by nearest rank, of a number that every record says; of this rank, which a contract writes as a
    /// constant from 0 to 100 with at most one decimal.
    Percentile(RowField, &'a Node),
}

/// Records of one fact, from all of them down.
#[derive(Debug, Clone)]
pub struct Shape<'a> {
    /// The fact.
    pub fact: usize,
    /// What narrows them, in order.
    pub steps: Vec<Step<'a>>,
    /// The key of which the latest record is taken each, after all steps.
    pub key: Option<&'a [RowField]>,
}

/// A step from all records of a fact to some of them.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// Whose variables its constants read.
    pub scope: Scope<'a>,
    /// What it keeps.
    pub narrows: Narrows<'a>,
}

/// Where the variables of a step stand.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// Where the rows are asked for.
    Here,
    /// Behind a name: its only variable is the subject it is taken for, which stands in that slot where the rows are
    /// asked for.
    Named(Option<usize>),
    /// Behind this name, for a subject that is said where the rows are asked for.
    Given(ItemId, &'a Node),
}

/// What a step keeps.
#[derive(Debug, Clone)]
pub enum Narrows<'a> {
    /// The records for which a condition holds.
    Where(Condition<'a>),
    /// The records of a subject; the rows, and whose they are.
    Of(&'a Node, &'a Node),
    /// What is not excluded; exclusions of these subjects are taken for what the slot holds.
    Counted(Vec<(ItemId, usize)>),
}

/// A condition on one record, and the expression it comes from.
#[derive(Debug, Clone)]
pub struct Condition<'a> {
    /// The expression.
    pub node: &'a Node,
    /// What has to hold.
    pub test: Test<'a>,
}

/// What has to hold for a record. Nodes that are values are the same for every record.
#[derive(Debug, Clone)]
pub enum Test<'a> {
    /// Both.
    Both(Box<Condition<'a>>, Box<Condition<'a>>),
    /// Either.
    Either(Box<Condition<'a>>, Box<Condition<'a>>),
    /// Not this; every record says what it reads.
    Not(Box<Condition<'a>>),
    /// The record says yes.
    Says(RowField),
    /// What the record says compares so with a value.
    Compares(RowField, Compare, &'a Node),
    /// What the record says is one of these.
    In(RowField, &'a Node),
}

impl<'a> Condition<'a> {
    /// Its parts that are joined with `and`, in order.
    pub fn conjuncts(&self) -> Vec<&Condition<'a>> {
        match &self.test {
            Test::Both(a, b) => [a.conjuncts(), b.conjuncts()].concat(),
            _ => vec![self],
        }
    }

    /// The values it compares with.
    pub fn values(&self) -> Vec<&'a Node> {
        match &self.test {
            Test::Both(a, b) | Test::Either(a, b) => [a.values(), b.values()].concat(),
            Test::Not(inner) => inner.values(),
            Test::Says(_) => Vec::new(),
            Test::Compares(_, _, value) | Test::In(_, value) => vec![value],
        }
    }
}

/// Why a rule is no question, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unasked {
    /// The part that cannot be asked.
    pub span: Span,
    /// Why.
    pub why: Why,
}

/// Why records would be needed one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// They are listed, put in order, cut or covered.
    Listed,
    /// Something is computed for each of them.
    Derived,
    /// They are taken in another window.
    Window,
    /// It matters when each of them happened.
    Moment,
    /// A condition is the opposite of one on an attribute that may be missing: the one at this position of the fact.
    Missing(usize),
    /// What is measured may be missing: the attribute at this position of the fact.
    Unsaid(usize),
    /// A condition is decided by something else than one thing a record says.
    Condition,
    /// What is measured is no plain number of a record.
    Measured,
    /// It matters which record of a key is the latest.
    Latest,
    /// A key has a part by which records are not told apart.
    Key,
    /// A rank is none that can be asked.
    Rank,
}

impl<'a> Rules<'a> {
    /// An aggregate over rows as a question.
    pub fn asking(&self, node: &'a Node) -> Result<Asking<'a>, Unasked> {
        let refused = |why| Unasked { span: node.span, why };
        let Op::Aggregate { which, rows, slot, body, rank } = &node.op else {
            return Err(refused(Why::Listed));
        };
        let of = self.shape(rows)?;
        let what = match (*which, body.as_deref()) {
            (Aggregate::Count, _) => Asked::Count,
            (Aggregate::First | Aggregate::Last | Aggregate::Values, _) | (_, None) => {
                return Err(refused(Why::Listed));
            }
            _ if of.key.is_some() => return Err(refused(Why::Latest)),
            (Aggregate::Share, Some(body)) => Asked::Share(self.condition(of.fact, *slot, body)?),
            (which, Some(body)) => {
                let field = self.measured(of.fact, *slot, body)?;
                match rank.as_deref() {
                    Some(rank) if self.is_per_mille(rank, 0) => Asked::Percentile(field, rank),
                    Some(rank) => return Err(Unasked { span: rank.span, why: Why::Rank }),
                    None => Asked::Measure(which, field),
                }
            }
        };
        Ok(Asking { of, what })
    }

    /// Rows as what a question can be about.
    pub fn shape(&self, rows: &'a Node) -> Result<Shape<'a>, Unasked> {
        self.narrowed(rows, Scope::Here, &mut Vec::new())
    }

    /// The rows that an exclusion takes out: a shape whose records are told by what each says.
    pub fn excluded(&self, rows: &'a Node) -> Result<Shape<'a>, Unasked> {
        let shape = self.every(rows, rows.span, Scope::Here, &mut Vec::new())?;
        match shape.steps.iter().any(|it| matches!(it.narrows, Narrows::Counted(_))) {
            true => Err(Unasked { span: rows.span, why: Why::Listed }),
            false => Ok(shape),
        }
    }

    fn narrowed(
        &self,
        rows: &'a Node,
        scope: Scope<'a>,
        names: &mut Vec<ItemId>,
    ) -> Result<Shape<'a>, Unasked> {
        let refused = |why| Unasked { span: rows.span, why };
        let (mut shape, narrows) = match &rows.op {
            Op::Fact(fact) => {
                let event = self.facts.get(*fact).is_some_and(|it| it.kind == FactKind::Event);
                let all = Shape { fact: *fact, steps: Vec::new(), key: None };
                return if event { Ok(all) } else { Err(refused(Why::Listed)) };
            }
            Op::Item(id, slot) => {
                let scope = match scope {
                    Scope::Here => Scope::Named(*slot),
                    outer if *slot == Some(0) => outer,
                    _ => Scope::Named(None),
                };
                return self.behind(*id, rows, scope, names);
            }
            Op::ItemFor(id, subject) => {
                let scope = match (scope, &subject.op) {
                    (Scope::Here, _) => Scope::Given(*id, subject),
                    (outer, Op::Variable(0)) => outer,
                    _ => return Err(refused(Why::Listed)),
                };
                return self.behind(*id, rows, scope, names);
            }
            Op::Distinct(inner, fields) => {
                let shape = self.every(inner, rows.span, scope, names)?;
                return match fields.iter().all(|it| is_said(*it)) {
                    true => Ok(Shape { key: Some(fields), ..shape }),
                    false => Err(refused(Why::Key)),
                };
            }
            Op::Where(inner, slot, condition) => {
                let shape = self.every(inner, rows.span, scope, names)?;
                let condition = self.condition(shape.fact, *slot, condition)?;
                (shape, Narrows::Where(condition))
            }
            Op::OfSubject(inner, subject) => {
                (self.every(inner, rows.span, scope, names)?, Narrows::Of(rows, subject))
            }
            Op::ExcludeRows(inner) => {
                (self.every(inner, rows.span, scope, names)?, Narrows::Counted(Vec::new()))
            }
            Op::About(subject, slot, inner) => {
                let mut shape = self.narrowed(inner, scope, names)?;
                return match shape.steps.last_mut().map(|it| &mut it.narrows) {
                    Some(Narrows::Counted(about)) => {
                        about.insert(0, (*subject, *slot));
                        Ok(shape)
                    }
                    _ => Err(refused(Why::Listed)),
                };
            }
            Op::Over(..) => return Err(refused(Why::Window)),
            _ => return Err(refused(Why::Listed)),
        };
        shape.steps.push(Step { scope, narrows });
        Ok(shape)
    }

    /// Rows of which none was left out for another one.
    fn every(
        &self,
        rows: &'a Node,
        around: Span,
        scope: Scope<'a>,
        names: &mut Vec<ItemId>,
    ) -> Result<Shape<'a>, Unasked> {
        let shape = self.narrowed(rows, scope, names)?;
        if shape.key.is_some() { Err(Unasked { span: around, why: Why::Latest }) } else { Ok(shape) }
    }

    /// The rows behind a name. Names that lead in a circle, reported elsewhere, are none.
    fn behind(
        &self,
        id: ItemId,
        rows: &Node,
        scope: Scope<'a>,
        names: &mut Vec<ItemId>,
    ) -> Result<Shape<'a>, Unasked> {
        let item = self.items.get(id.0).filter(|_| !names.contains(&id));
        let body = item.and_then(|it| it.reading(self.reading)).and_then(|it| it.body.as_ref());
        let Some(body) = body.filter(|it| matches!(it.ty, Type::Rows(RowType::Fact(_)))) else {
            return Err(Unasked { span: rows.span, why: Why::Listed });
        };
        names.push(id);
        let shape = self.narrowed(body, scope, names);
        names.pop();
        shape
    }

    /// A predicate over the record in `slot`, decided by what the record says alone. An attribute that may be missing
    /// stands under no `not` and no `!=`: a filter would keep the records that lack it, and the rule does not.
    fn condition(&self, fact: usize, slot: usize, node: &'a Node) -> Result<Condition<'a>, Unasked> {
        let part = |it: &'a Node| self.condition(fact, slot, it).map(Box::new);
        let test = match &node.op {
            Op::And(a, b) => Test::Both(part(a)?, part(b)?),
            Op::Or(a, b) => Test::Either(part(a)?, part(b)?),
            Op::Not(inner) => {
                let inner = part(inner)?;
                self.always_said(fact, slot, inner.node)?;
                Test::Not(inner)
            }
            Op::RowField(at, field @ RowField::Attribute(_)) if *at == slot && node.ty == Type::Truth => {
                Test::Says(*field)
            }
            Op::Compare(operator, left, right) => {
                let field = told_apart(slot, left, right)?;
                if *operator == Compare::NotEqual {
                    self.always_said(fact, slot, left)?;
                }
                Test::Compares(field, *operator, right)
            }
            Op::InList(left, list) => Test::In(told_apart(slot, left, list)?, list),
            _ => return Err(Unasked { span: node.span, why: Why::Condition }),
        };
        Ok(Condition { node, test })
    }

    /// Refuses a node that reads something a record may lack.
    fn always_said(&self, fact: usize, slot: usize, node: &Node) -> Result<(), Unasked> {
        if let Op::RowField(at, field) = &node.op
            && *at == slot
        {
            match field {
                RowField::Attribute(at) if self.is_optional(fact, *at) => {
                    return Err(Unasked { span: node.span, why: Why::Missing(*at) });
                }
                RowField::Attribute(_) => {}
                _ => return Err(Unasked { span: node.span, why: Why::Condition }),
            }
        }
        node.parts().into_iter().try_for_each(|it| self.always_said(fact, slot, it))
    }

    fn is_optional(&self, fact: usize, attribute: usize) -> bool {
        let attribute = self.facts.get(fact).and_then(|it| it.attributes.get(attribute));
        attribute.is_none_or(|it| it.optional)
    }

    /// The number that is summed or ranked.
    fn measured(&self, fact: usize, slot: usize, node: &Node) -> Result<RowField, Unasked> {
        match &node.op {
            Op::RowField(at, field @ RowField::Attribute(_))
                if *at == slot && matches!(node.ty, Type::Scalar(_)) =>
            {
                match field {
                    RowField::Attribute(at) if self.is_optional(fact, *at) => {
                        Err(Unasked { span: node.span, why: Why::Unsaid(*at) })
                    }
                    _ => Ok(*field),
                }
            }
            Op::RowField(at, field) if *at == slot && !is_said(*field) => {
                Err(Unasked { span: node.span, why: Why::Moment })
            }
            _ => Err(Unasked { span: node.span, why: Why::Measured }),
        }
    }

    /// Whether a rank is a constant from 0 to 100 with at most one decimal, itself or behind a name.
    fn is_per_mille(&self, rank: &Node, depth: usize) -> bool {
        match &rank.op {
            Op::Literal(Literal::Quantity(it)) => per_mille(&it.value).is_some(),
            Op::Item(id, None) if depth < self.items.len() => {
                let item = self.items.get(id.0).filter(|it| it.kind == ItemKind::Definition);
                let body = item.and_then(|it| it.reading(self.reading)).and_then(|it| it.body.as_ref());
                body.is_some_and(|it| self.is_per_mille(it, depth + 1))
            }
            _ => false,
        }
    }
}

/// A rank in thousandths, as questions have it: 950 for the 95th percentile.
pub fn per_mille(rank: &Ratio) -> Option<u32> {
    let per_mille = rank.mul(&Ratio::int(10)).ok().and_then(|it| it.to_integer());
    per_mille.and_then(|it| u32::try_from(it).ok()).filter(|it| *it <= 1000)
}

/// The field on the left, compared with what is the same for every record.
fn told_apart(slot: usize, left: &Node, right: &Node) -> Result<RowField, Unasked> {
    let refused = |span, why| Err(Unasked { span, why });
    match &left.op {
        _ if reads(slot, right) => refused(right.span, moment_or_condition(slot, right)),
        Op::RowField(at, field) if *at == slot && is_said(*field) => Ok(*field),
        _ => refused(left.span, moment_or_condition(slot, left)),
    }
}

fn moment_or_condition(slot: usize, node: &Node) -> Why {
    match &node.op {
        Op::RowField(at, field) if *at == slot && !is_said(*field) => Why::Moment,
        _ => Why::Condition,
    }
}

/// Whether records can be chosen by a field: it is what one says, and not when.
fn is_said(field: RowField) -> bool {
    matches!(field, RowField::Attribute(_) | RowField::Subject | RowField::Id | RowField::Source)
}

fn reads(slot: usize, node: &Node) -> bool {
    matches!(&node.op, Op::RowField(at, _) | Op::Variable(at) if *at == slot)
        || node.parts().into_iter().any(|it| reads(slot, it))
}
