//! The audit log: entries appended in batches, each batch durable before it is acknowledged.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use platform::audit::{self, Entry};
use platform::tenants::{self, NewTenant};
use serde_json::json;
use store::{Scope, Tx};

use super::world::{World, customer_id, owner};
use super::{rate, told};
use crate::Fault;
use crate::engine::Effort;
use crate::report::{Goal, Item};
use crate::w1::draw::draw;

const BATCH: u64 = 1_000;
/// Batches on their way at once.
const PIPELINE: usize = 4;
const GOAL: u64 = 300_000;

pub(super) fn run(_: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let batches = if effort.is_full { 2_000 } else { 300 };
    let world = World::now()?;
    let input = NewTenant { id: customer_id(0), name: "Customer".to_owned() };
    let made =
        world.platform.write(move |platform, tx| tenants::create(platform, tx, &owner(), &input).map(drop));
    made.map_err(|it| told(&it))?;
    let begun = Instant::now();
    append(&world, batches)?;
    let ours = rate(batches * BATCH, u64::try_from(begun.elapsed().as_nanos())?);
    let is_equal = is_right(&world, batches * BATCH)?;
    Ok(vec![Item { id: "audit-append", unit: "/s", ours, rival: None, goal: Goal::AtLeast(GOAL), is_equal }])
}

fn append(world: &World, batches: u64) -> Result<(), Fault> {
    let (done, ended) = sync_channel(PIPELINE);
    for number in 0..batches {
        let entries: Vec<Entry> = (0..BATCH).map(|nth| entry(number * BATCH + nth)).collect();
        let append = |tx: &mut Tx<'_>| audit::append_many(tx, &owner(), &customer_id(0), entries).map(drop);
        let done = done.clone();
        let tell = move |outcome: Result<(), store::Fault>| {
            // As many fit as are on their way.
            let _ = done.send(outcome);
        };
        if number >= PIPELINE as u64 {
            ended.recv()??;
        }
        world.platform.store.submit(Scope::Provider, append, tell);
    }
    drop(done);
    ended.into_iter().try_for_each(|outcome| Ok(outcome?))
}

fn entry(number: u64) -> Entry {
    Entry {
        action: "claim.submitted",
        subject: format!("clm_{:016x}", draw(number, 1)),
        new: json!({ "state": "submitted", "amount": format!("{}.00 USD", draw(number, 2) % 10_000) }),
        ..Entry::default()
    }
}

/// Whether the log holds all entries, and its tree is the one over them.
fn is_right(world: &World, count: u64) -> Result<bool, Fault> {
    let checked = world.platform.read(|platform, tx| Ok(audit::check_log(platform, tx, &customer_id(0))?));
    let checked = checked.map_err(|it| told(&it))?;
    Ok(checked.sound && checked.size >= count)
}
