//! One settlement from texts, and its figures as words.

use evidence::{Memory, SourceFile};
use settle::absent::status_word;
use settle::{Inputs, Settlement};

/// What to settle; a month in UTC when nothing else is said.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) zone: &'static str,
    pub(crate) rules: String,
    /// NDJSON.
    pub(crate) evidence: String,
    pub(crate) cycle: String,
    pub(crate) inputs: Inputs,
}

impl Default for Case {
    fn default() -> Self {
        let (rules, evidence) = (String::new(), String::new());
        Self { zone: "UTC", rules, evidence, cycle: "2026-10".to_owned(), inputs: Inputs::default() }
    }
}

impl Case {
    pub(crate) fn settle(&self) -> Settlement {
        let cycle =
            if self.rules.lines().any(|it| it.starts_with("cycle ")) { "" } else { "cycle calendar month\n" };
        let text = format!(
            "---\nid: case\nversion: \"1\"\nzone: {}\ncurrency: EUR\nrounding: half_up\n---\n# 1 All\n\n```sla\n{cycle}{}\n```\n",
            self.zone, self.rules
        );
        let (contract, found) = language::read("case.md", &text);
        let contract = contract.unwrap_or_else(|| panic!("{found:#?}\n{text}"));
        let file = SourceFile { name: "case.ndjson".to_owned(), bytes: self.evidence.clone().into_bytes() };
        let (evidence, found) = evidence::read(&contract.schema, &[file]);
        assert!(!diagnostic::has_errors(&found), "{found:#?}\n{}", self.evidence);
        let cycle = settle::cycle_span(&contract, &self.inputs, &self.cycle).unwrap();
        let overrides = settle::parameters(&contract, &self.inputs, &cycle).unwrap();
        let facts = Memory::new(evidence.as_of(self.inputs.as_of));
        settle::settle(&contract, &facts, &cycle, &self.inputs, &overrides)
    }
}

/// A level as a fraction with its unit's value in the base unit (`743/744`, `1800/1`), a promise as its verdict, a remedy
/// as its status and what is paid.
pub(crate) fn word(settled: &Settlement, name: &str) -> String {
    let levels = settled.levels.iter().filter(|it| it.name == name).map(|it| match &it.value {
        Ok(it) => it.value.fraction(),
        Err(absent) => status_word(absent.status).to_owned(),
    });
    let promises =
        settled.promises.iter().filter(|it| it.name == name).map(|it| it.verdict.word().to_owned());
    let remedies = settled.remedies.iter().filter(|it| it.name == name).map(|it| match &it.rounded {
        Some(paid) => format!("{} {}", it.status.word(), paid.show()),
        None => it.status.word().to_owned(),
    });
    let found: Vec<String> = levels.chain(promises).chain(remedies).collect();
    assert!(!found.is_empty(), "the contract has no `{name}`");
    found.join(", ")
}
