//! A body of evidence: every record once, in an order that does not depend on how it arrived.

use std::sync::Arc;

use timeline::Instant;

use crate::canonical::{Writer, digest};
use crate::record::order_by_content_then_place;
use crate::{Record, Schema, revision};

/// All records ever given, exact duplicates dropped, revisions not yet applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    records: Vec<Record>,
    schema: Option<Arc<Schema>>,
}

/// The records that stand at one moment of knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    records: Vec<Record>,
    digest: [u8; 32],
}

impl Evidence {
    /// Evidence of records made by a program. Its lines name facts and attributes by position (`#0`); see
    /// [`Evidence::of`].
    pub fn from_records(records: Vec<Record>) -> Evidence {
        Evidence { records: without_duplicates(records), schema: None }
    }

    /// Evidence of records of `schema`, whose names its lines use.
    pub fn of(schema: &Schema, records: Vec<Record>) -> Evidence {
        Evidence { records: without_duplicates(records), schema: Some(Arc::new(schema.clone())) }
    }

    /// Every record, revised or not, sorted by fact, `from`, `until`, `id` and then by all else they say.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// What stands at `as_of`: records recorded later are not known yet, those a known record supersedes are out,
    /// withdrawals are out with what they withdraw. `None` knows everything.
    pub fn as_of(&self, as_of: Option<Instant>) -> View {
        let standing = revision::standing(&self.records, as_of);
        View {
            records: standing.into_iter().filter_map(|at| self.records.get(at).cloned()).collect(),
            digest: digest(&self.lines(as_of)),
        }
    }

    /// The canonical line of every record known at `as_of`, superseded and withdrawn ones included: what one must
    /// hold to arrive at the same view. Sorted by bytes; [`read`](crate::read) reads them back.
    pub fn lines(&self, as_of: Option<Instant>) -> Vec<String> {
        let writer = Writer::new(self.schema.as_deref());
        let known = self.records.iter().filter(|it| revision::is_known(it, as_of));
        let mut lines: Vec<String> = known.map(|it| writer.line(it)).collect();
        lines.sort_unstable();
        lines
    }

    /// SHA-256 over [`Evidence::lines`], each followed by a line feed. Neither the order of records nor exact
    /// duplicates nor the format they came in matter.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.lines(None))
    }
}

impl View {
    /// The records that stand, sorted by fact, `from`, `until`, `id`.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The same records, to keep.
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// SHA-256 over the lines of all records known at the time, see [`Evidence::lines`].
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

/// Of records that say the same, the one read first stays.
fn without_duplicates(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_by(order_by_content_then_place);
    records.dedup_by(|later, first| later.says_the_same(first));
    records
}
