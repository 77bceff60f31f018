//! Where evidence belongs: to one subscription, or to an agreement, and then it tells of all its subscriptions.

use std::sync::Arc;

use store::{Scope, Tx, values};

use crate::contracts::Published;
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};

/// What the ids of an agreement's records begin with where they are seen by a subscription.
pub const SHARED: &str = "shared/";

/// A stream of evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// A subscription's, which belongs to its tenant.
    Subscription {
        /// The tenant.
        tenant: String,
        /// The subscription.
        id: String,
    },
    /// An agreement's, which belongs to the provider.
    Agreement(String),
}

/// Who speaks.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The provider.
    Provider,
    /// The customer.
    Customer,
    /// Both, in a correction one proposed and the other consented to.
    Agreed,
}

/// A stream the caller may use, with the contract that governs it now.
#[derive(Debug, Clone)]
pub struct Opened {
    pub(crate) tenant: String,
    pub(crate) name: String,
    pub(crate) agreement: String,
    pub(crate) side: Side,
    pub(crate) published: Arc<Published>,
}

impl Stream {
    /// Its name in the store: the subscription's id, or `agreement:` and the agreement's.
    pub fn name(&self) -> String {
        match self {
            Self::Subscription { id, .. } => id.clone(),
            Self::Agreement(id) => agreement_stream(id),
        }
    }

    /// The stream called `name` of a house.
    pub fn named(house: &str, name: &str) -> Self {
        match name.strip_prefix("agreement:") {
            Some(id) => Self::Agreement(id.to_owned()),
            None => Self::Subscription { tenant: house.to_owned(), id: name.to_owned() },
        }
    }

    /// Checks the caller's right; from here on the transaction sees the stream's house only.
    pub fn enter(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        resource: Resource,
        verb: Verb,
    ) -> Result<String, Failure> {
        match self {
            Self::Subscription { tenant, .. } => Ok(who.tenant(tx, tenant, resource, verb)?.id().to_owned()),
            Self::Agreement(_) => who.provider(tx, resource, verb).map(|_| PROVIDER.to_owned()),
        }
    }

    /// Checks the caller's right and finds the contract that governs the stream: the version the subscription holds, or the
    /// agreement's latest. Refused when there is no such stream for this caller.
    pub fn open(
        &self,
        platform: &Platform,
        tx: &mut Tx<'_>,
        who: &Principal,
        resource: Resource,
        verb: Verb,
    ) -> Result<Opened, Failure> {
        let tenant = self.enter(tx, who, resource, verb)?;
        let (agreement, version) = self.governed(tx, &tenant)?;
        let published = platform.contracts.get(tx, &agreement, &version)?;
        let side = if who.is_provider() { Side::Provider } else { Side::Customer };
        Ok(Opened { tenant, name: self.name(), agreement, side, published })
    }

    /// The agreement, and the version that governs the stream now.
    pub(crate) fn governed(&self, tx: &mut Tx<'_>, tenant: &str) -> Result<(String, String), Failure> {
        let row = match self {
            Self::Subscription { id, .. } => tx.row(
                "SELECT agreement_id, version FROM subscription WHERE tenant_id = $1 AND id = $2",
                values![tenant, id],
            )?,
            Self::Agreement(id) => tx.row(
                "SELECT agreement_id, version FROM agreement_version WHERE agreement_id = $1 ORDER BY seq DESC LIMIT 1",
                values![id],
            )?,
        };
        let row = row.ok_or_else(Refusal::not_found)?;
        Ok((row.get(0)?, row.get(1)?))
    }
}

impl Side {
    /// Its name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Customer => "customer",
            Self::Agreed => "agreed",
        }
    }

    /// The side of that name.
    pub fn named(name: &str) -> Self {
        match name {
            "customer" => Self::Customer,
            "agreed" => Self::Agreed,
            _ => Self::Provider,
        }
    }

    /// The other party.
    #[must_use]
    pub fn other(self) -> Self {
        if self == Self::Customer { Self::Provider } else { Self::Customer }
    }
}

impl Opened {
    /// Whether the stream is an agreement's.
    pub(crate) fn is_shared(&self) -> bool {
        self.tenant == PROVIDER
    }
}

/// The name of an agreement's stream.
pub(crate) fn agreement_stream(agreement: &str) -> String {
    format!("agreement:{agreement}")
}

/// Looks at what belongs to the provider, on behalf of a caller who has been let through, and returns to the scope before.
pub(crate) fn as_provider<T>(
    tx: &mut Tx<'_>,
    look: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let before = tx.scope().clone();
    tx.enter(Scope::Provider)?;
    let found = look(tx);
    tx.enter(before)?;
    found
}
