//! What is public: chosen by the provider, each choice on the record.

use serde_json::{Value as Json, json};
use store::{Fault, Tx, values};

use super::look::latest;
use super::spans;
use crate::audit::{self, Entry};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::tenants::UPSTREAM;
use crate::text::Text;
use crate::time::Moment;

/// Most characters of a public name.
const NAME_CHARS_MAX: usize = 80;
/// Characters of a page's name.
const PAGE_NAME_CHARS: std::ops::RangeInclusive<usize> = 3..=63;
/// Names that stand for something else in addresses.
const RESERVED: [&str; 5] = ["api", "badge", "feed", "incidents", "maintenance"];

/// An agreement on the provider's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The agreement.
    pub agreement: String,
    /// Its public name.
    pub name: Text,
    /// Since when.
    pub since: Moment,
}

/// A customer's page that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPage {
    /// The customer.
    pub tenant: String,
    /// The page's name in its address.
    pub name: String,
    /// Since when it is open.
    pub since: Moment,
}

/// The agreements on the provider's page.
pub fn components(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<Published>, Failure> {
    who.provider(tx, Resource::Agreement, Verb::Read)?;
    let rows = tx.rows(
        "SELECT agreement_id, name, name_zh, since_at FROM status_component ORDER BY name, agreement_id",
        &[],
    )?;
    let mut all = Vec::new();
    for row in &rows {
        let name = Text { en: row.get(1)?, zh: row.get(2)? };
        all.push(Published { agreement: row.get(0)?, name, since: row.get(3)? });
    }
    Ok(all)
}

/// Whether an agreement can stand on the page: its contract has a fact of outages.
pub fn records_outages(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    agreement: &str,
) -> Result<bool, Failure> {
    who.provider(tx, Resource::Agreement, Verb::Read)?;
    Ok(spans::has_outages(&latest(platform, tx, agreement)?.contract))
}

/// Puts an agreement on the provider's page under a public name, or gives it another name there.
pub fn publish(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    agreement: &str,
    name: &Text,
) -> Result<(), Failure> {
    who.provider(tx, Resource::Agreement, Verb::Change)?;
    let name = Text::new(name.en.trim(), name.zh.trim());
    check_name(&name)?;
    let of_ours = tx.row("SELECT id FROM agreement WHERE id = $1 AND kind = 'ours'", values![agreement])?;
    if of_ours.is_none() {
        return Err(Refusal::not_found().into());
    }
    if !spans::has_outages(&latest(platform, tx, agreement)?.contract) {
        return Err(Refusal::unfit(
            "its contract has no fact of outages (a span with a cause), so nothing could be said of its state",
            "该合同没有停机事实（带原因的 span），无法说明其状态",
        )
        .into());
    }
    let old = named(tx, agreement)?;
    tx.execute(
        "INSERT INTO status_component (agreement_id, name, name_zh, since_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (agreement_id) DO UPDATE SET name = $2, name_zh = $3",
        values![agreement, &name.en, &name.zh, tx.now()],
    )?;
    let new = json!({ "name": name.en, "name_zh": name.zh });
    note(tx, who, PROVIDER, ("status.published", agreement), old, new)
}

/// Takes an agreement off the provider's page.
pub fn unpublish(tx: &mut Tx<'_>, who: &Principal, agreement: &str) -> Result<(), Failure> {
    who.provider(tx, Resource::Agreement, Verb::Change)?;
    let old = named(tx, agreement)?;
    if old.is_null() {
        return Err(Refusal::not_found().into());
    }
    tx.execute("DELETE FROM status_component WHERE agreement_id = $1", values![agreement])?;
    note(tx, who, PROVIDER, ("status.unpublished", agreement), old, Json::Null)
}

fn named(tx: &mut Tx<'_>, agreement: &str) -> Result<Json, Fault> {
    let row =
        tx.row("SELECT name, name_zh FROM status_component WHERE agreement_id = $1", values![agreement])?;
    let Some(row) = row else { return Ok(Json::Null) };
    Ok(json!({ "name": row.get::<String>(0)?, "name_zh": row.get::<String>(1)? }))
}

fn check_name(name: &Text) -> Result<(), Refusal> {
    let fits =
        |it: &str| (1..=NAME_CHARS_MAX).contains(&it.chars().count()) && !it.chars().any(char::is_control);
    if fits(&name.en) && fits(&name.zh) {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("name: write it in both languages, 1 to {NAME_CHARS_MAX} characters each"),
        format!("name：请填写中英文名称，各 1 至 {NAME_CHARS_MAX} 字"),
    ))
}

