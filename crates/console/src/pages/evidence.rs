//! The evidence of a subscription: what happened when, the records, where they came from, and how they are corrected.

use askama::Template;
use calendar::Zone;
use platform::page::{LIMIT_MAX, Page};
use platform::records::{self, Asked, RecordView, Records};
use platform::rights::{Resource, Verb};
use platform::stream::Stream;
use platform::{Failure, cycles, evidence, subscriptions, tenants};
use timeline::{Instant, Interval};
use web::{Reply, Route};

use super::customers::actor::{self, People};
use super::customers::when;
use crate::frame::{Frame, Place};
use crate::page::{answered, page};
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;

mod attestations;
mod attributes;
mod batches;
mod corrections;
mod import;
pub(crate) mod lanes;
mod maintenance;
mod record;
mod recurrence;
mod volume;

use lanes::{By, Drawn};
pub(crate) use volume::path as volume_path;

/// Records of a page.
const ROWS: usize = 50;
/// The shortest time one can look at.
const NANOS_MIN: i128 = 60_000_000_000;

/// What all pages of a subscription's evidence begin with.
pub(crate) struct Head {
    is_provider: bool,
    tenant: String,
    tenant_name: String,
    subscription: String,
    agreement: String,
    /// The path of the first page, without the language.
    here: String,
    tab: &'static str,
    may_add: bool,
    may_export: bool,
    /// Where the records in volume are told; empty where the contract has none.
    volume: String,
    zone: String,
    people: People,
}

#[derive(Template)]
#[template(path = "evidence/records.html")]
struct Shown {
    frame: Frame,
    head: Head,
    /// The contract says who watches when.
    has_gaps: bool,
    drawn: Option<Drawn>,
    window: String,
    zooms: Vec<Link>,
    bys: Vec<Link>,
    filter: Filter,
    rows: Vec<Row>,
    found: String,
    pages: Vec<Link>,
}

/// A link to the same page asked otherwise.
struct Link {
    href: String,
    word: String,
    here: bool,
}

/// What is filled into the filter.
struct Filter {
    facts: Vec<Pick>,
    sources: Vec<Pick>,
    causes: Vec<Pick>,
    subjects: Vec<String>,
    subject: String,
    text: String,
    from: String,
    until: String,
    by: &'static str,
    all: bool,
}

/// Something to choose from.
pub(crate) struct Pick {
    pub(crate) id: String,
    pub(crate) word: String,
    pub(crate) chosen: bool,
}

/// A record in a list.
pub(crate) struct Row {
    pub(crate) fact: String,
    pub(crate) kind: &'static str,
    pub(crate) from: String,
    pub(crate) until: String,
    pub(crate) long: String,
    pub(crate) subject: String,
    pub(crate) says: Vec<(String, String)>,
    pub(crate) source: String,
    pub(crate) recorded: String,
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) reason: String,
    pub(crate) chip: Option<Chip>,
}

pub(crate) fn routes() -> Vec<Route> {
    let base = "/customers/{tenant}/subscriptions/{subscription}/evidence";
    let mut all = vec![page(base, "evidencePage", |view| {
        let title = view.w.evidence_title();
        let records = open(view)?;
        let head = Head { people: sources(view, &records)?, ..head(view, "records")? };
        let show = view.show(&records.published.contract.zone);
        let within = window(view, &records)?;
        let by = By::named(view.query("by").unwrap_or_default());
        let asked = asked(view, within);
        let skip = view.query("skip").and_then(|it| it.parse().ok()).unwrap_or(0_usize);
        let (rows, total) = records.page(&asked, skip, ROWS);
        let revised = records.revised();
        let rows = rows
            .iter()
            .map(|it| row(view, &head, &show, it, revised.contains(it.id.as_deref().unwrap_or_default())));
        let rows: Vec<Row> = rows.collect();
        let has_gaps = records.published.contract.schema.fact(lanes::COVERAGE).is_some();
        let page = Shown {
            has_gaps,
            drawn: within
                .map(|it| lanes::of_window(view, &records, it, (by, &head.people)))
                .filter(|it| !it.names.is_empty()),
            window: within.map_or_else(String::new, |it| span_words(view, &show, it)),
            zooms: within.map_or_else(Vec::new, |it| zooms(view, &records, it)),
            bys: bys(view, by),
            filter: filter(view, &head, &records, &asked, within, by),
            found: view.w.evidence_found(i64::try_from(total).unwrap_or(i64::MAX)),
            pages: pages(view, skip, total),
            rows,
            head,
            frame: Frame::new(view, title, place(view))?,
        };
        view.html(&page)
    })];
    all.push(answered(
        "/customers/{tenant}/subscriptions/{subscription}/evidence/export",
        "exportEvidenceForm",
        |view, _| {
            let of = (view.id("tenant"), view.id("subscription"));
            let lines = evidence::export(view.platform, view.tx, view.who, of, None)?;
            Ok(Reply::bytes("application/x-ndjson", lines).file(&format!("{}.ndjson", of.1)))
        },
    ));
    all.extend(record::routes());
    all.extend(batches::routes());
    all.extend(import::routes());
    all.extend(corrections::routes());
    all.extend(maintenance::routes());
    all.extend(attestations::routes());
    all.extend(volume::routes());
    all
}

