//! The evidence of a subscription as a settlement sees it: its own stream and its agreement's, read once and kept while nothing
//! is added.

mod cache;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use ::evidence::{Evidence, Record, reread};
use ::lake::FileEntry;
use store::{Fault, Tx, values};
use timeline::Instant;

use crate::contracts::Published;
use crate::platform::Platform;
use crate::principal::PROVIDER;
use crate::refusal::{Failure, Refusal};
use crate::stream::{SHARED, Side, agreement_stream, as_provider};

pub use cache::Cache;
pub use view::{Batch, batches, digest, export};

use cache::Key;

/// The evidence of one subscription.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// All records ever taken in, revisions not yet applied; each with when it was recorded and by whom. Ask
    /// [`Evidence::as_of`] for what was known at a moment.
    pub evidence: Arc<Evidence>,
    /// The latest batch of each stream that was read.
    pub seen: BTreeMap<String, i64>,
    /// Records of another version of the contract whose times mean nothing in this one.
    pub misunderstood: usize,
    /// The files with records in volume, where the settlement asks for them: see [`crate::settling::InForce::evidence`].
    pub files: Vec<FileEntry>,
    marks: [Mark; 2],
}

/// How far a stream was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Mark {
    seq: i64,
    head: String,
}

/// One of the streams of a subscription.
struct Part<'a> {
    house: &'a str,
    stream: String,
    shared: bool,
}

/// The evidence of a subscription, under the version of the contract it holds now.
pub fn load(
    platform: &Platform,
    tx: &mut Tx<'_>,
    tenant: &str,
    subscription: &str,
) -> Result<Loaded, Failure> {
    let row = tx.row(
        "SELECT agreement_id, version FROM subscription WHERE tenant_id = $1 AND id = $2",
        values![tenant, subscription],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let published = platform.contracts.get(tx, &row.get::<String>(0)?, &row.get::<String>(1)?)?;
    load_under(platform, tx, tenant, subscription, &published)
}

/// The same under a given version of the contract. Of the agreement's stream, records that name another tenant are left out
/// where subjects name tenants, and ids begin with `shared/`.
pub fn load_under(
    platform: &Platform,
    tx: &mut Tx<'_>,
    tenant: &str,
    subscription: &str,
    published: &Arc<Published>,
) -> Result<Loaded, Failure> {
    let own = Part { house: tenant, stream: subscription.to_owned(), shared: false };
    let shared = Part { house: PROVIDER, stream: agreement_stream(&published.agreement), shared: true };
    let marks = [mark(tx, &own)?, as_provider(tx, |tx| mark(tx, &shared))?];
    let key = Key::new(subscription, published);
    let before = platform.evidence.get(&key);
    if let Some(it) = before.iter().find(|it| it.marks == marks) {
        return Ok(it.clone());
    }
    let before = match before {
        Some(it) if is_continued(tx, &own, &it.marks[0])? => it,
        _ => Loaded::empty(published),
    };
    // What was read of the agreement's stream stays only while all of it does, for it is told apart by nothing but its marks.
    let continued = as_provider(tx, |tx| Ok(is_continued(tx, &shared, &before.marks[1])?))?;
    let before = if continued { before } else { Loaded::empty(published) };
    let mut reading = Reading { published, tenant, records: Vec::new(), misunderstood: before.misunderstood };
    reading.read(tx, &own, before.marks[0].seq)?;
    as_provider(tx, |tx| reading.read(tx, &shared, before.marks[1].seq))?;
    let loaded = before.with(reading, &own, &shared, marks);
    platform.evidence.put(key, loaded.clone());
    Ok(loaded)
}

impl Loaded {
    fn empty(published: &Published) -> Self {
        Self {
            evidence: Arc::new(Evidence::of(&published.contract.schema, Vec::new())),
            seen: BTreeMap::new(),
            misunderstood: 0,
            files: Vec::new(),
            marks: Default::default(),
        }
    }

    /// The same and what was read since.
    fn with(self, reading: Reading<'_>, own: &Part<'_>, shared: &Part<'_>, marks: [Mark; 2]) -> Self {
        let Reading { published, records, misunderstood, .. } = reading;
        let parts = [own, shared].into_iter().zip(&marks).filter(|it| it.1.seq > 0);
        let seen = parts.map(|(part, mark)| (part.stream.clone(), mark.seq)).collect();
        let evidence = if records.is_empty() {
            self.evidence
        } else {
            let mut all = self.evidence.records().to_vec();
            all.extend(records);
            Arc::new(Evidence::of(&published.contract.schema, all))
        };
        Self { evidence, seen, misunderstood, files: Vec::new(), marks }
    }

    /// The same without files that were not merged yet with what else stands for their day: what is known a moment later.
    #[must_use]
    pub(crate) fn merged(mut self) -> Self {
        self.files.retain(|it| it.settled);
        self
    }

    /// How many records it holds.
    fn size(&self) -> usize {
        self.evidence.records().len()
    }
}

/// Batches on their way to records.
struct Reading<'a> {
    published: &'a Published,
    tenant: &'a str,
    records: Vec<Record>,
    misunderstood: usize,
}

