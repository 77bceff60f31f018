//! What a remedy pays over all values: never less than nothing, never more than the charge, never less for worse
//! service, never torn between neighbours.

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::Bilingual;
use language::contract::{Contract, Item, ItemId, Type};
use quantity::{Quantity, Ratio};
use settle::settlement::RemedyStatus;

use crate::domain::{Domain, Kind};
use crate::report::{Finding, Report};
use crate::show::{both, nice_between, percent, show_quantity, value_of};
use crate::sweep::{Bench, Paid, Try};

/// Jumps below a thousandth of the base are no cliffs.
const CLIFF_LEAST: i128 = 1000;

/// Everything about one group under one scenario.
pub(crate) fn check(bench: &Bench<'_, '_>, tries: &[Try], report: &mut Report) {
    for remedy in &bench.group.remedies {
        let Some(money) = Money::new(bench, tries, *remedy) else { continue };
        money.negative(report);
        money.cliffs(report);
        money.uncapped(report);
    }
    falling(bench, tries, report);
}

/// One remedy tried at every value.
pub(crate) struct Money<'m, 'b, 'c> {
    pub(crate) bench: &'m Bench<'b, 'c>,
    pub(crate) tries: &'m [Try],
    pub(crate) id: ItemId,
    pub(crate) item: &'c Item,
}

impl<'m, 'b, 'c> Money<'m, 'b, 'c> {
    pub(crate) fn new(bench: &'m Bench<'b, 'c>, tries: &'m [Try], id: ItemId) -> Option<Self> {
        Some(Self { bench, tries, id, item: bench.graph.contract.item(id)? })
    }

    fn serious(&self) -> bool {
        self.bench.scenario.reading.is_none()
    }

    fn aside(&self) -> Bilingual {
        self.bench.scenario.aside()
    }

    fn paid(&self) -> Vec<Option<&Paid>> {
        self.tries.iter().map(|it| it.of(self.id)).collect()
    }

    /// Where the words compute less than nothing.
    fn negative(&self, report: &mut Report) {
        let failing = |it: &Try| it.of(self.id).is_some_and(|it| it.owed.status == RemedyStatus::Negative);
        let Some((witness, literal)) = self.extreme(failing, |it| it.neg()) else { return };
        let (at, worth) = (place(self.bench, &witness), worth(self.bench, self.id, &literal));
        let name = &self.item.name;
        let message = both(
            format!("`{name}` literally pays a negative amount: {} {}{}", worth.en, at.en, self.aside().en),
            format!("`{name}` 按字面计算为负数：{}得 {}{}", at.zh, worth.zh, self.aside().zh),
        );
        let broken = if witness.broken() { both(", although the promise is broken", "，尽管承诺已被违反") } else { both("", "") };
        let note = both(
            format!("{}the words give {} and nothing is paid{}", lead(self.bench, &witness).en, worth.en, broken.en),
            format!("{}按原文得 {}，因而不予支付{}", lead(self.bench, &witness).zh, worth.zh, broken.zh),
        );
        let help = both("start the formula from the promised level, or say what applies there", "请让公式从承诺的等级起算，或写明该区间如何处理");
        report.add(Finding::warning("R0403", self.item.span, message, help).weighed(self.serious()), vec![self.bench.scenario.case(note)]);
    }

    /// A value people can check at which `failing` holds and the literal amount is most extreme by `by`.
    fn extreme(&self, failing: impl Fn(&Try) -> bool, by: impl Fn(&Ratio) -> Ratio) -> Option<(Try, Ratio)> {
        let literal = |it: &Try| it.of(self.id).and_then(Paid::literal);
        let worst = (0..self.tries.len()).filter(|at| self.tries.get(*at).is_some_and(&failing));
        let worst = worst.max_by_key(|at| self.tries.get(*at).and_then(&literal).map(|it| by(&it)))?;
        let witness = witness(self.bench, self.tries, worst, &failing)?;
        let value = literal(&witness)?;
        Some((witness, value))
    }

