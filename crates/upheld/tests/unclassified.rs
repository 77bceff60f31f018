//! A newer version of the annex. Receipts whose code no version lists are named in the statement, which is not final; what a
//! receipt is in is what the newest version says.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use support::{run, text, upheld};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").join(name)
}

fn receipt(i: usize, month: u32, code: &str) -> String {
    let day = 2 + i % 20;
    format!(
        r#"{{"phone_number":"138{i:08}","send_time":"2026-{month}-{day:02} 12:00:00","report_time":"2026-{month}-{day:02} 12:00:05","err_code":"{code}","biz_id":"{month}-{i}"}}"#
    )
}

/// 100 messages: 90 delivered, 7 with one code that nobody listed and 3 with another.
fn october() -> Vec<String> {
    let code = |i: usize| match i {
        0..90 => "DELIVERED",
        90..97 => "MK:9999",
        _ => "MK:9998",
    };
    (0..100).map(|i| receipt(i, 10, code(i))).collect()
}

/// A directory with a key, a fee, and an annex that lists both codes.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        let fee =
            r#"{"fact":"fee","at":"2026-10-31T23:00:00+08:00","amount":"1000.00 CNY","paid_by":"cash"}"#;
        fs::write(folder.path("fees.ndjson"), format!("{fee}\n")).expect("written");
        fs::write(folder.path("phone.key"), "0123456789abcdef0123456789abcdef\n").expect("written");
        let annex = fs::read_to_string(shipped("codes/pingan-sms.md")).expect("an annex");
        fs::write(folder.path("1.md"), &annex).expect("written");
        let (row, more) =
            ("| `aliyun` | `*` | `DELIVERED` |", "| `aliyun` | `*` | `MK:9999` `MK:9998` `DELIVERED` |");
        let (version, next) = ("version: \"1\"", "version: \"2\"");
        assert!(annex.contains(row) && annex.contains(version));
        let newer = annex.replacen(row, more, 1).replacen(version, next, 1);
        fs::write(folder.path("2.md"), newer).expect("written");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn import(&self, lake: &str, receipts: &[String], annex: &str) -> Value {
        fs::write(self.path("receipts.json"), receipts.join("\n")).expect("written");
        let output = run(upheld()
            .current_dir(self.0.path())
            .args(["import", "receipts.json", "--from", "aliyun", "--format", "json"])
            .args(["--phone-key", "phone.key", "--lake", lake, "--codes", annex, "--contract"])
            .arg(shipped("pingan-sms.md")));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    }

    fn settle(&self, lake: &str, cycle: &str, more: &[&str]) -> Output {
        let output = run(upheld()
            .current_dir(self.0.path())
            .arg("settle")
            .arg(shipped("pingan-sms.md"))
            .args(["--cycle", cycle, "--since", "2026-01-01", "--lake", lake, "--evidence", "fees.ndjson"])
            .args(more)
            .env("XDG_CONFIG_HOME", self.0.path()));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output
    }

    fn statement(&self, lake: &str, cycle: &str) -> Value {
        let output = self.settle(lake, cycle, &["--format", "json"]);
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

fn finding(statement: &Value) -> Option<&Value> {
    statement["lints"].as_array().expect("a list").iter().find(|it| it["code"] == "N0306")
}

#[test]
fn receipts_in_no_class_are_named_in_the_statement_which_is_not_final() {
    let folder = Folder::new();
    assert_eq!(folder.import("lake", &october(), "1.md")["rejected"], 10);
    let statement = folder.statement("lake", "2026-10");
    assert_eq!(statement["status"], "provisional");
    let found = finding(&statement).expect("a finding").to_string();
    for said in ["10 receipts of `message`", "`aliyun * MK:9999` × 7", "`aliyun * MK:9998` × 3", "10 条回执"]
    {
        assert!(found.contains(said), "{said}: {found}");
    }
    for (lang, said) in [("en", "10 receipts"), ("zh", "10 条回执")] {
        let shown = text(&folder.settle("lake", "2026-10", &["--lang", lang]).stdout);
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn receipts_of_another_cycle_leave_a_settlement_final() {
    let folder = Folder::new();
    let delivered = &october()[..90];
    folder.import("lake", delivered, "1.md");
    let before = folder.settle("lake", "2026-10", &["--format", "json"]).stdout;
    folder.import("lake", &[receipt(500, 11, "MK:9999")], "1.md");
    assert_eq!(folder.settle("lake", "2026-10", &["--format", "json"]).stdout, before);
    assert_eq!(folder.statement("lake", "2026-10")["status"], "final");
}

#[test]
fn a_newer_annex_that_lists_the_codes_leaves_nothing_open_and_the_same_statement() {
    let folder = Folder::new();
    folder.import("lake", &october(), "1.md");
    // The same receipts told twice are not open twice.
    folder.import("lake", &october(), "1.md");
    let found = finding(&folder.statement("lake", "2026-10")).map(Value::to_string);
    assert!(found.is_some_and(|it| it.contains("10 receipts")));
    assert_eq!(folder.import("lake", &october(), "2.md")["rejected"], 0);
    folder.import("other", &october(), "2.md");
    let statement = folder.statement("lake", "2026-10");
    assert_eq!((&statement["status"], finding(&statement)), (&Value::from("final"), None));
    let levels = |lake: &str| folder.statement(lake, "2026-10")["levels"].clone();
    assert_eq!(levels("lake"), levels("other"));
}

#[test]
fn a_package_with_receipts_in_no_class_is_verified_offline_and_counted_again() {
    let folder = Folder::new();
    folder.import("lake", &october(), "1.md");
    folder.settle("lake", "2026-10", &["--seal", "package"]);
    let verified = run(upheld().current_dir(folder.0.path()).args(["verify", "package"]));
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
    let recount =
        || run(upheld().current_dir(folder.0.path()).args(["recount", "package", "--lake", "lake"]));
    let recounted = recount();
    assert_eq!(recounted.status.code(), Some(0), "{}", text(&recounted.stderr));
    assert!(text(&recounted.stdout).contains("100 rows"), "{}", text(&recounted.stdout));
    // One open receipt less, and it is no longer what the statement says.
    folder.import("lake", &october()[99..], "2.md");
    assert_eq!(recount().status.code(), Some(1));
}

/// The annex with what is delivered still awaited, whose version is that.
fn demoting(folder: &Folder, version: &str) -> String {
    let annex = fs::read_to_string(folder.path("1.md")).expect("an annex");
    let row = "| `aliyun` | `*` | `DELIVERED` | 2020-01-01 | `delivered` |";
    assert!(annex.contains(row));
    let annex = annex.replacen(row, &row.replace("`delivered`", "`no_receipt`"), 1);
    let name = format!("demoting-{version}.md");
    let version = format!("version: \"{version}\"");
    fs::write(folder.path(&name), annex.replacen("version: \"1\"", &version, 1)).expect("written");
    name
}

#[test]
fn a_receipt_is_what_the_newest_version_of_the_annex_says_though_an_older_one_called_it_final() {
    let folder = Folder::new();
    for version in ["1.1", "2", "10"] {
        let (newer, lake) = (demoting(&folder, version), format!("lake-{version}"));
        let (only, backwards) = (format!("only-{version}"), format!("backwards-{version}"));
        let delivered = &october()[..90];
        folder.import(&lake, delivered, "1.md");
        folder.import(&lake, delivered, &newer);
        folder.import(&only, delivered, &newer);
        folder.import(&backwards, delivered, &newer);
        folder.import(&backwards, delivered, "1.md");
        let expected = folder.statement(&only, "2026-10");
        assert_eq!(folder.statement(&lake, "2026-10"), expected, "{version}");
        assert_eq!(folder.statement(&backwards, "2026-10"), expected, "{version}");
    }
}

#[test]
fn of_different_receipts_a_final_one_stands_whichever_annex_it_was_read_by() {
    let folder = Folder::new();
    let final_one = receipt(1, 10, "DELIVERED");
    let awaited = final_one.replace("DELIVERED", "REQUEST_SUCCESS").replace("12:00:05", "12:00:09");
    folder.import("lake", std::slice::from_ref(&final_one), "1.md");
    folder.import("lake", &[awaited], "2.md");
    folder.import("other", &[final_one], "1.md");
    assert_eq!(folder.statement("lake", "2026-10"), folder.statement("other", "2026-10"));
}
