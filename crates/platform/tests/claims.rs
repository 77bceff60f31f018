//! Claims: the whole life of a credit, the edges of its window, decisions and appeals, and what late evidence changes.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

#[path = "support/credits.rs"]
mod credits;
mod support;

use credits::{
    accept, apply, breached, check_books, claimable, decide, fee, join, left, look, named, new_claim, outage,
    run_jobs, sealed, send, submit, submit_as, transactions, vouchers_of,
};
use platform::claims::{self, ClaimView, DecideAppeal};
use platform::page::Page;
use platform::rights::Role;
use platform::{Failure, RefusalKind, billing, decisions, files};
use serde_json::{Value as Json, json};
use support::{World, actions, at, customer, each, kind, member, ours, owner, refusal};

fn act(
    world: &World,
    claim: &ClaimView,
    act: impl FnOnce(&platform::Platform, &mut store::Tx<'_>, &ClaimView) -> Result<ClaimView, Failure>
    + Send
    + 'static,
) -> Result<ClaimView, Failure> {
    let claim = claim.clone();
    world.write(move |platform, tx| act(platform, tx, &claim))
}

fn appeal(world: &World, claim: &ClaimView) -> Result<ClaimView, Failure> {
    let input = serde_json::from_value(json!({ "grounds": "the whole day was lost" })).unwrap();
    act(world, claim, move |platform, tx, it| {
        claims::appeal(platform, tx, &customer("acme"), named(it), &input)
    })
}

fn decide_appeal(world: &World, claim: &ClaimView, input: Json) -> Result<ClaimView, Failure> {
    let input: DecideAppeal = serde_json::from_value(input).unwrap();
    act(world, claim, move |platform, tx, it| {
        claims::decide_appeal(platform, tx, &owner(), named(it), &input)
    })
}

#[test]
fn a_credit_is_claimed_accepted_used_on_the_next_invoice_and_exported() {
    each(|world| {
        let statement = breached(world, "acme");
        let offered: Vec<_> = claimable(world, "acme")
            .into_iter()
            .map(|it| (it.remedy, it.amount.map(|it| it.to_string()), it.in_kind))
            .collect();
        assert_eq!(offered.len(), 3, "{offered:?}");
        assert!(offered.contains(&("credit".into(), Some("100.00 CNY".into()), None)), "{offered:?}");
        let claim = submit(world, "acme", &statement.id, "credit").unwrap();
        assert_eq!(
            (claim.state.as_str(), claim.due.map(|it| it.to_string())),
            ("submitted", Some("100.00 CNY".into()))
        );
        world.pass(60);
        let done = accept(world, &claim);
        assert_eq!((done.state.as_str(), done.awarded), ("settled", claim.due));
        assert_eq!(
            left(world, "acme"),
            [("100.00 CNY".into(), "usable".into()), ("5.00 CNY".into(), "usable".into())]
        );
        let same_cycle = json!({ "invoice": "INV-10", "amount": "300.00 CNY", "subscription": "sub_acme", "cycle": "2026-10" });
        assert_eq!(
            apply(world, "acme", same_cycle).unwrap().used,
            [],
            "a voucher lowers later invoices only"
        );
        let next = json!({ "invoice": "INV-11", "amount": "102.00 CNY", "subscription": "sub_acme", "cycle": "2026-11" });
        let applied = apply(world, "acme", next.clone()).unwrap();
        assert_eq!(
            (applied.applied.to_string(), applied.to_pay.to_string()),
            ("102.00 CNY".into(), "0.00 CNY".into())
        );
        assert_eq!(applied.used[0].amount.to_string(), "5.00 CNY", "the one given first expires first");
        assert_eq!(kind(apply(world, "acme", next)), RefusalKind::Exists);
        let period = (at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
        let export =
            world.read(|_, tx| billing::export(tx, &ours(Role::Finance), Some("acme"), period)).unwrap();
        let csv = billing::csv(&export);
        assert_eq!(csv.lines().count(), 1 + export.rows.len());
        assert!(
            csv.starts_with("transaction,line,at,kind,about,tenant,account,subject,currency,debit_minor"),
            "{csv}"
        );
        let (debits, credits) =
            export.rows.iter().fold((0, 0), |sum, it| (sum.0 + it.debit_minor, sum.1 + it.credit_minor));
        assert_eq!((debits, credits), (20_700, 20_700));
        check_books(world);
        let log = actions(world, "acme");
        for action in ["claim.submitted", "claim.accepted", "claim.settled", "ledger.posted"] {
            assert!(log.iter().any(|it| it == action), "{action} in {log:?}");
        }
    });
}

#[test]
fn a_window_is_half_open_and_a_refusal_names_it() {
    each(|world| {
        let statement = breached(world, "acme");
        world.clock.set(at("2026-12-01T00:00:00+08:00"));
        let refused = refusal(submit(world, "acme", &statement.id, "credit"));
        assert_eq!(refused.kind, RefusalKind::WindowClosed);
        assert!(
            refused.detail.en.contains("2026-12-01T00:00:00") && refused.detail.zh.contains("2026-11-01"),
            "{refused:?}"
        );
        assert_eq!(claimable(world, "acme"), []);
    });
    each(|world| {
        let statement = breached(world, "acme");
        world.clock.set(timeline::Instant::from_nanos(at("2026-12-01T00:00:00+08:00").nanos() - 1));
        assert_eq!(submit(world, "acme", &statement.id, "credit").unwrap().state, "submitted");
    });
}

#[test]
fn what_the_contract_requires_is_asked_for_all_at_once() {
    each(|world| {
        let statement = breached(world, "acme");
        let mut input = new_claim(&statement.id, "credit");
        input.fields.clear();
        let refused = refusal(submit_as(world, &customer("acme"), "acme", input));
        assert_eq!(refused.kind, RefusalKind::Invalid);
        assert!(refused.detail.en.contains("`dates and times`"), "{refused:?}");
    });
}

#[test]
fn a_remedy_is_claimed_once_unless_the_claim_came_to_nothing() {
    each(|world| {
        let statement = breached(world, "acme");
        let first = submit(world, "acme", &statement.id, "credit").unwrap();
        assert_eq!(kind(submit(world, "acme", &statement.id, "credit")), RefusalKind::Exists);
        let back = act(world, &first, |platform, tx, it| {
            claims::withdraw(platform, tx, &customer("acme"), named(it))
        })
        .unwrap();
        assert_eq!(back.state, "withdrawn");
        let second =
            submit_as(world, &ours(Role::Support), "acme", new_claim(&statement.id, "credit")).unwrap();
        let rejected =
            decide(world, &second, json!({ "verdict": "reject", "reason": "wrong month" })).unwrap();
        assert_eq!(rejected.state, "rejected");
        let third = submit(world, "acme", &statement.id, "credit").unwrap();
        assert_eq!(kind(appeal(world, &second)), RefusalKind::UnfitState, "another claim is under way");
        accept(world, &third);
        assert_eq!(kind(submit(world, "acme", &statement.id, "credit")), RefusalKind::Exists);
        assert_eq!(
            kind(submit(world, "acme", &statement.id, "points")),
            RefusalKind::UnfitState,
            "it needs no claim"
        );
        assert_eq!(left(world, "acme").len(), 2);
    });
}

#[test]
fn a_part_is_paid_when_the_time_to_appeal_is_over_or_given_up() {
    each(|world| {
        let statement = breached(world, "acme");
        let claim = submit(world, "acme", &statement.id, "credit").unwrap();
        let too_much = json!({ "verdict": "part", "amount": "100.01 CNY", "reason": "generous" });
        assert_eq!(kind(decide(world, &claim, too_much)), RefusalKind::Invalid);
        let part = decide(
            world,
            &claim,
            json!({ "verdict": "part", "amount": "40.00 CNY", "reason": "half a day" }),
        )
        .unwrap();
        assert_eq!(
            (part.state.as_str(), left(world, "acme").len()),
            ("part_accepted", 1),
            "only the points so far"
        );
        world.set("2026-12-01T23:59:59+08:00");
        run_jobs(world);
        assert_eq!(look(world, &part).state, "part_accepted");
        world.set("2026-12-02T00:00:00+08:00");
        run_jobs(world);
        assert_eq!(look(world, &part).state, "settled");
        assert_eq!(left(world, "acme")[0].0, "40.00 CNY");
        run_jobs(world);
        assert_eq!(left(world, "acme").len(), 2, "once");
        check_books(world);
    });
}

#[test]
fn an_appeal_awards_more_or_leaves_the_award() {
    each(|world| {
        let statement = breached(world, "acme");
        let claim = submit(world, "acme", &statement.id, "credit").unwrap();
        decide(world, &claim, json!({ "verdict": "part", "amount": "40.00 CNY", "reason": "half a day" }))
            .unwrap();
        assert_eq!(appeal(world, &claim).unwrap().state, "appealed");
        let lower = json!({ "verdict": "uphold", "amount": "40.00 CNY", "reason": "no" });
        assert_eq!(kind(decide_appeal(world, &claim, lower)), RefusalKind::Invalid);
        let upheld = decide_appeal(
            world,
            &claim,
            json!({ "verdict": "uphold", "amount": "90.00 CNY", "reason": "most of it" }),
        )
        .unwrap();
        assert_eq!(upheld.state, "upheld_on_appeal");
        assert_eq!(left(world, "acme")[0].0, "90.00 CNY");
        assert_eq!(
            kind(decide(world, &claim, json!({ "verdict": "reject", "reason": "late" }))),
            RefusalKind::UnfitState
        );
        let longer = submit(world, "acme", &statement.id, "longer").unwrap();
        decide(world, &longer, json!({ "verdict": "reject", "reason": "not now" })).unwrap();
        appeal(world, &longer).unwrap();
        let given = decide_appeal(world, &longer, json!({ "verdict": "uphold", "reason": "right" })).unwrap();
        assert_eq!(
            (given.state.as_str(), given.awarded, left(world, "acme").len()),
            ("upheld_on_appeal", None, 2)
        );
        assert!(given.in_kind.is_some(), "days are no money: the outcome is on record, nothing is posted");
        let history = world.read(|_, tx| claims::events(tx, &member("acme"), "acme", &claim.id)).unwrap();
        let kinds: Vec<_> = history.items.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["submit", "award", "appeal", "uphold_appeal"]);
    });
}

#[test]
fn a_question_stops_the_clock_and_lapses_unanswered() {
    each(|world| {
        let statement = breached(world, "acme");
        let claim = submit(world, "acme", &statement.id, "credit").unwrap();
        let asked = act(world, &claim, |platform, tx, it| {
            let question = serde_json::from_value(json!({ "question": "which site?" })).unwrap();
            claims::request_information(platform, tx, &ours(Role::Support), named(it), &question)
        });
        assert_eq!(asked.unwrap().question.as_deref(), Some("which site?"));
        let answered = act(world, &claim, |platform, tx, it| {
            let answer = serde_json::from_value(json!({ "fields": { "site": "Hangzhou" } })).unwrap();
            claims::supply(platform, tx, &member("acme"), named(it), answer)
        });
        let answered = answered.unwrap();
        assert_eq!((answered.state.as_str(), answered.fields.len()), ("under_review", 2));
        act(world, &claim, |platform, tx, it| {
            let question = serde_json::from_value(json!({ "question": "which building?" })).unwrap();
            claims::request_information(platform, tx, &owner(), named(it), &question)
        })
        .unwrap();
        world.pass(30 * 86_400);
        run_jobs(world);
        assert_eq!(look(world, &claim).state, "expired");
        assert!(actions(world, "acme").contains(&"claim.deadline_passed".to_owned()));
    });
}

#[test]
fn what_a_person_decides_has_any_amount_and_is_asked_once() {
    each(|world| {
        let statement = breached(world, "acme");
        let claim = submit(world, "acme", &statement.id, "goodwill").unwrap();
        assert_eq!(claim.due, None);
        let open = world.read(|_, tx| decisions::list(tx, &owner(), Some("open"), &Page::default())).unwrap();
        assert_eq!(open.items, [], "the claim asks the same");
        assert_eq!(
            kind(decide(world, &claim, json!({ "verdict": "accept", "reason": "yes" }))),
            RefusalKind::Invalid
        );
        let given =
            decide(world, &claim, json!({ "verdict": "accept", "amount": "777.00 CNY", "reason": "sorry" }))
                .unwrap();
        assert_eq!(given.state, "accepted");
        world.pass(30 * 86_400);
        run_jobs(world);
        assert_eq!(left(world, "acme")[0].0, "777.00 CNY");
    });
    each(|world| {
        let statement = breached(world, "acme");
        let open = world.read(|_, tx| decisions::list(tx, &owner(), Some("open"), &Page::default())).unwrap();
        let id = open.items[0].id.clone();
        let input = serde_json::from_value(json!({ "amount": "50.00 CNY", "reason": "a fair sum" })).unwrap();
        world
            .write(move |platform, tx| decisions::decide(platform, tx, &owner(), "acme", &id, input))
            .unwrap();
        assert_eq!(left(world, "acme").len(), 1, "it is to be claimed");
        let claim = submit(world, "acme", &statement.id, "goodwill").unwrap();
        assert_eq!(claim.due.map(|it| it.to_string()).as_deref(), Some("50.00 CNY"));
        accept(world, &claim);
        assert_eq!(left(world, "acme")[0].0, "50.00 CNY");
    });
}

#[test]
fn late_evidence_changes_what_was_given_by_the_difference() {
    each(|world| {
        let statement = breached(world, "acme");
        accept(world, &submit(world, "acme", &statement.id, "credit").unwrap());
        send(world, "acme", &[fee("fee-extra", "500.00 CNY")]);
        run_jobs(world);
        let more: Vec<_> = left(world, "acme").into_iter().map(|it| it.0).collect();
        assert_eq!(
            more,
            ["100.00 CNY", "50.00 CNY", "5.00 CNY"],
            "a new voucher over the difference, the points as they were"
        );
        check_books(world);
        let used = json!({ "invoice": "INV-1", "amount": "30.00 CNY" });
        apply(world, "acme", used).unwrap();
        // The day turns out to have been another customer's: nothing was due at all.
        let all = vouchers_of(world, "acme").len();
        send(
            world,
            "acme",
            &[
                json!({ "fact": "outage", "id": "o1b", "supersedes": "o1", "reason": "another site", "from": "2026-10-05T00:00:00+08:00", "until": "2026-10-05T00:00:01+08:00" }),
            ],
        );
        run_jobs(world);
        assert_eq!(vouchers_of(world, "acme").len(), all, "nobody is charged, nothing new is given");
        assert!(left(world, "acme").iter().all(|it| it.0 == "0.00 CNY"), "{:?}", left(world, "acme"));
        let waived: i64 = transactions(world, "acme")
            .iter()
            .flat_map(|it| &it.postings)
            .filter(|it| it.account == "credit_waived")
            .map(|it| it.amount.minor)
            .sum();
        assert_eq!(waived, 3_000, "what was used stays with the customer");
        check_books(world);
    });
}

#[test]
fn late_evidence_reaches_a_claim_that_waits() {
    each(|world| {
        let statement = breached(world, "acme");
        let claim = submit(world, "acme", &statement.id, "credit").unwrap();
        send(world, "acme", &[fee("fee-extra", "500.00 CNY")]);
        run_jobs(world);
        let restated = look(world, &claim);
        assert_eq!(restated.due.map(|it| it.to_string()).as_deref(), Some("150.00 CNY"));
        assert_ne!(restated.statement, statement.id);
        accept(world, &claim);
        assert_eq!(left(world, "acme")[0].0, "150.00 CNY");
        send(world, "acme", &[outage("o2", "2026-10-08T00:00:00+08:00", "2026-10-08T01:00:00+08:00")]);
        run_jobs(world);
        assert_eq!(left(world, "acme").len(), 2, "the same amount again gives nothing");
        check_books(world);
    });
}

#[test]
fn a_customer_sees_and_moves_its_own_claims_only() {
    each(|world| {
        let statement = breached(world, "acme");
        join_other(world);
        let claim = submit(world, "acme", &statement.id, "credit").unwrap();
        let other = customer("beta");
        assert_eq!(
            kind(submit_as(world, &other, "acme", new_claim(&statement.id, "credit"))),
            RefusalKind::NotFound
        );
        assert_eq!(
            kind(submit_as(world, &other, "beta", new_claim(&statement.id, "credit"))),
            RefusalKind::NotFound
        );
        assert_eq!(
            kind(world.read(|_, tx| claims::get(tx, &other, "beta", &claim.id))),
            RefusalKind::NotFound
        );
        assert_eq!(
            kind(world.read(|_, tx| claims::events(tx, &other, "beta", &claim.id))),
            RefusalKind::NotFound
        );
        assert_eq!(
            kind(world.read(|_, tx| claims::queue(tx, &other, None, &Page::default()))),
            RefusalKind::NotFound
        );
        let decided = act(world, &claim, |platform, tx, it| {
            let input = serde_json::from_value(json!({ "verdict": "accept", "reason": "mine" })).unwrap();
            claims::decide(platform, tx, &customer("acme"), named(it), &input)
        });
        assert_eq!(kind(decided), RefusalKind::Forbidden);
        let file = files::prepare("proof.txt", "text/plain", b"the log").unwrap();
        let id = claim.id.clone();
        let attached =
            world.write(move |_, tx| claims::attach(tx, &member("acme"), "acme", &id, file)).unwrap();
        let sha256 = attached.files[0].sha256.clone();
        let bytes = world.read(|_, tx| claims::file(tx, &owner(), "acme", &claim.id, &sha256)).unwrap().1;
        assert_eq!(bytes, b"the log");
        assert_eq!(
            kind(world.read(|_, tx| claims::file(tx, &other, "beta", &claim.id, &sha256))),
            RefusalKind::NotFound
        );
    });
}

fn join_other(world: &World) {
    join(world, "beta");
}

#[test]
fn the_queue_holds_what_waits_for_us_the_next_deadline_first() {
    each(|world| {
        let statement = breached(world, "acme");
        let first = submit(world, "acme", &statement.id, "credit").unwrap();
        join(world, "beta");
        let other = sealed(world, "beta");
        world.pass(3600);
        let second = submit(world, "beta", &other.id, "credit").unwrap();
        let pages = |limit| {
            let (mut page, mut seen) = (Page { after: None, limit }, Vec::new());
            loop {
                let listed =
                    world.read(|_, tx| claims::queue(tx, &ours(Role::Support), None, &page)).unwrap();
                seen.extend(listed.items.into_iter().map(|it| it.id));
                page.after = listed.next;
                if page.after.is_none() {
                    return seen;
                }
            }
        };
        assert_eq!(pages(1), [first.id.clone(), second.id.clone()]);
        accept(world, &first);
        assert_eq!(pages(50), [second.id]);
        let stale = act(world, &first, |platform, tx, it| {
            let named = claims::Named { expected: Some(1), ..named(it) };
            claims::withdraw(platform, tx, &customer("acme"), named)
        });
        assert_eq!(kind(stale), RefusalKind::Outdated);
    });
}
