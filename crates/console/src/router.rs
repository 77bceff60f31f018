//! The table of pages, and what is done around each: the sign-in it needs, a form shown again with what was refused, a page
//! for what went wrong, compression, and headers.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodFilter, get, on};
use diagnostic::Lang;
use flate2::Compression;
use platform::{Failure, Refusal, RefusalKind, people};
use web::{Again, App, Parts, Reply, Route, blocking, call, language, parts};

use crate::assets;
use crate::events;
use crate::fields::Fields;
use crate::guard::PASSWORD;
use crate::pages;
use crate::view::View;

/// Only what we serve ourselves may run, style, or be asked; nobody may frame us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What is said of a page, for the attack suite and whoever counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageInfo {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with `{name}` where a parameter stands; `{lang}` is `en` or `zh`.
    pub path: String,
    /// What it is called.
    pub id: &'static str,
    /// Needs no sign-in.
    pub open: bool,
}

/// Every page and form.
pub fn table() -> Vec<PageInfo> {
    let info = |it: Route| PageInfo {
        method: it.method,
        path: format!("/{{lang}}{}", it.path),
        id: it.id,
        open: it.is_open(),
    };
    pages::routes().into_iter().map(info).collect()
}

/// Every address that machines read; none needs a sign-in, and no language stands before them.
pub fn feeds() -> Vec<PageInfo> {
    let info =
        |it: Route| PageInfo { method: it.method, path: it.path.to_owned(), id: it.id, open: it.is_open() };
    pages::feeds().into_iter().map(info).collect()
}

/// The pages, to be served beside the API.
pub fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let mut router = Router::new()
        .route("/", get(front))
        .route("/status", get(front_of_status))
        .route("/status/{page}", get(front_of_status))
        .route("/favicon.ico", get(async || asset(assets::path("icon.svg"), &HeaderMap::new())))
        .route("/assets/{name}", get(serve_asset))
        .merge(events::routes(app));
    for route in pages::feeds().into_iter().map(Arc::new) {
        let path = route.path;
        let handler = move |State(app): State<Arc<App>>, params: Named, request: Request| {
            let this = route.clone();
            async move { feed(app, this, params, request).await }
        };
        router = router.route(path, on(MethodFilter::GET, handler));
    }
    let routes: Vec<Arc<Route>> = pages::routes().into_iter().map(Arc::new).collect();
    for route in &routes {
        let shown_again = routes.iter().find(|it| it.method == "GET" && it.path == route.path).cloned();
        let this = route.clone();
        let handler = move |State(app): State<Arc<App>>, params: Named, request: Request| {
            let (route, shown_again) = (this.clone(), shown_again.clone());
            async move { serve(app, route, shown_again, params, request).await }
        };
        let filter = if route.method == "POST" { MethodFilter::POST } else { MethodFilter::GET };
        router = router.route(&format!("/{{lang}}{}", route.path), on(filter, handler));
    }
    router
}

type Named = Result<RawPathParams, RawPathParamsRejection>;

/// Sends whoever opens the address to the pages in their language.
async fn front(headers: HeaderMap) -> Response {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let base = if language(asked) == Some(Lang::Zh) { "/zh" } else { "/en" };
    redirect(base)
}

/// The same for the addresses of status pages, which are told without a language.
async fn front_of_status(request: Request) -> Response {
    let headers = request.headers();
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let base = if language(asked) == Some(Lang::Zh) { "/zh" } else { "/en" };
    redirect(&format!("{base}{}", request.uri().path()))
}

fn redirect(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    set(response.headers_mut(), "location", to);
    set(response.headers_mut(), "cache-control", "no-store");
    response
}

async fn serve_asset(request: Request) -> Response {
    asset(request.uri().path(), request.headers())
}

