//! Claims, rule by rule.

use desk::claim::{Act, Counts, Due, State, Terms, Window, WindowState, step, submit, submit_automatic};
use desk::{Actor, CreditKind, Deadline, Effect, Flow, Notice, Of, Side, Worth};

use super::some::{
    accept, act, amount, appeal, award, customer, day, discretionary, fields, filing, follow, money, posted,
    provider, refused, reject, reject_appeal, submitted, terms, uphold, usd, why,
};

fn settle() -> Act {
    Act::Settle
}

fn passed(deadline: Deadline) -> Act {
    Act::DeadlinePassed { deadline }
}

fn ask() -> Act {
    Act::RequestInformation { question: why("which instance?") }
}

fn answer() -> Act {
    Act::SupplyInformation { fields: fields(&[("instance", "db-1")]) }
}

fn no_appeal() -> Terms {
    Terms { appeal_within: None, ..terms() }
}

#[test]
fn a_claim_is_taken_from_its_opening_until_and_not_at_its_close() {
    let just_before = |on: i64| day(on).checked_sub(1).unwrap();
    let table = [
        (just_before(10), Err("D0101")),
        (day(10), Ok("submitted")),
        (just_before(40), Ok("submitted")),
        (day(40), Err("D0102")),
        (day(400), Err("D0102")),
    ];
    for (at, expected) in table {
        let made = submit(filing(amount(100)), &customer(), at, &terms());
        assert_eq!(made.map(|it| it.0.state().word()).map_err(|it| it.code()), expected, "{at:?}");
    }
}

#[test]
fn a_refused_claim_is_told_the_window_in_the_contracts_zone() {
    for at in [day(9), day(40)] {
        let refusal = submit(filing(amount(100)), &customer(), at, &terms()).unwrap_err();
        let window = "[1970-01-11T08:00:00+08:00, 1970-02-10T08:00:00+08:00)";
        assert!(refusal.message().en.contains(window), "{refusal}");
        assert!(refusal.message().zh.contains(window), "{refusal}");
    }
}

#[test]
fn a_window_without_an_end_stays_open_and_a_reversed_one_never_opens() {
    let window = |closes| Window { closes, ..terms().window };
    assert_eq!(window(None).at(day(10_000)), WindowState::Open);
    for at in [day(0), day(10), day(20)] {
        assert_eq!(window(Some(day(10))).at(at), WindowState::Closed);
    }
}

#[test]
fn where_sending_counts_a_claim_may_arrive_after_the_close() {
    let sent = |on: i64| {
        let mut filing = filing(amount(100));
        filing.sent_at = Some(day(on));
        filing
    };
    let table = [
        // counts, sent, received, refused with
        (Counts::Receipt, 39, 41, Some("D0102")),
        (Counts::Sending, 39, 41, None),
        (Counts::Sending, 40, 41, Some("D0102")),
        (Counts::Sending, 9, 12, Some("D0101")),
        (Counts::Receipt, 9, 12, None),
        (Counts::Sending, 13, 12, Some("D0105")),
        (Counts::Receipt, 13, 12, Some("D0105")),
    ];
    for (counts, sent_on, received_on, expected) in table {
        let terms = Terms { counts, ..terms() };
        let made = submit(sent(sent_on), &customer(), day(received_on), &terms);
        assert_eq!(made.err().map(|it| it.code()), expected, "{counts:?} {sent_on} {received_on}");
    }
    let unknown = Terms { counts: Counts::Sending, ..terms() };
    let late = submit(filing(amount(100)), &customer(), day(41), &unknown);
    assert_eq!(late.unwrap_err().code(), "D0102", "receipt counts where the sending is not known");
}

#[test]
fn everything_required_that_is_missing_is_named_at_once() {
    let mut terms = terms();
    terms.requires = ["dates and times", "instance", "documents"].map(str::to_owned).to_vec();
    let mut filing = filing(amount(100));
    filing.fields.insert("instance".to_owned(), " \n".to_owned());
    let refusal = submit(filing, &customer(), day(12), &terms).unwrap_err();
    assert_eq!(refusal.code(), "D0103");
    assert!(refusal.message().en.contains("`instance`, `documents`"), "{refusal}");
}

