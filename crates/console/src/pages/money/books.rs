//! The provider's books: whether they balance, what accounts come to, what is still owed.

use std::collections::BTreeMap;

use askama::Template;
use calendar::Zone;
use platform::books;
use platform::outstanding::{self, KindTotal, Owed};
use platform::rights::{Resource, Verb};
use platform::{Failure, tenants};
use statement::display;
use web::Route;

use super::account;
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "money/books.html")]
struct Books {
    frame: Frame,
    chip: Chip,
    sums: Vec<Sum>,
    totals: Vec<Total>,
    vouchers: Vec<Row>,
    cash: Vec<Row>,
    export: Option<(String, String)>,
}

/// What is left of all vouchers in a currency.
struct Sum {
    left: String,
    word: &'static str,
}

struct Total {
    account: &'static str,
    about: &'static str,
    debits: String,
    credits: String,
    balance: String,
}

struct Row {
    href: String,
    customer: String,
    left: String,
    original: String,
    until: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![page("/money", "money", |view| {
        let trial = books::trial_balance(view.tx, view.who)?;
        let totals = outstanding::totals(view.tx, view.who)?;
        let owed = outstanding::vouchers(view.tx, view.who)?;
        let cash = outstanding::cash(view.tx, view.who)?;
        let w = view.w;
        let chip = match trial.balanced {
            true => Chip::new(Tone::Good, w.money_balanced()),
            false => Chip::new(Tone::Bad, w.money_unbalanced(trial.wrong_accounts)),
        };
        let mut names = BTreeMap::new();
        let vouchers = rows(view, &owed, &mut names)?;
        let cash = rows(view, &cash, &mut names)?;
        let may_export = view.may(Resource::Ledger, Verb::Export);
        let export = may_export.then(|| super::export::this_month(view));
        let title = w.money_title();
        let frame = Frame::new(view, title, Place::Money)?;
        let sums = sums(view, &totals);
        let totals = totals.iter().map(|it| total(view, it)).collect();
        view.html(&Books { frame, chip, sums, totals, vouchers, cash, export })
    })]
}

/// The two figures that matter most, for each currency: what vouchers are still worth, and cash to be paid.
fn sums(view: &View<'_, '_>, totals: &[KindTotal]) -> Vec<Sum> {
    let w = view.w;
    let of = |kind: &str, word: &'static str| {
        let same = totals.iter().filter(|it| it.account == kind).collect::<Vec<_>>();
        let left = same.into_iter().filter_map(|it| it.credits.checked_sub(it.debits));
        left.filter(|it| it.minor != 0).map(|it| Sum { left: it.to_string(), word }).collect::<Vec<_>>()
    };
    let mut all = of("voucher_balance", w.money_vouchers_left());
    all.extend(of("payable_cash", w.money_cash_owed()));
    all
}

fn total(view: &View<'_, '_>, it: &KindTotal) -> Total {
    let balance = it.debits.checked_sub(it.credits);
    let w = view.w;
    Total {
        account: account(view, &it.account),
        about: match it.account.as_str() {
            "voucher_balance" => w.money_about_voucher_balance(),
            "payable_cash" => w.money_about_payable_cash(),
            "credit_expense" => w.money_about_credit_expense(),
            "voucher_applied" => w.money_about_voucher_applied(),
            "voucher_expired" => w.money_about_voucher_expired(),
            "credit_waived" => w.money_about_credit_waived(),
            "clearing" => w.money_about_clearing(),
            "upstream_receivable" => w.money_about_upstream_receivable(),
            _ => w.money_about_upstream_credit(),
        },
        debits: it.debits.to_string(),
        credits: it.credits.to_string(),
        balance: balance.map_or_else(String::new, |it| signed(&it.to_string())),
    }
}

/// A minus as printed in books.
pub(super) fn signed(amount: &str) -> String {
    amount.replace('-', "−")
}

fn rows(
    view: &mut View<'_, '_>,
    owed: &[Owed],
    names: &mut BTreeMap<String, String>,
) -> Result<Vec<Row>, Failure> {
    let show = view.show(&Zone::utc());
    let mut rows = Vec::new();
    for it in owed {
        if !names.contains_key(&it.tenant) {
            let name = tenants::get(view.platform, view.tx, view.who, &it.tenant)?.name;
            names.insert(it.tenant.clone(), display::half(&name, view.lang));
        }
        rows.push(Row {
            href: format!("/customers/{}/vouchers#{}", it.tenant, it.subject),
            customer: names.get(&it.tenant).cloned().unwrap_or_default(),
            left: it.left.to_string(),
            original: it.original.map_or_else(String::new, |it| it.to_string()),
            until: it.expires_at.map_or_else(|| view.w.money_never().to_owned(), |at| show.day(at)),
        });
    }
    Ok(rows)
}
