//! An entry as the log keeps it: canonical JSON (RFC 8785), with commitments where there were personal data.

use std::collections::BTreeMap;

use proof::{Digest, ENTRY_BYTES_MAX, LOG_ENTRY_SEAL, Salt, commitment, leaf_hash};
use serde_json::{Value as Json, json};
use store::{Fault, Tx};
use timeline::Instant;

use super::Entry;
use crate::objects;
use crate::principal::Principal;
use crate::text::push_quoted;
use crate::time;

/// The action whose entries vouch for a seal: a package's proof of logging looks for its digest at the top of the entry.
const SEALED: &str = "statement.sealed";

/// What all entries of one transaction share.
pub(super) struct Head<'a> {
    pub(super) actor: &'a str,
    address: &'a str,
    trace: &'a str,
    /// The members from `actor` to `log`.
    middle: String,
    /// The member `trace`, and the end.
    end: String,
}

/// A piece of personal data, with the salt of its commitment.
pub(super) struct Kept {
    pub(super) salt: [u8; 32],
    pub(super) value: String,
}

/// An entry ready to be kept.
pub(super) struct Made {
    pub(super) text: String,
    pub(super) leaf: Digest,
    pub(super) personal: BTreeMap<&'static str, Kept>,
}

impl<'a> Head<'a> {
    pub(super) fn new(who: &'a Principal, house: &str, at: Instant) -> Self {
        let (actor, log, trace) = (quoted(&who.actor), quoted(house), quoted(&who.trace));
        let middle = format!(",\"actor\":{actor},\"at\":\"{}\",\"log\":{log},\"new\":", time::show(at));
        let end = format!(",\"trace\":{trace}}}");
        Self { actor: &who.actor, address: &who.address, trace: &who.trace, middle, end }
    }

    /// Whether it says the same of `who`.
    pub(super) fn is_of(&self, who: &Principal) -> bool {
        (self.actor, self.address, self.trace)
            == (who.actor.as_str(), who.address.as_str(), who.trace.as_str())
    }
}

/// The bytes of an entry and their hash. Where somebody is at is personal, too.
pub(super) fn make(tx: &mut Tx<'_>, head: &Head<'_>, seq: i64, entry: &Entry) -> Result<Made, Fault> {
    let mut personal = BTreeMap::new();
    let address = Some(("address", head.address)).filter(|it| !it.1.is_empty());
    let given = entry.personal.iter().map(|(field, value)| (*field, value.as_str()));
    for (field, value) in address.into_iter().chain(given) {
        personal.insert(field, Kept { salt: tx.random()?, value: value.to_owned() });
    }
    let values = [&entry.new, &entry.old].map(canonical);
    let mut text =
        write(head, seq, entry, &values, entry.reason.as_deref().map(quoted).as_deref(), &personal);
    if text.len() > ENTRY_BYTES_MAX {
        text = write_aside(tx, head, seq, entry, &values, &personal)?;
    }
    let leaf = leaf_hash(text.as_bytes());
    Ok(Made { text, leaf, personal })
}

/// The members in the order of their names, as RFC 8785 has them.
fn write(
    head: &Head<'_>,
    seq: i64,
    entry: &Entry,
    [new, old]: &[String; 2],
    reason: Option<&str>,
    personal: &BTreeMap<&'static str, Kept>,
) -> String {
    let mut text = String::with_capacity(160 + head.middle.len() + new.len() + old.len() + head.end.len());
    text.push_str("{\"action\":");
    push_quoted(&mut text, entry.action);
    text.push_str(&head.middle);
    text.push_str(new);
    text.push_str(",\"old\":");
    text.push_str(old);
    text.push_str(",\"personal\":{");
    push_commitments(&mut text, personal);
    text.push_str("},\"reason\":");
    text.push_str(reason.unwrap_or("null"));
    let seal = entry.new.get(LOG_ENTRY_SEAL).and_then(Json::as_str);
    if let Some(seal) = seal.filter(|_| entry.action == SEALED) {
        text.push_str(",\"seal_sha256\":");
        push_quoted(&mut text, seal);
    }
    text.push_str(",\"seq\":");
    text.push_str(&seq.to_string());
    text.push_str(",\"subject\":");
    push_quoted(&mut text, &entry.subject);
    text.push_str(&head.end);
    text
}

fn push_commitments(text: &mut String, personal: &BTreeMap<&'static str, Kept>) {
    for (at, (field, kept)) in personal.iter().enumerate() {
        let commitment = commitment(&Salt::from_bytes(kept.salt), kept.value.as_bytes());
        let comma = if at > 0 { "," } else { "" };
        text.push_str(&format!("{comma}\"{field}\":\"{commitment}\""));
    }
}

/// An entry has at most 65,535 bytes (tlog-tiles, "Log entries"): what does not fit is an object, and the entry names it.
fn write_aside(
    tx: &mut Tx<'_>,
    head: &Head<'_>,
    seq: i64,
    entry: &Entry,
    [new, old]: &[String; 2],
    personal: &BTreeMap<&'static str, Kept>,
) -> Result<String, Fault> {
    let mut put = |text: &str| -> Result<String, Fault> {
        let sha256 = objects::put(tx, text.as_bytes())?;
        Ok(canonical(&json!({ "bytes": text.len(), "object_sha256": sha256 })))
    };
    let values = [put(new)?, put(old)?];
    let reason = entry.reason.as_deref().map(&mut put).transpose()?;
    let text = write(head, seq, entry, &values, reason.as_deref(), personal);
    if text.len() > ENTRY_BYTES_MAX { Err(Fault::broken("an entry's subject is too long")) } else { Ok(text) }
}

/// The canonical text; that of its text where JSON has numbers that not every reader keeps exact.
fn canonical(value: &Json) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    let bytes = proof::canonical_bytes(value).ok();
    bytes.and_then(|it| String::from_utf8(it).ok()).unwrap_or_else(|| quoted(&value.to_string()))
}

/// A JSON string with the shortest escapes, as RFC 8785 wants them.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}
