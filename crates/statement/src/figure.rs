//! Quantities in digits and the reader's words.

use diagnostic::Lang;
use language::contract::Compare;
use quantity::{Quantity, Ratio, Rounding, show_duration, show_money};
use settle::absent::Absent;
use settle::settlement::{ExcludedMeasure, LevelResult, Outcome, PromiseResult, Settlement};
use settle::shown::{duration_in, duration_words};

use crate::level_display::level_display;
use crate::words::Word;

/// How a level is shown: the same for its value, its readings and its value without exclusions.
pub struct LevelFigure<'a> {
    level: &'a LevelResult,
    targets: Vec<&'a (Compare, Quantity)>,
}

impl<'a> LevelFigure<'a> {
    /// Figures of `level` beside every target it is compared with.
    pub fn new(settlement: &'a Settlement, level: &'a LevelResult) -> Self {
        let targets = promises_on(settlement, level).filter_map(|promise| promise.target.as_ref()).collect();
        Self { level, targets }
    }

    /// A value of the level.
    pub fn show(&self, value: &Quantity, lang: Lang) -> String {
        if value.unit.is_none() {
            let number = scaled(&value.value, self.level.percent).map(|number| self.digits(&number, value));
            let sign = if self.level.percent { "%" } else { "" };
            return number.map_or_else(|| value.value.fraction(), |number| format!("{number}{sign}"));
        }
        if value.unit.is_time() && !is_short(&value.value) {
            return self.long_duration(value, lang);
        }
        quantity(value, lang)
    }

    /// A value of the level, or the word for why there is none.
    pub fn outcome(&self, value: &Outcome<Quantity>, lang: Lang) -> String {
        outcome(value, lang, |value| self.show(value, lang))
    }

    fn digits(&self, number: &Ratio, value: &Quantity) -> String {
        let percent = self.level.percent && value.unit.is_none();
        let targets = self.targets_like(value, |target| scaled(target, percent));
        level_display(number, &targets, self.level.decimals)
    }

    /// A duration without a short decimal: whole minutes in words, the rest of the seconds in digits.
    fn long_duration(&self, value: &Quantity, lang: Lang) -> String {
        let minutes = value.value.round_to(&Ratio::int(60), Rounding::Down).unwrap_or(Ratio::ZERO);
        let rest = value.value.sub(&minutes).unwrap_or_else(|_| value.value.clone());
        let targets = self.targets_like(value, |target| target.sub(&minutes).ok());
        let digits = level_display(&rest, &targets, self.level.decimals);
        let is_plain = minutes.is_positive() && digits.starts_with(|c: char| c.is_ascii_digit());
        let text = if is_plain {
            format!("{} {digits} s", show_duration(&minutes))
        } else {
            format!("{} s", self.digits(&value.value, value))
        };
        duration_words(text, lang)
    }

    /// Targets in the unit of the value, each changed as the value is.
    fn targets_like(
        &self,
        value: &Quantity,
        change: impl Fn(&Ratio) -> Option<Ratio>,
    ) -> Vec<(Compare, Ratio)> {
        let comparable = self.targets.iter().filter(|(_, target)| target.unit == value.unit);
        comparable.filter_map(|(compare, target)| Some((*compare, change(&target.value)?))).collect()
    }
}

/// Promises that compare the level of this subject.
pub fn promises_on<'a>(
    settlement: &'a Settlement,
    level: &'a LevelResult,
) -> impl Iterator<Item = &'a PromiseResult> {
    settlement.promises.iter().filter(|promise| {
        promise.level.as_deref() == Some(&*level.name)
            && (promise.subject == level.subject || promise.subject.is_none())
    })
}

/// The level a promise compares.
pub fn level_of<'a>(settlement: &'a Settlement, promise: &PromiseResult) -> Option<&'a LevelResult> {
    let name = promise.level.as_deref()?;
    let named = || settlement.levels.iter().filter(|level| level.name == name);
    named().find(|level| level.subject == promise.subject).or_else(|| named().next())
}

