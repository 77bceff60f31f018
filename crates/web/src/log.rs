//! The root log, to everybody: checkpoint, key, tiles and entry bundles at the addresses of C2SP tlog-tiles.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::response::Response;
use axum::routing::get;
use platform::{Failure, Platform, audit};
use store::Tx;

use crate::app::App;
use crate::call::{read, respond, trace_id};
use crate::problem::problem;
use crate::reply::Reply;

/// A checkpoint is replaced by the next: it may be kept for a moment only.
const CHECKPOINT_CACHE: &str = "public, max-age=5";
/// A tile that is there never changes.
const TILE_CACHE: &str = "public, max-age=31536000, immutable";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// The public addresses of the root log.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/checkpoint", get(checkpoint))
        .route("/log.pub", get(key))
        .route("/tile/{*path}", get(tile))
}

async fn checkpoint(State(app): State<Arc<App>>, request: Request) -> Response {
    public(app, request, |platform, tx| {
        let note = audit::public_checkpoint(platform, tx)?;
        Ok(Reply::bytes(TEXT, note.into_bytes()).header("cache-control", CHECKPOINT_CACHE))
    })
    .await
}

async fn key(State(app): State<Arc<App>>, request: Request) -> Response {
    public(app, request, |platform, _| {
        let key = audit::verifying_key(platform, audit::ROOT)?;
        Ok(Reply::bytes(TEXT, key.into_bytes()).header("cache-control", CHECKPOINT_CACHE))
    })
    .await
}

async fn tile(State(app): State<Arc<App>>, Path(path): Path<String>, request: Request) -> Response {
    public(app, request, move |_, tx| {
        let path = format!("tile/{path}");
        let bytes = if path.starts_with("tile/entries/") {
            audit::public_bundle(tx, &path)
        } else {
            audit::public_tile(tx, &path)
        };
        Ok(Reply::bytes(BYTES, bytes?).header("cache-control", TILE_CACHE))
    })
    .await
}

/// Within the limits of the address, and readable from pages elsewhere.
async fn public(
    app: Arc<App>,
    request: Request,
    work: impl FnOnce(&Platform, &mut Tx<'_>) -> Result<Reply, Failure> + Send + 'static,
) -> Response {
    let headers = request.headers().clone();
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip().to_canonical().to_string());
    if let Err(failure) = app.limits.by_address(&peer.unwrap_or_default(), false) {
        let trace = trace_id(&headers, &app);
        return respond(problem(&failure, None, &trace), 200, &headers, &trace);
    }
    read(app, headers, |platform, tx| {
        let reply = work(platform, tx)?;
        Ok(reply
            .header("access-control-allow-origin", "*")
            .header("cross-origin-resource-policy", "cross-origin"))
    })
    .await
}
