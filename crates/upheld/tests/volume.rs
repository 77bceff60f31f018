//! Records in volume from the command line: imported, settled, sealed, verified offline, and counted again.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use support::{run, text, upheld};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts").join(name)
}

/// One receipt of message `i`, sent at noon of that day of October.
fn receipt(i: usize, day: usize, code: &str, reported: &str) -> String {
    let success = code == "DELIVERED";
    format!(
        r#"{{"phone_number":"138{i:08}","send_time":"2026-10-{day:02} 12:00:00","report_time":"2026-10-{day:02} {reported}","success":{success},"err_code":"{code}","err_msg":"-","sms_size":"1","biz_id":"{i}","out_id":"shop"}}"#
    )
}

/// 1,000 messages over ten days: 930 delivered, 50 failures of the provider, 20 to numbers that do not exist.
fn month() -> Vec<String> {
    let code = |i: usize| match i {
        0..930 => "DELIVERED",
        930..980 => "NO_ROUTE",
        _ => "MK:0001",
    };
    (0..1_000).map(|i| receipt(i, 1 + i % 10, code(i), "12:00:05")).collect()
}

/// A directory with a lake, a file of fees and what commands leave there.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        let fee =
            r#"{"fact":"fee","at":"2026-10-31T23:00:00+08:00","amount":"1000.00 CNY","paid_by":"cash"}"#;
        fs::write(folder.path("fees.ndjson"), format!("{fee}\n")).expect("written");
        // Ids hold pseudonyms, so that the same messages are the same records under the same key only.
        fs::write(folder.path("phone.key"), "0123456789abcdef0123456789abcdef\n").expect("written");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn import(&self, lake: &str, receipts: &[String]) -> Output {
        fs::write(self.path("receipts.json"), receipts.join("\n")).expect("written");
        run(upheld()
            .arg("import")
            .arg(self.path("receipts.json"))
            .args(["--from", "aliyun", "--format", "json", "--contract"])
            .arg(shipped("pingan-sms.md"))
            .arg("--codes")
            .arg(shipped("codes/pingan-sms.md"))
            .arg("--phone-key")
            .arg(self.path("phone.key"))
            .arg("--lake")
            .arg(self.path(lake)))
    }

    /// Taken, copies, superseded and rejected.
    fn imported(&self, lake: &str, receipts: &[String]) -> [u64; 4] {
        let output = self.import(lake, receipts);
        let told: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
        ["taken", "copies", "superseded", "rejected"].map(|it| told[it].as_u64().expect("a count"))
    }

    fn settled(&self, lake: &str, package: &str) -> Value {
        let output = run(upheld()
            .arg("settle")
            .arg(shipped("pingan-sms.md"))
            .args(["--cycle", "2026-10", "--since", "2026-01-01", "--format", "json", "--lake"])
            .arg(self.path(lake))
            .arg("--evidence")
            .arg(self.path("fees.ndjson"))
            .arg("--seal")
            .arg(self.path(package))
            .env("XDG_CONFIG_HOME", self.0.path()));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    fn verified(&self, package: &str) -> Output {
        run(upheld().arg("verify").arg(self.path(package)))
    }

    fn recounted(&self, lake: &str, package: &str) -> Output {
        run(upheld().arg("recount").arg(self.path(package)).arg("--lake").arg(self.path(lake)))
    }

    fn lake_file(&self, lake: &str) -> PathBuf {
        fn first(folder: &Path) -> Option<PathBuf> {
            let mut entries: Vec<PathBuf> =
                fs::read_dir(folder).ok()?.map(|it| it.expect("an entry").path()).collect();
            entries.sort();
            entries.iter().find_map(|it| match it.is_dir() {
                true => first(it),
                false => it.extension().is_some_and(|it| it == "parquet").then(|| it.clone()),
            })
        }
        first(&self.path(lake)).expect("a file of the lake")
    }
}

fn of<'v>(statement: &'v Value, list: &str, name: &str) -> &'v Value {
    let found = statement[list].as_array().and_then(|it| it.iter().find(|it| it["name"] == name));
    found.unwrap_or_else(|| panic!("no {name} among {list}: {statement}"))
}

#[test]
fn a_month_of_receipts_is_imported_settled_verified_and_counted_again() {
    let folder = Folder::new();
    assert_eq!(folder.imported("lake", &month()), [1_000, 0, 0, 0]);
    let statement = folder.settled("lake", "package");
    // 930 of 980 messages to valid numbers.
    assert_eq!(of(&statement, "levels", "success_rate")["exact"], "93/98", "{statement}");
    assert_eq!(of(&statement, "promises", "delivery")["verdict"], "breached");
    let verified = folder.verified("package");
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
    let recounted = folder.recounted("lake", "package");
    assert_eq!(recounted.status.code(), Some(0), "{}", text(&recounted.stderr));
    assert!(text(&recounted.stdout).contains("1000 rows in 10 files"), "{}", text(&recounted.stdout));
}

