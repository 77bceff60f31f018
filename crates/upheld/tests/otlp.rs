//! What a server does arrives as spans at a collector: a real HTTP receiver that takes OTLP/JSON strictly.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Value, json};
use support::{Running, run, text, upheld};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// `ExportTraceServiceRequest` as far as we send it; any other member is a mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Export {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ResourceSpans {
    resource: Resource,
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeSpans {
    scope: Scope,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Span {
    trace_id: String,
    span_id: String,
    #[serde(default)]
    parent_span_id: String,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute>,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    code: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    key: String,
    value: Content,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
enum Content {
    StringValue(String),
    IntValue(String),
}

impl Span {
    fn facts(&self) -> BTreeMap<&str, &str> {
        let text = |it: &'_ Content| match it {
            Content::StringValue(it) | Content::IntValue(it) => it.clone(),
        };
        // Texts live as long as the span; leaking a handful in a test spares a second type.
        self.attributes.iter().map(|it| (it.key.as_str(), &*text(&it.value).leak())).collect()
    }
}

/// A collector that answers the first few requests with 503.
struct Collector {
    url: String,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    fn start(busy: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = bodies.clone();
        std::thread::spawn(move || {
            for (count, stream) in listener.incoming().enumerate() {
                take(stream.expect("a connection"), count < busy, &kept);
            }
        });
        Self { url, bodies }
    }

    fn spans(&self) -> Vec<Span> {
        let bodies = self.bodies.lock().expect("bodies");
        let exports = bodies.iter().map(|it| serde_json::from_str::<Export>(it).expect(it));
        let mut spans = Vec::new();
        for it in exports.flat_map(|it| it.resource_spans) {
            let service = it.resource.attributes.iter().find(|it| it.key == "service.name");
            assert!(matches!(&service.expect("a name").value, Content::StringValue(it) if it == "upheld"));
            for it in it.scope_spans {
                assert_eq!(it.scope.name, "upheld");
                spans.extend(it.spans);
            }
        }
        spans
    }
}

fn take(mut stream: TcpStream, busy: bool, kept: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).expect("a line") > 0, "{head}");
    }
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{head}");
    let length =
        head.split("\r\ncontent-length: ").nth(1).and_then(|it| it.lines().next()).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    reader.read_exact(&mut body).expect("a body");
    let status = if busy { "503 Service Unavailable" } else { "200 OK" };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    if !busy {
        kept.lock().expect("bodies").push(text(&body));
    }
    stream.write_all(answer.as_bytes()).expect("answered");
}

