//! Of which codes receipts are kept beside a fact because they are in no class, and between which times their messages were
//! sent. A receipt that comes again and is in a class then is noted as such only where one of those may be open, so that nothing
//! is written for all the others. What is known here may be more than what is open, and never less.

use std::collections::{BTreeMap, BTreeSet};

use formats::Unplaced;
use store::{Fault, Row, Scope, Store, Tx, values};
use timeline::Instant;

use super::Reach;
use super::vendors::Code;
use crate::stream::Opened;

/// Most codes that are told apart in a stream; receipts with further ones are known together.
const CODES_MAX: i64 = 1_000;

/// What is known of one fact of a stream, and what a body adds.
#[derive(Debug, Default)]
pub(super) struct Open {
    fact: String,
    known: BTreeMap<Code, Reach>,
    new: BTreeMap<Code, Reach>,
    /// How many receipts of a body are kept open.
    pub(super) receipts: u64,
}

impl Open {
    /// What the store knows. To be asked after the terms by which receipts are put into classes were: what was kept open under
    /// terms before them is known then.
    pub(super) fn of(store: &Store, opened: &Opened, fact: &str) -> Result<Self, Fault> {
        let rows = store.read(Scope::Provider, |tx| {
            tx.rows(
                "SELECT provider, carrier, code, from_at, until_at FROM receipt_open
                 WHERE tenant_id = $1 AND stream = $2 AND fact = $3",
                values![&opened.tenant, &opened.name, fact],
            )
        })?;
        let known = rows.iter().map(reach).collect::<Result<_, Fault>>()?;
        Ok(Self { fact: fact.to_owned(), known, ..Self::default() })
    }

    /// Whether no receipt is open.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether this very receipt may be open.
    pub(super) fn may_have(&self, receipt: &Unplaced) -> bool {
        let holds = |code: &Code| self.known.get(code).is_some_and(|it| it.has(receipt.at));
        holds(&Code::of(receipt)) || holds(&Code::OTHERS)
    }

    /// A receipt of the body is kept open.
    pub(super) fn note(&mut self, receipt: &Unplaced) {
        self.receipts += 1;
        if !self.may_have(receipt) {
            let reach = self.new.entry(Code::of(receipt)).or_insert(Reach::NONE);
            *reach = reach.with(Reach { from: receipt.at, until: receipt.at });
        }
    }

    /// What is to be kept before the body's receipts are.
    pub(super) fn news(&self) -> Option<News> {
        let is_new = !self.new.is_empty();
        is_new.then(|| News { fact: self.fact.clone(), reaches: self.new.clone() })
    }
}

/// What a body adds.
pub(super) struct News {
    fact: String,
    reaches: BTreeMap<Code, Reach>,
}

impl News {
    /// Keeps it.
    pub(super) fn keep(self, tx: &mut Tx<'_>, (tenant, stream): (&str, &str)) -> Result<(), Fault> {
        let of = (tenant, stream, self.fact.as_str());
        let known = known(tx, of)?;
        let (mut room, mut others) = (CODES_MAX - count(tx, of)?, Reach::NONE);
        for (code, reach) in &self.reaches {
            let is_new = !known.contains(code);
            // No database keeps such a character.
            if code.has_zero() || (is_new && room <= 0) {
                others = others.with(*reach);
                continue;
            }
            room -= i64::from(is_new);
            extend(tx, of, code, *reach)?;
        }
        if others == Reach::NONE { Ok(()) } else { extend(tx, of, &Code::OTHERS, others) }
    }
}

impl Reach {
    fn has(self, at: Instant) -> bool {
        self.from <= at && at <= self.until
    }
}

/// Tenant, stream and fact.
type Of<'a> = (&'a str, &'a str, &'a str);

fn known(tx: &mut Tx<'_>, (tenant, stream, fact): Of<'_>) -> Result<BTreeSet<Code>, Fault> {
    let rows = tx.rows(
        "SELECT provider, carrier, code FROM receipt_open WHERE tenant_id = $1 AND stream = $2 AND fact = $3",
        values![tenant, stream, fact],
    )?;
    let code = |row: &Row| Ok(Code { provider: row.get(0)?, carrier: row.get(1)?, code: row.get(2)? });
    rows.iter().map(code).collect()
}

/// How many codes are told apart in a stream.
fn count(tx: &mut Tx<'_>, (tenant, stream, _): Of<'_>) -> Result<i64, Fault> {
    let row = tx.row(
        "SELECT count(*) FROM receipt_open WHERE tenant_id = $1 AND stream = $2",
        values![tenant, stream],
    )?;
    row.map_or(Ok(0), |it| it.get(0))
}

fn extend(tx: &mut Tx<'_>, (tenant, stream, fact): Of<'_>, code: &Code, reach: Reach) -> Result<(), Fault> {
    tx.housekeeping(
        "INSERT INTO receipt_open (tenant_id, stream, fact, provider, carrier, code, from_at, until_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, stream, fact, provider, carrier, code) DO UPDATE SET
           from_at = CASE WHEN excluded.from_at < receipt_open.from_at THEN excluded.from_at ELSE receipt_open.from_at END,
           until_at = CASE WHEN excluded.until_at > receipt_open.until_at THEN excluded.until_at ELSE receipt_open.until_at END",
        values![tenant, stream, fact, &code.provider, &code.carrier, &code.code, reach.from, reach.until],
    )?;
    Ok(())
}

fn reach(row: &Row) -> Result<(Code, Reach), Fault> {
    let code = Code { provider: row.get(0)?, carrier: row.get(1)?, code: row.get(2)? };
    Ok((code, Reach { from: row.get(3)?, until: row.get(4)? }))
}
