//! What people see of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use quantity::Currency;
use schemars::JsonSchema;
use serde::Serialize;
use store::{Fault, Row, Tx, values};

use super::kept::{self, Kept};
use crate::money::Money;
use crate::page::{Listed, Page};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// Transactions read at once when all are counted.
const COUNTED_AT_ONCE: i64 = 10_000;

/// A transaction: never changed, undone by another one only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TransactionView {
    /// Its id.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// When.
    pub at: Moment,
    /// issue_voucher, issue_payment, pay_out, apply_vouchers, expire_voucher, reduce_credit, expect_upstream,
    /// receive_upstream or reversal.
    pub kind: String,
    /// What it is about: a voucher, a claim, an invoice, a statement.
    pub about: String,
    /// Words for a person.
    pub memo: String,
    /// The entitlement it gives, or takes from.
    pub entitlement: Option<String>,
    /// The transaction it undoes.
    pub reverses: Option<String>,
    /// The transaction that undid it.
    pub reversed_by: Option<String>,
    /// Its lines; they sum to zero in each currency.
    pub postings: Vec<PostingView>,
}

/// A line of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PostingView {
    /// The kind of account: voucher_balance, payable_cash, credit_expense, …
    pub account: String,
    /// What the account is about.
    pub subject: String,
    /// Debit positive, credit negative.
    pub amount: Money,
}

/// An account with what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountView {
    /// Its name: `kind:subject`.
    pub account: String,
    /// The sum of its debits.
    pub debits: Money,
    /// The sum of its credits.
    pub credits: Money,
    /// Debits less credits.
    pub balance: Money,
}

/// The sums over all accounts of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CurrencyTotal {
    /// All debits.
    pub debits: Money,
    /// All credits.
    pub credits: Money,
}

/// Whether the books balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TrialBalance {
    /// Debits equal credits in every currency, and every account is the sum of its postings.
    pub balanced: bool,
    /// The sums by currency.
    pub totals: Vec<CurrencyTotal>,
    /// Accounts that are not the sum of their postings.
    pub wrong_accounts: i64,
}

/// The transactions of a tenant, oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    page: &Page,
) -> Result<Listed<TransactionView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Read)?;
    let kept = kept::page(tx, tenant.id(), page.after(), page.rows()?)?;
    Ok(page.cut(kept.iter().map(view).collect(), |it: &TransactionView| it.id.clone()))
}

/// One transaction.
pub fn get(tx: &mut Tx<'_>, who: &Principal, tenant: &str, id: &str) -> Result<TransactionView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Read)?;
    Ok(view(&kept::find(tx, tenant.id(), id)?.ok_or_else(Refusal::not_found)?))
}

pub(crate) fn view(kept: &Kept) -> TransactionView {
    let it = &kept.transaction;
    let postings = it.postings().iter().map(|posting| PostingView {
        account: posting.account.kind.word().to_owned(),
        subject: posting.account.subject.clone(),
        amount: Money::new(posting.amount_minor, posting.account.currency),
    });
    TransactionView {
        id: it.id().to_string(),
        tenant: it.tenant().map(ToString::to_string).unwrap_or_default(),
        at: it.at().into(),
        kind: it.kind().word().to_owned(),
        about: it.kind().about().to_owned(),
        memo: it.memo().to_owned(),
        entitlement: kept.entitlement.clone(),
        reverses: it.reverses().map(ToString::to_string),
        reversed_by: kept.reversed_by.clone(),
        postings: postings.collect(),
    }
}

/// The accounts of a tenant, by name.
pub fn accounts(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    page: &Page,
) -> Result<Listed<AccountView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Ledger, Verb::Read)?;
    let rows = tx.rows(
        "SELECT account, currency, debits, credits FROM ledger_account
         WHERE tenant_id = $1 AND account || ' ' || currency > $2 ORDER BY account || ' ' || currency LIMIT $3",
        values![tenant.id(), page.after(), page.rows()?],
    )?;
    let items = rows.iter().map(|row| {
        let (debits, credits) = (Money::of_row(row, 2, 1)?, Money::of_row(row, 3, 1)?);
        let balance =
            debits.checked_sub(credits).ok_or_else(|| Fault::broken("a balance beyond all measure"))?;
        Ok(AccountView { account: row.get(0)?, debits, credits, balance })
    });
    let items = items.collect::<Result<Vec<_>, Fault>>()?;
    Ok(page.cut(items, |it| format!("{} {}", it.account, it.balance.currency)))
}

