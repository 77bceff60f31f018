//! One settlement from texts: contract, evidence and inputs in; settlement or everything that is wrong out. Used alike by
//! `settle`, `verify`, `recount` and `demo`, so that all compute the same.

use diagnostic::{Bilingual, Diagnostic, Severity, has_errors};
use evidence::{Answered, Answers, Asked, Evidence, Facts, Memory, Partition, SourceFile};
use language::Contract;
use settle::settlement::Lint;
use settle::{Inputs, Settlement};
use timeline::{Instant, Interval};

use crate::volume::{self, Lake};

/// What to settle, as text.
pub(crate) struct Request<'a> {
    /// The contract's file name and text.
    pub(crate) contract: (&'a str, &'a str),
    /// The evidence.
    pub(crate) evidence: &'a [SourceFile],
    /// The cycle's label.
    pub(crate) cycle: &'a str,
    /// Plan, tenant and the rest; dates still as text.
    pub(crate) inputs: TextInputs,
    /// Where the records in volume are.
    pub(crate) kept: Kept<'a>,
}

/// Where the records of facts in volume are.
#[derive(Clone, Copy)]
pub(crate) enum Kept<'a> {
    /// Among the evidence, like all others.
    Listed,
    /// In a lake, which is asked.
    Lake(&'a dyn Lake),
    /// Elsewhere; what a lake answered was written down.
    Told(&'a Told),
}

/// What a settlement learned of records in volume.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// The files of the lake it rests on.
    pub(crate) partitions: Vec<Partition>,
    /// What was asked, and the answers.
    pub(crate) answers: Answers,
}

/// A settlement, and what it rests on when records in volume are in a lake.
pub(crate) struct Settled {
    /// What came of it.
    pub(crate) settlement: Settlement,
    /// What was learned of records in volume.
    pub(crate) told: Option<Told>,
}

/// Inputs as the user writes them.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextInputs {
    /// The plan held.
    pub(crate) plan: Option<String>,
    /// The tenant.
    pub(crate) tenant: Option<String>,
    /// A date or an instant.
    pub(crate) since: Option<String>,
    /// An instant.
    pub(crate) as_of: Option<String>,
    /// Parameters by name.
    pub(crate) parameters: Vec<(String, String)>,
}

/// Settles, or tells everything that is wrong.
pub(crate) fn settlement(request: &Request<'_>) -> Result<Settled, Vec<Diagnostic>> {
    let (contract, found) = language::read(request.contract.0, request.contract.1);
    let Some(mut contract) = contract else { return Err(found) };
    let inputs = inputs(&contract, &request.inputs)?;
    let cycle = settle::cycle_span(&contract, &inputs, request.cycle).map_err(|it| vec![it])?;
    let overrides = settle::parameters(&contract, &inputs, &cycle)?;
    let (evidence, found) = evidence::read(&contract.schema, request.evidence);
    if has_errors(&found) {
        return Err(found);
    }
    let (evidence, lint) = settle::of_tenant(&contract, evidence, inputs.tenant.as_deref())?;
    let beside = match request.kept {
        Kept::Listed => Vec::new(),
        Kept::Lake(lake) => {
            lake.unclassified(&contract, cycle.counted, inputs.as_of).map_err(|it| vec![it])?
        }
        Kept::Told(told) => volume::named_beside(&contract, &told.partitions),
    };
    contract.schema.facts.extend(beside);
    if !matches!(request.kept, Kept::Listed) {
        kept_twice(&contract, &evidence).map_or(Ok(()), |it| Err(vec![it]))?;
    }
    let listed = Memory::new(evidence.as_of(inputs.as_of));
    let settle = |facts: &dyn Facts| settle::settle(&contract, facts, &cycle, &inputs, &overrides);
    let (mut settlement, told) = match request.kept {
        Kept::Listed => (settle(&listed), None),
        Kept::Lake(lake) => {
            let until = Interval::new(Instant::MIN, cycle.counted.until());
            let window = until.unwrap_or(cycle.counted);
            let facts = lake.facts(&contract, listed, window, inputs.as_of).map_err(|it| vec![it])?;
            let (settlement, answers) = asked(&contract, facts.facts(), settle)?;
            (settlement, Some(Told { partitions: facts.partitions(), answers }))
        }
        Kept::Told(told) => {
            let (partitions, answers) = (told.partitions.clone(), told.answers.clone());
            let facts = Answered::new(listed, &contract.schema, partitions, answers);
            (asked(&contract, &facts, settle)?.0, Some(told.clone()))
        }
    };
    settlement.lints.extend(lint);
    settlement.lints.extend(warnings(&found));
    Ok(Settled { settlement, told })
}

