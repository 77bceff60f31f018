//! Maintenance windows: announced when the platform says so, never earlier; on record as evidence of the contract's own fact.
//!
//! A window is a record of a span with an attribute `announced_at` (or `announced`). A change is a further version of that
//! record, a cancellation withdraws it. A recurring window is a rule; its windows of the next 400 days are on record, each
//! announced when the rule was.

mod fact;
mod record;
pub mod rule;
mod store_rows;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use store::{Tx, values};
use timeline::Instant;

use crate::audit::{self, Entry};
use crate::intake;
use crate::jobs::{self, Job};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::stream::{Opened, Stream};
use crate::time::{self, Moment};

use fact::Announced;
use record::Occurrence;
use rule::Rule;
use store_rows::{found, insert, row_of};

/// The kind of the job that puts the windows of a rule on record as time goes on.
pub const EXPAND_JOB: &str = "maintenance_expand";
/// How far ahead the windows of a rule are on record.
const AHEAD_SECONDS: i64 = 400 * DAY_SECONDS;
/// How often that is looked after.
const EXPAND_EVERY_SECONDS: i64 = 7 * DAY_SECONDS;
const DAY_SECONDS: i64 = 86_400;
/// Longest title and reason, in characters.
const TEXT_CHARS_MAX: usize = 2_000;

/// A window to be announced.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWindow {
    /// What is done, for those who read it.
    #[schemars(length(min = 1, max = 2000))]
    pub title: String,
    /// The contract's fact; may be left out where only one can hold a window.
    #[serde(default)]
    pub fact: Option<String>,
    /// When it begins; of a rule, the first time.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// Whom or what it is about; absent: everything.
    #[serde(default)]
    pub subject: Option<String>,
    /// Further attributes of the fact.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, Json>")]
    pub attributes: Map<String, Json>,
    /// How it recurs.
    #[serde(default)]
    pub recurs: Option<Recurrence>,
}

/// How a window recurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// An RRULE of RFC 5545: `FREQ=WEEKLY;BYDAY=SU`. Hourly at most, a thousand times a year at most, without RSCALE.
    pub rrule: String,
    /// The zone whose clock it follows: `Asia/Shanghai`.
    pub zone: String,
}

/// What changes of a window; what is absent stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeWindow {
    /// Another title.
    #[serde(default)]
    pub title: Option<String>,
    /// Another beginning; of a rule, of the first window from now on.
    #[serde(default)]
    pub from: Option<Moment>,
    /// Another end.
    #[serde(default)]
    pub until: Option<Moment>,
    /// Other attributes, all of them.
    #[serde(default)]
    #[schemars(with = "Option<std::collections::BTreeMap<String, Json>>")]
    pub attributes: Option<Map<String, Json>>,
    /// Another rule.
    #[serde(default)]
    pub recurs: Option<Recurrence>,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// A window to be cancelled.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelWindow {
    /// Of a rule: cancel only the window that begins then.
    #[serde(default)]
    pub only: Option<Moment>,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// A window, or a rule for many.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Window {
    /// Its id; also its record's, or the beginning of its records'.
    pub id: String,
    /// The stream it is on record in: a subscription's id, or `agreement:` and an agreement's.
    pub stream: String,
    /// The contract's fact.
    pub fact: String,
    /// What is done.
    pub title: String,
    /// When it begins; of a rule, the first time.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// Whom or what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Further attributes.
    #[schemars(with = "std::collections::BTreeMap<String, Json>")]
    pub attributes: Map<String, Json>,
    /// How it recurs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurs: Option<Recurrence>,
    /// When it was announced: by the platform's clock.
    pub announced_at: Moment,
    /// `announced` or `cancelled`.
    pub state: String,
    /// Who announced it.
    pub created_by: String,
    /// Counts its changes.
    pub revision: i64,
    #[serde(skip)]
    series: i64,
    #[serde(skip)]
    expanded_until: Instant,
}

