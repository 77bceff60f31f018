//! A request as a span: under the caller's trace where it names one, else under a new one, whose id stands in every problem
//! and line of the log about it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method};
use timeline::Instant;
use trace::{Fact, Kind, Parent, Span, SpanId, TraceId};

use crate::app::App;

const HEADER: &str = "traceparent";

/// A request in progress.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) trace: TraceId,
    span: SpanId,
    parent: Option<SpanId>,
    sampled: bool,
    at: Instant,
}

/// What a request came to.
pub(crate) struct Ended<'a> {
    pub(crate) method: &'a Method,
    /// The route's pattern; none where there is no such route.
    pub(crate) route: Option<&'a str>,
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) took: Duration,
}

/// Begins a span, and puts it in the place of the caller's, as a proxy does: whoever reads the header from here on finds an id
/// that is fit. A caller that does not record its own trace is not recorded here either.
pub(crate) fn begin(app: &App, headers: &mut HeaderMap) -> Begun {
    let caller = caller(headers);
    let (new, span) = app.platform.store.new_trace();
    let trace = caller.map_or(new, |it| it.trace);
    let sampled = caller.is_none_or(|it| it.sampled);
    let ours = Parent { trace, span, sampled }.to_string();
    if let Ok(value) = HeaderValue::try_from(ours) {
        headers.insert(HEADER, value);
    }
    Begun { trace, span, parent: caller.map(|it| it.span), sampled, at: app.platform.store.now() }
}

/// What the caller says, once and legibly.
fn caller(headers: &HeaderMap) -> Option<Parent> {
    let mut given = headers.get_all(HEADER).into_iter();
    let first = given.next()?.to_str().ok()?;
    if given.next().is_some() { None } else { Parent::parse(first) }
}

/// Records what the request came to.
pub(crate) fn end(app: &App, begun: Begun, it: &Ended<'_>) {
    if begun.sampled {
        app.platform.store.tracer().record(|| span(begun, it));
    }
}

fn span(begun: Begun, it: &Ended<'_>) -> Span {
    let method = method(it.method);
    let name = it.route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
    let mut facts: Vec<(&'static str, Fact)> = vec![
        ("http.request.method", method.into()),
        ("http.response.status_code", i64::from(it.status).into()),
    ];
    facts.extend(it.route.map(|it| ("http.route", it.into())));
    facts.extend(it.route.and_then(|route| tenant(route, it.path)).map(|it| ("upheld.tenant", it.into())));
    let failed = it.status >= 500;
    if failed {
        facts.push(("error.type", it.status.to_string().as_str().into()));
    }
    Span {
        trace: begun.trace,
        id: begun.span,
        parent: begun.parent,
        kind: Kind::Server,
        name,
        began: begun.at,
        took: it.took,
        failed,
        facts,
    }
}

/// A method of the standard; what callers make up is one of many.
fn method(it: &Method) -> &str {
    match it.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "_OTHER",
    }
}

/// The tenant the path names, where it looks like the id of one: whatever else stands there is the caller's words.
fn tenant<'a>(route: &str, path: &'a str) -> Option<&'a str> {
    let at = route.split('/').position(|it| it == "{tenant}")?;
    let named = path.split('/').nth(at)?;
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'_';
    ((1..=63).contains(&named.len()) && named.bytes().all(fits)).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_is_an_id_or_not_told() {
        let route = "/api/v1/tenants/{tenant}/claims/{claim}";
        for (path, found) in [
            ("/api/v1/tenants/north-field_2/claims/clm_1", Some("north-field_2")),
            ("/api/v1/tenants/ada@example.com/claims/clm_1", None),
            ("/api/v1/tenants/Ada/claims/clm_1", None),
            ("/api/v1/tenants//claims/clm_1", None),
        ] {
            assert_eq!(tenant(route, path), found, "{path}");
        }
        assert_eq!(tenant("/api/v1/people/{person}", "/api/v1/people/ada"), None);
    }

    #[test]
    fn two_headers_or_an_unfit_one_begin_a_new_trace() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let mut headers = HeaderMap::new();
        assert_eq!(caller(&headers), None);
        headers.append(HEADER, HeaderValue::from_static(good));
        assert!(caller(&headers).is_some());
        headers.append(HEADER, HeaderValue::from_static(good));
        assert_eq!(caller(&headers), None);
    }
}
