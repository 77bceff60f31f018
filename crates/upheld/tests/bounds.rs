//! What has no end or is not what it says costs bounded memory, and is refused by name: compressed files that come to far more
//! than they are, requests that never end, lines, numbers and nestings beyond all measure.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use support::load::{Place, evidence};
use support::volume::House;
use support::{Running, run, text, upheld};

/// All the memory, in KiB, that an import may so much as reserve, threads and programs included.
const IMPORT_KIB_MAX: u64 = 768 << 10;
/// What a bomb comes to.
const BOMB_BYTES: usize = 1 << 30;
/// The most memory of a server whatever it is sent.
const SERVER_KIB_MAX: u64 = 1 << 20;
const LONGEST_BODY: usize = 16 << 20;

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").join(name)
}

fn record(id: &str) -> String {
    let line = json!({ "fact": "message", "id": id, "at": "2026-10-02T12:00:00+08:00", "outcome": "delivered", "number": "valid" });
    format!("{line}\n")
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

/// Something, a gigabyte of `x` without a line break, and something, in a few megabytes.
fn bomb(before: &str, after: &str) -> Vec<u8> {
    let piece = packed(&vec![b'x'; 16 << 20]);
    let mut bytes = packed(before.as_bytes());
    (0..BOMB_BYTES >> 24).for_each(|_| bytes.extend_from_slice(&piece));
    bytes.extend_from_slice(&packed(after.as_bytes()));
    bytes
}

/// Imports a file with that content, in so little memory.
fn import(folder: &Path, from: &str, bytes: &[u8], lang: &str) -> Output {
    let file = folder.join("records.gz");
    fs::write(&file, bytes).expect("written");
    let mut bounded = Command::new("sh");
    bounded
        .args(["-c", &format!(r#"ulimit -v {IMPORT_KIB_MAX} && exec "$0" "$@""#)])
        .arg(upheld().get_program())
        .arg("import")
        .arg(&file)
        .args(["--from", from, "--format", "json", "--lang", lang, "--contract"])
        .arg(shipped("pingan-sms.md"))
        .arg("--lake")
        .arg(folder.join("lake"));
    if from != "records" {
        bounded.arg("--codes").arg(shipped("codes/pingan-sms.md"));
    }
    run(&mut bounded)
}

fn counts(output: &Output) -> (Value, Value) {
    let told: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    (told["taken"].clone(), told["rejected"].clone())
}

#[test]
fn a_compressed_file_of_one_line_without_end_is_passed_over_in_bounded_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = bomb(&record("a"), &format!("\n{}", record("b")));
    assert!(bytes.len() < BOMB_BYTES / 100);
    let output = import(folder.path(), "records", &bytes, "en");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(counts(&output), (json!(2), json!(1)));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let reject = &told["rejects"][0];
    assert_eq!(reject["line"], 2, "{told}");
    assert!(
        reject["message"].to_string().contains(&format!("the record is {BOMB_BYTES} bytes long")),
        "{told}"
    );
}

#[test]
fn a_compressed_receipt_without_end_is_passed_over_in_bounded_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = r#"{"phone_number":"13800000001","send_time":"2026-10-01 12:00:00","report_time":"2026-10-01 12:00:05","success":true,"err_code":"DELIVERED","err_msg":"-","sms_size":"1","biz_id":"1","out_id":"shop"}"#;
    let bytes = bomb(&format!("{good}\n{{\"phone_number\":\""), &format!("\"}}\n{good}\n"));
    let output = import(folder.path(), "aliyun", &bytes, "en");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&told["taken"], &told["rejected"], &told["copies"]),
        (&json!(2), &json!(1), &json!(1)),
        "{told}"
    );
}

