//! Attestations: what somebody declares to hold, with files that show it, until it expires.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{Fault, Row, Tx, values};

use crate::audit::{self, Entry};
use crate::files::{self, File};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::stream::as_provider;
use crate::time::Moment;

/// Most files of one attestation.
const FILES_MAX: usize = 20;
/// Longest title and subject, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// Longest statement, in characters.
const STATEMENT_CHARS_MAX: usize = 20_000;

/// An attestation to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttestation {
    /// The customer it is for; absent: all of them.
    #[serde(default)]
    pub tenant: Option<String>,
    /// What it is about: an agreement, a service, a site.
    #[schemars(length(min = 1, max = 200))]
    pub subject: String,
    /// Its title: `ISO/IEC 27001 certificate`.
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// What is declared.
    #[schemars(length(min = 1, max = 20_000))]
    pub statement: String,
    /// Since when it holds.
    pub from: Moment,
    /// When it expires.
    pub expires_at: Moment,
}

/// How an attestation stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Holds from a later time on.
    Ahead,
    /// Holds.
    InForce,
    /// Held until it expired.
    Expired,
    /// Was taken back.
    Withdrawn,
}

/// An attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Attestation {
    /// Its id.
    pub id: String,
    /// The customer it is for; absent: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// What it is about.
    pub subject: String,
    /// Its title.
    pub title: String,
    /// What is declared.
    pub statement: String,
    /// The files that show it.
    pub files: Vec<File>,
    /// Since when it holds.
    pub from: Moment,
    /// When it expires.
    pub expires_at: Moment,
    /// How it stands now.
    pub state: State,
    /// When it was made.
    pub created_at: Moment,
    /// Who made it.
    pub created_by: String,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Moment>,
    /// Counts its changes.
    pub revision: i64,
}

/// Makes an attestation; its files are attached afterwards.
pub fn create(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    input: &NewAttestation,
) -> Result<Attestation, Failure> {
    let house = enter(tx, who, input.tenant.as_deref(), Verb::Create)?;
    check(input)?;
    let id = tx.new_id("att")?;
    tx.execute(
        "INSERT INTO attestation (tenant_id, id, subject, title, statement, files, from_at, expires_at, created_at, created_by, revision)
         VALUES ($1, $2, $3, $4, $5, '[]', $6, $7, $8, $9, 1)",
        values![
            &house,
            &id,
            &input.subject,
            &input.title,
            &input.statement,
            input.from,
            input.expires_at,
            tx.now(),
            &who.actor
        ],
    )?;
    let new = json!({ "subject": input.subject, "title": input.title, "expires_at": input.expires_at });
    record(tx, who, &house, ("attestation.created", &id), new, None)?;
    found(tx, &house, &id)
}

/// Attaches a file that was made ready; who may send files to an attestation may make one.
pub fn attach(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (Option<&str>, &str),
    file: files::Prepared,
    expected: Option<i64>,
) -> Result<Attestation, Failure> {
    let house = enter(tx, who, tenant, Verb::Create)?;
    let it = current(tx, &house, id, expected)?;
    if it.files.len() >= FILES_MAX {
        return Err(Refusal::unfit(
            format!("it has {FILES_MAX} files already; make another attestation"),
            format!("已有 {FILES_MAX} 个文件；请另建证明"),
        )
        .into());
    }
    if it.files.iter().any(|it| it.sha256 == file.file.sha256) {
        return Ok(it);
    }
    let file = files::keep(tx, file)?;
    let mut all = it.files;
    all.push(file.clone());
    let text = serde_json::to_string(&all).map_err(|it| Fault::broken(it.to_string()))?;
    tx.execute(
        "UPDATE attestation SET files = $3, revision = revision + 1 WHERE tenant_id = $1 AND id = $2",
        values![&house, id, text],
    )?;
    let new = json!({ "file": file.name, "sha256": file.sha256, "length": file.length });
    record(tx, who, &house, ("attestation.file_attached", id), new, None)?;
    found(tx, &house, id)
}

/// Takes an attestation back, with the reason. It stays to be seen.
pub fn withdraw(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (Option<&str>, &str),
    reason: &str,
    expected: Option<i64>,
) -> Result<Attestation, Failure> {
    let house = enter(tx, who, tenant, Verb::Remove)?;
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("reason: say why", "reason：请写明原因").into());
    }
    current(tx, &house, id, expected)?;
    tx.execute(
        "UPDATE attestation SET withdrawn_at = $3, revision = revision + 1 WHERE tenant_id = $1 AND id = $2",
        values![&house, id, tx.now()],
    )?;
    record(tx, who, &house, ("attestation.withdrawn", id), Json::Null, Some(reason))?;
    found(tx, &house, id)
}

/// The attestations for one customer, or those for all of them.
pub fn list(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: Option<&str>,
    page: &Page,
) -> Result<Listed<Attestation>, Failure> {
    let limit = page.rows()?;
    look(tx, who, tenant, |tx, house| {
        let rows = tx.rows(
            "SELECT tenant_id, id, subject, title, statement, files, from_at, expires_at, created_at, created_by, withdrawn_at, revision
             FROM attestation WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
            values![house, page.after(), limit],
        )?;
        let items = rows.iter().map(|row| attestation(row, tx)).collect::<Result<_, _>>()?;
        Ok(page.cut(items, |it: &Attestation| it.id.clone()))
    })
}

