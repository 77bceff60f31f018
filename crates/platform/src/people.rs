//! People: who they are, what they sign in with, and in which houses they hold a role.

mod link;
mod member;
mod names;
mod password;
mod peek;
mod profile;
mod second_factor;
mod secret;
mod session;
mod token;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Fault, Row, Scope, Tx, values};
use timeline::Instant;

use crate::audit::{self, Entry};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::Role;
use crate::time;

pub use link::{Accept, Invitation, Invite, Ready, accept, invite, prepare_accept, reset};
pub use member::{Member, SetRole, members, remove, set_role};
pub use names::names;
pub use peek::{LinkView, peek};
pub use profile::set_profile;
pub use session::{
    Proven, Session, SessionView, SignIn, begin, confirm, end, forget, list as sessions, prove, revoke,
};
pub use token::{NewToken, Token, TokenMade, create as create_token, list as tokens, revoke as revoke_token};

/// Recovery codes given when a second factor is set up.
const RECOVERY_CODES: usize = 10;

/// What a request shows to say who sends it.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// Nothing.
    Nothing,
    /// A session's token.
    Session(&'a str),
    /// An API token.
    Token(&'a str),
}

impl<'a> Credential<'a> {
    /// From an `Authorization` header: API tokens begin with `upheld_`, session tokens do not.
    pub fn bearer(header: &'a str) -> Self {
        let (scheme, token) = header.split_once(' ').unwrap_or(("", ""));
        match (scheme.eq_ignore_ascii_case("bearer"), token.trim()) {
            (true, token) if token.starts_with(token::PREFIX) => Self::Token(token),
            (true, token) => Self::Session(token),
            _ => Self::Session(""),
        }
    }
}

/// Nobody in particular: may sign in and see what is public.
pub fn anonymous(address: &str, trace: &str) -> Principal {
    Principal {
        actor: String::new(),
        person: String::new(),
        roles: Vec::new(),
        scopes: None,
        confirmed_at: None,
        address: address.to_owned(),
        trace: trace.to_owned(),
    }
}

/// Who it is; refused when the credential is unknown, expired or revoked, always with the same words.
pub fn authenticate(
    platform: &Platform,
    tx: &mut Tx<'_>,
    credential: &Credential<'_>,
    address: &str,
    trace: &str,
) -> Result<Principal, Failure> {
    let found = match credential {
        Credential::Nothing => None,
        Credential::Session(it) => by_session(platform, tx, it)?,
        Credential::Token(it) => token::principal(tx, it)?,
    };
    let mut principal = found.ok_or_else(|| {
        let title = RefusalKind::Unauthenticated.title();
        Refusal::new(RefusalKind::Unauthenticated, title.en, title.zh)
    })?;
    address.clone_into(&mut principal.address);
    trace.clone_into(&mut principal.trace);
    Ok(principal)
}

fn by_session(platform: &Platform, tx: &mut Tx<'_>, token: &str) -> Result<Option<Principal>, Failure> {
    let row = tx.row(
        "SELECT s.person_id, s.confirmed_at, s.seen_at FROM session s JOIN person p ON p.id = s.person_id
         WHERE s.hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND p.state = 'active'",
        values![secret::hash(token), tx.now()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let (person, confirmed_at, seen_at): (String, Instant, Instant) = (row.get(0)?, row.get(1)?, row.get(2)?);
    if time::after(seen_at, platform.settings.session_idle_seconds) <= tx.now() {
        return Ok(None);
    }
    Ok(Some(Principal {
        actor: format!("person:{person}"),
        roles: roles(tx, &person)?,
        person,
        confirmed_at: Some(confirmed_at),
        ..anonymous("", "")
    }))
}

/// Notes that a session or token was used just now; what is written at most once a minute needs no more.
pub fn seen(tx: &mut Tx<'_>, credential: &Credential<'_>) -> Result<(), Fault> {
    let before = time::after(tx.now(), -60);
    match credential {
        Credential::Nothing => 0,
        Credential::Session(it) => tx.housekeeping(
            "UPDATE session SET seen_at = $2 WHERE hash = $1 AND seen_at < $3",
            values![secret::hash(it), tx.now(), before],
        )?,
        Credential::Token(it) => tx.housekeeping(
            "UPDATE token SET used_at = $2 WHERE hash = $1 AND (used_at IS NULL OR used_at < $3)",
            values![token::hash(it), tx.now(), before],
        )?,
    };
    Ok(())
}

/// Whether a use of the credential should be noted now.
pub fn unseen_for_a_minute(tx: &mut Tx<'_>, credential: &Credential<'_>) -> Result<bool, Fault> {
    let before = time::after(tx.now(), -60);
    let row = match credential {
        Credential::Nothing => None,
        Credential::Session(it) => tx.row(
            "SELECT id FROM session WHERE hash = $1 AND seen_at < $2",
            values![secret::hash(it), before],
        )?,
        Credential::Token(it) => tx.row(
            "SELECT id FROM token WHERE hash = $1 AND (used_at IS NULL OR used_at < $2)",
            values![token::hash(it), before],
        )?,
    };
    Ok(row.is_some())
}

/// Refuses dangerous acts unless the password was given a short while ago. A token cannot give it.
pub fn confirmed(platform: &Platform, tx: &Tx<'_>, who: &Principal) -> Result<(), Refusal> {
    let fresh =
        who.confirmed_at.is_some_and(|it| time::after(it, platform.settings.confirmation_seconds) > tx.now());
    if fresh {
        return Ok(());
    }
    let title = RefusalKind::ConfirmationNeeded.title();
    Err(Refusal::new(RefusalKind::ConfirmationNeeded, title.en, title.zh))
}

/// A person as kept.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) lang: String,
    pub(crate) state: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) totp_secret: Option<Vec<u8>>,
    pub(crate) totp_step: i64,
    pub(crate) recovery: Vec<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, email, name, lang, state, password_hash, totp_secret, totp_step, recovery FROM person ",
            $rest
        )
    };
}

