//! The platform: the store, the settings, the sealing key, and what is remembered between requests.

use std::path::Path;
use std::sync::Arc;

use lake::Blobs;
use proof::SigningKey;
use store::{Scope, Store, Together, Tx};

use crate::board::Board;
use crate::books::{self, Desk};
use crate::contracts::Contracts;
use crate::evidence::Cache;
use crate::intake;
use crate::refusal::Failure;
use crate::settings::Settings;
use crate::status;
use crate::volume::{Kept, Volume};

/// Everything a use-case needs beside its transaction. Shared by all threads; nothing in it is state of the business.
#[derive(Clone)]
pub struct Platform {
    /// Where state is kept.
    pub store: Store,
    /// What the operator set.
    pub settings: Arc<Settings>,
    /// Seals statements and signs checkpoints.
    pub key: Arc<SigningKey>,
    /// Contracts, parsed.
    pub contracts: Arc<Contracts>,
    /// Evidence, as it was read last.
    pub evidence: Arc<Cache>,
    /// How subscriptions stand, as they were settled last.
    pub board: Arc<Board>,
    /// What the public status pages show, as it was read last.
    pub status: Arc<status::Kept>,
    /// Where transactions wait to be posted together.
    pub desk: Arc<Desk>,
    /// Where bodies of records in volume wait to be kept together.
    pub intake: Arc<intake::Desk>,
    /// Where evidence in volume is kept.
    pub volume: Arc<Volume>,
}

impl Platform {
    /// On a store that is open.
    pub fn new(store: Store, settings: Settings, key: SigningKey) -> Self {
        let volume = Arc::new(Volume::new(store.clone(), None));
        Self {
            store,
            settings: Arc::new(settings),
            key: Arc::new(key),
            contracts: Arc::default(),
            evidence: Arc::default(),
            board: Arc::default(),
            status: Arc::default(),
            desk: Together::new(books::post_waiting),
            intake: Arc::default(),
            volume,
        }
    }

    /// The same with a directory for evidence in volume: `lake` and `journal` in it, made when they are first needed.
    #[must_use]
    pub fn with_data(self, folder: &Path) -> Self {
        self.keeping(Kept::Here(folder.to_owned()))
    }

    /// The same with a lake that other processes share: its files and accepted batches are in `blobs`, and in the directory only
    /// what this process has under way.
    #[must_use]
    pub fn with_lake(self, blobs: Arc<dyn Blobs>, folder: &Path) -> Self {
        self.keeping(Kept::Shared(blobs, folder.to_owned()))
    }

    fn keeping(self, kept: Kept) -> Self {
        let volume = Arc::new(Volume::new(self.store.clone(), Some(kept)));
        Self { volume, ..self }
    }

    /// Does `work` in a write of its own, in the provider's scope until the principal enters another.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let platform = self.clone();
        self.store.write(Scope::Provider, move |tx| work(&platform, tx))
    }

    /// Looks at a snapshot.
    pub fn read<T>(&self, work: impl FnOnce(&Self, &mut Tx<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        self.store.read(Scope::Provider, |tx| work(self, tx))
    }
}
