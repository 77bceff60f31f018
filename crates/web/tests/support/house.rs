//! A provider with customers A, B, C and D, its people and tokens. Everything A wrote carries a marker.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use calendar::parse_instant;
use platform::agreements::AgreementKind;
use platform::jobs::{self, Handler};
use platform::principal::{PROVIDER, Principal};
use platform::rights::Role;
use platform::{
    Failure, Platform, Settings, claims, corrections, cycles, maintenance, notices, people, publishing, runs,
    subscriptions, tenants, vouchers,
};
use proof::SigningKey;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use store::{Context, Location, ManualClock, SeededChance, Store, values};
use tempfile::TempDir;

use super::client::{Client, Request};
use super::server::Server;

/// In everything A wrote. Searched without regard to case: addresses are kept in lower case.
pub const MARKER: &str = "TENANT-A-7f3c91d5";
pub const A: &str = "acme-5be1c0";
pub const B: &str = "beta-91aa07";
pub const C: &str = "ceta-3d20f4";
/// Where the provider's people try what they may do, so that A stays as it is.
pub const D: &str = "delt-88b6e2";
pub const PASSWORD: &str = "correct horse battery";
pub const OCTOBER: &str = "2026-10-01T00:00:00Z";
pub const NOVEMBER: &str = "2026-11-10T00:00:00Z";

/// A small contract with texts, a claim and a question for a person.
pub const TERMS: &str = r#"---
id: hosting
version: "1"
title: Hosting
title_zh: 托管
effective: 2026-01-01
zone: Asia/Shanghai
currency: CNY
rounding: half_up
provider: Provider
amendment: mutual
---

# Hosting · 托管

```sla
cycle calendar month
plan basic | pro

fact outage : span { cause: text? }
fact maintenance : span { announced_at: instant }
fact fee : event { amount: money }

param target : number = 99%
param contact : text = "desk"

level uptime = (length(cycle) - length(outage)) / length(cycle)
promise availability: uptime >= by plan { basic: target, pro: 99.5% }
```

```example
"A quiet month keeps the promise"
cycle 2026-10
given plan = pro
expect availability met
```

```sla
remedy credit : service_credit
  when availability breached
  pays 10% of sum(amount of fee)
claim credit
  closes cycle.until + 60 days
  by "mail"
remedy goodwill : compensation
  when availability breached
  discretionary "may be compensated appropriately"
```
"#;

/// The lines of a server's log.
#[derive(Debug, Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub fn log(&self) -> web::Log {
        let all = self.0.clone();
        Arc::new(move |line| all.lock().unwrap().push(line.to_owned()))
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Who sends a request.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    pub name: String,
    /// The credential, as headers.
    pub headers: Vec<(String, String)>,
    /// The houses it belongs to, with its role in each.
    pub roles: Vec<(String, Role)>,
    pub scopes: Option<Vec<String>>,
    /// Whose session it is.
    pub person: Option<String>,
}

impl Identity {
    pub fn is_provider(&self) -> bool {
        self.roles.iter().any(|it| it.0 == PROVIDER)
    }

    /// The tenant it belongs to, if any.
    pub fn tenant(&self) -> Option<&str> {
        self.roles.iter().map(|it| it.0.as_str()).find(|it| *it != PROVIDER)
    }

    pub fn sign(&self, mut request: Request) -> Request {
        request.headers.extend(self.headers.iter().cloned());
        request
    }
}

/// Where a house's rows are; gone with it.
enum Kept {
    Directory(TempDir),
    Database(cluster::Server),
}

/// The platform, its server, who there is and what A has. The server lets go of the platform first, and the platform of the
/// store before that is taken away.
pub struct House {
    pub server: Server,
    pub platform: Platform,
    pub clock: Arc<ManualClock>,
    /// Those who may see A: A's own people and the provider's.
    pub insiders: Vec<Identity>,
    /// Everybody else, also those who are nobody any more.
    pub outsiders: Vec<Identity>,
    /// By the name of a path's parameter: A's own.
    pub ids: BTreeMap<String, String>,
    /// What the server has put into its log.
    pub lines: Lines,
    kept: Kept,
    /// Where records in volume would be.
    _data: TempDir,
}

