//! Vouchers, books and the export for billing over HTTP.

use serde_json::{Value as Json, json};

use crate::support::{B, C, Request};
use crate::walk::{WALK, Walk, columns};

fn of(rest: &str) -> String {
    format!("/api/v1/tenants/{B}{rest}")
}

/// B has vouchers over 5.00 and 100.00 CNY.
fn credited() -> (Walk, String) {
    let walk = Walk::new();
    walk.publish(WALK, "ours");
    let (subscription, sealed) = walk.october(B, "walk");
    // What is given later expires later.
    walk.house.set("2026-11-10T00:01:00Z");
    let input = json!({ "statement": sealed["id"], "remedy": "credit", "fields": { "dates and times": "5 October" } });
    let claim = walk.post("b-admin", &of("/claims"), &input);
    let verdict = json!({ "verdict": "accept", "reason": "as the statement says" });
    walk.post("finance", &of(&format!("/claims/{}/decision", claim["id"].as_str().unwrap())), &verdict);
    (walk, subscription.rsplit_once('/').unwrap().1.to_owned())
}

fn postings(transaction: &Json) -> Vec<[String; 2]> {
    columns(&transaction["postings"], ["account", "amount"])
}

fn pair(account: &str, amount: &str) -> [String; 2] {
    [account.to_owned(), amount.to_owned()]
}

#[test]
fn vouchers_lower_the_next_invoice_once_and_in_their_order() {
    let (walk, subscription) = credited();
    walk.house.set("2026-12-01T00:00:00+08:00");
    walk.house.run_jobs();
    let invoices = of("/invoices");
    let invoice = |number: &str, amount: &str, cycle: &str| json!({ "invoice": number, "amount": amount, "subscription": subscription, "cycle": cycle });
    walk.post_refused("b-admin", &invoices, &invoice("I-1", "60.00 CNY", "2026-11"), 403, "forbidden");
    walk.post_refused("finance", &invoices, &invoice("I-1", "60.00 CNY", "2026-13"), 422, "invalid");
    let early = walk.post("finance", &invoices, &invoice("I-10", "60.00 CNY", "2026-10"));
    assert_eq!(
        (&early["applied"], &early["to_pay"], &early["used"]),
        (&json!("0.00 CNY"), &json!("60.00 CNY"), &json!([]))
    );
    let next = walk.post("finance", &invoices, &invoice("I-11", "60.00 CNY", "2026-11"));
    assert_eq!((&next["applied"], &next["to_pay"]), (&json!("60.00 CNY"), &json!("0.00 CNY")));
    assert_eq!(columns(&next["used"], ["amount"]), [["5.00 CNY".to_owned()], ["55.00 CNY".to_owned()]]);
    walk.post_refused("finance", &invoices, &invoice("I-11", "60.00 CNY", "2026-11"), 409, "exists");
    let left = walk.see("b-member", &of("/vouchers"));
    assert_eq!(
        columns(&left, ["original", "remaining", "state"]),
        [
            ["5.00 CNY", "0.00 CNY", "used"].map(str::to_owned),
            ["100.00 CNY", "45.00 CNY", "usable"].map(str::to_owned)
        ]
    );
    let id = left["items"][1]["id"].as_str().unwrap();
    let voucher = walk.see("b-member", &of(&format!("/vouchers/{id}")));
    assert_eq!((&voucher["remaining"], &voucher["tenant"]), (&json!("45.00 CNY"), &json!(B)));
    walk.refused("c-admin", Request::get(format!("/api/v1/tenants/{C}/vouchers/{id}")), 404, "not-found");
}

