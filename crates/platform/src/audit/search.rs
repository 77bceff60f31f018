//! Looking through a log: who did what to which thing, and when.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use store::{Fault, Tx, values};
use timeline::Instant;

use super::kept::{Stored, Wanted, newest};
use super::retention::Kept;
use crate::page::{Listed, Page};
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::{self, Moment};

/// Which entries are looked for. What is absent is not asked about.
#[derive(Debug, Clone, Default)]
pub struct LogQuery<'a> {
    /// Who did it: `person:<id>`, `token:<id>`, `system:<job>`.
    pub actor: Option<&'a str>,
    /// What was done: `claim.submitted`, or `claim.` for all that is done to claims.
    pub action: Option<&'a str>,
    /// The id of the thing.
    pub subject: Option<&'a str>,
    /// At this instant or later.
    pub from: Option<&'a str>,
    /// Before this instant.
    pub until: Option<&'a str>,
}

/// An entry of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogEntry {
    /// Its number in its log, from 0.
    pub seq: i64,
    /// When it was done.
    pub at: Moment,
    /// Who did it: `person:<id>`, `token:<id>`, `system:<job>`.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// The id of the thing.
    pub subject: String,
    /// The thing before, as far as it changed.
    pub old: Json,
    /// The thing after, as far as it changed.
    pub new: Json,
    /// The reason somebody gave.
    pub reason: Option<String>,
    /// The trace id of the request.
    pub trace: String,
    /// The hash of the leaf of the Merkle tree, in hexadecimal.
    pub leaf: String,
    /// Salted commitments to personal data, by field.
    pub commitments: BTreeMap<String, String>,
    /// The personal data themselves, for those who may see people; without those that were erased.
    pub personal: BTreeMap<String, String>,
    /// The personal data cannot be erased before.
    pub kept_until: Moment,
}

/// The right to do something with a house's log (a tenant's id, or [`PROVIDER`]); the transaction sees its rows from here on.
pub(super) fn enter(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    resource: Resource,
    verb: Verb,
) -> Result<(), Failure> {
    if house == PROVIDER {
        who.provider(tx, resource, verb).map(|_| ())
    } else {
        who.tenant(tx, house, resource, verb).map(|_| ())
    }
}

/// The entries of a house's log, newest first.
pub fn entries(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    query: &LogQuery<'_>,
    page: &Page,
) -> Result<Listed<LogEntry>, Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    let found = find(tx, house, query, page)?;
    let mut personal =
        if may_see_people(tx, who, house)? { personal_of(tx, house, &found)? } else { BTreeMap::new() };
    let kept = Kept::load(tx, house)?;
    let items = found.into_iter().map(|it| view(it, &mut personal, &kept)).collect();
    Ok(page.cut(items, |it| it.seq.to_string()))
}

fn find(
    tx: &mut Tx<'_>,
    house: &str,
    query: &LogQuery<'_>,
    page: &Page,
) -> Result<Vec<(Stored, Json)>, Failure> {
    let before: i64 = match page.after() {
        "" => i64::MAX,
        it => it.parse().map_err(|_| {
            Refusal::invalid(
                format!("after: `{it}` is no entry's number"),
                format!("after：`{it}` 不是条目编号"),
            )
        })?,
    };
    let from = query.from.map_or(Ok(Instant::MIN), |it| time::read("from", it))?;
    let until = query.until.map_or(Ok(Instant::MAX), |it| time::read("until", it))?;
    let wanted = Wanted {
        log: house,
        before,
        actor: query.actor.unwrap_or_default(),
        actions: actions(query.action.unwrap_or_default()),
        subject: query.subject.unwrap_or_default(),
        during: (from, until),
        limit: page.rows()?,
    };
    Ok(newest(tx, &wanted)?)
}

/// The names `[from, until)` of actions asked for: one, or all that begin so.
fn actions(asked: &str) -> (String, String) {
    match asked {
        "" => (String::new(), "~".to_owned()),
        it if it.ends_with('.') => (it.to_owned(), format!("{it}~")),
        it => (it.to_owned(), format!("{it} ")),
    }
}

/// Whether the personal data of entries are shown.
pub(super) fn may_see_people(tx: &mut Tx<'_>, who: &Principal, house: &str) -> Result<bool, Failure> {
    match enter(tx, who, house, Resource::Person, Verb::Read) {
        Ok(()) => Ok(true),
        Err(Failure::Refusal(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

type Personal = BTreeMap<i64, BTreeMap<String, String>>;

fn personal_of(tx: &mut Tx<'_>, house: &str, entries: &[(Stored, Json)]) -> Result<Personal, Fault> {
    let mut found = Personal::new();
    for seq in entries.iter().map(|it| it.0.seq) {
        let fields = tx.rows(
            "SELECT field, value FROM audit_personal WHERE log = $1 AND seq = $2",
            values![house, seq],
        )?;
        for row in fields {
            found.entry(seq).or_default().insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(found)
}

fn view((it, mut body): (Stored, Json), personal: &mut Personal, kept: &Kept) -> LogEntry {
    let mut take = |name: &str| body.get_mut(name).map(Json::take).unwrap_or_default();
    let text = |it: Json| it.as_str().unwrap_or_default().to_owned();
    let action = text(take("action"));
    LogEntry {
        seq: it.seq,
        at: it.at.into(),
        leaf: it.leaf().to_string(),
        kept_until: kept.until(&action, it.at).into(),
        personal: personal.remove(&it.seq).unwrap_or_default(),
        actor: it.actor,
        subject: text(take("subject")),
        old: take("old"),
        new: take("new"),
        reason: take("reason").as_str().map(str::to_owned),
        trace: text(take("trace")),
        commitments: serde_json::from_value(take("personal")).unwrap_or_default(),
        action,
    }
}
