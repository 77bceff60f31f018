//! The commands as a user runs them: exit codes, what is printed, what is written.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Runs `upheld` in the repository's root with a home of its own.
fn upheld(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_upheld"))
        .args(arguments)
        .current_dir(root())
        .env("HOME", home)
        .env_remove("XDG_CONFIG_HOME")
        .env("LC_ALL", "C")
        .output()
        .expect("the binary runs")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|it| panic!("{it}: {}", text(&output.stdout)))
}

const SETTLE_MWE: [&str; 8] = [
    "settle",
    "contracts/mwe.md",
    "--cycle",
    "2026-10",
    "--plan",
    "basic",
    "--evidence",
    "contracts/evidence/mwe.ndjson",
];

fn settle_mwe(home: &Path, more: &[&str]) -> Output {
    upheld(home, &[&SETTLE_MWE, more].concat())
}

/// A file of the user's own.
fn file(home: &Path, name: &str, content: &str) -> String {
    let path = home.join(name);
    fs::write(&path, content).expect("written");
    path.display().to_string()
}

#[test]
fn exit_0_when_all_is_well() {
    let home = home();
    for arguments in [
        &["check", "contracts/mwe.md", "contracts/taimei.md"][..],
        &["test", "contracts/pingan-sms.md"],
        &["explain", "E0101"],
        &["fmt", "--check", "contracts/websoft9.md"],
        &["compare", "contracts/mwe.md", "contracts/mwe.md"],
    ] {
        let output = upheld(home.path(), arguments);
        assert!(output.status.success(), "{arguments:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    }
}

#[test]
fn exit_1_when_the_text_or_the_evidence_is_wrong() {
    let home = home();
    let contract = file(
        home.path(),
        "bad.md",
        "---\nid: bad\nversion: 1\nzone: UTC\n---\n# Bad\n```sla\ncycle calendar month\nlevel x = uptme\n```\n",
    );
    let output = upheld(home.path(), &["check", &contract]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("unknown name `uptme`"), "{}", text(&output.stderr));

    let evidence = file(
        home.path(),
        "bad.ndjson",
        "{\"fact\":\"outage\",\"from\":\"2026-10-01T00:00:00\",\"until\":\"2026-10-01T01:00:00Z\"}\n{\"fact\":\"outge\"}\n",
    );
    let output = upheld(
        home.path(),
        &["settle", "contracts/mwe.md", "--cycle", "2026-10", "--plan", "basic", "--evidence", &evidence],
    );
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("bad.ndjson:1:") && told.contains("bad.ndjson:2:"), "both lines are named: {told}");

    let failing = file(
        home.path(),
        "fails.md",
        "---\nid: f\nversion: 1\nzone: UTC\n---\n# F\n```sla\ncycle calendar month\nx = 1 + 1\n```\n```example\n\"sum\"\nexpect x = 3\n```\n",
    );
    let output = upheld(home.path(), &["test", &failing]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("expected 3, found 2"), "{}", text(&output.stdout));
}

#[test]
fn exit_2_when_called_wrongly() {
    let home = home();
    for arguments in [
        &["settle", "contracts/mwe.md"][..],
        &["settle", "contracts/none.md", "--cycle", "2026-10"],
        &["explain", "E9999"],
        &["dance"],
        &["settle", "contracts/mwe.md", "--cycle", "2026-10", "--param", "x"],
        &["verify", "no-such-directory"],
    ] {
        let output = upheld(home.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{}", text(&output.stderr));
    }
}

#[test]
fn exit_3_when_the_world_fails() {
    let home = home();
    let occupied = file(home.path(), "occupied", "a file where a directory must be made");
    let inside = format!("{occupied}/demo");
    let output = upheld(home.path(), &["demo", "--out", &inside]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("occupied"));
}

#[test]
fn settle_prints_json_with_the_public_names() {
    let home = home();
    let settled = json(&settle_mwe(home.path(), &["--format", "json", "--tenant", "northfield-clinic"]));
    assert_eq!(settled.pointer("/contract/id").and_then(Value::as_str), Some("mwe"));
    assert_eq!(settled.pointer("/tenant").and_then(Value::as_str), Some("northfield-clinic"));
    assert_eq!(settled.pointer("/cycle/label").and_then(Value::as_str), Some("2026-10"));
    assert_eq!(settled.pointer("/levels/0/name").and_then(Value::as_str), Some("uptime"));
    assert_eq!(settled.pointer("/levels/0/exact").and_then(Value::as_str), Some("22067/22320"));
    assert_eq!(settled.pointer("/promises/0/verdict").and_then(Value::as_str), Some("breached"));
    assert_eq!(settled.pointer("/remedies/0/amount/rounded").and_then(Value::as_str), Some("22.25"));
    assert_eq!(settled.pointer("/remedies/0/amount/currency").and_then(Value::as_str), Some("USD"));
    assert_eq!(
        settled.pointer("/claims/0/closes_at").and_then(Value::as_str),
        Some("2026-12-01T00:00:00-05:00")
    );
    assert_eq!(settled.pointer("/evidence/records").and_then(Value::as_u64), Some(22));
    for name in ["status", "excluded", "lints", "derivation"] {
        assert!(settled.get(name).is_some(), "{name}");
    }
}

#[test]
fn refusals_are_json_where_a_program_asked_for_json() {
    let home = home();
    let output = upheld(
        home.path(),
        &["settle", "contracts/mwe.md", "--cycle", "2026-10", "--plan", "gold", "--format", "json"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output).pointer("/errors/0/code").and_then(Value::as_str), Some("S0103"));
}

#[test]
fn html_comes_in_both_languages_and_asks_for_nothing_from_outside() {
    let home = home();
    let page = text(&settle_mwe(home.path(), &["--format", "html"]).stdout);
    assert!(page.contains("托管服务等级协议") && page.contains("Hosting Service Level Agreement"));
    for outside in ["src=\"http", "href=\"http", "@import", "url(http", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

/// The files of a sealed package, relative to it.
fn package(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("listed").flatten() {
        if entry.path().is_dir() { found.extend(package(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

#[test]
fn a_sealed_statement_verifies_and_one_flipped_bit_in_any_file_is_found_and_named() {
    let home = home();
    let sealed = home.path().join("sealed");
    let directory = sealed.display().to_string();
    assert!(settle_mwe(home.path(), &["--seal", &directory]).status.success());
    let output = upheld(home.path(), &["verify", &directory]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let files = package(&sealed);
    assert_eq!(files.len(), 6, "{files:?}");
    for path in files {
        let sound = fs::read(&path).expect("read");
        let mut broken = sound.clone();
        let middle = broken.len() / 2;
        *broken.get_mut(middle).expect("a byte") ^= 1;
        fs::write(&path, &broken).expect("written");
        let output = upheld(home.path(), &["verify", &directory]);
        assert_eq!(output.status.code(), Some(1), "{}", path.display());
        let name = path.strip_prefix(&sealed).expect("inside").display().to_string();
        assert!(text(&output.stderr).contains(&name), "{name} is named: {}", text(&output.stderr));
        fs::write(&path, &sound).expect("written");
    }
}

#[test]
fn a_sealed_statement_is_never_overwritten() {
    let home = home();
    let directory = home.path().join("sealed").display().to_string();
    assert!(settle_mwe(home.path(), &["--seal", &directory]).status.success());
    let output = settle_mwe(home.path(), &["--seal", &directory]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}

#[test]
fn a_statement_signed_again_over_other_numbers_does_not_verify() {
    let home = home();
    let sealed = home.path().join("sealed");
    let directory = sealed.display().to_string();
    assert!(settle_mwe(home.path(), &["--seal", &directory]).status.success());
    let mut files = std::collections::BTreeMap::new();
    for path in package(&sealed) {
        let name = path.strip_prefix(&sealed).expect("inside").display().to_string();
        if name != "seal.note" && name != "key.vkey" {
            files.insert(name, fs::read(&path).expect("read"));
        }
    }
    let statement = files.get_mut("statement.json").expect("a statement");
    *statement = text(statement).replace("\"22.25\"", "\"2.25\"").into_bytes();
    let key = proof::SigningKey::from_seed("upheld", [7; 32]).expect("a key");
    for (name, bytes) in proof::seal(files, &key).expect("sealed").into_files() {
        fs::write(sealed.join(name), bytes).expect("written");
    }
    let output = upheld(home.path(), &["verify", &directory]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("P0203") && text(&output.stderr).contains("/remedies/0"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn evidence_as_of_an_earlier_moment_gives_the_earlier_statement() {
    let home = home();
    let first = "{\"fact\":\"outage\",\"id\":\"o1\",\"from\":\"2026-10-05T00:00:00Z\",\"until\":\"2026-10-05T10:00:00Z\",\"recorded_at\":\"2026-10-05T12:00:00Z\"}\n";
    let revised = "{\"fact\":\"outage\",\"id\":\"o2\",\"supersedes\":\"o1\",\"reason\":\"log recount\",\"from\":\"2026-10-05T00:00:00Z\",\"until\":\"2026-10-05T01:00:00Z\",\"recorded_at\":\"2026-11-20T00:00:00Z\"}\n";
    let fee = "{\"fact\":\"fee\",\"at\":\"2026-10-01T12:00:00Z\",\"amount\":\"100.00 USD\"}\n";
    let evidence = file(home.path(), "e.ndjson", &[first, revised, fee].concat());
    let exact = |more: &[&str]| {
        let arguments = [
            &[
                "settle",
                "contracts/mwe.md",
                "--cycle",
                "2026-10",
                "--plan",
                "basic",
                "--format",
                "json",
                "--evidence",
                &evidence,
            ][..],
            more,
        ]
        .concat();
        json(&upheld(home.path(), &arguments))
            .pointer("/levels/0/exact")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    assert_eq!(exact(&["--as-of", "2026-11-05T00:00:00Z"]).as_deref(), Some("367/372"));
    assert_eq!(exact(&[]).as_deref(), Some("743/744"));
}

#[test]
fn no_evidence_is_no_data_never_a_hundred_percent() {
    let home = home();
    let settled = json(&upheld(
        home.path(),
        &["settle", "contracts/mwe.md", "--cycle", "2026-10", "--plan", "basic", "--format", "json"],
    ));
    assert_eq!(settled.pointer("/levels/0/status").and_then(Value::as_str), Some("no_data"));
    assert_eq!(settled.pointer("/levels/0/exact"), Some(&Value::Null));
    assert_eq!(settled.pointer("/promises/0/verdict").and_then(Value::as_str), Some("no_data"));
    assert_eq!(settled.pointer("/status").and_then(Value::as_str), Some("no_data"));
}

#[test]
fn the_demo_writes_pages_and_everything_its_closing_words_need() {
    let home = home();
    let out = home.path().join("demo");
    let directory = out.display().to_string();
    let output = upheld(home.path(), &["demo", "--out", &directory]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in ["taimei", "mwe", "pingan-sms", "websoft9"] {
        for ending in ["html", "md", "ndjson"] {
            assert!(out.join(format!("{name}.{ending}")).exists(), "{name}.{ending}");
        }
    }
    let printed = text(&output.stdout);
    let commands: Vec<&str> =
        printed.lines().filter_map(|it| it.trim().strip_prefix(env!("CARGO_BIN_EXE_upheld"))).collect();
    assert_eq!(commands.len(), 2);
    for command in commands {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let output = upheld(home.path(), &arguments);
        assert!(output.status.success(), "{command}\n{}", text(&output.stderr));
    }
}

#[test]
fn compare_finds_the_shorter_claim_and_the_lower_promise() {
    let home = home();
    let old = fs::read_to_string(root().join("contracts/mwe.md")).expect("read");
    let new =
        old.replacen(" 99.5%\n", " 99.4%\n", 1).replace("cycle.until + 30 days", "cycle.until + 20 days");
    assert_ne!(old, new);
    let new = file(home.path(), "new.md", &new);
    let output = upheld(home.path(), &["compare", "contracts/mwe.md", &new, "--format", "json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let compared = json(&output);
    assert_eq!(compared.get("materially_worse"), Some(&Value::Bool(true)));
    let changes = compared.get("changes").and_then(Value::as_array).expect("changes");
    for aspect in ["claims", "promises"] {
        let found = changes.iter().any(|it| it["aspect"] == aspect && it["effect"] == "worse");
        assert!(found, "{aspect}: {changes:#?}");
    }
}
