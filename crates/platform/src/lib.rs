//! What people do with Upheld, one module for each part of it: authorise, load, ask the kernel, commit.
//!
//! A use-case is a plain function over a [`store::Tx`]. It takes a handle ([`rights::ProviderHandle`],
//! [`rights::TenantHandle`]) that only [`principal::Principal`] gives, so that what a caller may not see cannot be named,
//! and it writes its audit entry in the same transaction ([`audit::append`]); the store refuses a change without one.

pub mod audit;
pub mod contracts;
pub mod jobs;
pub mod objects;
mod platform;
pub mod principal;
pub mod refusal;
pub mod rights;
pub mod settings;

pub use platform::Platform;
pub use refusal::{Failure, Refusal, RefusalKind};
pub use settings::Settings;
