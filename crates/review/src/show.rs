//! Values as findings print them: exact where that is short, otherwise cut and marked with `…`.

use diagnostic::Bilingual;
use quantity::{Quantity, Ratio, Rounding, show_duration};

use crate::domain::{Domain, Kind};

/// Both languages at once.
pub(crate) fn both(en: impl Into<String>, zh: impl Into<String>) -> Bilingual {
    Bilingual::new(en, zh)
}

/// A share as a percentage: `27.77…%`, `99.4%`.
pub(crate) fn percent(share: &Ratio) -> String {
    share.mul(&Ratio::int(100)).map_or_else(|_| share.show(), |it| format!("{}%", short(&it)))
}

/// A number, exact when it has at most six decimals, else cut after two.
pub(crate) fn short(value: &Ratio) -> String {
    match value.exact_decimal() {
        Some(exact) if exact.split_once('.').is_none_or(|(_, digits)| digits.len() <= 6) => exact,
        _ => format!("{}…", value.decimal(2, Rounding::Down)),
    }
}

/// An amount with its unit.
pub(crate) fn show_quantity(it: &Quantity) -> String {
    if it.unit.is_time() {
        return duration(&it.value);
    }
    match it.unit.currency() {
        Some(currency) => match quantity::round_money(&it.value, currency, Rounding::Down) == it.value {
            true => it.show(),
            false => format!("{}… {currency}", it.value.decimal(currency.minor_digits(), Rounding::Down)),
        },
        None => it.show(),
    }
}

/// A value of a measured number.
pub(crate) fn value_of(domain: &Domain, value: &Ratio) -> String {
    match domain.kind {
        Kind::Share => percent(value),
        Kind::Count => short(value),
        Kind::Time => duration(value),
        Kind::Other => Quantity { value: value.clone(), unit: domain.unit.clone() }.show(),
    }
}

fn duration(seconds: &Ratio) -> String {
    match seconds.exact_decimal() {
        Some(exact) if exact.split_once('.').is_none_or(|(_, digits)| digits.len() <= 6) => {
            show_duration(seconds)
        }
        _ => format!("{} s", short(seconds)),
    }
}

/// The number with the fewest digits strictly between two and not far from one end: the greatest when `high`, else
/// the least.
pub(crate) fn nice_between(domain: &Domain, low: &Ratio, until: &Ratio, high: bool) -> Option<Ratio> {
    if low >= until {
        return None;
    }
    let half = |it: &Ratio| it.div(&Ratio::int(2)).ok();
    let least = if high { half(until)? } else { low.clone() };
    let most = if high || low.is_zero() { until.clone() } else { low.add(&half(low)?).ok()? };
    let inside = |it: &Ratio| it > low && it < until && *it >= least && *it <= most;
    steps(domain).find_map(|step| {
        let multiple = |edge: &Ratio, how| edge.round_to(&step, how).ok();
        let (below, above) = (multiple(until, Rounding::Floor)?, multiple(low, Rounding::Ceiling)?);
        let last = if inside(&below) { Some(below) } else { below.sub(&step).ok() };
        let first = if inside(&above) { Some(above) } else { above.add(&step).ok() };
        let chosen = if high { last } else { first };
        chosen.filter(|it| inside(it) && domain.holds(it))
    })
}

/// Ever finer steps people like: days to seconds, whole percents to fractions.
fn steps(domain: &Domain) -> impl Iterator<Item = Ratio> {
    let coarse: &[i128] = match domain.kind {
        Kind::Time => &[86_400, 43_200, 21_600, 3_600, 1_800, 600, 300, 60, 30, 10, 5],
        _ => &[],
    };
    let from = if domain.kind == Kind::Share { 2 } else { 0 };
    let fine = (from..18u32).filter_map(|digits| Ratio::new(1, 10i128.checked_pow(digits)?).ok());
    coarse.iter().map(|it| Ratio::int(*it)).chain(fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quantity::Unit;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_fraction(text).unwrap()
    }

    fn domain(kind: Kind, unit: Unit, until: &str) -> Domain {
        Domain { kind, unit, until: ratio(until), step: None }
    }

    #[test]
    fn a_witness_has_few_digits_and_stays_inside() {
        let share = domain(Kind::Share, Unit::none(), "1");
        let time = domain(Kind::Time, Unit::time(), "2678400");
        for (domain, low, until, high, expected) in [
            (&share, "99/100", "995/1000", true, "99.4%"),
            (&share, "9899/10000", "99/100", true, "98.999%"),
            (&share, "0", "35/100", true, "34%"),
            (&time, "2700", "2678400", false, "1 h"),
            (&time, "0", "46000", true, "12 h"),
        ] {
            let found = nice_between(domain, &ratio(low), &ratio(until), high).unwrap();
            assert_eq!(value_of(domain, &found), expected, "{low} {until}");
        }
    }

    #[test]
    fn long_fractions_are_cut_and_marked() {
        assert_eq!(percent(&ratio("-2/9")), "-22.22…%");
        assert_eq!(percent(&ratio("497/500")), "99.4%");
    }
}
