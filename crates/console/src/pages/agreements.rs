//! Agreements: what is promised, read as people read it, with what became of it beside each clause; its versions, the
//! changes between them, and the editor.

mod beside;
mod checked;
mod compared;
mod editor;
mod held;
mod list;
mod marked;
mod notices;
mod stake;
mod text;
mod told;
mod versions;

use std::collections::BTreeMap;

use platform::agreements::{Agreement, Amendment};
use platform::page::{LIMIT_MAX, Page};
use platform::principal::PROVIDER;
use platform::rights::{Resource, Verb};
use platform::{Failure, people};
use web::Route;

use crate::view::View;
use crate::words::Words;

pub(crate) fn routes() -> Vec<Route> {
    [
        list::routes(),
        text::routes(),
        versions::routes(),
        compared::routes(),
        notices::routes(),
        editor::routes(),
        told::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A page of an agreement, as its tabs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Text,
    Versions,
    Comparison,
    Notices,
    Edit,
}

/// An entry above a page of an agreement.
struct TabLink {
    href: String,
    word: &'static str,
    here: bool,
}

/// What stands above every page of an agreement.
struct Head {
    id: String,
    title: String,
    tabs: Vec<TabLink>,
}

impl Head {
    fn new(view: &View<'_, '_>, agreement: &Agreement, here: Tab) -> Self {
        let w = view.w;
        let path = format!("/agreements/{}", agreement.id);
        let provider = view.is_provider();
        let all = [
            (Tab::Text, "", w.agreements_tab_text(), true),
            (Tab::Versions, "/versions", w.agreements_tab_versions(), true),
            (Tab::Comparison, "/comparison", w.agreements_tab_comparison(), true),
            (
                Tab::Notices,
                "/notices",
                w.agreements_tab_notices(),
                provider && view.may(Resource::Notice, Verb::Read),
            ),
            (Tab::Edit, "/edit", w.agreements_tab_edit(), view.may(Resource::Agreement, Verb::Create)),
        ];
        let tab = |(tab, end, word, offered): (Tab, &str, &'static str, bool)| {
            offered.then(|| TabLink { href: format!("{path}{end}"), word, here: tab == here })
        };
        Self {
            id: agreement.id.clone(),
            title: title(view, agreement),
            tabs: all.into_iter().filter_map(tab).collect(),
        }
    }
}

/// The title in the reader's language.
fn title(view: &View<'_, '_>, agreement: &Agreement) -> String {
    let pair = diagnostic::Bilingual::new(&agreement.title.en, &agreement.title.zh);
    statement::display::half_of_pair(&pair, view.lang)
}

/// How a version may be replaced, in words.
fn amendment_word(w: Words, rule: Amendment) -> &'static str {
    match rule {
        Amendment::Mutual => w.agreements_amendment_mutual(),
        Amendment::ContinuedUse => w.agreements_amendment_continued_use(),
        Amendment::PinnedUntilRenewal => w.agreements_amendment_pinned(),
        Amendment::Notice => w.agreements_amendment_notice(),
    }
}

/// The same as a sentence.
fn amendment_sentence(w: Words, rule: Amendment) -> &'static str {
    match rule {
        Amendment::Mutual => w.agreements_amendment_mutual_means(),
        Amendment::ContinuedUse => w.agreements_amendment_continued_use_means(),
        Amendment::PinnedUntilRenewal => w.agreements_amendment_pinned_means(),
        Amendment::Notice => w.agreements_amendment_notice_means(),
    }
}

/// The names of people of a house, by actor; none where the caller may not see them.
struct Names(BTreeMap<String, String>);

impl Names {
    fn of_provider(view: &mut View<'_, '_>) -> Result<Self, Failure> {
        let allowed = view.may(Resource::Person, Verb::Read);
        if allowed { Self::of(view, PROVIDER) } else { Ok(Self(BTreeMap::new())) }
    }

    fn of(view: &mut View<'_, '_>, house: &str) -> Result<Self, Failure> {
        let page = Page { after: None, limit: LIMIT_MAX };
        let all = people::members(view.tx, view.who, house, &page)?.items;
        let half = |name: &str| statement::display::half(name, view.lang);
        Ok(Self(all.iter().map(|it| (format!("person:{}", it.id), half(&it.name))).collect()))
    }

    /// Who it was, in words.
    fn show(&self, w: Words, actor: &str) -> String {
        match self.0.get(actor) {
            Some(name) => name.clone(),
            None if actor.starts_with("system:") => w.agreements_by_upheld().to_owned(),
            None if actor.starts_with("token:") => w.agreements_by_token().to_owned(),
            None => w.agreements_by_person().to_owned(),
        }
    }
}

/// How many, for words that choose by a number.
fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
