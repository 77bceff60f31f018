//! The raw rows of W1.

use timeline::Interval;

use super::draw::{draw, shuffle, within};
use super::site::MONTHS;
use crate::rows::{RawRow, millis, span_ms};

/// 2023-01-01T00:00:00Z.
const HORIZON_FROM_MS: i64 = 1_672_531_200_000;
/// 1,096 days.
const HORIZON_MS: u64 = 94_694_400_000;
pub(crate) const OUTAGES_PER_SERVICE: u64 = 1_000;
const EXCLUDED_PER_SERVICE: u64 = 3;
const SECOND_MS: u64 = 1_000;
const HOUR_MS: u64 = 3_600_000;

/// The outages of all services, in no useful order.
pub(crate) fn outages(services: u32) -> Vec<RawRow> {
    let of_service =
        |service: u32| (0..OUTAGES_PER_SERVICE).filter_map(move |number| outage(service, number));
    let mut rows: Vec<RawRow> = (0..services).flat_map(of_service).collect();
    shuffle(&mut rows, 7);
    rows
}

fn outage(service: u32, number: u64) -> Option<RawRow> {
    let index = u64::from(service) * OUTAGES_PER_SERVICE + number;
    row(service, draw(index, 0), outage_ms(draw(index, 1), draw(index, 2)))
}

/// Nine in ten last ten seconds to ten minutes; one in a hundred lasts hours.
pub(crate) fn outage_ms(class: u64, length: u64) -> u64 {
    let (least_s, most_s) = match class % 100 {
        ..90 => (10, 600),
        90..99 => (600, 7_200),
        _ => (7_200, 86_400),
    };
    least_s * SECOND_MS + within(length, (most_s - least_s) * SECOND_MS)
}

/// The excluded spans of all services: three each, of one to twelve hours.
pub(crate) fn excluded(services: u32) -> Vec<RawRow> {
    let span = |service: u32, number: u64| {
        let index = u64::from(service);
        row(service, draw(index, 10 + number), HOUR_MS + within(draw(index, 13 + number), 11 * HOUR_MS))
    };
    let of_service = |service| (0..EXCLUDED_PER_SERVICE).filter_map(move |number| span(service, number));
    (0..services).flat_map(of_service).collect()
}

/// A cell to ask about: a service and a month.
pub(crate) fn pick(run: u64, services: u32) -> (u32, usize) {
    let below = |key, limit| within(draw(run, key), limit);
    let service = u32::try_from(below(20, services.into())).unwrap_or(0);
    (service, usize::try_from(below(21, MONTHS as u64)).unwrap_or(0))
}

/// An outage inside a month, of at most two hours.
pub(crate) fn late_outage(run: u64, service: u32, month: Interval) -> Option<RawRow> {
    let length_ms = outage_ms(draw(run, 22) % 99, draw(run, 23));
    let room_ms = u64::try_from(millis(month.nanos())).ok()?.checked_sub(length_ms)?;
    let from_ms = millis(month.from().nanos().into()).checked_add_unsigned(within(draw(run, 24), room_ms))?;
    Some(RawRow { service, span: span_ms(from_ms, i64::try_from(length_ms).ok()?)? })
}

fn row(service: u32, start: u64, length_ms: u64) -> Option<RawRow> {
    let from_ms = HORIZON_FROM_MS.checked_add_unsigned(start % HORIZON_MS)?;
    Some(RawRow { service, span: span_ms(from_ms, i64::try_from(length_ms).ok()?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_its_outages_and_exclusions() {
        let (outages, excluded) = (outages(5), excluded(5));
        for service in 0..5 {
            assert_eq!(outages.iter().filter(|row| row.service == service).count(), 1_000);
            assert_eq!(excluded.iter().filter(|row| row.service == service).count(), 3);
        }
    }

    #[test]
    fn lengths_follow_their_class() {
        let table = [
            (0, 10_000..600_000),
            (89, 10_000..600_000),
            (90, 600_000..7_200_000),
            (98, 600_000..7_200_000),
            (199, 7_200_000..86_400_000),
        ];
        for (class, range) in table {
            for length in [0, u64::MAX / 3, u64::MAX] {
                assert!(range.contains(&outage_ms(class, length)), "class {class}");
            }
        }
    }

    #[test]
    fn rows_come_in_no_useful_order() {
        assert!(!outages(3).is_sorted_by_key(|row| row.service));
    }
}
