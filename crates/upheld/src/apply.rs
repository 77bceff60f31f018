//! Bringing a directory of files to a running server: what is wanted, what is there, and the steps between.

mod annexes;
mod arranged;
mod calendars;
mod directory;
mod plan;
mod server;
mod show;

pub(crate) use directory::read;
pub(crate) use plan::{Plan, plan};
pub(crate) use server::Server;
pub(crate) use show::{as_json, told};
