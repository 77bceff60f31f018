//! Parameters of a subscription: text from outside, made values of the contract's own types.

use diagnostic::{Bilingual, Diagnostic, Severity};
use evidence::Memory;
use language::contract::{Contract, ItemKind};
use timeline::Interval;

use crate::evaluate::{Evaluator, Overrides, World};
use crate::settlement::{CycleSpan, Inputs};

/// Values for every parameter named in the inputs; errors for unknown names and values of the wrong sort.
pub fn parameters(
    contract: &Contract,
    inputs: &Inputs,
    cycle: &CycleSpan,
) -> Result<Overrides, Vec<Diagnostic>> {
    let mut overrides = Overrides::default();
    let mut wrong = Vec::new();
    if let Some(plan) = &inputs.plan
        && !contract.plans.contains(plan)
    {
        wrong.push(unknown_plan(contract, plan));
    }
    for (name, text) in &inputs.parameters {
        match parameter(contract, inputs, cycle, name, text) {
            Ok(found) => overrides.items.push(found),
            Err(problems) => wrong.extend(problems),
        }
    }
    if wrong.is_empty() { Ok(overrides) } else { Err(wrong) }
}

type Given = (language::contract::ItemId, crate::settlement::Outcome<crate::value::Value>);

fn parameter(
    contract: &Contract,
    inputs: &Inputs,
    cycle: &CycleSpan,
    name: &str,
    text: &str,
) -> Result<Given, Vec<Diagnostic>> {
    let found = contract.named(name).filter(|(_, it)| it.kind == ItemKind::Param);
    let Some((id, item)) = found else { return Err(vec![unknown_parameter(contract, name)]) };
    let node = language::understand_text(contract, text, &item.ty).map_err(|problems| {
        problems.into_iter().map(|it| it.in_file(&format!("--param {name}"), text)).collect::<Vec<_>>()
    })?;
    let facts = Memory::from_records(Vec::new());
    let none = Overrides::default();
    let world = World {
        contract,
        facts: &facts,
        inputs,
        cycle,
        overrides: &none,
        reading: None,
        excluding: true,
        complete: true,
    };
    let value = Evaluator::new(world, false).eval(&node);
    Ok((id, value))
}

fn unknown_plan(contract: &Contract, plan: &str) -> Diagnostic {
    let plans = contract.plans.join(", ");
    let help = if contract.plans.is_empty() {
        Bilingual::new("this contract has no plans", "该合同没有套餐")
    } else {
        Bilingual::new(format!("one of: {plans}"), format!("可选：{plans}"))
    };
    Diagnostic::new(
        "S0103",
        Severity::Error,
        Bilingual::new(format!("the contract has no plan `{plan}`"), format!("合同没有套餐 `{plan}`")),
        help,
    )
}

fn unknown_parameter(contract: &Contract, name: &str) -> Diagnostic {
    let known: Vec<&str> = contract.of_kind(ItemKind::Param).map(|(_, it)| it.name.as_str()).collect();
    let known = known.join(", ");
    Diagnostic::new(
        "S0104",
        Severity::Error,
        Bilingual::new(format!("the contract has no parameter `{name}`"), format!("合同没有参数 `{name}`")),
        Bilingual::new(format!("parameters: {known}"), format!("参数：{known}")),
    )
}

/// A cycle that stands for no particular time, for constants.
pub(crate) fn any_cycle() -> CycleSpan {
    let day = Interval::new(timeline::Instant::EPOCH, timeline::Instant::from_nanos(86_400_000_000_000))
        .unwrap_or(Interval::ALL);
    CycleSpan { label: String::new(), counted: day, whole: day }
}
