//! API tokens: `upheld_<id>_<secret>_<checksum>`, kept as a hash, limited to a house, a role and scopes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Fault, Row, Tx, values};

use super::{anonymous, secret};
use crate::audit::{self, Entry};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Role, Verb};
use crate::time::Moment;

/// What every token begins with, so that it is recognised where it should not be.
pub(crate) const PREFIX: &str = "upheld_";

/// A token to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Its role; not more than the maker's own.
    pub role: String,
    /// What it is limited to: `evidence:create`, `claim:*`. Absent: what the role may do.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// When it ends to be good.
    #[serde(default)]
    pub expires_at: Option<Moment>,
}

/// A token that was made. The text is shown once.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TokenMade {
    /// Sent as `Authorization: Bearer …`.
    pub token: String,
    /// What is kept of it.
    #[serde(flatten)]
    pub kept: Token,
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Its role.
    pub role: String,
    /// What it is limited to.
    pub scopes: Option<Vec<String>>,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends to be good.
    pub expires_at: Option<Moment>,
    /// When it was last used, to the minute.
    pub used_at: Option<Moment>,
    /// When it was taken back.
    pub revoked_at: Option<Moment>,
}

/// Makes a token for a house.
pub fn create(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    input: NewToken,
) -> Result<TokenMade, Failure> {
    enter(tx, who, house, Verb::Create)?;
    let role: Role = input.role.parse().map_err(|()| unknown_role(&input.role))?;
    let own = who.role_in(house).or_else(|| who.role_in(PROVIDER));
    if !own.is_some_and(|own| is_within(own, role))
        || role.is_provider() != (house == PROVIDER)
        || who.scopes.is_some()
    {
        return Err(Refusal::new(
            RefusalKind::Forbidden,
            format!("you cannot make a token with the role {role} here"),
            format!("您不能在此创建角色为 {role} 的令牌"),
        )
        .into());
    }
    if let Some(scopes) = &input.scopes {
        scopes.iter().try_for_each(|it| check_scope(it))?;
    }
    let id = tx.new_id("tok")?;
    let (text, _) = secret::new(tx)?;
    let body = format!("{PREFIX}{id}_{text}");
    let token = format!("{body}_{}", secret::checksum(&body));
    let scopes = json!(input.scopes).to_string();
    tx.execute(
        "INSERT INTO token (tenant_id, id, hash, name, role, scopes, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            house,
            &id,
            hash(&token),
            &input.name,
            role.name(),
            scopes,
            &who.person,
            tx.now(),
            input.expires_at
        ],
    )?;
    let new = json!({ "name": input.name, "role": role.name(), "scopes": input.scopes, "expires_at": input.expires_at });
    audit::append(
        tx,
        who,
        house,
        Entry { action: "token.created", subject: id.clone(), new, ..Entry::default() },
    )?;
    let kept = Token {
        id,
        name: input.name,
        role: role.name().to_owned(),
        scopes: input.scopes,
        created_at: tx.now().into(),
        expires_at: input.expires_at,
        used_at: None,
        revoked_at: None,
    };
    Ok(TokenMade { token, kept })
}

/// Whether who has the role `own` may make a token with this one: it has no more than its maker.
fn is_within(own: Role, role: Role) -> bool {
    own == Role::Owner || own == role || (own == Role::CustomerAdmin && role == Role::CustomerMember)
}

/// Takes back the tokens of a house that their maker, whose role is another now, could not make any more.
pub(super) fn outgrown(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    (person, now): (&str, Role),
) -> Result<(), Failure> {
    let rows = tx.rows(
        "SELECT id, role FROM token WHERE tenant_id = $1 AND created_by = $2 AND revoked_at IS NULL ORDER BY id",
        values![house, person],
    )?;
    for row in &rows {
        let (id, role): (String, String) = (row.get(0)?, row.get(1)?);
        if role.parse().is_ok_and(|role| is_within(now, role)) {
            continue;
        }
        tx.execute(
            "UPDATE token SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2",
            values![house, &id, tx.now()],
        )?;
        audit::append(tx, who, house, Entry { action: "token.revoked", subject: id, ..Entry::default() })?;
    }
    Ok(())
}

