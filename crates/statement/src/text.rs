//! A settlement for the terminal: what was measured, what was promised, what is owed, and why.

mod columns;
mod derivation;
mod results;

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::{Excluded, SettlementStatus};

use crate::bilingual::{half, half_of_pair};
use crate::figure;
use crate::reading_table::reading_tables;
use crate::summary::{Headline, counts, headline, owed};
use crate::time::{Stamps, moment};
use crate::words::Word;
use columns::{Stand, WIDTH, table, width, wrap};

/// The statement in one language: sentences wrapped at 96 cells, rows of tables as long as their names.
pub fn text(settlement: &Settlement, lang: Lang) -> String {
    let sections = [
        section(Word::Levels, results::levels(settlement, lang), lang),
        section(Word::Promises, results::promises(settlement, lang), lang),
        section(Word::Remedies, results::remedies(settlement, lang), lang),
        section(Word::Claims, results::claims(settlement, lang), lang),
        section(Word::Rights, results::rights(settlement, lang), lang),
        section(Word::Exclusions, exclusions(settlement, lang), lang),
        section(Word::Readings, readings(settlement, lang), lang),
        section(Word::Findings, findings(settlement, lang), lang),
        section(Word::Derivations, derivation::derivations(settlement, lang), lang),
        section(Word::Proof, proof(settlement, lang), lang),
    ];
    let mut lines = head(settlement, lang);
    lines.extend(sections.into_iter().flatten());
    lines.push(String::new());
    lines.join("\n")
}

/// The sign of a verdict, of one cell.
fn sign(headline: Headline) -> &'static str {
    match headline {
        Headline::Breached => "✗",
        Headline::Met => "✓",
        Headline::Undecided => "?",
        Headline::Provisional => "~",
        Headline::NoData | Headline::NoPromise => "○",
    }
}

fn head(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let contract = &settlement.contract;
    let headline = headline(settlement);
    let mut lines = vec![
        half_of_pair(&contract.title, lang),
        Word::StatementFor.fill(lang, &[&settlement.cycle.label]),
        String::new(),
        format!("{} {}", sign(headline), headline.word().in_lang(lang)),
    ];
    let sums = [counts(settlement, lang), owed(settlement, lang)];
    lines.extend(sums.into_iter().filter(|sum| !sum.is_empty()).map(|sum| format!("  {sum}")));
    lines.push(String::new());
    lines.extend(indented(table(&[Stand::Left, Stand::Left], &facts(settlement, lang))));
    if settlement.status != SettlementStatus::Final {
        let means = match settlement.status {
            SettlementStatus::NoData => Word::NoDataMeans,
            SettlementStatus::Final | SettlementStatus::Provisional => Word::ProvisionalMeans,
        };
        lines.push(String::new());
        lines.extend(note(means.in_lang(lang)));
    }
    lines
}

/// Parties, cycle and inputs, each with its name.
fn facts(settlement: &Settlement, lang: Lang) -> Vec<Vec<String>> {
    let (contract, inputs, cycle) = (&settlement.contract, &settlement.inputs, &settlement.cycle);
    let at = |at| moment(&contract.zone, at, lang);
    let span = |span: timeline::Interval| Word::Span.fill(lang, &[&at(span.from()), &at(span.until())]);
    let parameters: Vec<String> =
        inputs.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let facts = [
        (Word::Contract, Some(format!("{} {}", contract.id, contract.version))),
        (Word::Provider, contract.provider.as_deref().map(|provider| half(provider, lang))),
        (Word::Tenant, inputs.tenant.clone()),
        (Word::Plan, inputs.plan.clone()),
        (Word::Cycle, Some(span(cycle.whole))),
        (Word::CountedPart, (cycle.counted != cycle.whole).then(|| span(cycle.counted))),
        (Word::Since, inputs.since.map(at)),
        (Word::AsOf, inputs.as_of.map(at)),
        (Word::Parameters, Some(parameters.join(", ")).filter(|text| !text.is_empty())),
        (Word::Zone, Some(contract.zone.name().to_owned())),
        (Word::Settlement, Some(Word::settlement(settlement.status).in_lang(lang).to_owned())),
    ];
    let given = facts.into_iter().filter_map(|(word, fact)| Some((word, fact?)));
    given.map(|(word, fact)| vec![word.in_lang(lang).to_owned(), fact]).collect()
}

