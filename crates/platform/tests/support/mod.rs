//! A platform for one test: a clock that stands, chance from a seed, SQLite in a directory of its own; and once more on a
//! fresh PostgreSQL database where `UPHELD_TEST_POSTGRES` holds the URL of a server's owner.
#![expect(dead_code, reason = "each test binary uses another part of this")]

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use calendar::parse_instant;
use lake::LocalBlobs;
use platform::principal::{PROVIDER, Principal};
use platform::rights::Role;
use platform::{Failure, Platform, Refusal, RefusalKind, Settings};
use postgres::{Client, NoTls};
use proof::SigningKey;
use store::{Clock, Context, Location, ManualClock, SeededChance, Store};
use timeline::Instant;

/// When every test begins.
pub(crate) const BEGIN: &str = "2026-10-01T00:00:00Z";
/// Names the server whose databases tests use beside SQLite.
const SERVER: &str = "UPHELD_TEST_POSTGRES";
/// Roles belong to the whole server: one store is opened at a time.
const OPENING_LOCK: i64 = 7_482;

/// A platform and its clock.
pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) clock: Arc<ManualClock>,
    /// Where evidence in volume is kept.
    pub(crate) data: PathBuf,
}

impl Deref for World {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

impl World {
    /// `data`: where evidence in volume is kept.
    pub(crate) fn open(location: &Location, data: &Path) -> Self {
        let clock = Arc::new(ManualClock::new(at(BEGIN)));
        let context = Context { clock: clock.clone(), chance: Arc::new(SeededChance::new(1)) };
        let store = Store::open(location, context).unwrap();
        let key = SigningKey::from_seed("localhost/upheld", [7; 32]).unwrap();
        Self {
            platform: Platform::new(store, Settings::default(), key).with_data(data),
            clock,
            data: data.to_owned(),
        }
    }

    /// The same as another process sees it: its lake is a folder that all share, and `data` its own.
    pub(crate) fn sharing(&self, data: &Path) -> Self {
        let blobs = Arc::new(LocalBlobs::open(&self.data.join("lake")).unwrap());
        Self {
            platform: self.platform.clone().with_lake(blobs, data),
            clock: self.clock.clone(),
            data: self.data.clone(),
        }
    }

    /// Puts the clock there.
    pub(crate) fn set(&self, to: &str) {
        self.clock.set(at(to));
    }

    /// Puts the clock so many seconds later.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.set(platform::time::after(self.clock.now(), seconds));
    }
}

/// Runs the test on each database there is.
pub(crate) fn each(test: impl Fn(&World)) {
    let directory = tempfile::tempdir().unwrap();
    test(&World::open(&Location::Directory(directory.path().to_owned()), directory.path()));
    if let Ok(server) = std::env::var(SERVER) {
        let database = Database::create(&server);
        let data = tempfile::tempdir().unwrap();
        test(&World::open(&Location::Postgres(database.url.clone()), data.path()));
    }
}

/// Runs the test on each database there is, with records in volume in each place there is for them.
pub(crate) fn each_way(test: impl Fn(&World)) {
    each(&test);
    each(|world| test(&world.sharing(&world.data)));
}

struct Database {
    owner: Client,
    name: String,
    url: String,
}

