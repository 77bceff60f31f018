//! How an amount came about, in one line: `11.1111…% of 200.00 USD = 22.2222… USD; rounded to 22.22 USD`.

use diagnostic::Lang;
use quantity::Quantity;
use settle::settlement::{RemedyResult, RemedyStatus};

use crate::bilingual::half;
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
