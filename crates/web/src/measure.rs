//! What the process counts about itself, in the OpenMetrics text format.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the time buckets, in microseconds.
const BOUNDS_US: [u64; 10] = [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 2_000_000];

/// Counters of the requests served.
#[derive(Debug, Default)]
pub(crate) struct Measures {
    by_class: [AtomicU64; 5],
    buckets: [AtomicU64; 11],
    total_us: AtomicU64,
}

impl Measures {
    /// One request answered.
    pub(crate) fn request(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        self.by_class[class].fetch_add(1, Ordering::Relaxed);
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US.iter().position(|it| us <= *it).unwrap_or(BOUNDS_US.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.total_us.fetch_add(us, Ordering::Relaxed);
    }

    /// All of it, and what else the caller counted: `(name, help, value)`.
    pub(crate) fn text(&self, gauges: &[(&str, &str, i64)]) -> String {
        let mut text = String::new();
        let counted = |it: &AtomicU64| it.load(Ordering::Relaxed);
        text.push_str("# TYPE upheld_http_requests counter\n# HELP upheld_http_requests Requests answered, by class of status.\n");
        for (at, count) in self.by_class.iter().enumerate() {
            let _ =
                writeln!(text, "upheld_http_requests_total{{status=\"{}xx\"}} {}", at + 1, counted(count));
        }
        text.push_str("# TYPE upheld_http_request_duration_seconds histogram\n# UNIT upheld_http_request_duration_seconds seconds\n# HELP upheld_http_request_duration_seconds From the request's head to the answer.\n");
        let mut below = 0;
        for (bound, bucket) in BOUNDS_US.iter().zip(&self.buckets) {
            below += counted(bucket);
            let _ = writeln!(
                text,
                "upheld_http_request_duration_seconds_bucket{{le=\"{}.{:06}\"}} {below}",
                bound / 1_000_000,
                bound % 1_000_000
            );
        }
        below += counted(&self.buckets[BOUNDS_US.len()]);
        let total = counted(&self.total_us);
        let _ = writeln!(text, "upheld_http_request_duration_seconds_bucket{{le=\"+Inf\"}} {below}");
        let _ = writeln!(text, "upheld_http_request_duration_seconds_count {below}");
        let _ = writeln!(
            text,
            "upheld_http_request_duration_seconds_sum {}.{:06}",
            total / 1_000_000,
            total % 1_000_000
        );
        for (name, help, value) in gauges {
            let _ = writeln!(text, "# TYPE {name} gauge\n# HELP {name} {help}\n{name} {value}");
        }
        text.push_str("# EOF\n");
        text
    }
}
