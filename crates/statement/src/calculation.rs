//! How an amount came about, in one line: `11.1111…% of 200.00 USD = 22.2222… USD; rounded to 22.22 USD`.

use diagnostic::Lang;
use quantity::Quantity;
use settle::settlement::{RemedyResult, RemedyStatus};

use crate::bilingual::{half, half_of_pair};
use crate::figure;
use crate::words::Word;

/// The calculation; `None` when the text computes nothing.
pub(crate) fn calculation(remedy: &RemedyResult, lang: Lang) -> Option<String> {
    let literal = remedy.literal.as_ref()?;
    let mut steps = vec![literal_step(remedy, literal, lang)];
    if remedy.status == RemedyStatus::Negative {
        steps.push(Word::LiteralNegative.in_lang(lang).to_owned());
    } else if let Some(amount) = &remedy.amount {
        steps.extend(amount_step(remedy, literal, amount, lang));
        steps.extend(rounding_step(remedy, amount, lang));
    }
    Some(steps.join(separator(lang)))
}

/// What is paid, rounded as stated; `None` when no amount follows.
pub(crate) fn paid(remedy: &RemedyResult) -> Option<&Quantity> {
    remedy.rounded.as_ref().or(remedy.amount.as_ref())
}

/// What is paid, in digits; `None` where the text or a person has yet to say.
pub(crate) fn amount_shown(remedy: &RemedyResult, lang: Lang) -> Option<String> {
    use RemedyStatus::{Choice, Due, Negative, NotDue};
    let decided = matches!(remedy.status, Due | NotDue | Negative | Choice);
    let amount = paid(remedy).filter(|amount| decided || !amount.value.is_zero())?;
    Some(figure::quantity(amount, lang))
}

/// How it is paid, where the text says so and something is given.
pub(crate) fn route(remedy: &RemedyResult, lang: Lang) -> Option<String> {
    use RemedyStatus::{Choice, Discretionary, Due};
    let directly =
        remedy.directly.as_ref().filter(|_| matches!(remedy.status, Due | Choice | Discretionary))?;
    Some(match directly {
        Ok(true) => Word::PaidDirectly.in_lang(lang).to_owned(),
        Ok(false) => Word::PaidOnInvoice.in_lang(lang).to_owned(),
        Err(absent) => Word::PaidUnknown.fill(lang, &[&half_of_pair(&absent.reason, lang)]),
    })
}

/// What a remedy gives, in words.
pub(crate) fn kind(remedy: &RemedyResult, lang: Lang) -> String {
    match Word::kind(&remedy.kind) {
        Some(word) => word.in_lang(lang).to_owned(),
        None => half(&remedy.kind, lang).replace('_', " "),
    }
}

fn literal_step(remedy: &RemedyResult, literal: &Quantity, lang: Lang) -> String {
    let literal = figure::quantity(literal, lang);
    match (&remedy.share, &remedy.base) {
        (Some(share), Some(base)) => {
            let (share, base) = (figure::share(share), figure::quantity(base, lang));
            Word::ShareOf.fill(lang, &[&share, &base, &literal])
        }
        _ => Word::LiteralIs.fill(lang, &[&literal]),
    }
}

/// Where the amount owed differs from the literal one, by a cap or otherwise.
fn amount_step(remedy: &RemedyResult, literal: &Quantity, amount: &Quantity, lang: Lang) -> Option<String> {
    let word = if remedy.capped { Word::CappedTo } else { Word::OwedExactly };
    (amount != literal).then(|| word.fill(lang, &[&figure::quantity(amount, lang)]))
}

fn rounding_step(remedy: &RemedyResult, amount: &Quantity, lang: Lang) -> Option<String> {
    let rounded = remedy.rounded.as_ref().filter(|rounded| *rounded != amount)?;
    Some(Word::RoundedTo.fill(lang, &[&figure::quantity(rounded, lang)]))
}

/// Between the parts of a sentence.
pub(crate) fn separator(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "; ",
        Lang::Zh => "；",
    }
}

#[cfg(test)]
mod tests {
    use quantity::{Currency, Ratio};

    use super::*;

    fn usd(text: &str) -> Quantity {
        Quantity::money(Ratio::parse_fraction(text).unwrap(), Currency::parse("USD").unwrap())
    }

    fn remedy(status: RemedyStatus, literal: &str, amount: &str, rounded: &str) -> RemedyResult {
        RemedyResult {
            name: "credit".to_owned(),
            subject: None,
            kind: "service_credit".to_owned(),
            status,
            reason: None,
            literal: Some(usd(literal)),
            amount: Some(usd(amount)),
            rounded: Some(usd(rounded)),
            share: None,
            base: None,
            capped: false,
            directly: None,
            without_exclusions: None,
            readings: Vec::new(),
            clause: String::new(),
        }
    }

    fn check(remedy: &RemedyResult, expected: &str) {
        assert_eq!(calculation(remedy, Lang::En).as_deref(), Some(expected));
    }

    #[test]
    fn each_step_that_changes_the_amount_is_named() {
        let plain = remedy(RemedyStatus::Due, "200/9", "200/9", "1111/50");
        check(&plain, "the text computes 22.2222… USD; rounded to 22.22 USD");
        let share = Some(Ratio::new(1, 9).unwrap());
        let shared = RemedyResult { share, base: Some(usd("200")), ..plain };
        check(&shared, "11.1111…% of 200.00 USD = 22.2222… USD; rounded to 22.22 USD");
        let capped =
            RemedyResult { amount: Some(usd("20")), rounded: Some(usd("20")), capped: true, ..shared };
        check(&capped, "11.1111…% of 200.00 USD = 22.2222… USD; capped at 20.00 USD");
        let raised = remedy(RemedyStatus::Due, "1/2", "5", "5");
        check(&raised, "the text computes 0.50 USD; 5.00 USD is owed");
    }

    #[test]
    fn a_negative_literal_amount_says_why_nothing_is_paid() {
        let negative = remedy(RemedyStatus::Negative, "-200", "0", "0");
        let expected =
            "the text computes -200.00 USD; the printed formula computes less than zero, so nothing is paid";
        check(&negative, expected);
    }

    #[test]
    fn an_amount_nobody_has_decided_is_not_zero() {
        let open = remedy(RemedyStatus::NoRow, "0", "0", "0");
        assert_eq!(amount_shown(&open, Lang::En), None);
        let not_due = RemedyResult { status: RemedyStatus::NotDue, ..open };
        assert_eq!(amount_shown(&not_due, Lang::En).as_deref(), Some("0.00 USD"));
    }
}