fn unknown_role(name: &str) -> Refusal {
    let all: Vec<&str> = Role::ALL.iter().map(|it| it.name()).collect();
    Refusal::invalid(
        format!("role: no role `{name}`; one of {}", all.join(", ")),
        format!("role：没有角色 `{name}`，可用：{}", all.join("、")),
    )
}

fn check_scope(scope: &str) -> Result<(), Refusal> {
    let verbs = [Verb::Read, Verb::Create, Verb::Change, Verb::Decide, Verb::Remove, Verb::Export];
    let known = scope.split_once(':').is_some_and(|(resource, verb)| {
        Resource::ALL.iter().any(|it| it.name() == resource)
            && (verb == "*" || verbs.iter().any(|it| it.name() == verb))
    });
    if known {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("scopes: `{scope}` is none; write resource:verb, as in `evidence:create` or `claim:*`"),
        format!("scopes：`{scope}` 无效，应为 资源:动作，如 `evidence:create` 或 `claim:*`"),
    ))
}

/// A house's own right: the provider's by its role, a tenant's by the handle.
pub(super) fn enter(tx: &mut Tx<'_>, who: &Principal, house: &str, verb: Verb) -> Result<(), Failure> {
    if house == PROVIDER {
        who.provider(tx, Resource::Token, verb).map(|_| ())
    } else {
        who.tenant(tx, house, Resource::Token, verb).map(|_| ())
    }
}

/// The tokens of a house.
pub fn list(tx: &mut Tx<'_>, who: &Principal, house: &str, page: &Page) -> Result<Listed<Token>, Failure> {
    enter(tx, who, house, Verb::Read)?;
    let rows = tx.rows(
        "SELECT id, name, role, scopes, created_at, expires_at, used_at, revoked_at FROM token
         WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        values![house, page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.id.clone())?)
}

fn view(row: &Row) -> Result<Token, Fault> {
    let scopes: String = row.get(3)?;
    Ok(Token {
        id: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        scopes: serde_json::from_str(&scopes).map_err(|it| Fault::broken(it.to_string()))?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
        used_at: row.get(6)?,
        revoked_at: row.get(7)?,
    })
}

/// Takes a token back.
pub fn revoke(tx: &mut Tx<'_>, who: &Principal, house: &str, id: &str) -> Result<(), Failure> {
    enter(tx, who, house, Verb::Remove)?;
    let changed = tx.execute(
        "UPDATE token SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
        values![house, id, tx.now()],
    )?;
    if changed == 0 {
        return Err(Refusal::not_found().into());
    }
    audit::append(
        tx,
        who,
        house,
        Entry { action: "token.revoked", subject: id.to_owned(), ..Entry::default() },
    )?;
    Ok(())
}

/// What is kept of a token.
pub(super) fn hash(token: &str) -> String {
    secret::hash(token)
}

/// Who a token stands for.
pub(super) fn principal(tx: &mut Tx<'_>, token: &str) -> Result<Option<Principal>, Failure> {
    let whole = token.rsplit_once('_').filter(|(body, check)| secret::checksum(body) == *check);
    if whole.is_none() {
        return Ok(None);
    }
    let row = tx.row(
        "SELECT t.id, t.tenant_id, t.role, t.scopes, t.created_by FROM token t LEFT JOIN person p ON p.id = t.created_by
         WHERE t.hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
           AND (p.id IS NULL OR p.state = 'active')",
        values![hash(token), tx.now()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let (id, house, role): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let scopes: String = row.get(3)?;
    let role = role.parse().map_err(|()| Fault::broken(format!("no role {role}")))?;
    Ok(Some(Principal {
        actor: format!("token:{id}"),
        person: row.get(4)?,
        roles: vec![(house, role)],
        scopes: serde_json::from_str(&scopes).map_err(|it| Fault::broken(it.to_string()))?,
        ..anonymous("", "")
    }))
}