#[test]
fn a_compressed_file_cut_short_or_with_something_behind_is_refused_at_its_line_and_several_in_one_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines: String = (0..1_000).map(|it| record(&it.to_string())).collect();
    let whole = packed(lines.as_bytes());
    let refused = |bytes: &[u8], lang: &str| {
        let output = import(folder.path(), "records", bytes, lang);
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    let told = refused(&[&whole[..], b"more"].concat(), "en");
    assert!(told.contains("records.gz: cannot be read on at line 1001: "), "{told}");
    assert!(told.contains("something that is not gzip follows; get it again"), "{told}");
    let told = refused(&whole[..whole.len() - 1], "zh");
    assert!(told.contains("records.gz：无法从第 1001 行继续读取") && told.contains("请重新获取"), "{told}");
    let told = refused(&whole[..whole.len() / 2], "en");
    assert!(told.contains("the file is cut short"), "{told}");
    // The same file, whole: nothing of the tries before counts twice.
    let twice =
        import(folder.path(), "records", &[&whole[..], &packed(record("last").as_bytes())].concat(), "en");
    assert_eq!(counts(&twice), (json!(1_001), json!(0)));
    let again = import(folder.path(), "records", &whole, "en");
    let told: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!((&told["taken"], &told["copies"]), (&json!(1_000), &json!(1_000)), "{told}");
}

/// A server with customers, and a connection for each odd request.
struct Target {
    server: Running,
    house: House,
    _folder: tempfile::TempDir,
}

impl Target {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::new(&folder.path().join("data"));
        place.create_owner();
        let server = place.start();
        let house = House::build(&server);
        Self { server, house, _folder: folder }
    }

    /// A connection on which a body of records is announced with these headers.
    fn begun(&self, headers: &str) -> TcpStream {
        let address = self.server.url.strip_prefix("http://").expect("an address");
        let mut connection = TcpStream::connect(address).expect("connected");
        connection.set_read_timeout(Some(Duration::from_secs(90))).expect("a socket");
        let (path, token) = (evidence(0), &self.house.token);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/x-ndjson\r\n{headers}\r\n"
        );
        connection.write_all(head.as_bytes()).expect("sent");
        connection
    }

    /// Sends a body with its true length.
    fn posted(&self, body: &[u8]) -> (u16, String) {
        let mut connection = self.begun(&format!("content-length: {}\r\nconnection: close\r\n", body.len()));
        connection.write_all(body).unwrap_or_default();
        answered(connection)
    }

    /// It serves others, and never held more than it may.
    fn is_well(&self) {
        assert_eq!(self.server.get("/readyz", None).0, 200);
        let most = self.server.most_memory_kib();
        assert!(most < SERVER_KIB_MAX, "{most} KiB");
    }
}

/// Status and document; 0 when the connection ended without any.
fn answered(mut connection: TcpStream) -> (u16, String) {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    // An answer may come while a body is still being sent; what is left unread then breaks the connection.
    while let Ok(read) = connection.read(&mut piece)
        && read > 0
    {
        bytes.extend_from_slice(&piece[..read]);
        if is_whole(&bytes) {
            break;
        }
    }
    let told = text(&bytes);
    (told.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default(), told)
}

