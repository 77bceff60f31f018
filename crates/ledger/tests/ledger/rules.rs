//! What the books take and what they refuse, by name.

use ledger::{
    AccountKind, Delta, Draft, Grant, Ledger, NewVoucher, POSTINGS_MAX, Posted, Posting, Tenant, Transaction,
    TransactionKind, Voucher, VoucherId, apply_vouchers, billing_rows, delta_credit, expect_upstream_credit,
    expire_voucher, issue_payment, issue_voucher, pay_out, receive_upstream_credit, reverse,
};
use timeline::Instant;

use super::some::{account, day, draft, grant, id, invoice, money, posting, tenant, usd, voucher};

fn code_of(made: Result<Transaction, ledger::Refusal>) -> &'static str {
    made.unwrap_err().code()
}

fn books(transactions: impl IntoIterator<Item = Transaction>) -> Ledger {
    Ledger::replay(transactions).unwrap()
}

fn left(books: &Ledger, name: &str) -> i64 {
    let vouchers = books.vouchers();
    vouchers.iter().find(|it| it.id.as_str() == name).unwrap().remaining.minor
}

#[test]
fn postings_that_do_not_balance_are_refused() {
    use AccountKind::{CreditExpense, PayableCash};
    let line = |amount| posting(PayableCash, "claim 7", amount);
    let cost = |amount| posting(CreditExpense, "claim 7", amount);
    let mut dollars = cost(5);
    dollars.account.currency = usd(0).currency;
    let mut stranger = line(-5);
    stranger.account.tenant = Tenant::new("other");
    let limit = ledger::AMOUNT_MINOR_MAX;
    let table: [(&str, Vec<Posting>, &str); 10] = [
        ("no lines", vec![], "L0103"),
        ("one line", vec![cost(5)], "L0103"),
        ("a zero line", vec![cost(0), line(0)], "L0101"),
        ("beyond the limit", vec![cost(limit + 1), line(-limit - 1)], "L0101"),
        ("the least integer", vec![cost(i64::MIN), line(i64::MAX)], "L0101"),
        ("off by one", vec![cost(5), line(-4)], "L0102"),
        ("balanced across currencies only", vec![dollars, line(-5)], "L0102"),
        ("two tenants", vec![cost(5), stranger], "L0104"),
        ("one account twice", vec![cost(5), line(-2), line(-3)], "L0120"),
        ("sums that would overflow", vec![cost(limit), line(limit)], "L0102"),
    ];
    for (name, postings, code) in table {
        assert_eq!(code_of(Transaction::new(draft("t", postings))), code, "{name}");
    }
    let many = (0..=POSTINGS_MAX).map(|at| posting(PayableCash, &format!("claim {at}"), 1)).collect();
    assert_eq!(code_of(Transaction::new(draft("t", many))), "L0103");
    assert!(Transaction::new(draft("t", vec![cost(limit), line(-limit)])).is_ok());
}

#[test]
fn a_reversal_names_its_original_and_nothing_else_does() {
    let lines = vec![posting(AccountKind::CreditExpense, "a", 5), posting(AccountKind::PayableCash, "a", -5)];
    let unnamed = Draft { kind: TransactionKind::Reversal, ..draft("t", lines.clone()) };
    let named = Draft { reverses: Some(id("x")), ..draft("t", lines) };
    assert_eq!(code_of(Transaction::new(unnamed)), "L0107");
    assert_eq!(code_of(Transaction::new(named)), "L0107");
}

#[test]
fn the_same_name_with_another_body_is_refused() {
    let mut books = books([voucher("v", 1, money(100), None)]);
    assert_eq!(books.post(voucher("v", 1, money(100), None)), Ok(Posted::Already));
    assert_eq!(books.post(voucher("v", 1, money(101), None)).unwrap_err().code(), "L0106");
    let renamed = issue_voucher(grant("t2", 1, money(100)), VoucherId::new("v"), None).unwrap();
    assert_eq!(books.post(renamed).unwrap_err().code(), "L0112", "nor is a voucher issued twice");
    assert_eq!(books.transactions().len(), 1);
}

