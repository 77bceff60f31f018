//! What values a measured number can take, and which of them matter to the rules that use it.

use std::collections::BTreeSet;

use language::contract::{Aggregate, Contract, Function, ItemId, Literal, Node, Op, Type};
use quantity::{Quantity, Ratio, Unit};

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A share, from nothing to all.
    Share,
    /// A whole number from zero up.
    Count,
    /// A duration.
    Time,
    /// Any other number from zero up.
    Other,
}

/// The values a number can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Domain {
    pub(crate) kind: Kind,
    pub(crate) unit: Unit,
    /// The greatest value worth asking about.
    pub(crate) until: Ratio,
    /// The contract rounds it to multiples of this.
    pub(crate) step: Option<Ratio>,
}

/// Above so many constants, their sums and differences are left out.
const PAIRED_MAX: usize = 8;
/// Numbers of events at which rules that count are asked about.
const COUNTS: [i128; 14] = [0, 1, 2, 3, 4, 5, 7, 10, 20, 21, 50, 100, 101, 1000];

impl Domain {
    /// The domain of an item under a reading; `constants` are the numbers its rules compare it with.
    pub(crate) fn of(
        contract: &Contract,
        id: ItemId,
        reading: Option<&str>,
        constants: &Constants,
        cycle_s: &Ratio,
    ) -> Self {
        let unit = match contract.item(id).map(|it| &it.ty) {
            Some(Type::Scalar(unit)) => unit.clone(),
            _ => Unit::none(),
        };
        let body = body_of(contract, id, reading);
        let kind = match body {
            _ if unit.is_time() => Kind::Time,
            Some(node) if unit.is_none() && is_count(contract, node, 0) => Kind::Count,
            Some(node) if unit.is_none() && is_share(contract, node, 0) => Kind::Share,
            Some(node) if unit.is_none() && is_measure(contract, node, 0) => Kind::Other,
            _ if unit.is_none() && constants.targets().all(|it| *it <= Ratio::ONE) => Kind::Share,
            _ => Kind::Other,
        };
        let greatest = constants.own.iter().max().cloned().unwrap_or(Ratio::ONE);
        let twice = greatest.add(&greatest).unwrap_or_else(|_| greatest.clone());
        let until = match kind {
            Kind::Share => Ratio::ONE,
            Kind::Count => twice.max(Ratio::int(1000)),
            Kind::Time => twice.max(cycle_s.clone()),
            Kind::Other => twice,
        };
        let step = if kind == Kind::Count { Some(Ratio::ONE) } else { body.and_then(rounded_to) };
        Self { kind, unit, until, step }
    }

    /// A value of it, as the evaluator takes it.
    pub(crate) fn quantity(&self, value: &Ratio) -> Quantity {
        Quantity { value: value.clone(), unit: self.unit.clone() }
    }

    /// The ends, the one first at which things usually go well.
    pub(crate) fn ends(&self) -> [Ratio; 2] {
        let ends = [Ratio::ZERO, self.until.clone()];
        if self.kind == Kind::Share { [self.until.clone(), Ratio::ZERO] } else { ends }
    }

    pub(crate) fn holds(&self, value: &Ratio) -> bool {
        let on_step = self.step.as_ref().is_none_or(|step| value.div(step).is_ok_and(|it| it.is_integer()));
        !value.is_negative() && *value <= self.until && on_step
    }

