//! Receipts in no class come to the same through a server as through an import: the same files, the same finding, the same
//! verdicts; and once a newer version lists their codes and they are sent again, to the same final statement.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::load::{Place, must, sign_in};
use support::volume::eventually;
use support::{Running, run, text, upheld};

const SUBSCRIPTION: &str = "/api/v1/tenants/acme/subscriptions/sub";

/// The shipped contract and annex in their first version, and in one that lists two further codes.
struct Agreed {
    contract: String,
    annex: String,
}

fn agreed(version: &str) -> Agreed {
    let shipped = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").join(name);
        fs::read_to_string(path).expect("a file")
    };
    let own = |it: &str| it.replacen("version: \"1\"", &format!("version: \"{version}\""), 1);
    let contract = own(&shipped("pingan-sms.md")).replacen("zone:", "effective: 2024-01-01\nzone:", 1);
    let (row, more) =
        ("| `aliyun` | `*` | `DELIVERED` |", "| `aliyun` | `*` | `MK:9999` `MK:9998` `DELIVERED` |");
    let annex = own(&shipped("codes/pingan-sms.md"));
    assert!(annex.contains(row));
    Agreed { contract, annex: if version == "1" { annex } else { annex.replacen(row, more, 1) } }
}

/// 100 messages: 90 delivered, 7 with one code that nobody listed and 3 with another.
fn receipts(month: &str) -> Vec<String> {
    let receipt = |i: usize| {
        let code = match i {
            0..90 => "DELIVERED",
            90..97 => "MK:9999",
            _ => "MK:9998",
        };
        let day = 2 + i % 20;
        format!(
            r#"{{"phone_number":"138{i:08}","send_time":"{month}-{day:02} 12:00:00","report_time":"{month}-{day:02} 12:00:05","err_code":"{code}","biz_id":"{i}"}}"#
        )
    };
    (0..100).map(receipt).collect()
}

/// A folder with a server's data, a lake beside it, and what commands leave there.
struct Folder {
    root: tempfile::TempDir,
    month: String,
    fee: String,
}

