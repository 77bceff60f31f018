//! Notices of change: a version is to replace another, each affected customer is told, and the contract's own rule says
//! whether and when the change takes hold.
//!
//! | rule of the version left | takes hold | when |
//! |---|---|---|
//! | `mutual` | once the customer accepts; sending the notice is our own consent | the later of `effective_at` and the acceptance |
//! | `continued_use` | once the customer accepts, or goes on using the service | `effective_at`; for a subscription suspended then, when it is served again |
//! | `pinned_until_renewal` | at the renewal, unless refused | the first renewal at or after `effective_at` |
//! | `notice` | always | `effective_at` |
//!
//! A change that was refused never takes hold; what follows from that is for people to say. A change that takes hold
//! inside a cycle governs from the next one on ([`crate::terms`]).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{Tx, Value, values};
use timeline::Instant;

use crate::agreements::{self, Amendment};
use crate::comparison::Comparison;
use crate::jobs;
use crate::kept::to_text;
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::subscription_check;
use crate::subscriptions::{self, Subscription};
use crate::tenants::{UPSTREAM, check_revision};
use crate::terms::SubscriptionState;
use crate::time::Moment;

mod row;
mod taking_hold;

use row::{delivered, delivery, found, notice, record, select};
pub use taking_hold::run;
pub(crate) use taking_hold::{at_renewal, wake};
use taking_hold::{settle, take_hold};

/// The job that lets a change take hold: [`run`].
pub const NOTICE_JOB: &str = "notice";

/// Most characters of the text that goes with a notice.
const TEXT_CHARS_MAX: usize = 20_000;

/// A change to be told.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// The version left.
    pub from_version: String,
    /// The version entered.
    pub to_version: String,
    /// When the change becomes effective; not before now.
    pub effective_at: Moment,
    /// What we say about it.
    #[serde(default)]
    pub text: String,
}

/// A notice of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// The agreement.
    pub agreement: String,
    /// The version left.
    pub from_version: String,
    /// The version entered.
    pub to_version: String,
    /// The rule of the version left.
    pub rule: Amendment,
    /// When the change becomes effective.
    pub effective_at: Moment,
    /// What we say about it.
    pub text: String,
    /// What changes, as it was when the notice was sent.
    pub comparison: Comparison,
    /// When it was sent.
    pub created_at: Moment,
    /// Who sent it.
    pub created_by: String,
    /// When it was withdrawn, as far as nobody had accepted it.
    pub withdrawn_at: Option<Moment>,
    /// Counts its changes.
    pub revision: i64,
}

/// How far a customer is with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// In the customer's portal.
    Sent,
    /// Seen there.
    Delivered,
    /// Accepted by the customer.
    Accepted,
    /// Refused by the customer: never takes hold.
    Refused,
    /// Accepted by going on with the service.
    AcceptedByUse,
    /// Took hold by the contract's rule, without the customer's word.
    Applied,
    /// Withdrawn by us before that.
    Withdrawn,
}

/// A notice in a customer's hands, for one subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Delivery {
    /// The notice.
    pub notice: Notice,
    /// The customer.
    pub tenant: String,
    /// The subscription that changes.
    pub subscription: String,
    /// How it is delivered: `portal`.
    pub channel: String,
    /// How far it is.
    pub state: DeliveryState,
    /// When it was sent.
    pub sent_at: Moment,
    /// When it was seen.
    pub delivered_at: Option<Moment>,
    /// When it was decided.
    pub decided_at: Option<Moment>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Counts its changes.
    pub revision: i64,
}

/// What a customer says to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Accept,
    /// No.
    Refuse,
}

/// A customer's decision.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// Yes or no.
    pub answer: Answer,
    /// Why, for the record.
    #[serde(default)]
    pub reason: String,
}

