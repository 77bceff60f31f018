//! What people do with Upheld, one module for each part of it: authorise, load, ask the kernel, commit.
//!
//! A use-case is a plain function over a [`store::Tx`]. It takes a handle ([`rights::ProviderHandle`],
//! [`rights::TenantHandle`]) that only [`principal::Principal`] gives, so that what a caller may not see cannot be named,
//! and it writes its audit entry in the same transaction ([`audit::append`]); the store refuses a change without one.

pub mod agreements;
pub mod annexes;
pub mod answered;
pub mod attestations;
pub mod audit;
pub mod billing;
pub mod board;
pub mod books;
pub mod claims;
pub mod comparison;
pub mod contracts;
pub mod corrections;
pub mod cycles;
pub mod decisions;
pub mod documents;
pub mod drafts;
pub mod entitlements;
pub mod evidence;
pub mod files;
pub mod heard;
pub mod housekeeping;
pub mod in_kind;
pub mod intake;
pub mod jobs;
mod kept;
pub mod live;
pub mod maintenance;
pub mod money;
pub mod notices;
pub mod objects;
pub mod outstanding;
pub mod page;
pub mod people;
mod platform;
pub mod preview;
pub mod principal;
pub mod publishing;
pub mod records;
pub mod refusal;
pub mod rights;
pub mod runs;
pub mod sealed;
pub mod sealing;
pub mod search;
pub mod settings;
pub mod settling;
pub mod statements;
pub mod status;
pub mod stream;
mod subscription_check;
pub mod subscriptions;
pub mod tenants;
pub mod terms;
pub mod text;
pub mod time;
pub mod totals;
pub mod volume;
pub mod vouchers;

pub use platform::Platform;
pub use refusal::{Failure, Refusal, RefusalKind};
pub use settings::Settings;
