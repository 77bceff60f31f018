//! Subscriptions: a customer, an agreement, and the terms pinned for it. Terms change only by an entry in its history;
//! [`crate::terms`] says which hold when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{Fault, Row, Scope, Tx, Value, values};
use timeline::Instant;

use crate::agreements::{self, AgreementKind};
use crate::audit::{self, Entry};
use crate::documents::{self, Document, Precedence};
use crate::jobs;
use crate::kept::{of_row, to_json, to_text};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::subscription_check;
use crate::tenants::{self, Reason, TenantState, UPSTREAM, check_reason, check_revision};
use crate::terms::{self, Change, Parameters, SubscriptionState, Terms};
use crate::time::Moment;

/// The job that settles the cycles of a subscription.
pub const CYCLE_JOB: &str = "cycle";
/// The job that renews or ends a subscription when its term is over: [`run`].
pub const TERM_JOB: &str = "term";

/// What happens at the end of the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "rule", deny_unknown_fields)]
pub enum Renewal {
    /// It ends, unless somebody renews it.
    #[default]
    None,
    /// It goes on for as many months more, in the contract's zone, each time.
    Automatic {
        /// Length of a further term, 1 to 120 months.
        #[schemars(range(min = 1, max = 120))]
        months: u32,
    },
}

/// A subscription to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// Its id, for ever: 1 to 63 lower-case letters, digits, hyphens and underscores. Made when absent.
    #[serde(default)]
    #[schemars(regex(pattern = "^[a-z0-9_-]{1,63}$"))]
    pub id: Option<String>,
    /// The agreement.
    pub agreement: String,
    /// The version to begin with; the newest when absent.
    #[serde(default)]
    pub version: Option<String>,
    /// The plan, where the agreement has plans.
    #[serde(default)]
    pub plan: Option<String>,
    /// Values of the contract's parameters.
    #[serde(default)]
    pub parameters: Parameters,
    /// When it begins; now when absent. May lie in the past.
    #[serde(default)]
    pub since: Option<Moment>,
    /// The end of its term; none when absent.
    #[serde(default)]
    pub until: Option<Moment>,
    /// What happens then.
    #[serde(default)]
    pub renewal: Renewal,
    /// Documents of this subscription alone: an order, a sealed contract.
    #[serde(default)]
    pub documents: Vec<Document>,
}

/// Another plan, other parameters, or both.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePlan {
    /// The plan from then on; unchanged when absent.
    #[serde(default)]
    pub plan: Option<String>,
    /// The parameters from then on, all of them; unchanged when absent.
    #[serde(default)]
    pub parameters: Option<Parameters>,
    /// From when, not before now; now when absent. A cycle already begun keeps the plan it began with.
    #[serde(default)]
    pub from: Option<Moment>,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// The end of a subscription.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// When it ends, not before now; now when absent.
    #[serde(default)]
    pub at: Option<Moment>,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// A further term.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Renew {
    /// The new end. When absent, the months of an automatic renewal after the old end.
    #[serde(default)]
    pub until: Option<Moment>,
    /// Why.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// A subscription, with the terms in force now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Subscription {
    /// Its id; also the name of its evidence stream.
    pub id: String,
    /// The customer.
    pub tenant: String,
    /// The agreement.
    pub agreement: String,
    /// When it begins.
    pub since: Moment,
    /// The terms in force now; before it begins, those it begins with.
    #[serde(flatten)]
    pub terms: Terms,
    /// What happens at the end of the term.
    pub renewal: Renewal,
    /// Every change of its terms, as they were put on record.
    pub history: Vec<Change>,
    /// Documents of this subscription alone.
    pub documents: Vec<Document>,
    /// When it was made.
    pub created_at: Moment,
    /// Counts its changes.
    pub revision: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT tenant_id, id, agreement_id, since_at, renewal, history, documents, created_at, revision FROM subscription ",
            $rest
        )
    };
}
pub(crate) use select;