/// Sends a notice to every subscription that will be governed by `from_version` when the change becomes effective.
pub fn create(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    agreement: &str,
    input: &NewNotice,
) -> Result<Notice, Failure> {
    who.provider(tx, Resource::Notice, Verb::Create)?;
    check(input, tx.now())?;
    let old = platform.contracts.get(tx, agreement, &input.from_version)?;
    let new = platform.contracts.get(tx, agreement, &input.to_version)?;
    let effective_at = input.effective_at.0;
    let affected = affected(tx, agreement, &input.from_version, effective_at)?;
    for it in &affected {
        let terms = it.terms_at(effective_at, Instant::MAX)?;
        subscription_check::terms(&new.contract, terms.plan.as_deref(), &terms.parameters, it.since.0)
            .map_err(|why| unfit(it, why))?;
    }
    let id = tx.new_id("ntc")?;
    let rule = agreements::found_version(tx, agreement, &input.from_version)?.amendment;
    let comparison: Comparison = review::compare(&old.contract, &new.contract).into();
    tx.execute(
        "INSERT INTO notice (id, agreement_id, from_version, to_version, rule, effective_at, text, comparison, created_at,
           created_by, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
        values![
            &id,
            agreement,
            &input.from_version,
            &input.to_version,
            rule.name(),
            effective_at,
            &input.text,
            to_text(&comparison)?,
            tx.now(),
            &who.actor,
        ],
    )?;
    deliver(tx, &id, &affected)?;
    let new = json!({
        "agreement": agreement, "from_version": input.from_version, "to_version": input.to_version, "rule": rule,
        "effective_at": input.effective_at, "subscriptions": affected.len(),
    });
    record(tx, who, PROVIDER, "notice.sent", &id, Json::Null, new, None)?;
    jobs::enqueue(tx, NOTICE_JOB, &id, PROVIDER, effective_at, &json!({ "notice": id }))?;
    found(tx, &id)
}

/// The notices of all agreements; of one where `agreement` is given. For the provider.
pub fn list(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    agreement: Option<&str>,
    page: &Page,
) -> Result<Listed<Notice>, Failure> {
    who.provider(tx, Resource::Notice, Verb::Read)?;
    let (all, agreement) = (agreement.is_none(), agreement.unwrap_or(""));
    let rows = tx.rows(
        "SELECT id, agreement_id, from_version, to_version, rule, effective_at, text, comparison, created_at, created_by,
           withdrawn_at, revision
         FROM notice WHERE (CAST($1 AS BIGINT) = 1 OR agreement_id = $2) AND id > $3 ORDER BY id LIMIT $4",
        values![all, agreement, page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, notice, |it: &Notice| it.id.clone())?)
}

/// A notice. For the provider.
pub fn get(_: &Platform, tx: &mut Tx<'_>, who: &Principal, id: &str) -> Result<Notice, Failure> {
    who.provider(tx, Resource::Notice, Verb::Read)?;
    found(tx, id)
}

/// How far each subscription is with a notice, keyed by subscription. For the provider.
pub fn deliveries(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    page: &Page,
) -> Result<Listed<Delivery>, Failure> {
    who.provider(tx, Resource::Notice, Verb::Read)?;
    found(tx, id)?;
    let rows = tx.rows(
        select!("WHERE d.notice_id = $1 AND d.subscription_id > $2 ORDER BY d.subscription_id LIMIT $3"),
        values![id, page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, delivery, |it: &Delivery| it.subscription.clone())?)
}