#[test]
fn fields_are_limited() {
    let mut long = filing(amount(100));
    long.fields.insert("more".to_owned(), "长".repeat(desk::claim::FIELD_CHARS_MAX + 1));
    let mut many = filing(amount(100));
    many.fields.extend((0..desk::claim::FIELDS_MAX).map(|at| (at.to_string(), "x".to_owned())));
    for filing in [long, many] {
        assert_eq!(submit(filing, &customer(), day(12), &terms()).unwrap_err().code(), "D0104");
    }
    let answer = Act::SupplyInformation {
        fields: (0..desk::claim::FIELDS_MAX).map(|at| (at.to_string(), "x".to_owned())).collect(),
    };
    let story = [(13, provider(), ask())];
    assert_eq!(refused(amount(100), &terms(), &story, (14, customer(), answer)), "D0104", "together");
}

#[test]
fn only_the_customer_claims() {
    for (by, code) in [(provider(), "D0111"), (Actor::Platform, "D0112")] {
        assert_eq!(submit(filing(amount(1)), &by, day(12), &terms()).unwrap_err().code(), code);
    }
}

#[test]
fn exactly_what_is_due_is_accepted_and_posted_once() {
    let story = [(13, provider(), Act::TakeUp), (14, provider(), accept()), (14, provider(), settle())];
    let (claim, paid) = follow(amount(30_000), &terms(), &story);
    assert_eq!((claim.state().word(), paid), ("settled", vec![30_000]));
    assert_eq!(claim.award().unwrap().reason.as_str(), "as the statement says");
    assert_eq!(act(&claim, 15, provider(), settle(), &terms()).unwrap_err().code(), "D0109");
}

#[test]
fn what_is_posted_says_how_and_who_owes_it() {
    let table = [
        (Side::Provider, CreditKind::Voucher, Flow::ToCustomer),
        (Side::Provider, CreditKind::Payment, Flow::ToCustomer),
        (Side::Customer, CreditKind::Voucher, Flow::FromProvider),
    ];
    for (ours, kind, flow) in table {
        let terms = Terms { kind, ..terms() };
        let mut filing = filing(amount(5));
        filing.ours = ours;
        let claim = submit(filing, &customer(), day(12), &terms).unwrap().0;
        let claim = act(&claim, 13, provider(), accept(), &terms).unwrap().0;
        let effects = act(&claim, 13, Actor::Platform, settle(), &terms).unwrap().1;
        assert!(effects.contains(&Effect::PostCredit { amount: money(5), kind, flow }), "{effects:?}");
    }
}

#[test]
fn an_award_is_more_than_nothing_and_at_most_what_is_due() {
    let table = [
        (-1, Err("D0116")),
        (0, Err("D0116")),
        (1, Ok("part_accepted")),
        (99, Ok("part_accepted")),
        (100, Ok("accepted")),
        (101, Err("D0115")),
        (i64::MAX, Err("D0116")),
    ];
    for (minor, expected) in table {
        let claim = submitted(amount(100), &terms());
        let made = act(&claim, 13, provider(), award(minor), &terms());
        assert_eq!(made.map(|it| it.0.state().word()).map_err(|it| it.code()), expected, "{minor}");
    }
    let dollars = Act::Award { amount: usd(5).into(), reason: why("dollars") };
    assert_eq!(refused(amount(100), &terms(), &[], (13, provider(), dollars)), "D0117");
}

#[test]
fn where_nothing_is_due_a_claim_can_only_be_rejected() {
    assert_eq!(refused(amount(0), &terms(), &[], (13, provider(), accept())), "D0107");
    assert_eq!(refused(amount(0), &terms(), &[], (13, provider(), award(1))), "D0115");
    let (claim, paid) = follow(amount(0), &terms(), &[(13, provider(), reject())]);
    assert_eq!((claim.state().word(), paid), ("rejected", vec![]));
}

