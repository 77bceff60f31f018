//! An agreement as a page people read: its words, in both languages or one alone; beside each clause what became of it,
//! and what the checker found in it.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use diagnostic::Lang;
use language::Contract;
use platform::agreements::{self, Agreement, Version};
use platform::publishing::FindingSeverity;
use platform::{Failure, Refusal};
use quantity::Quantity;
use settle::settlement::RemedyStatus;
use statement::contract::{Clause, Part, clauses};
use statement::display;
use web::{Reply, Route};

use super::beside::{self, Beside};
use super::checked::{self, AtClause};
use super::held::{self, Held};
use super::list::place;
use super::{Head, Tab, amendment_sentence, count, stake};
use crate::frame::Frame;
use crate::page::page;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "agreements/text.html")]
struct Text {
    frame: Frame,
    head: Head,
    lead: String,
    version: String,
    versions: Vec<Choice>,
    texts: Vec<Choice>,
    facts: Vec<Fact>,
    tiles: Vec<Tile>,
    contents: Vec<Content>,
    clauses: Vec<ClauseView>,
    /// The parts of the page that are asked for again when evidence comes in.
    live: String,
    is_provider: bool,
}

/// A link of which one is followed already.
struct Choice {
    href: String,
    word: String,
    here: bool,
}

/// Something the front matter says.
struct Fact {
    name: &'static str,
    value: String,
}

/// A figure about all who hold the agreement.
struct Tile {
    figure: String,
    word: String,
    chips: Vec<Chip>,
}

/// An entry of the table of contents.
struct Content {
    id: String,
    heading: String,
    level: u8,
    chip: Option<Chip>,
}

/// A clause and what stands beside it.
struct ClauseView {
    id: String,
    heading: String,
    level: u8,
    parts: Vec<PartView>,
    beside: Beside,
    found: AtClause,
}

enum PartView {
    Both { en: String, zh: String },
    One(String),
    Rules { title: String, text: String },
    Examples { title: String, all: Vec<(String, String)> },
}

/// Which languages of the text are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Both,
    One(Lang),
}

pub(super) fn routes() -> Vec<Route> {
    vec![page("/agreements/{agreement}", "agreement", text)]
}

fn text(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let id = view.id("agreement");
    let agreement = agreements::get(view.platform, view.tx, view.who, id)?;
    let all = agreements::versions(view.platform, view.tx, view.who, id)?.items;
    let held = held::of(view, Some(id))?;
    let version = chosen(view, &all, &held)?;
    let published = view.platform.contracts.get(view.tx, id, &version.version)?;
    let shown = match view.query("text") {
        Some("en") => Shown::One(Lang::En),
        Some("zh") => Shown::One(Lang::Zh),
        _ => Shown::Both,
    };
    let cut = clauses(&published.text);
    let is_bilingual = cut.iter().flat_map(|it| &it.parts).any(is_halved);
    let clauses = clause_views(view, cut, version, &held, shown);
    let frame = Frame::new(view, display::half_of_pair(&published.contract.title, view.lang), place(view))?;
    let page = Text {
        head: Head { title: frame.title.clone(), ..Head::new(view, &agreement, Tab::Text) },
        lead: lead(view, &published.contract),
        version: version.version.clone(),
        versions: version_choices(view, &agreement, &all, &version.version),
        texts: if is_bilingual { text_choices(view, shown) } else { Vec::new() },
        facts: facts(view, version, &published.contract),
        tiles: tiles(view, &held, version),
        contents: clauses.iter().filter(|it| !it.id.is_empty()).map(content).collect(),
        live: live(&clauses),
        clauses,
        is_provider: view.is_provider(),
        frame,
    };
    view.html(&page)
}

/// The version asked for; else the one in force for a customer, and the newest for the provider.
fn chosen<'a>(view: &View<'_, '_>, all: &'a [Version], held: &[Held]) -> Result<&'a Version, Failure> {
    let named = |name: &str| all.iter().find(|it| it.version == name);
    if let Some(asked) = view.query("version") {
        return named(asked).ok_or_else(|| Refusal::not_found().into());
    }
    let in_force = held.iter().find_map(|it| it.progress()).map(|it| it.terms.published.version.clone());
    let own = in_force.filter(|_| !view.is_provider()).and_then(|it| named(&it));
    own.or_else(|| all.first()).ok_or_else(|| Refusal::not_found().into())
}

