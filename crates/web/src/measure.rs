//! What the process counts about itself, in the OpenMetrics text format.
//!
//! Times are kept in microseconds and written as seconds. No label names a tenant, a person or an address.

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use platform::totals::Totals;
use store::Histogram;

/// The media type of the text.
pub(crate) const MEDIA: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Counters of the requests served.
#[derive(Debug)]
pub(crate) struct Measures {
    by_class: [AtomicU64; 5],
    took_us: Histogram,
}

impl Default for Measures {
    fn default() -> Self {
        Self { by_class: Default::default(), took_us: Histogram::of_times() }
    }
}

impl Measures {
    /// One request answered.
    pub(crate) fn request(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        self.by_class[class].fetch_add(1, Ordering::Relaxed);
        self.took_us.observe_time(took);
    }

    /// All that is counted: here, by the store, and in it.
    pub(crate) fn text(
        &self,
        store: &store::Measures,
        totals: &Totals,
        spans: Option<trace::Counts>,
    ) -> String {
        let mut text = Text::default();
        text.family("upheld_build", "info", "", "The program that runs.");
        text.sample("upheld_build_info", Some(("version", env!("CARGO_PKG_VERSION"))), 1);
        self.requests(&mut text);
        of_store(&mut text, store);
        of_business(&mut text, totals);
        spans.into_iter().for_each(|it| of_spans(&mut text, it));
        text.end()
    }

    fn requests(&self, text: &mut Text) {
        text.family("upheld_http_requests", "counter", "", "Requests answered, by class of status.");
        for (class, count) in CLASSES.iter().zip(&self.by_class) {
            let count = count.load(Ordering::Relaxed);
            text.sample("upheld_http_requests_total", Some(("status", class)), count);
        }
        let about = "From the request's head to the answer's.";
        text.times("upheld_http_request_duration_seconds", about, &self.took_us);
    }
}

fn of_store(text: &mut Text, store: &store::Measures) {
    let waiting = store.waiting.load(Ordering::Relaxed);
    text.gauge("upheld_store_waiting_writes", "writes", "Writes that wait for the writing thread.", waiting);
    let about = "Writes made durable together, by one commit.";
    text.histogram("upheld_store_group_writes", "writes", about, &store.group_writes, |it| format!("{it}.0"));
    let about = "Making a group of writes durable.";
    text.times("upheld_store_commit_duration_seconds", about, &store.commit_us);
    let about = "A group of writes, from the first work to the end of its commit.";
    text.times("upheld_store_group_duration_seconds", about, &store.group_us);
    let about = "A reading transaction, the wait for a connection included.";
    text.times("upheld_store_read_duration_seconds", about, &store.read_us);
}

fn of_business(text: &mut Text, totals: &Totals) {
    text.family("upheld_intake_records", "counter", "records", "Records of evidence taken in, ever.");
    text.sample("upheld_intake_records_total", None, totals.intake_records);
    text.family("upheld_sealed_statements", "counter", "statements", "Statements sealed, ever.");
    text.sample("upheld_sealed_statements_total", None, totals.statements_sealed);
    text.family(
        "upheld_open_claims",
        "gauge",
        "claims",
        "Claims that wait for us or for the claimant, by state.",
    );
    for (state, count) in &totals.claims_open {
        text.sample("upheld_open_claims", Some(("state", state)), count);
    }
    text.family(
        "upheld_jobs",
        "gauge",
        "jobs",
        "Jobs that have not succeeded, by state; a failed one waits for a person.",
    );
    for (state, count) in &totals.jobs {
        text.sample("upheld_jobs", Some(("state", state)), count);
    }
    let about = "How long the oldest job that is due has waited.";
    text.gauge("upheld_job_delay_seconds", "seconds", about, totals.jobs_late_s);
}

fn of_spans(text: &mut Text, counts: trace::Counts) {
    text.family("upheld_sent_spans", "counter", "spans", "Spans the collector has taken.");
    text.sample("upheld_sent_spans_total", None, counts.sent);
    text.family("upheld_lost_spans", "counter", "spans", "Spans that were not delivered.");
    text.sample("upheld_lost_spans_total", None, counts.lost);
}

/// An exposition that grows family by family.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing into memory does not fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn family(&mut self, name: &str, kind: &str, unit: &str, help: &str) {
        self.line(format_args!("# TYPE {name} {kind}"));
        if !unit.is_empty() {
            self.line(format_args!("# UNIT {name} {unit}"));
        }
        self.line(format_args!("# HELP {name} {help}"));
    }

    fn sample(&mut self, name: &str, label: Option<(&str, &str)>, value: impl Display) {
        match label {
            Some((label, of)) => self.line(format_args!("{name}{{{label}=\"{of}\"}} {value}")),
            None => self.line(format_args!("{name} {value}")),
        }
    }

    fn gauge(&mut self, name: &str, unit: &str, help: &str, value: i64) {
        self.family(name, "gauge", unit, help);
        self.sample(name, None, value);
    }

    fn times(&mut self, name: &str, help: &str, of: &Histogram) {
        self.histogram(name, "seconds", help, of, seconds);
    }

    fn histogram(&mut self, name: &str, unit: &str, help: &str, of: &Histogram, show: fn(u64) -> String) {
        self.family(name, "histogram", unit, help);
        let mut all = 0;
        for (bound, below) in of.below() {
            let bound = bound.map_or_else(|| "+Inf".to_owned(), show);
            self.sample(&format!("{name}_bucket"), Some(("le", &bound)), below);
            all = below;
        }
        self.sample(&format!("{name}_count"), None, all);
        self.sample(&format!("{name}_sum"), None, show(of.sum()));
    }

    fn end(mut self) -> String {
        self.0.push_str("# EOF\n");
        self.0
    }
}

/// Microseconds as seconds: the shortest decimal with a digit on each side of the point.
fn seconds(us: u64) -> String {
    let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_are_written_as_seconds_in_one_way_only() {
        for (us, text) in
            [(0, "0.0"), (100, "0.0001"), (250, "0.00025"), (1_000_000, "1.0"), (10_500_000, "10.5")]
        {
            assert_eq!(seconds(us), text);
        }
    }
}
