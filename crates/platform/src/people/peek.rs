//! What a link is good for, told to whoever holds it.

use store::{Tx, values};
use timeline::Instant;

use super::secret;
use crate::principal::PROVIDER;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::time::Moment;

/// A link that can still be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// Whether it gives a new password; else it is an invitation.
    pub is_reset: bool,
    /// The e-mail address it was made for.
    pub email: String,
    /// The role it gives.
    pub role: String,
    /// The customer's name; `None` for the provider's own house.
    pub house: Option<String>,
    /// Whether the person has a password already.
    pub known: bool,
    /// When it ends to be good.
    pub expires_at: Moment,
}

/// Looks at a link without using it. A used one and an old one are told apart from one that never was.
pub fn peek(tx: &mut Tx<'_>, text: &str) -> Result<LinkView, Failure> {
    let row = tx.row(
        "SELECT l.kind, l.email, l.role, l.tenant_id, l.expires_at, l.used_at, p.password_hash, t.name FROM link l
         LEFT JOIN person p ON p.email = l.email LEFT JOIN tenant t ON t.id = l.tenant_id WHERE l.hash = $1",
        values![secret::hash(text)],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let (kind, house): (String, String) = (row.get(0)?, row.get(3)?);
    let (expires_at, used_at): (Instant, Option<Instant>) = (row.get(4)?, row.get(5)?);
    if used_at.is_some() || expires_at <= tx.now() {
        return Err(Refusal::new(
            RefusalKind::WindowClosed,
            "this link was used or is too old; ask for a new one",
            "此链接已使用或已过期，请重新申请",
        )
        .into());
    }
    let name: Option<String> = row.get(7)?;
    Ok(LinkView {
        is_reset: kind == "reset",
        email: row.get(1)?,
        role: row.get(2)?,
        house: name.filter(|_| house != PROVIDER),
        known: row.get::<Option<String>>(6)?.is_some(),
        expires_at: expires_at.into(),
    })
}
