//! Statements: a cycle's settlement, sealed with its evidence. Never edited; a later one supersedes it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use settle::UNCLASSIFIED;
use settle::settlement::{Lint, RemedyStatus, SettlementStatus, Verdict};
use sha2::{Digest as _, Sha256};
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use crate::audit::{self, Entry};
use crate::intake::Reach;
use crate::intake::affected::look_again;
use crate::objects::{self, Packed};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::settling::{Settled, package, parts, settle_cycle};
use crate::stream::agreement_stream;
use crate::time::Moment;
use crate::{claims, cycles, decisions, volume};

/// The contract's text in a package.
pub(crate) const CONTRACT_FILE: &str = "contract.md";
/// Times a settlement is made anew because evidence arrived while it was being made.
const TRIES_MAX: usize = 5;

/// What the caller says when closing a cycle.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Why the statement is sealed although evidence is missing. It is printed in the audit log.
    #[serde(default)]
    pub accept_incomplete: Option<String>,
}

/// A sealed statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatementView {
    /// Its id.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// The subscription.
    pub subscription: String,
    /// The agreement.
    pub agreement: String,
    /// The version of the terms.
    pub version: String,
    /// The cycle.
    pub label: String,
    /// 1 is the first; a later one supersedes the one before.
    pub number: i64,
    /// When the cycle began.
    pub from: Moment,
    /// When the cycle ended.
    pub until: Moment,
    /// When it was sealed.
    pub sealed_at: Moment,
    /// Evidence known at this moment was taken into account.
    pub as_of: Moment,
    /// final, provisional or no_data.
    pub status: String,
    /// The statement it supersedes.
    pub supersedes: Option<String>,
    /// The statement that supersedes it.
    pub superseded_by: Option<String>,
    /// Why it was made.
    pub reason: String,
    /// Levels, promises, remedies and claim windows, as in `statement.json`.
    pub summary: Json,
    /// What changed against the statement it supersedes.
    pub delta: Json,
    /// The files of its package by name, with their SHA-256.
    pub files: BTreeMap<String, String>,
    /// SHA-256 of the seal.
    pub seal_sha256: String,
    /// Its number in the tenant's audit log.
    pub log_seq: i64,
}

/// A statement that has just been sealed, for whoever has to act on it.
#[derive(Debug)]
pub struct Sealed<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The statement's id.
    pub id: &'a str,
    /// 1 is the first.
    pub number: i64,
    /// The statement it supersedes.
    pub supersedes: Option<&'a str>,
    /// What was settled.
    pub settled: &'a Settled,
    /// What changed against the one before.
    pub delta: &'a Json,
}

/// A statement on its way: everything that needs no transaction is done.
struct Draft {
    settled: Settled,
    tenant: String,
    label: String,
    as_of: Instant,
    summary: Json,
    package: BTreeMap<String, String>,
    seal_sha256: String,
    objects: Vec<Packed>,
    missing: Vec<Json>,
}

/// What became of a draft.
enum Done {
    Sealed(Box<StatementView>),
    /// Evidence arrived meanwhile.
    Stale,
    /// Evidence is missing; the cycle says what.
    Blocked(Vec<Json>),
    /// The result is the one already sealed.
    Same(Box<StatementView>),
}

/// Closes a cycle that is over: settles it and seals the statement. Without the evidence it needs the cycle is blocked and
/// says what is missing, unless the caller accepts that with a reason.
pub fn close(
    platform: &Platform,
    who: &Principal,
    tenant: &str,
    subscription: &str,
    label: &str,
    accept: Option<String>,
) -> Result<StatementView, Failure> {
    open_when_begun(platform, who, tenant, subscription, label)?;
    let why = "the cycle was closed".to_owned();
    make(platform, who, (tenant, subscription, label), &Purpose::Close { accept }, why)
}