impl Folder {
    fn new() -> Folder {
        // A month that is over, and behind which the working days are known on which its claims open.
        let month = "2026-10".to_owned();
        let fee = format!(
            r#"{{"fact":"fee","id":"fee","at":"{month}-20T23:00:00+08:00","amount":"1000.00 CNY","paid_by":"cash"}}"#
        );
        let folder = Folder { root: tempfile::tempdir().expect("a folder"), month, fee };
        fs::write(folder.path("fees.ndjson"), &folder.fee).expect("written");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn since(&self) -> String {
        format!("{}-01T00:00:00+08:00", self.month)
    }

    /// What an import of the receipts and a settlement come to.
    fn imported(&self, version: &str, receipts: &[String]) -> Value {
        let Agreed { contract, annex } = agreed(version);
        for (name, it) in [("contract.md", agreed("1").contract), ("named.md", contract), ("annex.md", annex)]
        {
            fs::write(self.path(name), it).expect("written");
        }
        fs::write(self.path("receipts.json"), receipts.join("\n")).expect("written");
        let done = run(upheld()
            .current_dir(self.root.path())
            .args(["import", "receipts.json", "--from", "aliyun", "--contract", "named.md"])
            .args(["--codes", "annex.md", "--lake", "lake", "--tenant", "acme"])
            .args(["--server-key", "data/sealing.key"]));
        assert!(matches!(done.status.code(), Some(0 | 1)), "{}", text(&done.stderr));
        let settled = run(upheld()
            .current_dir(self.root.path())
            .args(["settle", "contract.md", "--cycle", &self.month, "--since", &self.since()])
            .args(["--tenant", "acme", "--lake", "lake", "--evidence", "fees.ndjson", "--format", "json"])
            .env("XDG_CONFIG_HOME", self.root.path()));
        assert_eq!(settled.status.code(), Some(0), "{}", text(&settled.stderr));
        serde_json::from_slice(&settled.stdout).expect("JSON")
    }

    /// A statement's package, verified and counted again from the server's files and from those of the import.
    fn sealed(&self, server: &Running, token: &str, id: &str) -> Value {
        let path = format!("/api/v1/tenants/acme/statements/{id}/package");
        tar::Archive::new(&server.get_bytes(&path, token)[..]).unpack(self.root.path()).expect("an archive");
        for words in [
            vec!["verify", id],
            vec!["recount", id, "--lake", "data/lake"],
            vec!["recount", id, "--lake", "lake"],
        ] {
            let done = run(upheld().current_dir(self.root.path()).args(&words));
            assert_eq!(done.status.code(), Some(0), "{words:?}: {}", text(&done.stderr));
        }
        serde_json::from_slice(&fs::read(self.path(id).join("statement.json")).expect("a file"))
            .expect("JSON")
    }
}

fn publish(server: &Running, token: &str, version: &str) {
    let Agreed { contract, annex } = agreed(version);
    let input = |codes: &[Value]| json!({ "text": contract, "annexes": [annex], "acknowledge": codes });
    let (status, told) = server.post("/api/v1/agreements", Some(token), &input(&[]));
    if status >= 300 {
        let found = told["errors"].as_array().unwrap_or_else(|| panic!("{told}"));
        let codes: Vec<Value> = found.iter().map(|it| it["code"].clone()).collect();
        must(server.post("/api/v1/agreements", Some(token), &input(&codes)));
    }
}

fn send(server: &Running, token: &str, receipts: &[String]) -> Value {
    let path = format!("{SUBSCRIPTION}/evidence?from=aliyun");
    must(server.post_as(&path, token, "application/json", &format!("[{}]", receipts.join(","))))
}

/// What both say alike.
fn common(statement: &Value) -> Value {
    ["status", "levels", "promises", "remedies", "claims", "rights", "lints"]
        .map(|it| (it.to_owned(), statement[it].clone()))
        .into_iter()
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn findings(statement: &Value) -> Vec<Value> {
    let all = statement["lints"].as_array().expect("a list").iter();
    all.filter(|it| it["code"] == "N0306").cloned().collect()
}

/// The statement after the one with that id, once there is one.
fn next(server: &Running, token: &str, before: &str) -> String {
    let mut found = None;
    eventually("a statement supersedes the one before", || {
        let all = must(server.get("/api/v1/tenants/acme/statements", Some(token)));
        let all = all["items"].as_array().expect("a list").iter();
        let next = all.filter(|it| it["supersedes"] == before).find_map(|it| it["id"].as_str());
        found = next.map(str::to_owned);
        found.is_some()
    });
    found.expect("a statement")
}

#[test]
fn receipts_in_no_class_come_to_the_same_through_a_server_and_an_import() {
    let folder = Folder::new();
    let all = receipts(&folder.month);
    let place = Place::new(&folder.path("data"));
    place.create_owner();
    let server = place.start();
    let token = sign_in(&server);
    publish(&server, &token, "1");
    must(server.post("/api/v1/tenants", Some(&token), &json!({ "id": "acme", "name": "Customer" })));
    let subscription = json!({ "id": "sub", "agreement": "pingan-sms", "since": folder.since() });
    must(server.post("/api/v1/tenants/acme/subscriptions", Some(&token), &subscription));
    assert_eq!(send(&server, &token, &all)["unclassified"], 10);
    let evidence = format!("{SUBSCRIPTION}/evidence");
    must(server.post_as(&evidence, &token, "application/x-ndjson", &folder.fee));

    let expected = folder.imported("1", &all);
    assert_eq!((&expected["status"], findings(&expected).len()), (&json!("provisional"), 1));
    let close = format!("{SUBSCRIPTION}/cycles/{}/close", folder.month);
    let (status, refused) = server.post(&close, Some(&token), &json!({}));
    assert_eq!(status, 409, "{refused}");
    assert!(refused.to_string().contains("`aliyun * MK:9999` × 7"), "{refused}");
    let first = must(server.post(&close, Some(&token), &json!({ "accept_incomplete": "being agreed" })));
    let first = first["id"].as_str().expect("an id").to_owned();
    assert_eq!(common(&folder.sealed(&server, &token, &first)), common(&expected));

    publish(&server, &token, "2");
    server.stop("TERM");
    // The day on which a subscription holds a newer version is agreed elsewhere.
    let store = rusqlite::Connection::open(folder.path("data/upheld.sqlite")).expect("the store");
    let held = store.execute("UPDATE subscription SET version = '2' WHERE id = 'sub'", []);
    assert_eq!(held.expect("written"), 1);
    drop(store);
    let server = place.start();
    assert_eq!(send(&server, &token, &all[90..])["refused"], 0);
    let expected = folder.imported("2", &all[90..]);
    assert_eq!((&expected["status"], findings(&expected).len()), (&json!("final"), 0));
    let last = next(&server, &token, &first);
    assert_eq!(common(&folder.sealed(&server, &token, &last)), common(&expected));
}
