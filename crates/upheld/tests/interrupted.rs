//! An import that is interrupted and begun again: nothing is left out, nothing is told otherwise.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use support::{run, text, upheld};

/// Begins like gzip and goes on like nothing.
const BROKEN: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff";

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").join(name)
}

/// A hundred receipts of one month, two of which carry a code that nobody listed, and a line that is none.
fn month(month: u32) -> String {
    let mut lines = String::new();
    for i in 0..100 {
        let code = if i % 50 == 7 { "MK:9999" } else { "DELIVERED" };
        let day = 1 + i % 28;
        lines.push_str(&format!(
            r#"{{"phone_number":"138{i:08}","send_time":"2026-{month:02}-{day:02} 12:00:00","report_time":"2026-{month:02}-{day:02} 12:00:05","err_code":"{code}","biz_id":"{month}-{i}"}}"#
        ));
        lines.push('\n');
    }
    lines + "{\n"
}

/// A directory with a month in each of two files, and one file that cannot be read.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        fs::write(folder.path("phone.key"), "0123456789abcdef0123456789abcdef\n").expect("written");
        fs::copy(shipped("codes/pingan-sms.md"), folder.path("pingan-sms.codes.md")).expect("copied");
        fs::write(folder.path("september.json"), month(9)).expect("written");
        fs::write(folder.path("october.json"), month(10)).expect("written");
        fs::write(folder.path("broken.json.gz"), BROKEN).expect("written");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn import(&self, lake: &str, files: &[&str], more: &[&str]) -> Output {
        run(upheld()
            .current_dir(self.0.path())
            .arg("import")
            .args(files)
            .args(["--from", "aliyun", "--format", "json", "--lake", lake, "--contract"])
            .arg(shipped("pingan-sms.md"))
            .args(if more.contains(&"--phone-key") { &[][..] } else { &["--phone-key", "phone.key"] })
            .args(if more.contains(&"--codes") { &[][..] } else { &["--codes", "pingan-sms.codes.md"] })
            .args(more))
    }

    fn interrupted(&self, lake: &str, files: &[&str]) {
        let output = self.import(lake, &[files, &["broken.json.gz"]].concat(), &[]);
        assert!(text(&output.stderr).contains("broken.json.gz"), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    }

    /// Every file the manifest names; the names tell days and contents.
    fn contents(&self, lake: &str) -> Vec<String> {
        let manifest = fs::read_to_string(self.path(lake).join("manifest.ndjson")).expect("a manifest");
        let words = manifest.split('"').filter(|it| it.ends_with(".parquet"));
        let mut paths: Vec<String> = words.map(str::to_owned).collect();
        paths.sort();
        paths
    }
}

fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| Value::from(text(&output.stderr)))
}

#[test]
fn a_file_that_was_not_read_before_the_interruption_is_read_wherever_it_stands() {
    let folder = Folder::new();
    folder.interrupted("lake", &["october.json"]);
    folder.import("lake", &["september.json", "october.json"], &[]);
    folder.import("other", &["september.json", "october.json"], &[]);
    assert_eq!(folder.contents("lake"), folder.contents("other"));
    assert!(
        folder.contents("lake").iter().any(|it| it.contains("2026-09-03")),
        "{:?}",
        folder.contents("lake")
    );
}

/// What is told of an import, without how long it took.
const TOLD: [&str; 6] = ["taken", "copies", "superseded", "rejected", "classes", "rejects"];

#[test]
fn an_import_that_goes_on_tells_the_same_as_one_that_never_stopped() {
    let folder = Folder::new();
    folder.interrupted("lake", &["september.json", "october.json"]);
    let resumed = folder.import("lake", &["september.json", "october.json"], &[]);
    let whole = folder.import("other", &["september.json", "october.json"], &[]);
    assert_eq!(resumed.status.code(), Some(1), "what was left out before the interruption counts");
    for name in TOLD {
        assert_eq!(told(&resumed)[name], told(&whole)[name], "{name}");
    }
    assert_eq!(told(&whole)["rejected"], 6);
}

#[test]
fn an_import_does_not_go_on_under_another_annex_subject_or_key() {
    let other_key = "fedcba9876543210fedcba9876543210\n";
    let annex = fs::read_to_string(shipped("codes/pingan-sms.md")).expect("an annex");
    let (row, listed) = ("| `aliyun` | `*` | `DELIVERED` |", "| `aliyun` | `*` | `MK:9999` `DELIVERED` |");
    assert!(annex.contains(row));
    for more in [&["--codes", "new.md"][..], &["--subject", "shop"], &["--phone-key", "other.key"]] {
        let folder = Folder::new();
        fs::write(folder.path("new.md"), annex.replacen(row, listed, 1)).expect("written");
        fs::write(folder.path("other.key"), other_key).expect("written");
        folder.interrupted("lake", &["october.json"]);
        let resumed = folder.import("lake", &["october.json"], more);
        let whole = folder.import("other", &["october.json"], more);
        assert_eq!(told(&resumed)["rejects"], told(&whole)["rejects"], "{more:?}");
        assert_eq!(folder.contents("lake"), folder.contents("other"), "{more:?}");
        assert!(text(&resumed.stderr).contains("read its files again"), "{}", text(&resumed.stderr));
    }
}