/// The calendar opens cycles by a job; whoever closes one need not wait for it.
fn open_when_begun(
    platform: &Platform,
    who: &Principal,
    tenant: &str,
    subscription: &str,
    label: &str,
) -> Result<(), Failure> {
    let is_open = platform.read(|_, tx| {
        let handle = who.tenant(tx, tenant, Resource::Cycle, Verb::Decide)?;
        match cycles::get(tx, handle.id(), subscription, label) {
            Ok(_) => Ok(true),
            Err(Failure::Refusal(it)) if it.kind == RefusalKind::NotFound => Ok(false),
            Err(failure) => Err(failure),
        }
    })?;
    if is_open {
        return Ok(());
    }
    let (tenant, subscription) = (tenant.to_owned(), subscription.to_owned());
    platform.write(move |platform, tx| cycles::open_begun(platform, tx, &tenant, &subscription))
}

/// Settles a sealed cycle anew under the terms then in force. Seals a statement that supersedes the one before when the
/// result is another one; answers the one before otherwise.
pub fn restate(
    platform: &Platform,
    who: &Principal,
    tenant: &str,
    subscription: &str,
    label: &str,
    reason: &str,
) -> Result<StatementView, Failure> {
    make(platform, who, (tenant, subscription, label), &Purpose::Restate, reason.to_owned())
}

#[derive(Debug, Clone)]
enum Purpose {
    Close { accept: Option<String> },
    Restate,
}

fn make(
    platform: &Platform,
    who: &Principal,
    (tenant, subscription, label): (&str, &str, &str),
    purpose: &Purpose,
    reason: String,
) -> Result<StatementView, Failure> {
    for at in 1..=TRIES_MAX {
        let until = platform.read(|_, tx| {
            who.tenant(tx, tenant, Resource::Cycle, Verb::Decide)?;
            let cycle = cycles::get(tx, tenant, subscription, label)?;
            if cycle.until.0 > tx.now() { Err(not_over(&cycle.until)) } else { Ok(cycle.until.0) }
        })?;
        let draft = volume::gather(platform, (tenant, subscription), until).and_then(|()| {
            platform.read(|platform, tx| {
                let handle = who.tenant(tx, tenant, Resource::Cycle, Verb::Decide)?;
                let in_order = volume::is_in_order(tx, tenant, subscription, (until, tx.now()))?;
                if in_order { draft(platform, tx, &handle, subscription, label).map(Some) } else { Ok(None) }
            })
        });
        let draft = match draft {
            Ok(Some(draft)) => draft,
            // Records in volume came in between.
            Ok(None) => continue,
            Err(failure) => {
                return Err(unreachable(platform, who, (tenant, subscription, label), purpose, failure));
            }
        };
        let (who, purpose, reason) = (who.clone(), purpose.clone(), reason.clone());
        match platform.write(move |platform, tx| {
            commit(platform, tx, &who, draft, (&purpose, at == TRIES_MAX), &reason)
        })? {
            Done::Sealed(it) | Done::Same(it) => return Ok(*it),
            Done::Blocked(missing) => return Err(incomplete(&missing)),
            Done::Stale => {}
        }
    }
    Err(Fault::Unavailable("evidence keeps arriving".to_owned()).into())
}

/// A cycle that cannot be closed because records in volume cannot be reached says so; it is closed once they can.
fn unreachable(
    platform: &Platform,
    who: &Principal,
    (tenant, subscription, label): (&str, &str, &str),
    purpose: &Purpose,
    failure: Failure,
) -> Failure {
    let Some(why) = volume::why_unreachable(&failure).filter(|_| matches!(purpose, Purpose::Close { .. }))
    else {
        return failure;
    };
    let missing = vec![json!({
        "en": format!("the records in volume cannot be reached: {why}"), "zh": format!("无法读取大量记录：{why}"),
    })];
    let (who, tenant) = (who.clone(), tenant.to_owned());
    let (subscription, label) = (subscription.to_owned(), label.to_owned());
    let written = platform.write(move |_, tx| {
        who.tenant(tx, &tenant, Resource::Cycle, Verb::Decide)?;
        if latest(tx, &tenant, &subscription, &label)?.is_none() {
            block(tx, &who, (&tenant, &subscription, &label), &missing)?;
        }
        Ok(())
    });
    written.err().unwrap_or(failure)
}

/// Whether a close that was refused so needs nobody: the cycle says itself what it waits for, or is sealed.
pub(crate) fn speaks_for_itself(refusal: &Refusal) -> bool {
    matches!(refusal.kind, RefusalKind::Incomplete | RefusalKind::UnfitState | RefusalKind::WindowClosed)
}

