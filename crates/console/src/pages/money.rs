//! Money: the provider's books over all customers, and the vouchers and ledger of each.

mod books;
mod export;
mod vouchers;

use web::Route;

use crate::view::View;

pub(crate) fn routes() -> Vec<Route> {
    [books::routes(), export::routes(), vouchers::routes()].into_iter().flatten().collect()
}

/// A kind of account in words.
fn account(view: &View<'_, '_>, kind: &str) -> &'static str {
    let w = view.w;
    match kind {
        "voucher_balance" => w.money_account_voucher_balance(),
        "payable_cash" => w.money_account_payable_cash(),
        "credit_expense" => w.money_account_credit_expense(),
        "voucher_applied" => w.money_account_voucher_applied(),
        "voucher_expired" => w.money_account_voucher_expired(),
        "credit_waived" => w.money_account_credit_waived(),
        "clearing" => w.money_account_clearing(),
        "upstream_receivable" => w.money_account_upstream_receivable(),
        _ => w.money_account_upstream_credit(),
    }
}

/// What a transaction did, in words.
fn happened(view: &View<'_, '_>, kind: &str) -> &'static str {
    let w = view.w;
    match kind {
        "issue_voucher" => w.money_did_issue_voucher(),
        "issue_payment" => w.money_did_issue_payment(),
        "pay_out" => w.money_did_pay_out(),
        "apply_vouchers" => w.money_did_apply(),
        "expire_voucher" => w.money_did_expire(),
        "reduce_credit" => w.money_did_reduce(),
        "expect_upstream" => w.money_did_expect(),
        "receive_upstream" => w.money_did_receive(),
        _ => w.money_did_reverse(),
    }
}
