//! Reading and writing as tables.

use super::{decimal, ratio};
use crate::ratio::{Ratio, RatioError};
use crate::rounding::Rounding;

#[test]
fn decimals_are_read_exactly() {
    for (text, fraction) in [
        ("0", "0/1"),
        ("-0", "0/1"),
        ("-0.00", "0/1"),
        ("-12", "-12/1"),
        ("007", "7/1"),
        ("99.9", "999/10"),
        ("99.99", "9999/100"),
        ("1_000.50", "2001/2"),
        ("1_000_000", "1000000/1"),
        ("0.000_001", "1/1000000"),
        ("-3.5", "-7/2"),
    ] {
        assert_eq!(decimal(text).fraction(), fraction, "{text}");
    }
}

#[test]
fn text_that_is_no_plain_decimal_is_refused() {
    for text in [
        "", "-", ".", "1.", ".5", "-.5", "+1", "--1", "1e3", "1E3", "NaN", "inf", " 1", "1 ", "1,000", "_1",
        "1_", "1__0", "1_.5", "1._5", "1.5_", "1.2.3", "0x10", "１２", "1/2", "1-",
    ] {
        assert_eq!(Ratio::parse_decimal(text), None, "{text:?}");
    }
}

#[test]
fn a_decimal_has_at_most_38_digits_underscores_apart() {
    let nines = "9".repeat(38);
    assert_eq!(decimal(&nines).to_integer().unwrap().to_string(), nines);
    assert_eq!(Ratio::parse_decimal(&"9".repeat(39)), None);
    assert_eq!(Ratio::parse_decimal(&"0".repeat(39)), None);
    let halves = ["9".repeat(19), "9".repeat(19)];
    assert_eq!(decimal(&halves.join(".")).exact_decimal(), Some(halves.join(".")));
    assert_eq!(decimal(&halves.join("_")).exact_decimal(), Some(nines));
    assert_eq!(Ratio::parse_decimal(&format!("{}9", halves.join("."))), None);
    let least = format!("0.{}1", "0".repeat(36));
    assert_eq!(decimal(&least).exact_decimal(), Some(least));
}

#[test]
fn fractions_are_read_exactly() {
    for (text, fraction) in [
        ("5", "5/1"),
        ("-5", "-5/1"),
        ("20/9", "20/9"),
        ("-20/9", "-20/9"),
        ("40/18", "20/9"),
        ("0/9", "0/1"),
        ("-0/9", "0/1"),
        ("00001/00002", "1/2"),
        ("340282366920938463463374607431768211456/2", "170141183460469231731687303715884105728/1"),
        ("340282366920938463463374607431768211456/4", "85070591730234615865843651857942052864/1"),
    ] {
        assert_eq!(ratio(text).fraction(), fraction, "{text}");
    }
}

#[test]
fn text_that_is_no_fraction_is_refused() {
    for text in [
        "", "-", "/", "1/", "/1", "1/0", "0/0", "1/-2", "+1/2", "1/+2", "1//2", "1/2/3", "1.5/2", "1_0/2",
        " 1/2",
    ] {
        assert_eq!(Ratio::parse_fraction(text), None, "{text:?}");
    }
}

#[test]
fn numbers_are_shown_to_twelve_places() {
    for (fraction, text) in [
        ("0/1", "0"),
        ("999/10", "99.9"),
        ("-1/8", "-0.125"),
        ("1/1000000000000", "0.000000000001"),
        ("1/10000000000000", "0.000000000000…"),
        ("-1/10000000000000", "-0.000000000000…"),
        ("1/9", "0.111111111111…"),
        ("-2/3", "-0.666666666666…"),
        ("200/9", "22.222222222222…"),
        ("340282366920938463463374607431768211457/2", "170141183460469231731687303715884105728.5"),
        (
            "340282366920938463463374607431768211457/3",
            "113427455640312821154458202477256070485.666666666666…",
        ),
    ] {
        assert_eq!(ratio(fraction).show(), text, "{fraction}");
    }
}

#[test]
fn only_finite_decimals_are_written_exactly() {
    for (fraction, text) in [
        ("1/2", Some("0.5")),
        ("1/40", Some("0.025")),
        ("-3/1", Some("-3")),
        ("1/3", None),
        ("1/15", None),
        ("1/10000000000000", Some("0.0000000000001")),
    ] {
        assert_eq!(ratio(fraction).exact_decimal().as_deref(), text, "{fraction}");
    }
    let tiny = (0..60).try_fold(Ratio::ONE, |tiny, _| tiny.div(&Ratio::int(10))).unwrap();
    assert_eq!(tiny.exact_decimal(), Some(format!("0.{}1", "0".repeat(59))));
    assert_eq!(tiny.div(&Ratio::int(3)).unwrap().exact_decimal(), None);
}

#[test]
fn a_decimal_that_rounds_to_zero_has_no_sign() {
    assert_eq!(ratio("-1/1000").decimal(2, Rounding::HalfUp), "0.00");
    assert_eq!(ratio("-1/1000").decimal(2, Rounding::Up), "-0.01");
    assert_eq!(ratio("1/1000").decimal(0, Rounding::Down), "0");
}

#[test]
fn debug_and_errors_read_well() {
    assert_eq!(format!("{:?}", ratio("-20/9")), "Ratio(-20/9)");
    assert_eq!(RatioError::DivisionByZero.to_string(), "division by zero");
    assert_eq!(RatioError::TooLarge.to_string(), "a number is longer than 4096 bits");
}