/// Takes a notice back from everybody who has not decided yet. What was accepted stays agreed.
pub fn withdraw(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &str,
    expected: Option<i64>,
) -> Result<Notice, Failure> {
    who.provider(tx, Resource::Notice, Verb::Remove)?;
    let it = found(tx, id)?;
    check_revision(expected, it.revision)?;
    if it.withdrawn_at.is_some() {
        return Err(Refusal::unfit("the notice is withdrawn already", "该通知已撤回").into());
    }
    if it.rule.takes_hold_by_itself() && it.effective_at.0 <= tx.now() {
        return Err(Refusal::new(
            RefusalKind::WindowClosed,
            "the change is effective; send a notice of a further change instead",
            "变更已生效；如需更改，请另发通知",
        )
        .into());
    }
    tx.execute(
        "UPDATE notice SET withdrawn_at = $1, revision = revision + 1 WHERE id = $2 AND revision = $3",
        values![tx.now(), id, it.revision],
    )?;
    let taken = tx.execute(
        "UPDATE notice_delivery SET state = 'withdrawn', revision = revision + 1
         WHERE notice_id = $1 AND state IN ('sent', 'delivered')",
        values![id],
    )?;
    record(tx, who, PROVIDER, "notice.withdrawn", id, Json::Null, json!({ "subscriptions": taken }), None)?;
    found(tx, id)
}

/// The notices a customer has, keyed by notice and subscription.
pub fn list_of(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    page: &Page,
) -> Result<Listed<Delivery>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Notice, Verb::Read)?;
    let rows = tx.rows(
        select!("WHERE d.tenant_id = $1 AND d.notice_id || '.' || d.subscription_id > $2 ORDER BY d.notice_id || '.' || d.subscription_id LIMIT $3"),
        values![tenant.id(), page.after(), page.rows()?],
    )?;
    Ok(page.listed(&rows, delivery, |it: &Delivery| format!("{}.{}", it.notice.id, it.subscription))?)
}

/// A notice a customer has.
pub fn get_of(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    subscription: &str,
) -> Result<Delivery, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Notice, Verb::Read)?;
    delivered(tx, &tenant, id, subscription)
}

/// Notes that the customer has seen a notice. What the provider sees of it counts for nothing.
pub fn seen(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    subscription: &str,
) -> Result<Delivery, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Notice, Verb::Read)?;
    let it = delivered(tx, &tenant, id, subscription)?;
    if who.is_provider() && tenant.id() != UPSTREAM {
        return Err(Refusal::new(
            RefusalKind::Forbidden,
            "only the customer can have seen it",
            "只有客户本人的查阅才算已送达",
        )
        .into());
    }
    if it.delivered_at.is_some() {
        return Ok(it);
    }
    tx.execute(
        "UPDATE notice_delivery SET state = CASE WHEN state = 'sent' THEN 'delivered' ELSE state END, delivered_at = $1,
           revision = revision + 1
         WHERE tenant_id = $2 AND notice_id = $3 AND subscription_id = $4 AND revision = $5",
        values![tx.now(), tenant.id(), id, subscription, it.revision],
    )?;
    let new = json!({ "subscription": subscription });
    record(tx, who, tenant.id(), "notice.delivered", id, Json::Null, new, None)?;
    delivered(tx, &tenant, id, subscription)
}

/// Accepts or refuses a change, for the customer. Saying the same again changes nothing.
#[expect(clippy::too_many_arguments, reason = "a delivery is named by tenant, notice and subscription")]
pub fn decide(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    subscription: &str,
    input: &Decide,
    expected: Option<i64>,
) -> Result<Delivery, Failure> {
    // Where we are the customer, whoever may send notices signs for us.
    let verb = if tenant == UPSTREAM { Verb::Create } else { Verb::Decide };
    let tenant = who.tenant(tx, tenant, Resource::Notice, verb)?;
    let it = delivered(tx, &tenant, id, subscription)?;
    check_revision(expected, it.revision)?;
    let to = match input.answer {
        Answer::Accept => DeliveryState::Accepted,
        Answer::Refuse => DeliveryState::Refused,
    };
    if it.state == to {
        return Ok(it);
    }
    check_open(&it, input.answer, tx.now())?;
    settle(tx, who, &tenant, &it, to, Some(&input.reason))?;
    let from = match (to, it.notice.rule) {
        (DeliveryState::Refused, _) | (_, Amendment::PinnedUntilRenewal) => None,
        (_, Amendment::Notice) => Some(it.notice.effective_at.0),
        (_, Amendment::Mutual | Amendment::ContinuedUse) => Some(it.notice.effective_at.0.max(tx.now())),
    };
    if let Some(from) = from {
        take_hold(tx, who, &tenant, &it, from)?;
    }
    delivered(tx, &tenant, id, subscription)
}

