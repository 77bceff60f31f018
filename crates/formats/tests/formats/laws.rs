//! Laws for any bytes: nothing panics, nothing is counted twice, and rejects name the right line.

use formats::smpp::Options;
use formats::table::Mapping;
use formats::{Codes, Format, Limits, Receipts};
use proptest::prelude::*;

use crate::some::{ANNEX, message, outline, outline_of};

const GOOD: &str =
    r#"{"phone_number":"13800000000","send_time":"2017-01-01 00:00:00","err_code":"DELIVERED","biz_id":"1"}"#;

/// Payloads of every format, to be bent.
const SEEDS: [&str; 8] = [
    r#"[{"phone_number":"13800000000","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"67890"}]"#,
    r#"[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13000000000","report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功","sid":"7"}]"#,
    "sequence=1&total=1&orgCode=000&updateTime=2018-04-13T06%3A31%3A46Z&source=2&smsMsgId=7&status=DELIVRD\n",
    r#"{"code":"2","requestId":"5","messageId":"m-1","mobile":"13800000000","carrierCode":"MK:0001","deliverTime":"2026-10-01T04:00:03Z"}"#,
    "id:0123456789 sub:001 dlvrd:001 submit date:2610010800 done date:261001080003 stat:DELIVRD err:000 text:x\n",
    "\0\0\0\x3d\0\0\0\x05\0\0\0\0\0\0\0\x01\0\x01\x018613800000000\0\0\x011069\0\x04\0\0\0\0\0\0\0\0\0\x04\x27\0\x01\x02\0\x1e\0\x021\0",
    r#"[{"specversion":"1.0","type":"receipt.v1","source":"/g","id":"e","data":{"provider":"x","message_id":"1","code":"DELIVRD"}}]"#,
    "message_id,code,phone\n1,DELIVRD,13800000000\n2,\"a\"\"b\",\n",
];

fn formats(mapping: &Mapping) -> [Format<'_>; 10] {
    [
        Format::Aliyun,
        Format::AliyunInternational,
        Format::Tencent,
        Format::Huawei,
        Format::Baidu,
        Format::SmppText(Options::default()),
        Format::SmppPdus(Options::default()),
        Format::CloudEvents,
        Format::Csv(mapping),
        Format::Lines(mapping),
    ]
}

/// Reads the bytes in every format; positions must grow and stay within the input.
fn reads_in_every_format(bytes: &[u8]) -> Result<(), TestCaseError> {
    let mapping = Mapping::plain("x");
    let lines = bytes.iter().filter(|it| **it == b'\n').count() as u64 + 1;
    for format in formats(&mapping) {
        let mut reader = bytes;
        let mut receipts =
            Receipts::new(&mut reader, format, Limits { record_bytes_max: 300, levels_max: 4 });
        let mut spots = Vec::new();
        let read = receipts.for_each(&mut |it| spots.push(it.map_or_else(|it| it.spot, |it| it.spot)));
        prop_assert!(read.is_ok());
        prop_assert!(spots.iter().all(|it| it.offset < bytes.len() as u64 && it.line <= lines));
        let line_at = |offset: u64| {
            let before = usize::try_from(offset).expect("a small body");
            bytes[..before].iter().filter(|it| **it == b'\n').count() as u64 + 1
        };
        prop_assert!(spots.iter().all(|it| it.line == line_at(it.offset)));
        prop_assert!(spots.is_sorted());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_receipts_or_rejects(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        reads_in_every_format(&bytes)?;
    }

    #[test]
    fn any_brackets_and_quotes_are_receipts_or_rejects(text in r#"[\[\]{}",:a1 \n\\]{0,200}"#) {
        reads_in_every_format(text.as_bytes())?;
    }

    #[test]
    fn bent_payloads_are_receipts_or_rejects(
        seed in 0..SEEDS.len(),
        bends in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..8),
        times in 1..4_usize,
    ) {
        let mut bytes = SEEDS[seed].repeat(times).into_bytes();
        for (at, byte, kind) in bends {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte & 7),
                2 => bytes.insert(at, byte),
                _ => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
            }
        }
        reads_in_every_format(&bytes)?;
    }

    #[test]
    fn bad_lines_are_rejected_by_their_number_and_good_ones_read(good in prop::collection::vec(any::<bool>(), 1..40), chunk in 1..400_usize) {
        let bad = ["{\"a\":1,}", "{\"a\":1", "{\"a:1}", "{}", "{\"biz_id\":[}"];
        let lines: Vec<&str> =
            good.iter().enumerate().map(|(at, is_good)| if *is_good { GOOD } else { bad[at % bad.len()] }).collect();
        let body = lines.join("\n");
        let mut reader = std::io::BufReader::with_capacity(chunk, body.as_bytes());
        let found = outline_of(&mut reader, Format::Aliyun, Limits::default());
        let expected: Vec<bool> = good.clone();
        prop_assert_eq!(found.iter().map(|it| it == "DELIVERED").collect::<Vec<_>>(), expected);
        let numbers: Vec<usize> = found.iter().filter_map(|it| it.split_once('!')?.0.parse().ok()).collect();
        let wrong: Vec<usize> = good.iter().enumerate().filter(|it| !it.1).map(|it| it.0 + 1).collect();
        prop_assert_eq!(numbers, wrong);
    }

    #[test]
    fn a_bent_annex_is_read_or_refused_with_places(at in any::<prop::sample::Index>(), with in "[`|*a\n ]{0,3}") {
        let mut at = at.index(ANNEX.len());
        while !ANNEX.is_char_boundary(at) {
            at -= 1;
        }
        let text = format!("{}{with}{}", &ANNEX[..at], &ANNEX[at..]);
        let lines = text.lines().count();
        if let Err(findings) = Codes::read("a.md", &text, &message()) {
            prop_assert!(!findings.is_empty());
            prop_assert!(findings.iter().all(|it| it.place.line <= lines));
        }
    }
}

#[test]
fn the_seeds_are_good_in_their_own_format() {
    let mapping = Mapping::plain("x");
    let own = [0, 2, 3, 4, 5, 6, 7, 8];
    for (seed, format) in SEEDS.iter().zip(own.map(|it| formats(&mapping)[it])) {
        let found = outline(seed.as_bytes(), format);
        assert!(!found.is_empty() && found.iter().all(|it| !it.contains('!')), "{seed} {found:?}");
    }
}