pub(crate) fn by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<Kept>, Fault> {
    tx.row(select!("WHERE email = $1"), values![email])?.as_ref().map(kept).transpose()
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Kept>, Fault> {
    tx.row(select!("WHERE id = $1"), values![id])?.as_ref().map(kept).transpose()
}

fn kept(row: &Row) -> Result<Kept, Fault> {
    let recovery: Option<String> = row.get(8)?;
    Ok(Kept {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        lang: row.get(3)?,
        state: row.get(4)?,
        password_hash: row.get(5)?,
        totp_secret: row.get(6)?,
        totp_step: row.get(7)?,
        recovery: recovery.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default(),
    })
}

/// An address as it is compared: without surrounding blanks, in lower case.
pub(crate) fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

pub(crate) fn check_email(email: &str) -> Result<String, Refusal> {
    let email = normal(email);
    let parts =
        email.split_once('@').filter(|it| !it.0.is_empty() && it.1.contains('.') || it.1 == "localhost");
    if parts.is_some()
        && email.len() <= 254
        && !email.contains(char::is_whitespace)
        && !email.contains(char::is_control)
    {
        return Ok(email);
    }
    Err(Refusal::invalid(
        format!("email: `{email}` is no address: write name@example.com"),
        format!("email：`{email}` 不是邮箱地址，应形如 name@example.com"),
    ))
}

/// The roles a person holds, by house.
pub(crate) fn roles(tx: &mut Tx<'_>, person: &str) -> Result<Vec<(String, Role)>, Fault> {
    let rows = tx.rows(
        "SELECT tenant_id, role FROM membership WHERE person_id = $1 ORDER BY tenant_id",
        values![person],
    )?;
    let role = |row: &Row| {
        let name: String = row.get(1)?;
        let role = name.parse().map_err(|()| Fault::broken(format!("no role {name}")))?;
        Ok((row.get(0)?, role))
    };
    rows.iter().map(role).collect()
}

pub(crate) fn houses(tx: &mut Tx<'_>, person: &str) -> Result<Vec<String>, Fault> {
    tx.enter(Scope::Provider)?;
    let houses: Vec<String> = roles(tx, person)?.into_iter().map(|it| it.0).collect();
    Ok(if houses.is_empty() { vec![PROVIDER.to_owned()] } else { houses })
}

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Me {
    /// The person's id; empty for a token of nobody.
    pub id: String,
    /// The e-mail address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The language pages are shown in: zh or en.
    pub lang: String,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// The roles held.
    pub roles: Vec<HouseRole>,
}

/// A role in a house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HouseRole {
    /// The tenant; absent for the provider's own house.
    pub tenant: Option<String>,
    /// The role.
    pub role: String,
}

/// Who the caller is.
pub fn me(tx: &mut Tx<'_>, who: &Principal) -> Result<Me, Failure> {
    let person = by_id(tx, &who.person)?.ok_or_else(Refusal::not_found)?;
    let mut me = me_of(tx, &person)?;
    me.roles = house_roles(&who.roles);
    Ok(me)
}

pub(crate) fn me_of(tx: &mut Tx<'_>, person: &Kept) -> Result<Me, Failure> {
    tx.enter(Scope::Provider)?;
    Ok(Me {
        id: person.id.clone(),
        email: person.email.clone(),
        name: person.name.clone(),
        lang: person.lang.clone(),
        second_factor: person.totp_secret.is_some(),
        roles: house_roles(&roles(tx, &person.id)?),
    })
}

fn house_roles(roles: &[(String, Role)]) -> Vec<HouseRole> {
    let house = |it: &str| if it == PROVIDER { None } else { Some(it.to_owned()) };
    roles.iter().map(|(it, role)| HouseRole { tenant: house(it), role: role.to_string() }).collect()
}

