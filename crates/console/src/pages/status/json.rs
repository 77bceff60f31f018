//! What widgets made for Statuspage read: its version 2 API, as far as it can be read without signing in.

use platform::Failure;
use platform::status::{Board, Component, Planned, State};
use platform::time::Moment;
use serde_json::{Value as Json, json};
use timeline::Instant;

use super::feeds::{page_address, page_name, text};
use super::told::{self, Told};
use super::{name, overall};
use crate::view::View;

/// Incidents and windows that are answered, the newest first.
const MOST: usize = 50;

type Answer = Result<String, Failure>;

pub(super) fn summary(view: &View<'_, '_>, board: &Board) -> Answer {
    let windows = windows(view, board, |it| it.span.until() > board.now);
    text(&json!({
        "page": page(view, board), "components": all_components(view, board),
        "incidents": all_incidents(view, board, true), "scheduled_maintenances": windows, "status": indicator(view, board),
    }))
}

pub(super) fn status(view: &View<'_, '_>, board: &Board) -> Answer {
    text(&json!({ "page": page(view, board), "status": indicator(view, board) }))
}

pub(super) fn components(view: &View<'_, '_>, board: &Board) -> Answer {
    text(&json!({ "page": page(view, board), "components": all_components(view, board) }))
}

pub(super) fn incidents(view: &View<'_, '_>, board: &Board) -> Answer {
    text(&json!({ "page": page(view, board), "incidents": all_incidents(view, board, false) }))
}

pub(super) fn unresolved(view: &View<'_, '_>, board: &Board) -> Answer {
    text(&json!({ "page": page(view, board), "incidents": all_incidents(view, board, true) }))
}

pub(super) fn maintenances(view: &View<'_, '_>, board: &Board) -> Answer {
    let windows = windows(view, board, |_| true);
    text(&json!({ "page": page(view, board), "scheduled_maintenances": windows }))
}

pub(super) fn upcoming(view: &View<'_, '_>, board: &Board) -> Answer {
    let windows = windows(view, board, |it| it.span.from() > board.now);
    text(&json!({ "page": page(view, board), "scheduled_maintenances": windows }))
}

pub(super) fn active(view: &View<'_, '_>, board: &Board) -> Answer {
    let windows = windows(view, board, |it| it.span.contains(board.now));
    text(&json!({ "page": page(view, board), "scheduled_maintenances": windows }))
}

fn moment(at: Instant) -> String {
    Moment(at).to_string()
}

/// The page's id: the provider's log has a name that is unique, a customer's page its own.
fn page_id(view: &View<'_, '_>) -> String {
    let name = view.id("page");
    view.platform.key.pseudonym(&format!("status/page/{name}"))
}

fn page(view: &View<'_, '_>, board: &Board) -> Json {
    let zone = board.components.first().map_or("Etc/UTC", |it| it.zone.name());
    json!({
        "id": page_id(view), "name": page_name(view, board), "url": page_address(view), "time_zone": zone,
        "updated_at": board.updated_at(),
    })
}

fn indicator(view: &View<'_, '_>, board: &Board) -> Json {
    let Some(state) = board.state() else {
        return json!({ "indicator": "none", "description": view.w.status_nothing_published() });
    };
    let indicator = match state {
        State::Up => "none",
        State::Maintained | State::PartDown => "minor",
        State::Down => "major",
    };
    json!({ "indicator": indicator, "description": overall(view.w, state) })
}

fn word(state: State) -> &'static str {
    match state {
        State::Up => "operational",
        State::Maintained => "under_maintenance",
        State::PartDown => "partial_outage",
        State::Down => "major_outage",
    }
}

fn all_components(view: &View<'_, '_>, board: &Board) -> Vec<Json> {
    let numbered = board.components.iter().zip(1_i64..);
    numbered.map(|(it, position)| component(view, board, it, position)).collect()
}

fn component(view: &View<'_, '_>, board: &Board, it: &Component, position: i64) -> Json {
    let outages = it.outages.iter().filter(|it| it.span.from() <= board.now);
    let changed =
        outages.map(|it| if it.is_open(board.now) { it.span.from() } else { it.span.until() }).max();
    json!({
        "id": it.id, "name": name(view.w, it), "status": word(it.state(board.now)), "created_at": moment(it.since),
        "updated_at": moment(changed.unwrap_or(it.since)), "position": position, "description": null, "showcase": true,
        "start_date": it.zone.date(it.since).to_string(), "group_id": null, "page_id": page_id(view), "group": false,
        "only_show_if_degraded": false,
    })
}

