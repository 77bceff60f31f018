//! Rows with the workload's shares, made from a row's number alone: for tests and for the journal, which has no peer that
//! needs the same.

use crate::row::{ACCOUNTS, DAY_US, DAYS, MONTH_US, Row};

/// Row `at` of `rows`, which rise evenly over the month.
pub(crate) fn made(at: u64, rows: u64) -> Row {
    let step = (DAYS * DAY_US).cast_unsigned() / rows.max(1);
    let draw = |salt: u64, below: u64| mixed(at.wrapping_mul(8).wrapping_add(salt)) % below;
    let fault = draw(0, 1_000);
    let status = [960, 975, 985, 995].iter().filter(|it| fault >= **it).count();
    Row {
        account: account(draw(1, 1_000)),
        ts_us: MONTH_US.saturating_add_unsigned(at * step),
        kind: small(draw(2, 3)),
        carrier: small(draw(3, 7)),
        status: u8::try_from(status).unwrap_or(0),
        err: if status == 0 { 0 } else { u16::from(small(draw(4, 180))) + 1 },
        parts: 1 + u8::from(draw(5, 10) < 2),
        price_e4: 300 + i32::from(small(draw(6, 50))),
        msg_id: mixed(at ^ 0xA5A5_0000_0000_0000),
    }
}

/// Of a thousand, the cube: few accounts have most rows.
fn account(of_thousand: u64) -> u16 {
    u16::try_from(u64::from(ACCOUNTS) * of_thousand.pow(3) / 1_000_000_000).unwrap_or(0)
}

fn small(number: u64) -> u8 {
    u8::try_from(number).unwrap_or(0)
}

/// SplitMix64, which maps different numbers to different ones.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}
