//! The commands, one file each.

pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod growth;
pub(crate) mod import;
pub(crate) mod owner;
pub(crate) mod query;
pub(crate) mod recount;
pub(crate) mod serve;
pub(crate) mod settle;
pub(crate) mod statements;
pub(crate) mod test;
pub(crate) mod verify;