fn asset(path: &str, headers: &HeaderMap) -> Response {
    let Some(found) = assets::find(path) else {
        let mut response = Response::new(Body::from("not found\n"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let zipped = takes_gzip(headers);
    let body = if zipped { found.gzip.as_slice() } else { found.plain.as_slice() };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    set(headers, "content-type", found.media);
    set(headers, "cache-control", "public, max-age=31536000, immutable");
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "vary", "accept-encoding");
    if zipped {
        set(headers, "content-encoding", "gzip");
    }
    response
}

async fn serve(
    app: Arc<App>,
    route: Arc<Route>,
    shown_again: Option<Arc<Route>>,
    params: Named,
    request: Request,
) -> Response {
    let (mut head, body) = request.into_parts();
    let zip = takes_gzip(&head.headers);
    let Ok(params) = params else { return redirect("/") };
    let mut parts = parts(&app, &head, params.iter());
    if route.is_open() && is_over(&app, &parts).await {
        // A session that has ended is none: what is open to everybody stays open, the sign-in above all.
        parts.session = None;
        for name in [header::COOKIE, header::AUTHORIZATION] {
            head.headers.remove(name);
        }
    }
    if !matches!(parts.id("lang"), "en" | "zh") {
        return failed(&app, parts, &Refusal::not_found().into(), zip).await;
    }
    if route.method == "GET" {
        return match call(&app, &route, parts.clone(), &head.headers, Body::empty()).await {
            Ok(reply) => respond(reply, &parts.trace, zip),
            Err(failure) => failed(&app, parts, &failure, zip).await,
        };
    }
    // Kept, so that what was filled in can be shown again.
    let Ok(bytes) = to_bytes(body, route.body_bytes_max).await else {
        let title = RefusalKind::TooLarge.title();
        return failed(&app, parts, &Refusal::new(RefusalKind::TooLarge, title.en, title.zh).into(), zip)
            .await;
    };
    let is_plain = parts.media == "application/x-www-form-urlencoded";
    let carried = Some(bytes.clone()).filter(|_| is_plain);
    let carried = carried.and_then(|it| Fields::read(&parts.content_type, it).ok()).unwrap_or_default();
    if carried.given(PASSWORD).is_some() {
        let confirm = Arc::new(pages::confirm::route());
        let body = Body::from(bytes.clone());
        if let Err(failure) = call(&app, &confirm, parts.clone(), &head.headers, body).await {
            return confirmation(&app, parts, &head.headers, carried, failure, zip).await;
        }
    }
    let outcome = call(&app, &route, parts.clone(), &head.headers, Body::from(bytes.clone())).await;
    if let Err(Failure::Refusal(it)) = &outcome
        && it.kind == RefusalKind::ConfirmationNeeded
    {
        return confirmation(&app, parts, &head.headers, carried, Failure::Refusal(it.clone()), zip).await;
    }
    let failure = match outcome {
        Ok(reply) => return respond(reply, &parts.trace, zip),
        Err(failure) => failure,
    };
    let (Failure::Refusal(refusal), Some(page)) = (&failure, shown_again) else {
        return failed(&app, parts, &failure, zip).await;
    };
    let fields = Fields::read(&parts.content_type, bytes).unwrap_or_default().shown_again();
    let mut again = parts.clone();
    again.again = Some(Again { refusal: (**refusal).clone(), fields });
    match call(&app, &page, again, &head.headers, Body::empty()).await {
        Ok(mut reply) => {
            reply.status = Some(web::status(refusal.kind).as_u16());
            respond(reply, &parts.trace, zip)
        }
        Err(_) => failed(&app, parts, &failure, zip).await,
    }
}

/// Whether the request came with a session that cannot be used any more.
async fn is_over(app: &Arc<App>, parts: &Parts) -> bool {
    let Some(token) = parts.session.clone() else { return false };
    let (app, trace) = (app.clone(), parts.trace.clone());
    let who = blocking(move || {
        app.platform.read(|platform, tx| {
            people::authenticate(platform, tx, &people::Credential::Session(&token), "", &trace)
        })
    });
    matches!(who.await, Err(Failure::Refusal(it)) if it.kind == RefusalKind::Unauthenticated)
}

/// A page that asks for the password and carries along what was filled in, so that it need not be filled in again.
async fn confirmation(
    app: &Arc<App>,
    parts: Parts,
    headers: &HeaderMap,
    carried: Fields,
    failure: Failure,
    zip: bool,
) -> Response {
    let Failure::Refusal(refusal) = &failure else { return failed(app, parts, &failure, zip).await };
    let status = web::status(refusal.kind).as_u16();
    let page = Arc::new(pages::confirm::page(carried.carried(), (**refusal).clone()));
    match call(app, &page, parts.clone(), headers, Body::empty()).await {
        Ok(mut reply) => {
            reply.status = Some(status);
            respond(reply, &parts.trace, zip)
        }
        Err(failure) => failed(app, parts, &failure, zip).await,
    }
}

/// What machines read of the status pages: nobody is asked who they are, and anybody may keep it for a while.
async fn feed(app: Arc<App>, route: Arc<Route>, params: Named, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let zip = takes_gzip(&head.headers);
    let Ok(params) = params else { return redirect("/") };
    let mut parts = parts(&app, &head, params.iter());
    parts.session = None;
    let trace = parts.trace.clone();
    let outcome = call(&app, &route, parts, &HeaderMap::new(), Body::empty()).await;
    let reply = outcome.unwrap_or_else(|failure| {
        app.note(&failure, &trace);
        let status = match &failure {
            Failure::Refusal(it) => web::status(it.kind).as_u16(),
            Failure::Fault(_) => 503,
        };
        let mut reply = Reply::bytes("text/plain; charset=utf-8", format!("{status}\n").into_bytes());
        reply.status = Some(status);
        reply
    });
    respond(reply, &trace, zip)
}

/// A page for what did not work: the sign-in when that is what is missing.
async fn failed(app: &Arc<App>, parts: Parts, failure: &Failure, zip: bool) -> Response {
    if let Failure::Refusal(it) = failure
        && it.kind == RefusalKind::Unauthenticated
    {
        let base = if parts.id("lang") == "zh" { "/zh" } else { "/en" };
        let next = serde_urlencoded::to_string([("next", parts.uri.as_str())]).unwrap_or_default();
        return redirect(&format!("{base}/sign-in?{next}"));
    }
    app.note(failure, &parts.trace);
    let trace = parts.trace.clone();
    let (app, failure) = (app.clone(), failure.clone());
    let page = blocking(move || {
        let who = people::anonymous(&parts.address, &parts.trace);
        app.platform
            .read(|platform, tx| pages::error::page(&mut View::new(platform, tx, &who, &parts), &failure))
    })
    .await;
    match page {
        Ok(reply) => respond(reply, &trace, zip),
        // The store does not answer, so neither does a page made from it.
        Err(_) => {
            let mut reply = Reply::bytes("text/plain; charset=utf-8", b"Upheld cannot answer right now.\n\xE6\x9A\x82\xE6\x97\xB6\xE6\x97\xA0\xE6\xB3\x95\xE5\xBA\x94\xE7\xAD\x94\xE3\x80\x82\n".to_vec());
            reply.status = Some(503);
            respond(reply, &trace, zip)
        }
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it.split(',').any(|it| it.split(';').next().unwrap_or_default().trim() == "gzip"))
}

fn respond(reply: Reply, trace: &str, zip: bool) -> Response {
    let text =
        reply.media.starts_with("text/") || reply.media.contains("json") || reply.media.contains("xml");
    let zip = zip && text && reply.body.len() > 1_000;
    let body = if zip { assets::compressed(&reply.body, Compression::new(4)) } else { reply.body };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        reply.status.and_then(|it| StatusCode::from_u16(it).ok()).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    set(headers, "content-type", &reply.media);
    set(headers, "cache-control", "no-store");
    set(headers, "content-security-policy", POLICY);
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "referrer-policy", "same-origin");
    set(headers, "cross-origin-opener-policy", "same-origin");
    set(headers, "cross-origin-resource-policy", "same-origin");
    set(headers, "permissions-policy", "camera=(), geolocation=(), microphone=()");
    set(headers, "vary", "accept-encoding");
    set(headers, "x-trace-id", trace);
    if zip {
        set(headers, "content-encoding", "gzip");
    }
    for (name, value) in &reply.headers {
        set(headers, name, value);
    }
    response
}

fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        headers.insert(name, value);
    }
}