/// The navigation's entry these pages stand under.
fn place(view: &View<'_, '_>) -> Place {
    if view.is_provider() { Place::Customers } else { Place::Home }
}

/// The stream of the path.
fn stream(view: &View<'_, '_>) -> Stream {
    Stream::Subscription { tenant: view.id("tenant").to_owned(), id: view.id("subscription").to_owned() }
}

/// The names of those who said something.
fn sources(view: &mut View<'_, '_>, records: &Records) -> Result<People, Failure> {
    let names = records.names();
    actor::known(view, names.sources.iter().map(String::as_str))
}

fn open(view: &mut View<'_, '_>) -> Result<Records, Failure> {
    records::open(view.platform, view.tx, view.who, (view.id("tenant"), view.id("subscription")))
}

fn head(view: &mut View<'_, '_>, tab: &'static str) -> Result<Head, Failure> {
    let (tenant, id) = (view.id("tenant"), view.id("subscription"));
    let it = subscriptions::get(view.platform, view.tx, view.who, tenant, id)?;
    let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
    let published = view.platform.contracts.get(view.tx, &it.agreement, &it.terms.version)?;
    Ok(Head {
        is_provider: view.is_provider(),
        tenant: tenant.to_owned(),
        tenant_name: statement::display::half(&name, view.lang),
        subscription: id.to_owned(),
        agreement: statement::display::half_of_pair(&published.contract.title, view.lang),
        here: format!("/customers/{tenant}/subscriptions/{id}/evidence"),
        tab,
        may_add: view.may_in(tenant, Resource::Evidence, Verb::Create),
        may_export: view.may_in(tenant, Resource::Evidence, Verb::Export),
        volume: volume::path(&published.contract, tenant, id),
        zone: published.contract.zone.name().to_owned(),
        people: People::new(),
    })
}

/// The time looked at: what was asked for, else the cycle in progress, else all there is.
fn window(view: &mut View<'_, '_>, records: &Records) -> Result<Option<Interval>, Failure> {
    let zone = &records.published.contract.zone;
    let time = |name: &str| when::read(name, view.query(name).unwrap_or_default(), zone);
    let (from, until) = (time("from")?, time("until")?);
    if let (Some(from), Some(until)) = (from, until) {
        return Ok(Interval::new(from.0, until.0).or_else(|| records.reach()));
    }
    let page = Page { after: None, limit: LIMIT_MAX };
    let cycles = if view.may_in(view.id("tenant"), Resource::Cycle, Verb::Read) {
        cycles::list(view.tx, view.who, view.id("tenant"), view.id("subscription"), &page)?.items
    } else {
        Vec::new()
    };
    let latest = cycles.iter().max_by_key(|it| it.from).and_then(|it| Interval::new(it.from.0, it.until.0));
    let seen = latest.filter(|it| records.within(*it).next().is_some());
    Ok(seen.or_else(|| records.reach()).or(latest))
}

