//! Receipts in tables of somebody's own making.

use expect_test::{Expect, expect};
use formats::table::{Field, Mapping};
use formats::{Format, Offset};

use crate::some::{outline, shown};

fn check(body: &str, format: Format<'_>, expected: Expect) {
    expected.assert_eq(&shown(body.as_bytes(), format));
}

fn mapping() -> Mapping {
    let columns = [
        (Field::MessageId, "编号"),
        (Field::Phone, "手机号"),
        (Field::SentAt, "发送时间"),
        (Field::Code, "状态"),
        (Field::Carrier, "运营商"),
    ];
    Mapping {
        provider: "sheet".to_owned(),
        columns: columns.iter().map(|it| (it.0, it.1.to_owned())).collect(),
        offset: Some(Offset::CHINA),
        domestic: true,
    }
}

#[test]
fn a_table_with_mapped_columns() {
    let body = "\u{feff}编号,手机号,发送时间,状态,备注,运营商\r\n1,13800000000,2026-10-01 08:00:00,DELIVRD,\"一,二\n三\",移动\r\n2,,,MK:0001,,\r\n3,x,,MK:0001,,\n4,5\n";
    check(
        body,
        Format::Csv(&mapping()),
        expect![[r#"
            Receipt {
                provider: "sheet",
                account: None,
                tag: None,
                message_id: "1",
                part: None,
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: Some(
                    Instant(
                        1790812800000000000,
                    ),
                ),
                reported_at: None,
                code: "DELIVRD",
                text: None,
                carrier: Some(
                    "移动",
                ),
                parts: None,
                status: None,
                spot: Spot {
                    line: 2,
                    offset: 58,
                },
            }
            Receipt {
                provider: "sheet",
                account: None,
                tag: None,
                message_id: "2",
                part: None,
                phone: None,
                sent_at: None,
                reported_at: None,
                code: "MK:0001",
                text: None,
                carrier: None,
                parts: None,
                status: None,
                spot: Spot {
                    line: 4,
                    offset: 122,
                },
            }
            line 5, byte 137: a field is no phone number: `phone`; write digits, with `+` and the country code abroad
            line 6, byte 152: header and row differ in their number of fields: 6 ≠ 2; quote fields that hold commas or line breaks
        "#]],
    );
}

#[test]
fn a_table_without_the_columns_a_receipt_needs_is_rejected_once() {
    for head in ["编号,手机号", "编号,状态,状态", "", "\u{feff}x"] {
        let body = format!("{head}\n1,2\n3,4\n");
        let found = outline(body.as_bytes(), Format::Csv(&mapping()));
        let expected: &[&str] = &["1!header_lacks"];
        // A blank first line is passed over, so the next one is taken for the header.
        let expected = if head.is_empty() { &["2!header_lacks"] } else { expected };
        assert_eq!(found, expected, "{head}");
    }
}

#[test]
fn objects_with_mapped_keys() {
    let body = "{\"编号\":1,\"状态\":\"DELIVRD\",\"x\":[{\"y\":null}],\"手机号\":null}\n{\"编号\":\"2\",\"编号\":\"3\",\"状态\":\"DELIVRD\"}";
    check(
        body,
        Format::Lines(&mapping()),
        expect![[r#"
            Receipt {
                provider: "sheet",
                account: None,
                tag: None,
                message_id: "1",
                part: None,
                phone: None,
                sent_at: None,
                reported_at: None,
                code: "DELIVRD",
                text: None,
                carrier: None,
                parts: None,
                status: None,
                spot: Spot {
                    line: 1,
                    offset: 0,
                },
            }
            line 2, byte 66: a field stands twice: `message_id`; keep one of them
        "#]],
    );
}