    /// Neighbouring values that pay very different amounts where a formula meets its neighbour.
    fn cliffs(&self, report: &mut Report) {
        let scale = scale(self.bench, self.item);
        let paid = self.paid();
        let worths: Vec<Option<Ratio>> = paid.iter().map(|it| it.and_then(Paid::worth)).collect();
        for at in 1..self.tries.len() {
            let around: Option<Vec<Ratio>> = [at.checked_sub(2), Some(at - 1), Some(at), Some(at + 1)]
                .into_iter()
                .map(|it| worths.get(it?).cloned().flatten())
                .collect();
            let Some([before, left, right, after]) = around.as_deref() else { continue };
            if !self.close(at) {
                continue;
            }
            let (slope_left, slope_right, jump) = (apart(before, left), apart(right, after), apart(left, right));
            let share = jump.div(&scale).unwrap_or(Ratio::ZERO);
            let steady = share.mul(&Ratio::int(CLIFF_LEAST)).is_ok_and(|it| it <= Ratio::ONE);
            let slope = slope_left.clone().max(slope_right.clone());
            let gradual = slope.mul(&Ratio::int(4)).is_ok_and(|it| jump <= it);
            if steady || gradual {
                continue;
            }
            let begins = self.tries.get(at - 1).is_some_and(|it| !it.live()) || self.tries.get(at).is_some_and(|it| !it.live());
            let torn = !begins && !(slope_left.is_zero() && slope_right.is_zero());
            let half = share.add(&share).is_ok_and(|it| it >= Ratio::ONE);
            if torn || half {
                self.cliff(at, torn, report);
            }
        }
    }

    /// Whether the points around `at` stand close enough to each other to speak of one place.
    fn close(&self, at: usize) -> bool {
        let value = |at: usize| self.tries.get(at).map(|it| &it.at);
        let (Some(domain), Some(left), Some(right)) = (&self.bench.domain, value(at - 1), value(at)) else { return false };
        let near = domain.until.div(&Ratio::int(50_000)).unwrap_or(Ratio::ZERO);
        domain.kind != Kind::Count && apart(left, right) <= near
    }

    fn cliff(&self, at: usize, torn: bool, report: &mut Report) {
        let (Some(left), Some(right)) = (self.tries.get(at - 1), self.tries.get(at)) else { return };
        let Some(domain) = &self.bench.domain else { return };
        let pays = |it: &Try| it.of(self.id).and_then(Paid::worth).map(|it| worth(self.bench, self.id, &it));
        let (Some(left_pays), Some(right_pays)) = (pays(left), pays(right)) else { return };
        let edge = if short_of(left) <= short_of(right) { left } else { right };
        let (below, above) = (value_of(domain, &left.at), value_of(domain, &right.at));
        let name = &self.item.name;
        let (driver, edge) = (driver_name(self.bench), value_of(domain, &edge.at));
        let message = both(
            format!("`{name}` jumps at {driver} = {edge}: {} below, {} above{}", left_pays.en, right_pays.en, self.aside().en),
            format!("`{name}` 在 {driver} = {edge} 处跳变：低侧为 {}，高侧为 {}{}", left_pays.zh, right_pays.zh, self.aside().zh),
        );
        let note = both(
            format!("{driver} = {below} pays {}; {driver} = {above} pays {}", left_pays.en, right_pays.en),
            format!("{driver} = {below} 时支付 {}；{driver} = {above} 时支付 {}", left_pays.zh, right_pays.zh),
        );
        let help = both("let neighbouring rows meet, or confirm that the step is meant", "请使相邻两档衔接，或确认该跳变是有意的");
        let finding = Finding::warning("R0404", self.item.span, message, help).weighed(torn && self.serious());
        report.add(finding, vec![self.bench.scenario.case(note)]);
    }

