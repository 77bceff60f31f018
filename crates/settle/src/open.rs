//! What is known of a value while a record it is taken from is still open: not how much it is, but what it lies beyond.

use std::cmp::Ordering;
use std::sync::Arc;

use diagnostic::Lang;
use evidence::FactKind;
use language::contract::Compare;
use quantity::Quantity;
use timeline::Instant;

use crate::absent::Absent;
use crate::evaluate::order;
use crate::settlement::Outcome;
use crate::shown::quantity_in;
use crate::value::{Value, seconds};

/// A value that an open record leaves unknown. Shown, it is absent; compared, it decides what is certain already.
#[derive(Debug, Clone)]
pub struct Open {
    /// It is no less than this.
    low: Edge,
    /// It is no more than this.
    high: Edge,
    requests: u64,
    spans: u64,
}

/// One end of the values that are possible.
#[derive(Debug, Clone)]
enum Edge {
    /// Nothing is known at this end.
    Unknown,
    /// It ends here; the value may itself be possible.
    At(Value, bool),
    /// What is possible lies beyond everything: a state that lasts is longer than any length.
    Beyond,
}

impl Open {
    /// The end of an open record: after `moment`, or after every instant.
    pub(crate) fn end(kind: FactKind, moment: Option<Instant>) -> Self {
        let low = moment.map_or(Edge::Beyond, |it| Edge::At(Value::Instant(it), false));
        let request = kind == FactKind::Request;
        Self { low, high: Edge::Unknown, requests: u64::from(request), spans: u64::from(!request) }
    }

    /// The end of a window that has none, or its beginning.
    pub(crate) fn endless(end: bool) -> Self {
        let (low, high) = if end { (Edge::Beyond, Edge::Unknown) } else { (Edge::Unknown, Edge::Beyond) };
        Self { low, high, requests: 0, spans: 0 }
    }

    fn exactly(value: &Value) -> Self {
        match value {
            Value::Open(it) => (**it).clone(),
            it => {
                let edge = || Edge::At(it.clone(), true);
                Self { low: edge(), high: edge(), requests: 0, spans: 0 }
            }
        }
    }

    /// Why there is no value to show.
    pub fn absent(&self) -> Absent {
        let (en, zh) = self.reason();
        match (&self.low, &self.high) {
            (Edge::At(Value::Quantity(least), included), Edge::Unknown) => {
                let shown = |lang| quantity_in(least, lang);
                let (en_how, zh_how) =
                    if *included { ("at least", "至少为") } else { ("more than", "已超过") };
                Absent::no_data(
                    format!("{en}; so far it is {en_how} {}", shown(Lang::En)),
                    format!("{zh}；目前{zh_how} {}", shown(Lang::Zh)),
                )
            }
            _ => Absent::no_data(en, zh),
        }
    }

    /// Why a comparison is not decided.
    pub(crate) fn undecided(&self) -> Absent {
        let (en, zh) = self.reason();
        Absent::provisional(format!("not decided yet: {en}"), format!("尚无定论：{zh}"))
    }

    fn reason(&self) -> (String, String) {
        let requests = match self.requests {
            0 => None,
            1 => Some(("1 request is still open".to_owned(), "有 1 个请求仍未结束".to_owned())),
            n => Some((format!("{n} requests are still open"), format!("有 {n} 个请求仍未结束"))),
        };
        let spans = match self.spans {
            0 => None,
            1 => Some(("1 span still lasts".to_owned(), "有 1 段时间仍在持续".to_owned())),
            n => Some((format!("{n} spans still last"), format!("有 {n} 段时间仍在持续"))),
        };
        match (requests, spans) {
            (Some(a), Some(b)) => (format!("{} and {}", a.0, b.0), format!("{}，{}", a.1, b.1)),
            (Some(it), None) | (None, Some(it)) => it,
            (None, None) => {
                ("a window has no end or no beginning".to_owned(), "时间窗没有起点或终点".to_owned())
            }
        }
    }