#[test]
fn an_amount_left_to_a_person_is_named_by_one() {
    assert_eq!(refused(discretionary(None), &terms(), &[], (13, provider(), accept())), "D0118");
    assert_eq!(refused(discretionary(Some(50)), &terms(), &[], (13, provider(), award(51))), "D0115");
    assert_eq!(refused(discretionary(None), &terms(), &[], (13, Actor::Platform, award(5))), "D0112");
    let story = [(13, provider(), award(700)), (14, customer(), Act::AcceptAward)];
    let (claim, paid) = follow(discretionary(None), &terms(), &story);
    assert_eq!((claim.state().word(), paid), ("settled", vec![700]));
}

#[test]
fn what_a_person_found_right_can_be_appealed() {
    let story = [(13, provider(), award(700)), (14, customer(), appeal()), (15, provider(), uphold(900))];
    let (claim, paid) = follow(discretionary(None), &terms(), &story);
    assert_eq!((claim.state().word(), paid), ("upheld_on_appeal", vec![900]));
}

#[test]
fn every_act_belongs_to_a_side() {
    let table = [
        (provider(), Act::Withdraw, "D0111"),
        (provider(), appeal(), "D0111"),
        (provider(), Act::AcceptAward, "D0111"),
        (provider(), answer(), "D0111"),
        (customer(), Act::TakeUp, "D0111"),
        (customer(), ask(), "D0111"),
        (customer(), accept(), "D0111"),
        (customer(), award(1), "D0111"),
        (customer(), reject(), "D0111"),
        (customer(), uphold(1), "D0111"),
        (customer(), reject_appeal(), "D0111"),
        (customer(), settle(), "D0111"),
        (Actor::Platform, accept(), "D0112"),
        (Actor::Platform, reject(), "D0112"),
        (Actor::Platform, Act::Withdraw, "D0112"),
        (provider(), passed(Deadline::Adjudication), "D0113"),
        (customer(), Act::Restate { statement: String::new(), due: amount(1) }, "D0113"),
    ];
    for (by, what, code) in table {
        let word = what.word();
        assert_eq!(refused(amount(100), &terms(), &[], (13, by, what)), code, "{word}");
    }
}

#[test]
fn a_part_is_posted_when_its_appeal_window_has_passed() {
    let decided = [(13, provider(), award(40))];
    let close = || passed(Deadline::Appeal);
    assert_eq!(refused(amount(100), &terms(), &decided, (22, Actor::Platform, close())), "D0126");
    assert_eq!(refused(amount(100), &terms(), &decided, (22, provider(), settle())), "D0121");
    for last in
        [(23, Actor::Platform, close()), (23, provider(), settle()), (14, customer(), Act::AcceptAward)]
    {
        let (claim, paid) = follow(amount(100), &terms(), &[decided[0].clone(), last]);
        assert_eq!((claim.state().word(), paid), ("settled", vec![40]));
    }
}

#[test]
fn without_a_time_for_appeals_a_part_is_posted_at_once() {
    let story = [(13, provider(), award(40)), (13, Actor::Platform, settle())];
    assert_eq!(follow(amount(100), &no_appeal(), &story).1, [40]);
    assert_eq!(refused(amount(100), &no_appeal(), &story[..1], (13, customer(), appeal())), "D0119");
}

#[test]
fn an_appeal_is_made_from_the_decision_until_and_not_at_the_end_of_its_window() {
    for decision in [award(40), reject()] {
        let decided = [(13, provider(), decision.clone())];
        let (claim, _) = follow(amount(100), &terms(), &decided);
        assert!(act(&claim, 13, customer(), appeal(), &terms()).is_ok());
        assert!(act(&claim, 22, customer(), appeal(), &terms()).is_ok());
        let late = act(&claim, 23, customer(), appeal(), &terms()).unwrap_err().code();
        let expected = if decision.word() == "reject" { "D0109" } else { "D0120" };
        assert_eq!(late, expected, "a rejection is final by then, a part is about to be posted");
    }
}

