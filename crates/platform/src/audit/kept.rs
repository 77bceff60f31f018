//! Entries as the store keeps them: one to a row, or, where many are appended at once, a run of them packed into one.
//!
//! A run is a part of one tile, of one actor, and no entry in it has personal data: those can be erased by what they are about.
//! Its `marks` tell without unpacking which subjects it cannot hold.

use proof::{Digest, leaf_hash, read_bundle, write_bundle};
use serde_json::Value as Json;
use store::{Fault, Row, Tx, Value, values};
use timeline::Instant;

use super::insert;
use super::tree::{WIDTH, broken, tenant_of};

/// Fewest entries that are packed. Fewer stand in rows of their own, where an index finds them.
const RUN_MIN: usize = 8;
/// Most bytes of a run before it is packed: a tile of the longest entries, with their lengths.
const RUN_BYTES_MAX: usize = 256 * (2 + proof::ENTRY_BYTES_MAX);
/// Runs looked at together when entries are searched.
const RUNS_AT_ONCE: i64 = 64;

const ENTRY: [&str; 8] = ["tenant_id", "log", "seq", "at", "actor", "action", "subject", "entry"];
const RUN: [&str; 8] = ["tenant_id", "log", "seq", "count", "at", "actor", "marks", "entries"];
const MARK_BYTES: usize = 4;

/// An entry read from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) seq: i64,
    pub(super) at: Instant,
    pub(super) actor: String,
    /// What was hashed.
    pub(super) text: String,
    /// What the store has of it beside the text.
    beside: Beside,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Beside {
    Columns { action: String, subject: String },
    Mark([u8; MARK_BYTES]),
}

impl Stored {
    pub(super) fn leaf(&self) -> Digest {
        leaf_hash(self.text.as_bytes())
    }

    /// Whether it is found under the action and subject that it has.
    pub(super) fn is_found_as(&self, action: Option<&Json>, subject: Option<&Json>) -> bool {
        let (action, subject) = (action.and_then(Json::as_str), subject.and_then(Json::as_str));
        match &self.beside {
            Beside::Columns { action: a, subject: s } => {
                (Some(a.as_str()), Some(s.as_str())) == (action, subject)
            }
            Beside::Mark(it) => subject.is_some_and(|subject| *it == mark(subject)),
        }
    }
}

/// Entries of one transaction on their way into the store, in their order.
pub(super) struct Keeper<'a> {
    log: &'a str,
    at: Instant,
    actor: String,
    run: Vec<Coming>,
    rows: Vec<Vec<Value>>,
    runs: Vec<Vec<Value>>,
}

/// An entry that was made.
pub(super) struct Coming {
    pub(super) seq: i64,
    pub(super) action: &'static str,
    pub(super) subject: String,
    pub(super) text: String,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(log: &'a str, at: Instant) -> Self {
        Self { log, at, actor: String::new(), run: Vec::new(), rows: Vec::new(), runs: Vec::new() }
    }

    /// Takes one by `actor`, which stands alone when it has personal data.
    pub(super) fn take(&mut self, actor: &str, has_personal: bool, it: Coming) -> Result<(), Fault> {
        let begins_tile = u64::try_from(it.seq).is_ok_and(|it| it.is_multiple_of(WIDTH));
        if has_personal || begins_tile || actor != self.actor {
            self.end_run()?;
            actor.clone_into(&mut self.actor);
        }
        if has_personal {
            self.row(it)
        } else {
            self.run.push(it)
        }
        Ok(())
    }

    /// Writes them.
    pub(super) fn keep(mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.end_run()?;
        insert(tx, "audit_entry", &ENTRY, &self.rows)?;
        insert(tx, "audit_run", &RUN, &self.runs)
    }

    fn end_run(&mut self) -> Result<(), Fault> {
        let mut run = std::mem::take(&mut self.run);
        if run.len() < RUN_MIN {
            run.drain(..).for_each(|it| self.row(it));
        } else if let Some(first) = run.first() {
            let marks: Vec<u8> = run.iter().flat_map(|it| mark(&it.subject)).collect();
            let bundle =
                write_bundle(run.iter().map(|it| it.text.as_bytes())).map_err(|_| broken(self.log))?;
            self.runs.push(vec![
                tenant_of(self.log).into(),
                self.log.into(),
                first.seq.into(),
                i64::try_from(run.len()).unwrap_or(i64::MAX).into(),
                self.at.into(),
                self.actor.as_str().into(),
                marks.into(),
                lz4_flex::compress_prepend_size(&bundle).into(),
            ]);
            run.clear();
        }
        self.run = run;
        Ok(())
    }

