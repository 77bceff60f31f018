//! The router: the API's table, health, metrics, and the log's public tiles.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{MatchedPath, Path, RawPathParams, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use platform::{Failure, Platform, Refusal, RefusalKind, totals};

use crate::api::{PREFIX, routes};
use crate::app::{App, Log, Options, Serves, to_stderr};
use crate::call::{answer, language, read, read_as, respond, trace_id};
use crate::log;
use crate::measure;
use crate::openapi;
use crate::problem::{TYPES, problem, status};
use crate::reply::Reply;
use crate::spans::{self, Ended};

/// What somebody sees who opens the address in a browser.
const WELCOME: &str = "\
Upheld serves its API at /api/v1, which describes itself at /api/v1/openapi.json. The tour in docs/tour.md shows it with curl.
本服务的接口位于 /api/v1，接口说明见 /api/v1/openapi.json；docs/tour.md 以 curl 逐步演示。
";

/// The API alone.
pub fn router(platform: Platform, options: Options) -> Router {
    router_logging_to(platform, options, Arc::new(to_stderr))
}

/// The API alone, with its log going elsewhere than to standard error.
pub fn router_logging_to(platform: Platform, options: Options, log: Log) -> Router {
    let app = Arc::new(App::new(platform, options, log));
    router_with(app, Router::new().route("/", get(async || WELCOME)))
}

/// The API, and `pages` beside it; or the part of it that the process serves, and no pages.
pub fn router_with(app: Arc<App>, pages: Router<Arc<App>>) -> Router {
    let serves = app.serves;
    let whole = match serves {
        Serves::Everything => {
            pages.route(&format!("{PREFIX}/openapi.json"), get(describe)).merge(log::routes())
        }
        Serves::Intake | Serves::Health => Router::new(),
    };
    let mut router: Router<Arc<App>> = whole
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route(&format!("{TYPES}{{kind}}"), get(explain));
    for route in routes().into_iter().filter(|it| serves.includes(it)) {
        let path = format!("{PREFIX}{}", route.path);
        let route = Arc::new(route);
        let method = filter(route.method);
        let handler = move |State(app): State<Arc<App>>, params: Named, request: Request| {
            let route = route.clone();
            async move {
                match params {
                    Ok(params) => answer(app, route, params, request).await,
                    Err(_) => refuse(&app, request.headers(), &Refusal::not_found().into()),
                }
            }
        };
        router = router.route(&path, on(method, handler));
    }
    router
        .method_not_allowed_fallback(no_such_method)
        .fallback(nothing)
        .layer(from_fn_with_state(app.clone(), measured))
        .with_state(app)
}

/// What stands in a path, unless it is no text at all.
type Named = Result<RawPathParams, RawPathParamsRejection>;

fn filter(method: &str) -> MethodFilter {
    match method {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

/// The store answers.
async fn ready(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    read(app, headers, |_, tx| {
        tx.rows("SELECT latest FROM clock", &[])?;
        Ok(Reply::bytes("text/plain; charset=utf-8", b"ready\n".to_vec()))
    })
    .await
}

/// For whoever watches over the process: a token with the scope `metrics:read`. The figures tell how business goes, and behind
/// a proxy everybody comes from this machine, so an address opens nothing.
async fn metrics(State(app): State<Arc<App>>, request: Request) -> Response {
    read_as(app, request, |app, tx, who| {
        let totals = totals::count(tx, who)?;
        let text =
            app.measures.text(app.platform.store.measures(), &totals, app.platform.store.tracer().counts());
        Ok(Reply::bytes(measure::MEDIA, text.into_bytes()))
    })
    .await
}

async fn describe(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    static DOCUMENT: LazyLock<serde_json::Value> = LazyLock::new(openapi::document);
    read(app, headers, |_, _| Reply::json(&*DOCUMENT)).await
}

/// The explanation that the `type` of a problem leads to.
async fn explain(State(app): State<Arc<App>>, Path(kind): Path<String>, headers: HeaderMap) -> Response {
    match RefusalKind::ALL.iter().find(|it| it.slug() == kind) {
        Some(kind) => {
            let title = kind.title();
            format!("{} {}\n{}\n{}\n", status(*kind).as_u16(), kind.slug(), title.en, title.zh)
                .into_response()
        }
        None => refuse(&app, &headers, &Refusal::not_found().into()),
    }
}

async fn no_such_method(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if app.serves != Serves::Everything {
        return refuse(&app, &headers, &elsewhere(app.serves).into());
    }
    let title = RefusalKind::MethodNotAllowed.title();
    refuse(&app, &headers, &Refusal::new(RefusalKind::MethodNotAllowed, title.en, title.zh).into())
}

/// A refusal of what came before any route.
fn refuse(app: &App, headers: &HeaderMap, failure: &Failure) -> Response {
    let trace = trace_id(headers, app);
    let text = headers.get("accept-language").and_then(|it| it.to_str().ok()).unwrap_or_default();
    respond(problem(failure, language(text), &trace), 404, headers, &trace)
}

async fn nothing(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    refuse(&app, &headers, &elsewhere(app.serves).into())
}

/// What is not found here may be where the rest is served.
fn elsewhere(serves: Serves) -> Refusal {
    let (en, zh) = match serves {
        Serves::Everything => return Refusal::not_found(),
        Serves::Intake => (
            "this process takes records and serves nothing else (role intake): ask one that serves the API and the pages",
            "本进程只接收记录（角色 intake），不提供其他服务：请访问提供接口和页面的进程",
        ),
        Serves::Health => (
            "this process works on jobs and serves nothing else (role worker): ask one that serves the API and the pages",
            "本进程只处理作业（角色 worker），不提供其他服务：请访问提供接口和页面的进程",
        ),
    };
    Refusal::new(RefusalKind::NotFound, en, zh)
}

/// Counts each request, under the class of its answer, and records it as a span.
async fn measured(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let begun = spans::begin(&app, request.headers_mut());
    let uri = request.uri().clone();
    let path = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let method = request.method().clone();
    let response = next.run(request).await.into_response();
    let took = began.elapsed();
    let status = response.status().as_u16();
    app.measures.request(status, took);
    spans::end(
        &app,
        begun,
        &Ended { method: &method, route: path.as_deref(), path: uri.path(), status, took },
    );
    if app.log {
        let line = serde_json::json!({
            "level": "info", "message": "request", "method": method.as_str(), "route": path,
            "status": status, "took_us": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "trace_id": begun.trace.to_string(),
        });
        (app.line)(&line.to_string());
    }
    response
}
