//! Credits as they move: given as a voucher or a payment, used on an invoice, expired, paid out, taken back.

mod apply;
mod give;
mod restate;
mod views;

use ledger::{Grant, Tenant, TransactionId, pay_out as pay, receive_upstream_credit, reverse as mirror};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use store::{Fault, Scope, Tx};

use crate::books::{self, Act, Posted, TransactionView};
use crate::jobs::Job;
use crate::money::Money;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};

pub use apply::{Applied, ApplyVouchers, Used, apply};
pub(crate) use give::{Give, give, granted, kind_of};
pub(crate) use restate::restate;
pub use views::{VoucherView, get, list};

/// The tenant that stands for our own house where we are the customer.
pub const UPSTREAM: &str = "upstream";
/// The kind of job that takes what is left of a voucher when its time is over.
pub const EXPIRY_JOB: &str = "voucher";

/// A credit owed in cash that leaves, or one owed to us that has come.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// What it was owed for: the subject of the account `payable_cash` or `upstream_receivable`.
    pub source: String,
    /// How much.
    pub amount: Money,
    /// The payment's reference: a bank's, a credit note's. The same one is taken once.
    #[schemars(length(min = 1, max = 120))]
    pub reference: String,
}

/// Why a transaction is undone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reverse {
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// Records that cash owed to a customer was paid.
pub fn pay_out(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    input: Paid,
) -> Result<TransactionView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Create)?;
    paid(tx, who, tenant.id(), &input, ("payable_cash", "pay"), pay)
}

/// Records that a provider of ours has given a credit.
pub fn receive_upstream(tx: &mut Tx<'_>, who: &Principal, input: Paid) -> Result<TransactionView, Failure> {
    let tenant = who.tenant(tx, UPSTREAM, Resource::Ledger, Verb::Create)?;
    paid(tx, who, tenant.id(), &input, ("upstream_receivable", "receive"), receive_upstream_credit)
}

fn paid(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    input: &Paid,
    (account, act): (&str, &str),
    make: fn(Grant) -> Result<ledger::Transaction, ledger::Refusal>,
) -> Result<TransactionView, Failure> {
    let reference = reference("reference", &input.reference)?;
    let owed = books::on_account(tx, tenant, &format!("{account}:{}", input.source), input.amount.currency)?;
    let entitlement = owed.ok_or_else(Refusal::not_found)?;
    let transaction = make(Grant {
        id: TransactionId::new(tx.new_id("txn")?),
        at: tx.now(),
        tenant: Tenant::new(tenant),
        amount: input.amount.into(),
        source: input.source.clone(),
        memo: reference.to_owned(),
    })?;
    let name = format!("{act}:{reference}");
    let act = Act { transaction: &transaction, name: Some(&name), entitlement: entitlement.as_deref() };
    match books::post(tx, who, act)? {
        Posted::New => shown(tx, tenant, transaction.id().as_str()),
        Posted::Already => Err(done_before(&name)),
    }
}

/// Undoes a transaction by a new one, once. Refused where a voucher was used meanwhile.
pub fn reverse(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    input: &Reverse,
) -> Result<TransactionView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Decide)?;
    let kept = books::find(tx, tenant.id(), id)?.ok_or_else(Refusal::not_found)?;
    if input.reason.trim().is_empty() {
        return Err(Refusal::invalid("reason: say why", "reason：请说明理由").into());
    }
    let new = TransactionId::new(tx.new_id("txn")?);
    let transaction = mirror(new, tx.now(), input.reason.clone(), &kept.transaction)?;
    let name = format!("reverse:{id}");
    let act = Act { transaction: &transaction, name: Some(&name), entitlement: kept.entitlement.as_deref() };
    match books::post(tx, who, act)? {
        Posted::New => shown(tx, tenant.id(), transaction.id().as_str()),
        Posted::Already => Err(Refusal::unfit(
            "it was reversed before; a transaction is reversed once",
            "该交易已冲销，只能冲销一次",
        )
        .into()),
    }
}

/// Handles [`EXPIRY_JOB`]: what is left of a voucher whose time is over is lost.
pub fn expire(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (tenant, id) = (text("tenant"), text("voucher"));
    platform.write(move |_, tx| {
        tx.enter(Scope::Tenant(tenant.clone()))?;
        let Some(voucher) = views::find(tx, &tenant, &id)? else { return Ok(()) };
        if voucher.remaining.minor == 0 || !voucher.has_expired(tx.now()) {
            return Ok(());
        }
        let new = TransactionId::new(tx.new_id("txn")?);
        let transaction = ledger::expire_voucher(new, tx.now(), &voucher)?;
        let name = format!("expire:{id}");
        let act = Act { transaction: &transaction, name: Some(&name), entitlement: None };
        books::post(tx, &Principal::system(EXPIRY_JOB), act).map(|_| ())
    })
}

fn shown(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<TransactionView, Failure> {
    let kept =
        books::find(tx, tenant, id)?.ok_or_else(|| Fault::broken("what was just posted is not there"))?;
    Ok(books::shown(&kept))
}

fn done_before(name: &str) -> Failure {
    Refusal::new(RefusalKind::Exists, format!("`{name}` is in the books already"), format!("`{name}` 已入账"))
        .into()
}

/// A name from outside that becomes part of an act's: short, of letters, digits and `-_./`.
fn reference<'a>(field: &str, text: &'a str) -> Result<&'a str, Refusal> {
    let fits = |it: char| it.is_alphanumeric() || "-_./#".contains(it);
    if (1..=120).contains(&text.chars().count()) && text.chars().all(fits) {
        return Ok(text);
    }
    Err(Refusal::invalid(
        format!("{field}: 1 to 120 letters, digits and - _ . / #"),
        format!("{field}：1 至 120 个字母、数字或 - _ . / #"),
    ))
}