fn exclusions(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let stamps = Stamps::new(settlement);
    let row = |it: &Excluded| {
        vec![
            stamps.span(it.from, it.until),
            figure::excluded(&it.measure, lang),
            it.text.as_deref().map_or_else(|| it.cause.clone(), |text| half(text, lang)),
            half(&it.clause, lang),
        ]
    };
    let rows: Vec<_> = settlement.excluded.iter().map(row).collect();
    indented(table(&[Stand::Left, Stand::Right, Stand::Left, Stand::Left], &rows))
}

fn readings(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    for readings in reading_tables(settlement, lang) {
        let mark = |(name, _, in_force): &(String, String, bool)| match in_force {
            true => format!("{name} ({})", Word::InForce.in_lang(lang)),
            false => name.clone(),
        };
        let mut rows = vec![labelled(String::new(), readings.columns.iter().map(mark))];
        rows.extend(readings.rows.iter().map(|(name, cells)| labelled(name.clone(), cells.iter().cloned())));
        let stands: Vec<Stand> = std::iter::repeat_n(Stand::Left, readings.columns.len() + 1).collect();
        lines.extend(indented(table(&stands, &rows)));
        for (name, why, _) in &readings.columns {
            lines.extend(hanging(&format!("{name}: "), why));
        }
    }
    lines
}

/// A row with its label before it.
fn labelled(label: String, cells: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(label).chain(cells).collect()
}

fn findings(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let finding = |lint: &settle::settlement::Lint| {
        let clause = lint.clause.as_deref().map(|clause| format!(" [{}]", half(clause, lang)));
        let message = format!("{}{}", half_of_pair(&lint.message, lang), clause.unwrap_or_default());
        hanging(&format!("{}  ", lint.code), &message)
    };
    settlement.lints.iter().flat_map(finding).collect()
}

fn proof(settlement: &Settlement, lang: Lang) -> Vec<String> {
    let calendars = settlement.calendars.iter().map(|(name, from)| format!("{name} ({})", half(from, lang)));
    let calendars: Vec<String> = calendars.collect();
    let calendars =
        if calendars.is_empty() { vec![Word::NoneNamed.in_lang(lang).to_owned()] } else { calendars };
    let rows = [
        (Word::ContractDigest, settlement.contract.sha256.clone()),
        (Word::EvidenceDigest, settlement.evidence.sha256.clone()),
        (Word::Evidence, figure::records(settlement, lang)),
        (Word::TimeZoneDatabase, settlement.tzdb.clone()),
        (Word::HolidayCalendar, calendars.join(", ")),
    ];
    let rows: Vec<_> =
        rows.into_iter().map(|(word, value)| vec![word.in_lang(lang).to_owned(), value]).collect();
    let mut lines = indented(table(&[Stand::Left, Stand::Left], &rows));
    lines.extend(note(Word::Recompute.in_lang(lang)));
    lines
}

/// A heading drawn into a rule, then the lines; nothing when there are none.
fn section(heading: Word, lines: Vec<String>, lang: Lang) -> Vec<String> {
    if lines.is_empty() {
        return Vec::new();
    }
    let heading = format!("── {} ", heading.in_lang(lang));
    let rule = "─".repeat(WIDTH.saturating_sub(width(&heading)));
    [vec![String::new(), format!("{heading}{rule}")], lines].concat()
}

/// Each line two cells to the right.
fn indented(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| if line.is_empty() { line } else { format!("  {line}") }).collect()
}

/// A sentence under what it is about.
fn note(sentence: &str) -> Vec<String> {
    indented(wrap(sentence, WIDTH - 2))
}

/// A sentence that begins with a mark; its further lines stand under its first word.
fn hanging(mark: &str, sentence: &str) -> Vec<String> {
    let indent = width(mark);
    let lines = wrap(sentence, WIDTH.saturating_sub(2 + indent)).into_iter().enumerate();
    let lines = lines.map(|(at, line)| {
        let mark = if at == 0 { mark.to_owned() } else { " ".repeat(indent) };
        format!("{mark}{line}").trim_end().to_owned()
    });
    indented(lines.collect())
}
