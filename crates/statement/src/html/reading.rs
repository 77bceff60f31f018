//! Readings side by side, and what the text leaves open.

use diagnostic::Lang;
use settle::Settlement;
use settle::settlement::Lint;

use super::links::Links;
use super::markup::{Markup, both, el, element, word};
use crate::bilingual::half_of_pair;
use crate::reading_table::{ReadingTable, reading_tables};
use crate::words::Word;

pub(super) fn readings(settlement: &Settlement) -> Markup {
    let (en, zh) = (reading_tables(settlement, Lang::En), reading_tables(settlement, Lang::Zh));
    Markup::all(en.iter().zip(&zh).map(|(en, zh)| table(en, zh)))
}

pub(super) fn findings(settlement: &Settlement, links: &Links) -> Markup {
    let rows = settlement.lints.iter().map(|lint| finding(lint, links));
    if settlement.lints.is_empty() { Markup::default() } else { el("ul", "findings", rows) }
}

/// The same table in both languages, cell by cell.
fn table(en: &ReadingTable, zh: &ReadingTable) -> Markup {
    let said = |en: &str, zh: &str| {
        both(|lang| match lang {
            Lang::En => en.to_owned(),
            Lang::Zh => zh.to_owned(),
        })
    };
    let columns = en.columns.iter().zip(&zh.columns).map(|((name, why, in_force), (_, why_zh, _))| {
        let mark = if *in_force { el("span", "tag", [word(Word::InForce)]) } else { Markup::default() };
        let title = el("p", "reading-name", [Markup::text(name), mark]);
        let class = if *in_force { "in-force" } else { "" };
        element("th", &[("scope", "col"), ("class", class)], [title, el("p", "why", [said(why, why_zh)])])
    });
    let blank = el("td", "", []);
    let rows = en.rows.iter().zip(&zh.rows).map(|((name, cells), (_, cells_zh))| {
        let head = element("th", &[("scope", "row")], [Markup::text(name)]);
        let cells = cells.iter().zip(cells_zh).zip(&en.columns).map(|((en, zh), (_, _, in_force))| {
            el("td", if *in_force { "in-force" } else { "" }, [said(en, zh)])
        });
        el("tr", "", std::iter::once(head).chain(cells))
    });
    let head = el("thead", "", [el("tr", "", std::iter::once(blank).chain(columns))]);
    el("div", "scroll", [el("table", "readings", [head, el("tbody", "", rows)])])
}

fn finding(lint: &Lint, links: &Links) -> Markup {
    let clause = lint.clause.as_deref().map(|clause| links.clause(clause)).unwrap_or_default();
    let message = both(|lang| half_of_pair(&lint.message, lang));
    el(
        "li",
        "",
        [el("code", "", [Markup::text(&lint.code)]), el("p", "", [message]), el("p", "source", [clause])],
    )
}
