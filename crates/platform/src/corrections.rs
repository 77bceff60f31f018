//! Corrections of evidence that one party proposes and the other consents to: only then is it on record, with both named.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use store::{Fault, Row, Tx, values};

use crate::audit::{self, Entry};
use crate::jobs::{self, Job};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::stream::{Opened, Side, Stream};
use crate::time::{self, Moment};
use crate::{evidence, intake};

/// The kind of the job that ends a proposal nobody answered.
pub const EXPIRY_JOB: &str = "correction_expiry";
/// Longest text of a reason, in characters.
const REASON_CHARS_MAX: usize = 2_000;

/// A correction to be proposed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// The id of the record that is wrong; one of the agreement's stream begins with `shared/`.
    pub supersedes: String,
    /// The record as it should be, without `id`, `source`, `supersedes` and `reason`. When absent, the wrong record is taken
    /// back and nothing stands in its place.
    #[serde(default)]
    #[schemars(with = "Option<std::collections::BTreeMap<String, Json>>")]
    pub record: Option<Map<String, Json>>,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// The answer to a proposal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Why; needed when it is refused.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub reason: Option<String>,
}

/// How far a correction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for the other party.
    Proposed,
    /// Consented to, and on record.
    Consented,
    /// Refused by the other party.
    Refused,
    /// Taken back by the party that proposed it.
    Withdrawn,
    /// Not answered in time.
    Expired,
}

/// A correction.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Correction {
    /// Its id; also the id of the record it becomes.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// The subscription whose evidence it corrects.
    pub subscription: String,
    /// The record that is wrong.
    pub supersedes: String,
    /// The record as it should be; absent where it is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Json>,
    /// Why.
    pub reason: String,
    /// The party that proposes it.
    pub side: Side,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Moment,
    /// Until when the other party may answer.
    pub expires_at: Moment,
    /// How far it has come.
    pub state: State,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Moment>,
    /// Who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// The reason of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Counts its changes.
    pub revision: i64,
}

/// Proposes a correction to the other party. Refused when the record is not known or could not stand as it should be.
pub fn propose(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
    input: &NewCorrection,
) -> Result<Correction, Failure> {
    check_reason(&input.reason)?;
    let stream = Stream::Subscription { tenant: tenant.to_owned(), id: subscription.to_owned() };
    let opened = stream.open(platform, tx, who, Resource::Correction, Verb::Create)?;
    let id = tx.new_id("cor")?;
    let body = body(platform, tx, &opened, input)?;
    let line = line(&id, &body, &input.supersedes, &input.reason);
    intake::check_made(&agreed(&opened), who, &[line])?;
    let (now, expires) = (tx.now(), time::after(tx.now(), platform.settings.consent_seconds));
    let kept = json!({ "record": body, "supersedes": input.supersedes });
    tx.execute(
        "INSERT INTO correction (tenant_id, id, stream, body, side, reason, proposed_at, proposed_by, expires_at, state, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'proposed', 1)",
        values![
            &opened.tenant,
            &id,
            subscription,
            kept.to_string(),
            opened.side.name(),
            &input.reason,
            now,
            &who.actor,
            expires
        ],
    )?;
    let payload = json!({ "tenant": opened.tenant, "correction": id });
    jobs::enqueue(tx, EXPIRY_JOB, &id, &opened.tenant, expires, &payload)?;
    record(
        tx,
        who,
        &opened.tenant,
        ("correction.proposed", &id),
        json!({ "supersedes": input.supersedes }),
        &input.reason,
    )?;
    found(tx, &opened.tenant, &id)
}

/// Consents to the other party's correction: from now on it is on record.
pub fn consent(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (&str, &str),
    answer: &Answer,
    expected: Option<i64>,
) -> Result<Correction, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Correction, Verb::Decide)?;
    let it = answerable(tx, who, &tenant, id, expected)?;
    let stream = Stream::Subscription { tenant: it.tenant.clone(), id: it.subscription.clone() };
    let opened = stream.open(platform, tx, who, Resource::Correction, Verb::Decide)?;
    let reason = format!(
        "{} (proposed by the {}, {}; consented by the {}, {})",
        it.reason,
        it.side.name(),
        it.proposed_by,
        it.side.other().name(),
        who.actor
    );
    let body = match &it.record {
        Some(record) => record.clone(),
        None => withdrawal(fact_of(platform, tx, &opened, &it.supersedes)?),
    };
    let line = line(&it.id, &body, &it.supersedes, &reason);
    intake::keep_made(platform, tx, who, agreed(&opened), &[line])?;
    decide(tx, who, &it, ("consented", "correction.consented"), answer.reason.as_deref())
}