/// Announces a window now. Refused when the contract has no fact that says when a window was announced.
pub fn announce(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    stream: &Stream,
    input: &NewWindow,
) -> Result<Window, Failure> {
    let opened = stream.open(platform, tx, who, Resource::Maintenance, Verb::Create)?;
    let fact = Announced::find(&opened, input.fact.as_deref())?;
    check_text("title", &input.title)?;
    check_times(input.from.0, input.until.0)?;
    fact.check_attributes(&input.attributes)?;
    let window = Window {
        id: tx.new_id("mnt")?,
        stream: opened.name.clone(),
        fact: fact.name.clone(),
        title: input.title.clone(),
        from: input.from,
        until: input.until,
        subject: input.subject.clone(),
        attributes: input.attributes.clone(),
        recurs: input.recurs.clone(),
        announced_at: Moment(tx.now()),
        state: "announced".to_owned(),
        created_by: who.actor.clone(),
        revision: 1,
        series: 1,
        expanded_until: Instant::MIN,
    };
    insert(tx, &opened, &window)?;
    let new =
        json!({ "title": window.title, "from": window.from, "until": window.until, "recurs": window.recurs });
    note(tx, who, &opened, ("maintenance.announced", &window.id), new, None)?;
    put_on_record(platform, tx, who, &opened, &fact, &window, None)?;
    found(tx, &opened.tenant, &window.id)
}

/// Changes a window. What lies inside the window announced before keeps its announcement; anything else is announced now. Of a
/// rule, the windows that have not begun are withdrawn and those of the new rule announced.
pub fn change(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (stream, id): (&Stream, &str),
    input: &ChangeWindow,
    expected: Option<i64>,
) -> Result<Window, Failure> {
    let opened = stream.open(platform, tx, who, Resource::Maintenance, Verb::Change)?;
    check_text("reason", &input.reason)?;
    let before = current(tx, &opened, id, expected)?;
    let after = changed(&before, input, tx.now())?;
    let fact = Announced::find(&opened, Some(&before.fact))?;
    fact.check_attributes(&after.attributes)?;
    check_text("title", &after.title)?;
    check_times(after.from.0, after.until.0)?;
    if before.recurs.is_some() && after.series != before.series {
        withdraw_ahead(platform, tx, who, &opened, &before, &input.reason)?;
    }
    store_rows::update(tx, &opened, &after)?;
    let old =
        json!({ "title": before.title, "from": before.from, "until": before.until, "recurs": before.recurs });
    let new =
        json!({ "title": after.title, "from": after.from, "until": after.until, "recurs": after.recurs });
    let entry = Entry {
        action: "maintenance.changed",
        subject: id.to_owned(),
        old,
        new,
        reason: Some(input.reason.clone()),
        ..Entry::default()
    };
    audit::append(tx, who, &opened.tenant, entry)?;
    if after.series != before.series {
        put_on_record(platform, tx, who, &opened, &fact, &after, Some(&input.reason))?;
    }
    found(tx, &opened.tenant, id)
}

/// Cancels a window: of a rule, all windows that have not begun, or one of them.
pub fn cancel(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (stream, id): (&Stream, &str),
    input: &CancelWindow,
    expected: Option<i64>,
) -> Result<Window, Failure> {
    let opened = stream.open(platform, tx, who, Resource::Maintenance, Verb::Remove)?;
    check_text("reason", &input.reason)?;
    let it = current(tx, &opened, id, expected)?;
    match (&it.recurs, input.only) {
        (None, Some(_)) => {
            return Err(Refusal::invalid("only: this window does not recur", "only：此窗口不重复").into());
        }
        (None, None) => {
            let line = record::withdrawal(&it.fact, &it.id, &input.reason);
            intake::keep_made(platform, tx, who, opened.clone(), &[line])?;
        }
        (Some(_), Some(only)) => {
            let all = it.occurrences(only.0, it.expanded_until)?;
            let one = all.iter().find(|it| it.from == only.0).ok_or_else(Refusal::not_found)?;
            let line = record::withdrawal(&it.fact, &one.id, &input.reason);
            intake::keep_made(platform, tx, who, opened.clone(), &[line])?;
        }
        (Some(_), None) => withdraw_ahead(platform, tx, who, &opened, &it, &input.reason)?,
    }
    if input.only.is_none() {
        store_rows::cancel(tx, &opened, &it)?;
    }
    let new = json!({ "only": input.only });
    note(tx, who, &opened, ("maintenance.cancelled", id), new, Some(&input.reason))?;
    found(tx, &opened.tenant, id)
}

