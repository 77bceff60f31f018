//! When a remedy may be claimed, in words.

use calendar::Zone;
use diagnostic::Lang;
use settle::absent::Absent;
use settle::settlement::{ClaimResult, Outcome, RightResult};
use timeline::Instant;

use crate::bilingual::half_of_pair;
use crate::time::{day, day_ending, moment};
use crate::words::Word;

/// `may be claimed from 1 November 2026 until the end of 30 November 2026`.
pub fn claim_window(claim: &ClaimResult, zone: &Zone, lang: Lang) -> String {
    if claim.automatic {
        return Word::ClaimAutomatic.in_lang(lang).to_owned();
    }
    match &claim.opens {
        Ok(opens) => from_opening(&moment(zone, *opens, lang), claim.closes.as_ref(), zone, lang),
        Err(absent) => Word::ClaimOpensUnknown.fill(lang, &[&reason(absent, lang)]),
    }
}

/// `has arisen, until 30 November 2026`.
pub(crate) fn right_sentence(right: &RightResult, zone: &Zone, lang: Lang) -> String {
    let arisen = match &right.arisen {
        Ok(true) => Word::RightArisen.in_lang(lang).to_owned(),
        Ok(false) => Word::RightNotArisen.in_lang(lang).to_owned(),
        Err(absent) => reason(absent, lang),
    };
    match (&right.arisen, &right.until) {
        (Ok(true), Some(until)) => {
            let until = Word::RightUntil.fill(lang, &[&end(until, zone, lang)]);
            format!("{arisen}{}{until}", comma(lang))
        }
        _ => arisen,
    }
}

fn from_opening(opens: &str, closes: Option<&Outcome<Instant>>, zone: &Zone, lang: Lang) -> String {
    match closes {
        None => Word::ClaimFrom.fill(lang, &[opens]),
        Some(Err(absent)) => Word::ClaimClosesUnknown.fill(lang, &[opens, &reason(absent, lang)]),
        Some(Ok(closes)) => match day_ending(zone, *closes) {
            Some(last) => Word::ClaimFromTo.fill(lang, &[opens, &day(last, lang)]),
            None => Word::ClaimFromBefore.fill(lang, &[opens, &moment(zone, *closes, lang)]),
        },
    }
}

fn end(until: &Outcome<Instant>, zone: &Zone, lang: Lang) -> String {
    match until {
        Ok(until) => moment(zone, *until, lang),
        Err(absent) => reason(absent, lang),
    }
}

/// Why there is no value: `not computable: the formula is missing`.
pub fn reason(absent: &Absent, lang: Lang) -> String {
    let word = Word::absent(absent.status).in_lang(lang);
    let why = half_of_pair(&absent.reason, lang);
    match lang {
        _ if why.is_empty() => word.to_owned(),
        Lang::En => format!("{word}: {why}"),
        Lang::Zh => format!("{word}：{why}"),
    }
}

fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::En => ", ",
        Lang::Zh => "，",
    }
}
