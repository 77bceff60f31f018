//! Questions over the lake's files answered by several machines, with Ballista.
//!
//! One [`scheduler`] takes plans and cuts them into tasks, [`executor`]s read the files from the object store and run the
//! tasks, and whoever asks uses a session from [`connect`] as if it were local: [`query::aggregate`] and
//! [`query::sql`] work on it unchanged; [`Fleet`] waits for the answers where nothing else does. Everybody reaches the files under the one name [`query::store_url`], so that no plan
//! names a bucket, a folder or a credential.
//!
//! Whoever reaches the scheduler's port can have any file of the lake read: keep it in a trusted network. Tenants
//! are kept apart by who asks, which lists only the files of one.

mod asker;
mod codec;
mod connect;
mod engine;
mod executor;
mod scheduler;

pub use asker::Fleet;
pub use codec::TableCodec;
pub use connect::connect;
pub use executor::{Executor, executor};
pub use scheduler::scheduler;