impl Reading<'_> {
    /// Reads the batches of a stream after `seq`.
    fn read(&mut self, tx: &mut Tx<'_>, part: &Part<'_>, seq: i64) -> Result<(), Failure> {
        let rows = tx.rows(
            "SELECT at, actor, side, lines FROM evidence_batch WHERE tenant_id = $1 AND stream = $2 AND seq > $3 ORDER BY seq",
            values![part.house, &part.stream, seq],
        )?;
        for row in rows {
            let (at, actor, side): (Instant, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let lines: Vec<u8> = row.get(3)?;
            let (records, refused) = reread(&self.published.contract.schema, &lines, at);
            self.misunderstood += refused;
            let said = Said::by(&actor, Side::named(&side));
            let ours: Vec<Record> = records
                .into_iter()
                .filter(|it| !part.shared || self.concerns(it))
                .map(|it| said.name(it))
                .collect();
            if part.shared {
                self.records.extend(ours.into_iter().map(shared));
            } else {
                self.records.extend(ours);
            }
        }
        Ok(())
    }

    /// Whether a record of the agreement's stream tells of this tenant.
    fn concerns(&self, record: &Record) -> bool {
        !self.published.contract.records_name_tenant
            || record.subject.as_deref().is_none_or(|it| it == self.tenant)
    }
}

/// Who said what a batch holds.
pub(crate) struct Said {
    actor: Arc<str>,
    side: Side,
}

impl Said {
    /// Said by somebody of that side.
    pub(crate) fn by(actor: &str, side: Side) -> Self {
        Self { actor: actor.into(), side }
    }

    /// Names the source: the sender where the record names none; a customer's always says that it is one.
    pub(crate) fn name(&self, mut record: Record) -> Record {
        let source = match (self.side, record.source.take()) {
            (Side::Provider, Some(it)) => it,
            (Side::Provider, None) => self.actor.clone(),
            (side, None) => side.name().into(),
            (side, Some(it)) if is_named(&it, side) => it,
            (side, Some(it)) => format!("{}:{it}", side.name()).into(),
        };
        record.source = Some(source);
        record
    }
}

/// Whether the source says already which side it is of.
fn is_named(source: &str, side: Side) -> bool {
    source.strip_prefix(side.name()).is_some_and(|it| it.is_empty() || it.starts_with(':'))
}

/// Ids of the agreement's stream and of the subscription's cannot meet.
fn shared(record: Record) -> Record {
    let prefixed = |it: Arc<str>| -> Arc<str> { format!("{SHARED}{it}").into() };
    Record { id: record.id.map(prefixed), supersedes: record.supersedes.map(prefixed), ..record }
}

fn mark(tx: &mut Tx<'_>, part: &Part<'_>) -> Result<Mark, Failure> {
    let row = tx.row(
        "SELECT latest, head FROM evidence_stream WHERE tenant_id = $1 AND stream = $2",
        values![part.house, &part.stream],
    )?;
    Ok(row.map_or(Ok(Mark::default()), |row| Ok::<_, Fault>(Mark { seq: row.get(0)?, head: row.get(1)? }))?)
}

/// Whether the stream still begins with what was read: a batch that was seen while it was written may not have been kept.
fn is_continued(tx: &mut Tx<'_>, part: &Part<'_>, before: &Mark) -> Result<bool, Fault> {
    if before.seq == 0 {
        return Ok(true);
    }
    let row = tx.row(
        "SELECT head FROM evidence_batch WHERE tenant_id = $1 AND stream = $2 AND seq = $3",
        values![part.house, &part.stream, before.seq],
    )?;
    let head: Option<String> = row.map(|it| it.get(0)).transpose()?;
    Ok(head.as_deref() == Some(before.head.as_str()))
}
