//! The ledger: it balances whatever happens, and vouchers move as the rules say.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "claims use more of it")]
#[path = "support/credits.rs"]
mod credits;
mod support;

use credits::{apply, breached, check_books, left, ready, run_jobs, transactions, vouchers_of};
use ledger::{
    Account, AccountKind, Draft, Grant, Money, Posting, Tenant, Transaction, TransactionId, TransactionKind,
};
use platform::books;
use platform::rights::Role;
use platform::vouchers::{self, Paid, Reverse};
use platform::{Failure, RefusalKind, billing};
use proptest::prelude::{any, prop};
use proptest::test_runner::{Config, TestRunner};
use quantity::Currency;
use serde_json::json;
use support::{World, at, customer, each, kind, ours, owner};

fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::parse("CNY").unwrap())
}

fn reverse(world: &World, id: &str) -> Result<books::TransactionView, Failure> {
    let id = id.to_owned();
    let why = Reverse { reason: "booked in error".to_owned() };
    world.write(move |_, tx| vouchers::reverse(tx, &owner(), "acme", &id, &why))
}

fn pay(
    world: &World,
    source: &str,
    amount: &str,
    reference: &str,
) -> Result<books::TransactionView, Failure> {
    let paid = json!({ "source": source, "amount": amount, "reference": reference });
    let paid: Paid = serde_json::from_value(paid).unwrap();
    world.write(move |_, tx| vouchers::pay_out(tx, &ours(Role::Finance), "acme", paid))
}

fn payment(id: &str, minor: i64) -> Transaction {
    let grant = Grant {
        id: TransactionId::new(id),
        at: at("2026-10-01T00:00:00Z"),
        tenant: Tenant::new("acme"),
        amount: cny(minor),
        source: "claim".to_owned(),
        memo: "=1+1".to_owned(),
    };
    ledger::issue_payment(grant).unwrap()
}

fn post(world: &World, transaction: Transaction) -> Result<(), Failure> {
    world.write(move |_, tx| books::post_single(tx, &owner(), &transaction))
}

#[test]
fn a_voucher_that_nobody_uses_expires_into_breakage() {
    each(|world| {
        breached(world, "acme");
        let voucher = vouchers_of(world, "acme").remove(0);
        assert_eq!((voucher.original.to_string(), voucher.state.as_str()), ("5.00 CNY".into(), "usable"));
        world.clock.set(voucher.expires_at.unwrap().0);
        let too_late = apply(world, "acme", json!({ "invoice": "INV-1", "amount": "1.00 CNY" })).unwrap();
        assert_eq!(too_late.used, [], "the first instant too late");
        run_jobs(world);
        run_jobs(world);
        assert_eq!(left(world, "acme"), [("0.00 CNY".into(), "expired".into())]);
        let kinds: Vec<_> = transactions(world, "acme").into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, ["issue_voucher", "expire_voucher"]);
        check_books(world);
    });
}

#[test]
fn a_transaction_is_undone_once_and_not_after_its_voucher_was_used() {
    each(|world| {
        breached(world, "acme");
        let issued = transactions(world, "acme").remove(0);
        let used = apply(world, "acme", json!({ "invoice": "INV-1", "amount": "2.00 CNY" })).unwrap();
        assert_eq!(
            kind(reverse(world, &issued.id)),
            RefusalKind::UnfitState,
            "more would be taken than is left"
        );
        let undone = reverse(world, used.transaction.as_deref().unwrap()).unwrap();
        assert_eq!(undone.reverses, used.transaction);
        assert_eq!(
            kind(reverse(world, used.transaction.as_deref().unwrap())),
            RefusalKind::UnfitState,
            "once"
        );
        assert_eq!(kind(reverse(world, &undone.id)), RefusalKind::UnfitState, "a reversal is not reversed");
        let again = apply(world, "acme", json!({ "invoice": "INV-1", "amount": "1.00 CNY" })).unwrap();
        assert_eq!(again.applied.to_string(), "1.00 CNY", "the invoice is free again");
        check_books(world);
    });
}

