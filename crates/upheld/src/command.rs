//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod growth;
pub(crate) mod settle;
pub(crate) mod test;
pub(crate) mod verify;
