//! Customers: each a house of its own, under an id the provider chooses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{Fault, Row, Tx, values};

use crate::audit::{self, Entry};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// The tenant that is our own house where we are the customer: it holds our subscriptions to upstream agreements. It is
/// there from the beginning, in no list of customers, and cannot be renamed or suspended.
pub const UPSTREAM: &str = "upstream";

/// Most characters of a name.
const NAME_CHARS_MAX: usize = 200;
/// Most characters of a reason.
const REASON_CHARS_MAX: usize = 2_000;

/// A customer to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTenant {
    /// Its id, for ever: 1 to 63 lower-case letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z0-9-]{1,63}$"))]
    pub id: String,
    /// Its name, as statements and pages show it.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
}

/// Another name for a customer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The name from now on.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
}

/// Why something is done.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The reason, for the record.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// Whether a customer is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantState {
    /// Served.
    Active,
    /// Takes no new subscriptions. What it has runs on until each subscription is suspended or ended.
    Suspended,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is served.
    pub state: TenantState,
    /// When it was made.
    pub created_at: Moment,
    /// Counts its changes.
    pub revision: i64,
}

/// Makes a customer. Refused when there is one with this id, also after it was suspended.
pub fn create(_: &Platform, tx: &mut Tx<'_>, who: &Principal, input: &NewTenant) -> Result<Tenant, Failure> {
    who.provider(tx, Resource::Tenant, Verb::Create)?;
    check_id(&input.id)?;
    check_name(&input.name)?;
    let made = tx.execute(
        "INSERT INTO tenant (id, name, state, created_at, revision) VALUES ($1, $2, 'active', $3, 1) ON CONFLICT DO NOTHING",
        values![&input.id, &input.name, tx.now()],
    )?;
    if made == 0 {
        return Err(exists(&input.id).into());
    }
    record(tx, who, "tenant.created", &input.id, Json::Null, json!({ "name": input.name }), None)?;
    found(tx, &input.id)
}

/// The customers: all for the provider, their own for customers.
pub fn list(_: &Platform, tx: &mut Tx<'_>, who: &Principal, page: &Page) -> Result<Listed<Tenant>, Failure> {
    let limit = page.rows()?;
    if who.is_provider() {
        who.provider(tx, Resource::Tenant, Verb::Read)?;
        let rows = tx.rows(
            "SELECT id, name, state, created_at, revision FROM tenant WHERE id > $1 AND id <> $2 ORDER BY id LIMIT $3",
            values![page.after(), UPSTREAM, limit],
        )?;
        return Ok(page.listed(&rows, tenant, |it| it.id.clone())?);
    }
    let mut own: Vec<&str> =
        who.roles.iter().map(|it| it.0.as_str()).filter(|it| *it > page.after()).collect();
    own.sort_unstable();
    own.dedup();
    let mut items = Vec::new();
    for id in own {
        who.tenant(tx, id, Resource::Tenant, Verb::Read)?;
        items.push(found(tx, id)?);
    }
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(page.cut(items, |it| it.id.clone()))
}

/// A customer.
pub fn get(_: &Platform, tx: &mut Tx<'_>, who: &Principal, id: &str) -> Result<Tenant, Failure> {
    who.tenant(tx, id, Resource::Tenant, Verb::Read)?;
    found(tx, id)
}

/// Gives a customer another name.
pub fn rename(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    input: &Rename,
    expected: Option<i64>,
) -> Result<Tenant, Failure> {
    who.tenant(tx, id, Resource::Tenant, Verb::Change)?;
    check_name(&input.name)?;
    let before = changeable(tx, id, expected)?;
    tx.execute(
        "UPDATE tenant SET name = $1, revision = revision + 1 WHERE id = $2 AND revision = $3",
        values![&input.name, id, before.revision],
    )?;
    record(
        tx,
        who,
        "tenant.renamed",
        id,
        json!({ "name": before.name }),
        json!({ "name": input.name }),
        None,
    )?;
    found(tx, id)
}

/// Stops serving a customer; only the provider does.
pub fn suspend(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    input: &Reason,
    expected: Option<i64>,
) -> Result<Tenant, Failure> {
    turn(platform, tx, who, id, input, expected, TenantState::Suspended)
}

/// Serves a suspended customer again.
pub fn resume(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    input: &Reason,
    expected: Option<i64>,
) -> Result<Tenant, Failure> {
    turn(platform, tx, who, id, input, expected, TenantState::Active)
}