    fn row(&mut self, it: Coming) {
        self.rows.push(vec![
            tenant_of(self.log).into(),
            self.log.into(),
            it.seq.into(),
            self.at.into(),
            self.actor.as_str().into(),
            it.action.into(),
            it.subject.into(),
            it.text.into(),
        ]);
    }
}

/// The entries `[from, until)` that there are, in their order.
pub(super) fn range(tx: &mut Tx<'_>, log: &str, from: i64, until: i64) -> Result<Vec<Stored>, Fault> {
    let rows = tx.rows(
        "SELECT seq, at, actor, action, subject, entry FROM audit_entry
         WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq",
        values![log, from, until],
    )?;
    let mut found = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
    let width = i64::try_from(WIDTH).unwrap_or(i64::MAX);
    let runs = tx.rows(
        "SELECT seq, count, at, actor, marks, entries FROM audit_run
         WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq",
        values![log, from.saturating_sub(from.rem_euclid(width)), until],
    )?;
    for run in &runs {
        found.extend(unpack(log, run)?.into_iter().filter(|it| (from..until).contains(&it.seq)));
    }
    if !runs.is_empty() {
        found.sort_by_key(|it| it.seq);
    }
    Ok(found)
}

/// The texts of the entries `[from, until)` that there are.
pub(super) fn texts(tx: &mut Tx<'_>, log: &str, from: u64, until: u64) -> Result<Vec<String>, Fault> {
    let number = |it| i64::try_from(it).map_err(|_| broken(log));
    let found = range(tx, log, number(from)?, number(until)?)?;
    Ok(found.into_iter().map(|it| it.text).collect())
}

/// Which entries are looked for; see [`super::LogQuery`].
pub(super) struct Wanted<'a> {
    pub(super) log: &'a str,
    /// Their numbers are less.
    pub(super) before: i64,
    /// Empty: anybody's.
    pub(super) actor: &'a str,
    /// The names `[from, until)` of actions.
    pub(super) actions: (String, String),
    /// Empty: of anything.
    pub(super) subject: &'a str,
    /// `[from, until)`.
    pub(super) during: (Instant, Instant),
    /// At most so many.
    pub(super) limit: i64,
}

/// The newest entries wanted, with what they say, newest first.
pub(super) fn newest(tx: &mut Tx<'_>, wanted: &Wanted<'_>) -> Result<Vec<(Stored, Json)>, Fault> {
    let mut found = newest_rows(tx, wanted)?;
    found.extend(newest_in_runs(tx, wanted)?);
    found.sort_by_key(|it| std::cmp::Reverse(it.0.seq));
    found.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    Ok(found)
}

fn newest_rows(tx: &mut Tx<'_>, it: &Wanted<'_>) -> Result<Vec<(Stored, Json)>, Fault> {
    let params = values![
        it.log,
        it.before,
        it.actor,
        &it.actions.0,
        &it.actions.1,
        it.during.0,
        it.during.1,
        it.limit,
        it.subject
    ];
    // The two statements differ in what the database begins with: the thing's entries, or the newest of all.
    let rows = if it.subject.is_empty() {
        tx.rows(
            "SELECT seq, at, actor, action, subject, entry FROM audit_entry
             WHERE log = $1 AND seq < $2 AND ($3 = '' OR actor = $3) AND action >= $4 AND action < $5
               AND at >= $6 AND at < $7 AND $9 = '' ORDER BY seq DESC LIMIT $8",
            params,
        )?
    } else {
        tx.rows(
            "SELECT seq, at, actor, action, subject, entry FROM audit_entry
             WHERE log = $1 AND subject = $9 AND seq < $2 AND ($3 = '' OR actor = $3) AND action >= $4 AND action < $5
               AND at >= $6 AND at < $7 ORDER BY seq DESC LIMIT $8",
            params,
        )?
    };
    rows.iter().map(stored).map(|it| it.and_then(said)).collect()
}

