//! Evidence that was read, kept by what was read; the longest unused is forgotten first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::Loaded;
use crate::contracts::Published;

/// Most records kept over all subscriptions.
const RECORDS_MAX: usize = 1_000_000;
/// What a subscription without records counts as.
const RECORDS_LEAST: usize = 16;

/// The evidence of subscriptions, as it was read last.
#[derive(Debug, Default)]
pub struct Cache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    all: BTreeMap<Key, (u64, Loaded)>,
    /// When each was used, so that the longest unused is found at once.
    used: BTreeMap<u64, Key>,
    uses: u64,
    records: usize,
}

/// A subscription under a version of a contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    subscription: String,
    agreement: String,
    version: String,
}

impl Key {
    pub(super) fn new(subscription: &str, published: &Published) -> Self {
        Self {
            subscription: subscription.to_owned(),
            agreement: published.agreement.clone(),
            version: published.version.clone(),
        }
    }
}

impl Cache {
    pub(super) fn get(&self, key: &Key) -> Option<Loaded> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let use_now = kept.next_use();
        let (used, found) = kept.all.get_mut(key)?;
        let before = std::mem::replace(used, use_now);
        let found = found.clone();
        kept.used.remove(&before);
        kept.used.insert(use_now, key.clone());
        Some(found)
    }

    pub(super) fn put(&self, key: Key, loaded: Loaded) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.forget(&key);
        let use_now = kept.next_use();
        kept.records += weight(&loaded);
        kept.used.insert(use_now, key.clone());
        kept.all.insert(key, (use_now, loaded));
        while kept.records > RECORDS_MAX && kept.all.len() > 1 {
            let Some((_, oldest)) = kept.used.first_key_value() else { break };
            let oldest = oldest.clone();
            kept.forget(&oldest);
        }
    }
}

impl Kept {
    fn next_use(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }

    fn forget(&mut self, key: &Key) {
        if let Some((used, loaded)) = self.all.remove(key) {
            self.used.remove(&used);
            self.records = self.records.saturating_sub(weight(&loaded));
        }
    }
}

fn weight(loaded: &Loaded) -> usize {
    loaded.size().max(RECORDS_LEAST)
}
