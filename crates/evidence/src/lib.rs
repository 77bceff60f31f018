//! What happened, as records: their schema, reading them strictly, revising them, and the questions asked of them.
//!
//! ```
//! use evidence::{Facts, FactKind, FactSchema, Memory, Schema, SourceFile, read};
//!
//! let outage = FactSchema { name: "outage".into(), kind: FactKind::Span, attributes: vec![], volume: false };
//! let schema = Schema { facts: vec![outage], ..Schema::default() };
//! let text = r#"{"fact":"outage","id":"a","from":"2026-10-01T10:00:00Z","until":"2026-10-01T11:00:00Z"}
//! {"fact":"outage","supersedes":"a","withdrawn":true,"reason":"planned","recorded_at":"2026-10-05T00:00:00Z"}"#;
//! let file = SourceFile { name: "outages.ndjson".into(), bytes: text.into() };
//!
//! let (evidence, diagnostics) = read(&schema, &[file]);
//! assert!(diagnostics.is_empty());
//! let before = calendar::parse_instant("2026-10-04T00:00:00Z").ok();
//! assert_eq!(Memory::new(evidence.as_of(before)).rows(0).len(), 1);
//! assert_eq!(Memory::new(evidence.as_of(None)).rows(0).len(), 0);
//! ```
//!
//! Invariants: the order in which records arrive and exact copies of them change neither digest nor answers; every
//! number is the decimal somebody wrote; no time is local. Nothing here opens a file or reads a clock.

mod asked;
mod build;
mod canonical;
mod csv;
mod evidence;
mod facts;
mod intake;
mod json;
mod keys;
mod memory;
mod ndjson;
mod nearest;
mod plain;
mod pool;
mod question;
mod read;
mod record;
mod report;
mod revision;
mod row;
mod schema;
pub mod unclassified;
mod value;
mod volume;

pub use asked::{Answered, Answers, Asked, UnreadAnswer};
pub use evidence::{Evidence, View};
pub use facts::{Facts, FactsError, LISTED_MAX, Touching, starting_in};
pub use intake::{LineWriter, Shape, Taken, reread, take, take_each};
pub use memory::Memory;
pub use ndjson::LINE_BYTES_MAX;
pub use question::{Field, Group, Measure, Predicate, Question};
pub use read::{SourceFile, read};
pub use record::{Datum, Record, RecordPlace};
pub use report::DIAGNOSTICS_MAX;
pub use schema::{Attribute, AttributeKind, FactKind, FactSchema, Schema};
pub use volume::{Partition, digest_with, partitions_text};
