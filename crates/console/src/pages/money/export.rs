//! The postings of a period as a file for billing.

use calendar::{Date, Zone};
use platform::{Failure, Refusal, billing};
use timeline::Instant;
use web::{Reply, Route};

use crate::page::page;
use crate::view::View;

pub(super) fn routes() -> Vec<Route> {
    vec![page("/money/export", "moneyExport", |view| {
        let export = billing::export(view.tx, view.who, None, period(view)?)?;
        let name = format!(
            "billing-{}-{}",
            view.query("from").unwrap_or_default(),
            view.query("until").unwrap_or_default()
        );
        match view.query("format") {
            Some("json") => Ok(Reply::json(&export)?.file(&format!("{name}.json"))),
            _ => Ok(Reply::bytes("text/csv; charset=utf-8", billing::csv(&export).into_bytes())
                .file(&format!("{name}.csv"))),
        }
    })]
}

/// The first and last day of the month in progress.
pub(super) fn this_month(view: &View<'_, '_>) -> (String, String) {
    let today = Zone::utc().date(view.tx.now());
    let last = Date::new(today.year(), today.month(), today.days_in_month()).unwrap_or(today);
    (today.first_of_month().to_string(), last.to_string())
}

/// From the first instant of one day to the last of another, both in UTC.
fn period(view: &View<'_, '_>) -> Result<(Instant, Instant), Failure> {
    let day = |name: &str| {
        let date = view.query(name).and_then(Date::parse);
        date.ok_or_else(|| {
            Refusal::invalid(
                format!("{name}: say the day, like 2026-11-01"),
                format!("{name}：请写明日期，如 2026-11-01"),
            )
        })
    };
    let start = |it: Option<Date>| it.and_then(|it| Zone::utc().start_of_day(it));
    let (from, last) = (day("from")?, day("until")?);
    match (start(Some(from)), start(last.next_day())) {
        (Some(from), Some(until)) if from < until => Ok((from, until)),
        _ => Err(Refusal::invalid("until: not before `from`", "until：不得早于 from").into()),
    }
}
