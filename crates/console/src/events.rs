//! What changed, as it changes: one stream a page, which names kinds of things and never shows them.
//!
//! A page asks for itself again when something it shows is named; who may see what is decided there, as always.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::Stream;
use platform::people::{self, Credential};
use platform::principal::PROVIDER;
use platform::{Failure, Platform, audit};
use tokio::sync::broadcast;
use web::{App, SESSION_COOKIE, blocking};

/// How often the record is asked what is new.
const PAUSE: Duration = Duration::from_secs(1);
/// Changes kept for pages that are slow to listen; who misses some is told that everything may have changed.
const KEPT: usize = 256;

/// Every kind of change.
const KINDS: [&str; 5] = ["evidence", "statements", "claims", "money", "other"];

/// Something new on the record of a house.
#[derive(Debug, Clone)]
struct Changed {
    house: String,
    kinds: BTreeSet<&'static str>,
}

pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let (sender, _) = broadcast::channel(KEPT);
    let hub = Arc::new(Hub {
        sender,
        watching: OnceLock::new(),
        told: Mutex::new(None),
        platform: app.platform.clone(),
    });
    Router::new().route(
        "/{lang}/events",
        get(
            move |State(app): State<Arc<App>>,
                  Path(_): Path<String>,
                  Query(query): Query<BTreeMap<String, String>>,
                  headers: HeaderMap| {
                let hub = hub.clone();
                let mark = query.get("mark").and_then(|it| it.parse().ok());
                async move { listen(app, hub, mark, headers).await }
            },
        ),
    )
}

/// How many entries each house's record has.
type Sizes = BTreeMap<String, i64>;

struct Hub {
    sender: broadcast::Sender<Changed>,
    watching: OnceLock<()>,
    /// What listeners have been told of; unset while nobody listens.
    told: Mutex<Option<Sizes>>,
    platform: Platform,
}

impl Hub {
    /// Starts to look for changes with the first page that listens.
    fn subscribe(self: &Arc<Self>) -> broadcast::Receiver<Changed> {
        self.watching.get_or_init(|| {
            let hub = self.clone();
            tokio::spawn(async move { hub.watch().await });
        });
        self.sender.subscribe()
    }

    /// A listener has seen the record at `sizes`. Everything after that is told, for the first of them too: were the record
    /// looked at only with the next round, what comes before that would be told to nobody.
    fn begin(&self, sizes: Sizes) {
        self.told().get_or_insert(sizes);
    }

    fn told(&self) -> MutexGuard<'_, Option<Sizes>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From where on to look; forgotten when nobody listens any more. Who listens has subscribed before `begin`, so what is
    /// forgotten here is never theirs.
    fn told_to_listeners(&self) -> Option<Sizes> {
        let mut told = self.told();
        if self.sender.receiver_count() == 0 {
            *told = None;
        }
        told.clone()
    }

    async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(PAUSE).await;
            let Some(before) = self.told_to_listeners() else { continue };
            let platform = self.platform.clone();
            // A database that is away for a while is asked again.
            let Ok((now, changes)) = blocking(move || news(&platform, &before)).await else { continue };
            *self.told() = Some(now);
            for change in changes {
                // Nobody listens any more.
                let _ = self.sender.send(change);
            }
        }
    }
}

/// How long each house's record is, and what is new on it.
fn news(platform: &Platform, before: &Sizes) -> Result<(Sizes, Vec<Changed>), Failure> {
    platform.read(|_, tx| {
        let now = audit::sizes(tx)?;
        let mut changes = Vec::new();
        for (house, size) in &now {
            let known = before.get(house).copied().unwrap_or(0);
            if *size > known {
                let actions = audit::actions_since(tx, house, known)?;
                let kinds = match actions {
                    Some(actions) => actions.iter().map(|it| kind(it)).collect(),
                    None => KINDS.into(),
                };
                changes.push(Changed { house: house.clone(), kinds });
            }
        }
        Ok((now, changes))
    })
}

/// What pages call it: the part of an action before the point, where pages show it.
fn kind(action: &str) -> &'static str {
    match action.split('.').next().unwrap_or_default() {
        "evidence" | "correction" | "maintenance" => "evidence",
        "cycle" | "statement" | "decision" | "entitlement" => "statements",
        "claim" => "claims",
        "voucher" | "transaction" | "ledger" | "payment" => "money",
        _ => "other",
    }
}

/// `mark`: of the record when the page was made; what has happened since is told at once.
async fn listen(app: Arc<App>, hub: Arc<Hub>, mark: Option<i64>, headers: HeaderMap) -> Response {
    let Some(token) = session(&headers) else { return axum::http::StatusCode::UNAUTHORIZED.into_response() };
    let shared = app.clone();
    let receiver = hub.subscribe();
    let found = blocking(move || {
        shared.platform.read(|platform, tx| {
            let credential = Credential::Session(&token);
            let who = people::authenticate(platform, tx, &credential, "", &shared.new_trace())?;
            Ok::<_, Failure>((who, audit::sizes(tx)?))
        })
    })
    .await;
    let Ok((who, sizes)) = found else { return axum::http::StatusCode::UNAUTHORIZED.into_response() };
    let missed = mark.is_some_and(|it| it != audit::mark(&sizes));
    hub.begin(sizes);
    let houses: Option<BTreeSet<String>> =
        who.tenants().map(|it| it.into_iter().map(str::to_owned).collect());
    let stream = stream(receiver, houses, if missed { KINDS.to_vec() } else { Vec::new() });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response()
}

/// The names of what changed in houses the caller belongs to.
fn stream(
    receiver: broadcast::Receiver<Changed>,
    houses: Option<BTreeSet<String>>,
    begun: Vec<&'static str>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    futures_util::stream::unfold(
        (receiver, houses, begun),
        |(mut receiver, houses, mut waiting)| async move {
            loop {
                if let Some(kind) = waiting.pop() {
                    return Some((Ok(Event::default().event(kind).data("")), (receiver, houses, waiting)));
                }
                match receiver.recv().await {
                    Ok(change) => {
                        let ours = change.house != PROVIDER || houses.is_none();
                        if ours && houses.as_ref().is_none_or(|it| it.contains(&change.house)) {
                            waiting.extend(change.kinds);
                        }
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        waiting.extend(KINDS);
                    }
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        },
    )
}

fn session(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(axum::http::header::COOKIE).into_iter().filter_map(|it| it.to_str().ok());
    let mut pairs = all.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|it| it.0 == SESSION_COOKIE).map(|it| it.1.to_owned())
}
