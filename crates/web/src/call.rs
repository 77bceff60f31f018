//! A request on its way: who asks, within which limits, whether it was answered before; then the use-case, then the reply.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request};
use axum::response::Response;
use diagnostic::Lang;
use platform::answered::{self, Asked};
use platform::audit::{self, Entry};
use platform::people::{self, Credential};
use platform::principal::{PROVIDER, Principal};
use platform::rights::Role;
use platform::{Failure, Platform, Refusal, RefusalKind};
use sha2::{Digest as _, Sha256};
use store::{Fault, Scope, Tx};
use tokio::sync::oneshot;

use crate::app::App;
use crate::parts::Parts;
use crate::problem::problem;
use crate::reply::Reply;
use crate::route::{Action, Route, Todo};

/// Answers one request to a route.
pub(crate) async fn answer(
    app: Arc<App>,
    route: Arc<Route>,
    params: RawPathParams,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let parts = parts(&app, &head, params.iter());
    let (lang, trace) = (parts.lang, parts.trace.clone());
    let reply = match call(&app, &route, parts, &head.headers, body).await {
        Ok(reply) => reply,
        Err(failure) => {
            app.note(&failure, &trace);
            problem(&failure, lang, &trace)
        }
    };
    respond(reply, route.success, &head.headers, &trace)
}

/// One request to a route, from who asks to what is answered.
pub async fn call(
    app: &Arc<App>,
    route: &Arc<Route>,
    mut parts: Parts,
    headers: &HeaderMap,
    body: Body,
) -> Result<Reply, Failure> {
    let in_address = token_in_address(route, &mut parts);
    // No text of ours holds a zero, and PostgreSQL takes none: nothing has such a name.
    if parts.path.values().any(|it| it.contains('\0')) {
        return Err(Refusal::not_found().into());
    }
    if let Some((name, _)) = parts.query.iter().find(|it| it.0.contains('\0') || it.1.contains('\0')) {
        return Err(Refusal::zero(&name.replace('\0', "")).into());
    }
    app.limits.by_address(&parts.address, route.strict)?;
    let who = identify(app, (route.is_open(), route.method != "GET"), &parts, (headers, in_address)).await?;
    app.limits.by_caller(&who, route.method != "GET")?;
    match &route.action {
        Action::Read(work) if who.role_in(PROVIDER) == Some(Role::Authority) => {
            let (platform, work, id) = (app.platform.clone(), work.clone(), route.id);
            in_the_writing_thread(app, move |tx| {
                let reply = work(&platform, tx, &who, &parts)?;
                disclosed(tx, &who, id, &parts)?;
                Ok(reply)
            })
            .await
        }
        Action::Read(work) => {
            let (app, work) = (app.clone(), work.clone());
            blocking(move || app.platform.read(|platform, tx| work(platform, tx, &who, &parts))).await
        }
        Action::Ask(look) => {
            let later = if who.role_in(PROVIDER) == Some(Role::Authority) {
                let (platform, look, id) = (app.platform.clone(), look.clone(), route.id);
                in_the_writing_thread(app, move |tx| {
                    let later = look(&platform, tx, &who, &parts)?;
                    disclosed(tx, &who, id, &parts)?;
                    Ok(later)
                })
                .await?
            } else {
                let (app, look) = (app.clone(), look.clone());
                blocking(move || app.platform.read(|platform, tx| look(platform, tx, &who, &parts))).await?
            };
            let platform = app.platform.clone();
            blocking(move || later(&platform)).await
        }
        Action::Write(prepare) => {
            let (body, held) = app.bodies.read(headers, body, route.body_bytes_max).await?;
            // Callers without a name would share their keys.
            let named = (!who.actor.is_empty()).then(|| headers.get("idempotency-key")).flatten();
            let key = named.map(idempotency_key).transpose()?;
            parts.is_keyed = key.is_some();
            let asked = key.map(|key| Asked { key, digest: digest(route, &parts, &body) });
            let (prepare, success) = (prepare.clone(), route.success);
            let (preparing, before) = (app.clone(), asked.clone());
            let (ready, _held) = blocking(move || {
                // Some work is done before the write begins; done already, it must not be refused for that.
                if let Some(asked) = &before
                    && let Some(it) =
                        preparing.platform.read(|platform, tx| answered::find(platform, tx, &who, asked))?
                {
                    return Ok((Ready::Answered(again(it)), held));
                }
                let todo = prepare(&preparing.platform, &who, &parts, body)?;
                Ok((Ready::Prepared(todo, Box::new((who, parts))), held))
            })
            .await?;
            let (commit, who, parts) = match ready {
                Ready::Answered(reply) => return Ok(reply),
                Ready::Prepared(Todo::Together(work), _) => {
                    let (done, answer) = oneshot::channel();
                    // Whoever asked has gone; the work is done all the same.
                    work(Box::new(move |it| drop(done.send(it))));
                    return answer.await.unwrap_or_else(|_| Err(stopping()));
                }
                Ready::Prepared(Todo::Alone(commit), of) => (commit, of.0, of.1),
            };
            let platform = app.platform.clone();
            in_the_writing_thread(app, move |tx| {
                if let Some(asked) = &asked
                    && let Some(it) = answered::find(&platform, tx, &who, asked)?
                {
                    return Ok(again(it));
                }
                let reply = commit(&platform, tx, &who, &parts)?;
                if let Some(asked) = &asked {
                    answered::keep(&platform, tx, &who, asked, &to_keep(&reply, success))?;
                }
                Ok(reply)
            })
            .await
        }
    }
}