fn newest_in_runs(tx: &mut Tx<'_>, wanted: &Wanted<'_>) -> Result<Vec<(Stored, Json)>, Fault> {
    let (mut found, mut before) = (Vec::new(), wanted.before);
    while i64::try_from(found.len()).is_ok_and(|it| it < wanted.limit) {
        let runs = tx.rows(
            "SELECT seq, marks FROM audit_run WHERE log = $1 AND seq < $2 AND ($3 = '' OR actor = $3)
               AND at >= $4 AND at < $5 ORDER BY seq DESC LIMIT $6",
            values![wanted.log, before, wanted.actor, wanted.during.0, wanted.during.1, RUNS_AT_ONCE],
        )?;
        for run in &runs {
            before = run.get(0)?;
            if may_hold(&run.get::<Vec<u8>>(1)?, wanted.subject) {
                found.extend(wanted_in_run(tx, wanted, before)?);
            }
            if i64::try_from(found.len()).is_ok_and(|it| it >= wanted.limit) {
                break;
            }
        }
        if i64::try_from(runs.len()) != Ok(RUNS_AT_ONCE) {
            break;
        }
    }
    Ok(found)
}

/// The entries wanted of the run that begins with `seq`, newest first.
fn wanted_in_run(tx: &mut Tx<'_>, wanted: &Wanted<'_>, seq: i64) -> Result<Vec<(Stored, Json)>, Fault> {
    let row = tx.row(
        "SELECT seq, count, at, actor, marks, entries FROM audit_run WHERE log = $1 AND seq = $2",
        values![wanted.log, seq],
    )?;
    let all = row.map_or(Ok(Vec::new()), |it| unpack(wanted.log, &it))?;
    let mut found = Vec::new();
    for it in all.into_iter().rev().filter(|it| it.seq < wanted.before) {
        let (stored, body) = said(it)?;
        let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
        let (from, until) = (wanted.actions.0.as_str(), wanted.actions.1.as_str());
        let is_of = wanted.subject.is_empty() || text("subject") == wanted.subject;
        if is_of && (from..until).contains(&text("action")) {
            found.push((stored, body));
        }
    }
    Ok(found)
}

fn said(it: Stored) -> Result<(Stored, Json), Fault> {
    let body = serde_json::from_str(&it.text).map_err(|it| Fault::broken(it.to_string()))?;
    Ok((it, body))
}

fn stored(row: &Row) -> Result<Stored, Fault> {
    Ok(Stored {
        seq: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        beside: Beside::Columns { action: row.get(3)?, subject: row.get(4)? },
        text: row.get(5)?,
    })
}

/// The entries of a run.
fn unpack(log: &str, row: &Row) -> Result<Vec<Stored>, Fault> {
    let (seq, count, at, actor): (i64, i64, Instant, String) =
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let (marks, packed): (Vec<u8>, Vec<u8>) = (row.get(4)?, row.get(5)?);
    let (length, packed) = packed.split_first_chunk::<4>().ok_or_else(|| broken(log))?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > RUN_BYTES_MAX {
        return Err(broken(log));
    }
    let bundle = lz4_flex::decompress(packed, length).map_err(|_| broken(log))?;
    let texts = read_bundle(&bundle).map_err(|_| broken(log))?;
    let (marks, rest) = marks.as_chunks::<MARK_BYTES>();
    if i64::try_from(texts.len()) != Ok(count) || marks.len() != texts.len() || !rest.is_empty() {
        return Err(broken(log));
    }
    let entry = |(seq, (text, mark)): (i64, (&[u8], &[u8; MARK_BYTES]))| {
        let text = std::str::from_utf8(text).map_err(|_| broken(log))?.to_owned();
        Ok(Stored { seq, at, actor: actor.clone(), text, beside: Beside::Mark(*mark) })
    };
    (seq..).zip(texts.into_iter().zip(marks)).map(entry).collect()
}

/// The beginning of the subject's SHA-256.
fn mark(subject: &str) -> [u8; MARK_BYTES] {
    Digest::of(subject.as_bytes()).bytes().first_chunk().copied().unwrap_or_default()
}

/// Whether entries about a subject can be among those with these marks; the empty subject is any.
fn may_hold(marks: &[u8], subject: &str) -> bool {
    subject.is_empty() || marks.as_chunks::<MARK_BYTES>().0.contains(&mark(subject))
}