    /// Where it pays more than everything charged.
    fn uncapped(&self, report: &mut Report) {
        let scale = scale(self.bench, self.item);
        if scale.is_zero() {
            return self.endless(report);
        }
        let failing = |it: &Try| it.of(self.id).and_then(Paid::worth).is_some_and(|it| it > scale);
        let best_first = order(self.bench, self.tries);
        let Some(first) = best_first.into_iter().find(|at| self.tries.get(*at).is_some_and(failing)) else { return };
        let Some(witness) = witness(self.bench, self.tries, first, &failing) else { return };
        let contract = self.bench.graph.contract;
        let Some(value) = witness.of(self.id).and_then(Paid::worth) else { return };
        let (at, pays, name) = (place(self.bench, &witness), worth(self.bench, self.id, &value), &self.item.name);
        let capped = contract.remedy(self.id).is_some_and(|it| !it.at_most.is_empty());
        let (en, zh) = if capped { ("its cap does not prevent it", "其上限未能阻止") } else { ("no cap is stated", "未写明上限") };
        let message = both(
            format!("`{name}` can pay more than everything charged: {} {}{}, and {en}", pays.en, at.en, self.aside().en),
            format!("`{name}` 可能超过全部费用：{}支付 {}{}，且{zh}", at.zh, pays.zh, self.aside().zh),
        );
        let limit = limit_text(self.item, &scale);
        let note = both(
            format!("{}it pays {}{}", lead(self.bench, &witness).en, pays.en, limit.en),
            format!("{}支付 {}{}", lead(self.bench, &witness).zh, pays.zh, limit.zh),
        );
        let help = both("add `at most …`, or confirm that there is no limit", "请添加 `at most …`，或确认没有上限");
        report.add(Finding::warning("R0407", self.item.span, message, help).weighed(self.serious()), vec![self.bench.scenario.case(note)]);
    }
}

impl Money<'_, '_, '_> {
    /// Where no charge is known to hold it against, an amount that still grows at the far end.
    fn endless(&self, report: &mut Report) {
        let money = matches!(&self.item.ty, Type::Scalar(unit) if unit.currency().is_some());
        let capped = self.bench.graph.contract.remedy(self.id).is_none_or(|it| !it.at_most.is_empty());
        let worst = order(self.bench, self.tries);
        let value = |at: Option<&usize>| at.and_then(|it| self.tries.get(*it)).and_then(|it| it.of(self.id)).and_then(Paid::worth);
        let last = worst.last().and_then(|it| self.tries.get(*it));
        let (Some(most), Some(before), Some(last)) = (value(worst.last()), value(worst.iter().rev().nth(1)), last) else { return };
        if !money || capped || most <= before {
            return;
        }
        let (at, pays, name) = (place(self.bench, last), worth(self.bench, self.id, &most), &self.item.name);
        let message = both(
            format!("`{name}` has no cap: {} {}{}", pays.en, at.en, self.aside().en),
            format!("`{name}` 没有上限：{}支付 {}{}", at.zh, pays.zh, self.aside().zh),
        );
        let help = both("add `at most …`, or confirm that there is no limit", "请添加 `at most …`，或确认没有上限");
        report.add(Finding::note("R0407", self.item.span, message, help), Vec::new());
    }
}

/// Remedies that no scenario could compute, with the reason.
#[derive(Debug, Default)]
pub(crate) struct Unchecked {
    computed: BTreeSet<ItemId>,
    reasons: BTreeMap<ItemId, Bilingual>,
}

impl Unchecked {
    /// Notes what could be computed.
    pub(crate) fn note(&mut self, tries: &[Try]) {
        for paid in tries.iter().flat_map(|it| &it.remedies) {
            if paid.worth().is_some() || matches!(paid.owed.status, RemedyStatus::NoRow | RemedyStatus::Ambiguous) {
                self.computed.insert(paid.id);
            } else if let Some(reason) = &paid.owed.reason {
                self.reasons.entry(paid.id).or_insert_with(|| reason.clone());
            }
        }
    }

    /// Says which remedies were not checked.
    pub(crate) fn tell(&self, contract: &Contract, report: &mut Report) {
        for (id, reason) in self.reasons.iter().filter(|(id, _)| !self.computed.contains(id)) {
            let Some(item) = contract.item(*id) else { continue };
            let name = &item.name;
            let message = both(format!("`{name}` was not checked: {}", reason.en), format!("`{name}` 未经检查：{}", reason.zh));
            let help = both("check its table and caps by examples", "请用示例检查其档位和上限");
            report.add(Finding::note("R0423", item.span, message, help), Vec::new());
        }
    }
}

