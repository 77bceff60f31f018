//! Taking evidence in: a body is read and checked beside the writing thread ([`prepare`]), then kept in one batch
//! ([`commit`]). What is acknowledged is durable; what was sent before is counted and not kept again; a bad line is told and
//! keeps no good one out.

pub(crate) mod affected;
mod fit;
mod known;
mod open;
mod outlook;
mod receipt;
mod revisions;
mod together;
pub mod unseen;
mod vendors;
mod volume;

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostic::Diagnostic;
use evidence::{LineWriter, Record, Shape, SourceFile};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use store::{Fault, Tx, Value, values};
use timeline::Instant;

use crate::audit::{self, Entry};
use crate::evidence::Said;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::stream::{Opened, Stream};
use crate::time::Moment;
use crate::volume::wait;

use fit::{check_size, problem, too_many, unfit};
pub use outlook::{Outlook, look};
pub use receipt::{Problem, Receipt};
pub use together::{Desk, Waiting, ready, submit};
pub use vendors::{Sent, Vendor, prepare_receipts};
pub use volume::secure;

/// Longest body, in bytes.
pub const BODY_BYTES_MAX: usize = 16 << 20;
/// Most records of a body.
pub const RECORDS_MAX: usize = 100_000;
/// Longest id of a record, in bytes.
pub const ID_BYTES_MAX: usize = 256;
/// Media types of bodies, with what they are read as.
pub const MEDIA: [(&str, Shape); 6] = [
    ("application/x-ndjson", Shape::Lines),
    ("application/ndjson", Shape::Lines),
    ("text/csv", Shape::Csv),
    ("application/json", Shape::Json),
    ("application/cloudevents+json", Shape::CloudEvents),
    ("application/cloudevents-batch+json", Shape::CloudEvents),
];

/// Bytes of SHA-256 kept of a record's line, to know it again.
const DIGEST_BYTES: usize = 16;
const BATCH_COLUMNS: [&str; 12] = [
    "tenant_id",
    "stream",
    "seq",
    "at",
    "actor",
    "side",
    "records",
    "first_at",
    "last_at",
    "sha256",
    "head",
    "lines",
];
/// The name under which problems name the body.
const BODY: &str = "body";

/// A body as it was sent.
#[derive(Debug, Clone)]
pub struct Body {
    /// Its form.
    pub shape: Shape,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Keep nothing when any line is bad.
    pub atomic: bool,
}

/// A body that has been read and checked, ready to be kept.
#[derive(Debug)]
pub struct Prepared {
    opened: Opened,
    actor: String,
    atomic: bool,
    /// The canonical lines, one for each of `records`.
    lines: String,
    records: Vec<Line>,
    /// Rows of `evidence_id`, one for each of `records`.
    ids: Vec<Vec<Value>>,
    sha256: String,
    reach: Reach,
    /// What is not listed.
    volume: volume::InVolume,
    problems: Vec<Diagnostic>,
    refused: u64,
    told: vendors::Told,
}

/// What is still asked about a record when its line has been written.
#[derive(Debug)]
struct Line {
    /// Where its line ends in all lines, line feed included.
    until: usize,
    /// The line of the body it began at.
    place: u32,
    id: Option<Arc<str>>,
    supersedes: Option<Arc<str>>,
    reach: Reach,
}

/// The time evidence speaks of: `from` is later than `until` while it speaks of none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// The form of a body of this media type. Refused when it is none we read.
pub fn shape(media: &str) -> Result<Shape, Failure> {
    let known = MEDIA.iter().find(|it| it.0 == media);
    Ok(known.map(|it| it.1).ok_or_else(|| {
        let names = MEDIA.map(|it| it.0).join(", ");
        Refusal::new(
            RefusalKind::UnsupportedMedia,
            format!("`{media}` is not read; send {names}"),
            format!("不支持 `{media}`；请使用 {names}"),
        )
    })?)
}

/// Reads, checks and keeps a body; waits until it is durable. Customers may send to their own subscriptions' streams, the
/// provider to all.
pub fn receive(
    platform: &Platform,
    who: &Principal,
    stream: &Stream,
    body: Body,
) -> Result<Receipt, Failure> {
    let opened = platform.read(|platform, tx| open(platform, tx, who, stream))?;
    let prepared = secure(platform, who, prepare(opened, who, body)?)?;
    let who = who.clone();
    platform.write(move |platform, tx| commit(platform, tx, &who, prepared))
}

