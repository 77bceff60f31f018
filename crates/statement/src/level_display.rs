//! A level in digits, beside its target.

use std::cmp::Ordering;

use language::contract::Compare;
use quantity::{Ratio, Rounding};

/// Fraction digits shown of a number the contract sets no digits for.
const DIGITS_DEFAULT: u32 = 4;
/// Fraction digits after which a number is only said to lie above or below its target. A target is shown with as
/// many, as [`Ratio::show`] does.
const DIGITS_MAX: u32 = 12;
/// The most fraction digits a contract may ask for; more would be a mistake, not a number.
const DECIMALS_MAX: u32 = 30;

/// The number in digits that compare with each target as the number itself does: 99.89999 is never `99.9` beside a
/// target of 99.9.
///
/// Without `decimals` at most four fraction digits are shown, the rest cut off and marked `…`. With `decimals` the
/// number has that many, rounded toward missing the (first) target: down for a level that must not fall short, up
/// for one that must not exceed. Where these digits would compare otherwise, as many more are shown as it takes;
/// where twelve do not suffice, the number is shown as `>99.9` or `<99.9`.
///
/// Value and targets are in the same unit, percentages already times one hundred.
///
/// ```
/// use language::contract::Compare;
/// use quantity::Ratio;
/// use statement::level_display;
///
/// let number = |text| Ratio::parse_decimal(text).unwrap();
/// let promised = [(Compare::AtLeast, number("99.9"))];
/// assert_eq!(level_display(&number("99.89999"), &promised, Some(1)), "99.8");
/// assert_eq!(level_display(&number("99.90001"), &promised, Some(2)), "99.90001");
/// assert_eq!(level_display(&Ratio::new(100, 3).unwrap(), &[], None), "33.3333…");
/// ```
pub fn level_display(value: &Ratio, targets: &[(Compare, Ratio)], decimals: Option<u32>) -> String {
    let how = targets.first().map_or(Rounding::Floor, |(compare, _)| toward_the_miss(*compare));
    let first = decimals.map_or(DIGITS_DEFAULT, |decimals| decimals.min(DECIMALS_MAX));
    let fitting = (first..=DIGITS_MAX.max(first)).find_map(|digits| {
        let shown = match decimals {
            Some(_) => Shown::rounded(value, digits, how),
            None => Shown::cut(value, digits),
        };
        compares_alike(&shown.number, value, targets).then_some(shown.text)
    });
    fitting.unwrap_or_else(|| beside_a_target(value, targets))
}

/// A number's text and what a reader takes it for.
struct Shown {
    text: String,
    number: Ratio,
}

impl Shown {
    fn rounded(value: &Ratio, digits: u32, how: Rounding) -> Shown {
        Shown { text: value.decimal(digits, how), number: to_digits(value, digits, how) }
    }

    /// The exact decimal when it is short enough, else its first digits.
    fn cut(value: &Ratio, digits: u32) -> Shown {
        let number = to_digits(value, digits, Rounding::Down);
        if number == *value {
            return Shown { text: value.exact_decimal().unwrap_or_else(|| value.fraction()), number };
        }
        let sign = if value.is_negative() { "-" } else { "" };
        let text = format!("{sign}{}…", value.abs().decimal(digits, Rounding::Down));
        Shown { text, number }
    }
}

/// Rounding that may make a level look worse, never better.
fn toward_the_miss(compare: Compare) -> Rounding {
    match compare {
        Compare::AtLeast | Compare::More => Rounding::Floor,
        Compare::AtMost | Compare::Less => Rounding::Ceiling,
        Compare::Equal | Compare::NotEqual => Rounding::Down,
    }
}

/// Whether the shown number compares with every target as the true one does.
fn compares_alike(shown: &Ratio, value: &Ratio, targets: &[(Compare, Ratio)]) -> bool {
    targets.iter().all(|(_, target)| {
        let target_shown = to_digits(target, DIGITS_MAX, Rounding::Down);
        shown.cmp(&target_shown) == value.cmp(target)
    })
}

/// On which side of the nearest target the value lies, without digits of its own.
fn beside_a_target(value: &Ratio, targets: &[(Compare, Ratio)]) -> String {
    let distance = |target: &Ratio| value.sub(target).map_or_else(|_| value.abs(), |it| it.abs());
    let targets = targets.iter().map(|(_, target)| target);
    let Some(target) = targets.min_by_key(|target| distance(target)) else { return value.show() };
    match value.cmp(target) {
        Ordering::Less => format!("<{}", target.show()),
        Ordering::Equal => target.show(),
        Ordering::Greater => format!(">{}", target.show()),
    }
}

