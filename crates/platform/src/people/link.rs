//! Links good for one use: invitations and new passwords.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Scope, Tx, values};
use timeline::Instant;

use super::{by_email, check_email, hash_password, member, password, secret, session};
use crate::audit::{self, Entry};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::Verb;
use crate::time::{self, Moment};

/// Whom to invite.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// The e-mail address.
    pub email: String,
    /// The role in this house.
    pub role: String,
}

/// A link that was made. Its secret is shown once; it reaches the person by whatever way you trust.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Invitation {
    /// Its id.
    pub id: String,
    /// The secret, to be given to `POST /api/v1/links`.
    pub secret: String,
    /// When it ends to be good.
    pub expires_at: Moment,
}

/// What a person answers a link with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// The link's secret.
    pub secret: String,
    /// The new password. A person who is known already keeps the old one by giving it here.
    pub password: String,
    /// The name, for a person who is new.
    #[serde(default)]
    pub name: String,
    /// The language of pages: zh or en.
    #[serde(default)]
    pub lang: Option<String>,
}

/// Invites a person into a house.
pub fn invite(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    input: &Invite,
) -> Result<Invitation, Failure> {
    member::enter(tx, who, house, Verb::Create)?;
    let role = member::fit(who, house, &input.role)?;
    let email = check_email(&input.email)?;
    make(platform, tx, who, (house, "invite", &email, role.name()))
}