fn not_over(until: &Moment) -> Failure {
    Refusal::new(
        RefusalKind::WindowClosed,
        format!("the cycle ends at {until}; it can be closed after that"),
        format!("服务周期于 {until} 结束，之后方可关账"),
    )
    .into()
}

fn incomplete(missing: &[Json]) -> Failure {
    let half = |lang: &str| {
        let texts: Vec<&str> = missing.iter().filter_map(|it| it.get(lang)?.as_str()).collect();
        texts.join("; ")
    };
    Refusal::new(
        RefusalKind::Incomplete,
        format!("{}. Send the evidence, or close with `accept_incomplete` and a reason", half("en")),
        format!("{}。请补交证据，或以 accept_incomplete 说明理由后关账", half("zh")),
    )
    .into()
}

fn draft(
    platform: &Platform,
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    subscription: &str,
    label: &str,
) -> Result<Draft, Failure> {
    let as_of = tx.now();
    let settled = settle_cycle(platform, tx, tenant, subscription, label, as_of)?;
    let sealed =
        proof::seal(package(&settled)?, &platform.key).map_err(|it| Fault::broken(it.to_string()))?;
    let files = sealed.into_files();
    let seal = files.get(proof::SEAL_FILE).map(|it| settle::hex(&Sha256::digest(it))).unwrap_or_default();
    let mut objects = Vec::new();
    let mut package = BTreeMap::new();
    for (name, bytes) in files {
        let is_contract = name == CONTRACT_FILE;
        let packed = if is_contract { settled.terms.published.packed()? } else { objects::pack(&bytes)? };
        package.insert(name, packed.sha256.clone());
        objects.push(packed);
    }
    Ok(Draft {
        tenant: tenant.id().to_owned(),
        label: label.to_owned(),
        as_of,
        summary: summary(&settled),
        missing: missing(&settled),
        settled,
        package,
        seal_sha256: seal,
        objects,
    })
}

/// The parts of `statement.json` that a list shows and a later statement is compared with.
pub fn summary(settled: &Settled) -> Json {
    parts(&settled.settlement, &["status", "levels", "promises", "remedies", "claims", "rights", "lints"])
}

/// What stands in the way of sealing.
fn missing(settled: &Settled) -> Vec<Json> {
    let mut missing = Vec::new();
    let mut add = |en: String, zh: String| missing.push(json!({ "en": en, "zh": zh }));
    let settlement = &settled.settlement;
    let open: Vec<&Lint> = settlement.lints.iter().filter(|it| it.code == UNCLASSIFIED).collect();
    let undecided = settlement.promises.iter().any(|it| it.verdict == Verdict::Provisional);
    match settlement.status {
        SettlementStatus::NoData => add("there is no evidence at all".into(), "没有任何证据".into()),
        SettlementStatus::Provisional if open.is_empty() || undecided => {
            add("a table or a period it needs is not complete yet".into(), "所需的日历或期间尚不完整".into());
        }
        SettlementStatus::Final | SettlementStatus::Provisional => {}
    }
    for it in open {
        let (en, zh) = (&it.message.en, &it.message.zh);
        add(
            format!("{en}: agree what these codes mean in a new version, and have the receipts sent again"),
            format!("{zh}：请在新版本中约定这些状态码的含义，并重新发送回执"),
        );
    }
    if settled.misunderstood > 0 {
        let (count, version) = (settled.misunderstood, &settled.terms.published.version);
        add(
            format!(
                "{count} records cannot be read under version {version} of the terms: send them again with the times it asks for"
            ),
            format!("有 {count} 条记录无法按条款 {version} 版读取：请按该版要求的时间字段重新提交"),
        );
    }
    for it in settlement.remedies.iter().filter(|it| it.status == RemedyStatus::NoData) {
        let (en, zh) = it.reason.as_ref().map_or(("", ""), |it| (it.en.as_str(), it.zh.as_str()));
        add(format!("{}: no data: {en}", it.name), format!("{}：缺少数据：{zh}", it.name));
    }
    missing
}

