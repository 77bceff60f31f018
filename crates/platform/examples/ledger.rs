//! How fast the ledger is on this machine's disk: single postings by sixteen threads, each durable when it returns, and batches.
//!
//! `cargo run --release -p platform --example ledger [SECONDS]`

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant as Moment};

use ledger::{Grant, Money, Tenant, Transaction, TransactionId, issue_payment};
use platform::books::{self, Batch};
use platform::principal::Principal;
use platform::{Failure, Platform, Settings};
use proof::SigningKey;
use quantity::Currency;
use store::{Context, Location, Store, Tx};

const THREADS: u64 = 16;
const BATCH: u64 = 8_000;
const SOURCES: u64 = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(5), |it| it.parse())?;
    let directory = tempfile::tempdir()?;
    let store = Store::open(&Location::Directory(directory.path().to_owned()), Context::default())?;
    let key = SigningKey::from_seed("localhost/upheld", [7; 32])?;
    let platform = Platform::new(store, Settings::default(), key);
    let run = Duration::from_secs(seconds);
    let mut out = std::io::stdout().lock();
    writeln!(out, "single, {THREADS} threads: {} postings/s", singles(&platform, run)?)?;
    writeln!(out, "batches of {BATCH}: {} postings/s", batches(&platform, run)?)?;
    let balanced = platform.read(|_, tx| books::trial_balance(tx, &Principal::system("bench")))?.balanced;
    writeln!(out, "balanced: {balanced}")?;
    Ok(())
}

fn singles(platform: &Platform, run: Duration) -> Result<u64, Failure> {
    let count = Arc::new(AtomicU64::new(0));
    let began = Moment::now();
    let workers: Vec<_> = (0..THREADS)
        .map(|worker| {
            let (platform, count) = (platform.clone(), count.clone());
            thread::spawn(move || -> Result<(), Failure> {
                let mut number = worker;
                while began.elapsed() < run {
                    number += THREADS;
                    platform.write(move |_, tx| {
                        let transaction = payment(tx, number)?;
                        books::post_single(tx, &Principal::system("bench"), &transaction)
                    })?;
                    count.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        })
        .collect();
    for it in workers {
        it.join()
            .unwrap_or_else(|_| Err(store::Fault::Broken("a worker ended in a panic".to_owned()).into()))?;
    }
    Ok(per_second(count.load(Ordering::Relaxed), began.elapsed()))
}

fn batches(platform: &Platform, run: Duration) -> Result<u64, Failure> {
    let began = Moment::now();
    let mut count = 0;
    while began.elapsed() < run {
        let first = count;
        platform.write(move |_, tx| {
            let batch: Result<Vec<_>, Failure> =
                (first..first + BATCH).map(|number| payment(tx, number)).collect();
            books::post_batch(tx, &Principal::system("bench"), &Batch::new(batch?)?)
        })?;
        count += BATCH;
    }
    Ok(per_second(count, began.elapsed()))
}

fn per_second(count: u64, elapsed: Duration) -> u64 {
    u64::try_from(u128::from(count) * 1_000 / elapsed.as_millis().max(1)).unwrap_or(u64::MAX)
}

/// A posting between two of ten thousand pairs of accounts.
fn payment(tx: &Tx<'_>, number: u64) -> Result<Transaction, Failure> {
    let currency = Currency::parse("USD").ok_or_else(|| store::Fault::Broken("no dollar".to_owned()))?;
    let grant = Grant {
        id: TransactionId::new(tx.new_id("txn")?),
        at: tx.now(),
        tenant: Tenant::new("bench"),
        amount: Money::new(100, currency),
        source: format!("claim-{}", number.wrapping_mul(7_919) % SOURCES),
        memo: String::new(),
    };
    Ok(issue_payment(grant)?)
}