fn check(input: &NewNotice, now: Instant) -> Result<(), Refusal> {
    if input.from_version == input.to_version {
        return Err(Refusal::invalid("to_version: is the version left", "to_version：与原版本相同"));
    }
    if input.effective_at.0 < now {
        return Err(Refusal::invalid(
            "effective_at: a notice tells of what is to come; choose now or later",
            "effective_at：通知须在变更之前；请选择当前或以后的时间",
        ));
    }
    if input.text.chars().count() > TEXT_CHARS_MAX {
        return Err(Refusal::invalid(
            format!("text: at most {TEXT_CHARS_MAX} characters"),
            format!("text：最多 {TEXT_CHARS_MAX} 个字符"),
        ));
    }
    Ok(())
}

/// Whether a customer can still say this.
fn check_open(it: &Delivery, answer: Answer, now: Instant) -> Result<(), Refusal> {
    if !matches!(it.state, DeliveryState::Sent | DeliveryState::Delivered) {
        return Err(Refusal::unfit("this change has been decided already", "该变更已有结论"));
    }
    match (it.notice.rule, answer) {
        (Amendment::Notice, Answer::Refuse) => Err(Refusal::unfit(
            "by the contract's own rule a notice suffices; it cannot be refused",
            "依合同约定，通知即可变更，不能拒绝",
        )),
        (Amendment::ContinuedUse, Answer::Refuse) if it.notice.effective_at.0 <= now => Err(Refusal::new(
            RefusalKind::WindowClosed,
            "the change is effective; it could be refused before",
            "变更已生效；须在生效前拒绝",
        )),
        _ => Ok(()),
    }
}

/// The subscriptions that will be governed by a version at an instant. One whose term ends before is told too: it may be
/// renewed until then.
fn affected(
    tx: &mut Tx<'_>,
    agreement: &str,
    version: &str,
    at: Instant,
) -> Result<Vec<Subscription>, Failure> {
    let rows = tx.rows(
        subscriptions::select!("WHERE agreement_id = $1 AND state <> 'ended' ORDER BY tenant_id, id"),
        values![agreement],
    )?;
    let mut found = Vec::new();
    for row in &rows {
        let it = subscriptions::subscription(row, tx.now())?;
        let over = it.terms.state == SubscriptionState::Ended;
        if !over && it.terms_at(at, Instant::MAX)?.version == version {
            found.push(it);
        }
    }
    Ok(found)
}

fn deliver(tx: &mut Tx<'_>, id: &str, affected: &[Subscription]) -> Result<(), Failure> {
    let row = |it: &Subscription| -> Vec<Value> {
        vec![
            it.tenant.as_str().into(),
            id.into(),
            it.id.as_str().into(),
            "portal".into(),
            "sent".into(),
            tx.now().into(),
            1_i64.into(),
        ]
    };
    let rows: Vec<Vec<Value>> = affected.iter().map(row).collect();
    let columns = ["tenant_id", "notice_id", "subscription_id", "channel", "state", "sent_at", "revision"];
    tx.insert_many("notice_delivery", &columns, &rows)?;
    Ok(())
}

fn unfit(it: &Subscription, mut why: Refusal) -> Refusal {
    why.detail.en = format!(
        "subscription {} does not fit the new version; change its plan first: {}",
        it.id, why.detail.en
    );
    why.detail.zh = format!("订阅 {} 不适用新版本，请先更改其套餐：{}", it.id, why.detail.zh);
    why
}
