//! Writes a month of delivery receipts as Aliyun sends them: `month ROWS [YEAR-MONTH-DAY DAYS] > receipts.json`.
//!
//! Made from a fixed seed, so that two runs give the same bytes: messages evenly over the days, 95 % delivered, the rest
//! over the codes of the annex; one in a hundred receipts comes twice, and one in a thousand contradicts an earlier one.

#![expect(clippy::print_stderr, reason = "a program for people")]

use std::io::{self, BufWriter, Write};

/// Codes and how many of a thousand receipts have them; the rest is delivered.
const CODES: [(&str, u64); 8] = [
    ("MOBILE_NOT_ON_SERVICE", 12),
    ("MK:0010", 10),
    ("NO_ROUTE", 9),
    ("IB:0008", 7),
    ("UNDELIV", 4),
    ("MOBILE_IN_BLACK", 3),
    ("REQUEST_SUCCESS", 3),
    ("MOBILE_SEND_LIMIT", 2),
];
const DAY_S: u64 = 86_400;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let rows = arguments.next().and_then(|it| it.parse::<u64>().ok());
    let Some(rows) = rows else {
        eprintln!("usage: month ROWS [FIRST-DAY DAYS]");
        return Ok(());
    };
    let first = arguments.next().unwrap_or_else(|| "2026-10-01".to_owned());
    let days: u64 = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(31);
    let (month, first_day) = first.split_at(first.len().saturating_sub(2));
    let first_day: u64 = first_day.parse().unwrap_or(1);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    for i in 0..rows {
        let second = i * (days * DAY_S) / rows.max(1);
        let chance = mix(i);
        receipt(&mut out, i, (month, first_day), second, code(chance % 1_000), chance)?;
        if chance.is_multiple_of(101) {
            receipt(&mut out, i, (month, first_day), second, code(chance % 1_000), chance)?;
        }
        if chance.is_multiple_of(1_009) {
            // A later word of the same message, which stands.
            receipt(&mut out, i, (month, first_day), second, "DELIVERED", chance | 0xff00)?;
        }
    }
    out.flush()
}

fn receipt(
    out: &mut impl Write,
    i: u64,
    (month, first_day): (&str, u64),
    second: u64,
    code: &str,
    chance: u64,
) -> io::Result<()> {
    let (day, in_day) = (first_day + second / DAY_S, second % DAY_S);
    let (h, m, s) = (in_day / 3_600, in_day / 60 % 60, in_day % 60);
    // Reports come within the minute, a later word within the hour, and none past midnight.
    let reported = (in_day + chance % 31 + if chance & 0xff00 == 0xff00 { 1_800 } else { 0 }).min(DAY_S - 1);
    let (rh, rm, rs) = (reported / 3_600, reported / 60 % 60, reported % 60);
    let phone = 13_000_000_000 + mix(i ^ 0x5eed) % 900_000_000;
    let success = code == "DELIVERED";
    writeln!(
        out,
        r#"{{"phone_number":"{phone}","send_time":"{month}{day:02} {h:02}:{m:02}:{s:02}","report_time":"{month}{day:02} {rh:02}:{rm:02}:{rs:02}","success":{success},"err_code":"{code}","err_msg":"-","sms_size":"1","biz_id":"{}","out_id":"account-{}"}}"#,
        900_000_000_000_000 + i,
        mix(i ^ 7) % 20,
    )
}

fn code(per_mille: u64) -> &'static str {
    let mut below = 0;
    for (code, share) in CODES {
        below += share;
        if per_mille < below {
            return code;
        }
    }
    "DELIVERED"
}

/// SplitMix64.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