fn commit(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    draft: Draft,
    (purpose, last_try): (&Purpose, bool),
    reason: &str,
) -> Result<Done, Failure> {
    who.tenant(tx, &draft.tenant, Resource::Cycle, Verb::Decide)?;
    // The agreement's own stream belongs to no tenant.
    tx.enter(store::Scope::Provider)?;
    let newer = newer_evidence(tx, &draft.settled)?;
    // Where evidence arrives all the time no draft is ever the newest. The last one is sealed as of its moment, which says
    // truly what was known then, and what came later is late.
    let may_be_late = |it: &Newer| last_try && it.at > draft.as_of;
    if !newer.iter().all(may_be_late) {
        return Ok(Done::Stale);
    }
    for it in &newer {
        look_again(tx, (&it.stream.1, &it.stream.0), Reach { from: it.first_at, until: Instant::MAX })?;
    }
    let (tenant, subscription) = (draft.tenant.as_str(), draft.settled.terms.subscription.as_str());
    let before = latest(tx, tenant, subscription, &draft.label)?;
    let reason = match (purpose, &before) {
        (Purpose::Close { .. }, Some(_)) => {
            return Err(Refusal::unfit(
                "the cycle is sealed already; late evidence supersedes its statement by itself",
                "该周期已出具结算单；迟到证据会自动生成更正结算单",
            )
            .into());
        }
        (Purpose::Restate, None) => return Err(Refusal::not_found().into()),
        (Purpose::Restate, Some(before)) if before.summary == draft.summary => {
            return Ok(Done::Same(Box::new(before.clone())));
        }
        (Purpose::Close { accept: None }, None) if !draft.missing.is_empty() => {
            block(tx, who, (tenant, subscription, &draft.label), &draft.missing)?;
            return Ok(Done::Blocked(draft.missing));
        }
        (Purpose::Close { accept: Some(why) }, None) if !draft.missing.is_empty() => {
            format!("{reason}, incomplete evidence accepted: {why}")
        }
        _ => reason.to_owned(),
    };
    seal(platform, tx, who, draft, before.as_ref(), &reason).map(|it| Done::Sealed(Box::new(it)))
}

/// Evidence that arrived after the draft was made.
struct Newer {
    /// The stream and its house.
    stream: (String, String),
    /// The earliest time it speaks of.
    first_at: Instant,
    /// When the first of it was recorded.
    at: Instant,
}

fn newer_evidence(tx: &mut Tx<'_>, settled: &Settled) -> Result<Vec<Newer>, Failure> {
    let terms = &settled.terms;
    let streams = [
        (terms.subscription.clone(), terms.tenant.clone()),
        (agreement_stream(&terms.published.agreement), PROVIDER.to_owned()),
    ];
    let mut newer = Vec::new();
    for stream in streams {
        let seen = settled.seen.get(&stream.0).copied().unwrap_or(0);
        let row = tx.row(
            "SELECT min(first_at), min(at) FROM evidence_batch WHERE tenant_id = $1 AND stream = $2 AND seq > $3",
            values![&stream.1, &stream.0, seen],
        )?;
        let (first_at, at): (Option<Instant>, Option<Instant>) =
            row.map_or(Ok((None, None)), |it| Ok::<_, Fault>((it.get(0)?, it.get(1)?)))?;
        newer.extend(first_at.zip(at).map(|(first_at, at)| Newer { stream, first_at, at }));
    }
    Ok(newer)
}

fn block(
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription, label): (&str, &str, &str),
    missing: &[Json],
) -> Result<(), Failure> {
    let reasons = Json::Array(missing.to_vec());
    let changed = tx.execute(
        "UPDATE cycle SET state = 'blocked', reasons = $4, revision = revision + 1
         WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3 AND (state <> 'blocked' OR reasons <> $4)",
        values![tenant, subscription, label, reasons.to_string()],
    )?;
    if changed > 0 {
        let subject = format!("{subscription}/{label}");
        let new = json!({ "state": "blocked", "reasons": reasons });
        audit::append(tx, who, tenant, Entry { action: "cycle.blocked", subject, new, ..Entry::default() })?;
    }
    Ok(())
}

