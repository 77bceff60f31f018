//! Quantities as people read them: durations in days, hours and minutes, money to its minor unit.

use crate::currency::Currency;
use crate::ratio::Ratio;
use crate::rounding::Rounding;
use crate::unit::{Base, Unit};

/// Seconds of the parts a duration is shown in.
const DURATION_PARTS: [(i128, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];
/// Bytes of the sizes data is shown in, the largest first.
const DATA_SIZES: [(i128, &str); 4] =
    [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
/// A data size with more decimal places is shown in the next smaller unit.
const DATA_PLACES_MAX: u32 = 3;

/// The amount rounded to the currency's minor unit.
///
/// ```
/// use quantity::{Currency, Ratio, Rounding, round_money};
///
/// let kwd = Currency::parse("KWD").unwrap();
/// let third = Ratio::new(2, 3).unwrap();
/// assert_eq!(round_money(&third, kwd, Rounding::HalfUp), Ratio::parse_decimal("0.667").unwrap());
/// ```
pub fn round_money(amount: &Ratio, currency: Currency, how: Rounding) -> Ratio {
    amount.round_places(currency.minor_digits(), how)
}

/// The amount without its currency: with the minor digits when they show it exactly (`22.20`), else
/// unrounded as [`Ratio::show`] does (`22.222222222222…`), for showing never rounds unasked.
pub fn show_money(amount: &Ratio, currency: Currency) -> String {
    match amount.places() {
        Some(places) if places <= currency.minor_digits() => {
            amount.decimal(currency.minor_digits(), Rounding::Down)
        }
        _ => amount.show(),
    }
}

/// The duration in days of 24 hours, hours, minutes and seconds, parts of zero left out: `1 d 12 h 40 min`,
/// `-3 min`, `1.5 s`, `0 s`. One that has no short decimal stays in seconds: `123.333333333333… s`.
pub fn show_duration(seconds: &Ratio) -> String {
    duration_parts(seconds).unwrap_or_else(|| format!("{} s", seconds.show()))
}

/// The value with its unit.
pub(crate) fn show_quantity(value: &Ratio, unit: &Unit) -> String {
    match unit.powers() {
        [] => value.show(),
        [(Base::Time, 1)] => show_duration(value),
        [(Base::Money(currency), 1)] => format!("{} {currency}", show_money(value, *currency)),
        [(Base::Data, 1)] => show_data(value),
        [..] => show_other(value, unit),
    }
}

fn show_other(value: &Ratio, unit: &Unit) -> String {
    let (number, unit) = (value.show(), unit.to_string());
    match unit.strip_prefix("1/") {
        Some(below) => format!("{number}/{below}"),
        None => format!("{number} {unit}"),
    }
}

/// `None` when the seconds have no exact short decimal or the days do not fit.
fn duration_parts(seconds: &Ratio) -> Option<String> {
    if !seconds.shows_exactly() {
        return None;
    }
    let magnitude = seconds.abs();
    let mut whole = magnitude.floor_i128()?;
    let fraction = magnitude.sub(&Ratio::int(whole)).ok()?;
    let mut parts = Vec::new();
    for (size, name) in DURATION_PARTS {
        if whole >= size {
            parts.push(format!("{} {name}", whole / size));
            whole %= size;
        }
    }
    let rest = fraction.add(&Ratio::int(whole)).ok()?;
    if parts.is_empty() || !rest.is_zero() {
        parts.push(format!("{} s", rest.show()));
    }
    let sign = if seconds.is_negative() { "-" } else { "" };
    Some(format!("{sign}{}", parts.join(" ")))
}

fn show_data(bytes: &Ratio) -> String {
    let magnitude = bytes.abs();
    DATA_SIZES
        .iter()
        .filter(|(size, _)| magnitude >= Ratio::int(*size))
        .find_map(|(size, name)| {
            let count = bytes.div(&Ratio::int(*size)).ok()?;
            let short = count.places().is_some_and(|places| places <= DATA_PLACES_MAX);
            short.then(|| format!("{} {name}", count.show()))
        })
        .unwrap_or_else(|| format!("{} B", bytes.show()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Quantity;

    fn fraction(text: &str) -> Ratio {
        Ratio::parse_fraction(text).unwrap()
    }

    #[test]
    fn durations_are_shown_in_their_parts() {
        for (seconds, text) in [
            ("0", "0 s"),
            ("59", "59 s"),
            ("3/2", "1.5 s"),
            ("-3/2", "-1.5 s"),
            ("60", "1 min"),
            ("123/2", "1 min 1.5 s"),
            ("1320", "22 min"),
            ("-180", "-3 min"),
            ("3600", "1 h"),
            ("3601", "1 h 1 s"),
            ("132000", "1 d 12 h 40 min"),
            ("86399", "23 h 59 min 59 s"),
            ("2678400", "31 d"),
            ("1/1000", "0.001 s"),
            ("-86401/2", "-12 h 0.5 s"),
            ("1/1000000000000", "0.000000000001 s"),
            ("370/3", "123.333333333333… s"),
            ("-370/3", "-123.333333333333… s"),
        ] {
            assert_eq!(show_duration(&fraction(seconds)), text, "{seconds}");
        }
    }

    #[test]
    fn a_duration_beyond_128_bits_is_shown_in_seconds() {
        let long = Ratio::int(i128::MAX).mul(&Ratio::int(4)).unwrap();
        assert_eq!(show_duration(&long), format!("{} s", long.show()));
        assert!(show_duration(&Ratio::int(i128::MIN)).ends_with(" s"));
    }

    #[test]
    fn money_is_shown_with_its_minor_digits_and_never_rounded() {
        for (amount, code, text) in [
            ("22", "USD", "22.00"),
            ("111/5", "USD", "22.20"),
            ("-1/100", "USD", "-0.01"),
            ("1/200", "USD", "0.005"),
            ("200/9", "USD", "22.222222222222…"),
            ("22", "JPY", "22"),
            ("45/2", "JPY", "22.5"),
            ("1/8", "KWD", "0.125"),
            ("1/8", "CLF", "0.1250"),
        ] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(show_money(&fraction(amount), currency), text, "{amount} {code}");
        }
    }

    #[test]
    fn money_is_rounded_to_its_minor_unit_by_the_named_mode() {
        for (amount, code, how, text) in [
            ("200/9", "USD", Rounding::HalfUp, "22.22"),
            ("200/9", "USD", Rounding::Up, "22.23"),
            ("-200/9", "USD", Rounding::Floor, "-22.23"),
            ("1/200", "USD", Rounding::HalfUp, "0.01"),
            ("1/200", "USD", Rounding::HalfEven, "0.00"),
            ("3/200", "USD", Rounding::HalfEven, "0.02"),
            ("5/2", "JPY", Rounding::HalfEven, "2"),
            ("5/2", "JPY", Rounding::HalfUp, "3"),
            ("1/3", "KWD", Rounding::Ceiling, "0.334"),
        ] {
            let currency = Currency::parse(code).unwrap();
            let rounded = round_money(&fraction(amount), currency, how);
            assert_eq!(show_money(&rounded, currency), text, "{amount} {code} {how}");
        }
    }

    #[test]
    fn every_quantity_is_shown_with_its_unit() {
        let usd = Unit::money(Currency::parse("USD").unwrap());
        for (value, unit, text) in [
            ("999/10", Unit::NONE, "99.9"),
            ("5400", Unit::time(), "1 h 30 min"),
            ("1111/50", usd.clone(), "22.22 USD"),
            ("0", usd.clone(), "0.00 USD"),
            ("1", usd.div(&Unit::time()), "1 USD/s"),
            ("5", Unit::NONE.div(&Unit::time()), "5/s"),
            ("39/10", Unit::named("MOS"), "3.9 MOS"),
            ("999", Unit::data(), "999 B"),
            ("1500000000", Unit::data(), "1.5 GB"),
            ("-2000", Unit::data(), "-2 KB"),
            ("1000001", Unit::data(), "1000.001 KB"),
            ("1234567", Unit::data(), "1234.567 KB"),
            ("10000000/3", Unit::data(), "3333333.333333333333… B"),
        ] {
            assert_eq!(Quantity { value: fraction(value), unit }.show(), text, "{value}");
        }
    }
}
