//! A customer's money: vouchers with what is left of them, cash owed, and the ledger as sentences.

use std::collections::BTreeMap;

use askama::Template;
use calendar::Zone;
use platform::books::{self, AccountView, TransactionView};
use platform::entitlements::{self, EntitlementView};
use platform::in_kind::{self, InKind};
use platform::rights::{Resource, Verb};
use platform::vouchers::{self, ApplyVouchers, Paid, Reverse, VoucherView};
use platform::{Failure, Refusal, subscriptions, tenants};
use statement::display;
use web::Route;

use super::books::signed;
use super::{account, happened};
use crate::fields::Fields;
use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::pages::claims::amount_of;
use crate::pages::statements::{Crumb, crumbs, everything};
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;

const PATH: &str = "/customers/{tenant}/vouchers";

#[derive(Template)]
#[template(path = "money/vouchers.html")]
struct Vouchers {
    frame: Frame,
    crumbs: Vec<Crumb>,
    lead: String,
    path: String,
    sums: Vec<String>,
    vouchers: Vec<Voucher>,
    cash: Vec<Cash>,
    in_kind: Vec<Given>,
    ledger: Vec<Line>,
    may_post: bool,
    currency: String,
    filled: (String, String),
}

struct Voucher {
    id: String,
    left: String,
    original: String,
    chip: Chip,
    expires: String,
    usable_from: String,
    clause: String,
    source: Option<(String, &'static str)>,
    moves: Vec<(String, String, String)>,
}

/// Cash that is owed and not paid out.
struct Cash {
    source: String,
    amount: String,
    clause: String,
}

/// Something given that is no money.
struct Given {
    at: String,
    amount: String,
    clause: String,
    source: Option<(String, &'static str)>,
}

/// A transaction.
struct Line {
    id: String,
    at: String,
    stamp: String,
    what: &'static str,
    memo: String,
    amount: String,
    postings: Vec<(&'static str, String)>,
    undone: bool,
    may_reverse: bool,
}

/// What entitlements are about, by id.
type About = BTreeMap<String, EntitlementView>;

pub(super) fn routes() -> Vec<Route> {
    vec![page(PATH, "vouchers", show), form(PATH, "voucherForm", act)]
}

fn show(view: &mut View<'_, '_>) -> Result<web::Reply, Failure> {
    let tenant = view.id("tenant");
    let mut all = everything(|page| vouchers::list(view.tx, view.who, tenant, page))?;
    let transactions = everything(|page| books::list(view.tx, view.who, tenant, page))?;
    let accounts = everything(|page| books::accounts(view.tx, view.who, tenant, page))?;
    let about: About = everything(|page| entitlements::list(view.tx, view.who, tenant, page))?
        .into_iter()
        .map(|it| (it.id.clone(), it))
        .collect();
    let given = everything(|page| in_kind::list(view.tx, view.who, tenant, page))?;
    let zone = zone(view, tenant)?;
    let (w, figures) = (view.w, view.show(&zone));
    all.sort_by_key(|it| (it.state != "usable", it.expires_at, it.id.clone()));
    let may_post = view.may(Resource::Ledger, Verb::Create);
    let may_reverse = view.may(Resource::Ledger, Verb::Decide);
    let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
    let page = Vouchers {
        crumbs: crumbs(view, tenant, &[])?,
        lead: w.money_vouchers_lead(display::half(&name, view.lang)),
        path: format!("/customers/{tenant}/vouchers"),
        sums: sums(&accounts),
        vouchers: all.iter().map(|it| voucher(view, it, &transactions, &about, &figures)).collect(),
        cash: accounts.iter().filter_map(|it| cash(view, it, &transactions, &about)).collect(),
        in_kind: given.iter().map(|it| given_row(view, it, &about, &figures)).collect(),
        ledger: transactions.iter().rev().map(|it| line(view, it, may_reverse, &about, &figures)).collect(),
        may_post,
        currency: accounts.first().map_or_else(String::new, |it| it.balance.currency.to_string()),
        filled: (view.filled("invoice", ""), view.filled("amount", "")),
        frame: {
            let place = if view.is_provider() { Place::Money } else { Place::Vouchers };
            Frame::new(view, w.money_vouchers(), place)?
        },
    };
    view.html(&page)
}

/// The zone of the customer's first subscription: books are read in local time.
fn zone(view: &mut View<'_, '_>, tenant: &str) -> Result<Zone, Failure> {
    let first =
        subscriptions::list(view.platform, view.tx, view.who, tenant, &platform::page::Page::default())?;
    let Some(first) = first.items.into_iter().next() else { return Ok(Zone::utc()) };
    let terms = crate::pages::statements::terms(view, &first.agreement, &first.terms.version)?;
    Ok(terms.contract.zone.clone())
}

/// What all vouchers are still worth, by currency.
fn sums(accounts: &[AccountView]) -> Vec<String> {
    let mut sums: BTreeMap<String, platform::money::Money> = BTreeMap::new();
    for it in accounts.iter().filter(|it| it.account.starts_with("voucher_balance:")) {
        let Some(left) = it.credits.checked_sub(it.debits) else { continue };
        let code = left.currency.to_string();
        let sum = sums.get(&code).and_then(|it| it.checked_add(left)).unwrap_or(left);
        sums.insert(code, sum);
    }
    sums.into_values().map(|it| it.to_string()).collect()
}

fn voucher(
    view: &View<'_, '_>,
    it: &VoucherView,
    transactions: &[TransactionView],
    about: &About,
    show: &Show,
) -> Voucher {
    let w = view.w;
    let entitled = about.get(&it.entitlement);
    let moved = |transaction: &TransactionView| {
        let mine = |line: &&books::PostingView| line.account == "voucher_balance" && line.subject == it.id;
        let change = transaction.postings.iter().find(mine)?.amount;
        // A credit to the account is worth to the customer.
        let worth = platform::money::Money::new(change.minor.checked_neg()?, change.currency);
        let sign = if worth.minor > 0 { "+" } else { "" };
        let what = happened(view, &transaction.kind).to_owned();
        Some((show.day(transaction.at), what, format!("{sign}{}", signed(&worth.to_string()))))
    };
    Voucher {
        id: it.id.clone(),
        left: it.remaining.to_string(),
        original: it.original.to_string(),
        chip: match it.state.as_str() {
            "usable" => Chip::new(Tone::Good, w.money_usable()),
            "used" => Chip::new(Tone::Apart, w.money_used()),
            _ => Chip::new(Tone::Apart, w.money_expired()),
        },
        expires: match it.expires_at {
            Some(at) if it.state == "usable" => w.money_expires(show.day(at), show.span(view.tx.now(), at)),
            Some(at) => w.money_expired_on(show.day(at)),
            None => w.money_never().to_owned(),
        },
        usable_from: show.day(it.usable_from_cycle),
        clause: entitled.map_or_else(String::new, |it| said(view, it)),
        source: source(view, &it.tenant, &it.source, entitled),
        moves: transactions.iter().filter_map(moved).collect(),
    }
}

fn given_row(view: &View<'_, '_>, it: &InKind, about: &About, show: &Show) -> Given {
    let entitled = about.get(&it.entitlement);
    Given {
        at: show.day(it.at),
        amount: signed(&it.amount),
        clause: entitled.map_or_else(|| it.label.clone(), |it| said(view, it)),
        source: source(view, &it.tenant, &it.source, entitled),
    }
}

fn said(view: &View<'_, '_>, it: &EntitlementView) -> String {
    format!("{} · {}", it.label, display::half(&it.clause, view.lang))
}

/// What it was given for: a claim, or the statement that says so.
fn source(
    view: &View<'_, '_>,
    tenant: &str,
    source: &str,
    entitled: Option<&EntitlementView>,
) -> Option<(String, &'static str)> {
    if source.starts_with("clm_") {
        return Some((format!("/customers/{tenant}/claims/{source}"), view.w.money_see_claim()));
    }
    let statement = entitled?.statement.as_str();
    Some((format!("/customers/{tenant}/statements/{statement}"), view.w.money_see_statement()))
}

fn cash(
    view: &View<'_, '_>,
    it: &AccountView,
    transactions: &[TransactionView],
    about: &About,
) -> Option<Cash> {
    let source = it.account.strip_prefix("payable_cash:")?;
    let left = it.credits.checked_sub(it.debits).filter(|it| it.minor > 0)?;
    let of_it = |it: &&TransactionView| it.postings.iter().any(|line| line.subject == source);
    let entitlement = transactions.iter().find(of_it).and_then(|it| it.entitlement.as_ref());
    let clause = entitlement.and_then(|it| about.get(it)).map(|it| said(view, it));
    Some(Cash { source: source.to_owned(), amount: left.to_string(), clause: clause.unwrap_or_default() })
}

fn line(view: &View<'_, '_>, it: &TransactionView, may_reverse: bool, about: &About, show: &Show) -> Line {
    let postings = it.postings.iter();
    let debit = postings.clone().find(|line| line.amount.minor > 0);
    Line {
        id: it.id.clone(),
        at: show.minute(it.at),
        stamp: show.stamp(it.at),
        what: happened(view, &it.kind),
        memo: match it.entitlement.as_ref().and_then(|it| about.get(it)) {
            Some(entitled) => said(view, entitled),
            None => display::half(&it.memo, view.lang),
        },
        amount: debit.map_or_else(String::new, |it| it.amount.to_string()),
        postings: postings.map(|it| (account(view, &it.account), signed(&it.amount.to_string()))).collect(),
        undone: it.reversed_by.is_some(),
        may_reverse: may_reverse && it.reversed_by.is_none() && it.kind != "reversal",
    }
}

/// Uses vouchers on an invoice, records a payment, or undoes a transaction.
fn act(view: &mut View<'_, '_>, fields: &Fields) -> Result<To, Failure> {
    let tenant = view.id("tenant");
    let to = To::page(format!("/customers/{tenant}/vouchers"));
    let amount = || amount_of(fields)?.ok_or_else(|| Refusal::invalid("say how much", "请写明金额"));
    match fields.text("act") {
        "apply" => {
            let input = ApplyVouchers {
                invoice: fields.text("invoice").to_owned(),
                amount: amount()?,
                subscription: None,
                cycle: None,
            };
            vouchers::apply(view.tx, view.who, tenant, &input)?;
        }
        "pay" => {
            let input = Paid {
                source: fields.text("source").to_owned(),
                amount: amount()?,
                reference: fields.text("reference").to_owned(),
            };
            match tenant {
                vouchers::UPSTREAM => vouchers::receive_upstream(view.tx, view.who, input)?,
                _ => vouchers::pay_out(view.tx, view.who, tenant, input)?,
            };
        }
        "reverse" => {
            let input = Reverse { reason: fields.text("reason").to_owned() };
            vouchers::reverse(view.tx, view.who, tenant, fields.text("transaction"), &input)?;
        }
        _ => return Err(Refusal::invalid("nothing was chosen", "未选择任何操作").into()),
    }
    Ok(to.saying("saved"))
}
