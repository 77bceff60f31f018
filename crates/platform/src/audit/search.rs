//! Looking through a log: who did what to which thing, and when.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use store::{Fault, Row, Tx, values};
use timeline::Instant;

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
    let rows = find(tx, house, query, page)?;
    let personal =
        if may_see_people(tx, who, house)? { personal_of(tx, house, &rows)? } else { BTreeMap::new() };
    let kept = Kept::load(tx, house)?;
    let view = |row: &Row| view(row, &personal, &kept);
    let items = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(items, |it| it.seq.to_string()))
}

fn find(tx: &mut Tx<'_>, house: &str, query: &LogQuery<'_>, page: &Page) -> Result<Vec<Row>, Failure> {
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
    let (actor, subject) = (query.actor.unwrap_or_default(), query.subject.unwrap_or_default());
    let (action, actions_end) = actions(query.action.unwrap_or_default());
    let params = values![house, before, actor, action, actions_end, from, until, page.rows()?, subject];
    // The two statements differ in what the database begins with: the thing's entries, or the newest of all.
    let rows = if subject.is_empty() {
        tx.rows(
            "SELECT seq, at, actor, action, subject, entry, leaf FROM audit_entry
             WHERE log = $1 AND seq < $2 AND ($3 = '' OR actor = $3) AND action >= $4 AND action < $5
               AND at >= $6 AND at < $7 AND $9 = '' ORDER BY seq DESC LIMIT $8",
            params,
        )?
    } else {
        tx.rows(
            "SELECT seq, at, actor, action, subject, entry, leaf FROM audit_entry
             WHERE log = $1 AND subject = $9 AND seq < $2 AND ($3 = '' OR actor = $3) AND action >= $4 AND action < $5
               AND at >= $6 AND at < $7 ORDER BY seq DESC LIMIT $8",
            params,
        )?
    };
    Ok(rows)
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

fn personal_of(tx: &mut Tx<'_>, house: &str, rows: &[Row]) -> Result<Personal, Fault> {
    let numbers = rows.iter().map(|it| it.get(0)).collect::<Result<Vec<i64>, _>>()?;
    let mut found = Personal::new();
    for seq in numbers {
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

fn view(row: &Row, personal: &Personal, kept: &Kept) -> Result<LogEntry, Fault> {
    let (seq, at, action): (i64, Moment, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
    let mut body: Json =
        serde_json::from_str(&row.get::<String>(5)?).map_err(|it| Fault::broken(it.to_string()))?;
    let mut take = |name: &str| body.get_mut(name).map(Json::take).unwrap_or_default();
    Ok(LogEntry {
        seq,
        at,
        actor: row.get(2)?,
        subject: row.get(4)?,
        old: take("old"),
        new: take("new"),
        reason: take("reason").as_str().map(str::to_owned),
        trace: take("trace").as_str().unwrap_or_default().to_owned(),
        leaf: settle::hex(&row.get::<Vec<u8>>(6)?),
        commitments: serde_json::from_value(take("personal")).unwrap_or_default(),
        personal: personal.get(&seq).cloned().unwrap_or_default(),
        kept_until: kept.until(&action, at.0).into(),
        action,
    })
}