fn seal(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    draft: Draft,
    before: Option<&StatementView>,
    reason: &str,
) -> Result<StatementView, Failure> {
    let id = tx.new_id("stm")?;
    let settlement = &draft.settled.settlement;
    let terms = &draft.settled.terms;
    let delta = before.map_or(Json::Null, |it| delta(&it.summary, &draft.summary));
    let number = before.map_or(1, |it| it.number + 1);
    for object in draft.objects {
        objects::put_packed(tx, object)?;
    }
    let entry = Entry {
        action: "statement.sealed",
        subject: id.clone(),
        new: json!({
            "agreement": terms.published.agreement, "version": terms.published.version, "subscription": terms.subscription,
            "label": draft.label, "number": number, "seal_sha256": draft.seal_sha256,
            "supersedes": before.map(|it| it.id.clone()), "delta": delta,
        }),
        reason: Some(reason.to_owned()),
        ..Entry::default()
    };
    let log_seq = audit::append(tx, who, &draft.tenant, entry)?;
    let package = serde_json::to_string(&draft.package).map_err(|it| Fault::broken(it.to_string()))?;
    let seen = serde_json::to_string(&draft.settled.seen).map_err(|it| Fault::broken(it.to_string()))?;
    tx.execute(
        "INSERT INTO statement (tenant_id, id, subscription_id, agreement_id, version, label, revision, from_at, until_at,
           sealed_at, as_of, status, supersedes, reason, evidence, package, seal_sha256, summary, delta, log_seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        values![
            &draft.tenant, &id, &terms.subscription, &terms.published.agreement, &terms.published.version, &draft.label,
            number, settlement.cycle.counted.from(), settlement.cycle.counted.until(), tx.now(), draft.as_of,
            settlement.status.word(), before.map(|it| it.id.clone()), reason, seen, package, &draft.seal_sha256,
            draft.summary.to_string(), delta.to_string(), log_seq,
        ],
    )?;
    tx.execute(
        "UPDATE cycle SET state = 'sealed', reasons = '[]', revision = revision + 1
         WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3",
        values![&draft.tenant, &terms.subscription, &draft.label],
    )?;
    let sealed = Sealed {
        tenant: &draft.tenant,
        id: &id,
        number,
        supersedes: before.map(|it| it.id.as_str()),
        settled: &draft.settled,
        delta: &delta,
    };
    decisions::open(tx, &sealed)?;
    claims::after_seal(platform, tx, who, &sealed)?;
    find(tx, &draft.tenant, &id)
}

/// What changed: each level, promise and remedy that is another one now.
fn delta(old: &Json, new: &Json) -> Json {
    let mut changes = Map::new();
    for part in ["levels", "promises", "remedies", "claims", "rights"] {
        let changed = changed(old.get(part), new.get(part));
        if !changed.is_empty() {
            changes.insert(part.to_owned(), Json::Array(changed));
        }
    }
    Json::Object(changes)
}

fn changed(old: Option<&Json>, new: Option<&Json>) -> Vec<Json> {
    let key = |it: &Json| {
        let text = |name: &str| it.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        (text("name") + &text("remedy"), text("subject"))
    };
    let by_key = |list: Option<&Json>| -> BTreeMap<(String, String), Json> {
        list.and_then(Json::as_array).into_iter().flatten().map(|it| (key(it), it.clone())).collect()
    };
    let (old, new) = (by_key(old), by_key(new));
    let mut keys: Vec<&(String, String)> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let pairs = keys.into_iter().map(|key| (key, old.get(key), new.get(key)));
    pairs
        .filter(|it| it.1 != it.2)
        .map(|((name, subject), old, new)| {
            json!({ "name": name, "subject": if subject.is_empty() { None } else { Some(subject) }, "old": old, "new": new })
        })
        .collect()
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, tenant_id, subscription_id, agreement_id, version, label, revision, from_at, until_at, sealed_at, as_of, ",
            "status, supersedes, reason, summary, delta, package, seal_sha256, log_seq, ",
            "(SELECT max(n.id) FROM statement n WHERE n.tenant_id = s.tenant_id AND n.supersedes = s.id) FROM statement s ",
            $rest
        )
    };
}

fn latest(
    tx: &mut Tx<'_>,
    tenant: &str,
    subscription: &str,
    label: &str,
) -> Result<Option<StatementView>, Failure> {
    let row = tx.row(
        select!(
            "WHERE tenant_id = $1 AND subscription_id = $2 AND label = $3 ORDER BY revision DESC LIMIT 1"
        ),
        values![tenant, subscription, label],
    )?;
    Ok(row.as_ref().map(view).transpose()?)
}

