//! Names of people by their ids, for those who may see people: a customer sees its own.

use std::collections::BTreeMap;

use store::{Scope, Tx, values};

use crate::principal::{PROVIDER, Principal};
use crate::refusal::Failure;
use crate::rights::{Resource, Verb, allows};

/// The names of those of `people` that the caller may know; the others are left out.
pub fn names(
    tx: &mut Tx<'_>,
    who: &Principal,
    people: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, String>, Failure> {
    let ours = who.role_in(PROVIDER).is_some_and(|it| allows(it, Resource::Person, Verb::Read));
    let houses: Vec<&str> = who.tenants().unwrap_or_default();
    tx.enter(Scope::Provider)?;
    let mut found = BTreeMap::new();
    for id in people {
        if found.contains_key(&id) {
            continue;
        }
        let rows = tx.rows(
            "SELECT p.name, coalesce(m.tenant_id, '') FROM person p LEFT JOIN membership m ON m.person_id = p.id WHERE p.id = $1",
            values![&id],
        )?;
        for row in rows {
            let house: String = row.get(1)?;
            let seen = ours || id == who.person || (house != PROVIDER && houses.contains(&house.as_str()));
            if seen {
                found.insert(id.clone(), row.get(0)?);
            }
        }
    }
    Ok(found)
}