/// Refuses the other party's correction, with the reason.
pub fn refuse(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (&str, &str),
    answer: &Answer,
    expected: Option<i64>,
) -> Result<Correction, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Correction, Verb::Decide)?;
    let it = answerable(tx, who, &tenant, id, expected)?;
    check_reason(answer.reason.as_deref().unwrap_or_default())?;
    decide(tx, who, &it, ("refused", "correction.refused"), answer.reason.as_deref())
}

/// Takes an own proposal back before it is answered.
pub fn withdraw(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (&str, &str),
    expected: Option<i64>,
) -> Result<Correction, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Correction, Verb::Remove)?;
    let it = waiting(tx, &tenant, id, expected)?;
    if side_of(who) != it.side {
        return Err(forbidden("only the party that proposed it may withdraw it", "只有提出方可以撤回"));
    }
    decide(tx, who, &it, ("withdrawn", "correction.withdrawn"), None)
}

/// The corrections of a tenant, those of one subscription when it is named.
pub fn list(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    subscription: Option<&str>,
    page: &Page,
) -> Result<Listed<Correction>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Correction, Verb::Read)?;
    let all = i64::from(subscription.is_none());
    let rows = tx.rows(
        "SELECT tenant_id, id, stream, body, side, reason, proposed_at, proposed_by, expires_at, state, decided_at, decided_by,
           decision, revision FROM correction
         WHERE tenant_id = $1 AND id > $2 AND (1 = $3 OR stream = $4) ORDER BY id LIMIT $5",
        values![tenant.id(), page.after(), all, subscription.unwrap_or_default(), page.rows()?],
    )?;
    Ok(page.listed(&rows, correction, |it: &Correction| it.id.clone())?)
}

/// A correction.
pub fn get(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
) -> Result<Correction, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Correction, Verb::Read)?;
    found(tx, tenant.id(), id)
}

/// Handles [`EXPIRY_JOB`]: a proposal nobody answered in time has expired.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (tenant, id) = (text("tenant"), text("correction"));
    platform.write(move |_, tx| {
        let who = Principal::system(EXPIRY_JOB);
        let tenant = who.tenant(tx, &tenant, Resource::Correction, Verb::Read)?;
        let it = found(tx, tenant.id(), &id)?;
        if it.state == State::Proposed && it.expires_at.0 <= tx.now() {
            decide(tx, &who, &it, ("expired", "correction.expired"), None)?;
        }
        Ok(())
    })
}

fn side_of(who: &Principal) -> Side {
    if who.is_provider() { Side::Provider } else { Side::Customer }
}

/// The stream as one in which both parties speak together.
fn agreed(opened: &Opened) -> Opened {
    Opened { side: Side::Agreed, ..opened.clone() }
}

/// The record as it should be; a withdrawal where none is given. Refused when what it corrects is not known.
fn body(
    platform: &Platform,
    tx: &mut Tx<'_>,
    opened: &Opened,
    input: &NewCorrection,
) -> Result<Json, Failure> {
    let fact = fact_of(platform, tx, opened, &input.supersedes)?;
    if fact.is_empty() {
        let id = &input.supersedes;
        return Err(Refusal::invalid(
            format!("supersedes: no record of this subscription has the id `{id}`"),
            format!("supersedes：此订阅没有 id 为 `{id}` 的记录"),
        )
        .into());
    }
    let Some(record) = &input.record else { return Ok(withdrawal(fact)) };
    if let Some(key) =
        ["id", "source", "supersedes", "reason", "recorded_at"].iter().find(|it| record.contains_key(**it))
    {
        return Err(Refusal::invalid(
            format!("record: leave `{key}` out; the correction itself says it"),
            format!("record：请删去 `{key}`，更正本身已说明"),
        )
        .into());
    }
    let mut record = record.clone();
    record.entry("fact").or_insert(Json::String(fact));
    Ok(Json::Object(record))
}

/// The fact of the record with this id, among all that the subscription ever saw; empty when there is none.
fn fact_of(platform: &Platform, tx: &mut Tx<'_>, opened: &Opened, id: &str) -> Result<String, Failure> {
    let loaded = evidence::load_under(platform, tx, &opened.tenant, &opened.name, &opened.published)?;
    let found = loaded.evidence.records().iter().find(|it| it.id.as_deref() == Some(id));
    let schema = &opened.published.contract.schema;
    Ok(found.and_then(|it| schema.facts.get(it.fact)).map_or_else(String::new, |it| it.name.clone()))
}

fn withdrawal(fact: String) -> Json {
    json!({ "fact": fact, "withdrawn": true })
}

