//! The logs' names and keys: one of each tenant, the provider's own, and the root over them.

use proof::SigningKey;
use store::Fault;

use crate::platform::Platform;
use crate::principal::PROVIDER;

/// The log whose entries are the checkpoints of the others. No tenant's id is written so.
pub const ROOT: &str = "/";

/// The log's origin, which is the name of its key: `<origin>` for the root, `<origin>/provider`, `<origin>/t/<pseudonym>`.
/// Origins stand in the root log, which everybody can read; a tenant's id would tell who the customers are.
pub fn origin_of(platform: &Platform, log: &str) -> String {
    let origin = &platform.settings.origin;
    match log {
        ROOT => origin.clone(),
        PROVIDER => format!("{origin}/provider"),
        tenant => format!("{origin}/t/{}", platform.key.pseudonym(tenant)),
    }
}

/// The log's own key, derived from the platform's.
pub fn key_of(platform: &Platform, log: &str) -> Result<SigningKey, Fault> {
    let origin = origin_of(platform, log);
    platform.key.derive(&origin).map_err(|it| Fault::broken(format!("setting `origin`: {it}")))
}
