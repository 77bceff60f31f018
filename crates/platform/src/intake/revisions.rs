//! Records that supersede others: what they name must be known, no circle, and of one id one further version at a time. What
//! they take back is part of what they speak of.

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::Diagnostic;
use store::{Fault, Tx, values};
use timeline::Instant;

use super::{Latest, Line, Prepared, Reach, problem};
use crate::evidence;
use crate::platform::Platform;
use crate::refusal::Failure;
use crate::stream::SHARED;

/// What is known of the records a body supersedes.
#[derive(Default)]
pub(super) struct Revisions {
    /// What the superseded records of earlier batches speak of.
    known: BTreeMap<String, Reach>,
}

/// Refuses every record of the body that supersedes what it cannot.
pub(super) fn check(
    platform: &Platform,
    tx: &mut Tx<'_>,
    prepared: &mut Prepared,
) -> Result<Revisions, Failure> {
    if prepared.records.iter().all(|it| it.supersedes.is_none()) {
        return Ok(Revisions::default());
    }
    let known = known(platform, tx, prepared)?;
    let mut refused: BTreeMap<usize, Diagnostic> = circles(&prepared.records);
    refused.extend(further_versions(&prepared.records));
    loop {
        let unknown = unknown(&prepared.records, &known, &refused);
        if unknown.is_empty() {
            break;
        }
        refused.extend(unknown);
    }
    if !refused.is_empty() {
        let kept = (0..prepared.records.len()).filter(|it| !refused.contains_key(it)).collect();
        prepared.retain(&kept);
        refused.into_values().for_each(|it| prepared.refuse(it));
    }
    Ok(Revisions { known })
}

impl Revisions {
    /// When the batch is recorded: now, but after the batch before it where both may hold a version of one id, so that it is
    /// known which of them is later.
    pub(super) fn time(
        &self,
        tx: &mut Tx<'_>,
        prepared: &Prepared,
        latest: &Latest,
    ) -> Result<Instant, Fault> {
        let now = tx.now();
        if !prepared.records.iter().any(Line::revises_itself) {
            return Ok(now);
        }
        let row = tx.row(
            "SELECT at FROM evidence_batch WHERE tenant_id = $1 AND stream = $2 AND seq = $3",
            values![&prepared.opened.tenant, &prepared.opened.name, latest.seq],
        )?;
        let before: Option<Instant> = row.map(|it| it.get(0)).transpose()?;
        Ok(before.and_then(|it| it.checked_add(1)).map_or(now, |it| it.max(now)))
    }

    /// All that the batch speaks of, with what it takes back.
    pub(super) fn reach(&self, prepared: &Prepared) -> Reach {
        let superseded = prepared.records.iter().filter_map(|it| it.supersedes.as_deref());
        superseded.filter_map(|it| self.known.get(it)).fold(prepared.reach, |reach, it| reach.with(*it))
    }

    /// Lets the ids that got a further version point to this batch, which speaks of all they ever spoke of.
    pub(super) fn mark(&self, tx: &mut Tx<'_>, prepared: &Prepared, seq: i64) -> Result<(), Fault> {
        for id in prepared.records.iter().filter(|it| it.revises_itself()).filter_map(|it| it.id.as_deref()) {
            tx.execute(
                "UPDATE evidence_id SET seq = $4 WHERE tenant_id = $1 AND stream = $2 AND id = $3",
                values![&prepared.opened.tenant, &prepared.opened.name, id, seq],
            )?;
        }
        Ok(())
    }
}

/// The superseded ids that earlier batches hold, with what those batches speak of.
fn known(
    platform: &Platform,
    tx: &mut Tx<'_>,
    prepared: &Prepared,
) -> Result<BTreeMap<String, Reach>, Failure> {
    let asked: BTreeSet<&str> = prepared.records.iter().filter_map(|it| it.supersedes.as_deref()).collect();
    let mut known = BTreeMap::new();
    for id in asked {
        let reach = if id.starts_with(SHARED) && !prepared.opened.is_shared() {
            shared(platform, tx, prepared, id)?
        } else {
            own(tx, prepared, id)?
        };
        if let Some(reach) = reach {
            known.insert(id.to_owned(), reach);
        }
    }
    Ok(known)
}

