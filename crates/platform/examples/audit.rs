//! How fast the audit log takes entries in batches: `cargo run --release -p platform --example audit [BATCH [SECONDS]]`.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use platform::audit::{self, Entry};
use platform::principal::Principal;
use platform::{Failure, Platform, Settings};
use proof::SigningKey;
use store::{Context, Location, Store};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let batch: usize = arguments.next().map_or(Ok(20_000), |it| it.parse())?;
    let seconds: u64 = arguments.next().map_or(Ok(10), |it| it.parse())?;
    let directory = tempfile::tempdir_in(".")?;
    let store = Store::open(&Location::Directory(directory.path().to_owned()), Context::default())?;
    let key = SigningKey::from_seed("localhost/upheld", [7; 32])?;
    let platform = Platform::new(store, Settings::default(), key);
    let began = Instant::now();
    let count = std::thread::scope(|scope| {
        let sender = || -> Result<u64, Failure> {
            let mut count = 0_u64;
            while began.elapsed().as_secs() < seconds {
                count += one(&platform, batch)?;
            }
            Ok(count)
        };
        let senders = [scope.spawn(sender), scope.spawn(sender)];
        senders.into_iter().map(|it| it.join().unwrap_or(Ok(0))).sum::<Result<u64, Failure>>()
    })?;
    let rate = count.saturating_mul(1000) / u64::try_from(began.elapsed().as_millis())?.max(1);
    writeln!(std::io::stdout(), "{count} entries in batches of {batch}: {rate} entries/s, durable")?;
    let began = Instant::now();
    audit::publish_all(&platform)?;
    writeln!(std::io::stdout(), "checkpoint signed in {} µs", began.elapsed().as_micros())?;
    let began = Instant::now();
    let checked = platform.read(|platform, tx| Ok(audit::check_log(platform, tx, "bench")?))?;
    let took = u64::try_from(began.elapsed().as_millis())?.max(1);
    let rate = checked.size.saturating_mul(1000) / took;
    writeln!(std::io::stdout(), "counted again, sound: {}; {rate} entries/s", checked.sound)?;
    Ok(())
}

/// A batch as a run over many subscriptions makes it, appended in one transaction.
fn one(platform: &Platform, batch: usize) -> Result<u64, Failure> {
    let entries: Vec<Entry> = (0..batch).map(entry).collect();
    platform.write(move |_, tx| {
        let count = u64::try_from(entries.len()).unwrap_or(0);
        audit::append_many(tx, &Principal::system("bench"), "bench", entries)?;
        Ok(count)
    })
}

fn entry(number: usize) -> Entry {
    Entry {
        action: "cycle.closed",
        subject: format!("sub_{number:016}"),
        new: serde_json::json!({ "label": "2026-10", "state": "closed" }),
        old: serde_json::json!({ "state": "open" }),
        ..Entry::default()
    }
}
