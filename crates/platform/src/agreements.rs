//! Agreements: what is agreed with customers, and with the providers we are a customer of; each in versions that never
//! change once published ([`crate::publishing`]).
//!
//! A customer sees the agreements it has a subscription to, and of those the versions that govern it or that it was told
//! about; for everything else there is nothing here.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use crate::annexes::{self, Annex};
use crate::audit::{self, Entry};
use crate::comparison::Comparison;
use crate::documents::{self, Document, DocumentKind};
use crate::kept::{of_row, to_text};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::publishing::Finding;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::subscriptions;
use crate::tenants::{UPSTREAM, check_revision};
use crate::text::Text;
use crate::time::Moment;

/// Who promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgreementKind {
    /// We do, to our customers.
    #[default]
    Ours,
    /// Somebody else does, to us; tenant `upstream` subscribes to it.
    Upstream,
}

/// How a version may be replaced by another, in the contract's own words (`amendment`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Amendment {
    /// Both sides agree: we by sending the notice, the customer by accepting it. Also where a contract says nothing.
    Mutual,
    /// Whoever goes on using the service when the change becomes effective has accepted it.
    ContinuedUse,
    /// The version stays until the subscription is renewed.
    PinnedUntilRenewal,
    /// Telling suffices.
    Notice,
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Agreement {
    /// Its id, from the contract's front matter.
    pub id: String,
    /// Who promises.
    pub kind: AgreementKind,
    /// The title of the version published first.
    pub title: Text,
    /// The version published last, of those the caller may see.
    pub latest: Option<String>,
    /// The documents it consists of.
    pub documents: Vec<Document>,
    /// When its first version was published.
    pub created_at: Moment,
    /// Counts changes of the agreement itself; a new version is none.
    pub revision: i64,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Version {
    /// The agreement.
    pub agreement: String,
    /// The version, from the contract's front matter.
    pub version: String,
    /// SHA-256 of its text, in hexadecimal.
    pub sha256: String,
    /// First day it is effective, ISO 8601, where the text says.
    pub effective: Option<String>,
    /// How it may be replaced.
    pub amendment: Amendment,
    /// When it was published.
    pub published_at: Moment,
    /// Who published it.
    pub published_by: String,
    /// What was acknowledged to publish it: `R0405`, `R0405@4.1`.
    pub acknowledged: Vec<String>,
    /// The findings it was published with.
    pub findings: Vec<Finding>,
    /// What codes of receipts mean: the annexes it was published with.
    pub annexes: Vec<Annex>,
}

/// The documents of an agreement.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDocuments {
    /// All of them; the contract itself is the one of kind `sla` without a hash.
    pub documents: Vec<Document>,
}

/// The agreements the caller may see.
pub fn list(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    page: &Page,
) -> Result<Listed<Agreement>, Failure> {
    let seen = sight(tx, who)?;
    let limit = page.rows()?;
    let rows = tx.rows(
        "SELECT a.id, a.kind, a.title, a.title_zh, a.documents, a.created_at, a.revision,
           (SELECT v.version FROM agreement_version v WHERE v.agreement_id = a.id ORDER BY v.seq DESC LIMIT 1)
         FROM agreement a WHERE a.id > $1 ORDER BY a.id LIMIT $2",
        values![page.after(), if seen.is_none() { limit } else { i64::MAX }],
    )?;
    let mut items = Vec::new();
    for row in &rows {
        let it = agreement(row)?;
        if seen.as_ref().is_none_or(|seen| seen.iter().any(|(agreement, _)| *agreement == it.id)) {
            items.push(narrowed(tx, it, seen.as_ref())?);
        }
    }
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(page.cut(items, |it| it.id.clone()))
}

/// An agreement.
pub fn get(_: &Platform, tx: &mut Tx<'_>, who: &Principal, id: &str) -> Result<Agreement, Failure> {
    let seen = sight(tx, who)?;
    if seen.as_ref().is_some_and(|seen| !seen.iter().any(|it| it.0 == id)) {
        return Err(Refusal::not_found().into());
    }
    let it = found(tx, id)?;
    narrowed(tx, it, seen.as_ref())
}