/// What is known before the writing thread is asked.
enum Ready {
    /// The same request was answered before.
    Answered(Reply),
    /// What is left to do, and for whom.
    Prepared(Todo, Box<(Principal, Parts)>),
}

/// Does work in the writing thread, and waits until it is durable.
async fn in_the_writing_thread<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (done, answer) = oneshot::channel();
    app.platform.store.submit(Scope::Provider, work, move |outcome| {
        // Whoever asked has gone; with the same key the answer can be had again.
        let _ = done.send(outcome);
    });
    answer.await.unwrap_or_else(|_| Err(stopping()))
}

fn stopping() -> Failure {
    Fault::Unavailable("stopping".to_owned()).into()
}

/// A lawful authority may look at much; each look is on the provider's record before it is answered.
fn disclosed(tx: &mut Tx<'_>, who: &Principal, route: &str, parts: &Parts) -> Result<(), Failure> {
    tx.enter(Scope::Provider)?;
    let entry = Entry {
        action: "authority.looked",
        subject: route.to_owned(),
        new: serde_json::json!({ "path": parts.path, "query": parts.query }),
        ..Entry::default()
    };
    audit::append(tx, who, PROVIDER, entry)?;
    Ok(())
}

/// Runs work that waits for the disk or the processor beside the threads that serve.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|it| Err(Fault::broken(it.to_string()).into()))
}

/// The token that stands in the address of a route for programs that send no header, as a header would say it. It is taken away,
/// so that nothing that tells of the request tells it.
fn token_in_address(route: &Route, parts: &mut Parts) -> Option<String> {
    if !(route.called_back && parts.query.contains_key("from")) {
        return None;
    }
    let token = parts.query.remove("token")?;
    parts.uri.clear();
    let header = format!("Bearer {token}");
    matches!(Credential::bearer(&header), Credential::Token(_)).then_some(header)
}

/// Who asks; whether nobody in particular may, and whether it is to change something.
async fn identify(
    app: &Arc<App>,
    (open, writes): (bool, bool),
    parts: &Parts,
    (headers, in_address): (&HeaderMap, Option<String>),
) -> Result<Principal, Failure> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).map(str::to_owned);
    let bearer = bearer.or(in_address);
    let cookie = parts.session.clone();
    if bearer.is_none() && cookie.is_none() {
        return if open {
            Ok(people::anonymous(&parts.address, &parts.trace))
        } else {
            let title = RefusalKind::Unauthenticated.title();
            Err(Refusal::new(RefusalKind::Unauthenticated, title.en, title.zh).into())
        };
    }
    if bearer.is_none() && writes {
        same_origin(headers)?;
    }
    let (app, address, trace) = (app.clone(), parts.address.clone(), parts.trace.clone());
    blocking(move || {
        let credential = match (&bearer, &cookie) {
            (Some(it), _) => Credential::bearer(it),
            (None, Some(it)) => Credential::Session(it),
            (None, None) => Credential::Nothing,
        };
        let (who, note) = app.platform.read(|platform, tx| {
            let who = people::authenticate(platform, tx, &credential, &address, &trace)?;
            Ok::<_, Failure>((who, people::unseen_for_a_minute(tx, &credential)?))
        })?;
        if note {
            let (bearer, cookie) = (bearer.clone(), cookie.clone());
            let noted = move |it: Result<(), Failure>| {
                // The next request notes it.
                drop(it);
            };
            app.platform.store.submit(
                Scope::Provider,
                move |tx| {
                    let credential = match (&bearer, &cookie) {
                        (Some(it), _) => Credential::bearer(it),
                        (None, Some(it)) => Credential::Session(it),
                        (None, None) => Credential::Nothing,
                    };
                    Ok(people::seen(tx, &credential)?)
                },
                noted,
            );
        }
        Ok(who)
    })
    .await
}