fn lead(view: &View<'_, '_>, contract: &Contract) -> String {
    let half = |it: &Option<String>| it.as_ref().map(|it| display::half(it, view.lang));
    match (half(&contract.provider), half(&contract.customer)) {
        (Some(provider), Some(customer)) => view.w.agreements_promised_by_to(provider, customer),
        (Some(provider), None) => view.w.agreements_promised_by(provider),
        _ => String::new(),
    }
}

fn facts(view: &View<'_, '_>, version: &Version, contract: &Contract) -> Vec<Fact> {
    let (w, show) = (view.w, view.show(&contract.zone));
    let effective = contract.effective.map(|it| display::day(it, view.lang));
    vec![
        Fact {
            name: w.agreements_effective(),
            value: effective.unwrap_or_else(|| w.agreements_effective_unsaid().to_owned()),
        },
        Fact { name: w.agreements_published(), value: show.day(version.published_at) },
        Fact { name: w.agreements_zone(), value: contract.zone.name().to_owned() },
        Fact { name: w.agreements_amendment(), value: amendment_sentence(w, version.amendment).to_owned() },
    ]
}

fn tiles(view: &View<'_, '_>, held: &[Held], version: &Version) -> Vec<Tile> {
    let w = view.w;
    let mut tiles = Vec::new();
    if view.is_provider() {
        let word = w.agreements_tile_held(count(held.len()));
        tiles.push(Tile { figure: held.len().to_string(), word, chips: in_force(view, held) });
    }
    if held.iter().any(|it| it.progress().is_some()) {
        tiles.push(promises_tile(view, held));
        tiles.push(due_tile(view, held));
    }
    let warnings = version.findings.iter().filter(|it| it.severity == FindingSeverity::Warning).count();
    let notes = version.findings.len().saturating_sub(warnings);
    let further = (notes > 0).then(|| Chip::new(Tone::Open, w.agreements_tile_notes(count(notes))));
    tiles.push(Tile {
        figure: warnings.to_string(),
        word: w.agreements_tile_warnings(count(warnings)),
        chips: further.into_iter().collect(),
    });
    tiles
}

/// How many are under which version.
fn in_force(view: &View<'_, '_>, held: &[Held]) -> Vec<Chip> {
    let mut versions = BTreeMap::<&str, usize>::new();
    for progress in held.iter().filter_map(Held::progress) {
        *versions.entry(&progress.terms.published.version).or_default() += 1;
    }
    let chip = |(version, number): (&str, usize)| {
        Chip::new(Tone::Apart, view.w.agreements_under(count(number), version))
    };
    versions.into_iter().map(chip).collect()
}

fn promises_tile(view: &View<'_, '_>, held: &[Held]) -> Tile {
    let w = view.w;
    let states: Vec<Tone> = held
        .iter()
        .filter_map(Held::progress)
        .flat_map(|progress| progress.nothing_more.promises.iter().map(move |it| (progress, it)))
        .map(|(progress, it)| held::state(view, progress, it).0.tone)
        .collect();
    let of = |tone| states.iter().filter(|it| **it == tone).count();
    let (broken, heading, kept) = (of(Tone::Bad), of(Tone::Pending), of(Tone::Good));
    let chips = [
        (Tone::Bad, broken, w.agreements_broken(count(broken))),
        (Tone::Pending, heading, w.agreements_heading(count(heading))),
        (Tone::Good, kept, w.agreements_tile_kept(count(kept))),
    ];
    let at_risk = broken + heading;
    Tile {
        figure: at_risk.to_string(),
        word: w.agreements_tile_at_risk(count(at_risk)),
        chips: chips.into_iter().filter(|it| it.1 > 0).map(|it| Chip::new(it.0, it.2)).collect(),
    }
}

fn due_tile(view: &View<'_, '_>, held: &[Held]) -> Tile {
    let w = view.w;
    let (mut due, mut open) = (Vec::<Quantity>::new(), 0_usize);
    for remedy in held.iter().filter_map(Held::progress).flat_map(|it| &it.nothing_more.remedies) {
        stake::paid(remedy).into_iter().for_each(|it| stake::add(&mut due, it));
        open += usize::from(remedy.status == RemedyStatus::Discretionary);
    }
    let decided = (open > 0).then(|| Chip::new(Tone::Open, w.agreements_stake_open(count(open))));
    Tile {
        figure: if due.is_empty() {
            w.agreements_tile_nothing().to_owned()
        } else {
            stake::show(&due, view.lang)
        },
        word: w.agreements_tile_due().to_owned(),
        chips: decided.into_iter().collect(),
    }
}

