//! What people say of themselves: their name, and the language of their pages.

use serde_json::json;
use store::{Tx, values};

use super::{by_id, houses};
use crate::audit::{self, Entry};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};

/// Most characters of a name.
const NAME_CHARS_MAX: usize = 200;

/// Gives the caller another name and another language (zh or en).
pub fn set_profile(tx: &mut Tx<'_>, who: &Principal, name: &str, lang: &str) -> Result<(), Failure> {
    let before = by_id(tx, &who.person)?.ok_or_else(Refusal::not_found)?;
    let (name, lang) = (name.trim(), if lang == "zh" { "zh" } else { "en" });
    if !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            format!("name: 1 to {NAME_CHARS_MAX} characters"),
            format!("name：1 至 {NAME_CHARS_MAX} 字"),
        )
        .into());
    }
    tx.execute(
        "UPDATE person SET name = $2, lang = $3, revision = revision + 1 WHERE id = $1",
        values![&who.person, name, lang],
    )?;
    let entry = Entry {
        action: "person.profile_changed",
        subject: who.person.clone(),
        old: json!({ "lang": before.lang }),
        new: json!({ "lang": lang }),
        personal: vec![("name", name.to_owned())],
        ..Entry::default()
    };
    for house in houses(tx, &who.person)? {
        audit::append(tx, who, &house, entry.clone())?;
    }
    Ok(())
}