/// Makes a link for a new password of a member of the house.
pub fn reset(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    person: &str,
) -> Result<Invitation, Failure> {
    member::enter(tx, who, house, Verb::Change)?;
    let row = tx.row(
        "SELECT p.email, m.role FROM membership m JOIN person p ON p.id = m.person_id WHERE m.tenant_id = $1 AND p.id = $2",
        values![house, person],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let (email, role): (String, String) = (row.get(0)?, row.get(1)?);
    // An administrator of one house must not take over a person who also belongs to another.
    tx.enter(Scope::Provider)?;
    let elsewhere = tx.row(
        "SELECT tenant_id FROM membership WHERE person_id = $1 AND tenant_id <> $2",
        values![person, house],
    )?;
    if elsewhere.is_some() && !who.is_provider() {
        return Err(Refusal::new(
            RefusalKind::Forbidden,
            "this person also belongs elsewhere; ask the provider for a link",
            "此人还属于其他组织，请向服务方申请链接",
        )
        .into());
    }
    make(platform, tx, who, (house, "reset", &email, &role))
}

fn make(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (house, kind, email, role): (&str, &'static str, &str, &str),
) -> Result<Invitation, Failure> {
    let id = tx.new_id("lnk")?;
    let (text, hash) = secret::new(tx)?;
    let expires_at = time::after(tx.now(), platform.settings.link_seconds);
    tx.execute(
        "INSERT INTO link (tenant_id, hash, id, kind, email, role, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![house, hash, &id, kind, email, role, &who.actor, tx.now(), expires_at],
    )?;
    let entry = Entry {
        action: if kind == "invite" { "person.invited" } else { "person.reset_offered" },
        subject: id.clone(),
        new: json!({ "role": role }),
        personal: vec![("email", email.to_owned())],
        ..Entry::default()
    };
    audit::append(tx, who, house, entry)?;
    Ok(Invitation { id, secret: text, expires_at: expires_at.into() })
}

/// An answer to a link, with the password hashed.
pub struct Ready {
    input: Accept,
    password_hash: String,
    /// The hash the password was found to belong to: of a person who is known already.
    proven: Option<String>,
}

/// Hashes the password beside the writing thread. Whoever uses an invitation for a person who is known already has to know
/// that person's password: the one who invited knows the link too.
pub fn prepare_accept(platform: &Platform, input: Accept) -> Result<Ready, Failure> {
    let hash = secret::hash(&input.secret);
    let kept = platform.read(|_, tx| {
        let row = tx.row(
            "SELECT p.password_hash FROM link l JOIN person p ON p.email = l.email WHERE l.hash = $1 AND l.kind = 'invite'",
            values![hash],
        )?;
        Ok::<_, Failure>(row.map_or(Ok(None), |it| it.get::<Option<String>>(0))?)
    })?;
    if kept.is_some() && !password::matches(&input.password, kept.as_deref())? {
        return Err(session::wrong());
    }
    let password_hash =
        if let Some(it) = &kept { it.clone() } else { hash_password(platform, &input.password)? };
    Ok(Ready { input, password_hash, proven: kept })
}

/// Uses a link. An invitation gives a new person a password, and one who is known a further house; the other kind gives a
/// new password, with which alone the person can sign in from now on.
pub fn accept(tx: &mut Tx<'_>, who: &Principal, ready: Ready) -> Result<(), Failure> {
    let Ready { input, password_hash, proven } = ready;
    let row = tx.row(
        "SELECT tenant_id, id, email, role, expires_at, used_at, kind, created_at FROM link WHERE hash = $1",
        values![secret::hash(&input.secret)],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let (house, id, email, role): (String, String, String, String) =
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let (expires_at, used_at): (Instant, Option<Instant>) = (row.get(4)?, row.get(5)?);
    let (kind, created_at): (String, Instant) = (row.get(6)?, row.get(7)?);
    if used_at.is_some() || expires_at <= tx.now() {
        return Err(too_late());
    }
    let person = match (by_email(tx, &email)?, kind.as_str()) {
        (Some(it), "invite") => {
            // The row may have changed since the password was compared.
            if it.password_hash.is_some() && it.password_hash != proven {
                return Err(session::wrong());
            }
            tx.execute("UPDATE person SET password_hash = $2 WHERE id = $1", values![&it.id, password_hash])?;
            it.id
        }
        (Some(it), _) => {
            check_still_its_own(tx, &it.id, &house, created_at)?;
            tx.execute(
                "UPDATE person SET password_hash = $2, revision = revision + 1 WHERE id = $1",
                values![&it.id, password_hash],
            )?;
            session::end_all(tx, &it.id)?;
            it.id
        }
        (None, _) => {
            let id = tx.new_id("psn")?;
            let lang = input.lang.filter(|it| it == "zh").unwrap_or_else(|| "en".to_owned());
            let name =
                if input.name.trim().is_empty() { email.clone() } else { input.name.trim().to_owned() };
            tx.execute(
                "INSERT INTO person (id, email, name, lang, state, password_hash, created_at, revision)
                 VALUES ($1, $2, $3, $4, 'active', $5, $6, 1)",
                values![&id, &email, name, lang, password_hash, tx.now()],
            )?;
            id
        }
    };
    if kind == "invite" {
        tx.execute(
            "INSERT INTO membership (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            values![&house, &person, &role, tx.now()],
        )?;
    }
    tx.execute(
        "UPDATE link SET used_at = $3 WHERE tenant_id = $1 AND id = $2",
        values![&house, &id, tx.now()],
    )?;
    let who = Principal { actor: format!("person:{person}"), ..who.clone() };
    let entry = Entry {
        action: "link.used",
        subject: id,
        new: json!({ "person": person, "role": role }),
        personal: vec![("email", email)],
        ..Entry::default()
    };
    audit::append(tx, &who, &house, entry)?;
    Ok(())
}

fn too_late() -> Failure {
    let (en, zh) =
        ("this link was used or is too old; ask for a new one", "此链接已使用或已过期，请重新申请");
    Refusal::new(RefusalKind::WindowClosed, en, zh).into()
}

/// A new password is no way back into a house one was taken out of, nor into one joined since the link was made.
fn check_still_its_own(
    tx: &mut Tx<'_>,
    person: &str,
    house: &str,
    created_at: Instant,
) -> Result<(), Failure> {
    let rows =
        tx.rows("SELECT tenant_id, created_at FROM membership WHERE person_id = $1", values![person])?;
    let mut here = false;
    for row in &rows {
        let (of, since): (String, Instant) = (row.get(0)?, row.get(1)?);
        here |= of == house;
        if of != house && since > created_at {
            return Err(too_late());
        }
    }
    if here { Ok(()) } else { Err(too_late()) }
}