#[test]
fn whatever_the_order_the_copies_and_the_pieces_the_statement_is_the_same() {
    let folder = Folder::new();
    folder.imported("lake", &month());
    let one = folder.settled("lake", "one");
    let mut shuffled: Vec<String> = month().into_iter().rev().collect();
    shuffled.extend(month().into_iter().step_by(3));
    let (first, rest) = shuffled.split_at(700);
    assert_eq!(folder.imported("other", first), [700, 0, 0, 0]);
    assert_eq!(folder.imported("other", rest), [634, 334, 0, 0]);
    assert_eq!(folder.settled("other", "two"), one);
}

#[test]
fn a_later_word_stands_whichever_comes_first_and_the_annex_says_so() {
    let folder = Folder::new();
    let late: Vec<String> = (930..940).map(|i| receipt(i, 1 + i % 10, "DELIVERED", "13:00:00")).collect();
    folder.imported("lake", &month());
    assert_eq!(folder.imported("lake", &late), [10, 0, 10, 0]);
    folder.imported("other", &late);
    folder.imported("other", &month());
    let statement = folder.settled("lake", "one");
    assert_eq!(of(&statement, "levels", "success_rate")["exact"], "47/49");
    assert_eq!(folder.settled("other", "two"), statement);
}

#[test]
fn an_unseen_code_is_told_and_nothing_is_guessed() {
    let folder = Folder::new();
    let mut receipts = month();
    receipts.push(receipt(5_000, 3, "MK:9999", "12:00:01"));
    receipts.push("{".to_owned());
    let output = folder.import("lake", &receipts);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&told["taken"], &told["rejected"]), (&Value::from(1_000), &Value::from(2)));
    let mut reasons = String::new();
    for it in told["rejects"].as_array().expect("a list") {
        write!(reasons, "{}:{} ", it["line"], it["message"]).expect("text");
    }
    assert!(reasons.contains("1001:") && reasons.contains("MK:9999"), "{reasons}");
    assert!(reasons.contains("1002:"), "{reasons}");
}

#[test]
fn a_file_of_the_lake_that_was_changed_is_found_and_named() {
    let folder = Folder::new();
    folder.imported("lake", &month());
    folder.settled("lake", "package");
    let file = folder.lake_file("lake");
    let mut bytes = fs::read(&file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&file, bytes).expect("written");
    let output = folder.recounted("lake", "package");
    assert_eq!(output.status.code(), Some(1));
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(text(&output.stderr).contains(&name), "{}", text(&output.stderr));
}

#[test]
fn an_answer_that_was_changed_is_found_without_the_lake() {
    let folder = Folder::new();
    folder.imported("lake", &month());
    folder.settled("lake", "package");
    let answers = folder.path("package").join("volume/answers.txt");
    let changed = fs::read_to_string(&answers).expect("text").replacen("number 930/1", "number 980/1", 1);
    fs::write(&answers, changed).expect("written");
    assert_eq!(folder.verified("package").status.code(), Some(1));
}

#[test]
fn records_that_came_later_are_told_apart_from_those_the_statement_rests_on() {
    let folder = Folder::new();
    folder.imported("lake", &month());
    folder.settled("lake", "package");
    folder.imported("lake", &[receipt(7_000, 4, "DELIVERED", "12:30:00")]);
    let output = folder.recounted("lake", "package");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("P0205"), "{}", text(&output.stderr));
    assert_eq!(folder.verified("package").status.code(), Some(0), "it holds offline all the same");
}

#[test]
fn records_of_the_next_month_on_its_last_day_in_utc_leave_a_statement_as_it_was() {
    let folder = Folder::new();
    folder.imported("lake", &month());
    folder.imported("lake", &[receipt(7_000, 31, "DELIVERED", "12:00:05")]);
    folder.settled("lake", "package");
    // The first eight hours of November in the zone of the agreement are the same day in UTC.
    let next = receipt(7_001, 31, "DELIVERED", "12:00:05");
    let next = next.replace("2026-10-31 12:00", "2026-11-01 00:15");
    assert_eq!(folder.imported("lake", &[next]), [1, 0, 0, 0]);
    let output = folder.recounted("lake", "package");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("they change no answer"), "{}", text(&output.stdout));
}