fn is_whole(bytes: &[u8]) -> bool {
    let told = text(bytes);
    let Some((head, body)) = told.split_once("\r\n\r\n") else { return false };
    let length = head.to_ascii_lowercase();
    let length = length.lines().find_map(|it| it.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.is_some_and(|it| body.len() >= it)
}

#[test]
fn bodies_beyond_all_measure_are_refused_and_cost_bounded_memory() {
    let target = Target::new();
    let (status, told) = {
        let packed = packed(record("a").as_bytes());
        let headers = format!("content-encoding: gzip\r\ncontent-length: {}\r\n", packed.len());
        let mut connection = target.begun(&headers);
        connection.write_all(&packed).unwrap_or_default();
        answered(connection)
    };
    assert_eq!(status, 415, "{told}");
    assert!(told.contains("without Content-Encoding"), "{told}");
    let (status, told) = answered(target.begun("content-length: 1000000000000\r\n"));
    assert_eq!(status, 413, "said to be too long, and nothing of it sent: {told}");

    // Chunks without end: refused once they are too many, whatever is still being sent.
    let mut connection = target.begun("transfer-encoding: chunked\r\n");
    let chunk = [format!("{:x}\r\n", 1 << 20).into_bytes(), vec![b'x'; 1 << 20], b"\r\n".to_vec()].concat();
    let sent = (0..64).take_while(|_| connection.write_all(&chunk).is_ok()).count();
    assert!(sent < 64, "{sent} MiB were taken");
    drop(connection);
    target.is_well();

    // A length that is less than what comes: what comes behind it is no request.
    let mut connection = target.begun("content-length: 5\r\n");
    connection.write_all(&vec![b'x'; 1 << 20]).unwrap_or_default();
    drop(answered(connection));
    target.is_well();

    let one = r#"{"fact":"message","id":"a","at":"2026-10-02T12:00:00Z","outcome":"#;
    let rest = LONGEST_BODY - one.len() - 2;
    for (what, body) in [
        ("one line", "x".repeat(LONGEST_BODY)),
        ("a text", format!("{one}\"{}", "x".repeat(rest))),
        ("lists in lists", format!("{one}{}", "[".repeat(rest))),
        ("objects in objects", format!("{one}{}", "{\"a\":".repeat(rest / 5))),
        ("a number", format!("{one}{}}}", "9".repeat(rest))),
        ("an exponent", format!("{one}1e{}}}", "9".repeat(rest - 2))),
        ("empty lines", "\n".repeat(LONGEST_BODY)),
        ("opened brackets", "[\n".repeat(LONGEST_BODY / 2)),
    ] {
        let begun = Instant::now();
        let (status, told) = target.posted(body.as_bytes());
        assert!((200..500).contains(&status), "{what}: {status} {told}");
        assert!(!told.contains("\"accepted\":1"), "{what}: {told}");
        println!("{what}: {status} after {:.1?}, {} KiB", begun.elapsed(), target.server.most_memory_kib());
        target.is_well();
    }
}

#[test]
fn many_of_the_longest_bodies_at_once_have_so_much_room_together() {
    let target = Target::new();
    let body = record("a").repeat(LONGEST_BODY / record("a").len());
    let statuses: Vec<(u16, String)> = thread::scope(|scope| {
        let sending: Vec<_> = (0..32).map(|_| scope.spawn(|| target.posted(body.as_bytes()))).collect();
        sending.into_iter().map(|it| it.join().expect("a client")).collect()
    });
    for (status, told) in &statuses {
        // A body broken off for want of room may not be answered at all: the client was still sending.
        assert!(matches!(status, 0 | 200 | 400 | 413 | 422 | 429), "{status} {told}");
        assert!(*status != 429 || told.to_ascii_lowercase().contains("retry-after: "), "{told}");
    }
    println!("{} KiB", target.server.most_memory_kib());
    target.is_well();
}

#[test]
fn requests_that_stall_are_ended_and_keep_nobody_out() {
    let target = Target::new();
    let address = target.server.url.strip_prefix("http://").expect("an address").to_owned();
    let heads: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut connection = TcpStream::connect(&address).expect("connected");
            connection.write_all(b"POST / HTTP/1.1\r\nhost: x\r\nx-slow: ").expect("sent");
            connection.set_read_timeout(Some(Duration::from_secs(90))).expect("a socket");
            connection
        })
        .collect();
    let bodies: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut connection = target.begun("content-length: 16000000\r\n");
            connection.write_all(&vec![b'x'; 64 << 10]).expect("sent");
            connection
        })
        .collect();
    target.is_well();
    assert_eq!(target.posted(record("a").as_bytes()).0, 200, "others are served");
    for connection in heads {
        assert!(matches!(answered(connection).0, 0 | 408), "a head that does not end");
    }
    for connection in bodies {
        let (status, told) = answered(connection);
        assert_eq!(status, 413, "{told}");
        assert!(told.contains("came too slowly"), "{told}");
    }
    target.is_well();
}
