//! Levels, promises, remedies, claims and rights on a terminal.

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::{LevelResult, PromiseResult, RemedyResult, RightResult, Verdict};

use super::columns::{Stand, table};
use super::{hanging, indented, note};
use crate::bilingual::{half, half_of_pair};
use crate::calculation::{amount_shown, calculation, kind, route};
use crate::claim_window::{claim_window, reason, right_sentence};
use crate::figure::{self, LevelFigure, promises_on, target};
use crate::reading_table::named;
use crate::words::Word;

/// A line of a table, and what is said under it.
struct Entry {
    row: Vec<String>,
    notes: Vec<String>,
}

pub(super) fn levels(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let entries = settlement.levels.iter().flat_map(|level| level_entries(settlement, level, lang));
    use Stand::{Left, Right};
    lines(&[Left, Right, Left, Left, Left], entries.collect())
}

pub(super) fn promises(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let entry = |promise: &PromiseResult| Entry {
        row: vec![
            named(&promise.name, promise.subject.as_deref()),
            verdict(promise.verdict, lang),
            if promise.duty { Word::Duty.in_lang(lang).to_owned() } else { String::new() },
            half(&promise.clause, lang),
        ],
        notes: promise_notes(promise, lang),
    };
    lines(&[Stand::Left; 4], settlement.promises.iter().map(entry).collect())
}

pub(super) fn remedies(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let entry = |remedy: &RemedyResult| Entry {
        row: vec![
            named(&remedy.name, remedy.subject.as_deref()),
            amount_shown(remedy, lang).unwrap_or_else(|| "–".to_owned()),
            Word::remedy(remedy.status).in_lang(lang).to_owned(),
            kind(remedy, lang),
            half(&remedy.clause, lang),
        ],
        notes: remedy_notes(remedy, lang),
    };
    use Stand::{Left, Right};
    lines(&[Left, Right, Left, Left, Left], settlement.remedies.iter().map(entry).collect())
}

pub(super) fn claims(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    for claim in &settlement.claims {
        let name = named(&claim.remedy, claim.subject.as_deref());
        let window = claim_window(claim, &settlement.contract.zone, lang);
        lines.extend(hanging(&format!("{name}  "), &format!("{window} [{}]", half(&claim.clause, lang))));
        if let Some(by) = &claim.by {
            lines.extend(indented(hanging(&mark(Word::ClaimBy, lang), &half(by, lang))));
        }
        for required in &claim.requires {
            lines.extend(indented(hanging(&mark(Word::ClaimRequires, lang), &half(required, lang))));
        }
    }
    lines
}

pub(super) fn rights(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let zone = &settlement.contract.zone;
    let row = |right: &RightResult| {
        vec![right.name.clone(), right_sentence(right, zone, lang), half(&right.clause, lang)]
    };
    indented(table(&[Stand::Left; 3], &settlement.rights.iter().map(row).collect::<Vec<_>>()))
}

/// The level beside its first target, then a line for each further target and for the value without exclusions.
fn level_entries(settlement: &Settlement, level: &LevelResult, lang: Lang) -> Vec<Entry> {
    let figure = LevelFigure::new(settlement, level);
    let compared: Vec<&PromiseResult> = promises_on(settlement, level).collect();
    let name = named(&level.name, level.subject.as_deref());
    let value = figure.outcome(&level.value, lang);
    let row = |name: String, value: String, promise: Option<&PromiseResult>, clause: &str| {
        let (promised, verdict) = compared_with(settlement, promise, lang);
        vec![name, value, promised, verdict, half(clause, lang)]
    };
    let mut entries = vec![Entry {
        row: row(name, value, compared.first().copied(), &level.clause),
        notes: level.value.as_ref().err().map(|absent| reason(absent, lang)).into_iter().collect(),
    }];
    let further = compared.iter().skip(1);
    entries.extend(further.map(|promise| Entry {
        row: row(String::new(), String::new(), Some(promise), &promise.clause),
        notes: Vec::new(),
    }));
    entries.extend(level.without_exclusions.as_ref().map(|without| {
        let verdict_without = compared.first().and_then(|promise| promise.without_exclusions);
        let verdict_without = verdict_without.map(|it| verdict(it, lang)).unwrap_or_default();
        let label = format!("  {}", Word::WithoutExclusions.in_lang(lang));
        Entry {
            row: vec![label, figure.outcome(without, lang), String::new(), verdict_without],
            notes: Vec::new(),
        }
    }));
    entries
}

/// What was promised and what became of it; both empty without a promise.
fn compared_with(settlement: &Settlement, promise: Option<&PromiseResult>, lang: Lang) -> (String, String) {
    let promised = promise.and_then(|it| target(settlement, it, lang));
    let verdict = promise.map(|it| verdict(it.verdict, lang));
    (promised.unwrap_or_default(), verdict.unwrap_or_default())
}

fn promise_notes(promise: &PromiseResult, lang: Lang) -> Vec<String> {
    let why = promise.reason.as_ref().map(|absent| half_of_pair(&absent.reason, lang));
    let without = promise.without_exclusions.map(|it| without_exclusions(&verdict(it, lang), lang));
    why.into_iter().chain(without).filter(|note| !note.is_empty()).collect()
}

fn remedy_notes(remedy: &RemedyResult, lang: Lang) -> Vec<String> {
    let why = remedy.reason.as_ref().map(|reason| half_of_pair(reason, lang));
    let without = remedy.without_exclusions.as_ref();
    let without = without.map(|amount| without_exclusions(&figure::quantity(amount, lang), lang));
    calculation(remedy, lang).into_iter().chain(why).chain(route(remedy, lang)).chain(without).collect()
}

fn without_exclusions(value: &str, lang: Lang) -> String {
    format!("{}{value}", mark(Word::WithoutExclusions, lang))
}

fn verdict(verdict: Verdict, lang: Lang) -> String {
    let sign = match verdict {
        Verdict::Met => "✓",
        Verdict::Breached => "✗",
        Verdict::NotCovered => "–",
        Verdict::NoData => "○",
        Verdict::NotComputable => "?",
        Verdict::Provisional => "~",
    };
    format!("{sign} {}", Word::verdict(verdict).in_lang(lang))
}

/// `How: `, `方式：`.
fn mark(word: Word, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{}: ", word.in_lang(lang)),
        Lang::Zh => format!("{}：", word.in_lang(lang)),
    }
}

/// The aligned rows, the notes of each under it.
fn lines(stands: &[Stand], entries: Vec<Entry>) -> Vec<String> {
    let (rows, notes): (Vec<_>, Vec<_>) = entries.into_iter().map(|entry| (entry.row, entry.notes)).unzip();
    let under =
        |notes: Vec<String>| notes.into_iter().flat_map(|text| indented(note(&text))).collect::<Vec<_>>();
    let rows = indented(table(stands, &rows)).into_iter().zip(notes);
    rows.flat_map(|(row, notes)| std::iter::once(row).chain(under(notes))).collect()
}