#[test]
fn a_voucher_is_a_liability_and_not_cash() {
    let books = books([voucher("v", 1, money(300), Some(90))]);
    let balance = |kind, subject| books.balances().of_account(&account(kind, subject));
    assert_eq!(balance(AccountKind::VoucherBalance, "v"), -300);
    assert_eq!(balance(AccountKind::CreditExpense, "claim 7"), 300);
    assert_eq!(balance(AccountKind::PayableCash, "claim 7"), 0);
    let [it] = &books.vouchers()[..] else { panic!("one voucher") };
    assert_eq!((it.original, it.remaining, it.issued_at), (money(300), money(300), day(1)));
    assert_eq!((it.expires_at, it.source.as_str()), (Some(day(90)), "claim 7"));
}

#[test]
fn vouchers_that_expire_first_are_used_first_then_the_oldest() {
    let mut books = books([
        voucher("never", 1, money(100), None),
        voucher("late", 2, money(100), Some(90)),
        voucher("young", 5, money(100), Some(60)),
        voucher("old", 3, money(100), Some(60)),
        voucher("gone", 1, money(100), Some(10)),
        voucher("coming", 30, money(100), Some(50)),
    ]);
    let bill = invoice("inv", money(350));
    let done = apply_vouchers(id("apply"), day(20), &bill, &books.vouchers()).unwrap();
    let order: Vec<_> = done.used.iter().map(|(it, part)| (it.id.as_str(), part.minor)).collect();
    assert_eq!(order, [("old", 100), ("young", 100), ("late", 100), ("never", 50)]);
    assert_eq!((done.applied, done.to_pay), (money(350), money(0)));
    books.post(done.transaction.unwrap()).unwrap();
    assert_eq!((left(&books, "never"), left(&books, "old"), left(&books, "gone")), (50, 0, 100));
    assert_eq!(books.applied_to(&bill), money(350));
}

#[test]
fn vouchers_of_another_tenant_or_currency_are_passed_over() {
    let mut theirs = grant("theirs", 1, money(100));
    theirs.tenant = Tenant::new("other");
    let books = books([
        issue_voucher(theirs, VoucherId::new("v"), None).unwrap(),
        voucher("dollars", 1, usd(100), None),
    ]);
    let done = apply_vouchers(id("apply"), day(2), &invoice("inv", money(50)), &books.vouchers()).unwrap();
    assert_eq!((done.transaction, done.to_pay), (None, money(50)));
}

#[test]
fn a_voucher_listed_twice_is_used_once() {
    let books = books([voucher("v", 1, money(30), None)]);
    let twice = [books.vouchers(), books.vouchers()].concat();
    let done = apply_vouchers(id("apply"), day(2), &invoice("inv", money(50)), &twice).unwrap();
    assert_eq!((done.applied, done.to_pay), (money(30), money(20)));
}

#[test]
fn a_stale_view_of_a_voucher_cannot_overdraw_it() {
    let mut books = books([voucher("v", 1, money(30), None)]);
    let stale = books.vouchers();
    for (name, taken) in [("first", true), ("second", false)] {
        let done = apply_vouchers(id(name), day(2), &invoice(name, money(20)), &stale).unwrap();
        let posted = books.post(done.transaction.unwrap());
        assert_eq!(posted.map_err(|it| it.code()), if taken { Ok(Posted::New) } else { Err("L0114") });
    }
    assert_eq!(left(&books, "v"), 10);
}

#[test]
fn a_voucher_is_good_until_and_not_at_its_expiry() {
    let mut books = books([voucher("v", 1, money(30), Some(10))]);
    let [it] = &books.vouchers()[..] else { panic!("one voucher") };
    let last = day(10).checked_sub(1).unwrap();
    assert!(it.is_usable(last) && !it.is_usable(day(10)));
    assert_eq!(code_of(expire_voucher(id("x"), last, it)), "L0115");
    let expired = expire_voucher(id("x"), day(10), it).unwrap();
    books.post(expired).unwrap();
    assert_eq!(left(&books, "v"), 0);
    assert_eq!(books.balances().of_account(&account(AccountKind::VoucherExpired, "v")), -30);
    let nothing = books.vouchers();
    assert_eq!(code_of(expire_voucher(id("y"), day(11), &nothing[0])), "L0101", "nothing is left to expire");
}

