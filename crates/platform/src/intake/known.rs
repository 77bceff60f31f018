//! Records some of whose ids are known already: which were sent before word for word, and which say something else.

use std::collections::{BTreeMap, BTreeSet};

use store::{Fault, Tx, Value, values};

use super::{Prepared, problem};

/// Leaves only new records in `prepared`, whose ids have just been inserted as batch `seq`; how many of the others were known
/// word for word. The rest is refused.
pub(super) fn sort_out(tx: &mut Tx<'_>, prepared: &mut Prepared, seq: i64) -> Result<u64, Fault> {
    sort(prepared, |prepared, key, digest| {
        let (kept, batch) = kept(tx, prepared, key)?
            .ok_or_else(|| Fault::broken("an id that was neither inserted nor there"))?;
        Ok((batch != seq).then_some(kept == digest))
    })
}

/// The same before anything is inserted: only what earlier batches hold is known.
pub(super) fn look(tx: &mut Tx<'_>, prepared: &mut Prepared) -> Result<u64, Fault> {
    sort(prepared, |prepared, key, digest| Ok(kept(tx, prepared, key)?.map(|it| it.0 == digest)))
}

/// `known` says of a key whether it is there, and then whether word for word.
fn sort(
    prepared: &mut Prepared,
    mut known: impl FnMut(&Prepared, &str, &[u8]) -> Result<Option<bool>, Fault>,
) -> Result<u64, Fault> {
    let (mut new, mut conflicts, mut duplicates) = (BTreeSet::new(), Vec::new(), 0);
    let mut seen: BTreeMap<&str, &[u8]> = BTreeMap::new();
    for (at, row) in prepared.ids.iter().enumerate() {
        let Some((key, digest)) = key(row) else { continue };
        let known = match seen.get(key) {
            Some(before) => Some(*before == digest),
            None => known(prepared, key, digest)?,
        };
        seen.entry(key).or_insert(digest);
        match known {
            None => {
                new.insert(at);
            }
            Some(true) => duplicates += 1,
            Some(false) => conflicts.push(at),
        }
    }
    for at in conflicts {
        let found = prepared.records.get(at).map(|it| (it.place, it.id.clone()));
        if let Some((place, id)) = found {
            prepared.refuse(conflict(place, id.as_deref().unwrap_or_default()));
        }
    }
    prepared.retain(&new);
    Ok(duplicates)
}

fn key(row: &[Value]) -> Option<(&str, &[u8])> {
    match row {
        [_, _, Value::Text(key), Value::Bytes(digest), _] => Some((key, digest)),
        _ => None,
    }
}

/// The digest under a key, and the batch it came in.
fn kept(tx: &mut Tx<'_>, prepared: &Prepared, key: &str) -> Result<Option<(Vec<u8>, i64)>, Fault> {
    let row = tx.row(
        "SELECT digest, seq FROM evidence_id WHERE tenant_id = $1 AND stream = $2 AND id = $3",
        values![&prepared.opened.tenant, &prepared.opened.name, key],
    )?;
    row.map(|it| Ok((it.get(0)?, it.get(1)?))).transpose()
}

fn conflict(line: u32, id: &str) -> diagnostic::Diagnostic {
    problem(
        "V0130",
        line,
        (format!("another record has the id `{id}` already"), format!("id `{id}` 已用于另一条不同的记录")),
        (
            "give it another id; if it corrects the other, send `supersedes` with that id and a `reason`",
            "请另取 id；如果是更正，请用 `supersedes` 写明该 id，并写明 `reason`",
        ),
    )
}