#[test]
fn a_transaction_is_undone_by_another_one_once() {
    let (walk, _) = credited();
    walk.house.set("2026-12-01T00:00:00+08:00");
    let applied = walk.post("finance", &of("/invoices"), &json!({ "invoice": "I-1", "amount": "30.00 CNY" }));
    let it = of(&format!("/transactions/{}", applied["transaction"].as_str().unwrap()));
    let seen = walk.see("b-member", &it);
    assert_eq!(
        (&seen["kind"], &seen["about"], &seen["reversed_by"]),
        (&json!("apply_vouchers"), &json!("I-1"), &Json::Null)
    );
    assert_eq!(
        postings(&seen),
        [
            pair("voucher_balance", "5.00 CNY"),
            pair("voucher_balance", "25.00 CNY"),
            pair("voucher_applied", "-30.00 CNY")
        ]
    );
    walk.post_refused(
        "service_manager",
        &format!("{it}/reversal"),
        &json!({ "reason": "x" }),
        403,
        "forbidden",
    );
    walk.post_refused("finance", &format!("{it}/reversal"), &json!({ "reason": " " }), 422, "invalid");
    walk.house.set("2026-12-01T00:01:00+08:00");
    let undone = walk.post("finance", &format!("{it}/reversal"), &json!({ "reason": "wrong invoice" }));
    assert_eq!(
        (&undone["kind"], &undone["reverses"], &undone["memo"]),
        (&json!("reversal"), &seen["id"], &json!("wrong invoice"))
    );
    assert_eq!(walk.see("b-member", &it)["reversed_by"], undone["id"]);
    walk.post_refused(
        "finance",
        &format!("{it}/reversal"),
        &json!({ "reason": "again" }),
        409,
        "unfit-state",
    );
    walk.house.set("2026-12-01T00:02:00+08:00");
    let again = walk.post("finance", &of("/invoices"), &json!({ "invoice": "I-1", "amount": "30.00 CNY" }));
    assert_eq!(again["applied"], "30.00 CNY", "after the reversal it can be done once more");
    let all = walk.see("b-member", &of("/transactions"));
    assert_eq!(
        columns(&all, ["kind"]).concat(),
        ["issue_voucher", "issue_voucher", "apply_vouchers", "reversal", "apply_vouchers"]
    );
    let balance = walk.see("auditor", "/api/v1/ledger/trial-balance");
    assert_eq!((&balance["balanced"], &balance["wrong_accounts"]), (&json!(true), &json!(0)));
    walk.refused("b-admin", Request::get("/api/v1/ledger/trial-balance"), 404, "not-found");
}

#[test]
fn the_export_for_billing_has_every_posting_of_its_period_as_json_and_csv() {
    let (walk, _) = credited();
    let period = "?from=2026-11-10T00:00:00Z&until=2026-11-11T00:00:00Z";
    for who in ["b-admin", "support", "service_manager"] {
        walk.refused(who, Request::get(of(&format!("/billing{period}"))), 403, "forbidden");
    }
    let export = walk.see("finance", &of(&format!("/billing{period}")));
    assert_eq!(
        (&export["from"], &export["until"]),
        (&json!("2026-11-10T00:00:00Z"), &json!("2026-11-11T00:00:00Z"))
    );
    let rows = columns(&export["rows"], ["kind", "account", "debit_minor", "credit_minor", "currency"]);
    let row = |account: &str, debit: &str, credit: &str| {
        ["issue_voucher", account, debit, credit, "CNY"].map(str::to_owned)
    };
    assert_eq!(
        rows,
        [
            row("credit_expense", "500", "0"),
            row("voucher_balance", "0", "500"),
            row("credit_expense", "10000", "0"),
            row("voucher_balance", "0", "10000"),
        ]
    );
    let csv = walk.take("finance", &of(&format!("/billing.csv{period}")));
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"billing.csv\""));
    let text = csv.text();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(
        lines[0],
        "transaction,line,at,kind,about,tenant,account,subject,currency,debit_minor,credit_minor,reverses,memo"
    );
    assert!(
        lines[3].contains(",beta-91aa07,credit_expense,") && lines[3].contains(",CNY,10000,0,,"),
        "{}",
        lines[3]
    );
    let everybody = walk.see("finance", &format!("/api/v1/ledger/billing{period}"));
    assert_eq!(everybody["rows"], export["rows"], "nobody else has postings");
    assert_eq!(walk.take("finance", &format!("/api/v1/ledger/billing.csv{period}")).text(), text);
    walk.refused("b-admin", Request::get(format!("/api/v1/ledger/billing{period}")), 404, "not-found");
    let outside = walk.see("finance", &of("/billing?from=2026-11-11T00:00:00Z&until=2026-12-01T00:00:00Z"));
    assert_eq!(outside["rows"], json!([]), "the period is half-open");
    for wrong in [
        "",
        "?from=2026-11-10T00:00:00Z",
        "?from=2026-11-10T00:00:00Z&until=2026-11-10T00:00:00Z",
        "?from=x&until=y",
    ] {
        walk.refused("finance", Request::get(of(&format!("/billing{wrong}"))), 422, "invalid");
    }
}

