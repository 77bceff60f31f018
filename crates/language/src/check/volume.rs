//! Facts in volume are asked questions and never listed: whether every rule over them can be asked.

use evidence::FactSchema;

use super::Checker;
use crate::contract::{Aggregate, Claim, Compare, Item, Node, Op, Remedy, RowField, RowType, Type};

impl Checker<'_> {
    /// Reports what would need the records of a fact in volume one by one.
    pub(super) fn check_volume(&mut self, items: &[Item], remedies: &[Remedy], claims: &[Claim]) {
        if !self.schema.facts.iter().any(|it| it.volume) {
            return;
        }
        let facts = Volume { facts: &self.schema.facts };
        let mut listed = Vec::new();
        for item in items {
            for body in item.readings.iter().filter_map(|it| it.body.as_ref()) {
                // A name for some of the records lists nothing by itself.
                facts.walk(body, facts.of_rows(body).is_some(), &mut listed);
            }
            let rest = item.applies.iter().chain(&item.until);
            rest.for_each(|it| facts.walk(it, false, &mut listed));
            if let Some(name) = item.of_fact.and_then(|it| facts.named(it)) {
                listed.push((item.span, name));
            }
        }
        remedies.iter().flat_map(Remedy::nodes).for_each(|it| facts.walk(it, false, &mut listed));
        claims.iter().flat_map(Claim::nodes).for_each(|it| facts.walk(it, false, &mut listed));
        let found: Vec<_> = listed.into_iter().map(|(span, name)| (span, name.to_owned())).collect();
        for (span, name) in found {
            self.error(
                "E0141",
                span,
                format!("`{name}` comes in volume and cannot be listed, and this rule needs its records one by one"),
                format!("`{name}` 的记录大量到来，不能逐条列出，而此规则需要逐条读取"),
                (
                    "count, sum, average or take the share of records chosen by what each of them says, or leave out `in volume`",
                    "请对按记录内容筛选的记录计数、求和、求平均或求占比，或去掉 `in volume`",
                ),
            );
        }
    }
}

/// The facts of a contract, of which some come in volume.
struct Volume<'a> {
    facts: &'a [FactSchema],
}

impl<'a> Volume<'a> {
    fn named(&self, fact: usize) -> Option<&'a str> {
        self.facts.get(fact).filter(|it| it.volume).map(|it| it.name.as_str())
    }

    /// The name of the fact in volume whose records a node is.
    fn of_rows(&self, node: &Node) -> Option<&'a str> {
        match node.ty {
            Type::Rows(RowType::Fact(fact)) => self.named(fact),
            _ => None,
        }
    }

    /// `asked`: what stands around it asks a question about these rows.
    fn walk(&self, node: &Node, asked: bool, listed: &mut Vec<(crate::contract::Span, &'a str)>) {
        if let Some(name) = self.of_rows(node) {
            if !asked || !self.is_question(node) {
                listed.push((node.span, name));
            }
            return;
        }
        if let Op::Aggregate { which, rows, body, slot, .. } = &node.op
            && let Type::Rows(RowType::Fact(fact)) = rows.ty
            && let Some(name) = self.named(fact)
        {
            let distinct = matches!(rows.op, Op::Distinct(..));
            if !self.is_question(rows) || !self.is_asked(*which, distinct, fact, *slot, body.as_deref()) {
                listed.push((node.span, name));
            }
            return;
        }
        node.parts().into_iter().for_each(|it| self.walk(it, false, listed));
    }

    /// Whether an aggregate over rows that can be asked about has an answer without a list.
    fn is_asked(
        &self,
        which: Aggregate,
        distinct: bool,
        fact: usize,
        slot: usize,
        body: Option<&Node>,
    ) -> bool {
        match which {
            Aggregate::Count => true,
            // Which row of a key is the latest, only a list shows.
            _ if distinct => false,
            Aggregate::Share => body.is_some_and(|it| self.is_filter(fact, slot, it)),
            Aggregate::Sum | Aggregate::Mean | Aggregate::Min | Aggregate::Max | Aggregate::Percentile => {
                body.is_some_and(|it| {
                    attribute(slot, it).is_some()
                        && matches!(it.ty, Type::Scalar(_))
                        && self.always_said(fact, it)
                })
            }
            Aggregate::First | Aggregate::Last | Aggregate::Values => false,
        }
    }

    /// Whether rows are all records of the fact, filtered by what each says.
    fn is_question(&self, rows: &Node) -> bool {
        match &rows.op {
            Op::Fact(_) | Op::Item(_, None) => true,
            Op::Where(inner, slot, filter) => {
                let Type::Rows(RowType::Fact(fact)) = inner.ty else { return false };
                self.is_question(inner) && self.is_filter(fact, *slot, filter)
            }
            Op::OfSubject(inner, _) | Op::ExcludeRows(inner) => self.is_question(inner),
            Op::Distinct(inner, fields) => {
                let asked = |it: &RowField| {
                    matches!(it, RowField::Attribute(_) | RowField::Subject | RowField::Id | RowField::Source)
                };
                self.is_question(inner) && fields.iter().all(asked)
            }
            _ => false,
        }
    }

    /// Whether a predicate over one record is a filter, decided by what the record says alone.
    fn is_filter(&self, fact: usize, slot: usize, node: &Node) -> bool {
        match &node.op {
            Op::And(a, b) | Op::Or(a, b) => self.is_filter(fact, slot, a) && self.is_filter(fact, slot, b),
            Op::Not(inner) => self.always_said(fact, inner) && self.is_filter(fact, slot, inner),
            Op::RowField(at, RowField::Attribute(_)) => *at == slot && node.ty == Type::Truth,
            Op::Compare(operator, left, right) => {
                attribute(slot, left).is_some()
                    && !reads(slot, right)
                    && (*operator != Compare::NotEqual || self.always_said(fact, left))
            }
            Op::InList(left, list) => attribute(slot, left).is_some() && !reads(slot, list),
            _ => false,
        }
    }

    /// Whether no attribute that is read may be absent.
    fn always_said(&self, fact: usize, node: &Node) -> bool {
        let own = match &node.op {
            Op::RowField(_, RowField::Attribute(at)) => {
                self.facts.get(fact).and_then(|it| it.attributes.get(*at)).is_some_and(|it| !it.optional)
            }
            Op::RowField(..) => false,
            _ => true,
        };
        own && node.parts().into_iter().all(|it| self.always_said(fact, it))
    }
}

/// A field of the row in `slot` by which records can be chosen.
fn attribute(slot: usize, node: &Node) -> Option<RowField> {
    match &node.op {
        Op::RowField(
            at,
            field @ (RowField::Attribute(_) | RowField::Subject | RowField::Id | RowField::Source),
        ) if *at == slot => Some(*field),
        _ => None,
    }
}

fn reads(slot: usize, node: &Node) -> bool {
    matches!(&node.op, Op::RowField(at, _) | Op::Variable(at) if *at == slot)
        || node.parts().into_iter().any(|it| reads(slot, it))
}