/// The number moved to so many fraction digits; itself when the result would be too long to hold.
fn to_digits(value: &Ratio, digits: u32, how: Rounding) -> Ratio {
    let step = 10_i128.checked_pow(digits).and_then(|scale| Ratio::new(1, scale).ok());
    step.and_then(|step| value.round_to(&step, how).ok()).unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Ratio {
        Ratio::parse_decimal(text).or_else(|| Ratio::parse_fraction(text)).unwrap()
    }

    fn check(value: &str, compare: Compare, target: &str, decimals: Option<u32>, expected: &str) {
        let shown = level_display(&number(value), &[(compare, number(target))], decimals);
        assert_eq!(shown, expected, "{value} {} {target}", compare.symbol());
    }

    #[test]
    fn four_digits_are_shown_unless_fewer_are_exact_or_more_are_needed() {
        use Compare::{AtLeast, AtMost};
        check("99.9", AtLeast, "99.9", None, "99.9");
        check("100", AtLeast, "99.9", None, "100");
        check("2230900/22320", AtLeast, "99", None, "99.9507…");
        check("99.89999", AtLeast, "99.9", None, "99.8999…");
        check("99.90001", AtLeast, "99.9", None, "99.90001");
        check("299700001/3000000", AtLeast, "99.9", None, "99.9000003…");
        check("0.10001", AtMost, "0.1", None, "0.10001");
        check("0.09999", AtMost, "0.1", None, "0.0999…");
        check("-100/31", AtLeast, "99.9", None, "-3.2258…");
    }

    #[test]
    fn declared_digits_round_toward_the_miss() {
        use Compare::{AtLeast, AtMost};
        check("99.8999", AtLeast, "99.9", Some(2), "99.89");
        check("99.999", AtLeast, "99.9", Some(2), "99.99");
        check("99.9", AtLeast, "99.9", Some(3), "99.900");
        check("99.904", AtLeast, "99.9", Some(2), "99.904");
        check("0.0901", AtMost, "0.1", Some(2), "0.091");
        check("0.1001", AtMost, "0.1", Some(2), "0.11");
    }

    #[test]
    fn what_no_twelve_digits_tell_apart_is_said_in_a_sign() {
        check("99.90000000000001", Compare::AtLeast, "99.9", Some(2), ">99.9");
        check("99.89999999999999", Compare::AtMost, "99.9", Some(2), "<99.9");
        check("100/3", Compare::AtLeast, "100/3", None, "33.333333333333…");
    }

    #[test]
    fn a_number_between_two_targets_is_told_from_both() {
        let targets = [(Compare::AtLeast, number("99.9")), (Compare::AtLeast, number("99.90002"))];
        assert_eq!(level_display(&number("99.900011"), &targets, None), "99.90001…");
    }

    /// What a reader takes the text for, beside the text of the target.
    fn as_read(shown: &str, target_shown: &str) -> Ordering {
        match shown.chars().next() {
            Some('<') => Ordering::Less,
            Some('>') => Ordering::Greater,
            _ => number(shown.trim_end_matches('…')).cmp(&number(target_shown.trim_end_matches('…'))),
        }
    }

    fn compare() -> impl Strategy<Value = Compare> {
        use Compare::{AtLeast, AtMost, Equal, Less, More, NotEqual};
        prop::sample::select(vec![AtLeast, AtMost, Equal, Less, More, NotEqual])
    }

    /// A target, and a value that is far from it, near it, or it.
    fn value_and_target() -> impl Strategy<Value = (Ratio, Ratio)> {
        let target = (-200_000_i128..2_000_000, prop::sample::select(vec![1_i128, 3, 7, 1000, 7776, 44_640]));
        let offset = (-50_i128..50, 0_u32..16);
        (target, offset).prop_map(|((num, den), (steps, exponent))| {
            let target = Ratio::new(num, den).unwrap();
            let offset = Ratio::new(steps, 3 * 10_i128.pow(exponent)).unwrap();
            (target.add(&offset).unwrap(), target)
        })
    }

    proptest! {
        #[test]
        fn the_digits_shown_compare_with_the_target_as_the_value_does(
            (value, target) in value_and_target(),
            compare in compare(),
            decimals in prop::option::of(0_u32..6),
        ) {
            let shown = level_display(&value, &[(compare, target.clone())], decimals);
            let read = as_read(&shown, &target.show());
            prop_assert_eq!(read, value.cmp(&target), "{} beside {}", shown, target.show());
        }

        #[test]
        fn the_digits_shown_are_digits_of_the_value((value, _) in value_and_target()) {
            let shown = level_display(&value, &[], None);
            let read = number(shown.trim_end_matches('…'));
            let missing = value.abs().sub(&read.abs()).unwrap();
            prop_assert!(!missing.is_negative() && missing < number("0.0001"), "{} for {}", shown, value);
            prop_assert_eq!(shown.ends_with('…'), read != value);
        }
    }
}
