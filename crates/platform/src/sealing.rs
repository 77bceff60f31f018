//! The one key that seals: its public half is on record from the first start on, so that a second process with another key
//! is told before it seals anything.

use store::{Fault, Tx, values};

/// Where the public half stands among the settings the store keeps.
const NAME: &str = "sealing_key";

/// The public key on record; none before the first start.
pub fn recorded(tx: &mut Tx<'_>) -> Result<Option<String>, Fault> {
    let row = tx.row("SELECT value FROM setting WHERE name = $1", values![NAME])?;
    row.map(|it| it.get(0)).transpose()
}

/// Puts a public key on record unless there is one; the one that is on record then.
pub fn record(tx: &mut Tx<'_>, public: &str) -> Result<String, Fault> {
    tx.housekeeping(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        values![NAME, public],
    )?;
    Ok(recorded(tx)?.unwrap_or_else(|| public.to_owned()))
}
