//! A platform on a fresh store, with a contract, customers and subscriptions in it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::channel;

use calendar::parse_instant;
use diagnostic::Severity;
use platform::agreements::AgreementKind;
use platform::principal::Principal;
use platform::publishing::{self, Publish};
use platform::subscriptions::NewSubscription;
use platform::tenants::{self, NewTenant};
use platform::{Failure, Platform, Settings, cycles, subscriptions};
use proof::SigningKey;
use store::{Clock, Context, Location, ManualClock, Scope, Store, SystemChance, SystemClock, Tx};
use tempfile::TempDir;

use super::told;
use crate::Fault;

/// A platform and, when it is kept in files, their folder.
pub(super) struct World {
    pub(super) platform: Platform,
    pub(super) clock: Arc<ManualClock>,
    _folder: Option<TempDir>,
}

impl World {
    /// In a fresh folder, with the machine's clock.
    pub(super) fn now() -> Result<Self, Fault> {
        Self::in_folder(|_| Arc::new(SystemClock))
    }

    /// In a fresh folder, with a clock that stands.
    pub(super) fn at(instant: &str) -> Result<Self, Fault> {
        let begin = parse_instant(instant).map_err(|error| error.to_string())?;
        Self::in_folder(|clock| {
            clock.set(begin);
            clock.clone()
        })
    }

    /// On a database of a PostgreSQL server, with the machine's clock.
    pub(super) fn on_postgres(url: String) -> Result<Self, Fault> {
        let clock = Arc::new(ManualClock::new(timeline::Instant::EPOCH));
        Self::open(&Location::Postgres(url), Arc::new(SystemClock), clock, None)
    }

    fn in_folder(choose: impl FnOnce(&Arc<ManualClock>) -> Arc<dyn Clock>) -> Result<Self, Fault> {
        let folder = tempfile::Builder::new().prefix("bench-store-").tempdir()?;
        let clock = Arc::new(ManualClock::new(timeline::Instant::EPOCH));
        let chosen = choose(&clock);
        Self::open(&Location::Directory(folder.path().to_owned()), chosen, clock, Some(folder))
    }

    fn open(
        location: &Location,
        chosen: Arc<dyn Clock>,
        clock: Arc<ManualClock>,
        folder: Option<TempDir>,
    ) -> Result<Self, Fault> {
        let context = Context { clock: chosen, chance: Arc::new(SystemChance) };
        let store = Store::open(location, context)?;
        let key = SigningKey::from_seed("localhost/upheld", [7; 32]).map_err(|error| error.to_string())?;
        Ok(Self { platform: Platform::new(store, Settings::default(), key), clock, _folder: folder })
    }

    /// Publishes a contract, every warning acknowledged.
    pub(super) fn publish(&self, text: &str) -> Result<(), Fault> {
        let (contract, mut found) = language::read("text", text);
        found.extend(contract.iter().flat_map(review::review));
        let warnings = found.iter().filter(|it| it.severity == Severity::Warning);
        let acknowledge: BTreeSet<String> = warnings.map(|it| it.code.to_string()).collect();
        let input = Publish {
            text: text.to_owned(),
            kind: AgreementKind::Ours,
            annexes: Vec::new(),
            acknowledge: acknowledge.into_iter().collect(),
        };
        let checked = publishing::check(&owner(), input).map_err(|it| told(&it))?;
        let publish = move |platform: &Platform, tx: &mut Tx<'_>| {
            publishing::publish(platform, tx, &owner(), &checked).map(drop)
        };
        self.platform.write(publish).map_err(|it| told(&it))
    }

    /// Makes customers, each with so many subscriptions to the agreement, and opens the cycles that have begun. The
    /// calendar's own jobs are taken away, so that nothing else is at work during a measurement.
    pub(super) fn fill(&self, customers: u32, of_each: u32, input: &NewSubscription) -> Result<(), Fault> {
        let all = (0..customers).map(|number| {
            let input = input.clone();
            move |platform: &Platform, tx: &mut Tx<'_>| customer(platform, tx, number, of_each, &input)
        });
        self.all(all)?;
        let forget = |_: &Platform, tx: &mut Tx<'_>| Ok(tx.housekeeping("DELETE FROM job", &[]).map(drop)?);
        self.platform.write(forget).map_err(|it| told(&it))
    }

    /// Does many writes without waiting for one before the next.
    pub(super) fn all<W>(&self, writes: impl Iterator<Item = W>) -> Result<(), Fault>
    where
        W: FnOnce(&Platform, &mut Tx<'_>) -> Result<(), Failure> + Send + 'static,
    {
        let (done, ended) = channel();
        for write in writes {
            let (platform, done) = (self.platform.clone(), done.clone());
            let work = move |tx: &mut Tx<'_>| write(&platform, tx);
            let tell = move |outcome| {
                // Whoever counts has stopped at the first failure.
                let _ = done.send(outcome);
            };
            self.platform.store.submit(Scope::Provider, work, tell);
        }
        drop(done);
        ended.into_iter().try_for_each(|outcome| outcome.map_err(|it| told(&it)))
    }
}

/// The provider's owner.
pub(super) fn owner() -> Principal {
    Principal::system("bench")
}

/// The customer with this number.
pub(super) fn customer_id(number: u32) -> String {
    format!("customer-{number:05}")
}

/// The subscription of a customer with this number.
pub(super) fn subscription_id(customer: u32, number: u32) -> String {
    format!("sub_{customer:05}_{number:02}")
}

fn customer(
    platform: &Platform,
    tx: &mut Tx<'_>,
    number: u32,
    of_each: u32,
    input: &NewSubscription,
) -> Result<(), Failure> {
    let id = customer_id(number);
    tenants::create(
        platform,
        tx,
        &owner(),
        &NewTenant { id: id.clone(), name: format!("Customer {number}") },
    )?;
    for nth in 0..of_each {
        let subscription = subscription_id(number, nth);
        let input = NewSubscription { id: Some(subscription.clone()), ..input.clone() };
        subscriptions::create(platform, tx, &owner(), &id, &input)?;
        cycles::open_begun(platform, tx, &id, &subscription)?;
    }
    Ok(())
}
