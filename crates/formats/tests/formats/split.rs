//! Our classes reproduce the split of Tencent's own statistics.

use std::collections::BTreeMap;

use formats::tencent::{Difference, Split, difference, split};
use formats::{Classifier, Format, Key, Limits, Receipts};

use crate::some::{annex, message_in_full};

/// What each code of Tencent's table counts as in its statistics.
const CODES: [(&str, &str); 8] = [
    ("DELIVRD", "CallbackSuccessCount"),
    ("MK:0001", "InvalidNumberCount"),
    ("MK:0012", "InvalidNumberCount"),
    ("MK:0005", "ShutdownErrorCount"),
    ("MK:0010", "ShutdownErrorCount"),
    ("IB:0008", "InternalErrorCount"),
    ("DB:0141", "BlackListCount"),
    ("MX:0003", "FrequencyLimitCount"),
];

#[test]
fn the_classes_of_tencents_codes_add_up_to_its_statistics() {
    let schema = message_in_full();
    let (codes, key) = (annex(&schema), Key::new(b"key"));
    let classifier = Classifier::new(&codes, &schema, &key);
    let mut theirs: BTreeMap<&str, u64> = BTreeMap::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut body = String::new();
    for (index, (code, figure)) in CODES.iter().enumerate() {
        for number in 0..=index {
            body.push_str(&format!(
                r#"{{"user_receive_time":"2026-10-17 08:03:04","nationcode":"86","mobile":"1300000000{number}","report_status":"FAIL","errmsg":"{code}","sid":"{index}"}}"#
            ));
            *theirs.entry(figure).or_default() += 1;
        }
    }
    let mut bytes = body.as_bytes();
    let mut receipts = Receipts::new(&mut bytes, Format::Tencent, Limits::default());
    let read = receipts.for_each(&mut |it| {
        let receipt = it.expect("a receipt");
        let class = classifier.classify(&receipt).expect("a known code").class;
        *counts.entry(class.to_owned()).or_default() += 1;
    });
    read.expect("a body in memory can be read");
    let ours = split(counts.iter().map(|(class, count)| (class.as_str(), *count)));
    theirs.insert("CallbackCount", theirs.values().sum());
    theirs.insert("CallbackFailCount", theirs["CallbackCount"] - 1);
    assert_eq!(difference(&ours, &theirs), []);
    theirs.insert("BlackListCount", 8);
    assert_eq!(difference(&ours, &theirs), [Difference { figure: "BlackListCount", ours: 7, theirs: 8 }]);
}

#[test]
fn a_receipt_is_counted_once_or_not_at_all() {
    let schema = message_in_full();
    for class in annex(&schema).classes() {
        let Split {
            success,
            internal_error,
            invalid_number,
            shutdown_error,
            black_list,
            frequency_limit,
            elsewhere,
            open,
        } = split([(class.name.as_str(), 1)]);
        let sum = success
            + internal_error
            + invalid_number
            + shutdown_error
            + black_list
            + frequency_limit
            + elsewhere
            + open;
        assert_eq!(sum, 1, "{}", class.name);
    }
    assert_eq!(split([("delivered", u64::MAX), ("delivered", 1)]).success, u64::MAX);
}

/// The example of Tencent's documentation.
#[test]
fn the_documented_example_adds_up() {
    let ours = split([("delivered", 1344), ("off_or_unreachable", 401)]);
    let theirs = [
        ("CallbackCount", 1745),
        ("CallbackFailCount", 401),
        ("CallbackSuccessCount", 1344),
        ("InternalErrorCount", 0),
        ("InvalidNumberCount", 0),
        ("ShutdownErrorCount", 401),
        ("BlackListCount", 0),
        ("FrequencyLimitCount", 0),
    ];
    assert_eq!(difference(&ours, &BTreeMap::from(theirs)), []);
}