/// Makes a subscription. Its cycles are settled from `since` on, by the job [`CYCLE_JOB`].
pub fn create(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    input: &NewSubscription,
) -> Result<Subscription, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Subscription, Verb::Create)?;
    check_served(tx, &tenant)?;
    let agreement = agreements::found(tx, &input.agreement)?;
    check_house(&tenant, agreement.kind)?;
    let version = match &input.version {
        Some(it) => it.clone(),
        None => agreement.latest.ok_or_else(Refusal::not_found)?,
    };
    let since = input.since.map_or(tx.now(), |it| it.0);
    let until = input.until.map(|it| it.0);
    let published = platform.contracts.get(tx, &input.agreement, &version)?;
    subscription_check::term(since, until, input.renewal)?;
    subscription_check::terms(&published.contract, input.plan.as_deref(), &input.parameters, since)?;
    documents::check(&input.documents)?;
    let id = match &input.id {
        Some(it) => subscription_check::id(it)?.to_owned(),
        None => tx.new_id("sub")?,
    };
    let begun = Change {
        version: Some(version),
        plan: input.plan.clone(),
        parameters: Some(input.parameters.clone()),
        state: Some(SubscriptionState::Active),
        until: input.until,
        ..Change::new(since, tx.now(), &who.actor, "")
    };
    insert(tx, &tenant, &id, input, &begun)?;
    record(tx, who, &tenant, "subscription.created", &id, (Json::Null, to_json(&begun)?), "")?;
    enqueue(tx, CYCLE_JOB, &tenant, &id, tx.now())?;
    if let Some(until) = until {
        enqueue(tx, TERM_JOB, &tenant, &id, until)?;
    }
    load(tx, &tenant, &id)
}

/// The subscriptions of a customer.
pub fn list(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    page: &Page,
) -> Result<Listed<Subscription>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Subscription, Verb::Read)?;
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        values![tenant.id(), page.after(), page.rows()?],
    )?;
    listed(tx.now(), &rows, page)
}

/// The subscriptions of all customers; of one agreement where `agreement` is given. For the provider.
pub fn list_all(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    agreement: Option<&str>,
    page: &Page,
) -> Result<Listed<Subscription>, Failure> {
    who.provider(tx, Resource::Subscription, Verb::Read)?;
    let (all, agreement) = (agreement.is_none(), agreement.unwrap_or(""));
    let rows = tx.rows(
        select!("WHERE (CAST($1 AS BIGINT) = 1 OR agreement_id = $2) AND id > $3 ORDER BY id LIMIT $4"),
        values![all, agreement, page.after(), page.rows()?],
    )?;
    listed(tx.now(), &rows, page)
}

/// A subscription.
pub fn get(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
) -> Result<Subscription, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Subscription, Verb::Read)?;
    load(tx, &tenant, id)
}

/// The documents of a subscription at an instant (now when absent), the prevailing first. The contract itself is the
/// version in force then.
pub fn precedence(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    at: Option<Instant>,
) -> Result<Precedence, Failure> {
    let it = get(platform, tx, who, tenant, id)?;
    let terms = it.terms_at(at.unwrap_or(tx.now()), Instant::MAX)?;
    let of_agreement = agreements::documents_at(tx, &it.agreement, &terms.version)?;
    Ok(documents::precedence(&it.documents, &of_agreement))
}

/// Changes plan or parameters from an instant on. What a cycle began with holds to its end.
pub fn change_plan(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    input: &ChangePlan,
    expected: Option<i64>,
) -> Result<Subscription, Failure> {
    let (tenant, it) = changeable(tx, who, (tenant, id), Verb::Change, (&input.reason, expected))?;
    let from = not_before_now(tx, "from", input.from)?.max(it.since.0);
    let before = it.terms_at(from, Instant::MAX)?;
    let plan = input.plan.clone().or(before.plan);
    let parameters = input.parameters.clone().unwrap_or(before.parameters);
    let published = platform.contracts.get(tx, &it.agreement, &before.version)?;
    subscription_check::terms(&published.contract, plan.as_deref(), &parameters, it.since.0)?;
    let change = Change {
        plan: input.plan.clone(),
        parameters: input.parameters.clone(),
        ..Change::new(from, tx.now(), &who.actor, &input.reason)
    };
    put(tx, who, &tenant, it, "subscription.plan_changed", change)
}

/// Stops service from now on. Only a served subscription can be suspended.
pub fn suspend(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    input: &Reason,
    expected: Option<i64>,
) -> Result<Subscription, Failure> {
    let (tenant, it) = changeable(tx, who, (tenant, id), Verb::Change, (&input.reason, expected))?;
    turn(tx, who, &tenant, it, SubscriptionState::Suspended, &input.reason)
}