impl Database {
    fn create(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("upheld_test_{}_{}_{count}", std::process::id(), since.subsec_nanos());
        let mut owner = Client::connect(server, NoTls).unwrap();
        owner.batch_execute(&format!("SELECT pg_advisory_lock({OPENING_LOCK})")).unwrap();
        owner.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        drop(Store::open(&Location::Postgres(url.clone()), Context::default()).unwrap());
        owner.batch_execute(&format!("SELECT pg_advisory_unlock({OPENING_LOCK})")).unwrap();
        Self { owner, name, url }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that failed leaves its database behind rather than hiding why.
        let _ = self.owner.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// The instant of an RFC 3339 text.
pub(crate) fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

/// Somebody with one role in one house.
pub(crate) fn somebody(name: &str, house: &str, role: Role) -> Principal {
    Principal {
        actor: format!("person:{name}"),
        person: name.to_owned(),
        roles: vec![(house.to_owned(), role)],
        scopes: None,
        confirmed_at: None,
        address: "192.0.2.1".to_owned(),
        trace: "0123456789abcdef".to_owned(),
    }
}

/// The provider's owner.
pub(crate) fn owner() -> Principal {
    somebody("owner", PROVIDER, Role::Owner)
}

/// Somebody in the provider's house.
pub(crate) fn ours(role: Role) -> Principal {
    somebody(role.name(), PROVIDER, role)
}

/// The administrator of a customer.
pub(crate) fn customer(tenant: &str) -> Principal {
    somebody(&format!("{tenant}-admin"), tenant, Role::CustomerAdmin)
}

/// A member of a customer.
pub(crate) fn member(tenant: &str) -> Principal {
    somebody(&format!("{tenant}-member"), tenant, Role::CustomerMember)
}

/// The refusal of something that must be refused.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result {
        Err(Failure::Refusal(it)) => *it,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

/// Its kind.
pub(crate) fn kind<T: std::fmt::Debug>(result: Result<T, Failure>) -> RefusalKind {
    refusal(result).kind
}

/// The actions in the log of a house, in order.
pub(crate) fn actions(world: &World, house: &str) -> Vec<String> {
    let house = house.to_owned();
    world
        .read(move |_, tx| {
            // What machines append at once is packed; no test counts on those.
            let rows = tx
                .rows("SELECT action FROM audit_entry WHERE log = $1 ORDER BY seq", store::values![&house])?;
            rows.iter().map(|it| it.get(0).map_err(Failure::from)).collect::<Result<Vec<String>, Failure>>()
        })
        .unwrap()
}

/// A small contract: plans `basic` and `pro`, parameters `target` and `contact`, a credit of 10 %. Version 1, `mutual`.
pub(crate) const HOSTING: &str = include_str!("hosting.md");

/// The hosting contract as another version under an amendment rule: it pays half as much.
pub(crate) fn hosting(version: &str, amendment: &str) -> String {
    let text = HOSTING.replace("version: \"1\"", &format!("version: \"{version}\""));
    let text = text.replace("amendment: mutual", &format!("amendment: {amendment}"));
    if version == "1" { text } else { text.replace("pays 10% of", "pays 5% of") }
}

/// Publishes a text as the owner.
pub(crate) fn publish(world: &World, text: &str) -> Result<platform::agreements::Version, Failure> {
    publish_as(world, text, platform::agreements::AgreementKind::Ours, &[])
}

/// Publishes a text as the owner, of a kind, acknowledging findings.
pub(crate) fn publish_as(
    world: &World,
    text: &str,
    kind: platform::agreements::AgreementKind,
    acknowledge: &[&str],
) -> Result<platform::agreements::Version, Failure> {
    let acknowledge = acknowledge.iter().map(|it| (*it).to_owned()).collect();
    let input =
        platform::publishing::Publish { text: text.to_owned(), kind, acknowledge, annexes: Vec::new() };
    let checked = platform::publishing::check(&owner(), input)?;
    world.write(move |platform, tx| platform::publishing::publish(platform, tx, &owner(), &checked))
}

/// Makes a customer with this id.
pub(crate) fn tenant(world: &World, id: &str) {
    let input = platform::tenants::NewTenant { id: id.to_owned(), name: format!("{id} Ltd") };
    world.write(move |platform, tx| platform::tenants::create(platform, tx, &owner(), &input)).unwrap();
}

/// What a subscription to hosting is made from, as JSON beside the agreement.
pub(crate) fn subscribe(
    world: &World,
    tenant: &str,
    more: serde_json::Value,
) -> Result<platform::subscriptions::Subscription, Failure> {
    let mut input = serde_json::json!({ "agreement": "hosting", "plan": "basic" });
    let members = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(members);
    let input: platform::subscriptions::NewSubscription = serde_json::from_value(input).unwrap();
    let tenant = tenant.to_owned();
    world.write(move |platform, tx| platform::subscriptions::create(platform, tx, &owner(), &tenant, &input))
}