/// Makes a person who can sign in, with a role in a house: the first owner, and the demo's people.
pub fn create(
    tx: &mut Tx<'_>,
    who: &Principal,
    (email, name, lang): (&str, &str, &str),
    password_hash: &str,
    (house, role): (&str, Role),
) -> Result<String, Failure> {
    let email = check_email(email)?;
    if by_email(tx, &email)?.is_some() {
        return Err(Refusal::new(
            RefusalKind::Exists,
            format!("{email} is known already"),
            format!("{email} 已存在"),
        )
        .into());
    }
    let id = tx.new_id("psn")?;
    tx.execute(
        "INSERT INTO person (id, email, name, lang, state, password_hash, created_at, revision)
         VALUES ($1, $2, $3, $4, 'active', $5, $6, 1)",
        values![&id, &email, name, lang, password_hash, tx.now()],
    )?;
    tx.execute(
        "INSERT INTO membership (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)",
        values![house, &id, role.name(), tx.now()],
    )?;
    let entry = Entry {
        action: "person.created",
        subject: id.clone(),
        new: json!({ "role": role.name() }),
        personal: vec![("email", email), ("name", name.to_owned())],
        ..Entry::default()
    };
    audit::append(tx, who, house, entry)?;
    Ok(id)
}

/// The hash to keep of a password that is fit for use. Takes long: not for the writing thread.
pub fn hash_password(platform: &Platform, text: &str) -> Result<String, Failure> {
    password::check(text)?;
    Ok(password::hash(text, platform.store.chance())?)
}

/// A second factor to be taken into an authenticator, and not in force before a code of it was given.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Enrolment {
    /// `otpauth://totp/…`, for a QR code.
    pub address: String,
    /// The same secret, to type.
    pub secret: String,
}

/// Codes to sign in with when the authenticator is lost, each good for one use. Shown once.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub codes: Vec<String>,
}

/// A code of the second factor.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Six digits.
    pub code: String,
}

/// Begins to set up a second factor.
pub fn enrol(platform: &Platform, tx: &mut Tx<'_>, who: &Principal) -> Result<Enrolment, Failure> {
    confirmed(platform, tx, who)?;
    let person = by_id(tx, &who.person)?.ok_or_else(Refusal::not_found)?;
    let bytes: [u8; second_factor::SECRET_BYTES] = tx.random()?;
    tx.housekeeping(
        "UPDATE person SET totp_pending = $2 WHERE id = $1",
        values![&person.id, bytes.to_vec()],
    )?;
    let address = second_factor::address(&bytes, &platform.settings.provider, &person.email);
    Ok(Enrolment { address, secret: second_factor::base32(&bytes) })
}

/// Puts the second factor in force, proven by a code of it.
pub fn enrolled(tx: &mut Tx<'_>, who: &Principal, input: &Code) -> Result<RecoveryCodes, Failure> {
    let row = tx.row("SELECT totp_pending FROM person WHERE id = $1", values![&who.person])?;
    let pending: Option<Vec<u8>> = row.ok_or_else(Refusal::not_found)?.get(0)?;
    let pending = pending.ok_or_else(|| Refusal::unfit("begin with an enrolment", "请先开始绑定"))?;
    let seconds = tx.now().nanos() / 1_000_000_000;
    let step = second_factor::step(&pending, &input.code, seconds, 0).ok_or_else(|| {
        Refusal::new(
            RefusalKind::WrongCredentials,
            "the code is not right; check the clock of the device",
            "验证码不正确，请检查设备时间",
        )
    })?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let bytes: [u8; 16] = tx.random()?;
        codes.push(second_factor::base32(&bytes).to_lowercase());
    }
    let kept: Vec<String> = codes.iter().map(|it| secret::hash(it)).collect();
    tx.execute(
        "UPDATE person SET totp_secret = $2, totp_pending = NULL, totp_step = $3, recovery = $4, revision = revision + 1 WHERE id = $1",
        values![&who.person, pending, step, json!(kept).to_string()],
    )?;
    note(tx, who, "person.second_factor_set")?;
    Ok(RecoveryCodes { codes })
}

/// Takes the second factor away.
pub fn unenrol(platform: &Platform, tx: &mut Tx<'_>, who: &Principal) -> Result<(), Failure> {
    confirmed(platform, tx, who)?;
    tx.execute(
        "UPDATE person SET totp_secret = NULL, totp_pending = NULL, recovery = NULL, revision = revision + 1 WHERE id = $1",
        values![&who.person],
    )?;
    note(tx, who, "person.second_factor_removed")
}

fn note(tx: &mut Tx<'_>, who: &Principal, action: &'static str) -> Result<(), Failure> {
    let entry = Entry { action, subject: who.person.clone(), ..Entry::default() };
    for house in houses(tx, &who.person)? {
        audit::append(tx, who, &house, entry.clone())?;
    }
    Ok(())
}
