//! State that survives: one way to write and read it, kept by SQLite in the data directory or by PostgreSQL.
//!
//! All writes of a process go through one thread that commits many of them together ([`Store::write`]), so that a flush
//! to disk is shared by everybody who waits for it. A write is a closure over a [`Tx`]; it either happens wholly or
//! not at all, and it has happened when `write` returns. Reads see a snapshot and wait for nobody ([`Store::read`]).
//!
//! Only this crate knows that there are two databases. SQL is the common subset: `$1` parameters, 64-bit integers,
//! texts and bytes, `ON CONFLICT`, no database's own functions.

mod clock;
mod connection;
mod fault;
mod id;
mod location;
mod measure;
mod migrate;
mod postgres_connection;
mod readers;
mod sqlite_connection;
mod store;
mod together;
mod tx;
mod value;
mod writer;

pub use clock::{Chance, Clock, ManualClock, SeededChance, SystemChance, SystemClock};
pub use fault::Fault;
pub use id::new_id;
pub use location::Location;
pub use measure::{Histogram, Measures};
pub use migrate::{SCHEMA_VERSION, TENANT_TABLES};
pub use store::{Context, OpenError, Store};
pub use together::Together;
pub use tx::{Scope, Tx};
pub use value::{FromValue, Row, Value};
