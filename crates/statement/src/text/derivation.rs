//! How each value came about, compactly.

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::{Derivation, EvidenceUse};

use super::columns::{Stand, table};
use super::{hanging, indented};
use crate::bilingual::half;
use crate::reading_table::named;
use crate::time::Stamps;
use crate::words::Word;

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
        (Word::Rule, Some(one_line(&derivation.rule))),
        (Word::Uses, uses),
        (Word::Evidence, Some(evidence.join("; ")).filter(|evidence| !evidence.is_empty())),
    ];
    for (word, part) in parts {
        if let Some(part) = part {
            lines.extend(indented(hanging(&format!("{}  ", word.in_lang(lang)), &part)));
        }
    }
    let rows: Vec<_> = derivation
        .steps
        .iter()
        .map(|(written, value)| vec![one_line(written), format!("= {value}")])
        .collect();
    lines.extend(indented(indented(table(&[Stand::Left, Stand::Left], &rows))));
    lines
}

/// `2 of outage (outage-1, outage-2)`.
pub(crate) fn evidence_used(used: &EvidenceUse, lang: Lang) -> String {
    let count = Word::RecordsOf.fill(lang, &[&used.fact, &used.count.to_string()]);
    let shown = u64::try_from(used.records.len()).unwrap_or(u64::MAX);
    let more = if shown < used.count && shown > 0 { ", …" } else { "" };
    match used.records.is_empty() {
        true => count,
        false => format!("{count} ({}{more})", used.records.join(", ")),
    }
}

/// A rule written over several lines as one.
fn one_line(rule: &str) -> String {
    rule.split_whitespace().collect::<Vec<_>>().join(" ")
}