/// The versions of an agreement, the newest first.
pub fn versions(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
) -> Result<Listed<Version>, Failure> {
    get(platform, tx, who, id)?;
    let seen = sight(tx, who)?;
    let rows = tx.rows(
        "SELECT agreement_id, version, sha256, effective, amendment, published_at, published_by, acknowledged, findings, annexes
         FROM agreement_version WHERE agreement_id = $1 ORDER BY seq DESC",
        values![id],
    )?;
    let all = rows.iter().map(version).collect::<Result<Vec<_>, _>>()?;
    let items = all.into_iter().filter(|it| may_see(seen.as_ref(), id, &it.version)).collect();
    Ok(Listed { items, next: None })
}

/// A version.
pub fn get_version(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    name: &str,
) -> Result<Version, Failure> {
    check_sight(tx, who, id, name)?;
    found_version(tx, id, name)
}

/// The text of a version, as it was published.
pub fn text(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    name: &str,
) -> Result<String, Failure> {
    check_sight(tx, who, id, name)?;
    Ok(platform.contracts.get(tx, id, name)?.text.clone())
}

/// The text of an annex of a version, as it was published.
pub fn annex_text(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (id, name): (&str, &str),
    annex: &str,
) -> Result<String, Failure> {
    check_sight(tx, who, id, name)?;
    let kept = annexes::of_version(tx, id, name)?;
    let found = kept.iter().find(|it| it.annex.id == annex).ok_or_else(Refusal::not_found)?;
    Ok(annexes::text(tx, &found.annex)?)
}

/// What changes from one version to another, with a witness for each change that money shows.
pub fn compare(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    from: &str,
    to: &str,
) -> Result<Comparison, Failure> {
    check_sight(tx, who, id, from)?;
    check_sight(tx, who, id, to)?;
    let old = platform.contracts.get(tx, id, from)?;
    let new = platform.contracts.get(tx, id, to)?;
    Ok(review::compare(&old.contract, &new.contract).into())
}

/// Says which documents an agreement consists of, and in which order they prevail.
pub fn set_documents(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    input: &SetDocuments,
    expected: Option<i64>,
) -> Result<Agreement, Failure> {
    who.provider(tx, Resource::Agreement, Verb::Change)?;
    let before = found(tx, id)?;
    check_revision(expected, before.revision)?;
    documents::check(&input.documents)?;
    tx.execute(
        "UPDATE agreement SET documents = $1, revision = revision + 1 WHERE id = $2 AND revision = $3",
        values![to_text(&input.documents)?, id, before.revision],
    )?;
    let entry = Entry {
        action: "agreement.documents_set",
        subject: id.to_owned(),
        old: json!({ "documents": before.documents }),
        new: json!({ "documents": input.documents }),
        ..Entry::default()
    };
    audit::append(tx, who, PROVIDER, entry)?;
    found(tx, id)
}

/// The documents of an agreement while a version is in force: the contract itself gets that version's hash.
pub(crate) fn documents_at(tx: &mut Tx<'_>, id: &str, name: &str) -> Result<Vec<Document>, Failure> {
    let mut documents = found(tx, id)?.documents;
    let sha256 = found_version(tx, id, name)?.sha256;
    for it in documents.iter_mut().filter(|it| it.kind == DocumentKind::Sla && it.sha256.is_none()) {
        it.sha256 = Some(sha256.clone());
    }
    Ok(documents)
}

/// The agreement, whoever asks.
pub(crate) fn found(tx: &mut Tx<'_>, id: &str) -> Result<Agreement, Failure> {
    let row = tx.row(
        "SELECT a.id, a.kind, a.title, a.title_zh, a.documents, a.created_at, a.revision,
           (SELECT v.version FROM agreement_version v WHERE v.agreement_id = a.id ORDER BY v.seq DESC LIMIT 1)
         FROM agreement a WHERE a.id = $1",
        values![id],
    )?;
    Ok(agreement(&row.ok_or_else(Refusal::not_found)?)?)
}

/// The version, whoever asks.
pub(crate) fn found_version(tx: &mut Tx<'_>, id: &str, name: &str) -> Result<Version, Failure> {
    let row = tx.row(
        "SELECT agreement_id, version, sha256, effective, amendment, published_at, published_by, acknowledged, findings, annexes
         FROM agreement_version WHERE agreement_id = $1 AND version = $2",
        values![id, name],
    )?;
    Ok(version(&row.ok_or_else(Refusal::not_found)?)?)
}

/// Agreement and version, as a customer sees them.
type Sight = BTreeSet<(String, String)>;

