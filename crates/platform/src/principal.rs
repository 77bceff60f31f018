//! Who is asking: a person, a token, or the platform itself; and what follows from that.

use store::{Scope, Tx};
use timeline::Instant;

use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{ProviderHandle, Resource, Role, TenantHandle, Verb, allows};

/// The tenant id that stands for the provider itself.
pub const PROVIDER: &str = "";

/// Whoever asks, as the sign-in found them.
#[derive(Debug, Clone)]
pub struct Principal {
    /// `person:<id>`, `token:<id>` or `system:<job>`; what the audit log shows.
    pub actor: String,
    /// The person behind it: also of a token's maker. Empty for the platform itself.
    pub person: String,
    /// The roles held, each in one house: a tenant's id, or [`PROVIDER`].
    pub roles: Vec<(String, Role)>,
    /// What a token is limited to (`evidence:create`, `claim:*`); `None` is no limit.
    pub scopes: Option<Vec<String>>,
    /// When the password was last given; `None` for tokens.
    pub confirmed_at: Option<Instant>,
    /// Where the request came from.
    pub address: String,
    /// The request's trace id.
    pub trace: String,
}

impl Principal {
    /// The platform itself, in one of its jobs.
    pub fn system(job: &str) -> Self {
        Self {
            actor: format!("system:{job}"),
            person: String::new(),
            roles: vec![(PROVIDER.to_owned(), Role::Owner)],
            scopes: None,
            confirmed_at: None,
            address: String::new(),
            trace: String::new(),
        }
    }

    /// The role held in a house.
    pub fn role_in(&self, house: &str) -> Option<Role> {
        self.roles.iter().find(|it| it.0 == house).map(|it| it.1)
    }

    /// Whether the caller belongs to the provider's house.
    pub fn is_provider(&self) -> bool {
        self.role_in(PROVIDER).is_some()
    }

    /// The tenants whose rows the caller may see: `None` is all of them.
    pub fn tenants(&self) -> Option<Vec<&str>> {
        (!self.is_provider()).then(|| self.roles.iter().map(|it| it.0.as_str()).collect())
    }

    /// Whether the caller may do something in the provider's house, before a transaction is at hand. A customer is told that
    /// there is nothing here.
    pub(crate) fn check_provider(&self, resource: Resource, verb: Verb) -> Result<(), Failure> {
        let role = self.role_in(PROVIDER).ok_or_else(Refusal::not_found)?;
        self.check(role, resource, verb)
    }

    /// The right to do something in the provider's house. A customer is told that there is nothing here.
    pub fn provider(
        &self,
        tx: &mut Tx<'_>,
        resource: Resource,
        verb: Verb,
    ) -> Result<ProviderHandle, Failure> {
        self.check_provider(resource, verb)?;
        tx.enter(Scope::Provider)?;
        Ok(ProviderHandle(()))
    }

    /// The right to do something with a tenant; from here on the transaction sees this tenant's rows only. Whoever does not
    /// belong to it is told that there is nothing here, with the same words as for a tenant that does not exist.
    pub fn tenant(
        &self,
        tx: &mut Tx<'_>,
        tenant: &str,
        resource: Resource,
        verb: Verb,
    ) -> Result<TenantHandle, Failure> {
        let ours = self.role_in(PROVIDER).filter(|_| tenant != PROVIDER);
        let role = ours.or_else(|| self.role_in(tenant).filter(|_| tenant != PROVIDER));
        let role = role.ok_or_else(Refusal::not_found)?;
        if tx.row("SELECT id FROM tenant WHERE id = $1", store::values![tenant])?.is_none() {
            return Err(Refusal::not_found().into());
        }
        self.check(role, resource, verb)?;
        tx.enter(Scope::Tenant(tenant.to_owned()))?;
        Ok(TenantHandle { id: tenant.to_owned() })
    }

    /// Whether both may do the same.
    pub(crate) fn has_the_rights_of(&self, other: &Self) -> bool {
        (&self.roles, &self.scopes) == (&other.roles, &other.scopes)
    }

    fn check(&self, role: Role, resource: Resource, verb: Verb) -> Result<(), Failure> {
        let scope = format!("{}:{}", resource.name(), verb.name());
        let all = format!("{}:*", resource.name());
        let scoped =
            self.scopes.as_ref().is_none_or(|it| it.iter().any(|it| *it == scope || *it == all || it == "*"));
        if allows(role, resource, verb) && scoped {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalKind::Forbidden,
            format!(
                "the role {role} may not {} {}s{}",
                verb.name(),
                resource.name(),
                if scoped { "" } else { " with this token" }
            ),
            format!(
                "角色 {role} 无权对 {} 执行 {}{}",
                resource.name(),
                verb.name(),
                if scoped { "" } else { "（令牌范围所限）" }
            ),
        )
        .into())
    }
}
