//! Spans on their way to a collector: OTLP over HTTP with JSON bodies, in batches, from a thread of its own.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value as Json, json};
use trace::{Fact, Kind, Span, Spans, Tracer};
use ureq::Agent;

use crate::failure::Failure;

/// Most spans of one request, and how long a span waits for company; OpenTelemetry's own numbers.
const BATCH_MAX: usize = 512;
const BATCH_TIME_MAX: Duration = Duration::from_secs(5);
/// How long one answer is waited for.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);
/// How often a batch is sent that the collector could not take just now, and the pause between.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
/// Where OTLP takes traces.
const PATH: &str = "/v1/traces";

/// The thread that sends. When it is dropped, what waits is sent first.
pub(crate) struct Sender {
    spans: Spans,
    thread: Option<JoinHandle<()>>,
}

/// A tracer whose spans go to the collector at `endpoint`; without one it records nothing.
pub(crate) fn start(endpoint: Option<&str>) -> Result<(Tracer, Option<Sender>), Failure> {
    let Some(endpoint) = endpoint else { return Ok((Tracer::default(), None)) };
    let (tracer, spans) = Tracer::new();
    let url = format!("{}{PATH}", endpoint.trim_end_matches('/'));
    let collector = Collector::new(url);
    let taken = spans.clone();
    let thread = thread::Builder::new()
        .name("traces".to_owned())
        .spawn(move || work(&taken, &collector))
        .map_err(|it| Failure::Fault(it.to_string()))?;
    Ok((tracer, Some(Sender { spans, thread: Some(thread) })))
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.spans.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to send.
            let _ = thread.join();
        }
    }
}

/// Sends batch after batch. A collector that is away is told of once, and once when it is back.
fn work(spans: &Spans, collector: &Collector) {
    let mut well = true;
    while let Some(batch) = spans.take(BATCH_MAX, BATCH_TIME_MAX) {
        if batch.is_empty() {
            continue;
        }
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        match delivered(spans, collector, &document(&batch)) {
            Ok(rejected) => {
                spans.sent(count.saturating_sub(rejected));
                spans.lost(rejected.min(count));
                if !well {
                    told("info", "spans are delivered again");
                }
                well = true;
            }
            Err(why) => {
                spans.lost(count);
                if well {
                    told("warn", &format!("spans are not delivered: {why}"));
                }
                well = false;
                if spans.is_closed() {
                    break;
                }
            }
        }
    }
}

/// Sends a batch, again where the collector may take it then, at the end without a pause; how many spans were rejected.
fn delivered(spans: &Spans, collector: &Collector, body: &Json) -> Result<u64, String> {
    let body = body.to_string();
    let mut tries = 1;
    loop {
        match collector.send(&body) {
            Ok(rejected) => return Ok(rejected),
            Err(Unsent { again: true, .. }) if tries < TRIES => {
                tries += 1;
                spans.rest(PAUSE);
            }
            Err(it) => return Err(it.why),
        }
    }
}

fn told(level: &str, message: &str) {
    eprintln!("{}", json!({ "level": level, "message": message, "in": "traces" }));
}

struct Collector {
    agent: Agent,
    url: String,
}

/// A batch that was not taken.
#[derive(Debug)]
struct Unsent {
    why: String,
    /// Whether it may be taken when it is sent again.
    again: bool,
}

impl Collector {
    fn new(url: String) -> Self {
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER_TIME_MAX));
        Self { agent: config.build().into(), url }
    }

    fn send(&self, body: &str) -> Result<u64, Unsent> {
        let away = |it: ureq::Error| Unsent { why: it.to_string(), again: true };
        let sent = self.agent.post(&self.url).header("content-type", "application/json").send(body);
        let mut answer = sent.map_err(away)?;
        let status = answer.status().as_u16();
        if !answer.status().is_success() {
            let again = matches!(status, 429 | 502 | 503 | 504);
            return Err(Unsent { why: format!("the collector answered {status}"), again });
        }
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        Ok(rejected(&serde_json::from_str(&text).unwrap_or_default()))
    }
}