fn create_owner(data: &Path) {
    let password = data.with_extension("password");
    fs::write(&password, "tr4mways are yellow\n").expect("written");
    let mut command = upheld();
    command.args(["owner", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", "--data"]);
    assert!(run(command.arg(data).arg("--password-file").arg(&password)).status.success());
}

fn serve(data: &Path, collector: &str) -> Running {
    let mut command = upheld();
    command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--log"]);
    Running::start(command.env("UPHELD_OTLP", collector))
}

fn sign_in(server: &Running) -> String {
    let credentials = json!({ "email": "ada@example.com", "password": "tr4mways are yellow" });
    let (_, session) = server.post("/api/v1/sessions", None, &credentials);
    session.pointer("/token").and_then(Value::as_str).expect("a token").to_owned()
}

/// The problem's trace id, and the one in the header.
fn asked(server: &Running, path: &str, token: &str, traceparent: Option<&str>) -> (String, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut request = agent.get(format!("{}{path}", server.url));
    request = request.header("authorization", format!("Bearer {token}"));
    if let Some(it) = traceparent {
        request = request.header("traceparent", it);
    }
    let mut answer = request.call().expect("an answer");
    let header =
        answer.headers().get("x-trace-id").and_then(|it| it.to_str().ok()).expect("a header").to_owned();
    let body = answer.body_mut().read_to_string().expect("a body");
    let problem: Value = serde_json::from_str(&body).expect("JSON");
    (problem.pointer("/trace_id").and_then(Value::as_str).unwrap_or_default().to_owned(), header)
}

#[test]
fn requests_jobs_and_commits_arrive_under_the_trace_ids_that_problems_and_the_log_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    create_owner(&data);
    let collector = Collector::start(1);
    let server = serve(&data, &collector.url);
    let token = sign_in(&server);
    let tenant = json!({ "id": "northfield", "name": "Northfield Clinic of Dr. Grace Hopper" });
    assert_eq!(server.post("/api/v1/tenants", Some(&token), &tenant).0, 201);
    let missing = "/api/v1/tenants/northfield/claims/clm_none";
    let honoured = asked(&server, missing, &token, Some(&format!("00-{TRACE}-{CALLER}-01")));
    assert_eq!(honoured, (TRACE.to_owned(), TRACE.to_owned()));
    let unfit = asked(&server, missing, &token, Some(&format!("00-{}-{CALLER}-01", "0".repeat(32))));
    assert_eq!(unfit.0, unfit.1);
    assert!(unfit.0.len() == 32 && unfit.0 != "0".repeat(32), "{unfit:?}");
    let unsampled = "0af7651916cd43dd8448eb211c80319c";
    asked(&server, missing, &token, Some(&format!("00-{unsampled}-{CALLER}-00")));
    let nowhere = asked(&server, "/nowhere/ada@example.com", &token, None);
    let ended = server.stop("TERM");
    assert_eq!(ended.status.code(), Some(0));

    let spans = collector.spans();
    let of = |trace: &str| spans.iter().filter(|it| it.trace_id == trace).collect::<Vec<_>>();
    let [request] = of(TRACE)[..] else { panic!("{:?}", of(TRACE)) };
    assert_eq!(request.parent_span_id, CALLER);
    assert_eq!((request.name.as_str(), request.kind), ("GET /api/v1/tenants/{tenant}/claims/{claim}", 2));
    let facts = request.facts();
    assert_eq!(facts["http.request.method"], "GET");
    assert_eq!(facts["http.route"], "/api/v1/tenants/{tenant}/claims/{claim}");
    assert_eq!(facts["http.response.status_code"], "404");
    assert_eq!(facts["upheld.tenant"], "northfield");
    assert_eq!((facts.len(), request.status.code), (4, 0), "a refusal is no error of ours: {facts:?}");
    assert_eq!((of(&unfit.0).len(), of(unsampled).len()), (1, 0));
    assert_eq!(of(&unfit.0)[0].parent_span_id, "");
    assert_eq!(of(&nowhere.0)[0].name, "GET", "what callers type is not told");

    for name in ["POST /api/v1/sessions", "commit", "job housekeeping"] {
        assert!(spans.iter().any(|it| it.name == name), "no span {name}");
    }
    for it in &spans {
        let nanos = |text: &str| text.parse::<u64>().expect("nanoseconds");
        assert!(nanos(&it.start_time_unix_nano) <= nanos(&it.end_time_unix_nano), "{it:?}");
        assert!(it.trace_id.len() == 32 && it.span_id.len() == 16, "{it:?}");
    }
    let mut ids: Vec<&str> = spans.iter().map(|it| it.span_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), spans.len(), "each span is sent once");

    let log = text(&ended.stderr);
    let lines = log.lines().filter_map(|it| serde_json::from_str::<Value>(it).ok());
    let logged: Vec<String> = lines
        .filter(|it| it["message"] == "request")
        .map(|it| it["trace_id"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert!([TRACE, &unfit.0, &nowhere.0].iter().all(|it| logged.iter().any(|logged| logged == it)), "{log}");
    let sent = collector.bodies.lock().expect("bodies").join("\n");
    // `ada` alone may stand in an id, which is hexadecimal.
    for personal in ["ada@", "Ada", "Grace", "Hopper", "127.0.0.1", &token] {
        assert!(!sent.contains(personal), "{personal} in {sent}");
    }
}

#[test]
fn a_collector_that_is_away_costs_no_request_and_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    create_owner(&data);
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let server = serve(&data, &format!("http://{closed}"));
    for _ in 0..50 {
        assert_eq!(server.get("/readyz", None).0, 200);
    }
    let ended = server.stop("TERM");
    assert_eq!(ended.status.code(), Some(0));
    let told = text(&ended.stderr);
    assert_eq!(told.matches("spans are not delivered").count(), 1, "{told}");
}

#[test]
fn the_collector_is_a_setting_and_its_password_is_not_shown() {
    let mut command = upheld();
    let shown = run(command.arg("config").env("UPHELD_OTLP", "http://ada:hunter2@127.0.0.1:4318"));
    let shown = text(&shown.stdout);
    let line = shown.lines().find(|it| it.starts_with("otlp ")).expect("a line");
    assert!(line.contains("http://…@127.0.0.1:4318") && line.ends_with("UPHELD_OTLP"), "{line}");
    for unfit in ["https://collector:4318", "collector:4318", "http://"] {
        let refused = run(upheld().arg("config").env("UPHELD_OTLP", unfit));
        assert_eq!(refused.status.code(), Some(2), "{unfit}");
        assert!(text(&refused.stderr).contains("only http:// is spoken"), "{}", text(&refused.stderr));
    }
}
