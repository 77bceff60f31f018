//! The circumstances under which rules are tried: plan, parameters, edition of the text, reading.

use std::collections::BTreeSet;
use std::sync::Arc;

use calendar::{CycleRule, Date, TimeOfDay};
use language::contract::{Contract, ItemId, ItemKind, Node, Op, Type};
use quantity::{Quantity, Ratio};
use settle::settlement::{CycleSpan, Inputs};
use settle::value::Value;
use settle::{Overrides, cycle_span};

use crate::domain::written;
use crate::graph::parts_of;
use crate::report::Case;
use crate::show::{both, show_quantity};
use diagnostic::{Bilingual, Lang};

/// More combinations than this are not tried.
pub(crate) const SCENARIOS_MAX: usize = 96;
/// The subject of records that were invented.
pub(crate) const SUBJECT: &str = "example";
/// Charges that were invented, in the major unit.
pub(crate) const CHARGE: i128 = 100;

/// One set of circumstances.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) inputs: Inputs,
    pub(crate) overrides: Overrides,
    pub(crate) cycle: CycleSpan,
    /// A reading that is not in force.
    pub(crate) reading: Option<String>,
    /// What distinguishes it, as `name = value`.
    pub(crate) chosen: Vec<(Bilingual, String)>,
}

impl Scenario {
    /// The length of the cycle, in seconds.
    pub(crate) fn cycle_s(&self) -> Ratio {
        Ratio::new(self.cycle.counted.nanos(), 1_000_000_000).unwrap_or(Ratio::ONE)
    }

    /// " (plan = enterprise)"; nothing when nothing distinguishes it.
    pub(crate) fn aside(&self) -> Bilingual {
        let given = self.given();
        if given.en.is_empty() {
            given
        } else {
            both(format!(" ({})", given.en), format!("（{}）", given.zh))
        }
    }

    /// "plan = enterprise, read as `literal`"
    pub(crate) fn given(&self) -> Bilingual {
        let given = self.circumstances();
        let Some(reading) = &self.reading else { return given };
        let joint =
            |known: &str, more: String| if known.is_empty() { more } else { format!("{known}, {more}") };
        both(
            joint(&given.en, format!("read as `{reading}`")),
            joint(&given.zh, format!("按解读 `{reading}`")),
        )
    }

    /// A counterexample under these circumstances.
    pub(crate) fn case(&self, body: Bilingual) -> Case {
        Case { body, given: self.given() }
    }

    /// "plan = enterprise, billing = prepaid"
    pub(crate) fn circumstances(&self) -> Bilingual {
        let list = |lang, joint: &str| {
            let parts: Vec<String> =
                self.chosen.iter().map(|(name, value)| format!("{} = {value}", name.in_lang(lang))).collect();
            parts.join(joint)
        };
        both(list(Lang::En, ", "), list(Lang::Zh, "、"))
    }

    /// The same under another reading.
    pub(crate) fn under(&self, reading: &str) -> Self {
        Self { reading: Some(reading.to_owned()), ..self.clone() }
    }
}

/// The cycle that holds a date, with nothing chosen.
pub(crate) fn at_date(contract: &Contract, date: Date) -> Option<Scenario> {
    on(contract, (date, false))
}

/// Every combination of what the rules mention, bounded by [`SCENARIOS_MAX`].
pub(crate) fn scenarios(contract: &Contract, nodes: &[&Node], items: &BTreeSet<ItemId>) -> Vec<Scenario> {
    let parts: Vec<&Node> = nodes.iter().flat_map(|it| parts_of(it)).collect();
    choose(contract, dates(contract, &parts), &parts, items)
}

/// The same in the cycle that holds one date.
pub(crate) fn scenarios_on(
    contract: &Contract,
    date: Date,
    nodes: &[&Node],
    items: &BTreeSet<ItemId>,
) -> Vec<Scenario> {
    let parts: Vec<&Node> = nodes.iter().flat_map(|it| parts_of(it)).collect();
    choose(contract, vec![(date, false)], &parts, items)
}