/// The stream, if the caller may send evidence to it.
pub fn open(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    stream: &Stream,
) -> Result<Opened, Failure> {
    stream.open(platform, tx, who, Resource::Evidence, Verb::Create)
}

/// Reads and checks a body; touches no store, so that it can be done on any thread. Refused when it is too large, or bad
/// anywhere and to be kept whole.
pub fn prepare(opened: Opened, who: &Principal, body: Body) -> Result<Prepared, Failure> {
    check_size(&body)?;
    let published = opened.published.clone();
    let schema = &published.contract.schema;
    let file = SourceFile { name: BODY.to_owned(), bytes: body.bytes };
    let mut prepared = Prepared::new(opened, who, body.atomic);
    let writer = LineWriter::new(schema);
    let (mut count, mut unfit) = (0_usize, Vec::new());
    let taken = evidence::take_each(schema, &file, body.shape, &mut |record| {
        count += 1;
        unfit.extend(prepared.add(record, &writer).err());
    });
    if count.saturating_add(taken.refused) > RECORDS_MAX {
        return Err(too_many().into());
    }
    let refused = taken.refused.saturating_add(unfit.len());
    prepared.refused = u64::try_from(refused).unwrap_or(u64::MAX);
    prepared.problems = taken.diagnostics;
    prepared.problems.append(&mut unfit);
    prepared.sha256 = prepared.volume.sha256(&prepared.lines);
    prepared.check_whole()?;
    Ok(prepared)
}

/// Keeps a body, if the caller still may and the contract is still the one it was checked under.
pub fn commit(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    prepared: Prepared,
) -> Result<Receipt, Failure> {
    let stream = Stream::named(&prepared.opened.tenant, &prepared.opened.name);
    let tenant = stream.enter(tx, who, Resource::Evidence, Verb::Create)?;
    check_version(tx, &stream, (&tenant, &prepared.opened))?;
    if !prepared.volume.is_empty() && prepared.volume.safe.is_none() {
        return Err(Fault::broken("records in volume were not made safe").into());
    }
    keep(platform, tx, who, prepared)
}

/// Refused when the contract is no longer the one a body was checked under.
fn check_version(tx: &mut Tx<'_>, stream: &Stream, (tenant, opened): (&str, &Opened)) -> Result<(), Failure> {
    is_under(opened, &stream.governed(tx, tenant)?)
}

fn is_under(opened: &Opened, (agreement, version): &(String, String)) -> Result<(), Failure> {
    if (agreement, version) == (&opened.agreement, &opened.published.version) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::Outdated,
        "the contract's version changed while this was read; send it again",
        "读取期间合同版本已变更，请重新发送",
    )
    .into())
}

/// Keeps records the platform itself made, all or none; the caller's right to what they are about has been checked.
pub(crate) fn keep_made(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    opened: Opened,
    records: &[Json],
) -> Result<Receipt, Failure> {
    let lines: Vec<String> = records.iter().map(Json::to_string).collect();
    let body = Body { shape: Shape::Lines, bytes: lines.join("\n").into_bytes(), atomic: true };
    let prepared = prepare(opened, who, body)?;
    volume::none(&prepared)?;
    keep(platform, tx, who, prepared)
}

/// Whether records the platform would make could be kept, as far as that can be known without the store.
pub(crate) fn check_made(opened: &Opened, who: &Principal, records: &[Json]) -> Result<(), Failure> {
    let lines: Vec<String> = records.iter().map(Json::to_string).collect();
    let body = Body { shape: Shape::Lines, bytes: lines.join("\n").into_bytes(), atomic: true };
    volume::none(&prepare(opened.clone(), who, body)?)
}