#[test]
fn the_books_refuse_use_before_issue_and_after_expiry_whoever_asks() {
    let use_on = |on: i64, kind: TransactionKind| Draft {
        at: day(on),
        kind,
        ..draft(
            "use",
            vec![
                posting(AccountKind::VoucherBalance, "v", 5),
                posting(AccountKind::VoucherApplied, "inv", -5),
            ],
        )
    };
    let apply = || TransactionKind::ApplyVouchers { invoice: "inv".to_owned() };
    let expire = || TransactionKind::ExpireVoucher { voucher: VoucherId::new("v") };
    let table = [
        (2, apply(), Err("L0117")),
        (3, apply(), Ok(Posted::New)),
        (10, apply(), Err("L0116")),
        (9, expire(), Err("L0115")),
        (10, expire(), Ok(Posted::New)),
    ];
    for (on, kind, expected) in table {
        let mut books = books([voucher("v", 3, money(30), Some(10))]);
        let posted = books.post(Transaction::new(use_on(on, kind.clone())).unwrap());
        assert_eq!(posted.map_err(|it| it.code()), expected, "{} on {on}", kind.word());
    }
}

#[test]
fn worth_is_not_made_from_nothing() {
    let mut books = books([voucher("v", 1, money(30), None)]);
    let made = |subject: &str, amount: i64| {
        let lines = vec![
            posting(AccountKind::VoucherBalance, subject, -amount),
            posting(AccountKind::CreditExpense, "x", amount),
        ];
        Transaction::new(draft("made", lines)).unwrap()
    };
    assert_eq!(books.post(made("v", 1)).unwrap_err().code(), "L0114", "above what it was issued for");
    assert_eq!(books.post(made("w", 1)).unwrap_err().code(), "L0113", "a voucher nobody issued");
}

#[test]
fn a_voucher_that_would_expire_at_once_is_not_issued() {
    for end in [0, 1] {
        let made = issue_voucher(grant("t", 1, money(5)), VoucherId::new("v"), Some(day(end)));
        assert_eq!(code_of(made), "L0118");
    }
    for amount in [0, -1, ledger::AMOUNT_MINOR_MAX + 1, i64::MIN] {
        assert_eq!(code_of(issue_payment(grant("t", 1, money(amount)))), "L0101");
    }
}

#[test]
fn no_more_is_paid_out_than_is_owed_nor_received_than_is_due() {
    let mut books = books([
        issue_payment(grant("owe", 1, money(50))).unwrap(),
        expect_upstream_credit(grant("expect", 1, money(70))).unwrap(),
    ]);
    assert_eq!(books.post(pay_out(grant("a", 2, money(51))).unwrap()).unwrap_err().code(), "L0119");
    assert_eq!(books.post(pay_out(grant("a", 2, money(50))).unwrap()), Ok(Posted::New));
    assert_eq!(books.post(pay_out(grant("b", 2, money(1))).unwrap()).unwrap_err().code(), "L0119");
    let received = |name: &str, amount| receive_upstream_credit(grant(name, 2, money(amount))).unwrap();
    assert_eq!(books.post(received("c", 71)).unwrap_err().code(), "L0119");
    assert_eq!(books.post(received("c", 70)), Ok(Posted::New));
}

#[test]
fn a_reversal_is_done_once_and_is_the_mirror() {
    let mut books = books([voucher("v", 1, money(30), None)]);
    let issued = books.transactions()[0].clone();
    let undo = |name: &str| reverse(id(name), day(2), "typing error".to_owned(), &issued).unwrap();
    let other = Draft {
        kind: TransactionKind::Reversal,
        reverses: Some(issued.id().clone()),
        ..draft(
            "half",
            vec![
                posting(AccountKind::CreditExpense, "claim 7", -5),
                posting(AccountKind::PayableCash, "x", 5),
            ],
        )
    };
    assert_eq!(books.post(Transaction::new(other).unwrap()).unwrap_err().code(), "L0111");
    let of_nothing = Ledger::default().post(undo("undo")).unwrap_err();
    assert_eq!(of_nothing.code(), "L0110");
    assert_eq!(books.post(undo("undo")), Ok(Posted::New));
    assert_eq!(books.post(undo("undo")), Ok(Posted::Already));
    assert_eq!(books.post(undo("once more")).unwrap_err().code(), "L0109");
    assert_eq!(books.reversed_by(issued.id()), Some(&id("undo")));
    let reversal = books.transaction(&id("undo")).unwrap().clone();
    assert_eq!(code_of(reverse(id("t"), day(3), String::new(), &reversal)), "L0108");
    assert_eq!(books.balances(), &ledger::Balances::default());
}

