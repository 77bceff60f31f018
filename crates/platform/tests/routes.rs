//! What is due is given in the way the contract's own words say, and never more of it than is due.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "claims use more of it")]
#[path = "support/credits.rs"]
mod credits;
mod support;

use credits::{accept, check_books, contract, decide, fee, join, left, outage, run_jobs, send, transactions};
use platform::agreements::AgreementKind;
use platform::claims::{self, ClaimView, NewClaim};
use platform::intake::{self, Body};
use platform::page::Page;
use platform::rights::Role;
use platform::stream::Stream;
use platform::{RefusalKind, billing, entitlements, statements};
use serde_json::{Value as Json, json};
use support::{
    World, actions, at, customer, each, kind, ours, owner, publish_as, refusal, subscribe, tenant,
};

const MWE: &str = include_str!("../../../contracts/mwe.md");
const FINDINGS: [&str; 6] = ["R0403", "R0404", "R0406", "R0409", "W0201", "W0202"];

/// The clause's own worked case: September at exactly 98 %, of a fee of 300.00 USD; its claim, accepted.
fn clinic(world: &World, id: &str, parameters: Json) -> ClaimView {
    tenant(world, id);
    let input = json!({ "id": format!("sub_{id}"), "agreement": "mwe", "plan": "basic",
        "since": "2026-09-01T00:00:00-04:00", "parameters": parameters });
    subscribe(world, id, input).unwrap();
    let lines = [
        json!({ "fact": "outage", "id": "o", "from": "2026-09-10T00:00:00-04:00", "until": "2026-09-10T14:24:00-04:00" }),
        json!({ "fact": "fee", "id": "f", "at": "2026-09-01T09:00:00-04:00", "amount": "300.00 USD" }),
    ];
    let text: Vec<String> = lines.iter().map(Json::to_string).collect();
    let stream = Stream::Subscription { tenant: id.into(), id: format!("sub_{id}") };
    let shape = intake::shape("application/x-ndjson").unwrap();
    let body = Body { shape, bytes: text.join("\n").into_bytes(), atomic: true };
    intake::receive(world, &owner(), &stream, body).unwrap();
    let statement = statements::close(world, &owner(), id, &format!("sub_{id}"), "2026-09", None).unwrap().id;
    let fields = json!({
        "dates and times of the downtime ／ 停机的日期和时间": "10 September, 0:00 to 14:24",
        "documents that prove the downtime ／ 证明停机的文件": "attached",
    });
    let input: NewClaim =
        serde_json::from_value(json!({ "statement": statement, "remedy": "credit", "fields": fields }))
            .unwrap();
    let of = id.to_owned();
    let claim =
        world.write(move |platform, tx| claims::submit(platform, tx, &customer(&of), &of, input)).unwrap();
    accept(world, &claim)
}

fn route(world: &World, id: &str) -> Option<String> {
    let all = world.read(|_, tx| entitlements::list(tx, &customer(id), id, &Page::default())).unwrap().items;
    all.into_iter().find(|it| it.remedy == "credit").unwrap().route
}

/// Kind of transaction, and its lines with their minor units.
fn booked(world: &World, id: &str) -> Vec<(String, Vec<(String, i64)>)> {
    let lines = |it: &platform::books::TransactionView| {
        it.postings.iter().map(|it| (it.account.clone(), it.amount.minor)).collect()
    };
    transactions(world, id).iter().map(|it| (it.kind.clone(), lines(it))).collect()
}