/// Worse service that pays less, over all remedies of the group together.
fn falling(bench: &Bench<'_, '_>, tries: &[Try], report: &mut Report) {
    let contract = bench.graph.contract;
    let Some(first) = bench.group.remedies.first().and_then(|it| contract.item(*it)) else { return };
    let total = |it: &Try| it.remedies.iter().try_fold(Ratio::ZERO, |sum, it| it.worth().and_then(|it| sum.add(&it).ok()));
    let mut most: Option<(usize, Ratio)> = None;
    let mut fall: Option<(usize, usize, Ratio)> = None;
    for at in order(bench, tries) {
        let Some(worth) = tries.get(at).filter(|it| !it.hole).and_then(total) else { continue };
        match &most {
            Some((from, best)) if worth < *best => {
                let drop = apart(best, &worth);
                if fall.as_ref().is_none_or(|(_, _, deepest)| drop > *deepest) {
                    fall = Some((*from, at, drop));
                }
            }
            Some((_, best)) if worth == *best => {}
            _ => most = Some((at, worth)),
        }
    }
    let Some((better, worse, _)) = fall else { return };
    let (Some(better), Some(worse)) = (tries.get(better), tries.get(worse)) else { return };
    let (Some(more), Some(less)) = (total(better), total(worse)) else { return };
    let (more, less) = (worth(bench, first_id(bench), &more), worth(bench, first_id(bench), &less));
    let (good, bad) = (place(bench, better), place(bench, worse));
    let name = &first.name;
    let message = both(
        format!("`{name}` pays less for worse service: {} {}, but only {} {}{}", more.en, good.en, less.en, bad.en, bench.scenario.aside().en),
        format!("`{name}` 服务更差反而少付：{}支付 {}，{}却只支付 {}{}", good.zh, more.zh, bad.zh, less.zh, bench.scenario.aside().zh),
    );
    let note = both(
        format!("{} it pays {}, {} it pays {}", good.en, more.en, bad.en, less.en),
        format!("{}支付 {}，{}支付 {}", good.zh, more.zh, bad.zh, less.zh),
    );
    let help = both("check the order of the rows and the sign of the formula", "请检查各档的顺序和公式的符号");
    report.add(Finding::warning("R0405", first.span, message, help).weighed(bench.scenario.reading.is_none()), vec![bench.scenario.case(note)]);
}

fn first_id(bench: &Bench<'_, '_>) -> ItemId {
    bench.group.remedies.first().copied().unwrap_or(ItemId(usize::MAX))
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
pub(crate) fn witness(bench: &Bench<'_, '_>, tries: &[Try], at: usize, failing: &impl Fn(&Try) -> bool) -> Option<Try> {
    let here = tries.get(at)?;
    let Some(domain) = &bench.domain else { return Some(here.clone()) };
    let fails = |at: &usize| tries.get(*at).is_some_and(failing);
    let low = (0..at).rev().take_while(fails).last().unwrap_or(at);
    let high = (at..tries.len()).take_while(fails).last().unwrap_or(at);
    if low == high && short_digits(&here.at) {
        return Some(here.clone());
    }
    let value = |at: usize| tries.get(at).map(|it| it.at.clone());
    let from = low.checked_sub(1).map(|outside| edge(bench, failing, value(low), value(outside))).unwrap_or_else(|| value(low))?;
    let until = edge(bench, failing, value(high), value(high + 1))?;
    let nearer_top = high - at <= at - low;
    let nice = nice_between(domain, &from, &until, nearer_top).map(|it| bench.attempt(&it));
    nice.filter(failing).or_else(|| Some(here.clone()))
}

/// Where failing ends between a failing value and its neighbour, by halving; the neighbour's side of it.
fn edge(bench: &Bench<'_, '_>, failing: &impl Fn(&Try) -> bool, inside: Option<Ratio>, outside: Option<Ratio>) -> Option<Ratio> {
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

fn short_of(it: &Try) -> usize {
    it.at.exact_decimal().map_or(usize::MAX, |it| it.len())
}

fn apart(a: &Ratio, b: &Ratio) -> Ratio {
    a.sub(b).map_or(Ratio::ZERO, |it| it.abs())
}

/// All that was charged: the whole base, every invented charge, or the length of the cycle.
pub(crate) fn scale(bench: &Bench<'_, '_>, item: &Item) -> Ratio {
    let contract = bench.graph.contract;
    if contract.remedies.iter().any(|it| contract.item(it.item).is_some_and(|it| it.span == item.span) && it.base.is_some()) {
        return Ratio::ONE;
    }
    match &item.ty {
        Type::Scalar(unit) if unit.currency().is_some() => bench.charged(),
        Type::Scalar(unit) if unit.is_time() => bench.scenario.cycle_s(),
        _ => Ratio::ZERO,
    }
}

/// What it is held against, where the amount does not say so itself.
fn limit_text(item: &Item, scale: &Ratio) -> Bilingual {
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