/// What the caller may see; `None` is everything.
fn sight(tx: &mut Tx<'_>, who: &Principal) -> Result<Option<Sight>, Failure> {
    if who.is_provider() {
        who.provider(tx, Resource::Agreement, Verb::Read)?;
        return Ok(None);
    }
    let mut seen = Sight::new();
    for (house, _) in &who.roles {
        let tenant = who.tenant(tx, house, Resource::Agreement, Verb::Read)?;
        seen.extend(sight_of(tx, &tenant)?);
    }
    Ok(Some(seen))
}

/// The versions that govern or governed a tenant's subscriptions, and those it was told about.
fn sight_of(tx: &mut Tx<'_>, tenant: &TenantHandle) -> Result<Sight, Failure> {
    let rows = tx.rows(subscriptions::select!("WHERE tenant_id = $1"), values![tenant.id()])?;
    let mut seen = Sight::new();
    for row in &rows {
        let it = subscriptions::subscription(row, Instant::MAX)?;
        let versions = it.history.iter().filter_map(|it| it.version.clone());
        seen.extend(versions.map(|version| (it.agreement.clone(), version)));
    }
    let told = tx.rows(
        "SELECT n.agreement_id, n.to_version FROM notice n JOIN notice_delivery d ON d.notice_id = n.id
         WHERE d.tenant_id = $1",
        values![tenant.id()],
    )?;
    for row in &told {
        seen.insert((row.get(0)?, row.get(1)?));
    }
    Ok(seen)
}

fn may_see(seen: Option<&Sight>, id: &str, name: &str) -> bool {
    seen.is_none_or(|it| it.contains(&(id.to_owned(), name.to_owned())))
}

fn check_sight(tx: &mut Tx<'_>, who: &Principal, id: &str, name: &str) -> Result<(), Failure> {
    let seen = sight(tx, who)?;
    if may_see(seen.as_ref(), id, name) { Ok(()) } else { Err(Refusal::not_found().into()) }
}

/// The agreement with the newest version the caller may see.
fn narrowed(tx: &mut Tx<'_>, mut it: Agreement, seen: Option<&Sight>) -> Result<Agreement, Failure> {
    if seen.is_some() {
        let rows = tx.rows(
            "SELECT version FROM agreement_version WHERE agreement_id = $1 ORDER BY seq DESC",
            values![&it.id],
        )?;
        let names = rows.iter().map(|it| it.get(0)).collect::<Result<Vec<String>, _>>()?;
        it.latest = names.into_iter().find(|name| may_see(seen, &it.id, name));
    }
    Ok(it)
}

impl AgreementKind {
    /// Its name in the store and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Upstream => "upstream",
        }
    }

    /// The tenants that may subscribe to it.
    pub fn takes(self, tenant: &str) -> bool {
        (self == Self::Upstream) == (tenant == UPSTREAM)
    }
}

impl Amendment {
    /// Its name in contracts, the store and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mutual => "mutual",
            Self::ContinuedUse => "continued_use",
            Self::PinnedUntilRenewal => "pinned_until_renewal",
            Self::Notice => "notice",
        }
    }

    /// The rule a contract states. A text that states none may be changed by both sides together only.
    pub fn of(word: Option<&str>) -> Self {
        let all = [Self::ContinuedUse, Self::PinnedUntilRenewal, Self::Notice];
        all.into_iter().find(|it| Some(it.name()) == word).unwrap_or(Self::Mutual)
    }
}

fn agreement(row: &Row) -> Result<Agreement, Fault> {
    let kind: String = row.get(1)?;
    let kind =
        if kind == AgreementKind::Upstream.name() { AgreementKind::Upstream } else { AgreementKind::Ours };
    Ok(Agreement {
        id: row.get(0)?,
        kind,
        title: Text { en: row.get(2)?, zh: row.get(3)? },
        documents: of_row(row, 4)?,
        created_at: row.get(5)?,
        revision: row.get(6)?,
        latest: row.get(7)?,
    })
}

fn version(row: &Row) -> Result<Version, Fault> {
    let effective: String = row.get(3)?;
    let amendment: String = row.get(4)?;
    Ok(Version {
        agreement: row.get(0)?,
        version: row.get(1)?,
        sha256: row.get(2)?,
        effective: Some(effective).filter(|it| !it.is_empty()),
        amendment: Amendment::of(Some(&amendment)),
        published_at: row.get(5)?,
        published_by: row.get(6)?,
        acknowledged: of_row(row, 7)?,
        findings: of_row(row, 8)?,
        annexes: of_row(row, 9)?,
    })
}
