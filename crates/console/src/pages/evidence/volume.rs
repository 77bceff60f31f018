//! A cycle's records in volume: from those submitted to those that count, and success by account, hour, attribute and cause.

use askama::Template;
use diagnostic::Lang;
use language::Contract;
use platform::intake::unseen::{self, UnseenCode};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::volume::overview::{self, Overview, RuleView, Waiting, Wanted, facts_in_volume, look};
use platform::{Failure, Platform, cycles};
use web::{Later, Reply, Route};

use super::{Head, Pick, head, place};
use crate::frame::Frame;
use crate::page::page_after;
use crate::pages::customers::clause::{Clause, rule};
use crate::show::Show;
use crate::view::{View, html};
use crate::words::Words;

mod figures;
mod groups;
mod hours;
mod steps;

use figures::Figures;
use groups::{Causes, Table};
use hours::Times;
use steps::Fall;

#[derive(Template)]
#[template(path = "evidence/volume.html")]
struct Shown {
    frame: Frame,
    head: Head,
    cycles: Vec<Pick>,
    facts: Vec<Pick>,
    rules: Vec<Pick>,
    fact: String,
    period: String,
    waiting: Vec<String>,
    /// Codes of receipts that are in no class.
    unseen: Vec<Unseen>,
    is_empty: bool,
    whole: Figures,
    rule: Option<Rule>,
    falls: Vec<Fall>,
    /// Conditions and exclusions that took nothing.
    idle: Vec<Fall>,
    idle_told: String,
    times: Times,
    tables: Vec<Table>,
    causes: Option<Causes>,
}

/// The rule everything is counted by.
struct Rule {
    name: String,
    text: String,
    clause: Clause,
    success: String,
    of_failures: bool,
    per_subject: bool,
}

/// A code that is in no class.
struct Unseen {
    provider: String,
    code: String,
    receipts: String,
    last: String,
    listed: bool,
}

/// What the figures are told with.
pub(super) struct Told<'a> {
    w: Words,
    show: &'a Show,
    contract: &'a Contract,
    overview: &'a Overview,
}

/// Where a subscription's records in volume are told; empty where its contract has none.
pub(crate) fn path(contract: &Contract, tenant: &str, subscription: &str) -> String {
    match facts_in_volume(contract).next() {
        Some(_) => format!("/customers/{tenant}/subscriptions/{subscription}/volume"),
        None => String::new(),
    }
}

pub(super) fn routes() -> Vec<Route> {
    vec![page_after("/customers/{tenant}/subscriptions/{subscription}/volume", "volumePage", |view| {
        let of = (view.id("tenant"), view.id("subscription"));
        let look = look(view.platform, view.tx, view.who, of, &wanted(view))?;
        let unseen = unseen(view)?;
        let head = head(view, "volume")?;
        let cycles = cycles_of(view, &look.cycle().label)?;
        let frame = Frame::new(view, view.w.evidence_title(), place(view))?;
        let later: Later = Box::new(move |platform| shown(platform, look, (frame, head, cycles), unseen));
        Ok(later)
    })]
}

fn wanted(view: &View<'_, '_>) -> Wanted {
    let text = |name: &str| view.query(name).map(str::to_owned);
    Wanted {
        cycle: text("cycle"),
        fact: text("fact"),
        rule: view.query("rule").and_then(|it| it.parse().ok()),
    }
}

/// The cycles to choose from, the latest first.
fn cycles_of(view: &mut View<'_, '_>, chosen: &str) -> Result<Vec<Pick>, Failure> {
    let (tenant, id) = (view.id("tenant"), view.id("subscription"));
    let page = Page { after: None, limit: LIMIT_MAX };
    let mut labels: Vec<String> = if view.may_in(tenant, Resource::Cycle, Verb::Read) {
        let mut all = cycles::list(view.tx, view.who, tenant, id, &page)?.items;
        all.sort_by_key(|it| std::cmp::Reverse(it.from));
        all.into_iter().map(|it| it.label).collect()
    } else {
        Vec::new()
    };
    if !labels.iter().any(|it| it == chosen) {
        labels.insert(0, chosen.to_owned());
    }
    Ok(labels.into_iter().map(|it| Pick { word: it.clone(), chosen: it == chosen, id: it }).collect())
}

