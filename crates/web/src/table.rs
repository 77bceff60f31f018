//! The table of routes as others see it: for the attack suite, the documents, and whoever counts.

use crate::api::{PREFIX, routes};
use crate::route::Action;
pub use crate::route::Right;

/// What is said of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// The HTTP method.
    pub method: &'static str,
    /// The whole path, with `{name}` where a parameter stands.
    pub path: String,
    /// The operation's id.
    pub id: &'static str,
    /// What it asks of its caller.
    pub right: Right,
    /// Tries out secrets: few requests a minute from one address.
    pub strict: bool,
    /// Changes state.
    pub writes: bool,
    /// Media types of a body that is not JSON.
    pub media: &'static [&'static str],
    /// Parameters of the query.
    pub query: Vec<&'static str>,
    /// Bytes of a body, at most.
    pub body_bytes_max: usize,
}

/// Every route of the API.
pub fn table() -> Vec<RouteInfo> {
    let info = |it: crate::route::Route| RouteInfo {
        method: it.method,
        path: format!("{PREFIX}{}", it.path),
        id: it.id,
        right: it.right,
        strict: it.strict,
        writes: matches!(it.action, Action::Write(_)),
        media: it.media,
        query: it.query.iter().map(|it| it.0).collect(),
        body_bytes_max: it.body_bytes_max,
    };
    routes().into_iter().map(info).collect()
}
