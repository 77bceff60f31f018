//! From receipts to records: which row of the annex counts, and what the record says.

use std::collections::BTreeMap;

use evidence::{AttributeKind, RecordPlace};
use expect_test::expect;
use formats::table::Mapping;
use formats::{Classifier, Codes, Format, Key, Limits, Receipts};

use crate::some::{ANNEX, annex, classified, message, message_in_full, optional};

fn receipt(provider: &str, carrier: &str, code: &str, sent_at: &str) -> String {
    format!(
        r#"{{"provider":"{provider}","carrier":"{carrier}","code":"{code}","sent_at":"{sent_at}","message_id":"1"}}"#
    )
}

/// The class of one receipt by the contract's annex with further rows.
fn class(rows: &str, provider: &str, carrier: &str, code: &str, sent_at: &str) -> String {
    let annex = ANNEX.replace("\n## 4 ", &format!("{rows}\n## 4 "));
    let (schema, mapping) = (message(), Mapping::plain("x"));
    let body = receipt(provider, carrier, code, sent_at);
    let lines = classified(body.as_bytes(), Format::Lines(&mapping), &schema, &annex);
    let line = lines.join("\n");
    line.split(' ').nth(2).filter(|_| !line.contains(';')).map_or(line.clone(), str::to_owned)
}

const DAY: &str = "2026-10-01T00:00:00+08:00";