#[test]
fn the_issue_of_a_voucher_that_was_used_is_not_undone_before_its_use() {
    let mut books = books([voucher("v", 1, money(30), None)]);
    let used = apply_vouchers(id("use"), day(2), &invoice("inv", money(10)), &books.vouchers()).unwrap();
    books.post(used.transaction.unwrap()).unwrap();
    let undo = |books: &Ledger, name: &str| {
        reverse(id(&format!("undo {name}")), day(3), String::new(), books.transaction(&id(name)).unwrap())
            .unwrap()
    };
    let issue = undo(&books, "issue v");
    assert_eq!(books.post(issue.clone()).unwrap_err().code(), "L0114");
    let usage = undo(&books, "use");
    books.post(usage).unwrap();
    assert_eq!(books.post(issue), Ok(Posted::New));
}

fn delta(before: i64, after: i64) -> Delta {
    Delta {
        id: id("delta"),
        at: day(5),
        tenant: tenant(),
        statement: "October, second".to_owned(),
        before: money(before),
        after: money(after),
        memo: String::new(),
    }
}

fn new_voucher() -> NewVoucher {
    NewVoucher { id: VoucherId::new("more"), expires_at: Some(day(90)) }
}

#[test]
fn a_superseding_statement_that_grants_more_issues_the_difference() {
    let mut books = books([voucher("v", 1, money(100), None)]);
    let made = delta_credit(delta(100, 130), new_voucher(), &books.vouchers()).unwrap();
    books.post(made.unwrap()).unwrap();
    assert_eq!((left(&books, "v"), left(&books, "more")), (100, 30));
    assert_eq!(delta_credit(delta(100, 100), new_voucher(), &[]), Ok(None));
}

#[test]
fn a_superseding_statement_that_grants_less_never_charges_the_customer() {
    let mut books = books([voucher("v", 1, money(100), None)]);
    let used = apply_vouchers(id("use"), day(2), &invoice("inv", money(80)), &books.vouchers()).unwrap();
    books.post(used.transaction.unwrap()).unwrap();
    let made = delta_credit(delta(100, 30), new_voucher(), &books.vouchers()).unwrap();
    books.post(made.unwrap()).unwrap();
    let balance = |kind| books.balances().of_account(&account(kind, "October, second"));
    assert_eq!(left(&books, "v"), 0, "20 were left and are taken");
    assert_eq!(balance(AccountKind::CreditWaived), 50, "50 were used already and are waived");
    assert_eq!(balance(AccountKind::CreditExpense), -70);
    assert_eq!(balance(AccountKind::PayableCash), 0);
}

#[test]
fn amounts_of_two_currencies_are_not_compared() {
    let mixed = Delta { after: usd(5), ..delta(1, 0) };
    assert_eq!(delta_credit(mixed, new_voucher(), &[]).unwrap_err().code(), "L0105");
    assert_eq!(delta_credit(delta(-1, 5), new_voucher(), &[]).unwrap_err().code(), "L0101");
}

#[test]
fn every_posting_is_a_row_for_billing() {
    let mut memo = grant("t", 1, money(30));
    "=evil".clone_into(&mut memo.memo);
    let rows = billing_rows(&[issue_voucher(memo, VoucherId::new("v"), None).unwrap()]);
    let shown: Vec<_> = rows
        .iter()
        .map(|it| (it.line, it.kind, it.about.as_str(), it.account.word(), it.debit_minor, it.credit_minor))
        .collect();
    assert_eq!(
        shown,
        [
            (1, "issue_voucher", "v", "credit_expense", 30, 0),
            (2, "issue_voucher", "v", "voucher_balance", 0, 30),
        ]
    );
    assert_eq!(ledger::csv_cell(&rows[0].memo), "\"'=evil\"");
    assert_eq!(ledger::BillingRow::COLUMNS.len(), 13);
}

#[test]
fn every_kind_of_account_is_read_back_from_its_word() {
    for kind in AccountKind::ALL {
        assert_eq!(AccountKind::parse(kind.word()), Some(kind));
    }
    assert_eq!(AccountKind::parse("cash"), None);
}

