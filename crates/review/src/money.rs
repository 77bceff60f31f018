//! What a remedy pays over all values: never less than nothing, never more than the charge, never less for worse
//! service, never torn between neighbours.

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::Bilingual;
use language::contract::{Contract, Item, ItemId, Type};
use quantity::Ratio;
use settle::settlement::RemedyStatus;

use crate::report::{Finding, Report};
use crate::show::both;
use crate::sweep::{Bench, Paid, Try};
use crate::witness::{apart, lead, limit_text, order, place, rewards, scale, witness, worth};

/// Everything about one group under one scenario.
pub(crate) fn check(bench: &Bench<'_, '_>, tries: &[Try], report: &mut Report) {
    for remedy in bench.group.remedies.iter().filter(|it| !bench.group.when_only.contains(it)) {
        let Some(money) = Money::new(bench, tries, *remedy) else { continue };
        money.negative(report);
        money.cliffs(report);
        money.uncapped(report);
    }
    if bench.group.when_only.is_empty() {
        falling(bench, tries, report);
    }
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

    pub(crate) fn serious(&self) -> bool {
        self.bench.scenario.reading.is_none()
    }

    pub(crate) fn aside(&self) -> Bilingual {
        self.bench.scenario.aside()
    }

    pub(crate) fn paid(&self) -> Vec<Option<&Paid>> {
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
        let broken = if witness.broken() {
            both(", although the promise is broken", "，尽管承诺已被违反")
        } else {
            both("", "")
        };
        let note = both(
            format!(
                "{}the words give {} and nothing is paid{}",
                lead(self.bench, &witness).en,
                worth.en,
                broken.en
            ),
            format!("{}按原文得 {}，因而不予支付{}", lead(self.bench, &witness).zh, worth.zh, broken.zh),
        );
        let help = both(
            "start the formula from the promised level, or say what applies there",
            "请让公式从承诺的等级起算，或写明该区间如何处理",
        );
        report.add(
            Finding::warning("R0403", self.item.span, message, help).weighed(self.serious()),
            vec![self.bench.scenario.case(note)],
        );
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

    /// Where it pays more than everything charged.
    fn uncapped(&self, report: &mut Report) {
        let scale = scale(self.bench, self.item);
        if scale.is_zero() {
            return self.endless(report);
        }
        let failing = |it: &Try| it.of(self.id).and_then(Paid::worth).is_some_and(|it| it > scale);
        let best_first = order(self.bench, self.tries);
        let Some(first) = best_first.into_iter().find(|at| self.tries.get(*at).is_some_and(failing)) else {
            return;
        };
        let Some(witness) = witness(self.bench, self.tries, first, &failing) else { return };
        let contract = self.bench.graph.contract;
        let Some(value) = witness.of(self.id).and_then(Paid::worth) else { return };
        let (at, pays, name) =
            (place(self.bench, &witness), worth(self.bench, self.id, &value), &self.item.name);
        let capped = contract.remedy(self.id).is_some_and(|it| !it.at_most.is_empty());
        let (en, zh) = if capped {
            ("its cap does not prevent it", "其上限未能阻止")
        } else {
            ("no cap is stated", "未写明上限")
        };
        let message = both(
            format!(
                "`{name}` can pay more than everything charged: {} {}{}, and {en}",
                pays.en,
                at.en,
                self.aside().en
            ),
            format!("`{name}` 可能超过全部费用：{}支付 {}{}，且{zh}", at.zh, pays.zh, self.aside().zh),
        );
        let limit = limit_text(self.item, &scale);
        let note = both(
            format!("{}it pays {}{}", lead(self.bench, &witness).en, pays.en, limit.en),
            format!("{}支付 {}{}", lead(self.bench, &witness).zh, pays.zh, limit.zh),
        );
        let help =
            both("add `at most …`, or confirm that there is no limit", "请添加 `at most …`，或确认没有上限");
        report.add(
            Finding::warning("R0407", self.item.span, message, help).weighed(self.serious()),
            vec![self.bench.scenario.case(note)],
        );
    }
}

impl Money<'_, '_, '_> {
    /// Where no charge is known to hold it against, an amount that still grows at the far end.
    fn endless(&self, report: &mut Report) {
        let money = matches!(&self.item.ty, Type::Scalar(unit) if unit.currency().is_some());
        let capped = self.bench.graph.contract.remedy(self.id).is_none_or(|it| !it.at_most.is_empty());
        let worst = order(self.bench, self.tries);
        let value = |at: Option<&usize>| {
            at.and_then(|it| self.tries.get(*it)).and_then(|it| it.of(self.id)).and_then(Paid::worth)
        };
        let last = worst.last().and_then(|it| self.tries.get(*it));
        let (Some(most), Some(before), Some(last)) =
            (value(worst.last()), value(worst.iter().rev().nth(1)), last)
        else {
            return;
        };
        if !money || capped || most <= before {
            return;
        }
        let (at, pays, name) = (place(self.bench, last), worth(self.bench, self.id, &most), &self.item.name);
        let message = both(
            format!("`{name}` has no cap: {} {}{}", pays.en, at.en, self.aside().en),
            format!("`{name}` 没有上限：{}支付 {}{}", at.zh, pays.zh, self.aside().zh),
        );
        let help =
            both("add `at most …`, or confirm that there is no limit", "请添加 `at most …`，或确认没有上限");
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
            if paid.worth().is_some()
                || matches!(paid.owed.status, RemedyStatus::NoRow | RemedyStatus::Ambiguous)
            {
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
            let message = both(
                format!("`{name}` was not checked: {}", reason.en),
                format!("`{name}` 未经检查：{}", reason.zh),
            );
            let help = both("check its table and caps by examples", "请用示例检查其档位和上限");
            report.add(Finding::note("R0423", item.span, message, help), Vec::new());
        }
    }
}

/// Worse service that pays less, over all remedies of the group together.
fn falling(bench: &Bench<'_, '_>, tries: &[Try], report: &mut Report) {
    let contract = bench.graph.contract;
    let Some(first) = bench.group.remedies.first().and_then(|it| contract.item(*it)) else { return };
    let counted: Vec<ItemId> =
        bench.group.remedies.iter().copied().filter(|it| !rewards(tries, *it)).collect();
    let total = |it: &Try| {
        let paid = it.remedies.iter().filter(|it| counted.contains(&it.id));
        paid.map(Paid::worth).try_fold(Ratio::ZERO, |sum, it| sum.add(&it?).ok())
    };
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
        format!(
            "`{name}` pays less for worse service: {} {}, but only {} {}{}",
            more.en,
            good.en,
            less.en,
            bad.en,
            bench.scenario.aside().en
        ),
        format!(
            "`{name}` 服务更差反而少付：{}支付 {}，{}却只支付 {}{}",
            good.zh,
            more.zh,
            bad.zh,
            less.zh,
            bench.scenario.aside().zh
        ),
    );
    let note = both(
        format!("{} it pays {}, {} it pays {}", good.en, more.en, bad.en, less.en),
        format!("{}支付 {}，{}支付 {}", good.zh, more.zh, bad.zh, less.zh),
    );
    let help =
        both("check the order of the rows and the sign of the formula", "请检查各档的顺序和公式的符号");
    report.add(
        Finding::warning("R0405", first.span, message, help).weighed(bench.scenario.reading.is_none()),
        vec![bench.scenario.case(note)],
    );
}

fn first_id(bench: &Bench<'_, '_>) -> ItemId {
    bench.group.remedies.first().copied().unwrap_or(ItemId(usize::MAX))
}
