//! What is agreed about a subscription beside its terms: what happens at the end of its term, and its own documents.

use schemars::JsonSchema;
use serde::Deserialize;
use store::{Fault, Tx, Value, values};

use super::row::{load, record};
use super::{Renewal, Subscription, changeable};
use crate::documents::{self, Document};
use crate::kept::{to_json, to_text};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::Verb;
use crate::subscription_check;

/// What is to happen at the end of the term.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRenewal {
    /// From now on.
    pub renewal: Renewal,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// The documents of a subscription alone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDocuments {
    /// All of them, from now on.
    pub documents: Vec<Document>,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// Changes what happens at the end of the term.
pub fn set_renewal(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (&str, &str),
    input: &SetRenewal,
    expected: Option<i64>,
) -> Result<Subscription, Failure> {
    let (tenant, it) = changeable(tx, who, (tenant, id), Verb::Change, (&input.reason, expected))?;
    subscription_check::term(it.since.0, it.terms.until.map(|it| it.0), input.renewal)?;
    let sql = "UPDATE subscription SET renewal = $1, revision = revision + 1 WHERE tenant_id = $2 AND id = $3 AND revision = $4";
    changed(tx, sql, values![to_text(&input.renewal)?, tenant.id(), id, it.revision])?;
    let (old, new) = (to_json(&it.renewal)?, to_json(&input.renewal)?);
    record(tx, who, &tenant, "subscription.renewal_changed", id, (old, new), &input.reason)?;
    load(tx, &tenant, id)
}

/// Changes the documents of a subscription alone. Which prevails follows from all of them.
pub fn set_documents(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (&str, &str),
    input: &SetDocuments,
    expected: Option<i64>,
) -> Result<Subscription, Failure> {
    let (tenant, it) = changeable(tx, who, (tenant, id), Verb::Change, (&input.reason, expected))?;
    documents::check(&input.documents)?;
    let sql = "UPDATE subscription SET documents = $1, revision = revision + 1 WHERE tenant_id = $2 AND id = $3 AND revision = $4";
    changed(tx, sql, values![to_text(&input.documents)?, tenant.id(), id, it.revision])?;
    let (old, new) = (to_json(&it.documents)?, to_json(&input.documents)?);
    record(tx, who, &tenant, "subscription.documents_changed", id, (old, new), &input.reason)?;
    load(tx, &tenant, id)
}

fn changed(tx: &mut Tx<'_>, sql: &'static str, params: &[Value]) -> Result<(), Fault> {
    match tx.execute(sql, params)? {
        1 => Ok(()),
        _ => Err(Fault::broken("a subscription changed under the writing thread")),
    }
}