    /// How it may compare with `value`.
    fn orders(&self, value: &Value) -> Outcome<Vec<Ordering>> {
        let other = Self::exactly(value);
        let least = relation(&self.low, &other.high, Ordering::Greater)?;
        let most = relation(&self.high, &other.low, Ordering::Less)?;
        let possible = [Ordering::Less, Ordering::Equal, Ordering::Greater];
        Ok(possible.into_iter().filter(|it| least.contains(it) && most.contains(it)).collect())
    }

    /// Whether it is certainly no less than nothing.
    pub(crate) fn is_positive(&self) -> bool {
        match &self.low {
            Edge::At(Value::Quantity(it), _) => !it.value.is_negative(),
            Edge::Beyond => true,
            _ => false,
        }
    }

    /// The instant it lies after, if one is known.
    pub(crate) fn after(&self) -> Option<Instant> {
        match &self.low {
            Edge::At(Value::Instant(it), _) => Some(*it),
            _ => None,
        }
    }

    /// Whether it lies after every instant.
    pub(crate) fn is_beyond_everything(&self) -> bool {
        matches!(self.low, Edge::Beyond)
    }

    /// Where an interval up to it, or from it, ends.
    pub(crate) fn limit(&self) -> Instant {
        if matches!(self.high, Edge::Beyond) { Instant::MIN } else { Instant::MAX }
    }

    /// The value of a function that never falls; `strictly` when it rises everywhere.
    pub(crate) fn mapped(&self, strictly: bool, mut of: impl FnMut(Value) -> Outcome<Value>) -> Self {
        let mut edge = |it: &Edge| match it {
            Edge::At(value, possible) => {
                of(value.clone()).map_or(Edge::Unknown, |it| Edge::At(it, *possible || !strictly))
            }
            other => other.clone(),
        };
        let (low, high) = (edge(&self.low), edge(&self.high));
        Self { low, high, ..*self }
    }

    fn turned(self) -> Self {
        Self { low: self.high, high: self.low, ..self }
    }

    /// Takes the records of another one to its own.
    fn count(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.spans = self.spans.saturating_add(other.spans);
    }
}

/// Whether a value is open.
pub(crate) fn is_open(value: &Value) -> bool {
    matches!(value, Value::Open(_))
}

/// Whether two values, one of them open, compare so; an answer only where it is the same whatever the end will be.
pub(crate) fn compare(operator: Compare, a: &Value, b: &Value) -> Outcome<bool> {
    let (open, orders) = match (a, b) {
        (Value::Open(it), other) => (it, it.orders(other)?),
        (other, Value::Open(it)) => (it, it.orders(other)?.into_iter().map(Ordering::reverse).collect()),
        _ => return order(a, b).map(|it| operator.holds(it)),
    };
    let mut answers = orders.into_iter().map(|it| operator.holds(it));
    let first = answers.next();
    match first {
        Some(first) if answers.all(|it| it == first) => Ok(first),
        _ => Err(open.undecided()),
    }
}

/// The orders that an edge leaves possible between what lies beyond it, `towards` that side, and an edge on the way.
fn relation(edge: &Edge, other: &Edge, towards: Ordering) -> Outcome<Vec<Ordering>> {
    let (all, beyond) = (vec![Ordering::Less, Ordering::Equal, Ordering::Greater], vec![towards]);
    match (edge, other) {
        (Edge::Beyond, Edge::At(..)) | (Edge::At(..), Edge::Beyond) => Ok(beyond),
        (Edge::At(a, a_in), Edge::At(b, b_in)) => Ok(match order(a, b)? {
            it if it == towards => beyond,
            Ordering::Equal if *a_in && *b_in => vec![Ordering::Equal, towards],
            Ordering::Equal => beyond,
            _ => all,
        }),
        _ => Ok(all),
    }
}

/// The sum or the difference of two values, one of them open.
pub(crate) fn sum(a: &Value, b: &Value, add: bool) -> Value {
    let (a, b) = (Open::exactly(a), Open::exactly(b));
    let (low, high) = if add { (&b.low, &b.high) } else { (&b.high, &b.low) };
    Value::Open(Arc::new(Open {
        low: added(&a.low, low, add),
        high: added(&a.high, high, add),
        requests: a.requests.max(b.requests),
        spans: a.spans.max(b.spans),
    }))
}

