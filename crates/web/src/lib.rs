//! The platform over HTTP: the REST API as one table of routes, health, metrics, and the log's public tiles.
//!
//! A handler is a use-case and nothing else; who asks, limits, repeated requests, revisions and refusals are dealt with
//! once, on the way to it (module `call`).

mod api;
mod app;
mod bodies;
mod call;
mod limits;
mod log;
mod measure;
mod openapi;
mod parts;
mod problem;
mod reply;
mod route;
mod router;
mod serve;
mod spans;
mod table;
mod zero;

pub use api::tarball;
pub use app::{App, Log, Options, Serves, to_stderr};
pub use call::{SESSION_COOKIE, blocking, call, language, parts};
pub use limits::{Rate, Rates};
pub use openapi::document;
pub use parts::{Again, Parts};
pub use problem::status;
pub use reply::Reply;
pub use route::{Action, Commit, Later, Route, Todo, Told};
pub use router::{router, router_logging_to, router_with};
pub use serve::serve;
pub use table::{Right, RouteInfo, table};
