//! The ledger: one transfer a transaction from 16 clients, and batches of 8,000, beside the same on PostgreSQL directly.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use ledger::{Account, AccountKind, Draft, Posting, Tenant, Transaction, TransactionId, TransactionKind};
use platform::Failure;
use platform::books::{self, Batch};
use platform::tenants::{self, NewTenant};
use quantity::Currency;
use store::{Scope, Tx};

use super::direct::{BATCH_SIZE, Direct};
use super::world::{World, customer_id, owner};
use super::{rate, told};
use crate::Fault;
use crate::clock::Times;
use crate::engine::Effort;
use crate::report::{Goal, Item, Rival};
use crate::w1::draw::{draw, within};

const CLIENTS: u32 = 16;
/// Transfers a client has on their way at once where it does not wait for one before the next.
const PIPELINE: usize = 32;
const ACCOUNTS: u64 = 10_000;

/// What one contestant did: transfers a second, a number a round.
#[derive(Default)]
struct Rates {
    one_at_a_time: Times,
    pipelined: Times,
    batched: Times,
    is_balanced: bool,
}

pub(super) fn run(programs: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let (rounds, seconds) = if effort.is_full { (3, 8) } else { (1, 4) };
    let direct = Direct::start(programs)?;
    let worlds = [World::now()?, World::on_postgres(direct.database("ours")?)?];
    worlds.iter().try_for_each(open_books)?;
    let mut ours = [Rates::default(), Rates::default()];
    let (mut singles, mut batches) = (Times::default(), Times::default());
    let length = Duration::from_secs(seconds);
    for _ in 0..rounds {
        singles.push(direct.singles(CLIENTS, seconds)?);
        for (world, rates) in worlds.iter().zip(&mut ours) {
            rates.one_at_a_time.push(one_at_a_time(world, length)?);
        }
        for (world, rates) in worlds.iter().zip(&mut ours) {
            rates.pipelined.push(pipelined(world, length)?);
        }
        batches.push(direct.batches(seconds)?);
        for (world, rates) in worlds.iter().zip(&mut ours) {
            rates.batched.push(batched(world, length)?);
        }
    }
    for (world, rates) in worlds.iter().zip(&mut ours) {
        rates.is_balanced = is_balanced(world)?;
    }
    let peer_balanced = direct.is_balanced()?;
    let [sqlite, postgres] = &ours;
    let item = |id, ours: &Times, peer: &Times, rates: &Rates, hundredths| Item {
        id,
        unit: "/s",
        ours: ours.median(),
        rival: Some(Rival { name: direct.name.clone(), value: peer.median() }),
        goal: Goal::RateHundredths(hundredths),
        is_equal: rates.is_balanced && peer_balanced,
    };
    Ok(vec![
        item("ledger-single-sqlite", &sqlite.one_at_a_time, &singles, sqlite, 300),
        item("ledger-single-postgres", &postgres.one_at_a_time, &singles, postgres, 300),
        item("ledger-pipelined-sqlite", &sqlite.pipelined, &singles, sqlite, 300),
        item("ledger-pipelined-postgres", &postgres.pipelined, &singles, postgres, 300),
        item("ledger-batched-sqlite", &sqlite.batched, &batches, sqlite, 90),
        item("ledger-batched-postgres", &postgres.batched, &batches, postgres, 90),
    ])
}

fn open_books(world: &World) -> Result<(), Fault> {
    let input = NewTenant { id: customer_id(0), name: "Customer".to_owned() };
    let made =
        world.platform.write(move |platform, tx| tenants::create(platform, tx, &owner(), &input).map(drop));
    made.map_err(|it| told(&it))
}

/// Clients that each wait for one transfer to be durable before the next.
fn one_at_a_time(world: &World, length: Duration) -> Result<u64, Fault> {
    by_clients(length, |numbers, until| {
        while Instant::now() < until {
            let (done, ended) = sync_channel(1);
            let tell = move |outcome: Result<(), Failure>| {
                // There is room for the one answer.
                let _ = done.send(outcome);
            };
            books::submit(&world.platform, owner(), transfer(numbers.next())?, tell);
            ended.recv()?.map_err(|it| told(&it))?;
            numbers.done(1);
        }
        Ok(())
    })
}