fn component_of(view: &View<'_, '_>, board: &Board, id: &str) -> Vec<Json> {
    let numbered = board.components.iter().zip(1_i64..).filter(|(it, _)| it.id == id);
    numbered.map(|(it, position)| component(view, board, it, position)).collect()
}

fn all_incidents(view: &View<'_, '_>, board: &Board, only_open: bool) -> Vec<Json> {
    let told = told::all(view.w, board).into_iter().filter(|it| it.is_open || !only_open);
    told.take(MOST).map(|it| incident(view, board, &it)).collect()
}

fn incident(view: &View<'_, '_>, board: &Board, it: &Told) -> Json {
    let down = if it.whole { "major_outage" } else { "partial_outage" };
    let mut updates = Vec::new();
    if let Some(until) = it.until {
        let body = view.w.status_told_over(&it.length);
        updates.push(update(it, ("resolved", until), &body, (down, "operational")));
    }
    let begun = format!("{} {}", view.w.status_told_begun(&it.component), it.why.join(" "));
    updates.push(update(it, ("investigating", it.from), &begun, ("operational", down)));
    json!({
        "id": it.id, "name": it.title, "status": if it.is_open { "investigating" } else { "resolved" },
        "created_at": moment(it.recorded_at), "updated_at": moment(it.recorded_at.max(it.until.unwrap_or(it.from))),
        "monitoring_at": null, "resolved_at": it.until.map(moment), "impact": if it.whole { "major" } else { "minor" },
        "shortlink": format!("{}#{}", page_address(view), it.id), "started_at": moment(it.from), "page_id": page_id(view),
        "incident_updates": updates, "components": component_of(view, board, &it.component_id),
        "reminder_intervals": null,
    })
}

fn update(it: &Told, (status, at): (&str, Instant), body: &str, (old, new): (&str, &str)) -> Json {
    json!({
        "id": format!("{}-{status}", it.id), "status": status, "body": body, "incident_id": it.id, "created_at": moment(at),
        "updated_at": moment(at), "display_at": moment(at),
        "affected_components": [{ "code": it.component_id, "name": it.component, "old_status": old, "new_status": new }],
        "deliver_notifications": false, "custom_tweet": null, "tweet_id": null,
    })
}

fn windows(view: &View<'_, '_>, board: &Board, wanted: impl Fn(&Planned) -> bool) -> Vec<Json> {
    let mut all: Vec<(Instant, Json)> = Vec::new();
    for it in &board.components {
        let wanted = it.windows.iter().filter(|it| wanted(it));
        all.extend(wanted.map(|planned| (planned.span.from(), window(view, board, it, planned))));
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.0));
    all.into_iter().take(MOST).map(|it| it.1).collect()
}

fn window(view: &View<'_, '_>, board: &Board, of: &Component, it: &Planned) -> Json {
    let (from, until) = (it.span.from(), it.span.until());
    let status = if until <= board.now {
        "completed"
    } else if from <= board.now {
        "in_progress"
    } else {
        "scheduled"
    };
    let told = it.announced_at.unwrap_or(from);
    let title = told::window_title(view.w, it);
    let update = json!({
        "id": format!("{}-scheduled", it.id), "status": "scheduled", "body": title, "incident_id": it.id, "created_at": moment(told),
        "updated_at": moment(told), "display_at": moment(told), "affected_components": [], "deliver_notifications": false,
        "custom_tweet": null, "tweet_id": null,
    });
    json!({
        "id": it.id, "name": title, "status": status, "created_at": moment(told), "updated_at": moment(told), "monitoring_at": null,
        "resolved_at": (until <= board.now).then(|| moment(until)), "impact": "maintenance",
        "shortlink": format!("{}#maintenance", page_address(view)), "started_at": moment(from), "page_id": page_id(view),
        "incident_updates": [update], "components": component_of(view, board, &of.id), "scheduled_for": moment(from),
        "scheduled_until": moment(until),
    })
}