fn turn(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    input: &Reason,
    expected: Option<i64>,
    to: TenantState,
) -> Result<Tenant, Failure> {
    who.provider(tx, Resource::Tenant, Verb::Change)?;
    check_reason(&input.reason)?;
    let before = changeable(tx, id, expected)?;
    if before.state == to {
        return Err(Refusal::unfit(
            format!("the tenant is {} already", to.name()),
            format!("客户已处于 {} 状态", to.name()),
        )
        .into());
    }
    tx.execute(
        "UPDATE tenant SET state = $1, revision = revision + 1 WHERE id = $2 AND revision = $3",
        values![to.name(), id, before.revision],
    )?;
    let action = if to == TenantState::Active { "tenant.resumed" } else { "tenant.suspended" };
    let (old, new) = (json!({ "state": before.state.name() }), json!({ "state": to.name() }));
    record(tx, who, action, id, old, new, Some(input.reason.clone()))?;
    found(tx, id)
}

impl TenantState {
    fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

/// The tenant, whoever asks.
pub(crate) fn found(tx: &mut Tx<'_>, id: &str) -> Result<Tenant, Failure> {
    let row =
        tx.row("SELECT id, name, state, created_at, revision FROM tenant WHERE id = $1", values![id])?;
    Ok(tenant(&row.ok_or_else(Refusal::not_found)?)?)
}

/// Refused unless the caller knows what is there now: `expected` is the revision somebody looked at.
pub(crate) fn check_revision(expected: Option<i64>, revision: i64) -> Result<(), Refusal> {
    if expected.is_none_or(|it| it == revision) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::Outdated,
        format!("it has revision {revision} now; read it again, then repeat what you want to change"),
        format!("现为修订版 {revision}；请重新读取后再修改"),
    ))
}

pub(crate) fn check_reason(reason: &str) -> Result<(), Refusal> {
    if !reason.trim().is_empty() && reason.chars().count() <= REASON_CHARS_MAX {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("reason: say why, in 1 to {REASON_CHARS_MAX} characters"),
        format!("reason：请说明理由（1 至 {REASON_CHARS_MAX} 个字符）"),
    ))
}

fn changeable(tx: &mut Tx<'_>, id: &str, expected: Option<i64>) -> Result<Tenant, Failure> {
    if id == UPSTREAM || id == PROVIDER {
        return Err(Refusal::unfit("this tenant is our own house", "此客户代表本方自身，不可更改").into());
    }
    let before = found(tx, id)?;
    check_revision(expected, before.revision)?;
    Ok(before)
}

fn check_id(id: &str) -> Result<(), Refusal> {
    let fits = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    if (1..=63).contains(&id.len()) && id.bytes().all(fits) {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("id `{id}`: choose 1 to 63 lower-case letters, digits and hyphens"),
        format!("id `{id}`：请使用 1 至 63 个小写字母、数字或连字符"),
    ))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = !name.chars().any(char::is_control);
    if plain && !name.trim().is_empty() && name.chars().count() <= NAME_CHARS_MAX {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("name: give 1 to {NAME_CHARS_MAX} characters of one line"),
        format!("name：请给出 1 至 {NAME_CHARS_MAX} 个字符，且不换行"),
    ))
}

fn exists(id: &str) -> Refusal {
    Refusal::new(
        RefusalKind::Exists,
        format!("there is a tenant `{id}` already; choose another id"),
        format!("客户 `{id}` 已存在；请换一个 id"),
    )
}

fn tenant(row: &Row) -> Result<Tenant, Fault> {
    let state: String = row.get(2)?;
    let state = match state.as_str() {
        "active" => TenantState::Active,
        "suspended" => TenantState::Suspended,
        other => return Err(Fault::broken(format!("tenant state {other}"))),
    };
    Ok(Tenant { id: row.get(0)?, name: row.get(1)?, state, created_at: row.get(3)?, revision: row.get(4)? })
}

fn record(
    tx: &mut Tx<'_>,
    who: &Principal,
    action: &'static str,
    id: &str,
    old: Json,
    new: Json,
    reason: Option<String>,
) -> Result<(), Fault> {
    let entry = Entry { action, subject: id.to_owned(), old, new, reason, personal: Vec::new() };
    audit::append(tx, who, id, entry).map(drop)
}