/// Takes service up again from now on. Changes of terms that waited for use to continue are taken up too.
pub fn resume(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    input: &Reason,
    expected: Option<i64>,
) -> Result<Subscription, Failure> {
    let (tenant, it) = changeable(tx, who, (tenant, id), Verb::Change, (&input.reason, expected))?;
    let it = turn(tx, who, &tenant, it, SubscriptionState::Active, &input.reason)?;
    crate::notices::wake(tx, &tenant, id)?;
    Ok(it)
}

/// Ends a subscription, now or later. What it has been served until then is still settled.
pub fn end(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    input: &End,
    expected: Option<i64>,
) -> Result<Subscription, Failure> {
    let (tenant, it) = changeable(tx, who, (tenant, id), Verb::Remove, (&input.reason, expected))?;
    let at = not_before_now(tx, "at", input.at)?;
    tx.execute(
        "UPDATE subscription SET renewal = $1 WHERE tenant_id = $2 AND id = $3",
        values![to_text(&Renewal::None)?, tenant.id(), id],
    )?;
    enqueue(tx, TERM_JOB, &tenant, id, at)?;
    let change = Change { until: Some(at.into()), ..Change::new(tx.now(), tx.now(), &who.actor, &input.reason) };
    put(tx, who, &tenant, it, "subscription.ended", change)
}

/// Gives a subscription a further term after the present one, under the terms a notice pinned for its renewal announced.
pub fn renew(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    id: &str,
    input: &Renew,
    expected: Option<i64>,
) -> Result<Subscription, Failure> {
    let (tenant, it) = changeable(tx, who, (tenant, id), Verb::Change, (&input.reason, expected))?;
    let until = match (input.until, it.renewal) {
        (Some(until), _) => until.0,
        (None, Renewal::Automatic { months }) => next_end(platform, tx, &it, months)?,
        (None, Renewal::None) => {
            return Err(Refusal::invalid("until: say when the further term ends", "until：请给出新的截止时间").into());
        }
    };
    renewed(tx, who, &tenant, it, until, &input.reason)
}

/// The subscription of a tenant, for other parts of the platform. Refused when this tenant has none with this id.
pub fn load(tx: &mut Tx<'_>, tenant: &TenantHandle, id: &str) -> Result<Subscription, Failure> {
    let row = tx.row(
        select!("WHERE tenant_id = $1 AND id = $2"),
        values![tenant.id(), id],
    )?;
    Ok(subscription(&row.ok_or_else(Refusal::not_found)?, tx.now())?)
}

/// The terms that govern a subscription at an instant. For a cycle, ask for its first instant: what changes inside a
/// cycle holds from the next one on. As far as is known now; [`Subscription::terms_at`] also answers what was known then.
pub fn terms_at(
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    id: &str,
    instant: Instant,
) -> Result<Terms, Failure> {
    let known_at = tx.now();
    load(tx, tenant, id)?.terms_at(instant, known_at).map_err(Failure::from)
}

impl Subscription {
    /// The terms at `instant`, as far as they were on record at `known_at`.
    pub fn terms_at(&self, instant: Instant, known_at: Instant) -> Result<Terms, Fault> {
        let found = terms::at(&self.history, instant, known_at);
        found.ok_or_else(|| Fault::broken(format!("subscription {} had no terms then", self.id)))
    }
}

/// Renews or ends the subscription whose term is over. Does nothing when the end has moved.
pub fn run(platform: &Platform, job: &jobs::Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(Json::as_str).unwrap_or("").to_owned();
    let (tenant, id) = (text("tenant"), text("subscription"));
    platform.write(move |platform, tx| term_over(platform, tx, &tenant, &id))
}