fn version_choices(view: &View<'_, '_>, agreement: &Agreement, all: &[Version], here: &str) -> Vec<Choice> {
    if all.len() < 2 {
        return Vec::new();
    }
    let choice = |it: &Version| Choice {
        href: format!("/agreements/{}?version={}", agreement.id, it.version),
        word: view.w.agreements_version(&it.version),
        here: it.version == here,
    };
    all.iter().map(choice).collect()
}

fn text_choices(view: &View<'_, '_>, shown: Shown) -> Vec<Choice> {
    let w = view.w;
    let path = format!("/agreements/{}", view.id("agreement"));
    let version = view.query("version").map(|it| format!("&version={it}")).unwrap_or_default();
    let choice = |name: &str, word: &str, of| Choice {
        href: format!("{path}?text={name}{version}"),
        word: word.to_owned(),
        here: shown == of,
    };
    vec![
        choice("both", w.agreements_text_both(), Shown::Both),
        choice("en", w.agreements_text_en(), Shown::One(Lang::En)),
        choice("zh", w.agreements_text_zh(), Shown::One(Lang::Zh)),
    ]
}

fn is_halved(part: &Part) -> bool {
    matches!(part, Part::Prose(it) if it.halves.is_some())
}

fn clause_views(
    view: &View<'_, '_>,
    cut: Vec<Clause>,
    version: &Version,
    held: &[Held],
    shown: Shown,
) -> Vec<ClauseView> {
    // Ids count headings, of which what stands before the first has none.
    let headings: Vec<String> = cut.iter().map(|it| it.heading.clone()).collect();
    let mut beside: BTreeMap<usize, Beside> = beside::of(view, held, &headings);
    let mut told = BTreeSet::new();
    let mut all = Vec::new();
    for (at, clause) in cut.into_iter().enumerate() {
        // Two headings of the same words: findings are told at the first.
        let found = if told.insert(clause.heading.clone()) {
            checked::at(&version.findings, &version.acknowledged, &clause.heading, view.lang)
        } else {
            AtClause::default()
        };
        all.push(clause_view(view, clause, shown, beside.remove(&at).unwrap_or_default(), found));
    }
    all
}

fn clause_view(
    view: &View<'_, '_>,
    clause: Clause,
    shown: Shown,
    beside: Beside,
    found: AtClause,
) -> ClauseView {
    let heading = match shown {
        Shown::Both => clause.heading,
        Shown::One(lang) => display::half(&clause.heading, lang),
    };
    let parts = clause.parts.into_iter().fold(Vec::new(), |all, it| with_part(view, all, it, shown));
    ClauseView { id: clause.id, heading, level: clause.level, parts, beside, found }
}

fn with_part(view: &View<'_, '_>, mut all: Vec<PartView>, part: Part, shown: Shown) -> Vec<PartView> {
    let w = view.w;
    match (part, shown) {
        (Part::Prose(it), Shown::Both) => all.push(match it.halves {
            Some((en, zh)) => PartView::Both { en, zh },
            None => PartView::One(it.whole),
        }),
        (Part::Prose(it), Shown::One(lang)) => all.push(PartView::One(match it.halves {
            Some((en, zh)) => {
                if lang == Lang::Zh {
                    zh
                } else {
                    en
                }
            }
            None => it.whole,
        })),
        (Part::Rules(text), _) => {
            let title = w.agreements_rules(count(text.lines().count()));
            all.push(PartView::Rules { title, text });
        }
        (Part::Example(name, text), _) => match all.last_mut() {
            Some(PartView::Examples { title, all }) => {
                all.push((name, text));
                *title = w.agreements_examples(count(all.len()));
            }
            _ => all.push(PartView::Examples { title: w.agreements_examples(1), all: vec![(name, text)] }),
        },
    }
    all
}

fn content(it: &ClauseView) -> Content {
    let chip = it.beside.worst.clone();
    Content { id: it.id.clone(), heading: it.heading.clone(), level: it.level, chip }
}

/// The regions that are set anew when evidence comes in, as htmx names them.
fn live(clauses: &[ClauseView]) -> String {
    let ids =
        clauses.iter().filter(|it| !it.beside.is_empty()).map(|it| format!("#beside-{}:outerMorph", it.id));
    ids.collect::<Vec<_>>().join(",")
}