fn keep(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    mut prepared: Prepared,
) -> Result<Receipt, Failure> {
    let latest = Latest::of(tx, &prepared.opened)?;
    let seq = latest.seq + 1;
    let revisions = revisions::check(platform, tx, &mut prepared)?;
    for row in &mut prepared.ids {
        if let Some(it) = row.last_mut() {
            *it = Value::Int(seq);
        }
    }
    let new =
        tx.insert_many("evidence_id", &["tenant_id", "stream", "id", "digest", "seq"], &prepared.ids)?;
    let duplicates = if usize::try_from(new) == Ok(prepared.ids.len()) {
        0
    } else {
        known::sort_out(tx, &mut prepared, seq)?
    };
    prepared.check_whole()?;
    let accepted = prepared.accepted();
    let mut receipt = Receipt::of(&prepared, duplicates);
    unseen::note(tx, &prepared)?;
    if accepted == 0 && prepared.volume.is_empty() {
        return Ok(receipt);
    }
    let at = revisions.time(tx, &prepared, &latest)?;
    revisions.mark(tx, &prepared, seq)?;
    let reach = revisions.reach(&prepared).with(prepared.volume.reach);
    latest.append(tx, &[(&prepared, (seq, at, reach))])?;
    if let Some(safe) = &prepared.volume.safe {
        let first = prepared.volume.reach.from;
        wait(tx, (&prepared.opened.tenant, &prepared.opened.name), &[(seq, first)], safe)?;
    }
    audit::append(tx, who, &prepared.opened.tenant, accepted_entry(&prepared, seq, duplicates))?;
    affected::evidence_changed(tx, &prepared.opened, reach)?;
    receipt.kept(seq, &prepared.sha256, Moment(at));
    Ok(receipt)
}

/// What the log says of a body that is kept as batch `seq`.
fn accepted_entry(prepared: &Prepared, seq: i64, duplicates: u64) -> Entry {
    let mut new = json!({
        "accepted": prepared.accepted(), "batch": seq, "duplicates": duplicates, "rejected": prepared.refused,
        "sha256": prepared.sha256, "side": prepared.opened.side.name(),
    });
    if let Some(count) = prepared.in_volume() {
        new["in_volume"] = json!(count);
    }
    if let Some(count) = prepared.unclassified() {
        new["unclassified"] = json!(count);
    }
    Entry { action: "evidence.accepted", subject: prepared.opened.name.clone(), new, ..Entry::default() }
}

/// How far a stream has come.
struct Latest {
    seq: i64,
    head: String,
}

impl Latest {
    fn of(tx: &mut Tx<'_>, opened: &Opened) -> Result<Self, Fault> {
        let row = tx.row(
            "SELECT latest, head FROM evidence_stream WHERE tenant_id = $1 AND stream = $2",
            values![&opened.tenant, &opened.name],
        )?;
        match row {
            Some(row) => Ok(Self { seq: row.get(0)?, head: row.get(1)? }),
            None => Ok(Self { seq: 0, head: String::new() }),
        }
    }

    /// Appends batches of the stream, each with its `(seq, at, reach)`.
    fn append(&self, tx: &mut Tx<'_>, batches: &[(&Prepared, (i64, Instant, Reach))]) -> Result<(), Fault> {
        let Some((Prepared { opened, .. }, (last, ..))) = batches.last() else { return Ok(()) };
        let (mut head, mut all, mut rows) = (self.head.clone(), 0, Vec::with_capacity(batches.len()));
        for (prepared, (seq, at, reach)) in batches {
            head = settle::hex(&Sha256::digest(format!("{head}{}", prepared.sha256)));
            let records = i64::try_from(prepared.accepted()).unwrap_or(i64::MAX);
            all += records;
            rows.push([
                Value::from(&opened.tenant),
                Value::from(&opened.name),
                Value::from(*seq),
                Value::from(*at),
                Value::from(&prepared.actor),
                Value::from(prepared.opened.side.name()),
                Value::from(records),
                Value::from(reach.from),
                Value::from(reach.until),
                Value::from(&prepared.sha256),
                Value::from(&head),
                Value::from(prepared.lines.as_bytes()),
            ]);
        }
        let new = tx.insert_many("evidence_batch", &BATCH_COLUMNS, &rows)?;
        if usize::try_from(new) != Ok(rows.len()) {
            return Err(Fault::broken("a batch of the stream was there before"));
        }
        tx.execute(
            "INSERT INTO evidence_stream (tenant_id, stream, latest, records, head) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, stream) DO UPDATE SET latest = $3, records = evidence_stream.records + $4, head = $5",
            values![&opened.tenant, &opened.name, *last, all, head],
        )?;
        Ok(())
    }
}

