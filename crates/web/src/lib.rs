//! The platform over HTTP: the REST API as one table of routes, health, metrics, and the log's public tiles.
//!
//! A handler is a use-case and nothing else; who asks, limits, repeated requests, revisions and refusals are dealt with
//! once, on the way to it (module `call`).

mod api;
mod app;
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

pub use app::{Log, Options};
pub use limits::{Rate, Rates};
pub use openapi::document;
pub use router::{router, router_logging_to};
pub use serve::serve;
pub use table::{Right, RouteInfo, table};