fn term_over(platform: &Platform, tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<(), Failure> {
    let who = Principal::system(TERM_JOB);
    let tenant = who.tenant(tx, tenant, Resource::Subscription, Verb::Change)?;
    let mut it = load(tx, &tenant, id)?;
    // A term may have passed more than once while no process ran.
    while let Some(until) = it.terms.until.filter(|until| until.0 <= tx.now()) {
        let Renewal::Automatic { months } = it.renewal else {
            return ended(tx, &who, &tenant, &it, until);
        };
        let next = next_end(platform, tx, &it, months)?;
        it = renewed(tx, &who, &tenant, it, next, "")?;
    }
    Ok(())
}

/// Notes that the term is over, for whoever looks for subscriptions by state.
fn ended(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: &Subscription,
    until: Moment,
) -> Result<(), Failure> {
    let changed = tx.execute(
        "UPDATE subscription SET state = 'ended', revision = revision + 1 WHERE tenant_id = $1 AND id = $2 AND state <> 'ended'",
        values![tenant.id(), &it.id],
    )?;
    if changed > 0 {
        record(tx, who, tenant, "subscription.over", &it.id, (Json::Null, json!({ "until": until })), "")?;
    }
    Ok(())
}

fn renewed(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: Subscription,
    until: Instant,
    reason: &str,
) -> Result<Subscription, Failure> {
    let Some(over) = it.terms.until.filter(|over| over.0 < until) else {
        return Err(Refusal::invalid(
            "until: the further term must end after the present one; a subscription without an end needs none",
            "until：新的截止时间须晚于当前截止时间；无截止时间的订阅无需续订",
        )
        .into());
    };
    let announced = crate::notices::at_renewal(tx, tenant, &it, over.0)?;
    let (notice, version) = announced.unzip();
    let change = Change {
        until: Some(until.into()),
        version,
        notice,
        ..Change::new(over.0, tx.now(), &who.actor, reason)
    };
    enqueue(tx, TERM_JOB, tenant, &it.id, until)?;
    put(tx, who, tenant, it, "subscription.renewed", change)
}

/// The end of the next term: counted from the end a person set, so that 31 January stays the last day of each month.
fn next_end(platform: &Platform, tx: &mut Tx<'_>, it: &Subscription, months: u32) -> Result<Instant, Failure> {
    let terms = &it.terms;
    let zone = &platform.contracts.get(tx, &it.agreement, &terms.version)?.contract.zone;
    let system = Principal::system(TERM_JOB).actor;
    let set = it.history.iter().rev().filter(|it| it.by != system).find_map(|it| it.until);
    let (Some(anchor), Some(over)) = (set, terms.until) else {
        return Err(Refusal::unfit("the subscription has no end", "该订阅没有截止时间").into());
    };
    subscription_check::next_end(zone, anchor.0, over.0, months)
        .ok_or_else(|| Refusal::unfit("the further term ends after the year 2262", "续订期限超出可表示的范围").into())
}

fn turn(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    it: Subscription,
    to: SubscriptionState,
    reason: &str,
) -> Result<Subscription, Failure> {
    if it.terms.state == to {
        return Err(Refusal::unfit("the subscription is in this state already", "订阅已处于该状态").into());
    }
    let from = it.since.0.max(tx.now());
    let change = Change { state: Some(to), ..Change::new(from, tx.now(), &who.actor, reason) };
    let suspended = to == SubscriptionState::Suspended;
    put(tx, who, tenant, it, if suspended { "subscription.suspended" } else { "subscription.resumed" }, change)
}

/// Puts a change on record, in the history and in the audit log.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    mut it: Subscription,
    action: &'static str,
    change: Change,
) -> Result<Subscription, Failure> {
    let (old, new) = (to_json(&it.terms)?, to_json(&change)?);
    it.history.push(change);
    let terms = it.terms_at(tx.now(), tx.now())?;
    let changed = tx.execute(
        "UPDATE subscription SET version = $1, plan = $2, parameters = $3, until_at = $4, state = $5, reason = $6,
           history = $7, revision = revision + 1
         WHERE tenant_id = $8 AND id = $9 AND revision = $10",
        values![
            &terms.version,
            terms.plan.clone(),
            to_text(&terms.parameters)?,
            terms.until,
            state_name(terms.state),
            &terms.reason,
            to_text(&it.history)?,
            tenant.id(),
            &it.id,
            it.revision,
        ],
    )?;
    if changed == 0 {
        return Err(Fault::broken(format!("subscription {} changed under way", it.id)).into());
    }
    record(tx, who, tenant, action, &it.id, (old, new), "")?;
    load(tx, tenant, &it.id)
}

fn insert(
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    id: &str,
    input: &NewSubscription,
    begun: &Change,
) -> Result<(), Failure> {
    let history = std::slice::from_ref(begun);
    let terms = terms::at(history, tx.now(), tx.now()).ok_or_else(|| Fault::broken("no terms"))?;
    let params: &[Value] = values![
        tenant.id(),
        id,
        &input.agreement,
        &terms.version,
        terms.plan,
        to_text(&input.parameters)?,
        begun.from,
        input.until,
        to_text(&input.renewal)?,
        state_name(terms.state),
        to_text(history)?,
        to_text(&input.documents)?,
        tx.now(),
    ];
    // Ids are unique over all tenants, and only the provider's rows are all to be seen.
    tx.enter(Scope::Provider)?;
    let made = tx.execute(
        "INSERT INTO subscription (tenant_id, id, agreement_id, version, plan, parameters, since_at, until_at, renewal, state,
           reason, history, documents, created_at, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13, 1) ON CONFLICT DO NOTHING",
        params,
    )?;
    tx.enter(Scope::Tenant(tenant.id().to_owned()))?;
    if made == 0 {
        return Err(Refusal::new(
            RefusalKind::Exists,
            format!("there is a subscription `{id}` already; choose another id"),
            format!("订阅 `{id}` 已存在；请换一个 id"),
        )
        .into());
    }
    Ok(())
}