#[test]
fn the_files_alone_are_enough_to_count_again() {
    let folder = Folder::new();
    folder.imported("lake", &month());
    folder.settled("lake", "package");
    fs::remove_file(folder.path("lake").join("manifest.ndjson")).expect("removed");
    let output = folder.recounted("lake", "package");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("1000 rows in 10 files"), "{}", text(&output.stdout));
    let file = folder.lake_file("lake");
    // Another day's file under the name of this one's.
    let day = file.parent().and_then(Path::parent).expect("a folder").join("2026-10-05");
    let other = fs::read_dir(day).expect("a folder").next().expect("a file").expect("an entry").path();
    fs::copy(other, &file).expect("copied");
    let output = folder.recounted("lake", "package");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(text(&output.stderr).contains(&name), "{}", text(&output.stderr));
    fs::remove_file(&file).expect("removed");
    let output = folder.recounted("lake", "package");
    assert!(text(&output.stderr).contains("P0205"), "{}", text(&output.stderr));
}

#[test]
fn records_in_volume_given_twice_are_refused() {
    let folder = Folder::new();
    folder.imported("lake", &month());
    let record = r#"{"fact":"message","id":"a","at":"2026-10-02T12:00:00+08:00","outcome":"delivered","number":"valid"}"#;
    fs::write(folder.path("more.ndjson"), format!("{record}\n")).expect("written");
    let output = run(upheld()
        .arg("settle")
        .arg(shipped("pingan-sms.md"))
        .args(["--cycle", "2026-10", "--lake"])
        .arg(folder.path("lake"))
        .arg("--evidence")
        .arg(folder.path("more.ndjson")));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("S0107"), "{}", text(&output.stderr));
}

#[test]
fn a_lake_that_is_not_there_is_not_one_without_records() {
    let folder = Folder::new();
    let output = run(upheld()
        .arg("settle")
        .arg(shipped("pingan-sms.md"))
        .args(["--cycle", "2026-10", "--lake"])
        .arg(folder.path("mistyped")));
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no lake"), "{}", text(&output.stderr));
    assert!(!folder.path("mistyped").exists());
}

#[test]
fn no_phone_number_is_kept_anywhere() {
    let folder = Folder::new();
    folder.imported("lake", &[receipt(31_415_926, 1, "DELIVERED", "12:00:05")]);
    fn search(folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                search(&path);
            } else {
                let bytes = fs::read(&path).expect("read");
                assert!(!bytes.windows(11).any(|it| it == b"13831415926"), "{}", path.display());
            }
        }
    }
    search(&folder.path("lake"));
}

#[test]
fn a_query_is_handed_to_the_program_beside_this_one_or_on_the_path_word_for_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = run(upheld().args(["query", "--lake", "x"]).env("PATH", folder.path()));
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("cargo build --release -p query"), "{}", text(&missing.stderr));
    let program = folder.path().join("upheld-query");
    fs::write(&program, "#!/bin/sh\nprintf '%s|' \"$@\"\nexit 7\n").expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("a program");
    let words = ["--lake", "s3://x/y", "--help", "SELECT 'a b' FROM message"];
    let asked = run(upheld().arg("query").args(words).env("PATH", folder.path()));
    assert_eq!(text(&asked.stdout), "--lake|s3://x/y|--help|SELECT 'a b' FROM message|");
    assert_eq!(asked.status.code(), Some(7));
}

#[test]
fn records_that_are_refused_are_told_by_reason_and_without_their_values() {
    let folder = Folder::new();
    let line = |i: usize| {
        format!(
            r#"{{"fact":"message","id":"{i}","at":"2026-10-02T12:00:00+08:00","outcome":"1380013{i:04}","number":"valid"}}"#
        )
    };
    let lines: Vec<String> = (0..12).map(line).collect();
    fs::write(folder.path("records.ndjson"), lines.join("\n")).expect("written");
    let import = |format: &str| {
        run(upheld()
            .arg("import")
            .arg(folder.path("records.ndjson"))
            .args(["--format", format, "--contract"])
            .arg(shipped("pingan-sms.md"))
            .arg("--lake")
            .arg(folder.path("lake")))
    };
    let output = import("json");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rejects = told["rejects"].as_array().expect("a list");
    assert_eq!((&told["rejected"], rejects.len()), (&Value::from(12), 1), "{told}");
    assert_eq!((&rejects[0]["count"], &rejects[0]["line"]), (&Value::from(12), &Value::from(1)));
    for said in [text(&output.stdout), text(&import("text").stdout)] {
        assert!(!said.contains("1380013") && said.contains("…0000"), "{said}");
    }
}