/// A browser's session may change state only from our own pages: a form elsewhere cannot set these headers.
fn same_origin(headers: &HeaderMap) -> Result<(), Failure> {
    let site = headers.get("sec-fetch-site").and_then(|it| it.to_str().ok());
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let origin = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
    let from_here = origin.is_none_or(|it| it.split_once("://").is_some_and(|it| it.1 == host));
    if from_here && matches!(site, None | Some("same-origin" | "none")) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::Forbidden,
        "a request with a session cookie must come from this site",
        "携带会话 Cookie 的请求须来自本站",
    )
    .into())
}

fn idempotency_key(value: &HeaderValue) -> Result<String, Failure> {
    let text = value.to_str().unwrap_or_default();
    if (1..=255).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err(Refusal::invalid(
        "Idempotency-Key: 1 to 255 visible ASCII characters",
        "Idempotency-Key：须为 1 至 255 个可见 ASCII 字符",
    )
    .into())
}

/// What makes two requests the same: route, path, query, revision and body.
fn digest(route: &Route, parts: &Parts, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for (name, value) in parts.path.iter().chain(&parts.query) {
        hash.update(format!("{name}={}:{value};", value.len()));
    }
    hash.update(format!("{} {} {:?} {}\n", route.method, route.path, parts.expected, parts.media));
    hash.update(body);
    settle::hex(&hash.finalize())
}

fn to_keep(reply: &Reply, success: u16) -> answered::Answer {
    answered::Answer {
        status: reply.status.unwrap_or(success),
        media: reply.media.clone(),
        headers: reply.headers.clone(),
        body: reply.body.clone(),
    }
}

fn again(it: answered::Answer) -> Reply {
    Reply { status: Some(it.status), media: it.media, headers: it.headers, body: it.body }
        .header("idempotency-replayed", "true")
}

/// The reply as HTTP: 304 when the caller has this revision, and the headers every answer carries.
pub(crate) fn respond(reply: Reply, success: u16, asked: &HeaderMap, trace: &str) -> Response {
    let etag = reply.headers.iter().find(|it| it.0 == "etag").map(|it| it.1.as_str());
    let known = asked.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let unchanged = success == 200 && reply.status.is_none() && etag.is_some() && etag == known;
    let status = if unchanged { 304 } else { reply.status.unwrap_or(success) };
    let mut response = Response::new(if unchanged { Body::empty() } else { Body::from(reply.body) });
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    set(headers, "content-type", &reply.media);
    set(headers, "cache-control", "no-store");
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    set(headers, "referrer-policy", "no-referrer");
    set(headers, "cross-origin-resource-policy", "same-origin");
    set(headers, "x-trace-id", trace);
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

/// What a handler sees of a request beside its body; `path`: what stands for each `{name}` in the route's path.
pub fn parts<'a>(app: &App, head: &request::Parts, path: impl Iterator<Item = (&'a str, &'a str)>) -> Parts {
    let headers = &head.headers;
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let media = text("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Parts {
        path: path.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: query_pairs(head.uri.query().unwrap_or_default()),
        media,
        content_type: text("content-type").to_owned(),
        cookies: other_cookies(headers),
        uri: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        host: host(head),
        is_unsafe: is_unsafe(head),
        expected: text("if-match").trim_matches('"').parse().ok(),
        lang: language(text("accept-language")),
        address: peer.map(|it| it.to_canonical().to_string()).unwrap_or_default(),
        agent: text("user-agent").chars().take(200).collect(),
        session: cookie(headers, SESSION_COOKIE).or_else(|| session_bearer(headers)),
        trace: trace_id(headers, app),
        is_keyed: false,
        again: None,
    }
}

/// Letters, digits and what stands in host names: whatever else was sent names no host.
fn host(head: &request::Parts) -> String {
    let named = head.headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let named = named.or_else(|| head.uri.authority().map(|it| it.as_str())).unwrap_or_default();
    let fits = |it: char| it.is_ascii_alphanumeric() || ".-:[]".contains(it);
    if named.chars().all(fits) { named.to_owned() } else { String::new() }
}

/// Browsers say how they fetch (`Sec-Fetch-Mode`) only to https and to this very machine: where else they keep no secure
/// cookie. A proxy that adds TLS passes it on.
fn is_unsafe(head: &request::Parts) -> bool {
    !head.headers.contains_key("sec-fetch-mode") && !is_this_machine(&host(head))
}

