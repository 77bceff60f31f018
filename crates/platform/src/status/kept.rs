//! What was read of streams, remembered while nothing is added to them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::spans::Spans;

/// Most streams remembered.
const KEPT_MAX: usize = 256;

type Known = BTreeMap<String, (String, Arc<Spans>)>;

/// Spans by stream, each with the mark of what it was read from. Nothing in it is state of the business.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Known>);

impl Kept {
    /// What was read of a stream, if it is still what `mark` names.
    pub(super) fn get(&self, stream: &str, mark: &str) -> Option<Arc<Spans>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(stream).filter(|it| it.0 == mark).map(|it| it.1.clone())
    }

    pub(super) fn put(&self, stream: &str, mark: &str, spans: Arc<Spans>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT_MAX {
            known.pop_first();
        }
        known.insert(stream.to_owned(), (mark.to_owned(), spans));
    }
}