#[test]
fn no_more_is_paid_out_than_is_owed_and_a_reference_is_taken_once() {
    each(|world| {
        ready(world, "acme");
        post(world, payment("txn_1", 10_000)).unwrap();
        assert_eq!(kind(pay(world, "claim", "100.01 CNY", "bank-1")), RefusalKind::UnfitState);
        assert_eq!(kind(pay(world, "nothing", "1.00 CNY", "bank-1")), RefusalKind::NotFound);
        assert_eq!(pay(world, "claim", "60.00 CNY", "bank-1").unwrap().kind, "pay_out");
        assert_eq!(kind(pay(world, "claim", "10.00 CNY", "bank-1")), RefusalKind::Exists);
        pay(world, "claim", "40.00 CNY", "bank-2").unwrap();
        assert_eq!(kind(pay(world, "claim", "0.01 CNY", "bank-3")), RefusalKind::UnfitState);
        check_books(world);
    });
}

#[test]
fn a_credit_is_owed_in_cash_when_no_further_invoice_follows() {
    each(|world| {
        let statement = breached(world, "acme");
        world
            .write(|platform, tx| {
                let end = serde_json::from_value(json!({ "reason": "moved away" })).unwrap();
                platform::subscriptions::end(platform, tx, &owner(), "acme", "sub_acme", &end, None)
            })
            .unwrap();
        world.pass(60);
        run_jobs(world);
        let claim = credits::submit(world, "acme", &statement.id, "credit").unwrap();
        credits::accept(world, &claim);
        assert_eq!(left(world, "acme").len(), 1, "no voucher");
        assert_eq!(pay(world, &claim.id, "100.00 CNY", "bank-1").unwrap().about, claim.id);
        check_books(world);
    });
}

#[test]
fn a_cell_of_the_export_is_no_formula() {
    each(|world| {
        ready(world, "acme");
        post(world, payment("txn_1", 10_000)).unwrap();
        let period = (at("2026-10-01T00:00:00Z"), at("2026-10-01T00:00:01Z"));
        let export = world.read(|_, tx| billing::export(tx, &ours(Role::Auditor), None, period)).unwrap();
        assert_eq!(export.rows.len(), 2);
        assert!(billing::csv(&export).contains("\"'=1+1\""));
        let until_then = (at("2026-09-01T00:00:00Z"), period.0);
        let before = world.read(|_, tx| billing::export(tx, &owner(), None, until_then)).unwrap();
        assert_eq!(before.rows, [], "a period is half-open");
        assert_eq!(
            kind(world.read(|_, tx| billing::export(tx, &customer("acme"), Some("acme"), period))),
            RefusalKind::Forbidden
        );
        assert_eq!(
            kind(world.read(|_, tx| billing::export(tx, &customer("acme"), None, period))),
            RefusalKind::NotFound
        );
        let other =
            world.read(|_, tx| books::list(tx, &customer("beta"), "acme", &platform::page::Page::default()));
        assert_eq!(kind(other), RefusalKind::NotFound);
    });
}

#[test]
fn a_batch_is_posted_wholly_or_not_at_all() {
    each(|world| {
        ready(world, "acme");
        let batch: Vec<_> = (0..500).map(|it| payment(&format!("txn_{it:04}"), it + 1)).collect();
        let again = batch.clone();
        let post = |all| world.write(move |_, tx| books::post_batch(tx, &owner(), &books::Batch::new(all)?));
        post(batch).unwrap();
        check_books(world);
        let repeated = post(again);
        assert!(matches!(repeated, Err(Failure::Fault(_))), "{repeated:?}");
        check_books(world);
        assert_eq!(transactions(world, "acme").len(), 50, "the first page");
    });
}

/// Submits all without waiting; their answers in their order.
fn submit(world: &World, transactions: Vec<Transaction>) -> Vec<Result<(), Failure>> {
    let answers = transactions.into_iter().map(|it| {
        let (done, answer) = std::sync::mpsc::channel();
        books::submit(world, owner(), it, move |it| done.send(it).unwrap());
        answer
    });
    let answers: Vec<_> = answers.collect();
    answers.iter().map(|it| it.recv().unwrap()).collect()
}

/// Money leaves for the bank that was owed for claim `claim`.
fn paid_out(id: &str, minor: i64) -> Transaction {
    let grant = Grant {
        id: TransactionId::new(id),
        at: at("2026-10-01T00:00:00Z"),
        tenant: Tenant::new("acme"),
        amount: cny(minor),
        source: "claim".to_owned(),
        memo: "bank-1".to_owned(),
    };
    ledger::pay_out(grant).unwrap()
}

