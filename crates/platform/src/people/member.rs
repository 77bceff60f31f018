//! Who holds which role in a house.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Fault, Row, Tx, values};

use crate::audit::{self, Entry};
use crate::page::{Listed, Page};
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Role, Verb};
use crate::time::Moment;

/// A person with a role in a house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Member {
    /// The person's id.
    pub id: String,
    /// The e-mail address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The role.
    pub role: String,
    /// Since when.
    pub since: Moment,
    /// Whether a second factor is set up.
    pub second_factor: bool,
}

/// Another role.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRole {
    /// The role.
    pub role: String,
}

pub(super) fn enter(tx: &mut Tx<'_>, who: &Principal, house: &str, verb: Verb) -> Result<(), Failure> {
    if house == PROVIDER {
        who.provider(tx, Resource::Person, verb).map(|_| ())
    } else {
        who.tenant(tx, house, Resource::Person, verb).map(|_| ())
    }
}

/// The people of a house.
pub fn members(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    page: &Page,
) -> Result<Listed<Member>, Failure> {
    enter(tx, who, house, Verb::Read)?;
    let rows = tx.rows(
        "SELECT p.id, p.email, p.name, m.role, m.created_at, CASE WHEN p.totp_secret IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END
         FROM membership m JOIN person p ON p.id = m.person_id WHERE m.tenant_id = $1 AND p.id > $2 ORDER BY p.id LIMIT $3",
        values![house, page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.id.clone())?)
}

fn view(row: &Row) -> Result<Member, Fault> {
    Ok(Member {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        since: row.get(4)?,
        second_factor: row.get(5)?,
    })
}

/// The role of this name, fit for the house. Only an owner makes an owner.
pub(super) fn fit(who: &Principal, house: &str, name: &str) -> Result<Role, Refusal> {
    let role = Role::ALL.into_iter().find(|it| it.name() == name && it.is_provider() == (house == PROVIDER));
    let role = role.ok_or_else(|| {
        let fit: Vec<&str> = Role::ALL
            .iter()
            .filter(|it| it.is_provider() == (house == PROVIDER))
            .map(|it| it.name())
            .collect();
        Refusal::invalid(
            format!("role: `{name}` is none of this house: one of {}", fit.join(", ")),
            format!("role：此处没有角色 `{name}`，可用：{}", fit.join("、")),
        )
    })?;
    if role == Role::Owner && who.role_in(PROVIDER) != Some(Role::Owner) {
        return Err(Refusal::new(
            RefusalKind::Forbidden,
            "only an owner makes an owner",
            "只有所有者可以指定所有者",
        ));
    }
    Ok(role)
}

/// Gives a member another role. Tokens the person made that have more than it ends to be good.
pub fn set_role(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    person: &str,
    input: &SetRole,
) -> Result<(), Failure> {
    enter(tx, who, house, Verb::Change)?;
    let role = fit(who, house, &input.role)?;
    let old = held(tx, house, person)?;
    keep_an_owner(tx, house, &old, Some(role))?;
    tx.execute(
        "UPDATE membership SET role = $3 WHERE tenant_id = $1 AND person_id = $2",
        values![house, person, role.name()],
    )?;
    let entry = Entry {
        action: "person.role_changed",
        subject: person.to_owned(),
        old: json!({ "role": old }),
        new: json!({ "role": role.name() }),
        ..Entry::default()
    };
    audit::append(tx, who, house, entry)?;
    super::token::outgrown(tx, who, house, (person, role))
}

/// Takes a person out of a house; without any house left it can no longer sign in.
pub fn remove(tx: &mut Tx<'_>, who: &Principal, house: &str, person: &str) -> Result<(), Failure> {
    enter(tx, who, house, Verb::Remove)?;
    let old = held(tx, house, person)?;
    keep_an_owner(tx, house, &old, None)?;
    tx.execute("DELETE FROM membership WHERE tenant_id = $1 AND person_id = $2", values![house, person])?;
    let entry = Entry {
        action: "person.removed",
        subject: person.to_owned(),
        old: json!({ "role": old }),
        ..Entry::default()
    };
    audit::append(tx, who, house, entry)?;
    tx.execute(
        "UPDATE token SET revoked_at = $3 WHERE tenant_id = $1 AND created_by = $2 AND revoked_at IS NULL",
        values![house, person, tx.now()],
    )?;
    super::session::end_all(tx, person)?;
    Ok(())
}

fn held(tx: &mut Tx<'_>, house: &str, person: &str) -> Result<String, Failure> {
    let row = tx
        .row("SELECT role FROM membership WHERE tenant_id = $1 AND person_id = $2", values![house, person])?;
    Ok(row.ok_or_else(Refusal::not_found)?.get(0)?)
}

/// The provider's house is never without an owner.
fn keep_an_owner(tx: &mut Tx<'_>, house: &str, old: &str, new: Option<Role>) -> Result<(), Failure> {
    if house != PROVIDER || old != Role::Owner.name() || new == Some(Role::Owner) {
        return Ok(());
    }
    let row = tx.row("SELECT count(*) FROM membership WHERE tenant_id = '' AND role = 'owner'", &[])?;
    let owners: i64 = row.map_or(Ok(0), |it| it.get(0))?;
    if owners > 1 {
        return Ok(());
    }
    Err(Refusal::unfit(
        "this is the last owner; make another one first",
        "这是最后一位所有者，请先指定另一位",
    )
    .into())
}