fn find(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<StatementView, Failure> {
    let row = tx.row(select!("WHERE tenant_id = $1 AND id = $2"), values![tenant, id])?;
    Ok(view(&row.ok_or_else(Refusal::not_found)?)?)
}

fn view(row: &Row) -> Result<StatementView, Fault> {
    let parse = |at: usize| -> Result<Json, Fault> {
        serde_json::from_str(&row.get::<String>(at)?).map_err(|it| Fault::broken(it.to_string()))
    };
    Ok(StatementView {
        id: row.get(0)?,
        tenant: row.get(1)?,
        subscription: row.get(2)?,
        agreement: row.get(3)?,
        version: row.get(4)?,
        label: row.get(5)?,
        number: row.get(6)?,
        from: row.get(7)?,
        until: row.get(8)?,
        sealed_at: row.get(9)?,
        as_of: row.get(10)?,
        status: row.get(11)?,
        supersedes: row.get(12)?,
        reason: row.get(13)?,
        summary: parse(14)?,
        delta: parse(15)?,
        files: serde_json::from_value(parse(16)?).map_err(|it| Fault::broken(it.to_string()))?,
        seal_sha256: row.get(17)?,
        log_seq: row.get(18)?,
        superseded_by: row.get(19)?,
    })
}

/// The statements of a tenant, oldest first; of one subscription when it is named.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    subscription: Option<&str>,
    page: &Page,
) -> Result<Listed<StatementView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Statement, Verb::Read)?;
    let rows = tx.rows(
        select!(
            "WHERE tenant_id = $1 AND ($2 = '' OR subscription_id = $2) AND id > $3 ORDER BY id LIMIT $4"
        ),
        values![tenant.id(), subscription.unwrap_or_default(), page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.id.clone())?)
}

/// One statement.
pub fn get(tx: &mut Tx<'_>, who: &Principal, tenant: &str, id: &str) -> Result<StatementView, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Statement, Verb::Read)?;
    find(tx, tenant.id(), id)
}

/// A file of a statement's package.
pub fn file(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    name: &str,
) -> Result<Vec<u8>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Statement, Verb::Export)?;
    let statement = find(tx, tenant.id(), id)?;
    let sha256 = statement.files.get(name).ok_or_else(Refusal::not_found)?;
    objects::get(tx, sha256)?.ok_or_else(|| Fault::broken(format!("no object {sha256}")).into())
}

/// All files of a statement's package, with its proof of inclusion in the log.
pub fn files(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Statement, Verb::Export)?;
    let statement = find(tx, tenant.id(), id)?;
    let mut files = BTreeMap::new();
    for (name, sha256) in &statement.files {
        let bytes = objects::get(tx, sha256)?.ok_or_else(|| Fault::broken(format!("no object {sha256}")))?;
        files.insert(name.clone(), bytes);
    }
    files.extend(audit::package_proof(platform, tx, tenant.id(), statement.log_seq)?);
    Ok(files)
}

/// A statement made again from what was known when it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Replay {
    /// Whether the bytes are the same.
    pub same: bool,
    /// SHA-256 of `statement.json` as sealed.
    pub sealed_sha256: String,
    /// SHA-256 of `statement.json` as made again.
    pub replayed_sha256: String,
    /// When the moment of knowledge was.
    pub as_of: Moment,
}

/// Makes a statement again: the same statement as of then.
pub fn replay(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
) -> Result<Replay, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Statement, Verb::Read)?;
    let statement = find(tx, tenant.id(), id)?;
    let settled =
        settle_cycle(platform, tx, &tenant, &statement.subscription, &statement.label, statement.as_of.0)?;
    let json = statement::json(&settled.settlement);
    let bytes = proof::canonical_bytes(&json).map_err(|it| Fault::broken(it.to_string()))?;
    let sealed_sha256 = statement.files.get("statement.json").cloned().unwrap_or_default();
    let replayed_sha256 = settle::hex(&Sha256::digest(&bytes));
    Ok(Replay {
        same: sealed_sha256 == replayed_sha256,
        sealed_sha256,
        replayed_sha256,
        as_of: statement.as_of,
    })
}