#[test]
fn whoever_was_awarded_everything_has_nothing_to_appeal() {
    let story = [(13, provider(), accept())];
    assert_eq!(refused(amount(100), &terms(), &story, (14, customer(), appeal())), "D0119");
}

#[test]
fn an_appeal_that_is_upheld_awards_more_and_at_most_what_is_due() {
    let story = [(13, provider(), award(40)), (14, customer(), appeal())];
    for (minor, code) in [(39, "D0122"), (40, "D0122"), (101, "D0115"), (0, "D0116")] {
        assert_eq!(refused(amount(100), &terms(), &story, (15, provider(), uphold(minor))), code);
    }
    let upheld = [story[0].clone(), story[1].clone(), (15, provider(), uphold(100))];
    let (claim, paid) = follow(amount(100), &terms(), &upheld);
    assert_eq!((claim.state().word(), paid), ("upheld_on_appeal", vec![100]));
}

#[test]
fn the_part_awarded_before_stands_when_the_appeal_is_rejected() {
    let table = [(award(40), vec![40]), (reject(), vec![])];
    for (decision, expected) in table {
        let story =
            [(13, provider(), decision), (14, customer(), appeal()), (15, provider(), reject_appeal())];
        let (claim, paid) = follow(amount(100), &terms(), &story);
        assert_eq!((claim.state().word(), paid), ("rejected_on_appeal", expected));
        assert!(claim.is_final(day(15)));
    }
}

#[test]
fn a_rejection_becomes_final_by_itself() {
    let (claim, _) = follow(amount(100), &terms(), &[(13, provider(), reject())]);
    assert!(!claim.is_final(day(22)) && claim.is_final(day(23)));
    let (claim, _) = follow(amount(100), &no_appeal(), &[(13, provider(), reject())]);
    assert!(claim.is_final(day(13)));
}

#[test]
fn a_claim_is_withdrawn_from_everything_that_is_not_final() {
    let stories: [&[(i64, Actor, Act)]; 6] = [
        &[],
        &[(13, provider(), Act::TakeUp)],
        &[(13, provider(), ask())],
        &[(13, provider(), accept())],
        &[(13, provider(), award(1))],
        &[(13, provider(), reject()), (13, customer(), appeal())],
    ];
    for story in stories {
        let mut story = story.to_vec();
        story.push((14, customer(), Act::Withdraw));
        let (claim, paid) = follow(amount(100), &terms(), &story);
        assert_eq!((claim.state(), paid), (&State::Withdrawn, vec![]));
        assert!(claim.deadlines().is_empty());
    }
    let settled = [(13, provider(), accept()), (13, provider(), settle())];
    assert_eq!(refused(amount(100), &terms(), &settled, (14, customer(), Act::Withdraw)), "D0109");
}

#[test]
fn a_question_that_is_not_answered_in_time_lets_the_claim_lapse() {
    let asked = [(13, provider(), ask())];
    let lapse = || passed(Deadline::Information);
    assert_eq!(refused(amount(100), &terms(), &asked, (17, Actor::Platform, lapse())), "D0126");
    assert_eq!(refused(amount(100), &terms(), &asked, (18, customer(), answer())), "D0123");
    let (claim, _) = follow(amount(100), &terms(), &[asked[0].clone(), (18, Actor::Platform, lapse())]);
    assert_eq!(claim.state(), &State::Expired);
    let patient = Terms { answer_within: None, ..terms() };
    let (claim, _) = follow(amount(100), &patient, &[asked[0].clone(), (900, customer(), answer())]);
    assert_eq!(claim.state(), &State::UnderReview, "without a time for answers a question never lapses");
}