/// The windows of a stream; a customer sees those of its agreement too, by asking for the agreement's through its
/// subscription (`shared`).
pub fn list(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    stream: &Stream,
    shared: bool,
    page: &Page,
) -> Result<Listed<Window>, Failure> {
    let house = stream.enter(tx, who, Resource::Maintenance, Verb::Read)?;
    let (agreement, _) = stream.governed(tx, &house)?;
    let limit = page.rows()?;
    let name = if shared { crate::stream::agreement_stream(&agreement) } else { stream.name() };
    let items = if shared {
        crate::stream::as_provider(tx, |tx| {
            store_rows::all(tx, crate::principal::PROVIDER, &name, page.after(), limit)
        })?
    } else {
        store_rows::all(tx, &house, &name, page.after(), limit)?
    };
    Ok(page.cut(items, |it| it.id.clone()))
}

/// A window.
pub fn get(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    stream: &Stream,
    id: &str,
) -> Result<Window, Failure> {
    let house = stream.enter(tx, who, Resource::Maintenance, Verb::Read)?;
    let it = found(tx, &house, id)?;
    if it.stream == stream.name() { Ok(it) } else { Err(Refusal::not_found().into()) }
}

/// Handles [`EXPAND_JOB`]: puts the windows of a rule on record up to 400 days ahead, and comes again in a week.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (house, id) = (text("house"), text("window"));
    platform.write(move |platform, tx| {
        let who = Principal::system(EXPAND_JOB);
        let row = row_of(tx, &house, &id)?;
        let Some(it) = row.filter(|it| it.state == "announced") else { return Ok(()) };
        let stream = Stream::named(&house, &it.stream);
        let opened = stream.open(platform, tx, &who, Resource::Maintenance, Verb::Create)?;
        let fact = Announced::find(&opened, Some(&it.fact))?;
        put_on_record(platform, tx, &who, &opened, &fact, &it, None)
    })
}

impl Window {
    /// The windows that begin in `[from, until)`.
    fn occurrences(&self, from: Instant, until: Instant) -> Result<Vec<Occurrence>, Failure> {
        let Some(recurs) = &self.recurs else {
            return Ok(vec![Occurrence { id: self.id.clone(), from: self.from.0, until: self.until.0 }]);
        };
        let length = self.until.0.nanos().saturating_sub(self.from.0.nanos());
        let rule = Rule::read(&recurs.rrule, &recurs.zone, self.from.0)?;
        let begun = rule.beginnings(from, until).into_iter();
        Ok(begun
            .filter_map(|at| {
                Some(Occurrence {
                    id: format!("{}.{}/{}", self.id, self.series, time::show(at)),
                    from: at,
                    until: at.checked_add(length)?,
                })
            })
            .collect())
    }
}

/// Writes the records of a window that are not there yet. A further version of a single window says why.
fn put_on_record(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    opened: &Opened,
    fact: &Announced,
    window: &Window,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let until = time::after(tx.now(), AHEAD_SECONDS);
    let occurrences = window.occurrences(window.expanded_until, until)?;
    let revises = reason.filter(|_| window.recurs.is_none());
    let lines: Vec<Json> = occurrences.iter().map(|it| fact.line(window, it, revises)).collect();
    if !lines.is_empty() {
        intake::keep_made(platform, tx, who, opened.clone(), &lines)?;
    }
    if window.recurs.is_some() {
        tx.housekeeping(
            "UPDATE maintenance SET expanded_until = $3 WHERE tenant_id = $1 AND id = $2",
            values![&opened.tenant, &window.id, until],
        )?;
        let payload = json!({ "house": opened.tenant, "window": window.id });
        let due = time::after(tx.now(), EXPAND_EVERY_SECONDS);
        jobs::enqueue(tx, EXPAND_JOB, &window.id, &opened.tenant, due, &payload)?;
    }
    Ok(())
}

