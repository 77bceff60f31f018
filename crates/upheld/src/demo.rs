//! The demonstration: a provider, four agreements, twelve customers, and three past months of evidence made from a seed.

mod cast;
mod month;
mod play;
mod shared;

pub(crate) use cast::{CUSTOMERS, PASSWORD, PROVIDER, STAFF};
pub(crate) use play::play;