/// The pages of customers that are open.
pub fn pages(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<CustomerPage>, Failure> {
    who.provider(tx, Resource::Tenant, Verb::Read)?;
    let rows = tx.rows("SELECT tenant_id, name, since_at FROM status_page ORDER BY tenant_id", &[])?;
    let page = |it: &store::Row| Ok(CustomerPage { tenant: it.get(0)?, name: it.get(1)?, since: it.get(2)? });
    Ok(rows.iter().map(page).collect::<Result<_, Fault>>()?)
}

/// Opens a customer's page to everybody who knows its address: under the name given, or under one that cannot be guessed.
/// The provider's people only. An open page gets the other name.
pub fn open_page(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    name: Option<&str>,
) -> Result<CustomerPage, Failure> {
    who.provider(tx, Resource::Tenant, Verb::Change)?;
    if tenant == UPSTREAM {
        return Err(Refusal::not_found().into());
    }
    let name = match name {
        Some(it) => checked_page_name(it)?,
        None => settle::hex(&tx.random::<16>()?),
    };
    let taken = tx.row(
        "SELECT tenant_id FROM status_page WHERE name = $1 AND tenant_id <> $2",
        values![&name, tenant],
    )?;
    if taken.is_some() {
        let title = RefusalKind::Exists.title();
        return Err(Refusal::new(RefusalKind::Exists, title.en, title.zh).into());
    }
    who.tenant(tx, tenant, Resource::Tenant, Verb::Change)?;
    let old = open_as(tx, tenant)?;
    tx.execute(
        "INSERT INTO status_page (tenant_id, name, since_at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id) DO UPDATE SET name = $2, since_at = $3",
        values![tenant, &name, tx.now()],
    )?;
    note(tx, who, tenant, ("status.page_opened", tenant), old, json!({ "name": name }))?;
    Ok(CustomerPage { tenant: tenant.to_owned(), name, since: tx.now().into() })
}

/// Closes a customer's page: its address leads nowhere from now on.
pub fn close_page(tx: &mut Tx<'_>, who: &Principal, tenant: &str) -> Result<(), Failure> {
    who.provider(tx, Resource::Tenant, Verb::Change)?;
    who.tenant(tx, tenant, Resource::Tenant, Verb::Change)?;
    let old = open_as(tx, tenant)?;
    if old.is_null() {
        return Err(Refusal::not_found().into());
    }
    tx.execute("DELETE FROM status_page WHERE tenant_id = $1", values![tenant])?;
    note(tx, who, tenant, ("status.page_closed", tenant), old, Json::Null)
}

fn open_as(tx: &mut Tx<'_>, tenant: &str) -> Result<Json, Fault> {
    let row = tx.row("SELECT name FROM status_page WHERE tenant_id = $1", values![tenant])?;
    row.map_or(Ok(Json::Null), |it| Ok(json!({ "name": it.get::<String>(0)? })))
}

fn checked_page_name(name: &str) -> Result<String, Refusal> {
    let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    if PAGE_NAME_CHARS.contains(&name.len()) && name.chars().all(fits) && !RESERVED.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(Refusal::invalid(
        format!("name: `{name}` is no name for a page: 3 to 63 lower-case letters, digits and hyphens"),
        format!("name：`{name}` 不能作为页面名称，须为 3 至 63 个小写字母、数字或连字符"),
    ))
}

fn note(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    (action, subject): (&'static str, &str),
    old: Json,
    new: Json,
) -> Result<(), Failure> {
    let subject = subject.to_owned();
    audit::append(tx, who, house, Entry { action, subject, old, new, ..Entry::default() })?;
    Ok(())
}
