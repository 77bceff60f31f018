//! What a page is told of changes, while it listens.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests stand outside the test functions")]

#[path = "../../web/tests/support/mod.rs"]
mod support;

#[path = "isolation/serve.rs"]
mod serve;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serve::serve;
use support::{A, House, Request, Server, connect};

/// Listens as the owner does, until the head of the answer has come.
fn listen(house: &House, server: &Server) -> BufReader<TcpStream> {
    let token = house.who("owner").headers[0].1.strip_prefix("Bearer ").unwrap().to_owned();
    let mut stream = connect(server.address);
    stream.get_ref().set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = Request::get("/en/events").header("cookie", format!("__Host-upheld={token}"));
    stream.get_mut().write_all(&request.wire()).unwrap();
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert!(line.contains("200"), "{line}");
    while line.trim() != "" {
        line.clear();
        stream.read_line(&mut line).unwrap();
    }
    stream
}

/// The next kind of change that is told; empty when none comes in ten seconds.
fn told(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    while stream.read_line(&mut line).is_ok_and(|it| it > 0) {
        if let Some(kind) = line.strip_prefix("event: ") {
            return kind.trim().to_owned();
        }
        line.clear();
    }
    String::new()
}

fn record(house: &House, id: &str) {
    let path = format!("/api/v1/tenants/{A}/subscriptions/{}/evidence", house.ids["subscription"]);
    let fact = format!(
        r#"{{"fact":"outage","id":"{id}","from":"2026-10-05T00:00:00+08:00","until":"2026-10-05T01:00:00+08:00"}}"#
    );
    house.ask("owner", Request::new("POST", path).bytes("application/x-ndjson", fact));
}

#[test]
fn who_begins_to_listen_while_nobody_else_does_misses_nothing() {
    let house = House::new();
    let server = serve(&house);
    for round in 0..3 {
        let mut stream = listen(&house, &server);
        record(&house, &format!("outage-{round}"));
        assert_eq!(told(&mut stream), "evidence", "round {round}");
        drop(stream);
        // Long enough that the server sees that nobody listens any more.
        std::thread::sleep(Duration::from_millis(2500));
    }
}