/// Whether the books of all tenants balance: looks at every posting, and whether those of each transaction sum to zero.
pub fn trial_balance(tx: &mut Tx<'_>, who: &Principal) -> Result<TrialBalance, Failure> {
    who.provider(tx, Resource::Ledger, Verb::Read)?;
    let rows = tx.rows(
        "SELECT currency, CAST(sum(debits) AS BIGINT), CAST(sum(credits) AS BIGINT) FROM ledger_account
         GROUP BY currency ORDER BY currency",
        &[],
    )?;
    let totals = rows.iter().map(|row| {
        let code: String = row.get(0)?;
        let currency = Currency::parse(&code).ok_or_else(|| Fault::broken(format!("no currency {code}")))?;
        Ok(CurrencyTotal {
            debits: Money::new(row.get(1)?, currency),
            credits: Money::new(row.get(2)?, currency),
        })
    });
    let totals = totals.collect::<Result<Vec<_>, Fault>>()?;
    let counted = count(tx)?;
    let kept = kept_sums(tx)?;
    let names: BTreeSet<_> = counted.sums.keys().chain(kept.keys()).collect();
    let wrong_accounts = names.into_iter().filter(|it| counted.sums.get(*it) != kept.get(*it)).count();
    let wrong_accounts = i64::try_from(wrong_accounts).unwrap_or(i64::MAX);
    let balanced =
        wrong_accounts == 0 && counted.unbalanced == 0 && totals.iter().all(|it| it.debits == it.credits);
    Ok(TrialBalance { balanced, totals, wrong_accounts })
}

/// Debits and credits by tenant, account and currency.
type Sums = BTreeMap<(String, String, String), (i128, i128)>;

#[derive(Default)]
struct Counted {
    sums: Sums,
    /// Transactions that do not sum to zero in each currency.
    unbalanced: u64,
}

/// What all postings come to.
fn count(tx: &mut Tx<'_>) -> Result<Counted, Fault> {
    let mut counted = Counted::default();
    let mut after = (String::new(), String::new());
    loop {
        let rows = tx.rows(
            "SELECT tenant_id, id, postings FROM ledger_transaction WHERE (tenant_id, id) > ($1, $2)
             ORDER BY tenant_id, id LIMIT $3",
            values![&after.0, &after.1, COUNTED_AT_ONCE],
        )?;
        let Some(last) = rows.last() else { return Ok(counted) };
        after = (last.get(0)?, last.get(1)?);
        for row in &rows {
            let (tenant, lines): (String, String) = (row.get(0)?, row.get(2)?);
            counted.add(&tenant, kept::read_lines(&lines)?);
        }
    }
}

impl Counted {
    fn add(&mut self, tenant: &str, lines: Vec<kept::Line>) {
        let mut off: BTreeMap<String, i128> = BTreeMap::new();
        for (account, currency, amount) in lines {
            let amount = i128::from(amount);
            *off.entry(currency.clone()).or_default() += amount;
            let sum = self.sums.entry((tenant.to_owned(), account, currency)).or_default();
            sum.0 += amount.max(0);
            sum.1 -= amount.min(0);
        }
        self.unbalanced += u64::from(off.values().any(|it| *it != 0));
    }
}

fn kept_sums(tx: &mut Tx<'_>) -> Result<Sums, Fault> {
    let rows = tx.rows("SELECT tenant_id, account, currency, debits, credits FROM ledger_account", &[])?;
    let sum = |row: &Row| {
        let sums = (i128::from(row.get::<i64>(3)?), i128::from(row.get::<i64>(4)?));
        Ok(((row.get(0)?, row.get(1)?, row.get(2)?), sums))
    };
    rows.iter().map(sum).collect()
}
