//! Transactions as the store keeps them, and back.

use calendar::parse_instant;
use ledger::{
    Account, AccountKind, Draft, Posting, Tenant, Transaction, TransactionId, TransactionKind, VoucherId,
};
use quantity::Currency;
use serde_json::{Value as Json, json};
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use crate::text::{push_quoted, push_quoted_parts};
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
            "(SELECT max(r.id) FROM ledger_transaction r WHERE r.tenant_id = t.tenant_id AND r.act = 'reverse:' || t.id), ",
            "t.postings ",
            "FROM ledger_transaction t ",
            $rest
        )
    };
}

/// The transaction of a tenant with this id.
pub(crate) fn find(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<Option<Kept>, Fault> {
    let rows = tx.rows(select!("WHERE t.tenant_id = $1 AND t.id = $2"), values![tenant, id])?;
    rows.first().map(kept).transpose()
}

/// The transactions of a tenant after an id, in the order of their ids.
pub(super) fn page(tx: &mut Tx<'_>, tenant: &str, after: &str, limit: i64) -> Result<Vec<Kept>, Fault> {
    let rows = tx.rows(
        select!("WHERE t.tenant_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3"),
        values![tenant, after, limit],
    )?;
    rows.iter().map(kept).collect()
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
    rows.iter().map(kept).collect()
}

/// What the lines of an entitlement's transactions say, in no particular order.
pub(crate) fn lines_of(tx: &mut Tx<'_>, tenant: &str, entitlement: &str) -> Result<Vec<Line>, Fault> {
    let rows = tx.rows(
        "SELECT postings FROM ledger_transaction WHERE tenant_id = $1 AND entitlement_id = $2",
        values![tenant, entitlement],
    )?;
    let lines = rows.iter().map(|it| read_lines(&it.get::<String>(0)?));
    Ok(lines.collect::<Result<Vec<_>, _>>()?.concat())
}

/// The entitlement of a transaction that posts to an account, where there is one.
pub(crate) fn on_account(
    tx: &mut Tx<'_>,
    tenant: &str,
    account: &str,
    currency: Currency,
) -> Result<Option<Option<String>>, Fault> {
    let mut beginning = "[".to_owned();
    push_quoted(&mut beginning, account);
    beginning.push_str(&format!(",\"{}\",", currency.code()));
    let row = tx.row(
        "SELECT entitlement_id FROM ledger_transaction
         WHERE tenant_id = $1 AND replace(postings, $2, '') <> postings ORDER BY id LIMIT 1",
        values![tenant, beginning],
    )?;
    row.map(|it| it.get(0)).transpose()
}

/// A posting as it is kept: account, currency, minor units with debit positive.
pub(crate) type Line = (String, String, i64);

/// Postings as JSON: `[["kind:subject","USD",500],…]`.
pub(super) fn lines(postings: &[Posting]) -> String {
    let mut text = String::with_capacity(64 * postings.len());
    for (at, posting) in postings.iter().enumerate() {
        let account = &posting.account;
        text.push_str(if at == 0 { "[[" } else { ",[" });
        push_quoted_parts(&mut text, &[account.kind.word(), ":", &account.subject]);
        text.push_str(",\"");
        text.push_str(account.currency.code());
        text.push_str("\",");
        text.push_str(&posting.amount_minor.to_string());
        text.push(']');
    }
    text.push(']');
    text
}

pub(crate) fn read_lines(text: &str) -> Result<Vec<Line>, Fault> {
    serde_json::from_str(text).map_err(|it| Fault::broken(format!("postings: {it}")))
}

fn posting(tenant: &Tenant, (account, currency, amount_minor): Line) -> Result<Posting, Fault> {
    let (kind, subject) =
        account_parts(&account).ok_or_else(|| Fault::broken(format!("no account {account}")))?;
    let currency =
        Currency::parse(&currency).ok_or_else(|| Fault::broken(format!("no currency {currency}")))?;
    Ok(Posting { account: Account::about(tenant, kind, currency, subject), amount_minor })
}

/// The kind of an account.
pub(crate) fn kind_of(account: &str) -> Option<AccountKind> {
    account_parts(account).map(|it| it.0)
}

/// The kind and subject of an account.
pub(crate) fn account_parts(text: &str) -> Option<(AccountKind, &str)> {
    let (kind, subject) = text.split_once(':')?;
    Some((AccountKind::parse(kind)?, subject))
}

fn kept(row: &Row) -> Result<Kept, Fault> {
    let tenant = Tenant::new(row.get::<String>(0)?);
    let lines = read_lines(&row.get::<String>(9)?)?;
    let postings = lines.into_iter().map(|it| posting(&tenant, it)).collect::<Result<_, _>>()?;
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
