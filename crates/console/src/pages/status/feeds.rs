//! The addresses that machines read: no language stands before them (`?lang=zh` asks for Chinese), everybody may ask from
//! anywhere, and keep the answer for half a minute.

use diagnostic::Lang;
use platform::Failure;
use platform::status::Board;
use serde_json::Value as Json;
use web::{Reply, Route};

use super::{badge, board, ics, json, syndicated};
use crate::page::page;
use crate::view::View;
use crate::words::Words;

const KEEP: &str = "public, max-age=30";

macro_rules! addresses {
    ($($work:path, $media:literal, $id:literal, $of_customer:literal: $path:literal;)*) => {
        vec![$(
            feed(concat!("/status", $path), $id, $media, $work),
            feed(concat!("/status/{page}", $path), $of_customer, $media, $work),
        )*]
    };
}

/// Every address for machines.
pub(crate) fn routes() -> Vec<Route> {
    addresses! {
        json::summary, "application/json; charset=utf-8", "statusSummary", "customerStatusSummary": "/api/v2/summary.json";
        json::status, "application/json; charset=utf-8", "statusOverall", "customerStatusOverall": "/api/v2/status.json";
        json::components, "application/json; charset=utf-8", "statusComponents", "customerStatusComponents": "/api/v2/components.json";
        json::incidents, "application/json; charset=utf-8", "statusIncidents", "customerStatusIncidents": "/api/v2/incidents.json";
        json::unresolved, "application/json; charset=utf-8", "statusUnresolved", "customerStatusUnresolved": "/api/v2/incidents/unresolved.json";
        json::maintenances, "application/json; charset=utf-8", "statusMaintenances", "customerStatusMaintenances": "/api/v2/scheduled-maintenances.json";
        json::upcoming, "application/json; charset=utf-8", "statusUpcoming", "customerStatusUpcoming": "/api/v2/scheduled-maintenances/upcoming.json";
        json::active, "application/json; charset=utf-8", "statusActive", "customerStatusActive": "/api/v2/scheduled-maintenances/active.json";
        syndicated::rss, "application/rss+xml; charset=utf-8", "statusRss", "customerStatusRss": "/incidents.rss";
        syndicated::atom, "application/atom+xml; charset=utf-8", "statusAtom", "customerStatusAtom": "/incidents.atom";
        ics::maintenance, "text/calendar; charset=utf-8", "statusCalendar", "customerStatusCalendar": "/maintenance.ics";
        badge::of_component, "image/svg+xml; charset=utf-8", "statusBadge", "customerStatusBadge": "/badge/{component}";
    }
}

type Work = fn(&View<'_, '_>, &Board) -> Result<String, Failure>;

fn feed(path: &'static str, id: &'static str, media: &'static str, work: Work) -> Route {
    let route = page(path, id, move |view| {
        if view.query("lang") == Some("zh") {
            view.lang = Lang::Zh;
            view.w = Words { lang: Lang::Zh };
        }
        let board = board(view)?;
        let text = work(view, &board)?;
        let reply = Reply::bytes(media, text.into_bytes());
        Ok(reply
            .header("cache-control", KEEP)
            .header("access-control-allow-origin", "*")
            .header("cross-origin-resource-policy", "cross-origin"))
    });
    route.open()
}

/// JSON as text.
pub(super) fn text(json: &Json) -> Result<String, Failure> {
    Ok(json.to_string())
}

/// The address of the page itself in the language asked for.
pub(super) fn page_address(view: &View<'_, '_>) -> String {
    let site = crate::address::site(view.parts);
    let name = view.id("page");
    let name = if name.is_empty() { String::new() } else { format!("/{name}") };
    format!("{site}/{}/status{name}", view.lang_name())
}

/// What the page is called: the provider's name, or the customer's.
pub(super) fn page_name(view: &View<'_, '_>, board: &Board) -> String {
    let name = board.customer.as_deref().unwrap_or(&view.platform.settings.provider);
    statement::display::half(name, view.lang)
}
