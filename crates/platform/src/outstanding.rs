//! What the provider's books come to over all customers, and what is still owed to each: vouchers with something left, cash
//! to be paid out, cycles that wait for their statement.

use schemars::JsonSchema;
use serde::Serialize;
use store::{Fault, Row, Tx, values};

use crate::jobs::{self, JobView};
use crate::money::Money;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::runs::RUN_JOB;
use crate::text::Text;
use crate::time::Moment;

/// Rows of a list of what is outstanding.
const ROWS_MAX: i64 = 200;

/// All accounts of one kind and currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KindTotal {
    /// The kind of account: voucher_balance, payable_cash, credit_expense, …
    pub account: String,
    /// The sum of their debits.
    pub debits: Money,
    /// The sum of their credits.
    pub credits: Money,
}

/// Something of a customer that is still owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Owed {
    /// The tenant.
    pub tenant: String,
    /// The voucher, or what cash is owed for.
    pub subject: String,
    /// How much is left.
    pub left: Money,
    /// How much it was; absent for cash.
    pub original: Option<Money>,
    /// When it expires; absent when never.
    pub expires_at: Option<Moment>,
}

/// Cycles of an agreement with one label that are over and not sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unsealed {
    /// The agreement.
    pub agreement: String,
    /// The label.
    pub label: String,
    /// Cycles that are over.
    pub over: i64,
    /// Of these, whose grace for late evidence is over too.
    pub due: i64,
    /// Of these, which wait for evidence.
    pub blocked: i64,
}

/// A cycle that is over and waits for evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Blocked {
    /// The agreement.
    pub agreement: String,
    /// The label.
    pub label: String,
    /// The tenant.
    pub tenant: String,
    /// The subscription.
    pub subscription: String,
    /// What is missing.
    pub reasons: Vec<Text>,
}

/// What accounts come to, by kind and currency.
pub fn totals(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<KindTotal>, Failure> {
    who.provider(tx, Resource::Ledger, Verb::Read)?;
    let rows = tx.rows(
        "SELECT kind, currency, CAST(sum(debits) AS BIGINT), CAST(sum(credits) AS BIGINT) FROM (
           SELECT currency, debits, credits, CASE
             WHEN account LIKE 'voucher_balance:%' THEN 'voucher_balance'
             WHEN account LIKE 'payable_cash:%' THEN 'payable_cash'
             WHEN account LIKE 'credit_expense:%' THEN 'credit_expense'
             WHEN account LIKE 'voucher_applied:%' THEN 'voucher_applied'
             WHEN account LIKE 'voucher_expired:%' THEN 'voucher_expired'
             WHEN account LIKE 'credit_waived:%' THEN 'credit_waived'
             WHEN account LIKE 'clearing:%' THEN 'clearing'
             WHEN account LIKE 'upstream_receivable:%' THEN 'upstream_receivable'
             ELSE 'upstream_credit' END AS kind
           FROM ledger_account) AS a
         GROUP BY kind, currency ORDER BY currency, kind",
        &[],
    )?;
    let total = |row: &Row| {
        Ok(KindTotal {
            account: row.get(0)?,
            debits: Money::of_row(row, 2, 1)?,
            credits: Money::of_row(row, 3, 1)?,
        })
    };
    Ok(rows.iter().map(total).collect::<Result<_, Fault>>()?)
}

