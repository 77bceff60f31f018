//! How fast evidence is taken in, without HTTP: checking a body on one thread, keeping bodies through the one thread that
//! writes, and both from 16 senders at once. Run with `cargo run --release -p platform --example intake [DIRECTORY]`.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use evidence::Shape;
use platform::intake::{self, Body};
use platform::principal::Principal;
use platform::stream::Stream;
use platform::{Failure, Platform, Settings, objects};
use proof::SigningKey;
use store::{Context, Location, Store, values};

const RECORDS: u64 = 1_000;
const SENDERS: u64 = 16;
const BODIES: u64 = 60;

const TERMS: &str = "---\nid: hosting\nversion: 1\nzone: UTC\ncurrency: USD\nrounding: half_up\n---\n```sla
cycle calendar month
fact message : event { outcome: delivered | failed, number: valid | blacklisted, cause: text? }
level delivered = count(message)
promise some: delivered >= 0
```\n";

fn main() -> Result<(), Failure> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "intake-speed".to_owned());
    let location = Location::Directory(directory.into());
    let store =
        Store::open(&location, Context::default()).map_err(|it| store::Fault::Broken(it.to_string()))?;
    let key = SigningKey::from_seed("localhost/upheld", [7; 32])
        .map_err(|it| store::Fault::Broken(it.to_string()))?;
    let platform = Platform::new(store, Settings::default(), key);
    fill(&platform)?;
    let who = Principal::system("sender");
    prepare_speed(&platform, &who)?;
    keep_speed(&platform, &who)?;
    both_speed(&platform)?;
    Ok(())
}

/// One body: `RECORDS` messages of a sender, with ids that grow.
fn body(sender: u64, number: u64) -> Body {
    let mut text = String::new();
    for it in 0..RECORDS {
        let id = number * RECORDS + it;
        let (minute, second) = (id / 60 % 60, id % 60);
        text.push_str(&format!(
            "{{\"fact\": \"message\", \"id\": \"s{sender:02}-{id:09}\", \"subject\": \"app-1260\", \
             \"at\": \"2026-10-01T10:{minute:02}:{second:02}+08:00\", \"outcome\": \"delivered\", \"number\": \"valid\"}}\n"
        ));
    }
    Body { shape: Shape::Lines, bytes: text.into_bytes(), atomic: false }
}

fn stream(sender: u64) -> Stream {
    Stream::Subscription { tenant: "acme".to_owned(), id: format!("sub_{sender}") }
}

fn prepare_speed(platform: &Platform, who: &Principal) -> Result<(), Failure> {
    let opened = platform.read(|platform, tx| intake::open(platform, tx, who, &stream(0)))?;
    let bodies: Vec<Body> = (0..100).map(|it| body(99, it)).collect();
    let begun = Instant::now();
    for it in bodies {
        intake::prepare(opened.clone(), who, it)?;
    }
    tell("prepare, one thread", 100 * RECORDS, begun.elapsed());
    Ok(())
}

fn keep_speed(platform: &Platform, who: &Principal) -> Result<(), Failure> {
    let opened = platform.read(|platform, tx| intake::open(platform, tx, who, &stream(0)))?;
    let prepared: Result<Vec<_>, Failure> =
        (0..100).map(|it| intake::prepare(opened.clone(), who, body(98, it))).collect();
    let begun = Instant::now();
    let (done, answers) = std::sync::mpsc::channel();
    for it in prepared? {
        let (platform, who, done) = (platform.clone(), who.clone(), done.clone());
        let store = platform.store.clone();
        store.submit(
            store::Scope::Provider,
            move |tx| intake::commit(&platform, tx, &who, it),
            move |answer| {
                let _ = done.send(answer);
            },
        );
    }
    drop(done);
    for it in answers {
        it?;
    }
    tell("commit, the writing thread", 100 * RECORDS, begun.elapsed());
    Ok(())
}

fn both_speed(platform: &Platform) -> Result<(), Failure> {
    let bodies: Vec<Vec<Body>> =
        (0..SENDERS).map(|sender| (0..BODIES).map(|it| body(sender, it)).collect()).collect();
    let begun = Instant::now();
    let platform = Arc::new(platform.clone());
    let senders: Vec<_> = bodies
        .into_iter()
        .zip(0..)
        .map(|(bodies, sender)| {
            let platform = platform.clone();
            thread::spawn(move || {
                let who = Principal::system("sender");
                bodies
                    .into_iter()
                    .try_for_each(|it| intake::receive(&platform, &who, &stream(sender), it).map(|_| ()))
            })
        })
        .collect();
    for it in senders {
        it.join().map_err(|_| store::Fault::broken("a sender ended in a panic"))??;
    }
    tell("both, 16 senders", SENDERS * BODIES * RECORDS, begun.elapsed());
    Ok(())
}

fn tell(what: &str, records: u64, took: Duration) {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    println!("{what}: {} records/s", records.saturating_mul(1_000_000) / micros);
}

fn fill(platform: &Platform) -> Result<(), Failure> {
    platform.write(|_, tx| {
        let sha256 = objects::put(tx, TERMS.as_bytes())?;
        tx.housekeeping(
            "INSERT INTO agreement (id, kind, title, title_zh, documents, created_at, revision)
             VALUES ('hosting', 'ours', 'Hosting', '', '[]', 0, 1)",
            &[],
        )?;
        tx.housekeeping(
            "INSERT INTO agreement_version (agreement_id, version, seq, sha256, effective, amendment, published_at, published_by,
               acknowledged, findings) VALUES ('hosting', '1', 1, $1, '', '', 0, '', '[]', '[]')",
            values![sha256],
        )?;
        tx.housekeeping(
            "INSERT INTO tenant (id, name, state, created_at, revision) VALUES ('acme', 'Acme', 'active', 0, 1)",
            &[],
        )?;
        for sender in 0..SENDERS {
            tx.housekeeping(
                "INSERT INTO subscription (tenant_id, id, agreement_id, version, parameters, since_at, renewal, state, reason,
                   history, documents, created_at, revision)
                 VALUES ('acme', $1, 'hosting', '1', '[]', 0, '{}', 'active', '', '[]', '[]', 0, 1)",
                values![format!("sub_{sender}")],
            )?;
        }
        Ok(())
    })
}
