//! An import that is interrupted and begun again: nothing is left out, nothing is told otherwise.

#![expect(clippy::expect_used, reason = "helpers of tests stand outside the test functions")]

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
            .args(["--from", "aliyun", "--format", "json", "--phone-key", "phone.key", "--lake", lake])
            .args(more)
            .arg("--contract")
            .arg(shipped("pingan-sms.md"))
            .arg("--codes")
            .arg(shipped("codes/pingan-sms.md")))
    }

    fn interrupted(&self, lake: &str, files: &[&str]) {
        let output = self.import(lake, &[files, &["broken.json.gz"]].concat(), &[]);
        assert!(text(&output.stderr).contains("broken.json.gz"), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    }

    /// Every file of the lake by its content, from the manifest.
    fn contents(&self, lake: &str) -> Vec<String> {
        let manifest = fs::read_to_string(self.path(lake).join("manifest.ndjson")).expect("a manifest");
        let lines = manifest.lines().map(|it| serde_json::from_str::<Value>(it).expect("JSON"));
        let mut paths: Vec<String> = lines.flat_map(|it| paths(&it)).collect();
        paths.sort();
        paths
    }
}

/// Every path a line of the manifest names.
fn paths(line: &Value) -> Vec<String> {
    match line {
        Value::Object(map) => {
            let own = map.get("path").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(map.values().flat_map(paths)).collect()
        }
        Value::Array(list) => list.iter().flat_map(paths).collect(),
        _ => Vec::new(),
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
    assert!(folder.contents("lake").iter().any(|it| it.contains("2026-09-03")), "{:?}", folder.contents("lake"));
}