/// What was promised: `≥ 99.5%`.
pub fn target(settlement: &Settlement, promise: &PromiseResult, lang: Lang) -> Option<String> {
    let (compare, value) = promise.target.as_ref()?;
    let percent = level_of(settlement, promise).is_some_and(|level| level.percent);
    let number = scaled(&value.value, percent).filter(|_| percent && value.unit.is_none());
    let text = number.map_or_else(|| quantity(value, lang), |number| format!("{}%", number.show()));
    Some(format!("{} {text}", compare_sign(*compare)))
}

/// The operator as printed in books.
pub(crate) fn compare_sign(compare: Compare) -> &'static str {
    match compare {
        Compare::Equal => "=",
        Compare::NotEqual => "≠",
        Compare::Less => "<",
        Compare::AtMost => "≤",
        Compare::More => ">",
        Compare::AtLeast => "≥",
    }
}

/// A quantity; money that is not whole minor units and long decimals are cut after four digits and marked `…`.
pub fn quantity(value: &Quantity, lang: Lang) -> String {
    if value.unit.is_time() {
        return duration_in(&value.value, lang);
    }
    match value.unit.currency() {
        Some(currency) => {
            format!("{} {currency}", money_digits(&value.value, show_money(&value.value, currency)))
        }
        None if value.unit.is_none() => level_display(&value.value, &[], None),
        None => value.show(),
    }
}

/// A share as a percentage.
pub fn share(share: &Ratio) -> String {
    scaled(share, true)
        .map_or_else(|| share.fraction(), |number| format!("{}%", level_display(&number, &[], None)))
}

/// How many records the evidence has.
pub(crate) fn records(settlement: &Settlement, lang: Lang) -> String {
    let count = settlement.evidence.records;
    let word = if count == 1 { Word::OneRecordKnown } else { Word::RecordsKnown };
    word.fill(lang, &[&count.to_string()])
}

/// How much was taken out of account.
pub fn excluded(measure: &ExcludedMeasure, lang: Lang) -> String {
    match measure {
        ExcludedMeasure::Seconds(seconds) => quantity(&Quantity::seconds(seconds.clone()), lang),
        ExcludedMeasure::Count(1) => Word::OneEvent.fill(lang, &["1"]),
        ExcludedMeasure::Count(count) => Word::Events.fill(lang, &[&count.to_string()]),
    }
}

/// A value in words, or the word for why there is none.
pub(crate) fn outcome<T>(value: &Outcome<T>, lang: Lang, show: impl Fn(&T) -> String) -> String {
    match value {
        Ok(value) => show(value),
        Err(Absent { status, .. }) => Word::absent(*status).in_lang(lang).to_owned(),
    }
}

fn scaled(value: &Ratio, percent: bool) -> Option<Ratio> {
    if percent { value.mul(&Ratio::int(100)).ok() } else { Some(value.clone()) }
}

fn is_short(value: &Ratio) -> bool {
    !value.show().ends_with('…')
}

fn money_digits(value: &Ratio, shown: String) -> String {
    if shown.ends_with('…') { level_display(value, &[], None) } else { shown }
}

#[cfg(test)]
mod tests {
    use quantity::Currency;

    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_fraction(text).unwrap()
    }

    #[test]
    fn durations_are_in_the_readers_words() {
        let value = Quantity::seconds(ratio("132001"));
        assert_eq!(quantity(&value, Lang::En), "1 d 12 h 40 min 1 s");
        assert_eq!(quantity(&value, Lang::Zh), "1 天 12 小时 40 分钟 1 秒");
    }

    #[test]
    fn money_is_whole_cents_or_says_that_digits_are_missing() {
        let usd = Currency::parse("USD").unwrap();
        for (value, text) in [("20", "20.00 USD"), ("200/9", "22.2222… USD"), ("-1/8", "-0.125 USD")] {
            assert_eq!(quantity(&Quantity::money(ratio(value), usd), Lang::En), text);
        }
    }

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(share(&ratio("1/9")), "11.1111…%");
        assert_eq!(share(&ratio("-2/9")), "-22.2222…%");
        assert_eq!(share(&ratio("1/10")), "10%");
    }
}
