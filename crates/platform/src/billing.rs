//! The books of a period for billing: one row a posting, as JSON or as CSV that no spreadsheet takes for a formula.

use ledger::{BillingRow, billing_rows, csv_cell};
use schemars::JsonSchema;
use serde::Serialize;
use store::Tx;
use timeline::Instant;

use crate::books;
use crate::in_kind::{self, InKind};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::time::{self, Moment};

/// Most transactions of one export.
const TRANSACTIONS_MAX: i64 = 100_000;

/// One posting with what its transaction says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    /// The transaction.
    pub transaction: String,
    /// Its posting, from 1.
    pub line: u64,
    /// When.
    pub at: Moment,
    /// What the transaction is for.
    pub kind: String,
    /// What it is about: a voucher, a claim, an invoice, a statement.
    pub about: String,
    /// The tenant.
    pub tenant: String,
    /// The kind of account.
    pub account: String,
    /// What the account is about.
    pub subject: String,
    /// The currency of both amounts.
    pub currency: String,
    /// Minor units debited, or 0.
    pub debit_minor: i64,
    /// Minor units credited, or 0.
    pub credit_minor: i64,
    /// The transaction it undoes.
    pub reverses: Option<String>,
    /// Words for a person.
    pub memo: String,
}

/// The rows of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Export {
    /// From.
    pub from: Moment,
    /// Until, exclusive.
    pub until: Moment,
    /// One row a posting.
    pub rows: Vec<Row>,
    /// What was given in kind, which no posting holds.
    pub in_kind: Vec<InKind>,
}

/// The postings in `[from, until)` of one tenant, or of all when none is named.
pub fn export(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: Option<&str>,
    (from, until): (Instant, Instant),
) -> Result<Export, Failure> {
    let tenant = match tenant {
        Some(it) => who.tenant(tx, it, Resource::Ledger, Verb::Export)?.id().to_owned(),
        None => {
            who.provider(tx, Resource::Ledger, Verb::Export)?;
            String::new()
        }
    };
    let kept = books::between(tx, &tenant, (from, until), TRANSACTIONS_MAX + 1)?;
    if i64::try_from(kept.len()).is_ok_and(|it| it > TRANSACTIONS_MAX) {
        return Err(Refusal::new(
            RefusalKind::TooLarge,
            format!("more than {TRANSACTIONS_MAX} transactions; choose a shorter period"),
            format!("超过 {TRANSACTIONS_MAX} 笔交易，请缩短期间"),
        )
        .into());
    }
    let rows = billing_rows(kept.iter().map(|it| &it.transaction)).into_iter().map(row).collect();
    let in_kind = in_kind::between(tx, &tenant, (from, until), TRANSACTIONS_MAX)?;
    Ok(Export { from: from.into(), until: until.into(), rows, in_kind })
}

/// Its postings as CSV (RFC 4180), with a head line; what was given in kind is a list of its own.
pub fn csv(export: &Export) -> String {
    let mut text = BillingRow::COLUMNS.join(",");
    text.push_str("\r\n");
    for it in &export.rows {
        let cells = [
            csv_cell(&it.transaction),
            it.line.to_string(),
            time::show(it.at.0),
            csv_cell(&it.kind),
            csv_cell(&it.about),
            csv_cell(&it.tenant),
            csv_cell(&it.account),
            csv_cell(&it.subject),
            csv_cell(&it.currency),
            it.debit_minor.to_string(),
            it.credit_minor.to_string(),
            csv_cell(it.reverses.as_deref().unwrap_or_default()),
            csv_cell(&it.memo),
        ];
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn row(it: BillingRow) -> Row {
    Row {
        transaction: it.transaction.to_string(),
        line: u64::try_from(it.line).unwrap_or(u64::MAX),
        at: it.at.into(),
        kind: it.kind.to_owned(),
        about: it.about,
        tenant: it.tenant.to_string(),
        account: it.account.word().to_owned(),
        subject: it.subject,
        currency: it.currency.code().to_owned(),
        debit_minor: it.debit_minor,
        credit_minor: it.credit_minor,
        reverses: it.reverses.map(|it| it.to_string()),
        memo: it.memo,
    }
}