fn asked(view: &View<'_, '_>, within: Option<Interval>) -> Asked {
    let text = |name: &str| view.query(name).unwrap_or_default().to_owned();
    Asked {
        fact: text("fact"),
        source: text("source"),
        cause: text("cause"),
        subject: text("subject"),
        text: text("q"),
        within,
        all: view.query("all").is_some(),
    }
}

/// This page asked otherwise: some parameters set, some taken away, the rest as they are.
fn link(view: &View<'_, '_>, set: &[(&str, String)], here: bool, word: impl Into<String>) -> Link {
    let kept = view.parts.query.iter().filter(|it| {
        !set.iter().any(|set| set.0 == it.0.as_str())
            && !matches!(it.0.as_str(), "done" | "skip")
            && !it.1.is_empty()
    });
    let set = set.iter().filter(|it| !it.1.is_empty()).map(|it| (it.0, it.1.as_str()));
    let pairs: Vec<(&str, &str)> = kept.map(|it| (it.0.as_str(), it.1.as_str())).chain(set).collect();
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    Link { href: format!("?{query}"), word: word.into(), here }
}

fn zooms(view: &View<'_, '_>, records: &Records, it: Interval) -> Vec<Link> {
    let w = view.w;
    let (length, middle) = (it.nanos(), i128::from(it.from().nanos()) + it.nanos() / 2);
    let at = |nanos: i128| {
        Instant::from_nanos(
            i64::try_from(nanos.clamp(i128::from(i64::MIN + 1), i128::from(i64::MAX - 1))).unwrap_or(0),
        )
    };
    let to = |from: i128, until: i128, word: &str| {
        link(
            view,
            &[("from", platform::time::show(at(from))), ("until", platform::time::show(at(until)))],
            false,
            word,
        )
    };
    let from = i128::from(it.from().nanos());
    let until = from + length;
    let mut all =
        vec![to(from - length, from, w.evidence_earlier()), to(until, until + length, w.evidence_later())];
    if length / 2 >= NANOS_MIN {
        all.push(to(middle - length / 4, middle + length / 4, w.evidence_closer()));
    }
    all.push(to(middle - length, middle + length, w.evidence_wider()));
    if let Some(reach) = records.reach() {
        all.push(to(
            i128::from(reach.from().nanos()),
            i128::from(reach.until().nanos()),
            w.evidence_everything(),
        ));
    }
    all.push(link(
        view,
        &[("from", String::new()), ("until", String::new())],
        false,
        w.evidence_this_cycle(),
    ));
    all
}

fn bys(view: &View<'_, '_>, by: By) -> Vec<Link> {
    let word = |it| match it {
        By::Cause => view.w.evidence_by_cause(),
        By::Source => view.w.evidence_by_source(),
        By::Subject => view.w.evidence_by_subject(),
    };
    let all = [By::Cause, By::Source, By::Subject];
    all.into_iter().map(|it| link(view, &[("by", it.name().to_owned())], it == by, word(it))).collect()
}

fn pages(view: &View<'_, '_>, skip: usize, total: usize) -> Vec<Link> {
    let mut all = Vec::new();
    if skip > 0 {
        let back = skip.saturating_sub(ROWS);
        let set = if back == 0 { String::new() } else { back.to_string() };
        all.push(link(view, &[("skip", set)], false, view.w.evidence_newer()));
    }
    if skip + ROWS < total {
        all.push(link(view, &[("skip", (skip + ROWS).to_string())], false, view.w.evidence_older()));
    }
    all
}