/// Settles and hears what was asked. A settlement in which a question could not be asked is none.
fn asked(
    contract: &Contract,
    facts: &dyn Facts,
    settle: impl Fn(&dyn Facts) -> Settlement,
) -> Result<(Settlement, Answers), Vec<Diagnostic>> {
    let asking = Asked::of(facts, &contract.schema);
    let settlement = settle(&asking);
    let answers = asking.answers().map_err(|why| vec![volume::unanswered(&why)])?;
    Ok((settlement, answers))
}

/// Records in volume count where they are kept; given as evidence too, they would be passed over.
fn kept_twice(contract: &Contract, evidence: &Evidence) -> Option<Diagnostic> {
    let facts = &contract.schema.facts;
    let fact = evidence.records().iter().find_map(|it| facts.get(it.fact).filter(|it| it.volume))?;
    let name = &fact.name;
    Some(Diagnostic::new(
        "S0107",
        Severity::Error,
        Bilingual::new(
            format!("`{name}` comes from the lake, and the evidence has records of it too"),
            format!("`{name}` 的记录来自数据湖，而证据文件中也有"),
        ),
        Bilingual::new(
            "bring them into the lake with `upheld import`, or leave out --lake",
            "请用 `upheld import` 导入数据湖，或去掉 --lake",
        ),
    ))
}

/// What the reading of the evidence warned of, each thing once.
fn warnings(found: &[Diagnostic]) -> Vec<Lint> {
    let mut lints: Vec<Lint> = Vec::new();
    for it in found {
        let lint = Lint { code: it.code.to_owned(), message: it.message.clone(), clause: None };
        if !lints.contains(&lint) {
            lints.push(lint);
        }
    }
    lints
}

fn inputs(contract: &Contract, text: &TextInputs) -> Result<Inputs, Vec<Diagnostic>> {
    let since =
        text.since.as_deref().map(|it| moment(contract, "--since", it)).transpose().map_err(|it| vec![it])?;
    let as_of =
        text.as_of.as_deref().map(|it| moment(contract, "--as-of", it)).transpose().map_err(|it| vec![it])?;
    Ok(Inputs {
        plan: text.plan.clone(),
        tenant: text.tenant.clone(),
        since,
        as_of,
        parameters: text.parameters.clone(),
    })
}

/// A date is its first instant in the contract's zone.
fn moment(contract: &Contract, option: &str, text: &str) -> Result<timeline::Instant, Diagnostic> {
    let date = calendar::Date::parse(text).and_then(|it| contract.zone.start_of_day(it));
    date.or_else(|| calendar::parse_instant(text).ok()).ok_or_else(|| {
        Diagnostic::new(
            "S0105",
            Severity::Error,
            Bilingual::new(
                format!("{option} {text}: no date and no instant"),
                format!("{option} {text}：不是日期，也不是时刻"),
            ),
            Bilingual::new(
                "write 2026-10-05, or 2026-10-05T08:00:00+08:00 with its offset",
                "请写 2026-10-05，或带时差的 2026-10-05T08:00:00+08:00",
            ),
        )
    })
}
