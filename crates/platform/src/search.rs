//! Finding something by its name or id, among what the caller may see.

use store::{Fault, Row, Scope, Tx, values};

use crate::principal::{PROVIDER, Principal};
use crate::refusal::Failure;
use crate::rights::{Resource, Role, Verb, allows};
use crate::tenants::UPSTREAM;

/// Most things found of a kind.
const EACH_MAX: i64 = 12;
/// Most characters looked for.
const CHARS_MAX: usize = 100;

/// What sort of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A customer.
    Customer,
    /// An agreement.
    Agreement,
    /// A subscription.
    Subscription,
    /// A statement.
    Statement,
    /// A claim.
    Claim,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What sort of thing it is.
    pub kind: Kind,
    /// The customer it belongs to; empty for an agreement.
    pub tenant: String,
    /// Its id.
    pub id: String,
    /// Its name, as it is written: where it has none, the name of what it belongs to.
    pub name: String,
    /// What else tells it apart: a version's title in Chinese, a cycle, a state.
    pub detail: String,
}

/// Everything the caller may see whose id or name has `text` in it, small and large letters alike.
pub fn find(tx: &mut Tx<'_>, who: &Principal, text: &str) -> Result<Vec<Hit>, Failure> {
    let text: String = text.trim().chars().take(CHARS_MAX).collect();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let like = pattern(&text);
    let mut hits = Vec::new();
    match who.tenants() {
        None => {
            let Some(role) = who.role_in(PROVIDER) else { return Ok(hits) };
            tx.enter(Scope::Provider)?;
            look(tx, role, "", &like, &mut hits)?;
        }
        Some(tenants) => {
            for tenant in tenants {
                let Some(role) = who.role_in(tenant) else { continue };
                who.tenant(tx, tenant, Resource::Tenant, Verb::Read)?;
                look(tx, role, tenant, &like, &mut hits)?;
            }
        }
    }
    hits.sort_by(|one, other| (one.kind, &one.name, &one.id).cmp(&(other.kind, &other.name, &other.id)));
    hits.dedup();
    Ok(hits)
}

/// What `LIKE` takes for a text that is anywhere within.
fn pattern(text: &str) -> String {
    let mut like = String::from("%");
    for it in text.to_lowercase().chars() {
        if matches!(it, '%' | '_' | '!') {
            like.push('!');
        }
        like.push(it);
    }
    like.push('%');
    like
}

/// Of one tenant, or of all when it is empty.
fn look(tx: &mut Tx<'_>, role: Role, tenant: &str, like: &str, hits: &mut Vec<Hit>) -> Result<(), Failure> {
    let mut take = |kind: Kind, resource: Resource, rows: &mut dyn FnMut() -> Result<Vec<Row>, Fault>| {
        if allows(role, resource, Verb::Read) {
            for row in rows()? {
                hits.push(hit(kind, &row)?);
            }
        }
        Ok::<_, Fault>(())
    };
    let params = values![tenant, like, EACH_MAX, UPSTREAM];
    take(Kind::Customer, Resource::Tenant, &mut || {
        tx.rows(
            "SELECT id, id, name, state FROM tenant WHERE ($1 = '' OR id = $1) AND id <> $4
             AND (lower(id) LIKE $2 ESCAPE '!' OR lower(name) LIKE $2 ESCAPE '!') ORDER BY id LIMIT $3",
            params,
        )
    })?;
    take(Kind::Agreement, Resource::Agreement, &mut || {
        tx.rows(
            "SELECT '', a.id, a.title, a.title_zh FROM agreement a
             WHERE (lower(a.id) LIKE $2 ESCAPE '!' OR lower(a.title) LIKE $2 ESCAPE '!' OR a.title_zh LIKE $2 ESCAPE '!')
               AND $4 <> '' AND ($1 = '' OR EXISTS (SELECT 1 FROM subscription s WHERE s.agreement_id = a.id AND s.tenant_id = $1))
             ORDER BY a.id LIMIT $3",
            params,
        )
    })?;
    take(Kind::Subscription, Resource::Subscription, &mut || {
        tx.rows(
            "SELECT s.tenant_id, s.id, t.name, a.title || ' ／ ' || a.title_zh FROM subscription s JOIN tenant t ON t.id = s.tenant_id
               JOIN agreement a ON a.id = s.agreement_id
             WHERE ($1 = '' OR s.tenant_id = $1) AND s.tenant_id <> $4
               AND (lower(s.id) LIKE $2 ESCAPE '!' OR lower(t.name) LIKE $2 ESCAPE '!') ORDER BY s.id LIMIT $3",
            params,
        )
    })?;
    take(Kind::Statement, Resource::Statement, &mut || {
        tx.rows(
            "SELECT s.tenant_id, s.id, t.name, s.label FROM statement s JOIN tenant t ON t.id = s.tenant_id
             WHERE ($1 = '' OR s.tenant_id = $1) AND s.tenant_id <> $4 AND lower(s.id) LIKE $2 ESCAPE '!' ORDER BY s.id LIMIT $3",
            params,
        )
    })?;
    take(Kind::Claim, Resource::Claim, &mut || {
        tx.rows(
            "SELECT c.tenant_id, c.id, t.name, c.label FROM claim c JOIN tenant t ON t.id = c.tenant_id
             WHERE ($1 = '' OR c.tenant_id = $1) AND c.tenant_id <> $4 AND c.side = 'provider'
               AND (lower(c.id) LIKE $2 ESCAPE '!' OR lower(t.name) LIKE $2 ESCAPE '!') ORDER BY c.due_by DESC LIMIT $3",
            params,
        )
    })?;
    Ok(())
}

fn hit(kind: Kind, row: &Row) -> Result<Hit, Fault> {
    Ok(Hit { kind, tenant: row.get(0)?, id: row.get(1)?, name: row.get(2)?, detail: row.get(3)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_the_database_is_looked_for_as_it_is() {
        assert_eq!(pattern("A_b%!"), "%a!_b!%!!%");
    }
}