fn unseen(view: &mut View<'_, '_>) -> Result<Vec<UnseenCode>, Failure> {
    let (tenant, id) = (view.id("tenant"), view.id("subscription"));
    unseen::list(view.platform, view.tx, view.who, (tenant, id))
}

fn shown(
    platform: &Platform,
    look: overview::Look,
    (frame, head, cycles): (Frame, Head, Vec<Pick>),
    unseen: Vec<UnseenCode>,
) -> Result<Reply, Failure> {
    let published = look.published().clone();
    let contract = &published.contract;
    let it = look.answer(platform)?;
    let show = Show::new(frame.w.lang, contract.zone.clone());
    let told = Told { w: frame.w, show: &show, contract, overview: &it };
    let (idle, falls): (Vec<Fall>, Vec<Fall>) = told.falls().into_iter().partition(|it| it.is_idle);
    let pick = |id: &String| Pick { id: id.clone(), word: id.replace('_', " "), chosen: *id == it.fact };
    html(&Shown {
        cycles,
        facts: it.facts.iter().map(pick).collect(),
        rules: told.rules(),
        fact: it.fact.replace('_', " "),
        period: frame.w.evidence_window(show.minute(it.from), show.minute(it.until)),
        waiting: told.waiting(&it.waiting),
        unseen: unseen.iter().map(|it| told.unseen(it)).collect(),
        is_empty: it.whole.submitted == 0,
        whole: told.figures(&it.whole),
        rule: told.rule(),
        falls,
        idle_told: frame.w.volume_idle(i64::try_from(idle.len()).unwrap_or(i64::MAX)),
        idle,
        times: told.times(),
        tables: told.tables(),
        causes: told.causes(),
        frame,
        head,
    })
}

impl Told<'_> {
    fn lang(&self) -> Lang {
        self.w.lang
    }

    fn chosen(&self) -> Option<&RuleView> {
        self.overview.rule.and_then(|it| self.overview.rules.get(it))
    }

    fn rules(&self) -> Vec<Pick> {
        let pick = |(at, it): (usize, &RuleView)| Pick {
            id: at.to_string(),
            word: rule(self.lang(), &it.name, &it.clause),
            chosen: self.overview.rule == Some(at),
        };
        self.overview.rules.iter().enumerate().map(pick).collect()
    }

    fn rule(&self) -> Option<Rule> {
        let it = self.chosen()?;
        Some(Rule {
            name: it.name.replace('_', " "),
            text: it.text.clone(),
            clause: Clause::in_lang(self.lang(), self.contract, &it.clause),
            success: it.success.clone().unwrap_or_default(),
            of_failures: it.of_failures,
            per_subject: it.per_subject,
        })
    }

    fn unseen(&self, it: &UnseenCode) -> Unseen {
        Unseen {
            provider: it
                .carrier
                .as_ref()
                .map_or_else(|| it.provider.clone(), |carrier| format!("{} · {carrier}", it.provider)),
            code: it.code.clone(),
            receipts: self.number(it.receipts),
            last: self.show.minute(it.last_at),
            listed: it.listed,
        }
    }

    /// What is not counted yet, in sentences.
    fn waiting(&self, it: &Waiting) -> Vec<String> {
        let mut all = Vec::new();
        if it.batches > 0 {
            all.push(self.w.volume_waiting_batches(count(it.batches), self.number(it.batch_records)));
        }
        if it.files > 0 {
            all.push(self.w.volume_waiting_files(self.number(it.file_records)));
        }
        all.extend(it.since.map(|at| self.w.volume_waiting_since(self.show.moment(at))));
        all
    }

    fn number(&self, it: u64) -> String {
        self.show.count(count(it))
    }
}

fn count(it: u64) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}
