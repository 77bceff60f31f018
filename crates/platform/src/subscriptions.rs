//! Subscriptions: a customer, an agreement, and the terms pinned for it. Terms change only by an entry in its history;
//! [`crate::terms`] says which hold when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Tx, values};
use timeline::Instant;

use crate::agreements::{self, AgreementKind};
use crate::documents::{self, Document, Precedence};
use crate::kept::{to_json, to_text};
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, TenantHandle, Verb};
use crate::subscription_check;
use crate::tenants::{self, Reason, TenantState, UPSTREAM, check_reason, check_revision};
use crate::terms::{Change, Parameters, SubscriptionState, Terms};
use crate::time::Moment;

mod arrange;
mod row;
mod term;

pub use arrange::{SetDocuments, SetRenewal, set_documents, set_renewal};
use row::{enqueue, insert, listed, record};
pub use row::{load, terms_at};
pub(crate) use row::{put, select, subscription};
pub use term::{TERM_JOB, run};
use term::{next_end, renewed};

/// The job that settles the cycles of a subscription.
pub const CYCLE_JOB: &str = "cycle";

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
    let change =
        Change { until: Some(at.into()), ..Change::new(tx.now(), tx.now(), &who.actor, &input.reason) };
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
            return Err(Refusal::invalid(
                "until: say when the further term ends",
                "until：请给出新的截止时间",
            )
            .into());
        }
    };
    renewed(tx, who, &tenant, it, until, &input.reason)
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
    put(
        tx,
        who,
        tenant,
        it,
        if suspended { "subscription.suspended" } else { "subscription.resumed" },
        change,
    )
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
        return Err(
            Refusal::unfit("the subscription is over; make a new one", "订阅已结束；请新建订阅").into()
        );
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
    if kind.takes(tenant.id()) {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("tenant `{UPSTREAM}` subscribes to upstream agreements, and all others to ours"),
        format!("客户 `{UPSTREAM}` 只能订阅上游协议，其他客户只能订阅本方协议"),
    ))
}
