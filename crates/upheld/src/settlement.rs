//! One settlement from texts: contract, evidence and inputs in; settlement or everything that is wrong out. Used alike by
//! `settle`, `verify` and `demo`, so that all three compute the same.

use diagnostic::{Bilingual, Diagnostic, Severity, has_errors};
use evidence::{Memory, SourceFile};
use language::Contract;
use settle::settlement::Lint;
use settle::{Inputs, Settlement};

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
pub(crate) fn settlement(request: &Request<'_>) -> Result<Settlement, Vec<Diagnostic>> {
    let (contract, found) = language::read(request.contract.0, request.contract.1);
    let Some(contract) = contract else { return Err(found) };
    let inputs = inputs(&contract, &request.inputs)?;
    let cycle = settle::cycle_span(&contract, &inputs, request.cycle).map_err(|it| vec![it])?;
    let overrides = settle::parameters(&contract, &inputs, &cycle)?;
    let (evidence, found) = evidence::read(&contract.schema, request.evidence);
    if has_errors(&found) {
        return Err(found);
    }
    let (evidence, lint) = settle::of_tenant(&contract, evidence, inputs.tenant.as_deref())?;
    let facts = Memory::new(evidence.as_of(inputs.as_of));
    let mut settlement = settle::settle(&contract, &facts, &cycle, &inputs, &overrides);
    settlement.lints.extend(lint);
    settlement.lints.extend(warnings(&found));
    Ok(settlement)
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