/// Vouchers with something left, the next to expire first.
pub fn vouchers(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<Owed>, Failure> {
    who.provider(tx, Resource::Ledger, Verb::Read)?;
    let rows = tx.rows(
        "SELECT v.tenant_id, v.id, v.currency, a.credits - a.debits, v.amount, v.expires_at FROM voucher v
         JOIN ledger_account a ON a.tenant_id = v.tenant_id AND a.account = 'voucher_balance:' || v.id
           AND a.currency = v.currency
         WHERE a.credits > a.debits ORDER BY coalesce(v.expires_at, 9223372036854775807), v.id LIMIT $1",
        values![ROWS_MAX],
    )?;
    let owed = |row: &Row| {
        Ok(Owed {
            tenant: row.get(0)?,
            subject: row.get(1)?,
            left: Money::of_row(row, 3, 2)?,
            original: Some(Money::of_row(row, 4, 2)?),
            expires_at: row.get(5)?,
        })
    };
    Ok(rows.iter().map(owed).collect::<Result<_, Fault>>()?)
}

/// Cash that is owed and was not paid out yet.
pub fn cash(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<Owed>, Failure> {
    who.provider(tx, Resource::Ledger, Verb::Read)?;
    let rows = tx.rows(
        "SELECT tenant_id, account, currency, credits - debits FROM ledger_account
         WHERE account LIKE 'payable_cash:%' AND credits > debits ORDER BY tenant_id, account LIMIT $1",
        values![ROWS_MAX],
    )?;
    let owed = |row: &Row| {
        let account: String = row.get(1)?;
        Ok(Owed {
            tenant: row.get(0)?,
            subject: account.split_once(':').map(|it| it.1.to_owned()).unwrap_or_default(),
            left: Money::of_row(row, 3, 2)?,
            original: None,
            expires_at: None,
        })
    };
    Ok(rows.iter().map(owed).collect::<Result<_, Fault>>()?)
}

/// Cycles that are over and not sealed, by agreement and label.
pub fn cycles(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<Unsealed>, Failure> {
    who.provider(tx, Resource::Cycle, Verb::Read)?;
    let rows = tx.rows(
        "SELECT s.agreement_id, c.label, count(*), CAST(sum(CASE WHEN c.close_at <= $1 THEN 1 ELSE 0 END) AS BIGINT),
           CAST(sum(CASE WHEN c.state = 'blocked' THEN 1 ELSE 0 END) AS BIGINT)
         FROM cycle c JOIN subscription s ON s.tenant_id = c.tenant_id AND s.id = c.subscription_id
         WHERE c.state <> 'sealed' AND c.until_at <= $1 GROUP BY s.agreement_id, c.label
         ORDER BY c.label DESC, s.agreement_id LIMIT $2",
        values![tx.now(), ROWS_MAX],
    )?;
    let unsealed = |row: &Row| {
        Ok(Unsealed {
            agreement: row.get(0)?,
            label: row.get(1)?,
            over: row.get(2)?,
            due: row.get(3)?,
            blocked: row.get(4)?,
        })
    };
    Ok(rows.iter().map(unsealed).collect::<Result<_, Fault>>()?)
}

/// The cycles that wait for evidence, with what is missing.
pub fn blocked(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<Blocked>, Failure> {
    who.provider(tx, Resource::Cycle, Verb::Read)?;
    let rows = tx.rows(
        "SELECT s.agreement_id, c.label, c.tenant_id, c.subscription_id, c.reasons
         FROM cycle c JOIN subscription s ON s.tenant_id = c.tenant_id AND s.id = c.subscription_id
         WHERE c.state = 'blocked' ORDER BY c.label DESC, s.agreement_id, c.tenant_id, c.subscription_id LIMIT $1",
        values![ROWS_MAX],
    )?;
    let blocked = |row: &Row| {
        let reasons: String = row.get(4)?;
        Ok(Blocked {
            agreement: row.get(0)?,
            label: row.get(1)?,
            tenant: row.get(2)?,
            subscription: row.get(3)?,
            reasons: serde_json::from_str(&reasons).map_err(|it| Fault::broken(it.to_string()))?,
        })
    };
    Ok(rows.iter().map(blocked).collect::<Result<_, Fault>>()?)
}

/// The settlement runs, the latest first; the key of each is its agreement and label.
pub fn runs(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<JobView>, Failure> {
    who.provider(tx, Resource::Cycle, Verb::Read)?;
    let rows = tx.rows(
        jobs::select!(
            "WHERE kind = $1 ORDER BY coalesce(ended_at, 9223372036854775807) DESC, id DESC LIMIT $2"
        ),
        values![RUN_JOB, ROWS_MAX],
    )?;
    Ok(rows.iter().map(jobs::view).collect::<Result<_, Fault>>()?)
}