#[test]
fn an_answer_is_added_to_the_claim() {
    let story = [(13, provider(), ask()), (14, customer(), answer())];
    let (claim, _) = follow(amount(100), &terms(), &story);
    assert_eq!(claim.filing().fields["instance"], "db-1");
    assert!(claim.filing().fields.contains_key("dates and times"));
    let blank = Act::SupplyInformation { fields: fields(&[("instance", " ")]) };
    assert_eq!(refused(amount(100), &terms(), &story[..1], (14, customer(), blank)), "D0124");
}

#[test]
fn asking_gains_no_time() {
    let story = [(15, provider(), ask()), (18, customer(), answer())];
    let (claim, _) = follow(amount(100), &terms(), &story);
    let due_at = claim.deadlines()[&Deadline::Adjudication];
    assert_eq!(due_at, day(12 + 7 + 3), "the three days of asking are added and no more");
    let overdue = [(25, provider(), ask()), (26, customer(), answer())];
    let (claim, _) = follow(amount(100), &terms(), &overdue);
    assert_eq!(claim.deadlines()[&Deadline::Adjudication], day(26), "nothing was left");
}

#[test]
fn a_late_decision_is_told_to_both_sides_and_made_by_nobody_else() {
    let claim = submitted(amount(100), &terms());
    let late = || passed(Deadline::Adjudication);
    assert_eq!(act(&claim, 18, Actor::Platform, late(), &terms()).unwrap_err().code(), "D0126");
    let (claim, effects) = act(&claim, 19, Actor::Platform, late(), &terms()).unwrap();
    assert_eq!(claim.state(), &State::Submitted);
    let notice = Notice::Overdue { deadline: Deadline::Adjudication };
    let told = |to| Effect::Notify { to, notice: notice.clone() };
    assert_eq!(effects, [told(Side::Provider), told(Side::Customer)]);
    assert_eq!(act(&claim, 20, Actor::Platform, late(), &terms()).unwrap_err().code(), "D0125", "told once");
    assert!(act(&claim, 30, provider(), accept(), &terms()).is_ok());
}

#[test]
fn taking_up_keeps_the_time_to_decide() {
    let claim = submitted(amount(100), &terms());
    let (claim, effects) = act(&claim, 14, provider(), Act::TakeUp, &terms()).unwrap();
    assert_eq!((claim.deadlines()[&Deadline::Adjudication], effects), (day(19), vec![]));
    let again = act(&claim, 15, provider(), Act::TakeUp, &terms()).unwrap_err();
    assert_eq!(again.code(), "D0110");
}

#[test]
fn nothing_happens_before_the_last_event() {
    let story = [(14, provider(), Act::TakeUp)];
    assert_eq!(refused(amount(100), &terms(), &story, (13, provider(), accept())), "D0108");
}

#[test]
fn what_needs_no_claim_is_accepted_exactly_and_settled() {
    let automatic = Terms { automatic: true, requires: vec!["x".to_owned()], ..terms() };
    let made = |due, at, terms: &Terms| submit_automatic(filing(due), &Actor::Platform, at, terms);
    let (claim, effects) = made(amount(55), day(10), &automatic).unwrap();
    assert_eq!((claim.state().word(), posted(&effects)), ("accepted", vec![]));
    let effects = act(&claim, 10, Actor::Platform, settle(), &automatic).unwrap().1;
    assert_eq!(posted(&effects), [55]);
    let refusals = [
        (made(amount(55), day(9), &automatic), "D0101"),
        (made(amount(0), day(10), &automatic), "D0107"),
        (made(amount(-1), day(10), &automatic), "D0116"),
        (made(amount(55), day(10), &terms()), "D0106"),
        (submit_automatic(filing(amount(55)), &provider(), day(10), &automatic), "D0113"),
    ];
    for (made, code) in refusals {
        assert_eq!(made.unwrap_err().code(), code);
    }
    let (claim, _) = made(discretionary(None), day(10), &automatic).unwrap();
    assert_eq!(claim.state(), &State::UnderReview, "what is left to a person goes to one");
}

