//! Files brought to a running server: planned, done, and done again without effect.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use support::{Running, run, text, upheld};

const FILE: &str = r#"
[[contract]]
file = "contracts/mwe.md"
acknowledge = ["R0403", "R0404", "R0406", "R0409", "W0201", "W0202"]

[[tenant]]
id = "northfield"
name = "Northfield Clinic"

[[subscription]]
tenant = "northfield"
id = "northfield-hosting"
agreement = "mwe"
plan = "basic"
since = "2026-01-01T00:00:00-05:00"
"#;

/// A server with an owner whose token lies in `token`.
fn server(folder: &Path) -> Running {
    let (data, password) = (folder.join("data"), folder.join("password"));
    fs::write(&password, "tr4mways are yellow").expect("written");
    let mut owner = upheld();
    owner.args(["owner", "create", "--email", "ada@example.com", "--data"]).arg(&data);
    assert!(run(owner.arg("--password-file").arg(&password)).status.success());
    let server =
        Running::start(upheld().arg("serve").arg("--data").arg(&data).args(["--listen", "127.0.0.1:0"]));
    let credentials = json!({ "email": "ada@example.com", "password": "tr4mways are yellow" });
    let (_, session) = server.post("/api/v1/sessions", None, &credentials);
    let token = session.pointer("/token").and_then(Value::as_str).expect("a token");
    fs::write(folder.join("token"), format!("{token}\n")).expect("written");
    server
}

fn write_files(folder: &Path, file: &str, contract: impl Fn(String) -> String) {
    let mwe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/mwe.md");
    let contracts = folder.join("wanted/contracts");
    fs::create_dir_all(&contracts).expect("a folder");
    fs::write(folder.join("wanted/upheld.toml"), file).expect("written");
    fs::write(contracts.join("mwe.md"), contract(fs::read_to_string(mwe).expect("a contract")))
        .expect("written");
}