    /// The values to ask about, ascending: each constant, points close by, the middle between neighbours, the ends.
    pub(crate) fn points(&self, constants: &Constants, cycle_s: &Ratio) -> Vec<Ratio> {
        let mut critical: BTreeSet<Ratio> = constants.own.iter().cloned().collect();
        critical.extend([Ratio::ZERO, self.until.clone()]);
        if self.kind == Kind::Time {
            critical.extend(shares_of_the_cycle(&constants.shares, cycle_s));
        }
        if critical.len() <= PAIRED_MAX {
            critical.extend(pairs(&critical));
        }
        let critical: Vec<Ratio> =
            critical.into_iter().filter(|it| !it.is_negative() && *it <= self.until).collect();
        let near = self.near(&critical);
        let mut points: BTreeSet<Ratio> = BTreeSet::new();
        for pair in critical.windows(2) {
            if let [low, high] = pair {
                points.extend(around(low, high, &near));
            }
        }
        points.extend(critical);
        if self.kind == Kind::Count {
            points.extend(COUNTS.map(Ratio::int));
        }
        self.thinned(points)
    }

    /// How close "close by" is: a hundred-thousandth of the whole, closer where constants stand closer.
    fn near(&self, critical: &[Ratio]) -> Ratio {
        let span = self.until.div(&Ratio::int(100_000)).unwrap_or(Ratio::ONE);
        let gaps = critical.windows(2).filter_map(|it| match it {
            [low, high] => high.sub(low).and_then(|it| it.div(&Ratio::int(8))).ok(),
            _ => None,
        });
        gaps.filter(Ratio::is_positive).fold(span, Ratio::min)
    }

    fn thinned(&self, points: BTreeSet<Ratio>) -> Vec<Ratio> {
        match &self.step {
            Some(step) => {
                let on_step = points.iter().flat_map(|it| {
                    let down = it.round_to(step, quantity::Rounding::Floor).ok();
                    let up = it.round_to(step, quantity::Rounding::Ceiling).ok();
                    let next = up.as_ref().and_then(|it| it.add(step).ok());
                    let before = down.as_ref().and_then(|it| it.sub(step).ok());
                    [before, down, up, next]
                });
                let all: BTreeSet<Ratio> = on_step.flatten().filter(|it| self.holds(it)).collect();
                all.into_iter().collect()
            }
            None => points.into_iter().collect(),
        }
    }
}

/// The numbers some rules write out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Constants {
    /// Those of the unit asked for.
    pub(crate) own: Vec<Ratio>,
    /// Plain numbers.
    pub(crate) shares: Vec<Ratio>,
    /// Those the number itself is compared with.
    pub(crate) compared: Vec<Ratio>,
}

impl Constants {
    pub(crate) fn of<'n>(nodes: impl IntoIterator<Item = &'n Node>, unit: &Unit) -> Self {
        let (mut own, mut shares) = (BTreeSet::new(), BTreeSet::new());
        for node in nodes {
            if let Op::Literal(Literal::Quantity(it)) = &node.op {
                if it.unit == *unit {
                    own.insert(it.value.clone());
                }
                if it.unit.is_none() {
                    shares.insert(it.value.clone());
                }
            }
        }
        Self { own: own.into_iter().collect(), shares: shares.into_iter().collect(), compared: Vec::new() }
    }

    /// What the number is compared with; all numbers where nothing compares it.
    fn targets(&self) -> impl Iterator<Item = &Ratio> {
        if self.compared.is_empty() { self.own.iter() } else { self.compared.iter() }
    }

    /// Adds values of the unit asked for.
    pub(crate) fn add(&mut self, values: impl IntoIterator<Item = Ratio>) {
        self.own.extend(values);
        self.own.sort();
        self.own.dedup();
    }
}

fn around(low: &Ratio, high: &Ratio, near: &Ratio) -> Vec<Ratio> {
    let twice = near.add(near).unwrap_or_else(|_| near.clone());
    let middle = low.add(high).and_then(|it| it.div(&Ratio::int(2)));
    let close = [low.add(near), low.add(&twice), high.sub(near), high.sub(&twice)];
    close.into_iter().chain([middle]).flatten().collect()
}

fn pairs(values: &BTreeSet<Ratio>) -> Vec<Ratio> {
    let pairs = values.iter().flat_map(|a| values.iter().map(move |b| (a, b)));
    pairs.flat_map(|(a, b)| [a.add(b), a.sub(b)]).flatten().collect()
}