#[test]
fn a_superseding_statement_has_the_claim_decided_again() {
    let restate = |minor| Act::Restate { statement: "cd".repeat(32), due: amount(minor) };
    let story = [(13, provider(), accept()), (14, Actor::Platform, restate(60))];
    let (claim, paid) = follow(amount(100), &terms(), &story);
    assert_eq!((claim.state(), paid), (&State::UnderReview, vec![]));
    assert_eq!(claim.filing().statement, "cd".repeat(32));
    assert_eq!(act(&claim, 15, provider(), award(61), &terms()).unwrap_err().code(), "D0115");
    let (claim, _) =
        follow(amount(100), &terms(), &[(13, provider(), ask()), (14, Actor::Platform, restate(60))]);
    assert_eq!(claim.state().word(), "needs_information", "an open question stays open");
    let automatic = Terms { automatic: true, ..terms() };
    let claim = submit_automatic(filing(amount(100)), &Actor::Platform, day(10), &automatic).unwrap().0;
    let claim = act(&claim, 11, Actor::Platform, restate(60), &automatic).unwrap().0;
    assert_eq!(
        claim.award().and_then(|it| it.amount.money()),
        Some(money(60)),
        "what needs no claim needs no person"
    );
}

#[test]
fn a_claim_of_ours_is_the_same_machine() {
    let mut filing = filing(amount(100));
    filing.ours = Side::Customer;
    let ours = submit(filing, &customer(), day(12), &terms()).unwrap().0;
    let theirs = submitted(amount(100), &terms());
    for what in [Act::TakeUp, accept(), award(5), reject(), ask()] {
        let event = desk::claim::Event { at: day(13), by: provider(), act: what };
        let (left, right) =
            (step(&ours, &event, &terms()).unwrap(), step(&theirs, &event, &terms()).unwrap());
        assert_eq!((left.0.state(), left.1), (right.0.state(), right.1));
    }
}

#[test]
fn days_of_service_are_awarded_in_part_appealed_and_given_once_and_never_as_money() {
    let days = |count: i64| Worth::new(count * 86_400, Of::Time);
    let due = Due::Amount { amount: days(2) };
    let claim = submitted(due, &terms());
    let award = |amount: Worth| Act::Award { amount, reason: why("a part of it") };
    let refused = |amount| act(&claim, 13, provider(), award(amount), &terms()).unwrap_err().code();
    assert_eq!(refused(money(86_400).into()), "D0117", "money for days");
    assert_eq!(refused(Worth::new(1, Of::Data)), "D0117");
    assert_eq!(refused(days(3)), "D0115");
    assert_eq!(refused(days(0)), "D0116");
    let (part, effects) = act(&claim, 13, provider(), award(days(1)), &terms()).unwrap();
    assert!(!effects.iter().any(|it| matches!(it, Effect::GiveInKind { .. } | Effect::PostCredit { .. })));
    let (settled, effects) = act(&part, 14, customer(), Act::AcceptAward, &terms()).unwrap();
    assert_eq!(settled.award().map(|it| it.amount), Some(days(1)));
    let given = Effect::GiveInKind { amount: days(1), flow: Flow::ToCustomer };
    assert_eq!(effects.iter().filter(|it| **it == given).count(), 1, "{effects:?}");
    let (contested, _) = act(&part, 14, customer(), appeal(), &terms()).unwrap();
    let more = Act::UpholdAppeal { amount: days(2), reason: why("it did") };
    let (upheld, effects) = act(&contested, 15, provider(), more, &terms()).unwrap();
    assert_eq!(upheld.state().word(), "upheld_on_appeal");
    assert!(effects.contains(&Effect::GiveInKind { amount: days(2), flow: Flow::ToCustomer }));
    let stored = serde_json::to_string(&upheld).unwrap();
    assert_eq!(serde_json::from_str::<desk::claim::Claim>(&stored).unwrap(), upheld, "{stored}");
}