/// Whether a host, with its port or without, is the loopback's.
fn is_this_machine(host: &str) -> bool {
    if let Ok(it) = host.parse::<SocketAddr>() {
        return it.ip().is_loopback();
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(it) = bare.parse::<IpAddr>() {
        return it.is_loopback();
    }
    let name = host.split(':').next().unwrap_or_default();
    name == "localhost" || name.ends_with(".localhost")
}

/// A session's token sent by a program that keeps no cookies.
fn session_bearer(headers: &HeaderMap) -> Option<String> {
    match Credential::bearer(headers.get(header::AUTHORIZATION)?.to_str().ok()?) {
        Credential::Session(it) => Some(it.to_owned()),
        Credential::Token(_) | Credential::Nothing => None,
    }
}

/// The session's cookie: only sent over https or to this machine itself, for this host alone, out of reach of scripts.
pub const SESSION_COOKIE: &str = "__Host-upheld";

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    cookies(headers).find(|it| it.0 == name).map(|it| it.1.to_owned())
}

fn other_cookies(headers: &HeaderMap) -> BTreeMap<String, String> {
    let others = cookies(headers).filter(|it| it.0 != SESSION_COOKIE);
    others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|it| it.to_str().ok());
    all.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='))
}

fn query_pairs(query: &str) -> BTreeMap<String, String> {
    serde_urlencoded::from_str::<Vec<(String, String)>>(query).unwrap_or_default().into_iter().collect()
}

/// The first of the caller's languages we have.
pub fn language(accept: &str) -> Option<Lang> {
    accept.split(',').find_map(|it| match it.trim().get(..2) {
        Some("zh") => Some(Lang::Zh),
        Some("en") => Some(Lang::En),
        _ => None,
    })
}

/// The trace id of `traceparent`, or a new one.
pub(crate) fn trace_id(headers: &HeaderMap, app: &App) -> String {
    let given =
        headers.get("traceparent").and_then(|it| it.to_str().ok()).and_then(|it| it.split('-').nth(1));
    let usable = |it: &&str| it.len() == 32 && it.bytes().all(|it| it.is_ascii_hexdigit());
    given.filter(usable).map(str::to_ascii_lowercase).unwrap_or_else(|| app.new_trace())
}

/// For a handler outside the table whose caller has to be somebody.
pub(crate) async fn read_as(
    app: Arc<App>,
    request: Request,
    work: impl FnOnce(&App, &mut Tx<'_>, &Principal) -> Result<Reply, Failure> + Send + 'static,
) -> Response {
    let (head, _) = request.into_parts();
    let parts = parts(&app, &head, std::iter::empty());
    let trace = parts.trace.clone();
    let shared = app.clone();
    let reply = async {
        app.limits.by_address(&parts.address, false)?;
        let who = identify(&app, (false, false), &parts, (&head.headers, None)).await?;
        app.limits.by_caller(&who, false)?;
        blocking(move || shared.platform.read(|_, tx| work(&shared, tx, &who))).await
    };
    let reply = reply.await.unwrap_or_else(|failure| {
        app.note(&failure, &trace);
        problem(&failure, parts.lang, &trace)
    });
    respond(reply, 200, &head.headers, &trace)
}

/// For handlers outside the table that anybody may ask: health, the log's tiles.
pub(crate) async fn read(
    app: Arc<App>,
    headers: HeaderMap,
    work: impl FnOnce(&Platform, &mut store::Tx<'_>) -> Result<Reply, Failure> + Send + 'static,
) -> Response {
    let trace = trace_id(&headers, &app);
    let platform = app.platform.clone();
    match blocking(move || platform.read(work)).await {
        Ok(reply) => respond(reply, 200, &headers, &trace),
        Err(failure) => respond(problem(&failure, None, &trace), 200, &headers, &trace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_keeps_a_sign_in_over_https_and_on_this_machine_alone() {
        for (host, mode, expected) in [
            ("localhost:7480", "", false),
            ("demo.localhost", "", false),
            ("127.0.0.1:7480", "", false),
            ("[::1]:7480", "", false),
            ("[::1]", "", false),
            ("192.168.1.5:7480", "", true),
            ("upheld.example", "", true),
            ("localhost.example:7480", "", true),
            ("", "", true),
            ("upheld.example", "navigate", false),
        ] {
            let mut request = Request::builder().header("host", host);
            if !mode.is_empty() {
                request = request.header("sec-fetch-mode", mode);
            }
            let (head, _) = request.body(Body::empty()).unwrap().into_parts();
            assert_eq!(is_unsafe(&head), expected, "{host} {mode}");
        }
    }
}