fn choose(
    contract: &Contract,
    dates: Vec<(Date, bool)>,
    parts: &[&Node],
    items: &BTreeSet<ItemId>,
) -> Vec<Scenario> {
    let mut all: Vec<Scenario> = dates.into_iter().filter_map(|it| on(contract, it)).collect();
    if parts.iter().any(|it| matches!(it.op, Op::Plan)) {
        all = multiply(all, &contract.plans, |it, plan| {
            it.inputs.plan = Some(plan.clone());
            it.chosen.push((both("plan", "套餐"), plan.clone()));
        });
    }
    for (id, item) in contract.of_kind(ItemKind::Param) {
        let default = item.readings.iter().find_map(|it| it.body.as_ref());
        let values = choices(contract, &item.ty, default.is_some_and(|it| written(it) != Some(Ratio::ZERO)));
        if items.contains(&id) && values.len() > 1 {
            all = multiply(all, &values, |it, (value, shown)| {
                it.overrides.items.push((id, Ok(value.clone())));
                it.chosen.push((both(&item.name, &item.name), shown.clone()));
            });
        } else if let [(value, _)] = values.as_slice() {
            let dated = item.ty == Type::Date;
            all.iter_mut().for_each(|it| {
                let value = if dated {
                    Value::Date(contract.zone.date(it.cycle.whole.from()))
                } else {
                    value.clone()
                };
                it.overrides.items.push((id, Ok(value)));
            });
        }
    }
    all.truncate(SCENARIOS_MAX);
    all
}

fn multiply<T>(all: Vec<Scenario>, values: &[T], mut give: impl FnMut(&mut Scenario, &T)) -> Vec<Scenario> {
    let mut product = Vec::new();
    for scenario in &all {
        for value in values {
            if product.len() < SCENARIOS_MAX {
                let mut next = scenario.clone();
                give(&mut next, value);
                product.push(next);
            }
        }
    }
    product
}

/// What a parameter may be: none when its default is kept, several when each is tried. A default of zero counts as
/// none, for a charge of zero would hide every amount.
fn choices(contract: &Contract, ty: &Type, has_default: bool) -> Vec<(Value, String)> {
    match ty {
        Type::OneOf(words) => {
            words.iter().map(|it| (Value::Text(Arc::from(it.as_str())), it.clone())).collect()
        }
        Type::Truth => {
            vec![(Value::Truth(true), "true".to_owned()), (Value::Truth(false), "false".to_owned())]
        }
        Type::Scalar(unit) if !has_default => {
            let value =
                if unit.is_none() { Ratio::new(999, 1000).unwrap_or(Ratio::ONE) } else { Ratio::int(CHARGE) };
            let it = Quantity { value, unit: unit.clone() };
            vec![(Value::Quantity(it.clone()), show_quantity(&it))]
        }
        Type::Date => vec![(Value::Date(usual_date(contract)), String::new())],
        Type::Text if !has_default => vec![(Value::Text(Arc::from(SUBJECT)), SUBJECT.to_owned())],
        _ => Vec::new(),
    }
}

/// The editions a text distinguishes, the latest first; one date when it distinguishes none.
fn dates(contract: &Contract, parts: &[&Node]) -> Vec<(Date, bool)> {
    let mut found: BTreeSet<Date> = BTreeSet::new();
    for part in parts {
        if let Op::AsOf(_, entries) = &part.op {
            found.extend(entries.iter().map(|(date, _)| *date));
        }
    }
    if found.is_empty() {
        return vec![(usual_date(contract), false)];
    }
    found.into_iter().rev().map(|it| (it, true)).collect()
}

/// October 2026, or when the text takes effect, if that is later.
pub(crate) fn usual_date(contract: &Contract) -> Date {
    let usual = Date::new(2026, 10, 1).or(contract.effective);
    let usual = usual.max(contract.effective);
    usual.unwrap_or_else(|| contract.zone.date(timeline::Instant::EPOCH))
}

/// The first cycle that lies wholly on or after a date.
fn on(contract: &Contract, (date, dated): (Date, bool)) -> Option<Scenario> {
    let anchored = !matches!(contract.cycle, CycleRule::Calendar(_));
    let inputs = Inputs {
        since: if anchored { contract.zone.instant(date, TimeOfDay::new(0, 0, 0)?) } else { None },
        tenant: Some(SUBJECT.to_owned()),
        ..Inputs::default()
    };
    let mut cycle = cycle_span(contract, &inputs, &date.to_string()).ok()?;
    if contract.zone.date(cycle.whole.from()) < date {
        let after = contract.zone.date(cycle.whole.until());
        cycle = cycle_span(contract, &inputs, &after.to_string()).ok()?;
    }
    let chosen = if dated { vec![(both("text", "文本"), date.to_string())] } else { Vec::new() };
    Some(Scenario { inputs, overrides: Overrides::default(), cycle, reading: None, chosen })
}
