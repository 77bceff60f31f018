//! Times without a zone: that of the vendor, or the one that was named.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use support::{run, text, upheld};

/// Sent at noon of 3 October in UTC.
const SMPP: &str =
    "id:255 sub:001 dlvrd:001 submit date:2610031200 done date:2610031201 stat:DELIVRD err:000 text:";
const TABLE: &str = "message_id,sent_at,code\nff,2026-10-03 12:00:00,DELIVRD\n";

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").join(name)
}

fn event(data: &str) -> String {
    format!(r#"{{"specversion":"1.0","type":"com.example.smpp.v1","source":"/x","id":"1","data":"{data}"}}"#)
}

fn import(folder: &Path, file: &str, body: &str, lake: &str, more: &[&str]) -> Output {
    fs::write(folder.join(file), body).expect("written");
    fs::write(folder.join("phone.key"), "0123456789abcdef0123456789abcdef\n").expect("written");
    run(upheld()
        .current_dir(folder)
        .args(["import", file, "--format", "json", "--phone-key", "phone.key", "--lake", lake])
        .args(more)
        .arg("--contract")
        .arg(shipped("pingan-sms.md"))
        .arg("--codes")
        .arg(shipped("codes/pingan-sms.md")))
}

/// The names of the lake's files, which name their contents and days.
fn files(folder: &Path, lake: &str) -> Vec<String> {
    let manifest = fs::read_to_string(folder.join(lake).join("manifest.ndjson")).unwrap_or_default();
    let words = manifest.split('"').filter(|it| it.ends_with(".parquet")).map(str::to_owned);
    words.collect()
}

fn taken(output: &Output) -> u64 {
    let told: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    told["taken"].as_u64().expect("a count")
}

#[test]
fn receipts_of_smpp_are_read_in_the_zone_and_with_the_numbers_that_were_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let plain = ["--from", "smpp-text"];
    let named = ["--from", "smpp-text", "--zone", "UTC", "--smpp-id", "decimal"];
    let in_event = ["--from", "cloudevents", "--zone", "+00:00", "--smpp-id", "decimal"];
    let china = SMPP.replace("2610031200", "2610032000").replace("2610031201", "2610032001");
    assert_eq!(taken(&import(folder, "a", &china.replace("255", "ff"), "plain", &plain)), 1);
    assert_eq!(taken(&import(folder, "b", SMPP, "named", &named)), 1);
    assert_eq!(taken(&import(folder, "c", &event(SMPP), "event", &in_event)), 1);
    assert_eq!(files(folder, "named"), files(folder, "plain"));
    assert_eq!(files(folder, "event"), files(folder, "plain"));
    assert_eq!(taken(&import(folder, "d", SMPP, "other", &plain)), 1);
    assert_ne!(files(folder, "other"), files(folder, "plain"));
}

#[test]
fn a_table_of_your_own_is_read_in_the_zone_that_was_named_and_in_none_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let refused = import(folder, "a", TABLE, "none", &["--from", "csv"]);
    assert_eq!((taken(&refused), refused.status.code()), (0, Some(1)));
    assert_eq!(taken(&import(folder, "a", TABLE, "east", &["--from", "csv", "--zone", "+08:00"])), 1);
    assert_eq!(taken(&import(folder, "a", TABLE, "west", &["--from", "csv", "--zone", "-03:30"])), 1);
    assert_ne!(files(folder, "east"), files(folder, "west"));
}

#[test]
fn a_vendor_whose_zone_is_known_is_read_in_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = import(folder.path(), "a", "[]", "lake", &["--from", "aliyun", "--zone", "UTC"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    let refused = import(folder.path(), "a", "[]", "lake", &["--from", "csv", "--zone", "Shanghai"]);
    assert!(text(&refused.stderr).contains("write +08:00"), "{}", text(&refused.stderr));
}
