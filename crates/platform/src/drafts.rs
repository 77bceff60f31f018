//! A contract in the making, looked at as often as its author pauses: everything publishing would say, and nothing kept.

use diagnostic::{Bilingual, Diagnostic, Severity, has_errors};
use language::Contract;
use settle::ExampleResult;

use crate::annexes;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb, allows};

/// What a text is, as far as it can be read.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it calls itself, once it can be read.
    pub name: Option<DraftName>,
    /// What keeps it from being published: errors of the text, and worked cases that do not come out.
    pub errors: Vec<Diagnostic>,
    /// What the review found, in the order of the text.
    pub findings: Vec<DraftFinding>,
    /// What is wrong with its annexes, which findings name `annexes[0]` and so on.
    pub annexes: Vec<Diagnostic>,
    /// What became of each worked case.
    pub examples: Vec<ExampleResult>,
}

/// Id, version and title of the front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftName {
    /// The agreement's id.
    pub id: String,
    /// The version.
    pub version: String,
    /// The title.
    pub title: Bilingual,
}

/// A finding, and the name under which it is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFinding {
    /// What was found.
    pub diagnostic: Diagnostic,
    /// The heading it stands under; empty before the first.
    pub clause: String,
    /// `R0405@4.1`, `W0202` before the first heading; `None` for a note, which needs no acknowledgement.
    pub acknowledge: Option<String>,
}

/// Reads and reviews a contract and runs its worked cases. Only somebody who may publish gets an answer.
pub fn examine(who: &Principal, text: &str, annexes: &[String]) -> Result<Draft, Failure> {
    if !who.role_in(PROVIDER).is_some_and(|it| allows(it, Resource::Agreement, Verb::Create)) {
        return Err(Refusal::not_found().into());
    }
    Ok(examined(text, annexes))
}

fn examined(text: &str, annexes: &[String]) -> Draft {
    let (contract, mut found) = language::read("text", text);
    let Some(contract) = contract else {
        let nothing = (Vec::new(), Vec::new(), Vec::new());
        return Draft {
            name: None,
            errors: found,
            findings: nothing.0,
            annexes: nothing.1,
            examples: nothing.2,
        };
    };
    found.extend(review::review(&contract));
    diagnostic::sort(&mut found);
    let is_error = |it: &Diagnostic| it.severity == Severity::Error;
    let (mut errors, findings): (Vec<_>, Vec<_>) = found.into_iter().partition(is_error);
    let examples = if has_errors(&errors) { Vec::new() } else { settle::examples(&contract) };
    let failed = examples.iter().filter(|it| !it.printed).flat_map(|it| it.failures.iter().cloned());
    errors.extend(failed);
    let name = DraftName {
        id: contract.id.clone(),
        version: contract.version.clone(),
        title: contract.title.clone(),
    };
    let findings = findings.into_iter().map(|it| finding(&contract, it)).collect();
    let annexes = annexes::check(&contract, annexes).err().unwrap_or_default();
    Draft { name: Some(name), errors, findings, annexes, examples }
}

fn finding(contract: &Contract, diagnostic: Diagnostic) -> DraftFinding {
    let at = diagnostic.place.as_ref().map_or(0, |it| it.from);
    let above = contract.headings.iter().rfind(|it| it.span.from <= at);
    let clause = above.map_or_else(String::new, |it| it.text.clone());
    let number = clause.split_whitespace().next().filter(|it| it.starts_with(|c: char| c.is_ascii_digit()));
    let name = match number.unwrap_or(&clause) {
        "" => diagnostic.code.to_owned(),
        place => format!("{}@{place}", diagnostic.code),
    };
    let acknowledge = (diagnostic.severity == Severity::Warning).then_some(name);
    DraftFinding { acknowledge, clause, diagnostic }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_cannot_be_read_has_errors_and_nothing_else() {
        let draft = examined("no contract", &[]);
        assert!(draft.name.is_none() && !draft.errors.is_empty());
    }

    #[test]
    fn every_warning_of_a_shipped_contract_can_be_acknowledged_by_its_name() {
        let draft = examined(include_str!("../../../contracts/mwe.md"), &[]);
        assert_eq!(draft.name.as_ref().map(|it| it.id.as_str()), Some("mwe"));
        assert!(draft.errors.is_empty() && draft.examples.iter().all(ExampleResult::passed));
        let named = draft.findings.iter().filter_map(|it| it.acknowledge.as_deref());
        assert!(named.clone().all(|it| it.starts_with(['R', 'W'])) && named.count() > 0);
    }
}