/// The contract without its worked cases: they hold for the text they stand in.
fn without_examples(contract: &str) -> String {
    let mut parts = contract.split("```example\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|it| it.split_once("```\n")).fold(first, |text, it| text + it.1)
}

fn apply(folder: &Path, server: &Running, more: &[&str]) -> Output {
    let mut command = upheld();
    command
        .arg("apply")
        .arg(folder.join("wanted"))
        .args(["--url", &server.url, "--token-file"])
        .arg(folder.join("token"));
    run(command.args(more))
}

#[test]
fn files_are_planned_applied_once_and_changed_with_what_it_means_for_money() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let server = server(folder);
    write_files(folder, FILE, |it| it);
    let told = |output: &Output| {
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    };

    let planned = told(&apply(folder, &server, &["--plan"]));
    for line in ["+ mwe: version 1.1, the first", "+ northfield: Northfield Clinic", "3 changes"] {
        assert!(planned.contains(line), "{planned}");
    }
    assert_eq!(told(&apply(folder, &server, &["--plan"])), planned, "a plan changes nothing");
    assert_eq!(told(&apply(folder, &server, &[])), format!("{planned}done\n"));
    assert_eq!(told(&apply(folder, &server, &[])), "nothing changes\n");

    write_files(folder, &FILE.replace("Northfield Clinic", "Northfield"), |it| {
        let promised_less = it.replace("basic, professional: 99%", "basic, professional: 98%");
        without_examples(&promised_less.replace("version: \"1.1\"", "version: \"1.2\""))
    });
    let changed = told(&apply(folder, &server, &[]));
    for line in
        ["~ mwe: version 1.2 after 1.1", "materially worse", "~ northfield: Northfield Clinic → Northfield"]
    {
        assert!(changed.contains(line), "{changed}");
    }
    assert_eq!(told(&apply(folder, &server, &[])), "nothing changes\n");

    write_files(folder, FILE, |it| it.replace("version: \"1.1\"", "version: \"1.2\""));
    let taken = apply(folder, &server, &["--format", "json"]);
    assert_eq!(taken.status.code(), Some(1), "{}", text(&taken.stderr));
    let document: Value = serde_json::from_slice(&taken.stdout).expect("JSON");
    assert_eq!(document.pointer("/unmet/0/name"), Some(&json!("mwe 1.2")));
    assert_eq!(
        document.pointer("/steps/0/part"),
        Some(&json!("tenants")),
        "the name goes back to what it was"
    );
}

#[test]
fn findings_that_nobody_acknowledged_stop_it_before_anything_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let server = server(folder);
    write_files(folder, &FILE.replace("\"R0403\", ", ""), |it| it);
    let refused = apply(folder, &server, &[]);
    assert_eq!(refused.status.code(), Some(1));
    let told = text(&refused.stderr);
    assert!(told.contains("R0403") && told.contains("acknowledge") && told.contains("mwe.md"), "{told}");
    let token = fs::read_to_string(folder.join("token")).expect("a token");
    let (_, tenants) = server.get("/api/v1/tenants", Some(token.trim()));
    assert_eq!(tenants.pointer("/items"), Some(&json!([])));
}

#[test]
fn an_unknown_token_and_a_server_that_is_not_there_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let server = server(folder);
    write_files(folder, FILE, |it| it);
    fs::write(folder.join("token"), "nobody").expect("written");
    let refused = apply(folder, &server, &[]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused.stderr).contains("401"), "{}", text(&refused.stderr));
    let mut command = upheld();
    command.arg("apply").arg(folder.join("wanted")).args(["--url", "http://127.0.0.1:1", "--token-file"]);
    assert_eq!(run(command.arg(folder.join("token"))).status.code(), Some(3));
}

#[test]
fn what_a_subscription_is_to_be_is_tried_on_its_latest_statement_before_it_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let server = server(folder);
    let token = fs::read_to_string(folder.join("token")).expect("a token");
    let token = token.trim();
    let until = |until: &str| format!("{FILE}until = \"{until}\"\n");
    write_files(folder, &until("2027-01-01T00:00:00-05:00"), |it| it);
    let told = |output: &Output| {
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    };
    let first = told(&apply(folder, &server, &[]));
    let calendar = "    calendar us_federal: ";
    assert!(first.lines().any(|it| it.starts_with(calendar)), "the tables it rests on are named: {first}");

    let base = "/api/v1/tenants/northfield/subscriptions/northfield-hosting";
    let records = concat!(
        r#"{"fact":"fee","id":"f","at":"2026-10-01T09:00:00-04:00","amount":"300.00 USD"}"#,
        "\n",
        r#"{"fact":"outage","id":"o","from":"2026-10-07T00:00:00-04:00","until":"2026-10-07T12:00:00-04:00"}"#,
    );
    let sent = server.post_as(&format!("{base}/evidence"), token, "application/x-ndjson", records);
    assert_eq!(sent.0, 200, "{}", sent.1);
    let closed = server.post(&format!("{base}/cycles/2026-10/close"), Some(token), &json!({}));
    assert!((200..300).contains(&closed.0), "{}", closed.1);

    let more = "renewal = { rule = \"automatic\", months = 12 }\n\
                [[subscription.documents]]\nkind = \"order\"\ntitle = \"Order 7\"\nrank = 1\n";
    let wanted = until("2028-01-01T00:00:00-05:00").replace("\"basic\"", "\"enterprise\"") + more;
    write_files(folder, &wanted, |it| it);
    let planned = told(&apply(folder, &server, &["--plan"]));
    for line in [
        "~ northfield/northfield-hosting: basic → enterprise, from now on",
        "    2026-10 settled again under these terms: credit 102.15 USD → 300.00 USD; in all +197.85 USD",
        "a further term, until 2028-01-01T00:00:00-05:00 instead of 2027-01-01T05:00:00Z",
        "at the end of its term: it goes on by 12 months instead of it ends",
        "documents of its own: 1 instead of 0",
        "    which prevails: Order 7",
        "4 changes",
    ] {
        assert!(planned.contains(line), "{line}\n{planned}");
    }
    let document = apply(folder, &server, &["--plan", "--format", "json"]);
    let document: Value = serde_json::from_slice(&document.stdout).expect("JSON");
    assert_eq!(document.pointer("/steps/0/preview/difference"), Some(&json!(["197.85 USD"])));
    assert_eq!(server.get(base, Some(token)).1["plan"], "basic", "a plan changes nothing");

    assert_eq!(told(&apply(folder, &server, &[])), format!("{planned}done\n"));
    let there = server.get(base, Some(token)).1;
    assert_eq!(
        (&there["plan"], &there["until"], &there["renewal"]["months"], &there["documents"][0]["title"]),
        (&json!("enterprise"), &json!("2028-01-01T05:00:00Z"), &json!(12), &json!("Order 7"))
    );
    assert_eq!(told(&apply(folder, &server, &[])), "nothing changes\n");

    write_files(folder, &wanted.replace("\"enterprise\"", "\"sovereign\""), |it| it);
    let unfit = apply(folder, &server, &[]);
    assert_eq!(unfit.status.code(), Some(3), "{}", text(&unfit.stdout));
    assert!(text(&unfit.stderr).contains("sovereign"), "{}", text(&unfit.stderr));
    assert_eq!(server.get(base, Some(token)).1["plan"], "enterprise");
}
