//! Statements as JSON.

use expect_test::expect_file;
use serde_json::Value;
use statement::json;

use crate::sample::{empty, full};

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[test]
fn everything_has_its_stable_shape() {
    expect_file!["snapshots/full.json"].assert_eq(&pretty(&json(&full())));
}

#[test]
fn no_evidence_is_null_and_never_zero() {
    expect_file!["snapshots/empty.json"].assert_eq(&pretty(&json(&empty())));
}

#[test]
fn no_number_is_a_float() {
    fn check(value: &Value) {
        match value {
            Value::Number(number) => assert!(number.is_i64() || number.is_u64(), "{number}"),
            Value::Array(values) => values.iter().for_each(check),
            Value::Object(fields) => fields.values().for_each(check),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    check(&json(&full()));
    check(&json(&empty()));
}