/// How many spans an answer says were not taken: a 64-bit number, which JSON writes as a text.
fn rejected(answer: &Json) -> u64 {
    match answer.pointer("/partialSuccess/rejectedSpans") {
        Some(Json::String(it)) => it.parse().unwrap_or(0),
        Some(it) => it.as_u64().unwrap_or(0),
        None => 0,
    }
}

/// An `ExportTraceServiceRequest`: ids in hexadecimal digits, enumerations as numbers, 64-bit numbers as texts.
fn document(spans: &[Span]) -> Json {
    let resource = [
        attribute("service.name", &Fact::from("upheld")),
        attribute("service.version", &Fact::from(env!("CARGO_PKG_VERSION"))),
    ];
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "upheld" }, "spans": spans.iter().map(span).collect::<Vec<_>>() }],
    }] })
}

fn span(it: &Span) -> Json {
    let began = i128::from(it.began.nanos());
    let ended = began.saturating_add(i128::try_from(it.took.as_nanos()).unwrap_or(0));
    let kind = match it.kind {
        Kind::Internal => 1,
        Kind::Server => 2,
    };
    let attributes: Vec<Json> = it.facts.iter().map(|(key, fact)| attribute(key, fact)).collect();
    let mut document = json!({
        "traceId": it.trace.to_string(),
        "spanId": it.id.to_string(),
        "name": it.name,
        "kind": kind,
        "startTimeUnixNano": began.to_string(),
        "endTimeUnixNano": ended.to_string(),
        "attributes": attributes,
    });
    if let Some(parent) = it.parent {
        document["parentSpanId"] = json!(parent.to_string());
    }
    if it.failed {
        document["status"] = json!({ "code": 2 });
    }
    document
}

fn attribute(key: &str, fact: &Fact) -> Json {
    let value = match fact {
        Fact::Text(it) => json!({ "stringValue": it }),
        Fact::Number(it) => json!({ "intValue": it.to_string() }),
    };
    json!({ "key": key, "value": value })
}

#[cfg(test)]
mod tests {
    use timeline::Instant;
    use trace::{SpanId, TraceId};

    use super::*;

    #[test]
    fn a_span_is_written_as_otlp_says() {
        let it = Span {
            trace: TraceId::random([0xab; 16]),
            id: SpanId::random([0x0c; 8]),
            parent: Some(SpanId::random([0x0d; 8])),
            kind: Kind::Server,
            name: "GET /livez".to_owned(),
            began: Instant::from_nanos(1_793_491_200_000_000_001),
            took: Duration::from_nanos(1_500),
            failed: true,
            facts: vec![("http.route", "/livez".into()), ("http.response.status_code", 500.into())],
        };
        let expected = json!({
            "traceId": "abababababababababababababababab", "spanId": "0c0c0c0c0c0c0c0c", "name": "GET /livez", "kind": 2,
            "startTimeUnixNano": "1793491200000000001", "endTimeUnixNano": "1793491200000001501",
            "attributes": [
                { "key": "http.route", "value": { "stringValue": "/livez" } },
                { "key": "http.response.status_code", "value": { "intValue": "500" } },
            ],
            "parentSpanId": "0d0d0d0d0d0d0d0d", "status": { "code": 2 },
        });
        let document = document(&[it]);
        assert_eq!(document.pointer("/resourceSpans/0/scopeSpans/0/spans/0"), Some(&expected));
        let service = document.pointer("/resourceSpans/0/resource/attributes/0/value/stringValue");
        assert_eq!(service, Some(&json!("upheld")));
    }

    #[test]
    fn what_a_collector_rejects_is_read_from_its_answer() {
        for (answer, count) in [
            (json!({}), 0),
            (json!({ "partialSuccess": {} }), 0),
            (json!({ "partialSuccess": { "rejectedSpans": "7", "errorMessage": "full" } }), 7),
            (json!({ "partialSuccess": { "rejectedSpans": 7 } }), 7),
        ] {
            assert_eq!(rejected(&answer), count, "{answer}");
        }
    }
}
