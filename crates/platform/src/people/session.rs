//! Signing in and out, with a password and a second factor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Fault, Row, Scope, Tx, values};

use super::{Kept, Me, password, second_factor, secret};
use crate::audit::{self, Entry};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::time::{self, Moment};

/// What somebody signs in with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
    /// The code of the second factor, or a recovery code, when one is set up.
    #[serde(default)]
    pub code: Option<String>,
}

/// A session that has begun. The token is shown once.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Session {
    /// Sent as `Authorization: Bearer …`; browsers get it as a cookie.
    pub token: String,
    /// The session's id.
    pub id: String,
    /// When it ends at the latest.
    pub expires_at: Moment,
    /// Who signed in.
    pub me: Me,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SessionView {
    /// Its id.
    pub id: String,
    /// When it began.
    pub created_at: Moment,
    /// When it ends at the latest.
    pub expires_at: Moment,
    /// When it was last used.
    pub seen_at: Moment,
    /// The program.
    pub agent: String,
    /// The address it began from.
    pub address: String,
}

/// A password that was found right, on its way to a session. Made beside the writing thread, for hashing takes long.
pub struct Proven {
    person: Kept,
    code: Option<String>,
}

/// Compares the password. Unknown addresses and wrong passwords are refused with the same words after the same time.
pub fn prove(platform: &Platform, input: SignIn) -> Result<Proven, Failure> {
    let email = super::normal(&input.email);
    let person = platform.read(|_, tx| Ok::<_, Failure>(super::by_email(tx, &email)?))?;
    let kept = person.as_ref().and_then(|it| it.password_hash.as_deref());
    let right = password::matches(&input.password, kept)?;
    match person.filter(|it| right && it.state == "active") {
        Some(person) => Ok(Proven { person, code: input.code }),
        None => Err(wrong()),
    }
}

pub(super) fn wrong() -> Failure {
    let title = RefusalKind::WrongCredentials.title();
    Refusal::new(RefusalKind::WrongCredentials, title.en, title.zh).into()
}

/// Begins a session.
pub fn begin(
    platform: &Platform,
    tx: &mut Tx<'_>,
    proven: Proven,
    agent: &str,
    address: &str,
) -> Result<Session, Failure> {
    // The row may have changed since it was compared.
    let person =
        super::by_id(tx, &proven.person.id)?.filter(|it| it.password_hash == proven.person.password_hash);
    let person = person.ok_or_else(wrong)?;
    check_second_factor(tx, &person, proven.code.as_deref())?;
    let (token, hash) = secret::new(tx)?;
    let id = tx.new_id("ses")?;
    let expires_at = time::after(tx.now(), platform.settings.session_seconds);
    tx.execute(
        "INSERT INTO session (hash, id, person_id, created_at, expires_at, seen_at, confirmed_at, agent, address)
         VALUES ($1, $2, $3, $4, $5, $4, $4, $6, $7)",
        values![hash, &id, &person.id, tx.now(), expires_at, agent, address],
    )?;
    let who = Principal { actor: format!("person:{}", person.id), ..super::anonymous(address, "") };
    let personal = vec![("address", address.to_owned()), ("agent", agent.to_owned())];
    let entry = Entry { action: "session.begun", subject: id.clone(), personal, ..Entry::default() };
    for house in super::houses(tx, &person.id)? {
        audit::append(tx, &who, &house, entry.clone())?;
    }
    let me = super::me_of(tx, &person)?;
    Ok(Session { token, id, expires_at: expires_at.into(), me })
}

/// A right code is used up; a recovery code too.
fn check_second_factor(tx: &mut Tx<'_>, person: &Kept, code: Option<&str>) -> Result<(), Failure> {
    let Some(secret_bytes) = &person.totp_secret else { return Ok(()) };
    let Some(code) = code else {
        let title = RefusalKind::SecondFactorNeeded.title();
        return Err(Refusal::new(RefusalKind::SecondFactorNeeded, title.en, title.zh).into());
    };
    let seconds = tx.now().nanos() / 1_000_000_000;
    if let Some(step) = second_factor::step(secret_bytes, code, seconds, person.totp_step) {
        tx.housekeeping("UPDATE person SET totp_step = $2 WHERE id = $1", values![&person.id, step])?;
        return Ok(());
    }
    let hash = secret::hash(code.trim());
    let mut left = person.recovery.clone();
    let at = left.iter().position(|it| *it == hash).ok_or_else(wrong)?;
    left.remove(at);
    tx.housekeeping(
        "UPDATE person SET recovery = $2 WHERE id = $1",
        values![&person.id, json!(left).to_string()],
    )?;
    Ok(())
}

/// Gives the password once more, which opens dangerous acts for a while.
pub fn confirm(tx: &mut Tx<'_>, who: &Principal, proven: &Proven, token: &str) -> Result<(), Failure> {
    if who.person != proven.person.id {
        return Err(wrong());
    }
    tx.housekeeping(
        "UPDATE session SET confirmed_at = $2 WHERE hash = $1 AND revoked_at IS NULL",
        values![secret::hash(token), tx.now()],
    )?;
    Ok(())
}

/// The caller's own sessions that have not ended.
pub fn list(tx: &mut Tx<'_>, who: &Principal) -> Result<Vec<SessionView>, Failure> {
    let rows = tx.rows(
        "SELECT id, created_at, expires_at, seen_at, agent, address FROM session
         WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY created_at",
        values![&who.person, tx.now()],
    )?;
    Ok(rows.iter().map(view).collect::<Result<Vec<_>, Fault>>()?)
}

fn view(row: &Row) -> Result<SessionView, Fault> {
    Ok(SessionView {
        id: row.get(0)?,
        created_at: row.get(1)?,
        expires_at: row.get(2)?,
        seen_at: row.get(3)?,
        agent: row.get(4)?,
        address: row.get(5)?,
    })
}

/// Ends a session of the caller's own.
pub fn revoke(tx: &mut Tx<'_>, who: &Principal, id: &str) -> Result<(), Failure> {
    let changed = tx.execute(
        "UPDATE session SET revoked_at = $3 WHERE person_id = $1 AND id = $2 AND revoked_at IS NULL",
        values![&who.person, id, tx.now()],
    )?;
    if changed == 0 {
        return Err(Refusal::not_found().into());
    }
    let entry = Entry { action: "session.ended", subject: id.to_owned(), ..Entry::default() };
    for house in super::houses(tx, &who.person)? {
        audit::append(tx, who, &house, entry.clone())?;
    }
    Ok(())
}

/// Ends the session the request came with.
pub fn end(tx: &mut Tx<'_>, who: &Principal, token: &str) -> Result<(), Failure> {
    let row = tx.row("SELECT id FROM session WHERE hash = $1", values![secret::hash(token)])?;
    let id: String = row.ok_or_else(Refusal::not_found)?.get(0)?;
    revoke(tx, who, &id)
}

/// Ends every session of a person: its password changed, or it may no longer sign in.
pub(crate) fn end_all(tx: &mut Tx<'_>, person: &str) -> Result<(), Fault> {
    tx.housekeeping(
        "UPDATE session SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL",
        values![person, tx.now()],
    )?;
    tx.enter(Scope::Provider)
}

/// Forgets sessions that ended long ago, and links nobody used.
pub fn forget(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let before = time::after(tx.now(), -90 * 24 * 3_600);
    tx.housekeeping("DELETE FROM session WHERE expires_at < $1", values![before])?;
    tx.housekeeping("DELETE FROM link WHERE expires_at < $1 AND used_at IS NULL", values![before])?;
    Ok(())
}