impl House {
    /// Everybody in place, on SQLite.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self::at(&Location::Directory(directory.path().to_owned()), Kept::Directory(directory))
    }

    /// Everybody in place, on a PostgreSQL server of its own; none where it is not installed.
    pub fn on_postgres() -> Option<Self> {
        let programs = cluster::newest_programs()?;
        // What is lost with the machine is lost with the test.
        let database = cluster::Server::start(&programs, &["fsync=off", "synchronous_commit=off"]).unwrap();
        Some(Self::at(&Location::Postgres(database.url()), Kept::Database(database)))
    }

    fn at(location: &Location, kept: Kept) -> Self {
        let clock = Arc::new(ManualClock::new(parse_instant(OCTOBER).unwrap()));
        let context = Context { clock: clock.clone(), chance: Arc::new(SeededChance::new(7)) };
        let store = Store::open(location, context).unwrap();
        let key = SigningKey::from_seed("localhost/upheld", [7; 32]).unwrap();
        let data = tempfile::tempdir().unwrap();
        let platform = Platform::new(store, Settings::default(), key).with_data(data.path());
        let lines = Lines::default();
        let (served, log) = (platform.clone(), lines.log());
        let server = Server::start(move || web::router_logging_to(served, super::generous(), log));
        let mut house = Self {
            server,
            platform,
            clock,
            insiders: Vec::new(),
            outsiders: Vec::new(),
            ids: BTreeMap::new(),
            lines,
            kept,
            _data: data,
        };
        house.found();
        house.populate();
        house
    }

    pub fn client(&self) -> Client {
        Client::new(self.server.address)
    }

    /// Every byte of the store: the database and what it has not yet put into it.
    pub fn stored(&self) -> Vec<u8> {
        match &self.kept {
            Kept::Directory(it) => every_byte(it.path()),
            Kept::Database(it) => every_byte(it.folder()),
        }
    }

    pub fn set(&self, to: &str) {
        self.clock.set(parse_instant(to).unwrap());
    }

    pub fn who(&self, name: &str) -> &Identity {
        self.insiders.iter().chain(&self.outsiders).find(|it| it.name == name).unwrap()
    }

    /// The same person, in a session that has just begun.
    pub fn in_a_new_session(&self, who: &Identity) -> Identity {
        let Some(person) = who.person.clone() else { return who.clone() };
        let token = self.write(move |_, tx| {
            let token = settle::hex(&tx.random::<32>()?);
            let hash = settle::hex(&Sha256::digest(token.as_bytes()));
            let now = tx.now();
            tx.housekeeping(
                "INSERT INTO session (hash, id, person_id, created_at, expires_at, seen_at, confirmed_at, agent, address)
                 VALUES ($1, $2, $3, $4, $5, $4, $4, '', '')",
                values![hash, tx.new_id("ses")?, person, now, platform::time::after(now, 3600)],
            )?;
            Ok(token)
        });
        Identity { headers: bearer(&token), ..who.clone() }
    }

    /// Sends a request as somebody; it has to succeed.
    pub fn ask(&self, who: &str, request: Request) -> Json {
        let request = self.who(who).sign(request);
        let answer = self.client().send(&request);
        assert!(
            (200..300).contains(&answer.status),
            "{who}: {} {}: {} {}",
            request.method,
            request.target,
            answer.status,
            answer.text()
        );
        answer.json()
    }

    /// The agreement, the customers and their subscriptions.
    fn found(&mut self) {
        let owner = system();
        let publish = publishing::Publish {
            text: TERMS.to_owned(),
            kind: AgreementKind::Ours,
            acknowledge: vec!["R0413".to_owned()],
            annexes: Vec::new(),
        };
        let checked = publishing::check(&owner, publish).unwrap();
        self.write(move |platform, tx| publishing::publish(platform, tx, &system(), &checked));
        for (tenant, name) in [(A, MARKER), (B, "Beta"), (C, "Ceta"), (D, "Delta")] {
            let input = tenants::NewTenant { id: tenant.to_owned(), name: format!("{name} Ltd") };
            self.write(move |platform, tx| tenants::create(platform, tx, &system(), &input));
            let document = json!([{ "kind": "order", "title": format!("{name} order"), "rank": 1 }]);
            let input = json!({
                "agreement": "hosting", "plan": "basic", "since": "2026-10-01T00:00:00+08:00",
                "parameters": { "contact": format!("\"{name} contact\"") }, "documents": document,
            });
            let input: subscriptions::NewSubscription = serde_json::from_value(input).unwrap();
            let made = self
                .write(move |platform, tx| subscriptions::create(platform, tx, &system(), tenant, &input));
            if tenant == A {
                self.ids.insert("subscription".to_owned(), made.id);
            }
        }
        self.ids.insert("tenant".to_owned(), A.to_owned());
        self.ids.insert("agreement".to_owned(), "hosting".to_owned());
        self.ids.insert("version".to_owned(), "1".to_owned());
        self.ids.insert("cycle".to_owned(), "2026-10".to_owned());
        self.run_jobs();
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Platform, &mut store::Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> T {
        self.platform.write(work).unwrap()
    }

    pub fn run_jobs(&self) {
        let handlers = [
            (subscriptions::CYCLE_JOB, cycles::open as Handler),
            (cycles::CLOSE_JOB, cycles::close),
            (cycles::LATE_JOB, cycles::late),
            (subscriptions::TERM_JOB, subscriptions::run),
            (notices::NOTICE_JOB, notices::run),
            (corrections::EXPIRY_JOB, corrections::run),
            (runs::RUN_JOB, runs::run),
            (claims::DEADLINE_JOB, claims::run),
            (vouchers::EXPIRY_JOB, vouchers::expire),
            (maintenance::EXPAND_JOB, maintenance::run),
        ];
        jobs::run_due(&self.platform, &handlers).unwrap();
    }

    fn populate(&mut self) {
        let hash = people::hash_password(&self.platform, PASSWORD).unwrap();
        let provider = Role::ALL
            .into_iter()
            .filter(|it| it.is_provider())
            .map(|it| (it.name().to_owned(), PROVIDER, it));
        let mut all: Vec<(String, &str, Role)> = provider.collect();
        all.push((format!("{MARKER}-admin"), A, Role::CustomerAdmin));
        all.push((format!("{MARKER}-member"), A, Role::CustomerMember));
        for (name, tenant) in [("b", B), ("c", C), ("d", D)] {
            all.push((format!("{name}-admin"), tenant, Role::CustomerAdmin));
            all.push((format!("{name}-member"), tenant, Role::CustomerMember));
        }
        all.push(("b-expired".to_owned(), B, Role::CustomerAdmin));
        all.push(("b-removed".to_owned(), B, Role::CustomerAdmin));
        for (name, house, role) in &all {
            let (email, name, hash, house, role) =
                (email(name), name.clone(), hash.clone(), (*house).to_owned(), *role);
            self.write(move |_, tx| {
                people::create(tx, &system(), (&email, &name, "en"), &hash, (&house, role))
            });
        }
        self.sign_in("b-expired", B, Role::CustomerAdmin);
        self.set(NOVEMBER);
        for (name, house, role) in all.iter().filter(|it| it.0 != "b-expired") {
            self.sign_in(name, house, *role);
        }
        self.tokens();
        self.nobodies();
    }

    fn sign_in(&mut self, name: &str, house: &str, role: Role) {
        let input = json!({ "email": email(name), "password": PASSWORD });
        let answer = self.client().send(&Request::new("POST", "/api/v1/sessions").json(&input));
        assert_eq!(answer.status, 201, "{name}: {}", answer.text());
        let session = answer.json();
        if house == A {
            self.ids.insert("session".to_owned(), session["id"].as_str().unwrap().to_owned());
            self.ids.insert("person".to_owned(), session["me"]["id"].as_str().unwrap().to_owned());
        }
        let person = session["me"]["id"].as_str().map(str::to_owned);
        self.add(name, session["token"].as_str().unwrap(), (house, role), None, person);
    }

    fn add(
        &mut self,
        name: &str,
        token: &str,
        (house, role): (&str, Role),
        scopes: Option<Vec<String>>,
        person: Option<String>,
    ) {
        let headers = bearer(token);
        let roles = vec![(house.to_owned(), role)];
        let identity = Identity { name: name.to_owned(), headers, roles, scopes, person };
        let inside = house == PROVIDER || house == A;
        if inside { self.insiders.push(identity) } else { self.outsiders.push(identity) }
    }

    fn tokens(&mut self) {
        let mut make = |name: &str, house: &'static str, role: Role, scopes: Option<Vec<String>>| {
            let path = if house == PROVIDER {
                "/api/v1/tokens".to_owned()
            } else {
                format!("/api/v1/tenants/{house}/tokens")
            };
            let input = json!({ "name": name, "role": role.name(), "scopes": scopes });
            let made = self.ask("owner", Request::new("POST", path).json(&input));
            if house == A {
                self.ids.insert("token".to_owned(), made["id"].as_str().unwrap().to_owned());
            }
            self.add(name, made["token"].as_str().unwrap(), (house, role), scopes, None);
            made
        };
        make(&format!("{MARKER}-token"), A, Role::CustomerAdmin, None);
        make("b-token", B, Role::CustomerAdmin, None);
        make(
            "b-scoped",
            B,
            Role::CustomerAdmin,
            Some(vec!["evidence:create".to_owned(), "statement:*".to_owned()]),
        );
        make("d-scoped", D, Role::CustomerAdmin, Some(vec!["statement:read".to_owned()]));
        make("c-member-token", C, Role::CustomerMember, None);
        make("owner-token", PROVIDER, Role::Owner, None);
        make("finance-scoped", PROVIDER, Role::Finance, Some(vec!["ledger:read".to_owned()]));
        let made = make("b-revoked", B, Role::CustomerAdmin, None);
        let path = format!("/api/v1/tenants/{B}/tokens/{}", made["id"].as_str().unwrap());
        self.ask("owner", Request::new("DELETE", path));
    }

    /// Those who were somebody once, and those who never were.
    fn nobodies(&mut self) {
        let me = self.ask("b-removed", Request::get("/api/v1/me"));
        let path = format!("/api/v1/tenants/{B}/people/{}", me["id"].as_str().unwrap());
        self.ask("owner", Request::new("DELETE", path));
        let of_a = self.who(&format!("{MARKER}-token")).headers[0].1.clone();
        let tampered = format!("{}0", &of_a[..of_a.len() - 1]);
        for (name, header) in [
            ("anonymous", None),
            ("garbage", Some("Bearer x".to_owned())),
            ("basic", Some("Basic b3duZXI6b3duZXI=".to_owned())),
            ("tampered", Some(tampered)),
        ] {
            let headers = header.map(|it| ("authorization".to_owned(), it)).into_iter().collect();
            let identity = Identity { name: name.to_owned(), headers, ..Identity::default() };
            self.outsiders.push(identity);
        }
        for identity in &mut self.outsiders {
            if ["b-expired", "b-revoked", "b-removed"].contains(&identity.name.as_str()) {
                identity.roles.clear();
                identity.person = None;
            }
        }
    }
}

fn every_byte(folder: &Path) -> Vec<u8> {
    let inside = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    inside
        .flat_map(|it| if it.is_dir() { every_byte(&it) } else { std::fs::read(it).unwrap_or_default() })
        .collect()
}

fn bearer(token: &str) -> Vec<(String, String)> {
    vec![("authorization".to_owned(), format!("Bearer {token}"))]
}

/// The address somebody signs in with.
pub fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase())
}

pub fn system() -> Principal {
    Principal::system("test")
}