#[test]
fn transactions_that_wait_together_are_posted_each_with_its_entry_and_once() {
    each(|world| {
        ready(world, "acme");
        let before = support::actions(world, "acme").len();
        let all: Vec<_> = (0..300).map(|it| payment(&format!("txn_{it:04}"), it + 1)).collect();
        assert!(submit(world, all.clone()).iter().all(Result::is_ok));
        assert!(submit(world, all[..20].to_vec()).iter().all(Result::is_ok), "again changes nothing");
        let twice = vec![payment("txn_x", 5), payment("txn_x", 5), payment("txn_y", 5)];
        assert!(submit(world, twice).iter().all(Result::is_ok));
        let posted = support::actions(world, "acme").split_off(before);
        assert_eq!(posted, vec!["ledger.posted"; 302]);
        let page = platform::page::Page { after: None, limit: 200 };
        let accounts = world.read(|_, tx| books::accounts(tx, &owner(), "acme", &page)).unwrap().items;
        assert_eq!(accounts[0].debits.to_string(), "451.60 CNY", "1 + 2 + … + 300 + 5 + 5 fen");
        check_books(world);
    });
}

#[test]
fn what_a_rule_forbids_is_refused_also_among_others_that_wait() {
    each(|world| {
        ready(world, "acme");
        post(world, payment("txn_1", 100)).unwrap();
        let answers = submit(
            world,
            vec![paid_out("txn_2", 60), paid_out("txn_3", 60), payment("txn_4", 1), paid_out("txn_5", 41)],
        );
        let refused: Vec<bool> = answers.iter().map(Result::is_err).collect();
        assert_eq!(refused, [false, true, false, false]);
        check_books(world);
    });
}

#[test]
fn a_posting_on_a_voucher_nobody_issued_is_refused() {
    each(|world| {
        ready(world, "acme");
        let account =
            |kind, subject: &str| Account::about(&Tenant::new("acme"), kind, cny(0).currency, subject);
        let forged = Transaction::new(Draft {
            id: TransactionId::new("txn_1"),
            at: at("2026-10-01T00:00:00Z"),
            kind: TransactionKind::ApplyVouchers { invoice: "INV-1".to_owned() },
            memo: String::new(),
            postings: vec![
                Posting { account: account(AccountKind::VoucherBalance, "vch_forged"), amount_minor: 1 },
                Posting { account: account(AccountKind::VoucherApplied, "INV-1"), amount_minor: -1 },
            ],
            reverses: None,
        });
        assert_eq!(kind(post(world, forged.unwrap())), RefusalKind::UnfitState);
        check_books(world);
    });
}

/// Applies, pays, reverses, lets time pass, in any order: the books balance after every step.
#[test]
fn any_sequence_of_operations_leaves_the_books_balanced() {
    each(|world| {
        breached(world, "acme");
        let steps = prop::collection::vec((0_u8..5, any::<u16>()), 1..12);
        let count = std::cell::Cell::new(0_u32);
        let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
        let done = runner.run(&steps, |steps| {
            for (what, number) in steps {
                count.set(count.get() + 1);
                step(world, what, i64::from(number), count.get());
                check_books(world);
                for it in vouchers_of(world, "acme") {
                    assert!((0..=it.original.minor).contains(&it.remaining.minor), "{it:?}");
                }
            }
            Ok(())
        });
        done.unwrap();
    });
}

/// What is refused is as good as what is done.
fn step(world: &World, what: u8, number: i64, count: u32) {
    let amount = platform::money::Money::new(number, cny(0).currency).to_string();
    match what {
        0 => drop(post(world, payment(&format!("txn_p{count}"), number))),
        1 => drop(pay(world, "claim", &amount, &format!("bank-{count}"))),
        2 => drop(apply(world, "acme", json!({ "invoice": format!("INV-{count}"), "amount": amount }))),
        3 => {
            let all = transactions(world, "acme");
            let at = usize::try_from(number).unwrap() % all.len().max(1);
            if let Some(it) = all.get(at) {
                drop(reverse(world, &it.id));
            }
        }
        _ => {
            world.pass(number * 60);
            run_jobs(world);
        }
    }
}
