//! The slow and obvious way to the same cells: cut time wherever anything can change and ask the wall clock what
//! holds in each piece. Shares no set algebra and no calendar with what it checks.

use calendar::{Date, TimeOfDay, Weekday};
use timeline::{Instant, Interval};

use super::cell::{Cell, Rule};
use super::site::{CLOSES, HOLIDAYS, MAINTENANCE_FROM, MAINTENANCE_UNTIL, MONTHS, OPENS, Site};
use crate::rows::millis;

const SHORTEST_MS: i64 = 120_000;

/// A stretch of time in which nothing changes.
struct Piece {
    span: Interval,
    is_out: bool,
    is_agreed: bool,
    is_barred: bool,
    /// Whether the outage it belongs to counts.
    counts: bool,
}

/// Every cell of one service.
pub(crate) fn cells(number: u32, site: &Site, outages: &[Interval], excluded: &[Interval]) -> Vec<Cell> {
    let mut pieces: Vec<Piece> = cuts(site, outages, excluded)
        .windows(2)
        .filter_map(|pair| Interval::new(pair[0], pair[1]))
        .map(|span| piece(site, span, outages, excluded))
        .collect();
    decide_counting(Rule::of(number), &mut pieces);
    (0..MONTHS).map(|month| cell(number, month, site.months[month], &pieces)).collect()
}

/// Every instant at which an outage, an exclusion, a month, a day, an opening, a maintenance or an offset changes.
fn cuts(site: &Site, outages: &[Interval], excluded: &[Interval]) -> Vec<Instant> {
    let spans = outages.iter().chain(excluded).chain(&site.months);
    let mut cuts: Vec<Instant> = spans.flat_map(|span| [span.from(), span.until()]).collect();
    cuts.extend(clock_cuts(site));
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn clock_cuts(site: &Site) -> Vec<Instant> {
    let years = site.months[0].hull(&site.months[MONTHS - 1]);
    let mut cuts: Vec<Instant> = site.zone.transitions(years).iter().map(|change| change.at).collect();
    let mut date = site.zone.date(years.from());
    while let Some(next) = date.next_day().filter(|_| date <= site.zone.date(years.until())) {
        let hours = [0, OPENS, CLOSES, MAINTENANCE_FROM, MAINTENANCE_UNTIL];
        let times = hours.into_iter().filter_map(|hour| TimeOfDay::new(hour, 0, 0));
        cuts.extend(times.filter_map(|time| site.zone.instant(date, time)));
        date = next;
    }
    cuts
}

fn piece(site: &Site, span: Interval, outages: &[Interval], excluded: &[Interval]) -> Piece {
    let at = span.from();
    let (date, time) = (site.zone.date(at), site.zone.time(at));
    let is_in = |spans: &[Interval]| spans.iter().any(|one| one.from() <= at && at < one.until());
    Piece {
        span,
        is_out: is_in(outages),
        is_agreed: !site.has_business_hours || is_business(date, time),
        is_barred: is_maintenance(date, time) || is_in(excluded),
        counts: false,
    }
}

fn is_business(date: Date, time: TimeOfDay) -> bool {
    !date.weekday().is_weekend()
        && !HOLIDAYS.contains(&(date.month(), date.day()))
        && is_between(time, OPENS, CLOSES)
}

/// The second Sunday of a month is the one from the 8th to the 14th.
fn is_maintenance(date: Date, time: TimeOfDay) -> bool {
    date.weekday() == Weekday::Sun
        && (8..=14).contains(&date.day())
        && is_between(time, MAINTENANCE_FROM, MAINTENANCE_UNTIL)
}

fn is_between(time: TimeOfDay, from_hour: u8, until_hour: u8) -> bool {
    let hour = time.nanos() / 3_600_000_000_000;
    i64::from(from_hour) <= hour && hour < i64::from(until_hour)
}

/// An outage is a row of pieces that are out; its whole length decides.
fn decide_counting(rule: Rule, pieces: &mut [Piece]) {
    for outage in pieces.chunk_by_mut(|left, right| left.is_out && right.is_out) {
        let length_ms: i64 = outage.iter().map(|piece| millis(piece.span.nanos())).sum();
        let counts = rule != Rule::FromTwoMinutes || length_ms >= SHORTEST_MS;
        outage.iter_mut().for_each(|piece| piece.counts = piece.is_out && counts);
    }
}

fn cell(number: u32, month: usize, window: Interval, pieces: &[Piece]) -> Cell {
    let inside: Vec<&Piece> = pieces.iter().filter(|piece| window.covers(&piece.span)).collect();
    let agreed_ms =
        inside.iter().filter(|piece| piece.is_agreed).map(|piece| millis(piece.span.nanos())).sum();
    let excluded = inside.iter().filter(|piece| piece.is_agreed && piece.is_barred);
    let excluded_ms = excluded.map(|piece| millis(piece.span.nanos())).sum();
    let is_down = |piece: &Piece| piece.counts && piece.is_agreed && !piece.is_barred;
    let downtimes: Vec<i64> = inside
        .chunk_by(|left, right| is_down(left) && is_down(right))
        .filter(|group| is_down(group[0]))
        .map(|group| group.iter().map(|piece| millis(piece.span.nanos())).sum())
        .collect();
    let booked_ms = downtimes.iter().map(|ms| match Rule::of(number) {
        Rule::WholeMinutes => (ms + 30_000) / 60_000 * 60_000,
        _ => *ms,
    });
    let count = u32::try_from(downtimes.len()).unwrap_or(u32::MAX);
    Cell::new((number, month), agreed_ms, excluded_ms, booked_ms.sum(), count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::w1::{data, every_cell, site};

    #[test]
    fn the_engine_agrees_with_the_oracle_at_every_site_and_under_every_rule() {
        let services = 8;
        let (outages, excluded) = (data::outages(services), data::excluded(services));
        let ours = every_cell(services, &outages, &excluded).unwrap();
        let sites = site::sites().unwrap();
        for service in 0..services {
            let of = |rows: &[crate::rows::RawRow]| -> Vec<Interval> {
                rows.iter().filter(|row| row.service == service).map(|row| row.span).collect()
            };
            let theirs = cells(service, &sites[service as usize], &of(&outages), &of(&excluded));
            let from = service as usize * MONTHS;
            assert_eq!(ours[from..from + MONTHS], theirs);
        }
    }
}