/// A target for a share of the cycle is a target for time.
fn shares_of_the_cycle(constants: &[Ratio], cycle_s: &Ratio) -> Vec<Ratio> {
    let shares = constants.iter().filter(|it| it.is_positive() && **it < Ratio::ONE);
    let times = shares.flat_map(|it| [it.mul(cycle_s), Ratio::ONE.sub(it).and_then(|it| it.mul(cycle_s))]);
    times.flatten().collect()
}

/// What an item computes under a reading.
pub(crate) fn body_of<'c>(contract: &'c Contract, id: ItemId, reading: Option<&str>) -> Option<&'c Node> {
    let item = contract.item(id)?;
    let wanted = reading.and_then(|name| item.readings.iter().find(|it| it.name == name));
    wanted.or_else(|| item.readings.get(item.in_force))?.body.as_ref()
}

fn rounded_to(node: &Node) -> Option<Ratio> {
    let Op::Call(Function::Round(_), arguments) = &node.op else { return None };
    arguments.get(1).and_then(written).filter(Ratio::is_positive)
}

/// A number written out.
pub(crate) fn written(node: &Node) -> Option<Ratio> {
    match &node.op {
        Op::Literal(Literal::Quantity(it)) => Some(it.value.clone()),
        _ => None,
    }
}

/// So many of a unit that is written out: `length(work) / 1 h`.
fn is_measure(contract: &Contract, node: &Node, depth: usize) -> bool {
    match &node.op {
        Op::Divide(_, b) => written(b).is_some(),
        Op::Item(id, _) | Op::ItemFor(id, _) if depth < DEPTH_MAX => {
            body_of(contract, *id, None).is_some_and(|it| is_measure(contract, it, depth + 1))
        }
        _ => false,
    }
}

const DEPTH_MAX: usize = 12;

fn is_count(contract: &Contract, node: &Node, depth: usize) -> bool {
    let inner = |it: &Node| depth < DEPTH_MAX && is_count(contract, it, depth + 1);
    match &node.op {
        Op::Aggregate { which: Aggregate::Count, .. } | Op::Fold(Aggregate::Count, _) => true,
        Op::Call(Function::Round(_), _) => rounded_to(node).is_some_and(|it| it.is_integer()),
        // Started or complete steps: `round_up(late, 1 d) / 1 d`.
        Op::Divide(a, b) => rounded_to(a).is_some_and(|step| written(b) == Some(step)),
        Op::Aggregate { which: Aggregate::Sum, body: Some(body), .. } => inner(body),
        Op::Add(a, b) | Op::Subtract(a, b) => inner(a) && inner(b),
        Op::By(_, rows, _) => !rows.is_empty() && rows.iter().all(|(_, it)| inner(it)),
        Op::Item(id, _) | Op::ItemFor(id, _) => body_of(contract, *id, None).is_some_and(inner),
        _ => false,
    }
}

fn is_share(contract: &Contract, node: &Node, depth: usize) -> bool {
    let inner = |it: &Node| depth < DEPTH_MAX && is_share(contract, it, depth + 1);
    match &node.op {
        Op::Divide(a, b) => a.ty == b.ty && written(b).is_none(),
        Op::Aggregate { which: Aggregate::Share, .. } => true,
        Op::Literal(Literal::Quantity(it)) => it.value == Ratio::ONE,
        Op::Subtract(a, _) | Op::Default(a, _) => inner(a),
        Op::Call(Function::Round(_) | Function::Min | Function::Max, arguments) => {
            arguments.first().is_some_and(inner)
        }
        Op::By(_, rows, otherwise) => rows.iter().map(|(_, it)| it).chain(otherwise.as_deref()).all(inner),
        Op::If(_, a, b) => inner(a) && inner(b),
        Op::Item(id, _) | Op::ItemFor(id, _) => body_of(contract, *id, None).is_some_and(inner),
        _ => false,
    }
}
