//! The commands, one file each.

pub mod check;
pub mod compare;
pub mod demo;
pub mod explain;
pub mod fmt;
pub mod settle;
pub mod test;
pub mod verify;
