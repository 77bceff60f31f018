//! Texts that many records repeat, kept once.

use std::collections::BTreeSet;
use std::sync::Arc;

/// The texts seen so far.
#[derive(Default)]
pub(crate) struct Pool(BTreeSet<Arc<str>>);

impl Pool {
    /// The shared copy of `text`.
    pub(crate) fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}
