//! Caps against an oracle that grants one minor unit after the other.

use std::time::Duration;

use ledger::{CapReason, Money, cap_net_of_vouchers, cap_period, cap_rolling};
use proptest::prelude::*;
use timeline::Instant;

use super::some::{day, money, usd};

const DAY: Duration = Duration::from_hours(24);

#[test]
fn a_period_cap_leaves_room_for_what_was_not_granted() {
    let table = [
        // asked, granted, cap, allowed
        (100, 0, 300, 100),
        (100, 250, 300, 50),
        (100, 300, 300, 0),
        (100, 400, 300, 0),
        (0, 300, 300, 0),
        (100, 0, 0, 0),
    ];
    for (asked, granted, cap, allowed) in table {
        let it = cap_period(money(asked), money(granted), money(cap)).unwrap();
        assert_eq!((it.allowed, it.remainder), (money(allowed), money(asked - allowed)));
        let reason = CapReason::Period { cap: money(cap), granted: money(granted) };
        assert_eq!(it.reason, (allowed < asked).then_some(reason));
    }
}

#[test]
fn a_grant_counts_from_its_instant_for_the_length_of_the_window() {
    let grants = [(day(10), money(70))];
    let allowed =
        |at: Instant| cap_rolling(money(100), &grants, at, DAY * 30, money(100)).unwrap().allowed.minor;
    let table = [
        (day(9), 100, "a later grant does not count"),
        (day(10), 30, "the instant itself counts"),
        (day(40).checked_sub(1).unwrap(), 30, "the last instant counts"),
        (day(40), 100, "the end does not"),
    ];
    for (at, expected, why) in table {
        assert_eq!(allowed(at), expected, "{why}");
    }
}

#[test]
fn a_fee_paid_by_vouchers_allows_nothing() {
    let table = [
        // fee, by voucher, granted, allowed of 100
        (1_000, 0, 0, 100),
        (1_000, 950, 0, 50),
        (1_000, 1_000, 0, 0),
        (1_000, 1_200, 0, 0),
        (1_000, 900, 80, 20),
    ];
    for (fee, by_voucher, granted, allowed) in table {
        let it = cap_net_of_vouchers(money(100), money(granted), money(fee), money(by_voucher)).unwrap();
        assert_eq!(it.allowed.minor, allowed, "fee {fee}, by voucher {by_voucher}, granted {granted}");
    }
}

#[test]
fn caps_refuse_other_currencies_and_negative_amounts() {
    let code = |asked: Money, granted: Money, cap: Money| cap_period(asked, granted, cap).unwrap_err().code();
    assert_eq!(code(money(1), money(0), usd(5)), "L0105");
    assert_eq!(code(money(1), usd(0), money(5)), "L0105");
    assert_eq!(code(money(-1), money(0), money(5)), "L0101");
    assert_eq!(code(money(1), money(-5), money(5)), "L0101");
    assert_eq!(code(money(1), money(0), money(-5)), "L0101");
    let net = cap_net_of_vouchers(money(1), money(0), money(5), usd(0)).unwrap_err();
    assert_eq!(net.code(), "L0105");
    let rolling = cap_rolling(money(1), &[(day(1), money(-1))], day(1), DAY, money(5)).unwrap_err();
    assert_eq!(rolling.code(), "L0101");
}

#[test]
fn a_cap_says_why_in_both_languages() {
    let reasons = [
        cap_period(money(5), money(0), money(1)),
        cap_rolling(money(5), &[], day(1), DAY * 365, money(1)),
        cap_net_of_vouchers(money(5), money(0), money(2), money(1)),
    ];
    let texts: Vec<_> = reasons.map(|it| it.unwrap().reason.unwrap().text()).into();
    assert!(texts.iter().all(|it| it.en.contains("0.01 CNY") && it.zh.contains("0.01 CNY")), "{texts:?}");
    assert!(texts[1].en.contains("365 days") && texts[1].zh.contains("365 天"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cap_lets_through_as_many_units_as_fit(asked in 0..200i64, granted in 0..200i64, cap in 0..200i64) {
        let it = cap_period(money(asked), money(granted), money(cap)).unwrap();
        let fitting = (1..=asked).take_while(|unit| granted + unit <= cap).count();
        prop_assert_eq!(usize::try_from(it.allowed.minor).unwrap(), fitting);
        prop_assert_eq!(it.allowed.minor + it.remainder.minor, asked, "nothing is lost");
    }

    #[test]
    fn grants_under_a_rolling_cap_never_exceed_it_in_any_window(
        asked in prop::collection::vec((0..10i64, 0..60i64), 1..30),
        length in 1..20i64,
        cap in 0..100i64,
    ) {
        let mut grants: Vec<(Instant, Money)> = Vec::new();
        let mut on = 0;
        let window = DAY * u32::try_from(length).unwrap();
        for (days, amount) in asked {
            on += days;
            let it = cap_rolling(money(amount), &grants, day(on), window, money(cap)).unwrap();
            grants.push((day(on), it.allowed));
        }
        for start in 0..=on {
            let within = |at: Instant| day(start) <= at && at < day(start + length);
            let sum: i64 = grants.iter().filter(|it| within(it.0)).map(|it| it.1.minor).sum();
            prop_assert!(sum <= cap, "{sum} within {length} days from day {start}");
        }
    }
}
