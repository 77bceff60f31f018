//! Rounding as tables: seven modes, both signs, ties and their neighbours.

use super::{decimal, ratio};
use crate::ratio::{Ratio, RatioError};
use crate::rounding::Rounding;

#[test]
fn every_mode_rounds_as_its_name_says() {
    #[rustfmt::skip]
    let rows = [
        //         half_up half_even half_down up   down ceiling floor
        ("2.5",  ["3",    "2",      "2",      "3",  "2",  "3",  "2"]),
        ("1.5",  ["2",    "2",      "1",      "2",  "1",  "2",  "1"]),
        ("0.5",  ["1",    "0",      "0",      "1",  "0",  "1",  "0"]),
        ("0.51", ["1",    "1",      "1",      "1",  "0",  "1",  "0"]),
        ("0.49", ["0",    "0",      "0",      "1",  "0",  "1",  "0"]),
        ("1",    ["1",    "1",      "1",      "1",  "1",  "1",  "1"]),
        ("0",    ["0",    "0",      "0",      "0",  "0",  "0",  "0"]),
        ("-0.49",["0",    "0",      "0",      "-1", "0",  "0",  "-1"]),
        ("-0.5", ["-1",   "0",      "0",      "-1", "0",  "0",  "-1"]),
        ("-0.51",["-1",   "-1",     "-1",     "-1", "0",  "0",  "-1"]),
        ("-1",   ["-1",   "-1",     "-1",     "-1", "-1", "-1", "-1"]),
        ("-1.5", ["-2",   "-2",     "-1",     "-2", "-1", "-1", "-2"]),
        ("-2.5", ["-3",   "-2",     "-2",     "-3", "-2", "-2", "-3"]),
    ];
    for (value, expected) in rows {
        for (how, text) in Rounding::ALL.into_iter().zip(expected) {
            let rounded = decimal(value).round_to(&Ratio::ONE, how).unwrap();
            assert_eq!(rounded.exact_decimal().as_deref(), Some(text), "{value} {how}");
            assert_eq!(decimal(value).decimal(0, how), text, "{value} {how}");
        }
    }
}

#[test]
fn a_step_may_be_any_positive_ratio() {
    for (value, step, how, expected) in [
        ("89/1", "60/1", Rounding::HalfUp, "60/1"),
        ("90/1", "60/1", Rounding::HalfUp, "120/1"),
        ("90/1", "60/1", Rounding::HalfDown, "60/1"),
        ("150/1", "60/1", Rounding::HalfEven, "120/1"),
        ("1/1", "60/1", Rounding::Up, "60/1"),
        ("-1/1", "60/1", Rounding::Up, "-60/1"),
        ("1/1", "1/3", Rounding::Down, "1/1"),
        ("1/2", "1/3", Rounding::HalfUp, "2/3"),
        ("1/2", "1/3", Rounding::HalfDown, "1/3"),
        ("1/2", "1/3", Rounding::HalfEven, "2/3"),
        ("-1/2", "1/3", Rounding::HalfUp, "-2/3"),
        ("99995/100000", "1/10000", Rounding::HalfEven, "1/1"),
        ("7/2", "7/1", Rounding::HalfEven, "0/1"),
    ] {
        assert_eq!(ratio(value).round_to(&ratio(step), how), Ok(ratio(expected)), "{value} {step} {how}");
    }
}

#[test]
fn a_step_of_zero_or_less_is_refused() {
    for step in ["0/1", "-1/1"] {
        for how in Rounding::ALL {
            assert_eq!(Ratio::ONE.round_to(&ratio(step), how), Err(RatioError::DivisionByZero));
        }
    }
}

#[test]
fn every_name_reads_back_and_no_other_does() {
    for how in Rounding::ALL {
        assert_eq!(Rounding::parse(how.name()), Some(how));
        assert_eq!(how.to_string(), how.name());
    }
    for name in ["", "Half_Up", "half up", "nearest", "truncate"] {
        assert_eq!(Rounding::parse(name), None, "{name}");
    }
}

#[test]
fn the_extremes_of_128_bits_round_without_overflow() {
    for extreme in [i128::MIN, i128::MAX] {
        for how in Rounding::ALL {
            assert_eq!(Ratio::int(extreme).round_to(&Ratio::ONE, how), Ok(Ratio::int(extreme)));
            let half = Ratio::int(extreme).div(&Ratio::int(2)).unwrap();
            let rounded = half.round_to(&Ratio::ONE, how).unwrap();
            assert!(rounded.sub(&half).unwrap().abs() <= ratio("1/2"), "{half} {how}");
        }
    }
}

#[test]
fn ties_beyond_128_bits_follow_the_mode_too() {
    let long = ratio("680564733841876926926749214863536422912/1");
    for (doubled, expected) in
        [(1, ["1", "0", "0", "1", "0", "1", "0"]), (3, ["2", "2", "1", "2", "1", "2", "1"])]
    {
        let value = long.add(&Ratio::new(doubled, 2).unwrap()).unwrap();
        for (how, above) in Rounding::ALL.into_iter().zip(expected) {
            let rounded = value.round_to(&Ratio::ONE, how).unwrap();
            assert_eq!(rounded.sub(&long), Ok(decimal(above)), "{doubled}/2 {how}");
            let negative = value.neg().decimal(0, mirrored(how));
            assert_eq!(negative, format!("-{}", rounded.decimal(0, how)), "-{doubled}/2 {how}");
        }
    }
}

/// The mode that rounds `-x` to minus what `how` makes of `x`.
fn mirrored(how: Rounding) -> Rounding {
    match how {
        Rounding::Ceiling => Rounding::Floor,
        Rounding::Floor => Rounding::Ceiling,
        symmetric => symmetric,
    }
}