/// An attestation.
pub fn get(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: Option<&str>,
    id: &str,
) -> Result<Attestation, Failure> {
    look(tx, who, tenant, |tx, house| found(tx, house, id))
}

/// One of its files with its bytes.
pub fn file(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (Option<&str>, &str),
    sha256: &str,
) -> Result<(File, Vec<u8>), Failure> {
    look(tx, who, tenant, |tx, house| {
        let it = found(tx, house, id)?;
        let file = it.files.into_iter().find(|it| it.sha256 == sha256).ok_or_else(Refusal::not_found)?;
        let bytes = files::bytes(tx, &file)?;
        Ok((file, bytes))
    })
}

/// The house an attestation is kept in; only the provider makes and changes them.
fn enter(tx: &mut Tx<'_>, who: &Principal, tenant: Option<&str>, verb: Verb) -> Result<String, Failure> {
    match tenant {
        Some(it) => Ok(who.tenant(tx, it, Resource::Attestation, verb)?.id().to_owned()),
        None => who.provider(tx, Resource::Attestation, verb).map(|_| PROVIDER.to_owned()),
    }
}

/// Looks into a house. What is for all customers is seen by each of them.
fn look<T>(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: Option<&str>,
    look: impl FnOnce(&mut Tx<'_>, &str) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let own = who.roles.first().map(|it| it.0.clone()).filter(|_| !who.is_provider());
    match (tenant, own) {
        (None, Some(own)) => {
            who.tenant(tx, &own, Resource::Attestation, Verb::Read)?;
            as_provider(tx, |tx| look(tx, PROVIDER))
        }
        (tenant, _) => {
            let house = enter(tx, who, tenant, Verb::Read)?;
            look(tx, &house)
        }
    }
}

fn current(tx: &mut Tx<'_>, house: &str, id: &str, expected: Option<i64>) -> Result<Attestation, Failure> {
    let it = found(tx, house, id)?;
    if expected.is_some_and(|expected| expected != it.revision) {
        let title = RefusalKind::Outdated.title();
        return Err(Refusal::new(RefusalKind::Outdated, title.en, title.zh).into());
    }
    if it.withdrawn_at.is_some() {
        return Err(Refusal::unfit("the attestation has been withdrawn", "该证明已撤回").into());
    }
    Ok(it)
}

fn record(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    (action, id): (&'static str, &str),
    new: Json,
    reason: Option<&str>,
) -> Result<(), Failure> {
    let reason = reason.map(str::to_owned);
    audit::append(tx, who, house, Entry { action, subject: id.to_owned(), new, reason, ..Entry::default() })?;
    Ok(())
}

fn found(tx: &mut Tx<'_>, house: &str, id: &str) -> Result<Attestation, Failure> {
    let row = tx.row(
        "SELECT tenant_id, id, subject, title, statement, files, from_at, expires_at, created_at, created_by, withdrawn_at, revision
         FROM attestation WHERE tenant_id = $1 AND id = $2",
        values![house, id],
    )?;
    Ok(attestation(&row.ok_or_else(Refusal::not_found)?, tx)?)
}

fn attestation(row: &Row, tx: &Tx<'_>) -> Result<Attestation, Fault> {
    let tenant: String = row.get(0)?;
    let files = serde_json::from_str(&row.get::<String>(5)?).map_err(|it| Fault::broken(it.to_string()))?;
    let (from, expires_at): (Moment, Moment) = (row.get(6)?, row.get(7)?);
    let withdrawn_at: Option<Moment> = row.get(10)?;
    let now = tx.now();
    let state = match withdrawn_at {
        Some(_) => State::Withdrawn,
        None if now < from.0 => State::Ahead,
        None if now < expires_at.0 => State::InForce,
        None => State::Expired,
    };
    Ok(Attestation {
        tenant: (tenant != PROVIDER).then_some(tenant),
        id: row.get(1)?,
        subject: row.get(2)?,
        title: row.get(3)?,
        statement: row.get(4)?,
        files,
        from,
        expires_at,
        state,
        created_at: row.get(8)?,
        created_by: row.get(9)?,
        withdrawn_at,
        revision: row.get(11)?,
    })
}

fn check(input: &NewAttestation) -> Result<(), Failure> {
    for (name, text, most) in [
        ("subject", &input.subject, TITLE_CHARS_MAX),
        ("title", &input.title, TITLE_CHARS_MAX),
        ("statement", &input.statement, STATEMENT_CHARS_MAX),
    ] {
        if text.trim().is_empty() || text.chars().count() > most {
            return Err(Refusal::invalid(
                format!("{name}: write 1 to {most} characters"),
                format!("{name}：请填写 1 至 {most} 字"),
            )
            .into());
        }
    }
    if input.expires_at.0 <= input.from.0 {
        return Err(
            Refusal::invalid("expires_at: it must lie after `from`", "expires_at：须晚于 `from`").into()
        );
    }
    Ok(())
}
