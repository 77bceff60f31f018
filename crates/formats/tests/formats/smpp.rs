//! SMPP receipts: text, TLVs, ids and what is no receipt.

use expect_test::expect;
use formats::smpp::{Id, Options};
use formats::{Format, Limits, Offset};

use crate::some::{outline, outline_of, shown};

const TEXT: &str = "id:0123456789 sub:001 dlvrd:001 submit date:2610010800 done date:261001080003 stat:DELIVRD err:000 text:Your code 13800000000";

/// A `deliver_sm` with that `esm_class`, text and TLVs.
fn deliver_sm(esm_class: u8, text: &str, tlvs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = b"\0".to_vec();
    body.extend(b"\x01\x018613800000000\0");
    body.extend(b"\x00\x0110690000\0");
    body.extend([esm_class, 0, 0]);
    body.extend(b"\0\0");
    body.extend([0, 0, 0, 0]);
    body.push(u8::try_from(text.len()).expect("a short text"));
    body.extend(text.as_bytes());
    for (tag, value) in tlvs {
        body.extend(tag.to_be_bytes());
        body.extend(u16::try_from(value.len()).expect("a short value").to_be_bytes());
        body.extend(*value);
    }
    with_header(5, &body)
}

fn with_header(command: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 16).expect("a short body");
    let mut pdu = length.to_be_bytes().to_vec();
    pdu.extend(command.to_be_bytes());
    pdu.extend([0; 8]);
    pdu.extend(body);
    pdu
}

const PDUS: Format<'static> = Format::SmppPdus(Options { id: Id::AsWritten, offset: Offset::CHINA });

#[test]
fn the_text_of_a_receipt() {
    expect![[r#"
        Receipt {
            provider: "smpp",
            account: None,
            tag: None,
            message_id: "…6789",
            part: None,
            phone: None,
            sent_at: Some(
                Instant(
                    1790812800000000000,
                ),
            ),
            reported_at: Some(
                Instant(
                    1790812803000000000,
                ),
            ),
            code: "DELIVRD",
            text: None,
            carrier: None,
            parts: None,
            status: Some(
                "DELIVRD",
            ),
            spot: Spot {
                line: 1,
                offset: 0,
            },
        }
    "#]]
    .assert_eq(&shown(TEXT.as_bytes(), Format::SmppText(Options::default())));
}

#[test]
fn a_receipt_with_text_and_tlvs() {
    let error: &[u8] = &[3, 0, 32];
    let pdu = deliver_sm(
        0x04,
        &TEXT.replace("DELIVRD", "UNDELIV"),
        &[(0x001E, b"75bcd15\0"), (0x0427, &[5]), (0x0423, error)],
    );
    expect![[r#"
        Receipt {
            provider: "smpp",
            account: None,
            tag: None,
            message_id: "75bcd15",
            part: None,
            phone: Some(
                Phone(…0000),
            ),
            sent_at: Some(
                Instant(
                    1790812800000000000,
                ),
            ),
            reported_at: Some(
                Instant(
                    1790812803000000000,
                ),
            ),
            code: "UNDELIV",
            text: Some(
                "3:32",
            ),
            carrier: None,
            parts: None,
            status: Some(
                "UNDELIV",
            ),
            spot: Spot {
                line: 1,
                offset: 0,
            },
        }
    "#]]
    .assert_eq(&shown(&pdu, PDUS));
}

#[test]
fn the_tlvs_alone_are_enough() {
    let with = |state| deliver_sm(0x44, "", &[(0x001E, b"1\0"), (0x0427, &[state])]);
    let all: Vec<u8> = (0..=10).flat_map(with).collect();
    let words =
        "SCHEDULED ENROUTE DELIVRD EXPIRED DELETED UNDELIV ACCEPTD UNKNOWN REJECTD SKIPPED 1!not_a_word";
    assert_eq!(outline(&all, PDUS), words.split(' ').collect::<Vec<_>>());
}

#[test]
fn a_long_text_may_stand_in_the_payload_and_in_data_sm() {
    let in_payload = deliver_sm(0x04, "", &[(0x0424, TEXT.as_bytes())]);
    assert_eq!(outline(&in_payload, PDUS), ["DELIVRD"]);
    let mut data_sm = b"\0\x01\x018613800000000\0\0\x011069\0\x04\0\0".to_vec();
    data_sm.extend([0x00, 0x1E, 0, 2, b'1', 0, 0x04, 0x27, 0, 1, 8]);
    assert_eq!(outline(&with_header(0x103, &data_sm), PDUS), ["REJECTD"]);
}

#[test]
fn only_receipts_are_read_and_only_their_esm_class_tells() {
    for (esm_class, expected) in [
        (0x04, "DELIVRD"),
        (0x44, "DELIVRD"),
        (0x00, "1!not_a_receipt"),
        (0x08, "1!not_a_receipt"),
        (0x20, "1!not_a_receipt"),
    ] {
        assert_eq!(outline(&deliver_sm(esm_class, TEXT, &[]), PDUS), [expected], "{esm_class:#x}");
    }
    assert_eq!(outline(&with_header(0x8000_0004, b"1\0"), PDUS), ["1!not_a_receipt"]);
}

#[test]
fn ids_meet_whether_the_centre_writes_decimal_or_hexadecimal() {
    let id = |id, text: &'static str| {
        let mut found = String::new();
        let receipt = formats::smpp::text(
            text.as_bytes(),
            &Options { id, ..Options::default() },
            formats::Spot::default(),
        );
        found.push_str(&receipt.expect("a receipt").message_id);
        found
    };
    assert_eq!(id(Id::Decimal, "id:0123456789 stat:DELIVRD"), "75bcd15");
    assert_eq!(id(Id::Hexadecimal, "id:075BCD15 stat:DELIVRD"), "75bcd15");
    assert_eq!(id(Id::AsWritten, "id:075BCD15 stat:DELIVRD"), "075BCD15");
    assert_eq!(id(Id::Decimal, "id:a-1 stat:DELIVRD"), "a-1");
}

#[test]
fn a_length_that_cannot_be_right_ends_the_reading_and_a_broken_body_does_not() {
    let good = deliver_sm(0x04, TEXT, &[]);
    let mut short = good.clone();
    short.truncate(40);
    short[3] = 40;
    let both = [&short[..], &good].concat();
    assert_eq!(outline(&both, PDUS), ["1!broken_pdu", "DELIVRD"]);
    for length in [[0, 0, 0, 0], [0, 0, 0, 15], [0, 1, 0, 1], [255, 255, 255, 255]] {
        let lying = [&length[..], &good].concat();
        assert_eq!(outline(&lying, PDUS), ["1!not_a_pdu"], "{length:?}");
    }
    assert_eq!(outline(&good[..good.len() - 1], PDUS), ["1!unfinished"]);
    assert_eq!(outline(&good[..2], PDUS), ["1!unfinished"]);
    let limits = Limits { record_bytes_max: 100, ..Limits::default() };
    assert_eq!(outline_of(&mut &*good, PDUS, limits), ["1!not_a_pdu"]);
}