/// Clients with [`PIPELINE`] transfers each on their way.
fn pipelined(world: &World, length: Duration) -> Result<u64, Fault> {
    by_clients(length, |numbers, until| {
        let (done, ended) = sync_channel(PIPELINE);
        let submit = || -> Result<(), Fault> {
            let (transfer, done) = (transfer(numbers.next())?, done.clone());
            let tell = move |outcome: Result<(), Failure>| {
                // As many fit as are on their way.
                let _ = done.send(outcome);
            };
            books::submit(&world.platform, owner(), transfer, tell);
            Ok(())
        };
        (0..PIPELINE).try_for_each(|_| submit())?;
        while Instant::now() < until {
            ended.recv()?.map_err(|it| told(&it))?;
            numbers.done(1);
            submit()?;
        }
        for _ in 0..PIPELINE {
            ended.recv()?.map_err(|it| told(&it))?;
            numbers.done(1);
        }
        Ok(())
    })
}

/// One batch after another, the next one made while one is written.
fn batched(world: &World, length: Duration) -> Result<u64, Fault> {
    let (begun, mut count) = (Instant::now(), 0);
    let (done, ended) = sync_channel::<Result<(), Failure>>(1);
    let mut is_writing = false;
    while begun.elapsed() < length {
        let transfers = (0..BATCH_SIZE).map(|_| transfer(NUMBERS.fetch_add(1, Ordering::Relaxed)));
        let batch = Batch::new(transfers.collect::<Result<_, _>>()?).map_err(|it| told(&it))?;
        if is_writing {
            ended.recv()?.map_err(|it| told(&it))?;
            count += BATCH_SIZE;
        }
        let done = done.clone();
        let tell = move |outcome: Result<(), Failure>| {
            // One batch is on its way at a time.
            let _ = done.send(outcome);
        };
        let post = move |tx: &mut Tx<'_>| books::post_batch(tx, &owner(), &batch);
        world.platform.store.submit(Scope::Provider, post, tell);
        is_writing = true;
    }
    if is_writing {
        ended.recv()?.map_err(|it| told(&it))?;
        count += BATCH_SIZE;
    }
    Ok(rate(count, u64::try_from(begun.elapsed().as_nanos())?))
}

/// Every transfer has a number of its own.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// What a client counts with.
struct Numbers(AtomicU64);

impl Numbers {
    fn next(&self) -> u64 {
        NUMBERS.fetch_add(1, Ordering::Relaxed)
    }

    fn done(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }
}

/// Runs [`CLIENTS`] clients until the time is over; how many transfers a second became durable.
fn by_clients(
    length: Duration,
    client: impl Fn(&Numbers, Instant) -> Result<(), Fault> + Sync,
) -> Result<u64, Fault> {
    let numbers = Numbers(AtomicU64::new(0));
    let begun = Instant::now();
    let until = begun + length;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| client(&numbers, until))).collect();
        clients.into_iter().try_for_each(|it| it.join().map_err(|_| "a client panicked")?)
    })?;
    Ok(rate(numbers.0.into_inner(), u64::try_from(begun.elapsed().as_nanos())?))
}

/// The transfer with this number, between two of [`ACCOUNTS`].
fn transfer(number: u64) -> Result<Transaction, Fault> {
    let (from, to) = (within(draw(number, 1), ACCOUNTS), within(draw(number, 2), ACCOUNTS - 1));
    let to = if to >= from { to + 1 } else { to };
    let amount_minor = i64::try_from(1 + within(draw(number, 3), 10_000))?;
    let currency = Currency::parse("USD").ok_or("no currency")?;
    let tenant = Tenant::new(customer_id(0));
    let line = |account: u64, amount_minor| Posting {
        account: Account::about(&tenant, AccountKind::CreditExpense, currency, &format!("a{account}")),
        amount_minor,
    };
    let draft = Draft {
        id: TransactionId::new(format!("t{number:012}")),
        at: timeline::Instant::EPOCH,
        kind: TransactionKind::ReduceCredit { statement: "s".to_owned() },
        memo: String::new(),
        postings: vec![line(from, amount_minor), line(to, -amount_minor)],
        reverses: None,
    };
    Transaction::new(draft).map_err(|refusal| refusal.message().en.into())
}

/// Whether debits, credits and postings of every account come to the same.
fn is_balanced(world: &World) -> Result<bool, Fault> {
    let balance = world.platform.read(|_, tx| books::trial_balance(tx, &owner())).map_err(|it| told(&it))?;
    Ok(balance.balanced)
}