fn filter(
    view: &View<'_, '_>,
    head: &Head,
    records: &Records,
    asked: &Asked,
    within: Option<Interval>,
    by: By,
) -> Filter {
    let names = records.names();
    let zone = &records.published.contract.zone;
    let picks = |all: Vec<String>, chosen: &str| {
        let pick = |it: String| Pick { word: it.replace('_', " "), chosen: it == chosen, id: it };
        all.into_iter().map(pick).collect::<Vec<Pick>>()
    };
    let asked_for = |name: &str, at: fn(&Interval) -> Instant| {
        view.query(name).and(within).map_or_else(String::new, |it| when::shown(zone, at(&it)))
    };
    Filter {
        facts: picks(names.facts, &asked.fact),
        sources: names
            .sources
            .into_iter()
            .map(|it| Pick {
                word: actor::named(view, &head.people, &it),
                chosen: it == asked.source,
                id: it,
            })
            .collect(),
        causes: picks(names.causes, &asked.cause),
        subjects: names.subjects,
        subject: asked.subject.clone(),
        text: asked.text.clone(),
        from: asked_for("from", Interval::from),
        until: asked_for("until", Interval::until),
        by: by.name(),
        all: asked.all,
    }
}

fn span_words(view: &View<'_, '_>, show: &Show, it: Interval) -> String {
    view.w.evidence_window(show.minute(it.from()), show.minute(it.until()))
}

/// A record in words.
fn row(view: &View<'_, '_>, head: &Head, show: &Show, it: &RecordView, revised: bool) -> Row {
    let w = view.w;
    let id = it.id.clone().unwrap_or_default();
    let query = serde_urlencoded::to_string([("id", id.as_str())]).unwrap_or_default();
    let chip = match () {
        () if it.withdrawn => Some(Chip::new(Tone::Apart, w.evidence_withdrawal())),
        () if !it.stands => Some(Chip::new(Tone::Apart, w.evidence_superseded())),
        () if revised || it.supersedes.is_some() => Some(Chip::new(Tone::Pending, w.evidence_revised())),
        () => None,
    };
    Row {
        fact: it.fact.replace('_', " "),
        kind: kind(view, it),
        from: it.from.map_or_else(String::new, |at| show.moment(at)),
        until: until(view, show, it),
        long: it.from.zip(it.until).map_or_else(String::new, |(from, until)| show.span(from, until)),
        subject: it.subject.clone().unwrap_or_default(),
        says: it.attributes.iter().map(|(name, value)| (name.replace('_', " "), said(show, value))).collect(),
        source: it.source.as_deref().map_or_else(String::new, |it| actor::named(view, &head.people, it)),
        recorded: it.recorded_at.map_or_else(String::new, |at| show.minute(at)),
        href: if id.is_empty() { String::new() } else { format!("{}/record?{query}", head.here) },
        id,
        reason: it.reason.as_deref().map_or_else(String::new, |it| actor::with_names(view, &head.people, it)),
        chip,
    }
}

/// The instant without parts of a second, which nobody reads.
fn whole(at: Instant) -> Instant {
    let second = 1_000_000_000;
    if at.is_bounded() { Instant::from_nanos(at.nanos() - at.nanos().rem_euclid(second)) } else { at }
}

/// Instants in the reader's clock, everything else as it was said.
fn said(show: &Show, value: &str) -> String {
    let is_time = value.len() >= 19 && value.as_bytes().get(10) == Some(&b'T');
    let at = is_time.then(|| calendar::parse_instant(value).ok()).flatten();
    at.map_or_else(|| value.to_owned(), |at| show.moment(whole(at)))
}

fn kind(view: &View<'_, '_>, it: &RecordView) -> &'static str {
    match it.kind {
        ::evidence::FactKind::Span => view.w.evidence_kind_span(),
        ::evidence::FactKind::Event => view.w.evidence_kind_event(),
        ::evidence::FactKind::Request => view.w.evidence_kind_request(),
    }
}

fn until(view: &View<'_, '_>, show: &Show, it: &RecordView) -> String {
    match it.until {
        Some(at) => show.moment(at),
        None if it.kind == ::evidence::FactKind::Event || it.from.is_none() => String::new(),
        None => view.w.evidence_still_open().to_owned(),
    }
}

/// A zone's clock, for the forms of these pages.
fn zone(view: &mut View<'_, '_>) -> Result<Zone, Failure> {
    let (tenant, id) = (view.id("tenant"), view.id("subscription"));
    let it = subscriptions::get(view.platform, view.tx, view.who, tenant, id)?;
    Ok(view.platform.contracts.get(view.tx, &it.agreement, &it.terms.version)?.contract.zone.clone())
}