#[test]
fn accounts_show_what_they_come_to() {
    let (walk, _) = credited();
    let accounts = walk.see("b-member", &of("/accounts"));
    let kinds: Vec<[String; 3]> = columns(&accounts, ["account", "balance", "debits"])
        .into_iter()
        .map(|[account, balance, debits]| [account.split(':').next().unwrap().to_owned(), balance, debits])
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let row = |it: [&str; 3]| it.map(str::to_owned);
    assert_eq!(
        kinds,
        [
            row(["credit_expense", "100.00 CNY", "100.00 CNY"]),
            row(["credit_expense", "5.00 CNY", "5.00 CNY"]),
            row(["voucher_balance", "-100.00 CNY", "0.00 CNY"]),
            row(["voucher_balance", "-5.00 CNY", "0.00 CNY"]),
        ]
    );
    let first = walk.see("b-member", &of("/accounts?limit=1"));
    let rest = walk.see(
        "b-member",
        &of(&format!("/accounts?limit=5&after={}", first["next"].as_str().unwrap().replace(' ', "%20"))),
    );
    assert_eq!(
        [first["items"].as_array().unwrap().clone(), rest["items"].as_array().unwrap().clone()].concat(),
        *accounts["items"].as_array().unwrap()
    );
}

#[test]
fn cash_owed_is_paid_out_once_and_never_more_than_is_owed() {
    let walk = Walk::new();
    walk.publish(&WALK.replace("remedy credit : service_credit", "remedy credit : cash"), "ours");
    let (_, sealed) = walk.october(B, "walk");
    let input = json!({ "statement": sealed["id"], "remedy": "credit", "fields": { "dates and times": "5 October" } });
    let claim = walk.post("b-admin", &of("/claims"), &input);
    let verdict = json!({ "verdict": "accept", "reason": "as the statement says" });
    walk.post("finance", &of(&format!("/claims/{}/decision", claim["id"].as_str().unwrap())), &verdict);
    let accounts = columns(&walk.see("finance", &of("/accounts")), ["account", "balance"]);
    let owed = accounts
        .iter()
        .find(|it| it[0].starts_with("payable_cash:"))
        .unwrap_or_else(|| panic!("{accounts:?}"));
    assert_eq!(owed[1], "-100.00 CNY");
    let source = owed[0].split_once(':').unwrap().1.to_owned();
    let pay =
        |amount: &str, reference: &str| json!({ "source": source, "amount": amount, "reference": reference });
    let payments = of("/payments");
    walk.post_refused("finance", &payments, &pay("100.01 CNY", "B-1"), 409, "unfit-state");
    walk.post_refused("finance", &payments, &pay("40.00 CNY", "B 1"), 422, "invalid");
    let paid = walk.post("finance", &payments, &pay("40.00 CNY", "B-1"));
    assert_eq!(
        (&paid["kind"], postings(&paid)),
        (&json!("pay_out"), vec![pair("payable_cash", "40.00 CNY"), pair("clearing", "-40.00 CNY")])
    );
    walk.post_refused("finance", &payments, &pay("40.00 CNY", "B-1"), 409, "exists");
    walk.post("finance", &payments, &pay("60.00 CNY", "B-2"));
    walk.post_refused("finance", &payments, &pay("0.01 CNY", "B-3"), 409, "unfit-state");
    let none = json!({ "source": "nothing", "amount": "1.00 CNY", "reference": "B-4" });
    walk.post_refused("finance", &payments, &none, 404, "not-found");
}

#[test]
fn a_voucher_nobody_uses_is_worth_nothing_once_its_time_is_over() {
    let (walk, _) = credited();
    let voucher = walk.see("b-member", &of("/vouchers"))["items"][1].clone();
    assert_eq!((&voucher["original"], &voucher["state"]), (&json!("100.00 CNY"), &json!("usable")));
    let it = of(&format!("/vouchers/{}", voucher["id"].as_str().unwrap()));
    walk.house.set(voucher["expires_at"].as_str().unwrap());
    walk.house.run_jobs();
    let after = walk.see("b-member", &it);
    assert_eq!((&after["remaining"], &after["state"]), (&json!("0.00 CNY"), &json!("expired")));
    let invoice = json!({ "invoice": "I-1", "amount": "60.00 CNY" });
    let applied = walk.post("finance", &of("/invoices"), &invoice);
    assert_eq!((&applied["applied"], &applied["to_pay"]), (&json!("0.00 CNY"), &json!("60.00 CNY")));
    let kinds = columns(&walk.see("b-member", &of("/transactions")), ["kind"]).concat();
    assert_eq!(kinds, ["issue_voucher", "issue_voucher", "expire_voucher", "expire_voucher"]);
    assert_eq!(walk.see("finance", "/api/v1/ledger/trial-balance")["balanced"], true);
}
