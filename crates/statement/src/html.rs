//! A settlement as one self-contained page in both languages.

mod bar;
mod clauses;
mod contract;
mod derivation;
mod exclusion;
mod head;
mod languages;
mod level;
mod links;
mod markup;
mod proof;
mod reading;
mod remedy;
mod state;

use settle::Settlement;

use crate::words::Word;
pub use clauses::{Clause, Part, Prose, clauses};
use links::Links;
pub use links::is_heading_of;
use markup::{Markup, doctype, el, element, style, void, word};

/// The style sheet of a statement.
pub const STYLE: &str = include_str!("html/style.css");

/// Where the part of a page begins that another page can hold, and where it ends.
const BEGINS: &str = "<main class=\"page\">";
const ENDS: &str = "</main>";
/// The line with the choice of a language, which the other page has itself.
const MASTHEAD: &str = "</header>";

/// What a statement's page says, for a page that has its own head, choice of a language, first heading and shapes
/// ([`shapes`]). `None` when it is no page of ours.
pub fn embedded(page: &str) -> Option<String> {
    let from = page.find(BEGINS)?.checked_add(BEGINS.len())?;
    let all = page.get(from..page.rfind(ENDS)?)?;
    let (_, said) = all.split_once(MASTHEAD)?;
    Some(said.replace("<h1>", "<h2 class=\"contract-title\">").replace("</h1>", "</h2>"))
}

/// The shapes of all states, once in a page, for `<use href="#state-good">` to refer to.
pub fn shapes() -> String {
    state::shapes().into_string()
}

/// The page allows itself its own style sheet and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The statement as a page without script and without requests: the reader chooses the language, the system light
/// or dark, the printer A4. With the contract's text, clauses lead to their words.
pub fn html(settlement: &Settlement, contract_text: Option<&str>) -> String {
    let (contract, headings) = contract_text.map(contract::contract).unwrap_or_default();
    let links = Links::new(settlement, headings);
    let sections = [
        section(Word::Levels, level::levels(settlement, &links)),
        section(Word::Promises, level::promises(settlement, &links)),
        section(Word::Remedies, remedy::remedies(settlement, &links)),
        section(Word::Claims, remedy::claims(settlement, &links)),
        section(Word::Rights, remedy::rights(settlement, &links)),
        section(Word::Exclusions, exclusion::exclusions(settlement, &links)),
        section(Word::Readings, reading::readings(settlement)),
        section(Word::Findings, reading::findings(settlement, &links)),
        section(Word::Derivations, derivation::derivations(settlement, &links)),
        section(Word::Proof, proof::proof(settlement)),
    ];
    let top = [head::masthead(settlement), head::verdict(settlement), head::facts(settlement)];
    let page = el("main", "page", top.into_iter().chain(sections).chain([whole_text(contract)]));
    let body = el("body", "", [head::language_choice(), state::shapes(), page]);
    let html = element("html", &[("lang", "en")], [document_head(settlement), body]);
    Markup::all([doctype(), html, Markup::text("\n")]).into_string()
}

fn document_head(settlement: &Settlement) -> Markup {
    let contract = &settlement.contract;
    let label = &settlement.cycle.label;
    let title = format!("{} {} · {label} · {}", contract.id, contract.version, contract.title.en);
    el(
        "head",
        "",
        [
            void("meta", &[("charset", "utf-8")]),
            void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]),
            void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
            void("meta", &[("name", "color-scheme"), ("content", "light dark")]),
            void("meta", &[("name", "referrer"), ("content", "no-referrer")]),
            el("title", "", [Markup::text(&title)]),
            style(STYLE),
        ],
    )
}

/// A heading and what stands under it; nothing when nothing does.
fn section(heading: Word, content: Markup) -> Markup {
    if content.is_empty() {
        return Markup::default();
    }
    el("section", "part", [el("h2", "", [word(heading)]), content])
}

fn whole_text(contract: Markup) -> Markup {
    if contract.is_empty() {
        return Markup::default();
    }
    let summary = el("summary", "", [word(Word::ContractText)]);
    el("details", "contract", [summary, el("article", "", [contract])])
}