#[test]
fn every_refusal_says_something_of_its_own_in_both_languages() {
    let voucher = || VoucherId::new("v");
    let amount = money(5);
    let (at, expires_at) = (day(1), day(2));
    let account = account(AccountKind::PayableCash, "x");
    use ledger::Refusal as R;
    let all = [
        R::Amount { amount },
        R::Unbalanced { currency: amount.currency, off_minor: 1 },
        R::PostingCount { count: 1 },
        R::Tenants { left: tenant(), right: Tenant::new("o") },
        R::Currencies { left: amount.currency, right: usd(0).currency },
        R::OtherBody { id: id("t") },
        R::ReversalUnnamed { id: id("t") },
        R::ReversalOfReversal { id: id("t") },
        R::ReversedBefore { id: id("t"), by: id("u") },
        R::UnknownTransaction { id: id("t") },
        R::NotMirrored { id: id("t") },
        R::VoucherTaken { voucher: voucher() },
        R::UnknownVoucher { voucher: "v".to_owned() },
        R::VoucherOverdrawn { voucher: voucher(), remaining_minor: -1, original: amount },
        R::NotExpired { voucher: voucher(), expires_at: None },
        R::VoucherExpired { voucher: voucher(), expires_at },
        R::VoucherNotIssuedYet { voucher: voucher(), issued_at: at },
        R::ExpiryBeforeIssue { at, expires_at },
        R::MoreThanOwed { account: account.clone() },
        R::MoreThanDue { asked: money(1), granted: money(2), due: money(2) },
        R::AccountTwice { account },
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(R::code).collect();
    assert_eq!(codes.len(), all.len());
    for refusal in &all {
        let text = refusal.message();
        assert!(text.en.len() > 15 && text.zh.chars().count() > 6, "{refusal}");
        assert!(!text.zh.is_ascii() && text.en.is_ascii(), "{refusal}");
        assert!(diagnostic::code(refusal.code()).is_some(), "{refusal} is explained");
    }
}

#[test]
fn stored_transactions_are_checked_again_when_they_are_read() {
    let issue = voucher("v", 1, money(30), None);
    let twice = Draft {
        id: id("other"),
        at: Instant::EPOCH,
        kind: issue.kind().clone(),
        memo: String::new(),
        postings: issue.postings().to_vec(),
        reverses: None,
    };
    let refused = Ledger::replay([issue, Transaction::new(twice).unwrap()]).unwrap_err();
    assert_eq!(refused.code(), "L0112");
}

#[test]
fn a_voucher_nobody_can_see_is_not_used() {
    let unknown = Voucher {
        id: VoucherId::new("forged"),
        tenant: tenant(),
        original: money(5),
        remaining: money(5),
        issued_at: day(1),
        expires_at: None,
        source: String::new(),
    };
    let done = apply_vouchers(id("use"), day(2), &invoice("inv", money(5)), &[unknown]).unwrap();
    assert_eq!(Ledger::default().post(done.transaction.unwrap()).unwrap_err().code(), "L0113");
}

#[test]
fn money_is_written_in_whole_minor_units_and_read_back() {
    use quantity::{Quantity, Ratio};
    let amount = money(12_345);
    assert_eq!((amount.show().as_str(), amount.quantity().show().as_str()), ("123.45 CNY", "123.45 CNY"));
    let stored = serde_json::to_string(&amount).unwrap();
    assert_eq!(stored, r#"{"minor":12345,"currency":"CNY"}"#);
    assert_eq!(serde_json::from_str::<ledger::Money>(&stored).unwrap(), amount);
    for wrong in [r#"{"minor":1,"currency":"ABC"}"#, r#"{"minor":9000000000000000,"currency":"CNY"}"#] {
        assert!(serde_json::from_str::<ledger::Money>(wrong).is_err(), "{wrong}");
    }
    assert_eq!(ledger::Money::of_quantity(&amount.quantity()), Some(amount));
    let third = Quantity::money(Ratio::new(1, 3).unwrap(), amount.currency);
    assert_eq!(ledger::Money::of_quantity(&third), None, "a third of a yuan is no number of fen");
    assert_eq!(ledger::Money::of_quantity(&Quantity::number(Ratio::int(5))), None);
}

#[test]
fn a_grant_of_any_kind_balances() {
    let grants: [fn(Grant) -> Result<Transaction, ledger::Refusal>; 4] =
        [issue_payment, pay_out, expect_upstream_credit, receive_upstream_credit];
    for made in grants {
        let transaction = made(grant("t", 1, money(7))).unwrap();
        let amounts: Vec<_> = transaction.postings().iter().map(|it| it.amount_minor).collect();
        assert_eq!(amounts, [7, -7], "{}", transaction.kind().word());
        assert_eq!(transaction.kind().about(), "claim 7");
    }
}
