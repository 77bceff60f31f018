//! What concerns everybody: the services on the public status page, outages of whole services, and maintenance ahead.
//!
//! The outages have causes that the agreements exclude: they are seen on the status page and in every statement, and cost
//! nobody anything.

use calendar::Date;
use platform::intake::{self, Body};
use platform::maintenance::{self, NewWindow};
use platform::principal::Principal;
use platform::stream::Stream;
use platform::text::Text;
use platform::{Failure, Platform, status};
use serde_json::{Value as Json, json};
use store::Fault;
use timeline::Instant;

use super::cast::Agreement;

/// The services on the status page, with their public names.
const PUBLIC: [(Agreement, &str, &str); 2] =
    [(Agreement::Mwe, "Medical hosting", "医疗托管"), (Agreement::Taimei, "Trial platform", "临床试验平台")];
/// The customer whose own page is open, and under which name.
const PAGE: (&str, &str) = ("northfield-clinic", "northfield");
/// Outages of a month: agreement, day, minute of the day in UTC, length in minutes, cause.
const OUTAGES: [(Agreement, i32, i64, i64, &str); 4] = [
    (Agreement::Mwe, 5, 1_110, 24, "dns"),
    (Agreement::Mwe, 16, 430, 51, "third_party"),
    (Agreement::Taimei, 11, 845, 9, "force_majeure"),
    (Agreement::Taimei, 17, 150, 38, "force_majeure"),
];
/// Windows ahead: agreement, days from today, minute of the day in UTC, length in minutes, title.
const WINDOWS: [(Agreement, i32, i64, i64, &str); 3] = [
    (Agreement::Mwe, 4, 420, 120, "Database upgrade ／ 数据库升级"),
    (Agreement::Taimei, 6, 1_080, 90, "New storage ／ 更换存储"),
    (Agreement::Mwe, 12, 420, 60, "Security updates ／ 安全更新"),
];
const DAY_MINUTES: i64 = 1_440;
const MINUTE: i64 = 60_000_000_000;

/// Publishes the services and opens a customer's page.
pub(super) fn publish(platform: &Platform, who: &Principal) -> Result<(), Failure> {
    let who = who.clone();
    platform.write(move |platform, tx| {
        for (agreement, en, zh) in PUBLIC {
            status::publish(platform, tx, &who, agreement.id(), &Text::new(en, zh))?;
        }
        status::open_page(tx, &who, PAGE.0, Some(PAGE.1)).map(|_| ())
    })
}

/// The outages of the month that begins with `first`, as far as they are over at `now`. Every other month has half of them.
pub(super) fn month(platform: &Platform, who: &Principal, first: Date, now: Instant) -> Result<(), Failure> {
    for agreement in Agreement::ALL {
        let of_it = OUTAGES.iter().zip(0_u8..).filter(|(it, _)| it.0 == agreement);
        let this_month = of_it.filter(|(_, at)| first.month().is_multiple_of(2) || at % 2 == 0);
        let lines: Vec<String> =
            this_month.filter_map(|(it, _)| outage(first, it, now)).map(|it| it.to_string()).collect();
        if lines.is_empty() {
            continue;
        }
        let body = Body {
            shape: intake::shape("application/x-ndjson")?,
            bytes: lines.join("\n").into_bytes(),
            atomic: true,
        };
        let stream = Stream::Agreement(agreement.id().to_owned());
        if intake::receive(platform, who, &stream, body)?.refused > 0 {
            return Err(Fault::broken(format!("{}: shipped evidence was refused", agreement.id())).into());
        }
    }
    Ok(())
}

fn outage(first: Date, it: &(Agreement, i32, i64, i64, &str), now: Instant) -> Option<Json> {
    let (agreement, day, minute, length, cause) = *it;
    let midnight = calendar::Zone::utc().start_of_day(first.add_days(day)?)?;
    let from = midnight.checked_add(minute * MINUTE)?;
    let until = from.checked_add(length * MINUTE)?;
    let mut line = json!({
        "id": format!("status-{first}-{day}"), "from": platform::time::show(from), "until": platform::time::show(until),
        "cause": cause,
    });
    let fact = if agreement == Agreement::Taimei { "unavailability" } else { "outage" };
    line["fact"] = json!(fact);
    if agreement == Agreement::Taimei {
        line["scope"] = json!("tenant");
    }
    (until <= now).then_some(line)
}

/// Announces the maintenance ahead.
pub(super) fn announce(platform: &Platform, who: &Principal, now: Instant) -> Result<(), Failure> {
    let today = calendar::Zone::utc().date(now);
    for (agreement, days, minute, length, title) in WINDOWS {
        let midnight =
            today.add_days(days).and_then(|it| calendar::Zone::utc().start_of_day(it)).unwrap_or(now);
        let from = midnight.checked_add((minute % DAY_MINUTES) * MINUTE).unwrap_or(now);
        let until = from.checked_add(length * MINUTE).unwrap_or(now);
        let attributes = if agreement == Agreement::Mwe { json!({ "kind": "scheduled" }) } else { json!({}) };
        let window = json!({ "title": title, "from": platform::time::show(from), "until": platform::time::show(until), "attributes": attributes });
        let window: NewWindow = serde_json::from_value(window).map_err(|it| Fault::broken(it.to_string()))?;
        let who = who.clone();
        platform.write(move |platform, tx| {
            let stream = Stream::Agreement(agreement.id().to_owned());
            maintenance::announce(platform, tx, &who, &stream, &window).map(|_| ())
        })?;
    }
    Ok(())
}
