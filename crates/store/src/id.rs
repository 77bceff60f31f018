//! Names of things: a prefix that tells what it is, and a UUIDv7 in Crockford's base 32, so that newer sorts after older.

use std::time::Duration;

use timeline::Instant;
use trace::{SpanId, TraceId};

use crate::clock::Chance;
use crate::fault::Fault;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// `prefix_` and 26 letters and digits: the millisecond, then 74 random bits.
pub fn new_id(prefix: &str, at: Instant, chance: &dyn Chance) -> Result<String, Fault> {
    let mut random = [0; 10];
    chance.fill(&mut random).map_err(Fault::broken)?;
    let since_epoch = Duration::from_nanos(u64::try_from(at.nanos()).unwrap_or(0));
    let millis = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    Ok(format!("{prefix}_{}", crockford(id.as_u128())))
}

/// A trace and a span nobody else has.
pub(crate) fn new_trace(chance: &dyn Chance) -> (TraceId, SpanId) {
    let (mut trace, mut span) = ([0; 16], [0; 8]);
    // Without chance the ids tell nothing apart: what is traced is done all the same.
    let _ = chance.fill(&mut trace).and_then(|()| chance.fill(&mut span));
    (TraceId::random(trace), SpanId::random(span))
}

fn crockford(mut number: u128) -> String {
    let mut letters = [b'0'; 26];
    for letter in letters.iter_mut().rev() {
        *letter = ALPHABET[(number & 31) as usize];
        number >>= 5;
    }
    letters.iter().map(|it| char::from(*it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SeededChance;

    #[test]
    fn newer_ids_sort_after_older_ones() {
        let chance = SeededChance::new(1);
        let at = |millis: i64| new_id("clm", Instant::from_nanos(millis * 1_000_000), &chance).unwrap();
        let ids = [at(1), at(2), at(1_700_000_000_000), at(1_700_000_000_001)];
        assert!(ids.windows(2).all(|it| it[0] < it[1]), "{ids:?}");
        assert!(ids.iter().all(|it| it.len() == 30 && it.starts_with("clm_")));
    }
}
