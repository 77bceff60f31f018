//! Raw rows: which service was out, and when. In any order, overlapping, for all services together.

use std::ops::Range;

use timeline::{Instant, Interval};

/// One raw interval of one service, as it comes from a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RawRow {
    pub(crate) service: u32,
    pub(crate) span: Interval,
}

/// The interval of so many milliseconds; `None` for no length, or outside the years an instant reaches.
pub(crate) fn span_ms(from_ms: i64, length_ms: i64) -> Option<Interval> {
    Interval::new(instant_ms(from_ms)?, instant_ms(from_ms.checked_add(length_ms)?)?)
}

fn instant_ms(ms: i64) -> Option<Instant> {
    ms.checked_mul(NANOS_PER_MS).map(Instant::from_nanos)
}

pub(crate) const NANOS_PER_MS: i64 = 1_000_000;

/// Whole milliseconds of a length; every length of the workloads is whole and short.
pub(crate) fn millis(nanos: i128) -> i64 {
    i64::try_from(nanos / i128::from(NANOS_PER_MS)).unwrap_or(i64::MAX)
}

/// The spans of some services, those of each together.
pub(crate) struct Grouped {
    first: u32,
    /// Where the spans of each service begin, and at last where all end.
    starts: Vec<usize>,
    spans: Vec<Interval>,
}

impl Grouped {
    /// Picks the rows of these services and puts each service's together, in two passes over all rows.
    pub(crate) fn by_service(rows: &[RawRow], services: Range<u32>) -> Grouped {
        let slot = |row: &RawRow| (row.service - services.start) as usize;
        let ours = || rows.iter().filter(|row| services.contains(&row.service));
        let mut starts = vec![0; services.len() + 1];
        for row in ours() {
            starts[slot(row) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut spans = vec![Interval::ALL; starts[services.len()]];
        for row in ours() {
            spans[next[slot(row)]] = row.span;
            next[slot(row)] += 1;
        }
        Grouped { first: services.start, starts, spans }
    }

    /// The spans of one of the services.
    pub(crate) fn of(&self, service: u32) -> &[Interval] {
        let slot = (service - self.first) as usize;
        &self.spans[self.starts[slot]..self.starts[slot + 1]]
    }
}

/// The rows of one service among rows sorted by service.
pub(crate) fn rows_of(sorted: &[RawRow], service: u32) -> &[RawRow] {
    let from = sorted.partition_point(|row| row.service < service);
    let later = &sorted[from..];
    &later[..later.partition_point(|row| row.service == service)]
}

/// Does the first half of the services on one thread and the second on another; results in order of service.
pub(crate) fn on_two_threads<T: Send>(services: u32, work: impl Fn(Range<u32>) -> Vec<T> + Sync) -> Vec<T> {
    let middle = services / 2;
    std::thread::scope(|scope| {
        let second = scope.spawn(|| work(middle..services));
        let mut all = work(0..middle);
        match second.join() {
            Ok(rest) => all.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(service: u32, from_ms: i64) -> RawRow {
        RawRow { service, span: span_ms(from_ms, 5).unwrap() }
    }

    #[test]
    fn grouping_keeps_each_services_rows_in_their_order() {
        let rows = [row(2, 30), row(1, 20), row(2, 10), row(0, 40), row(3, 50)];
        let grouped = Grouped::by_service(&rows, 1..4);
        assert_eq!(grouped.of(1), [rows[1].span]);
        assert_eq!(grouped.of(2), [rows[0].span, rows[2].span]);
        assert_eq!(grouped.of(3), [rows[4].span]);
    }

    #[test]
    fn a_service_without_rows_has_none() {
        let sorted = [row(0, 1), row(2, 1), row(2, 9)];
        assert_eq!([0, 1, 2, 3].map(|service| rows_of(&sorted, service).len()), [1, 0, 2, 0]);
        assert!(Grouped::by_service(&sorted, 0..3).of(1).is_empty());
    }

    #[test]
    fn results_of_two_threads_are_in_order_of_service() {
        for services in [0, 1, 2, 7] {
            assert!(on_two_threads(services, |part| part.collect()).into_iter().eq(0..services));
        }
    }
}
