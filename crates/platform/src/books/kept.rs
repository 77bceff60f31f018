//! Transactions as the store keeps them, and back.

use std::collections::BTreeMap;

use calendar::parse_instant;
use ledger::{
    Account, AccountKind, Draft, Posting, Tenant, Transaction, TransactionId, TransactionKind, VoucherId,
};
use quantity::Currency;
use serde_json::{Value as Json, json};
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use crate::time;

/// A transaction with what the store keeps beside it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) transaction: Transaction,
    pub(crate) entitlement: Option<String>,
    pub(crate) reversed_by: Option<String>,
}

/// The members of a kind, as JSON.
pub(super) fn body(kind: &TransactionKind) -> String {
    use TransactionKind as K;
    let json = match kind {
        K::IssueVoucher { voucher, source, expires_at } => {
            json!({ "voucher": voucher.as_str(), "source": source, "expires_at": expires_at.map(time::show) })
        }
        K::IssuePayment { source }
        | K::PayOut { source }
        | K::ExpectUpstream { source }
        | K::ReceiveUpstream { source } => {
            json!({ "source": source })
        }
        K::ApplyVouchers { invoice } => json!({ "invoice": invoice }),
        K::ExpireVoucher { voucher } => json!({ "voucher": voucher.as_str() }),
        K::ReduceCredit { statement } => json!({ "statement": statement }),
        K::Reversal => json!({}),
    };
    json.to_string()
}

fn kind(word: &str, body: &str) -> Option<TransactionKind> {
    use TransactionKind as K;
    let body: Json = serde_json::from_str(body).ok()?;
    let text = |name: &str| body.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(match word {
        "issue_voucher" => {
            let expires_at = text("expires_at").map(|it| parse_instant(&it)).transpose().ok()?;
            K::IssueVoucher { voucher: VoucherId::new(text("voucher")?), source: text("source")?, expires_at }
        }
        "issue_payment" => K::IssuePayment { source: text("source")? },
        "pay_out" => K::PayOut { source: text("source")? },
        "apply_vouchers" => K::ApplyVouchers { invoice: text("invoice")? },
        "expire_voucher" => K::ExpireVoucher { voucher: VoucherId::new(text("voucher")?) },
        "reduce_credit" => K::ReduceCredit { statement: text("statement")? },
        "expect_upstream" => K::ExpectUpstream { source: text("source")? },
        "receive_upstream" => K::ReceiveUpstream { source: text("source")? },
        "reversal" => K::Reversal,
        _ => return None,
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.tenant_id, t.id, t.at, t.kind, t.memo, t.reverses, t.body, t.entitlement_id, ",
            "(SELECT max(r.id) FROM ledger_transaction r WHERE r.tenant_id = t.tenant_id AND r.act = 'reverse:' || t.id) ",
            "FROM ledger_transaction t ",
            $rest
        )
    };
}

/// The transaction of a tenant with this id.
pub(crate) fn find(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<Option<Kept>, Fault> {
    let rows = tx.rows(select!("WHERE t.tenant_id = $1 AND t.id = $2"), values![tenant, id])?;
    Ok(with_postings(tx, &rows)?.pop())
}

/// The transactions of a tenant after an id, in the order of their ids.
pub(super) fn page(tx: &mut Tx<'_>, tenant: &str, after: &str, limit: i64) -> Result<Vec<Kept>, Fault> {
    let rows = tx.rows(
        select!("WHERE t.tenant_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3"),
        values![tenant, after, limit],
    )?;
    with_postings(tx, &rows)
}

/// The transactions in `[from, until)` of a tenant, or of all when it is empty; at most so many.
pub(crate) fn between(
    tx: &mut Tx<'_>,
    tenant: &str,
    (from, until): (Instant, Instant),
    limit: i64,
) -> Result<Vec<Kept>, Fault> {
    let rows = tx.rows(
        select!("WHERE ($1 = '' OR t.tenant_id = $1) AND t.at >= $2 AND t.at < $3 ORDER BY t.tenant_id, t.at, t.id LIMIT $4"),
        values![tenant, from, until, limit],
    )?;
    with_postings(tx, &rows)
}

/// Rows of one tenant at a time, in the order of ids within it where they are many.
fn with_postings(tx: &mut Tx<'_>, rows: &[Row]) -> Result<Vec<Kept>, Fault> {
    let mut ranges: BTreeMap<String, (String, String)> = BTreeMap::new();
    for row in rows {
        let (tenant, id): (String, String) = (row.get(0)?, row.get(1)?);
        let range = ranges.entry(tenant).or_insert_with(|| (id.clone(), id.clone()));
        range.0 = range.0.clone().min(id.clone());
        range.1 = range.1.clone().max(id);
    }
    let mut postings: BTreeMap<(String, String), Vec<Posting>> = BTreeMap::new();
    for (tenant, (first, last)) in ranges {
        let lines = tx.rows(
            "SELECT transaction_id, account, currency, amount FROM ledger_posting
             WHERE tenant_id = $1 AND transaction_id >= $2 AND transaction_id <= $3 ORDER BY transaction_id, line",
            values![&tenant, first, last],
        )?;
        for line in &lines {
            postings.entry((tenant.clone(), line.get(0)?)).or_default().push(posting(&tenant, line)?);
        }
    }
    rows.iter()
        .map(|row| {
            let key = (row.get(0)?, row.get(1)?);
            kept(row, postings.remove(&key).unwrap_or_default())
        })
        .collect()
}

fn posting(tenant: &str, line: &Row) -> Result<Posting, Fault> {
    let (account, currency): (String, String) = (line.get(1)?, line.get(2)?);
    let (kind, subject) =
        account_parts(&account).ok_or_else(|| Fault::broken(format!("no account {account}")))?;
    let currency =
        Currency::parse(&currency).ok_or_else(|| Fault::broken(format!("no currency {currency}")))?;
    let account = Account::about(&Tenant::new(tenant), kind, currency, subject);
    Ok(Posting { account, amount_minor: line.get(3)? })
}

/// The kind and subject of an account.
pub(super) fn account_parts(text: &str) -> Option<(AccountKind, &str)> {
    let (kind, subject) = text.split_once(':')?;
    Some((AccountKind::parse(kind)?, subject))
}

fn kept(row: &Row, postings: Vec<Posting>) -> Result<Kept, Fault> {
    let (word, body): (String, String) = (row.get(3)?, row.get(6)?);
    let kind =
        kind(&word, &body).ok_or_else(|| Fault::broken(format!("no transaction is a {word} of {body}")))?;
    let draft = Draft {
        id: TransactionId::new(row.get::<String>(1)?),
        at: row.get(2)?,
        kind,
        memo: row.get(4)?,
        postings,
        reverses: row.get::<Option<String>>(5)?.map(TransactionId::new),
    };
    let transaction = Transaction::new(draft).map_err(|it| Fault::broken(it.to_string()))?;
    Ok(Kept { transaction, entitlement: row.get(7)?, reversed_by: row.get(8)? })
}
