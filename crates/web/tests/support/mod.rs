//! A platform behind a real socket: SQLite in a directory of its own, a clock that stands, chance from a seed.
#![expect(dead_code, unused_imports, reason = "each test binary uses another part of this")]

mod client;
mod house;
mod server;

pub use client::{Answer, Client, Request, connect, read_answer};
pub use house::{A, B, C, D, House, Identity, Lines, MARKER, NOVEMBER, PASSWORD, TERMS, email, system};
pub use server::{Server, generous};
