//! Values at which a finding shows, in words: the level, the amount, the number with the fewest digits.

use diagnostic::Bilingual;
use language::contract::{Item, ItemId, Type};
use quantity::{Quantity, Ratio};

use crate::domain::{Domain, Kind};
use crate::show::{both, nice_between, percent, show_quantity, value_of};
use crate::sweep::{Bench, Paid, Try};

/// Whether a remedy rewards kept promises, as a bonus does: it pays only where all are kept.
pub(crate) fn rewards(tries: &[Try], remedy: ItemId) -> bool {
    let pays = |it: &Try| it.of(remedy).and_then(Paid::worth).is_some_and(|it| it.is_positive());
    tries.iter().any(|it| it.kept() && pays(it)) && !tries.iter().any(|it| it.broken() && pays(it))
}

/// Indexes of the tries from the best service to the worst.
pub(crate) fn order(bench: &Bench<'_, '_>, tries: &[Try]) -> Vec<usize> {
    let all = 0..tries.len();
    if rising_is_better(bench, tries) { all.rev().collect() } else { all.collect() }
}

fn rising_is_better(bench: &Bench<'_, '_>, tries: &[Try]) -> bool {
    let (Some(first), Some(last)) = (tries.first(), tries.last()) else { return true };
    if first.broken() != last.broken() {
        return first.broken();
    }
    let worth = |it: &Try| it.remedies.iter().filter_map(Paid::worth).max();
    match (worth(first), worth(last)) {
        (Some(low), Some(high)) if low != high => low > high,
        _ => bench.domain.as_ref().is_some_and(|it| it.kind == Kind::Share),
    }
}

/// The try at `at`, moved to a value with few digits in the same stretch of failing values.
pub(crate) fn witness(
    bench: &Bench<'_, '_>,
    tries: &[Try],
    at: usize,
    failing: &impl Fn(&Try) -> bool,
) -> Option<Try> {
    let here = tries.get(at)?;
    let Some(domain) = &bench.domain else { return Some(here.clone()) };
    let fails = |at: &usize| tries.get(*at).is_some_and(failing);
    let low = (0..at).rev().take_while(fails).last().unwrap_or(at);
    let high = (at..tries.len()).take_while(fails).last().unwrap_or(at);
    if low == high && short_digits(&here.at) {
        return Some(here.clone());
    }
    let value = |at: usize| tries.get(at).map(|it| it.at.clone());
    let from = low
        .checked_sub(1)
        .map(|outside| edge(bench, failing, value(low), value(outside)))
        .unwrap_or_else(|| value(low))?;
    let until = edge(bench, failing, value(high), value(high + 1))?;
    let nearer_top = high - at <= at - low;
    let nice = nice_between(domain, &from, &until, nearer_top).map(|it| bench.attempt(&it));
    nice.filter(failing).or_else(|| Some(here.clone()))
}

/// Where failing ends between a failing value and its neighbour, by halving; the neighbour's side of it.
fn edge(
    bench: &Bench<'_, '_>,
    failing: &impl Fn(&Try) -> bool,
    inside: Option<Ratio>,
    outside: Option<Ratio>,
) -> Option<Ratio> {
    const HALVINGS: usize = 24;
    let mut inside = inside?;
    let Some(mut outside) = outside else { return Some(inside) };
    for _ in 0..HALVINGS {
        let Ok(middle) = inside.add(&outside).and_then(|it| it.div(&Ratio::int(2))) else { break };
        if failing(&bench.attempt(&middle)) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    Some(outside)
}

fn short_digits(value: &Ratio) -> bool {
    value.exact_decimal().is_some_and(|it| it.len() <= 7)
}

/// How many digits a value takes to write.
pub(crate) fn short_of(it: &Try) -> usize {
    it.at.exact_decimal().map_or(usize::MAX, |it| it.len())
}

/// How far apart two values are.
pub(crate) fn apart(a: &Ratio, b: &Ratio) -> Ratio {
    a.sub(b).map_or(Ratio::ZERO, |it| it.abs())
}

/// All that was charged: the whole base, every invented charge, or the length of the cycle.
pub(crate) fn scale(bench: &Bench<'_, '_>, item: &Item) -> Ratio {
    let contract = bench.graph.contract;
    if contract
        .remedies
        .iter()
        .any(|it| contract.item(it.item).is_some_and(|it| it.span == item.span) && it.base.is_some())
    {
        return Ratio::ONE;
    }
    match &item.ty {
        Type::Scalar(unit) if unit.currency().is_some() => bench.charged(),
        Type::Scalar(unit) if unit.is_time() => bench.scenario.cycle_s(),
        _ => Ratio::ZERO,
    }
}

/// What it is held against, where the amount does not say so itself.
pub(crate) fn limit_text(item: &Item, scale: &Ratio) -> Bilingual {
    match &item.ty {
        Type::Scalar(unit) if unit.is_time() => {
            let shown = show_quantity(&Quantity { value: scale.clone(), unit: unit.clone() });
            both(format!("; the cycle has {shown}"), format!("；周期共 {shown}"))
        }
        _ => both("", ""),
    }
}

/// "22.22…% of monthly_fee", "10.00 USD on 100.00 USD charged".
pub(crate) fn worth(bench: &Bench<'_, '_>, remedy: ItemId, value: &Ratio) -> Bilingual {
    let contract = bench.graph.contract;
    let base = contract.remedy(remedy).and_then(|it| it.base.as_ref());
    if let Some(base) = base {
        let base = contract.source(base.span);
        return both(format!("{} of {base}", percent(value)), format!("{base} 的 {}", percent(value)));
    }
    match contract.item(remedy).map(|it| &it.ty) {
        Some(Type::Scalar(unit)) => {
            let shown = show_quantity(&Quantity { value: value.clone(), unit: unit.clone() });
            let charged = bench.charged();
            if unit.currency().is_none() || charged.is_zero() || value.is_zero() {
                return both(shown.clone(), shown);
            }
            let charged = show_quantity(&Quantity { value: charged, unit: unit.clone() });
            both(format!("{shown} on {charged} charged"), format!("{shown}（共收费 {charged}）"))
        }
        _ => both(value.show(), value.show()),
    }
}

/// "at uptime = 99.4%"
pub(crate) fn place(bench: &Bench<'_, '_>, it: &Try) -> Bilingual {
    match &bench.domain {
        Some(domain) => {
            let (name, value) = (driver_name(bench), value_of(domain, &it.at));
            both(format!("at {name} = {value}"), format!("{name} = {value} 时"))
        }
        None => both("once its promise is broken", "承诺被违反时"),
    }
}

/// "at uptime = 99.4%, "
pub(crate) fn lead(bench: &Bench<'_, '_>, it: &Try) -> Bilingual {
    let place = place(bench, it);
    both(format!("{}, ", place.en), format!("{}，", place.zh))
}

/// The name of the varied number.
pub(crate) fn driver_name(bench: &Bench<'_, '_>) -> String {
    let item = bench.group.driver.and_then(|it| bench.graph.contract.item(it));
    item.map(|it| it.name.clone()).unwrap_or_default()
}

/// How a value of the varied number reads.
pub(crate) fn shown_at(domain: &Domain, it: &Try) -> String {
    value_of(domain, &it.at)
}