/// The record that stands from now on.
fn line(id: &str, body: &Json, supersedes: &str, reason: &str) -> Json {
    let mut line = body.as_object().cloned().unwrap_or_default();
    for (key, text) in [("id", id), ("supersedes", supersedes), ("reason", reason)] {
        line.insert(key.to_owned(), Json::String(text.to_owned()));
    }
    Json::Object(line)
}

/// The correction, if this caller's side may answer it now.
fn answerable(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    id: &str,
    expected: Option<i64>,
) -> Result<Correction, Failure> {
    let it = waiting(tx, tenant, id, expected)?;
    if side_of(who) == it.side {
        return Err(forbidden("the other party answers a correction", "更正须由另一方答复"));
    }
    Ok(it)
}

fn waiting(
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    id: &str,
    expected: Option<i64>,
) -> Result<Correction, Failure> {
    let it = found(tx, tenant.id(), id)?;
    if expected.is_some_and(|expected| expected != it.revision) {
        let title = RefusalKind::Outdated.title();
        return Err(Refusal::new(RefusalKind::Outdated, title.en, title.zh).into());
    }
    if it.state != State::Proposed {
        return Err(Refusal::unfit("the correction has been answered already", "该更正已有结果").into());
    }
    if it.expires_at.0 <= tx.now() {
        return Err(Refusal::new(
            RefusalKind::WindowClosed,
            format!("it could be answered until {}; propose it again", it.expires_at),
            format!("答复期限为 {}；请重新提出", it.expires_at),
        )
        .into());
    }
    Ok(it)
}

fn decide(
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Correction,
    (state, action): (&'static str, &'static str),
    reason: Option<&str>,
) -> Result<Correction, Failure> {
    let changed = tx.execute(
        "UPDATE correction SET state = $4, decided_at = $5, decided_by = $6, decision = $7, revision = revision + 1
         WHERE tenant_id = $1 AND id = $2 AND revision = $3",
        values![&it.tenant, &it.id, it.revision, state, tx.now(), &who.actor, reason],
    )?;
    if changed != 1 {
        return Err(Fault::broken("a correction changed while it was answered").into());
    }
    record(tx, who, &it.tenant, (action, &it.id), json!({ "state": state }), reason.unwrap_or_default())?;
    found(tx, &it.tenant, &it.id)
}

fn record(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    (action, id): (&'static str, &str),
    new: Json,
    reason: &str,
) -> Result<(), Failure> {
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    audit::append(
        tx,
        who,
        tenant,
        Entry { action, subject: id.to_owned(), new, reason, ..Entry::default() },
    )?;
    Ok(())
}

fn found(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<Correction, Failure> {
    let row = tx.row(
        "SELECT tenant_id, id, stream, body, side, reason, proposed_at, proposed_by, expires_at, state, decided_at, decided_by,
           decision, revision FROM correction WHERE tenant_id = $1 AND id = $2",
        values![tenant, id],
    )?;
    Ok(correction(&row.ok_or_else(Refusal::not_found)?)?)
}

fn correction(row: &Row) -> Result<Correction, Fault> {
    let body: Json =
        serde_json::from_str(&row.get::<String>(3)?).map_err(|it| Fault::broken(it.to_string()))?;
    let record = body.get("record").filter(|it| it.get("withdrawn").is_none()).cloned();
    let supersedes = body.get("supersedes").and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(Correction {
        tenant: row.get(0)?,
        id: row.get(1)?,
        subscription: row.get(2)?,
        supersedes,
        record,
        side: Side::named(&row.get::<String>(4)?),
        reason: row.get(5)?,
        proposed_at: row.get(6)?,
        proposed_by: row.get(7)?,
        expires_at: row.get(8)?,
        state: state(&row.get::<String>(9)?),
        decided_at: row.get(10)?,
        decided_by: row.get(11)?,
        decision: row.get(12)?,
        revision: row.get(13)?,
    })
}

fn state(name: &str) -> State {
    match name {
        "consented" => State::Consented,
        "refused" => State::Refused,
        "withdrawn" => State::Withdrawn,
        "expired" => State::Expired,
        _ => State::Proposed,
    }
}

fn check_reason(reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Refusal::invalid(
            format!("reason: say why, in 1 to {REASON_CHARS_MAX} characters"),
            format!("reason：请用 1 至 {REASON_CHARS_MAX} 字写明原因"),
        )
        .into());
    }
    Ok(())
}

fn forbidden(en: &str, zh: &str) -> Failure {
    Refusal::new(RefusalKind::Forbidden, en, zh).into()
}
