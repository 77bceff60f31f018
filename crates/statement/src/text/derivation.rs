//! How each value came about, compactly.

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::{Derivation, EvidenceUse};

use super::columns::{Stand, table};
use super::{hanging, indented};
use crate::arithmetic::{Step, came_out, one_line, steps};
use crate::bilingual::half;
use crate::calculation::separator;
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
    let value = came_out(&derivation.value, stamps, lang);
    let mut lines = hanging("", &format!("{name} = {value} [{}]", half(&derivation.clause, lang)));
    let window = derivation.window.map(|window| stamps.span(window.from(), window.until()));
    let uses = Some(derivation.uses.join(comma(lang))).filter(|uses| !uses.is_empty());
    let evidence: Vec<String> = derivation.evidence.iter().map(|used| evidence_used(used, lang)).collect();
    let parts = [
        (Word::Reading, derivation.reading.clone()),
        (Word::Window, window),
        (Word::Rule, Some(one_line(&derivation.rule)).filter(|rule| !rule.is_empty())),
        (Word::Uses, uses),
        (Word::Evidence, Some(evidence.join(separator(lang))).filter(|evidence| !evidence.is_empty())),
    ];
    for (word, part) in parts {
        if let Some(part) = part {
            lines.extend(indented(hanging(&format!("{}  ", word.in_lang(lang)), &part)));
        }
    }
    let row = |(written, value): Step<'_>| vec![written, format!("= {}", came_out(value, stamps, lang))];
    let rows: Vec<_> = steps(derivation).into_iter().map(row).collect();
    lines.extend(indented(indented(table(&[Stand::Left, Stand::Left], &rows))));
    lines
}

/// `2 of outage (outage-1, outage-2)`.
fn evidence_used(used: &EvidenceUse, lang: Lang) -> String {
    let count = Word::RecordsOf.fill(lang, &[&used.fact, &used.count.to_string()]);
    let mut shown: Vec<&str> = used.records.iter().take(RECORDS_SHOWN).map(String::as_str).collect();
    if shown.is_empty() {
        return count;
    }
    if u64::try_from(shown.len()).is_ok_and(|shown| shown < used.count) {
        shown.push("…");
    }
    let shown = shown.join(comma(lang));
    match lang {
        Lang::En => format!("{count} ({shown})"),
        Lang::Zh => format!("{count}（{shown}）"),
    }
}

/// Between the elements of a list.
fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::En => ", ",
        Lang::Zh => "、",
    }
}
