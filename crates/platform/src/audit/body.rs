//! An entry as the log keeps it: canonical JSON (RFC 8785), with commitments where there were personal data.

use std::collections::BTreeMap;
use std::fmt::Write;

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
    who: &'a Principal,
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
        Self { who, actor: &who.actor, address: &who.address, trace: &who.trace, middle, end }
    }

    /// Whether it says the same of `who`.
    pub(super) fn is_of(&self, who: &Principal) -> bool {
        std::ptr::eq(self.who, who)
            || (self.actor, self.address, self.trace)
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
    let reason = entry.reason.as_deref();
    let mut text = write(
        head,
        seq,
        entry,
        &personal,
        [Part::Json(&entry.new), Part::Json(&entry.old), Part::Text(reason)],
    );
    if text.len() > ENTRY_BYTES_MAX {
        text = write_aside(tx, head, seq, entry, &personal)?;
    }
    let leaf = leaf_hash(text.as_bytes());
    Ok(Made { text, leaf, personal })
}

/// The members in the order of their names, as RFC 8785 has them.
fn write(
    head: &Head<'_>,
    seq: i64,
    entry: &Entry,
    personal: &BTreeMap<&'static str, Kept>,
    [new, old, reason]: [Part<'_>; 3],
) -> String {
    let mut text = String::with_capacity(512);
    text.push_str("{\"action\":");
    push_quoted(&mut text, entry.action);
    text.push_str(&head.middle);
    new.push(&mut text);
    text.push_str(",\"old\":");
    old.push(&mut text);
    text.push_str(",\"personal\":{");
    push_commitments(&mut text, personal);
    text.push_str("},\"reason\":");
    reason.push(&mut text);
    let seal = if entry.action == SEALED { entry.new.get(LOG_ENTRY_SEAL) } else { None };
    if let Some(seal) = seal.and_then(Json::as_str) {
        text.push_str(",\"seal_sha256\":");
        push_quoted(&mut text, seal);
    }
    text.push_str(",\"seq\":");
    // A text takes what is written to it.
    let _ = write!(text, "{seq}");
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
    personal: &BTreeMap<&'static str, Kept>,
) -> Result<String, Fault> {
    let mut put = |text: &str| -> Result<Json, Fault> {
        let sha256 = objects::put(tx, text.as_bytes())?;
        Ok(json!({ "bytes": text.len(), "object_sha256": sha256 }))
    };
    let (new, old) = (put(&canonical(&entry.new))?, put(&canonical(&entry.old))?);
    let reason = entry.reason.as_deref().map(&mut put).transpose()?.unwrap_or_default();
    let text = write(head, seq, entry, personal, [&new, &old, &reason].map(Part::Json));
    if text.len() > ENTRY_BYTES_MAX { Err(Fault::broken("an entry's subject is too long")) } else { Ok(text) }
}

/// A member's value.
#[derive(Clone, Copy)]
enum Part<'a> {
    Json(&'a Json),
    Text(Option<&'a str>),
}

impl Part<'_> {
    fn push(self, out: &mut String) {
        match self {
            Self::Json(it) => push_json(out, it),
            Self::Text(Some(it)) => push_quoted(out, it),
            Self::Text(None) => out.push_str("null"),
        }
    }
}

/// The canonical text; that of its text where JSON has numbers that not every reader keeps exact.
fn push_json(out: &mut String, value: &Json) {
    if proof::push_canonical(value, out).is_err() {
        push_quoted(out, &value.to_string());
    }
}

fn canonical(value: &Json) -> String {
    let mut out = String::new();
    push_json(&mut out, value);
    out
}

/// A JSON string with the shortest escapes, as RFC 8785 wants them.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}
