//! Values under every reading, side by side.

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::{ReadingResult, Verdict};

use crate::bilingual::half;
use crate::figure::{self, LevelFigure};
use crate::words::Word;

/// Everything that depends on the same readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadingTable {
    /// Name of each reading, why one may read it so, whether it is in force.
    pub(crate) columns: Vec<(String, String, bool)>,
    /// Name of each result and its value under each reading.
    pub(crate) rows: Vec<(String, Vec<String>)>,
}

/// One table for each set of readings, in the order they first appear.
pub(crate) fn reading_tables(settlement: &Settlement, lang: Lang) -> Vec<ReadingTable> {
    let mut tables = Vec::new();
    for level in &settlement.levels {
        let figure = LevelFigure::new(settlement, level);
        let show = |reading: &ReadingResult<_>| figure.outcome(&reading.value, lang);
        add(&mut tables, &level.readings, named(&level.name, level.subject.as_deref()), lang, show);
    }
    for promise in &settlement.promises {
        let name = named(&promise.name, promise.subject.as_deref());
        add(&mut tables, &promise.readings, name, lang, |reading| verdict(reading, lang));
    }
    for remedy in &settlement.remedies {
        let name = named(&remedy.name, remedy.subject.as_deref());
        let show = |reading: &ReadingResult<_>| {
            figure::outcome(&reading.value, lang, |amount| figure::quantity(amount, lang))
        };
        add(&mut tables, &remedy.readings, name, lang, show);
    }
    tables
}

/// A name with its subject: `availability [tenant-a]`.
pub(crate) fn named(name: &str, subject: Option<&str>) -> String {
    match subject {
        Some(subject) => format!("{name} [{subject}]"),
        None => name.to_owned(),
    }
}

fn add<T>(
    tables: &mut Vec<ReadingTable>,
    readings: &[ReadingResult<T>],
    name: String,
    lang: Lang,
    show: impl Fn(&ReadingResult<T>) -> String,
) {
    if readings.is_empty() {
        return;
    }
    let row = (name, readings.iter().map(show).collect());
    let same = |table: &&mut ReadingTable| {
        table.columns.iter().map(|it| &it.0).eq(readings.iter().map(|it| &it.name))
    };
    match tables.iter_mut().find(same) {
        Some(table) => table.rows.push(row),
        None => {
            let column = |it: &ReadingResult<T>| (it.name.clone(), half(&it.why, lang), it.in_force);
            tables.push(ReadingTable { columns: readings.iter().map(column).collect(), rows: vec![row] });
        }
    }
}

fn verdict(reading: &ReadingResult<bool>, lang: Lang) -> String {
    figure::outcome(&reading.value, lang, |kept| {
        let verdict = if *kept { Verdict::Met } else { Verdict::Breached };
        Word::verdict(verdict).in_lang(lang).to_owned()
    })
}