fn exported(world: &World, id: &str) -> Vec<(String, i64, i64)> {
    let period = (at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    let export = world.read(|_, tx| billing::export(tx, &ours(Role::Finance), Some(id), period)).unwrap();
    export.rows.into_iter().map(|it| (it.account, it.debit_minor, it.credit_minor)).collect()
}

#[test]
fn the_contract_says_when_a_credit_is_paid_directly_and_when_it_waits_for_an_invoice() {
    each(|world| {
        publish_as(world, MWE, AgreementKind::Ours, &FINDINGS).unwrap();
        world.set("2026-10-06T00:00:00-04:00");
        let settled = clinic(world, "leaving", json!({ "another_invoice": "false" }));
        assert_eq!((settled.state.as_str(), settled.awarded.map(|it| it.minor)), ("settled", Some(16_667)));
        assert_eq!(route(world, "leaving").as_deref(), Some("direct"));
        let lines = vec![("credit_expense".to_owned(), 16_667), ("payable_cash".to_owned(), -16_667)];
        assert_eq!(booked(world, "leaving"), [("issue_payment".to_owned(), lines)]);
        let rows = [("credit_expense".to_owned(), 16_667, 0), ("payable_cash".to_owned(), 0, 16_667)];
        assert_eq!(exported(world, "leaving"), rows);
        assert_eq!(left(world, "leaving"), []);

        clinic(world, "staying", json!({}));
        assert_eq!(route(world, "staying").as_deref(), Some("invoice"));
        assert_eq!(left(world, "staying"), [("166.67 USD".to_owned(), "usable".to_owned())]);
        assert!(booked(world, "staying").iter().all(|it| it.0 == "issue_voucher"));
        check_books(world);
    });
}

#[test]
fn a_contract_that_is_silent_about_it_gives_a_voucher_even_at_the_end() {
    each(|world| {
        let statement = credits::breached(world, "acme");
        world
            .write(|platform, tx| {
                let end = serde_json::from_value(json!({ "reason": "moved away" })).unwrap();
                platform::subscriptions::end(platform, tx, &owner(), "acme", "sub_acme", &end, None)
            })
            .unwrap();
        world.pass(60);
        run_jobs(world);
        send(world, "acme", &[outage("o2", "2026-10-07T00:00:00+08:00", "2026-10-07T01:00:00+08:00")]);
        run_jobs(world);
        let points: Vec<String> = left(world, "acme").into_iter().map(|it| it.0).collect();
        assert_eq!(points, ["5.00 CNY"], "the points of {} stay a voucher", statement.id);
        check_books(world);
    });
}

#[test]
fn an_appeal_that_would_pay_a_remedy_twice_is_refused_in_words() {
    each(|world| {
        let windows = "claim credit\n  per outage\n  opens until\n  closes date(until) + 60 days\n  by \"mail\"\n  requires";
        let rule =
            "claim credit\n  opens cycle.until\n  closes cycle.until + 30 days\n  by \"mail\"\n  requires";
        let text = contract();
        assert!(text.contains(rule));
        publish_as(world, &text.replace(rule, windows), AgreementKind::Ours, &["R0407", "R0413"]).unwrap();
        join(world, "acme");
        send(
            world,
            "acme",
            &[
                fee("fee-10", "1000.00 CNY"),
                outage("o1", "2026-10-05T00:00:00+08:00", "2026-10-06T00:00:00+08:00"),
                outage("o2", "2026-10-08T00:00:00+08:00", "2026-10-08T01:00:00+08:00"),
            ],
        );
        world.set("2026-11-02T00:00:00+08:00");
        run_jobs(world);
        let statement = statements::close(world, &owner(), "acme", "sub_acme", "2026-10", None).unwrap();
        let claim = |window: u32| {
            let mut input = credits::new_claim(&statement.id, "credit");
            input.window = Some(window);
            credits::submit_as(world, &customer("acme"), "acme", input)
        };
        let first = claim(1).unwrap();
        decide(world, &first, json!({ "verdict": "reject", "reason": "not shown" })).unwrap();
        let second = accept(world, &claim(2).unwrap());
        assert_eq!(second.awarded.map(|it| it.minor), Some(10_000));
        let of = first.clone();
        world
            .write(move |platform, tx| {
                let input = serde_json::from_value(json!({ "grounds": "it is shown now" })).unwrap();
                claims::appeal(platform, tx, &customer("acme"), credits::named(&of), &input)
            })
            .unwrap();
        let uphold = |amount: Option<&str>| {
            let of = first.clone();
            let input =
                serde_json::from_value(json!({ "verdict": "uphold", "amount": amount, "reason": "shown" }))
                    .unwrap();
            world.write(move |platform, tx| {
                claims::decide_appeal(platform, tx, &owner(), credits::named(&of), &input)
            })
        };
        let refused = refusal(uphold(None));
        assert_eq!(refused.kind, RefusalKind::UnfitState);
        assert!(
            refused.detail.en.starts_with("L0121: 100.00 CNY is due and 100.00 CNY was given"),
            "{refused:?}"
        );
        assert!(refused.detail.zh.contains("不能再给予 100.00 CNY"), "{refused:?}");
        assert_eq!(kind(uphold(Some("0.01 CNY"))), RefusalKind::UnfitState);
        assert_eq!(credits::look(world, &first).state, "appealed", "nothing of it is kept");
        assert_eq!(left(world, "acme")[0].0, "100.00 CNY");
        assert!(!actions(world, "acme").contains(&"claim.appeal_upheld".to_owned()));
        check_books(world);
    });
}

/// Kind, amount, units and what it follows from.
fn in_kind(world: &World, id: &str) -> Vec<(String, String, i64)> {
    let all =
        world.read(|_, tx| platform::in_kind::list(tx, &customer(id), id, &Page::default())).unwrap().items;
    all.into_iter().map(|it| (it.kind, it.amount, it.units)).collect()
}

#[test]
fn days_of_service_are_given_in_part_told_exported_and_are_never_money() {
    each(|world| {
        let statement = credits::breached(world, "acme");
        let claim = credits::submit(world, "acme", &statement.id, "longer").unwrap();
        assert_eq!((claim.due, claim.in_kind.as_deref()), (None, Some("2 d")));
        let refused =
            decide(world, &claim, json!({ "verdict": "part", "amount": "1.00 CNY", "reason": "r" }));
        assert_eq!(kind(refused), RefusalKind::Invalid, "money for days");
        for unfit in ["3 d", "1 MB", "1", "many"] {
            let refused =
                decide(world, &claim, json!({ "verdict": "part", "in_kind": unfit, "reason": "r" }));
            assert_eq!(kind(refused), RefusalKind::Invalid, "{unfit}");
        }
        let part =
            json!({ "verdict": "part", "in_kind": "1 d 12 h", "reason": "half of the outage was announced" });
        let part = decide(world, &claim, part).unwrap();
        assert_eq!(part.awarded_in_kind.as_deref(), Some("1 d 12 h"));
        assert_eq!(
            (part.state.as_str(), part.awarded, in_kind(world, "acme").len()),
            ("part_accepted", None, 0)
        );
        let of = part.clone();
        world
            .write(move |platform, tx| {
                claims::accept_award(platform, tx, &customer("acme"), credits::named(&of))
            })
            .unwrap();
        assert_eq!(credits::look(world, &claim).state, "settled");
        let given = [("extension".to_owned(), "1 d 12 h".to_owned(), 129_600)];
        assert_eq!(in_kind(world, "acme"), given);
        assert!(booked(world, "acme").iter().all(|it| it.0 == "issue_voucher"), "only the points are money");
        let period = (at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
        let export =
            world.read(|_, tx| billing::export(tx, &ours(Role::Finance), Some("acme"), period)).unwrap();
        assert_eq!(export.in_kind.iter().map(|it| it.units).collect::<Vec<_>>(), [129_600]);
        assert_eq!(export.in_kind[0].source, claim.id);
        assert!(actions(world, "acme").contains(&"in_kind.given".to_owned()));

        send(world, "acme", &[outage("o2", "2026-10-09T00:00:00+08:00", "2026-10-09T01:00:00+08:00")]);
        run_jobs(world);
        assert_eq!(in_kind(world, "acme"), given, "a part that a person found right stays");
        check_books(world);
    });
}

#[test]
fn what_needs_no_claim_is_given_in_kind_by_itself_and_corrected_by_the_difference() {
    each(|world| {
        let text = contract()
            .replace("claim longer\n  closes cycle.until + 30 days\n", "claim longer\n  automatic\n");
        publish_as(world, &text, AgreementKind::Ours, &["R0407", "R0413"]).unwrap();
        join(world, "acme");
        credits::sealed(world, "acme");
        let day = |amount: &str, units| ("extension".to_owned(), amount.to_owned(), units);
        assert_eq!(in_kind(world, "acme"), [day("2 d", 172_800)]);
        send(world, "acme", &[outage("o2", "2026-10-09T00:00:00+08:00", "2026-10-09T01:00:00+08:00")]);
        run_jobs(world);
        assert_eq!(in_kind(world, "acme"), [day("2 d", 172_800), day("2 h", 7_200)]);
        check_books(world);
    });
}
