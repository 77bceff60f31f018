//! Contracts as published, parsed once and shared: a version never changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use formats::Codes;
use language::Contract;
use store::{Fault, Tx, values};

use crate::annexes;
use crate::objects::{self, Packed};
use crate::refusal::{Failure, Refusal};

/// Most versions kept parsed.
const KEPT_MAX: usize = 512;

/// A published version: its text and what it means.
#[derive(Debug)]
pub struct Published {
    /// The agreement's id.
    pub agreement: String,
    /// The version.
    pub version: String,
    /// The Markdown text.
    pub text: String,
    /// What it means.
    pub contract: Contract,
    /// What codes of receipts mean: the position of a fact, and its annex.
    pub annexes: Vec<(usize, Codes)>,
    packed: OnceLock<Packed>,
}

impl Published {
    /// The text made ready to be kept: the same for every statement of this version, so it is done once.
    pub fn packed(&self) -> Result<Packed, Fault> {
        if let Some(it) = self.packed.get() {
            return Ok(it.clone());
        }
        let packed = objects::pack(self.text.as_bytes())?;
        Ok(self.packed.get_or_init(|| packed).clone())
    }
}

/// Parsed versions by agreement and version.
#[derive(Debug, Default)]
pub struct Contracts(Mutex<BTreeMap<(String, String), Arc<Published>>>);

impl Contracts {
    /// The version of an agreement. Refused when there is none.
    pub fn get(&self, tx: &mut Tx<'_>, agreement: &str, version: &str) -> Result<Arc<Published>, Failure> {
        let key = (agreement.to_owned(), version.to_owned());
        if let Some(it) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(it.clone());
        }
        let found = tx.row(
            "SELECT sha256 FROM agreement_version WHERE agreement_id = $1 AND version = $2",
            values![agreement, version],
        )?;
        let sha256: String = found.ok_or_else(Refusal::not_found)?.get(0)?;
        let bytes = objects::get(tx, &sha256)?.ok_or_else(|| Fault::broken(format!("no object {sha256}")))?;
        let text =
            String::from_utf8(bytes).map_err(|_| Fault::broken(format!("object {sha256} is no text")))?;
        let (contract, _) = language::read(&format!("{agreement}.md"), &text);
        let contract = contract.ok_or_else(|| {
            Fault::broken(format!("{agreement} {version} can no longer be read by this program"))
        })?;
        let (agreement, version) = key.clone();
        let annexes = annexed(tx, &contract, (&agreement, &version))?;
        let published =
            Arc::new(Published { agreement, version, text, contract, annexes, packed: OnceLock::new() });
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.pop_first();
        }
        kept.insert(key, published.clone());
        Ok(published)
    }
}

/// The codes of a version's annexes, each with the fact it is for.
fn annexed(
    tx: &mut Tx<'_>,
    contract: &Contract,
    (agreement, version): (&str, &str),
) -> Result<Vec<(usize, Codes)>, Failure> {
    let mut all = Vec::new();
    for it in annexes::of_version(tx, agreement, version)? {
        if let Some((fact, _)) = contract.schema.fact(&it.annex.fact) {
            all.push((fact, annexes::codes(tx, contract, &it.annex)?));
        }
    }
    Ok(all)
}
