//! Spans on their way out: whoever records one never waits, and what does not fit is counted.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};

use crate::span::Span;

/// Most spans that wait; OpenTelemetry's own number.
pub const QUEUE_MAX: usize = 2_048;

/// Where spans are recorded. The default records nothing.
#[derive(Clone, Default)]
pub struct Tracer(Option<Arc<Queue>>);

/// Where spans are taken from, to be sent on.
pub struct Spans(Arc<Queue>);

/// What became of spans so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Taken by the collector.
    pub sent: u64,
    /// Not delivered: no room, or nobody took them.
    pub lost: u64,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    sent: AtomicU64,
    lost: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    spans: VecDeque<Span>,
    wanted: usize,
    closed: bool,
}

impl Tracer {
    /// A tracer, and where its spans come out.
    pub fn new() -> (Self, Spans) {
        let queue = Arc::<Queue>::default();
        (Self(Some(queue.clone())), Spans(queue))
    }

    /// Whether anything is recorded.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Records a span, which is made only when somebody wants it. Never waits for room: without room it is lost.
    pub fn record(&self, make: impl FnOnce() -> Span) {
        let Some(queue) = &self.0 else { return };
        let span = make();
        let mut waiting = queue.lock();
        if waiting.closed || waiting.spans.len() >= QUEUE_MAX {
            drop(waiting);
            queue.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.spans.push_back(span);
        if waiting.spans.len() >= waiting.wanted {
            queue.changed.notify_all();
        }
    }

    /// What became of the spans so far; nothing where none are recorded.
    pub fn counts(&self) -> Option<Counts> {
        let queue = self.0.as_ref()?;
        Some(Counts { sent: queue.sent.load(Ordering::Relaxed), lost: queue.lost.load(Ordering::Relaxed) })
    }
}

impl Spans {
    /// At most so many spans, as soon as so many wait, `within` has passed, or nothing more comes. `None` when nothing more
    /// comes and nothing waits.
    pub fn take(&self, most: usize, within: Duration) -> Option<Vec<Span>> {
        let mut waiting = self.0.lock();
        waiting.wanted = most.max(1);
        let until = Moment::now() + within;
        while !waiting.closed && waiting.spans.len() < most {
            let left = until.saturating_duration_since(Moment::now());
            if left.is_zero() {
                break;
            }
            waiting = self.0.wait(waiting, left);
        }
        if waiting.closed && waiting.spans.is_empty() {
            return None;
        }
        let count = most.min(waiting.spans.len());
        Some(waiting.spans.drain(..count).collect())
    }

    /// Waits, but not once nothing more comes.
    pub fn rest(&self, time: Duration) {
        let until = Moment::now() + time;
        let mut waiting = self.0.lock();
        // Nobody is to be woken by spans meanwhile.
        waiting.wanted = usize::MAX;
        while !waiting.closed {
            let left = until.saturating_duration_since(Moment::now());
            if left.is_zero() {
                break;
            }
            waiting = self.0.wait(waiting, left);
        }
    }

    /// Takes no more spans; those that wait can still be taken.
    pub fn close(&self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }

    /// Whether no more are taken.
    pub fn is_closed(&self) -> bool {
        self.0.lock().closed
    }

    /// So many were taken by the collector.
    pub fn sent(&self, count: u64) {
        self.0.sent.fetch_add(count, Ordering::Relaxed);
    }

    /// So many will not be delivered.
    pub fn lost(&self, count: u64) {
        self.0.lost.fetch_add(count, Ordering::Relaxed);
    }
}

impl Clone for Spans {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, waiting: MutexGuard<'a, Waiting>, time: Duration) -> MutexGuard<'a, Waiting> {
        self.changed.wait_timeout(waiting, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use timeline::Instant;

    use super::*;
    use crate::{Kind, SpanId, TraceId};

    fn span(number: u64) -> Span {
        Span {
            trace: TraceId::random([7; 16]),
            id: SpanId::random(number.to_be_bytes()),
            parent: None,
            kind: Kind::Internal,
            name: number.to_string(),
            began: Instant::EPOCH,
            took: Duration::ZERO,
            failed: false,
            facts: Vec::new(),
        }
    }

    #[test]
    fn what_has_no_room_is_counted_and_nobody_waits() {
        let (tracer, spans) = Tracer::new();
        let more = 5;
        for it in 0..u64::try_from(QUEUE_MAX).unwrap() + more {
            tracer.record(|| span(it));
        }
        assert_eq!(tracer.counts(), Some(Counts { sent: 0, lost: more }));
        let taken = spans.take(QUEUE_MAX * 2, Duration::ZERO).unwrap();
        assert_eq!(taken.len(), QUEUE_MAX);
        assert_eq!(
            taken.last().map(|it| it.name.as_str()),
            Some("2047"),
            "the latest are lost, not the first"
        );
    }

    #[test]
    fn spans_come_in_order_and_at_most_so_many() {
        let (tracer, spans) = Tracer::new();
        (0..5).for_each(|it| tracer.record(|| span(it)));
        let names = |taken: Vec<Span>| taken.into_iter().map(|it| it.name).collect::<Vec<_>>();
        assert_eq!(names(spans.take(3, Duration::from_secs(60)).unwrap()), ["0", "1", "2"]);
        assert_eq!(names(spans.take(3, Duration::ZERO).unwrap()), ["3", "4"]);
        assert_eq!(names(spans.take(3, Duration::ZERO).unwrap()), [""; 0]);
    }

    #[test]
    fn what_waits_at_the_end_is_still_taken_and_nothing_after_it() {
        let (tracer, spans) = Tracer::new();
        tracer.record(|| span(1));
        spans.close();
        tracer.record(|| span(2));
        assert_eq!(spans.take(9, Duration::from_secs(60)).map(|it| it.len()), Some(1));
        assert_eq!(spans.take(9, Duration::from_secs(60)), None);
        assert_eq!(tracer.counts().map(|it| it.lost), Some(1));
        spans.rest(Duration::from_secs(60));
    }

    #[test]
    fn a_batch_that_is_full_is_taken_at_once() {
        let (tracer, spans) = Tracer::new();
        let taker = std::thread::spawn(move || spans.take(2, Duration::from_secs(600)).map(|it| it.len()));
        (0..2).for_each(|it| tracer.record(|| span(it)));
        assert_eq!(taker.join().unwrap(), Some(2));
    }

    #[test]
    fn without_a_collector_no_span_is_made() {
        let tracer = Tracer::default();
        tracer.record(|| unreachable!("nobody wants it"));
        assert_eq!((tracer.is_on(), tracer.counts()), (false, None));
    }
}
