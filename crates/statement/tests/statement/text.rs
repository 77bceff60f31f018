//! Statements for the terminal.

use expect_test::{ExpectFile, expect_file};
use settle::Settlement;
use statement::{Lang, text};

use crate::sample::{empty, full};

fn check(settlement: &Settlement, lang: Lang, expected: ExpectFile) {
    expected.assert_eq(&text(settlement, lang));
}

#[test]
fn everything_in_english() {
    check(&full(), Lang::En, expect_file!["snapshots/full.en.txt"]);
}

#[test]
fn everything_in_chinese() {
    check(&full(), Lang::Zh, expect_file!["snapshots/full.zh.txt"]);
}

#[test]
fn no_evidence_in_english() {
    check(&empty(), Lang::En, expect_file!["snapshots/empty.en.txt"]);
}

#[test]
fn no_evidence_in_chinese() {
    check(&empty(), Lang::Zh, expect_file!["snapshots/empty.zh.txt"]);
}