#[test]
fn records_say_what_the_annex_says_of_the_code() {
    let body = r#"[{"phone_number":"13800000000","send_time":"2026-10-01 00:00:00","report_time":"2026-10-01 00:00:05","success":true,"err_code":"DELIVERED","sms_size":"2","biz_id":"12345","out_id":"acme"},
        {"phone_number":"13800000001","send_time":"2026-10-01 00:00:00","err_code":"MOBILE_SEND_LIMIT","biz_id":"12345"},
        {"phone_number":"13800000002","send_time":"2026-10-01 00:00:00","err_code":"REQUEST_SUCCESS","biz_id":"12345"},
        {"phone_number":"13800000003","send_time":"2026-10-01 00:00:00","err_code":"MOBILE_ACCOUNT_ABNORMAL","biz_id":"12345"},
        {"phone_number":"13800000004","send_time":"2026-10-01 00:00:00","err_code":"MOBILE_TERMINAL_ERROR","biz_id":"12345"}]"#;
    let lines = classified(body.as_bytes(), Format::Aliyun, &message(), ANNEX);
    expect![[r#"
        aliyun/12345/e5da691104bb967d:0000 None delivered [Word("delivered"), Word("valid"), Absent]
        aliyun/12345/f9fa820f950450c5:0001 None frequency [Word("failed"), Word("valid"), Word("rule_breach")]
        aliyun/12345/88bbd09f4461e07b:0002 None no_receipt [Word("pending"), Word("valid"), Absent]
        aliyun/12345/78f13f02dddf38ae:0003 None ambiguous [Word("failed"), Word("valid"), Absent]
        the annex does not list `aliyun * MOBILE_TERMINAL_ERROR`; agree what the code means and add it to a new version of the annex; until then the message is in no class"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn the_receipt_says_itself_what_the_annex_leaves_to_it() {
    let body = r#"{"provider":"own","account":"acme","message_id":"m1","phone":"+8613800000000","sent_at":"2026-10-01T00:00:00+08:00","code":"DELIVRD","parts":2,"carrier":"mobile"}"#;
    let mapping = Mapping::plain("own");
    let lines = classified(body.as_bytes(), Format::Lines(&mapping), &message_in_full(), ANNEX);
    expect![[r#"own/m1/e5da691104bb967d:0000 Some("acme") delivered [Word("delivered"), Word("valid"), Absent, Word("delivered"), Word("e5da691104bb967d:0000"), Word("mobile"), Word("DELIVRD"), Word("own"), Number { unscaled: 2, scale: 0 }]"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn whole_codes_match_and_never_their_beginnings() {
    for (code, expected) in [
        ("MI:0022", "provider_fault"),
        ("MI00022", "terminal_fault"),
        ("IC:0001", "off_or_unreachable"),
        ("IC:0015", "provider_fault"),
        ("IC:0151", "not_in_service"),
        ("IB:0064", "off_or_unreachable"),
        ("IB:0008", "provider_fault"),
        ("MK:0023", "ambiguous"),
    ] {
        assert_eq!(class("", "x", "", code, DAY), expected, "{code}");
    }
    for code in ["MK", "MK:000", "MK:00011", "mk:0001", " MK:0001", "MK:0001 "] {
        assert!(class("", "x", "", code, DAY).starts_with("the annex does not list"), "{code}");
    }
}

#[test]
fn the_provider_comes_before_any_and_the_carrier_before_any() {
    let rows = "| `a` | `*` | `Z` | 2026-01-01 | `frequency` | a |
| `a` | `m` | `Z` | 2026-01-01 | `signature` | a m |
| `*` | `m` | `Z` | 2026-01-01 | `no_route` | m |
| `*` | `*` | `Z` | 2026-01-01 | `blacklisted` | any |
";
    for (provider, carrier, expected) in [
        ("a", "m", "signature"),
        ("a", "n", "frequency"),
        ("a", "", "frequency"),
        ("b", "m", "no_route"),
        ("b", "", "blacklisted"),
    ] {
        assert_eq!(class(rows, provider, carrier, "Z", DAY), expected, "{provider} {carrier}");
    }
    assert_eq!(class("", "tencent", "", "MK:0012", DAY), "no_such_number");
    assert_eq!(class("", "huawei", "", "MK:0012", DAY), "ambiguous");
}

#[test]
fn the_row_in_force_when_the_message_was_sent_counts() {
    let rows = "| `a` | `*` | `Z` | 2026-01-01 | `frequency` | first |
| `a` | `*` | `Z` | 2026-10-01 | `signature` | then |
| `*` | `*` | `Z` | 2026-02-01 | `blacklisted` | any |
";
    for (sent_at, expected) in [
        ("2026-09-30T23:59:59+08:00", "frequency"),
        ("2026-10-01T00:00:00+08:00", "signature"),
        ("2026-09-30T16:00:00Z", "signature"),
        ("2026-01-01T00:00:00+08:00", "frequency"),
    ] {
        assert_eq!(class(rows, "a", "", "Z", sent_at), expected, "{sent_at}");
    }
    assert!(class(rows, "a", "", "Z", "2025-12-31T23:59:59+08:00").contains("for messages sent later only"));
    assert!(class(rows, "b", "", "Z", "2026-01-31T00:00:00+08:00").contains("for messages sent later only"));
}

#[test]
fn an_unseen_code_is_no_class_and_prints_no_number() {
    let line = class("", "x", "13812345678", "13812345678", DAY);
    expect!["the annex does not list `x …5678 …5678`; agree what the code means and add it to a new version of the annex; until then the message is in no class"].assert_eq(&line);
}

#[test]
fn the_time_of_sending_is_known_or_agreed() {
    let body = br#"[{"mobile":"13000000000","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"1","user_receive_time":"2026-10-17 08:03:04"},
        {"mobile":"13000000000","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"2"}]"#;
    let agreed = classified(body, Format::Tencent, &message(), ANNEX);
    assert!(
        agreed[0].contains("delivered") && agreed[1].starts_with("receipts of `tencent` do not say"),
        "{agreed:?}"
    );
    let refused = ANNEX.replace("sent_unknown: reported", "sent_unknown: refused");
    let lines = classified(body, Format::Tencent, &message(), &refused);
    assert!(lines.iter().all(|it| it.starts_with("receipts of `tencent` do not say")), "{lines:?}");
}

#[test]
fn what_the_fact_has_no_room_for_is_refused() {
    let mut schema = message();
    schema.attributes.push(optional("carrier", AttributeKind::OneOf(vec!["mobile".to_owned()])));
    schema.attributes.push(optional("parts", AttributeKind::Text));
    let mapping = Mapping::plain("x");
    let lines = |body: &str| classified(body.as_bytes(), Format::Lines(&mapping), &schema, ANNEX);
    let body = receipt("x", "mobile", "DELIVRD", DAY);
    assert!(lines(&body)[0].contains("delivered"));
    assert!(lines(&body.replace("mobile", "unicom"))[0].starts_with("the receipt's `carrier`"));
    assert!(lines(&body.replace("{", "{\"parts\":1,"))[0].starts_with("the receipt's `parts`"));
}

#[test]
fn a_required_attribute_of_the_receipt_must_be_there() {
    let mut schema = message();
    let carrier = AttributeKind::Text;
    schema.attributes.push(evidence::Attribute {
        name: "carrier".to_owned(),
        kind: carrier,
        optional: false,
    });
    let found = Codes::read("a.md", ANNEX, &schema);
    assert!(found.is_err_and(|it| it.len() == 17));
}

#[test]
fn parts_of_a_long_message_and_phones_of_a_batch_are_records_of_their_own() {
    let forms = b"smsMsgId=7&status=DELIVRD&total=2&sequence=1&updateTime=2026-10-01T00:00:00Z\nsmsMsgId=7&status=DELIVRD&total=2&sequence=2&updateTime=2026-10-01T00:00:00Z";
    let ids: Vec<String> = classified(forms, Format::Huawei, &message(), ANNEX)
        .iter()
        .map(|it| it.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(ids, ["huawei/7#1", "huawei/7#2"]);
}

#[test]
fn a_record_says_the_same_as_what_was_classified() {
    let schema = message_in_full();
    let (codes, key) = (annex(&schema), Key::new(b"key"));
    let classifier = Classifier::new(&codes, &schema, &key).tag_is_subject(true);
    let mut body: &[u8] = br#"{"phone_number":"13800000000","send_time":"2026-10-01 00:00:00","err_code":"MOBILE_SEND_LIMIT","biz_id":"7","out_id":"acme","sms_size":"2"}"#;
    let mut shown = Vec::new();
    let mut receipts = Receipts::new(&mut body, Format::Aliyun, Limits::default());
    let read = receipts.for_each(&mut |it| {
        let receipt = it.expect("a receipt");
        let record = classifier.classify(&receipt).expect("a class").record(0, RecordPlace::default());
        let names = schema.attributes.iter().map(|it| it.name.as_str());
        let said: BTreeMap<_, _> = names.zip(&record.attributes).collect();
        shown.push(format!("{:?} {:?} {said:?}", record.id, record.subject));
    });
    read.expect("a body in memory can be read");
    expect![[r#"Some("aliyun/7/e5da691104bb967d:0000") Some("acme") {"carrier": None, "cause": Some(Text("rule_breach")), "class": Some(Text("frequency")), "code": Some(Text("MOBILE_SEND_LIMIT")), "number": Some(Text("valid")), "outcome": Some(Text("failed")), "parts": Some(Number(Ratio(2/1))), "phone": Some(Text("e5da691104bb967d:0000")), "provider": Some(Text("aliyun"))}"#]].assert_eq(&shown.join("\n"));
}

#[test]
fn a_temporary_receipt_without_a_time_of_sending_makes_no_record_that_the_final_one_would_double() {
    let mapping = Mapping::plain("x");
    let body = r#"{"message_id":"1","code":"ENROUTE","reported_at":"2026-10-01T07:59:00+08:00"}
        {"message_id":"1","code":"DELIVRD","reported_at":"2026-10-01T08:01:00+08:00"}
        {"message_id":"2","code":"ENROUTE","sent_at":"2026-10-01T07:59:00+08:00"}"#;
    let lines = classified(body.as_bytes(), Format::Lines(&mapping), &message(), ANNEX);
    assert!(lines[0].starts_with("a temporary receipt of `x` does not say when"), "{lines:?}");
    assert!(lines[1].contains("delivered") && lines[2].contains("no_receipt"), "{lines:?}");
}

#[test]
fn what_the_sender_gave_with_a_message_names_nobody_unless_it_is_said_to() {
    let (schema, key) = (message(), Key::new(b"key"));
    let codes = annex(&schema);
    let bodies: [(&str, Format<'_>); 4] = [
        (
            r#"{"phone_number":"13800000000","send_time":"2026-10-01 00:00:00","err_code":"DELIVERED","biz_id":"1","out_id":"order 13800000000"}"#,
            Format::Aliyun,
        ),
        (
            r#"{"mobile":"13800000000","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"1","user_receive_time":"2026-10-01 00:00:00","ext":"order 13800000000"}"#,
            Format::Tencent,
        ),
        (
            "smsMsgId=7&status=DELIVRD&updateTime=2026-10-01T00:00:00Z&extend=order+13800000000",
            Format::Huawei,
        ),
        (
            r#"{"code":"0","mobile":"13800000000","messageId":"1","carrierCode":"DELIVRD","requestTime":"2026-10-01 00:00:00","custom":"order 13800000000"}"#,
            Format::Baidu,
        ),
    ];
    for (body, format) in bodies {
        for (is_subject, expected) in [(false, None), (true, Some("order 13800000000"))] {
            let classifier = Classifier::new(&codes, &schema, &key).tag_is_subject(is_subject);
            let mut bytes = body.as_bytes();
            let read = Receipts::new(&mut bytes, format, Limits::default()).for_each(&mut |it| {
                let receipt = it.expect("a receipt");
                assert_eq!(classifier.classify(&receipt).expect("a class").subject, expected, "{body}");
            });
            read.expect("a body in memory can be read");
        }
    }
}
