//! Refusals say something of their own in both languages, under a code that is explained.

use std::collections::BTreeSet;

use desk::{Deadline, Of, Reason, Refusal as R, Side, Worth};
use diagnostic::Bilingual;

use super::some::{cny, day, money, terms};

fn all() -> Vec<R> {
    let window = || Box::new(terms().window);
    let (amount, at, until) = (Worth::from(money(5)), day(1), day(2));
    let deadline = Deadline::Appeal;
    vec![
        R::WindowNotOpen { window: window() },
        R::WindowClosed { window: window() },
        R::FieldsMissing { missing: vec!["documents".to_owned()] },
        R::FieldsTooLarge,
        R::SentAfterReceipt { sent_at: until, received_at: at },
        R::NotAutomatic,
        R::NothingDue,
        R::EarlierThanLast { last: at },
        R::Final { state: "settled" },
        R::NotInThisState { state: "submitted", act: "appeal" },
        R::OtherSide { needed: Side::Customer },
        R::PersonNeeded,
        R::PlatformOnly,
        R::ReasonMissing,
        R::AwardAboveDue { amount, due: amount },
        R::AwardNotPositive { amount },
        R::AwardCurrency { amount, of: Of::Money(cny()) },
        R::AmountLeftToPerson,
        R::NoAppeal,
        R::AppealLate { until },
        R::AppealOpen { until },
        R::AppealAwardNotHigher { amount, before: amount },
        R::AnswerLate { until },
        R::AnswerEmpty,
        R::NoSuchDeadline { deadline },
        R::DeadlineAhead { deadline, at },
        R::NothingProposed,
        R::ProposalExpired { until },
        R::TermIsOver { until },
        R::TermTooShort { from: at, until },
        R::OpenEnded,
        R::WindowUnknown { reason: Bilingual::new("next year is not published", "次年安排尚未公布") },
        R::DueUnknown { reason: Bilingual::new("no evidence", "没有证据") },
    ]
}

#[test]
fn every_refusal_has_a_code_of_its_own_that_is_explained() {
    let codes: BTreeSet<_> = all().iter().map(R::code).collect();
    assert_eq!(codes.len(), all().len());
    let explained = diagnostic::codes().iter().filter(|it| it.code.starts_with('D')).map(|it| it.code);
    assert_eq!(explained.collect::<BTreeSet<_>>(), codes);
}

#[test]
fn every_refusal_says_something_of_its_own_in_both_languages() {
    let texts: BTreeSet<_> = all().iter().map(R::message).collect();
    assert_eq!(texts.len(), all().len());
    for text in texts {
        assert!(text.en.len() > 15 && text.en.is_ascii(), "{}", text.en);
        assert!(text.zh.chars().filter(|it| !it.is_ascii()).count() > 4, "{}", text.zh);
    }
}

#[test]
fn a_reason_says_something() {
    for text in ["", "   ", "…", "-- !", "\u{3000}"] {
        assert_eq!(Reason::new(text).unwrap_err().code(), "D0114", "{text:?}");
    }
    assert_eq!(Reason::new(&"长".repeat(desk::REASON_CHARS_MAX + 1)).unwrap_err().code(), "D0114");
    assert!(Reason::new(&"长".repeat(desk::REASON_CHARS_MAX)).is_ok());
    assert_eq!(Reason::new("  计划内维护 ").unwrap().as_str(), "计划内维护");
}