/// The sum of values some of which are open, each of other records.
pub(crate) fn total(values: &[Value], zero: Quantity) -> Value {
    let mut total = Open::exactly(&Value::Quantity(zero));
    for next in values.iter().map(Open::exactly) {
        total.low = added(&total.low, &next.low, true);
        total.high = added(&total.high, &next.high, true);
        total.count(&next);
    }
    Value::Open(Arc::new(total))
}

fn added(a: &Edge, b: &Edge, add: bool) -> Edge {
    match (a, b) {
        (Edge::At(a, a_in), Edge::At(b, b_in)) => {
            moved(a, b, add).map_or(Edge::Unknown, |it| Edge::At(it, *a_in && *b_in))
        }
        (Edge::Unknown, _) | (_, Edge::Unknown) => Edge::Unknown,
        _ => Edge::Beyond,
    }
}

fn moved(a: &Value, b: &Value, add: bool) -> Option<Value> {
    match (a, b) {
        (Value::Quantity(a), Value::Quantity(b)) => {
            (if add { a.add(b) } else { a.sub(b) }).ok().map(Value::Quantity)
        }
        (Value::Instant(a), Value::Instant(b)) if !add => {
            Some(Value::Quantity(Quantity::seconds(seconds(a.nanos_since(*b)))))
        }
        _ => None,
    }
}

/// An open number so many times. However great it will be, none of it is none.
pub(crate) fn times(open: &Open, factor: &Quantity) -> Outcome<Value> {
    let by = |it: Value| match it {
        Value::Quantity(it) => it.mul(factor).map(Value::Quantity).map_err(|_| open.absent()),
        _ => Err(open.absent()),
    };
    if factor.value.is_zero() {
        return match (&open.low, &open.high) {
            (Edge::At(it, _), _) | (_, Edge::At(it, _)) => by(it.clone()),
            _ => Err(open.absent()),
        };
    }
    let scaled = open.mapped(true, by);
    Ok(Value::Open(Arc::new(if factor.value.is_negative() { scaled.turned() } else { scaled })))
}

/// The value at a place, counted from zero, among values in ascending order some of which are open. It is known when it
/// is the same whatever the open ones will be.
pub(crate) fn ranked(values: &[Value], place: usize) -> Option<Value> {
    let all: Vec<Open> = values.iter().map(Open::exactly).collect();
    let mut low: Vec<&Edge> = all.iter().map(|it| &it.low).collect();
    let mut high: Vec<&Edge> = all.iter().map(|it| &it.high).collect();
    low.sort_by(|a, b| by_edge(a, b, Ordering::Less));
    high.sort_by(|a, b| by_edge(a, b, Ordering::Greater));
    let (low, high) = ((*low.get(place)?).clone(), (*high.get(place)?).clone());
    if let (Edge::At(a, true), Edge::At(b, true)) = (&low, &high)
        && order(a, b).is_ok_and(Ordering::is_eq)
    {
        return Some(a.clone());
    }
    let mut ranked = Open { low, high, requests: 0, spans: 0 };
    all.iter().for_each(|it| ranked.count(it));
    Some(Value::Open(Arc::new(ranked)))
}

/// The order of edges of one side: what is unknown at the low end comes first, at the high end last.
fn by_edge(a: &Edge, b: &Edge, unknown: Ordering) -> Ordering {
    let class = |it: &Edge| match it {
        Edge::Unknown => unknown,
        Edge::At(..) => Ordering::Equal,
        Edge::Beyond => unknown.reverse(),
    };
    match (a, b) {
        (Edge::At(a, a_in), Edge::At(b, b_in)) => {
            // What may be the edge itself is less than what lies beyond a low edge, and more than what lies below a high one.
            let closed = if a_in == b_in {
                Ordering::Equal
            } else if *a_in {
                unknown
            } else {
                unknown.reverse()
            };
            order(a, b).unwrap_or(Ordering::Equal).then(closed)
        }
        _ => class(a).cmp(&class(b)),
    }
}
