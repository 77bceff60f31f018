//! Questions and read-only SQL over the lake's files, with DataFusion.
//!
//! A [`Table`] is the files of one fact. [`aggregate`] answers an [`evidence::Question`] over it with the very groups
//! [`evidence::Memory`] would give; [`sql`] runs one statement that only reads. Nothing else of the project depends on
//! this crate, so that nobody builds DataFusion who does not ask for it.

mod aggregate;
mod answer;
mod ask;
mod bounded;
mod column;
mod footer;
mod kernel;
mod listed;
mod manifest;
mod plan;
mod predicate;
mod refused;
mod session;
mod show;
mod sql;
mod table;
mod tables;
mod verified;

pub use aggregate::aggregate;
pub use ask::{Asked, Language};
pub use bounded::{ask_within, enter, is_within};
pub use column::{SCALE, table_schema};
pub use kernel::{Kept, RunAggregate, RunAggregation};
pub use manifest::entries;
pub use refused::Refused;
pub use session::{Bounds, only, session, store_url};
pub use show::{Format, show};
pub use sql::{Answer, Limits, STATEMENT_BYTES_MAX, sql};
pub use table::{File, STREAM, Table};
pub use tables::{files, tables, tenant_session, unsettled};