fn changeable(
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, id): (&str, &str),
    verb: Verb,
    (reason, expected): (&str, Option<i64>),
) -> Result<(TenantHandle, Subscription), Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Subscription, verb)?;
    let it = load(tx, &tenant, id)?;
    check_revision(expected, it.revision)?;
    check_reason(reason)?;
    if it.terms.state == SubscriptionState::Ended {
        return Err(Refusal::unfit("the subscription is over; make a new one", "订阅已结束；请新建订阅").into());
    }
    Ok((tenant, it))
}

fn not_before_now(tx: &Tx<'_>, name: &str, at: Option<Moment>) -> Result<Instant, Refusal> {
    let at = at.map_or(tx.now(), |it| it.0);
    if at >= tx.now() {
        return Ok(at);
    }
    Err(Refusal::invalid(
        format!("{name}: what has passed stays as it was; choose now or later"),
        format!("{name}：已经过去的时间不可更改；请选择当前或以后的时间"),
    ))
}

fn check_served(tx: &mut Tx<'_>, tenant: &TenantHandle) -> Result<(), Failure> {
    match tenants::found(tx, tenant.id())?.state {
        TenantState::Active => Ok(()),
        TenantState::Suspended => {
            Err(Refusal::unfit("the tenant is suspended; resume it first", "客户已暂停；请先恢复").into())
        }
    }
}

/// Our own house subscribes to upstream agreements, and nobody else does.
fn check_house(tenant: &TenantHandle, kind: AgreementKind) -> Result<(), Refusal> {
    if (tenant.id() == UPSTREAM) == (kind == AgreementKind::Upstream) {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("tenant `{UPSTREAM}` subscribes to upstream agreements, and all others to ours"),
        format!("客户 `{UPSTREAM}` 只能订阅上游协议，其他客户只能订阅本方协议"),
    ))
}

fn enqueue(
    tx: &mut Tx<'_>,
    kind: &'static str,
    tenant: &TenantHandle,
    id: &str,
    due: Instant,
) -> Result<(), Fault> {
    jobs::enqueue(tx, kind, id, tenant.id(), due, &json!({ "tenant": tenant.id(), "subscription": id }))
}

fn listed(now: Instant, rows: &[Row], page: &Page) -> Result<Listed<Subscription>, Failure> {
    let items = rows.iter().map(|it| subscription(it, now)).collect::<Result<_, _>>()?;
    Ok(page.cut(items, |it: &Subscription| it.id.clone()))
}

/// Of the columns tenant_id, id, agreement_id, since_at, renewal, history, documents, created_at, revision.
pub(crate) fn subscription(row: &Row, now: Instant) -> Result<Subscription, Fault> {
    let history: Vec<Change> = of_row(row, 5)?;
    let terms = terms::at(&history, now, now).ok_or_else(|| Fault::broken("a subscription without terms"))?;
    Ok(Subscription {
        tenant: row.get(0)?,
        id: row.get(1)?,
        agreement: row.get(2)?,
        since: row.get(3)?,
        renewal: of_row(row, 4)?,
        documents: of_row(row, 6)?,
        created_at: row.get(7)?,
        revision: row.get(8)?,
        terms,
        history,
    })
}

fn state_name(state: SubscriptionState) -> &'static str {
    match state {
        SubscriptionState::Active => "active",
        SubscriptionState::Suspended => "suspended",
        SubscriptionState::Ended => "ended",
    }
}

fn record(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &TenantHandle,
    action: &'static str,
    id: &str,
    (old, new): (Json, Json),
    reason: &str,
) -> Result<(), Fault> {
    let reason = Some(reason.to_owned()).filter(|it| !it.is_empty());
    let entry = Entry { action, subject: id.to_owned(), old, new, reason, personal: Vec::new() };
    audit::append(tx, who, tenant.id(), entry).map(drop)
}
