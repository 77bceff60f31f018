//! The log: its tree against two oracles, its files against their specifications, and what a forger can do.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod checkpoint;
mod consistency;
mod forgery;
mod growth;
mod inclusion;
mod made;
mod package;
mod tiles;
mod tlog_proof;
mod tree;
