//! What a remedy came to in several cycles, each under its own terms, computed from the evidence oldest first.

use language::contract::{ItemId, Node, PaidCycles, Type};
use quantity::{Quantity, Ratio, Unit};
use timeline::Instant;

use super::cycles::CYCLES_MAX;
use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::settlement::{Outcome, RemedyStatus};
use crate::value::{Span, Value};

/// How far the remedies that look back at themselves are known.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Cycles before the one at hand are being settled, oldest first.
    settling: bool,
    known_until: Option<Instant>,
}

impl<'a> Evaluator<'a> {
    /// The sum of the rounded amounts of a remedy in several cycles.
    pub(super) fn paid_over(
        &mut self,
        id: ItemId,
        subject: Option<Value>,
        cycles: Option<&'a Node>,
        which: PaidCycles,
    ) -> Outcome<Value> {
        let wanted = self.wanted(cycles, which)?;
        let rolling = self.world.contract.remedy(id).is_some_and(|it| it.rolling);
        let mut earlier = self.earlier_cycles(if rolling && !self.past.settling { None } else { wanted })?;
        if rolling && !self.past.settling {
            self.settle_past(&earlier);
            let wanted = wanted.and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX);
            earlier.drain(..earlier.len().saturating_sub(wanted));
        }
        let unit = match self.world.contract.item(id).map(|it| &it.ty) {
            Some(Type::Scalar(unit)) => unit.clone(),
            _ => Unit::none(),
        };
        let mut total = Quantity { value: Ratio::ZERO, unit };
        for cycle in earlier {
            let label = cycle.label.clone();
            let amount = self.over(cycle, |it| it.came_to(id, subject.clone(), true))?;
            if let (Some(label), Some(amount)) = (label, amount.as_ref().filter(|it| !it.value.is_zero())) {
                let name = self.world.contract.item(id).map(|it| it.name.as_str()).unwrap_or_default();
                self.trace.note(format!("paid({name}) over {label}"), Value::Quantity(amount.clone()));
            }
            total = added(&total, amount)?;
        }
        if which == PaidCycles::Last {
            let amount = self.came_to(id, subject, false)?;
            total = added(&total, amount)?;
        }
        Ok(Value::Quantity(total))
    }

    /// How many cycles before this one are asked for; all when nothing limits them.
    fn wanted(&mut self, cycles: Option<&'a Node>, which: PaidCycles) -> Outcome<Option<u32>> {
        let Some(cycles) = cycles else { return Ok(None) };
        let least = u32::from(which != PaidCycles::Previous);
        let count = self.cycle_count(cycles, least)?;
        Ok(Some(count - least))
    }

    /// The cycles before this one, oldest first, as far back as the agreement and the evidence go.
    fn earlier_cycles(&mut self, most: Option<u32>) -> Outcome<Vec<Span>> {
        let Some(beginning) = self.beginning() else { return Ok(Vec::new()) };
        let mut cycles = Vec::new();
        for back in 1..=most.unwrap_or(CYCLES_MAX + 1) {
            self.burn(1)?;
            match self.previous_cycle(back) {
                Ok(cycle) if cycle.whole.until() > beginning => cycles.push(cycle),
                _ => break,
            }
        }
        if cycles.len() > usize::try_from(CYCLES_MAX).unwrap_or(usize::MAX) {
            return Err(Absent::not_computable(
                format!("amounts are carried forward over more than {CYCLES_MAX} cycles"),
                format!("金额需逐期结转超过 {CYCLES_MAX} 个周期"),
            ));
        }
        cycles.reverse();
        Ok(cycles)
    }

    /// Before this nothing was paid: neither the agreement nor the evidence had begun.
    fn beginning(&self) -> Option<Instant> {
        let contract = self.world.contract;
        let facts = 0..contract.schema.facts.len();
        let records = facts.filter_map(|it| self.world.facts.rows(it).first()).map(|it| it.from);
        let verdicts = self.world.overrides.verdicts.iter().filter_map(|(_, window, _)| *window);
        let evidence = records.chain(verdicts.map(|it| it.from())).filter(|it| *it > Instant::MIN).min()?;
        let effective = || contract.effective.and_then(|it| contract.zone.start_of_day(it));
        let agreement = self.world.inputs.since.or_else(effective).unwrap_or(Instant::MIN);
        Some(evidence.max(agreement))
    }

    /// Settles the remedies that look back at themselves, cycle by cycle, so that each finds the ones before it known.
    fn settle_past(&mut self, earlier: &[Span]) {
        let contract = self.world.contract;
        let known = self.past.known_until;
        let waiting: Vec<&Span> =
            earlier.iter().filter(|it| known.is_none_or(|at| it.counted.from() >= at)).collect();
        self.past.settling = true;
        for cycle in waiting {
            for remedy in contract.remedies.iter().filter(|it| it.rolling) {
                self.over(cycle.clone(), |it| it.settle_each(remedy.item));
            }
            self.past.known_until = Some(cycle.counted.until());
        }
        self.past.settling = false;
    }

    /// A remedy in the cycle at hand, for each of its subjects; what has no value is met again where it is asked for.
    fn settle_each(&mut self, id: ItemId) {
        let subjects = match self.world.contract.item(id).and_then(|it| it.per) {
            None => vec![None],
            Some(per) => match self.item(per, None) {
                Ok(Value::List(items)) => items.iter().filter_map(|it| it.clone().ok()).map(Some).collect(),
                _ => Vec::new(),
            },
        };
        for subject in subjects {
            let _ = self.remedy(id, subject);
        }
    }

    /// What a remedy came to in the cycle at hand. Where the evidence is silent nothing was paid.
    fn came_to(&mut self, id: ItemId, subject: Option<Value>, past: bool) -> Outcome<Option<Quantity>> {
        let per = self.world.contract.item(id).and_then(|it| it.per);
        if let (Some(per), Some(subject)) = (per, &subject)
            && !self.is_listed(per, subject)?
        {
            return Ok(None);
        }
        match self.paid(id, subject) {
            Ok(Value::Quantity(amount)) if past && self.displaced(id, &amount)? => Ok(None),
            Ok(Value::Quantity(amount)) => Ok(Some(amount)),
            Ok(_) => Err(lost()),
            Err(absent) if absent.replaceable => Ok(None),
            Err(absent) => Err(absent),
        }
    }

    fn is_listed(&mut self, per: ItemId, subject: &Value) -> Outcome<bool> {
        let zone = &self.world.contract.zone;
        match self.item(per, None) {
            Ok(Value::List(items)) => {
                Ok(items.iter().any(|it| it.as_ref().is_ok_and(|it| it.key(zone) == subject.key(zone))))
            }
            Ok(_) => Err(lost()),
            Err(absent) if absent.replaceable => Ok(false),
            Err(absent) => Err(absent),
        }
    }

    /// Whether another remedy was paid instead, because only the greatest of them is.
    fn displaced(&mut self, id: ItemId, amount: &Quantity) -> Outcome<bool> {
        let contract = self.world.contract;
        let chosen = contract.choices.iter().filter(|it| !it.by_customer && it.remedies.contains(&id));
        for choice in chosen {
            let single =
                choice.remedies.iter().all(|it| contract.item(*it).is_some_and(|it| it.per.is_none()));
            let place = |id: ItemId| contract.remedies.iter().position(|it| it.item == id);
            for other in choice.remedies.iter().copied().filter(|it| *it != id && single) {
                let value = self.remedy(other, None)?;
                let wins = value.status == RemedyStatus::Due
                    && value.amount.is_some_and(|it| match it.value.cmp(&amount.value) {
                        std::cmp::Ordering::Equal => place(other) < place(id),
                        order => order.is_gt(),
                    });
                if wins {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

fn added(total: &Quantity, amount: Option<Quantity>) -> Outcome<Quantity> {
    let Some(amount) = amount else { return Ok(total.clone()) };
    let sum = total.value.add(&amount.value).map_err(|it| super::scalar::ratio_absent(it, "paid"))?;
    Ok(Quantity { value: sum, unit: total.unit.clone() })
}