fn own(tx: &mut Tx<'_>, prepared: &Prepared, id: &str) -> Result<Option<Reach>, Fault> {
    let row = tx.row(
        "SELECT b.first_at, b.last_at FROM evidence_id i
         JOIN evidence_batch b ON b.tenant_id = i.tenant_id AND b.stream = i.stream AND b.seq = i.seq
         WHERE i.tenant_id = $1 AND i.stream = $2 AND i.id = $3",
        values![&prepared.opened.tenant, &prepared.opened.name, id],
    )?;
    row.map(|it| Ok(Reach { from: it.get(0)?, until: it.get(1)? })).transpose()
}

/// A record of the agreement's stream that this subscription sees.
fn shared(
    platform: &Platform,
    tx: &mut Tx<'_>,
    prepared: &Prepared,
    id: &str,
) -> Result<Option<Reach>, Failure> {
    let opened = &prepared.opened;
    let loaded = evidence::load_under(platform, tx, &opened.tenant, &opened.name, &opened.published)?;
    let found = loaded.evidence.records().iter().filter(|it| it.id.as_deref() == Some(id));
    Ok(found.map(Reach::of).reduce(Reach::with))
}

/// The records that supersede one another in a circle within the body.
fn circles(records: &[Line]) -> BTreeMap<usize, Diagnostic> {
    let next: BTreeMap<&str, &str> = records
        .iter()
        .filter(|it| !it.revises_itself())
        .filter_map(|it| Some((it.id.as_deref()?, it.supersedes.as_deref()?)))
        .collect();
    let mut on_circle: BTreeSet<&str> = BTreeSet::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in next.keys().copied() {
        let (mut path, mut at) = (BTreeSet::new(), start);
        while !done.contains(at) && path.insert(at) {
            let Some(it) = next.get(at) else { break };
            at = *it;
        }
        if path.contains(at) && !done.contains(at) && next.contains_key(at) {
            let mut it = at;
            while on_circle.insert(it) {
                let Some(after) = next.get(it) else { break };
                it = *after;
            }
        }
        done.extend(path);
    }
    let circling =
        |it: &Line| it.id.as_deref().is_some_and(|id| on_circle.contains(id)) && it.supersedes.is_some();
    records.iter().enumerate().filter(|it| circling(it.1)).map(|(at, it)| (at, circle(it))).collect()
}

/// All but the first further version of one id within the body: they would be recorded at the same instant.
fn further_versions(records: &[Line]) -> Vec<(usize, Diagnostic)> {
    let mut seen = BTreeSet::new();
    let versions = records.iter().enumerate().filter(|it| it.1.revises_itself());
    versions.filter(|it| !seen.insert(&it.1.id)).map(|(at, it)| (at, two_versions(it))).collect()
}

/// The records that supersede an id which neither the stream nor a good record of the body has.
fn unknown(
    records: &[Line],
    known: &BTreeMap<String, Reach>,
    refused: &BTreeMap<usize, Diagnostic>,
) -> Vec<(usize, Diagnostic)> {
    let good = || records.iter().enumerate().filter(|it| !refused.contains_key(&it.0));
    let here: BTreeSet<&str> =
        good().filter(|it| !it.1.revises_itself()).filter_map(|it| it.1.id.as_deref()).collect();
    let lost = |it: &(usize, &Line)| {
        it.1.supersedes.as_deref().is_some_and(|id| !known.contains_key(id) && !here.contains(id))
    };
    good().filter(lost).map(|(at, it)| (at, unknown_id(it))).collect()
}

fn superseded(it: &Line) -> &str {
    it.supersedes.as_deref().unwrap_or_default()
}

fn unknown_id(it: &Line) -> Diagnostic {
    let id = superseded(it);
    problem(
        "V0131",
        it.place,
        (format!("no record of this stream has the id `{id}`"), format!("此流中没有 id 为 `{id}` 的记录")),
        ("mend the id, or send the record itself first", "请改正 id，或先发送该记录"),
    )
}

fn circle(it: &Line) -> Diagnostic {
    let id = superseded(it);
    problem(
        "V0132",
        it.place,
        (format!("following `{id}` leads back to this record"), format!("沿 `{id}` 取代会回到本记录")),
        ("the last correction supersedes the one before it", "后一次更正取代前一次"),
    )
}

fn two_versions(it: &Line) -> Diagnostic {
    let id = superseded(it);
    problem(
        "V0133",
        it.place,
        (
            format!("a further version of `{id}` stands above in this body"),
            format!("本次发送中已有 `{id}` 的新版本"),
        ),
        ("send each version in a request of its own", "请分次发送各版本"),
    )
}