impl Prepared {
    /// Of nothing yet.
    fn new(opened: Opened, who: &Principal, atomic: bool) -> Self {
        let volume = volume::InVolume::new(Said::by(&who.actor, opened.side));
        Self {
            opened,
            actor: who.actor.clone(),
            atomic,
            lines: String::new(),
            records: Vec::new(),
            ids: Vec::new(),
            sha256: String::new(),
            reach: Reach::NONE,
            volume,
            problems: Vec::new(),
            refused: 0,
            told: vendors::Told::default(),
        }
    }

    /// Takes a record, or says why it cannot be taken.
    fn add(&mut self, record: Record, writer: &LineWriter<'_>) -> Result<(), Diagnostic> {
        if let Some(problem) = unfit(&record, &self.opened) {
            return Err(problem);
        }
        let fact = self.opened.published.contract.schema.facts.get(record.fact);
        if let Some(fact) = fact.filter(|it| it.volume) {
            return self.volume.add(record, fact, (&self.opened, writer));
        }
        let from = self.lines.len();
        writer.push(&mut self.lines, &record);
        let digest = Sha256::digest(self.lines.get(from..).unwrap_or_default().as_bytes());
        self.lines.push('\n');
        let digest = digest.get(..DIGEST_BYTES).unwrap_or_default();
        let key = match &record.id {
            Some(id) if !record.revises_itself() => id.as_ref().to_owned(),
            _ => format!("#{}", settle::hex(digest)),
        };
        self.ids.push(vec![
            Value::from(&self.opened.tenant),
            Value::from(&self.opened.name),
            Value::Text(key),
            Value::from(digest),
            Value::Int(0),
        ]);
        let reach = Reach::of(&record);
        self.reach = self.reach.with(reach);
        self.records.push(Line {
            until: self.lines.len(),
            place: record.place.line,
            id: record.id,
            supersedes: record.supersedes,
            reach,
        });
        Ok(())
    }

    /// Records kept, listed and in volume.
    fn accepted(&self) -> usize {
        self.records.len().saturating_add(self.volume.count)
    }

    /// Whether it keeps records in volume and touches nothing else of the store.
    fn is_nothing_but_volume(&self) -> bool {
        self.volume.count > 0
            && self.records.is_empty()
            && self.told.unseen.is_empty()
            && self.told.open.news().is_none()
    }

    /// Records that come in volume, where any do.
    fn in_volume(&self) -> Option<u64> {
        Some(self.volume.count).filter(|it| *it > 0).map(|it| u64::try_from(it).unwrap_or(u64::MAX))
    }

    /// Receipts in no class that are kept, where any are.
    fn unclassified(&self) -> Option<u64> {
        Some(self.told.open.receipts).filter(|it| *it > 0)
    }

    /// Refuses a body that is to be kept whole when anything of it is bad.
    fn check_whole(&self) -> Result<(), Failure> {
        if !self.atomic || self.refused == 0 {
            return Ok(());
        }
        Err(Refusal::findings(self.problems.clone()).into())
    }

    /// Leaves out the records that are not `wanted`, with their lines.
    fn retain(&mut self, wanted: &BTreeSet<usize>) {
        let lines = std::mem::take(&mut self.lines);
        let ids = std::mem::take(&mut self.ids);
        let records = std::mem::take(&mut self.records);
        self.reach = Reach::NONE;
        let mut from = 0;
        for (at, (mut record, id)) in records.into_iter().zip(ids).enumerate() {
            let line = lines.get(from..record.until).unwrap_or_default();
            from = record.until;
            if wanted.contains(&at) {
                self.lines.push_str(line);
                record.until = self.lines.len();
                self.reach = self.reach.with(record.reach);
                self.records.push(record);
                self.ids.push(id);
            }
        }
        self.sha256 = self.volume.sha256(&self.lines);
    }

    /// Refuses one record of the body.
    fn refuse(&mut self, problem: Diagnostic) {
        self.refused += 1;
        if self.problems.len() <= evidence::DIAGNOSTICS_MAX {
            self.problems.push(problem);
        }
    }
}

impl Line {
    fn revises_itself(&self) -> bool {
        self.supersedes.is_some() && self.supersedes == self.id
    }
}

impl Reach {
    const NONE: Self = Self { from: Instant::MAX, until: Instant::MIN };

    /// A withdrawal may name no time.
    fn of(record: &Record) -> Self {
        if record.from == Instant::MIN { Self::NONE } else { Self { from: record.from, until: record.until } }
    }

    fn with(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), until: self.until.max(other.until) }
    }
}
