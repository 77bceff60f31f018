//! How each value came about, compactly.

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::{Derivation, EvidenceUse};

use super::columns::{Stand, table};
use super::{hanging, indented};
use crate::arithmetic::{one_line, steps};
use crate::bilingual::half;
use crate::reading_table::named;
use crate::time::Stamps;
use crate::words::Word;

/// Records named on a line; JSON and the page name more.
const RECORDS_SHOWN: usize = 3;

pub(super) fn derivations(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let stamps = Stamps::new(settlement);
    settlement.derivation.iter().flat_map(|it| derivation(it, &stamps, lang)).collect()
}

fn derivation(derivation: &Derivation, stamps: &Stamps, lang: Lang) -> Vec<String> {
    let name = named(&derivation.name, derivation.subject.as_deref());
    let mut lines =
        hanging("", &format!("{name} = {} [{}]", derivation.value, half(&derivation.clause, lang)));
    let window = derivation.window.map(|window| stamps.span(window.from(), window.until()));
    let uses = Some(derivation.uses.join(", ")).filter(|uses| !uses.is_empty());
    let evidence: Vec<String> = derivation.evidence.iter().map(|used| evidence_used(used, lang)).collect();
    let parts = [
        (Word::Reading, derivation.reading.clone()),
        (Word::Window, window),
        (Word::Rule, Some(one_line(&derivation.rule)).filter(|rule| !rule.is_empty())),
        (Word::Uses, uses),
        (Word::Evidence, Some(evidence.join("; ")).filter(|evidence| !evidence.is_empty())),
    ];
    for (word, part) in parts {
        if let Some(part) = part {
            lines.extend(indented(hanging(&format!("{}  ", word.in_lang(lang)), &part)));
        }
    }
    let row = |(written, value): (String, &str)| vec![written, format!("= {value}")];
    let rows: Vec<_> = steps(derivation).into_iter().map(row).collect();
    lines.extend(indented(indented(table(&[Stand::Left, Stand::Left], &rows))));
    lines
}

/// `2 of outage (outage-1, outage-2)`.
fn evidence_used(used: &EvidenceUse, lang: Lang) -> String {
    let count = Word::RecordsOf.fill(lang, &[&used.fact, &used.count.to_string()]);
    let shown: Vec<&str> = used.records.iter().take(RECORDS_SHOWN).map(String::as_str).collect();
    let is_all = u64::try_from(shown.len()).is_ok_and(|shown| shown == used.count);
    match (shown.is_empty(), is_all) {
        (true, _) => count,
        (false, true) => format!("{count} ({})", shown.join(", ")),
        (false, false) => format!("{count} ({}, …)", shown.join(", ")),
    }
}