/// Withdraws the windows of a rule that are on record and have not begun.
fn withdraw_ahead(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    opened: &Opened,
    window: &Window,
    reason: &str,
) -> Result<(), Failure> {
    let ahead = window.occurrences(tx.now(), window.expanded_until)?;
    let lines: Vec<Json> = ahead.iter().map(|it| record::withdrawal(&window.fact, &it.id, reason)).collect();
    if !lines.is_empty() {
        intake::keep_made(platform, tx, who, opened.clone(), &lines)?;
    }
    Ok(())
}

/// The window as it is to be.
fn changed(before: &Window, input: &ChangeWindow, now: Instant) -> Result<Window, Failure> {
    let mut after = before.clone();
    after.title = input.title.clone().unwrap_or(after.title);
    after.from = input.from.unwrap_or(after.from);
    after.until = input.until.unwrap_or(after.until);
    after.attributes = input.attributes.clone().unwrap_or(after.attributes);
    if input.recurs.is_some() && before.recurs.is_none() {
        return Err(Refusal::invalid(
            "recurs: this window does not recur; announce a new one that does",
            "recurs：此窗口不重复；请另行公告重复窗口",
        )
        .into());
    }
    after.recurs = input.recurs.clone().or(after.recurs);
    let same = |it: &Window| (it.from, it.until, it.attributes.clone(), it.recurs.clone());
    if same(&after) == same(before) {
        return Ok(after);
    }
    let inside = before.recurs.is_none()
        && after.from >= before.from
        && after.until <= before.until
        && after.attributes == before.attributes;
    after.announced_at = if inside { before.announced_at } else { Moment(now) };
    after.series += 1;
    // What a rule said before is past or withdrawn: the new one counts from now.
    after.expanded_until = if before.recurs.is_some() { now } else { Instant::MIN };
    Ok(after)
}

fn current(tx: &mut Tx<'_>, opened: &Opened, id: &str, expected: Option<i64>) -> Result<Window, Failure> {
    let it = found(tx, &opened.tenant, id)?;
    if it.stream != opened.name {
        return Err(Refusal::not_found().into());
    }
    if expected.is_some_and(|expected| expected != it.revision) {
        let title = RefusalKind::Outdated.title();
        return Err(Refusal::new(RefusalKind::Outdated, title.en, title.zh).into());
    }
    if it.state != "announced" {
        return Err(Refusal::unfit("the window has been cancelled", "该窗口已取消").into());
    }
    Ok(it)
}

fn note(
    tx: &mut Tx<'_>,
    who: &Principal,
    opened: &Opened,
    (action, id): (&'static str, &str),
    new: Json,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let reason = reason.map(str::to_owned);
    audit::append(
        tx,
        who,
        &opened.tenant,
        Entry { action, subject: id.to_owned(), new, reason, ..Entry::default() },
    )?;
    Ok(())
}

fn check_times(from: Instant, until: Instant) -> Result<(), Failure> {
    if from < until {
        return Ok(());
    }
    Err(Refusal::invalid("until: it must lie after `from`", "until：须晚于 `from`").into())
}

fn check_text(name: &str, text: &str) -> Result<(), Failure> {
    if text.trim().is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        return Err(Refusal::invalid(
            format!("{name}: write 1 to {TEXT_CHARS_MAX} characters"),
            format!("{name}：请填写 1 至 {TEXT_CHARS_MAX} 字"),
        )
        .into());
    }
    Ok(())
}
