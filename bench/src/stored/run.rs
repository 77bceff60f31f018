//! A settlement run: the month of 10,000 subscriptions closed, sealed and put on record.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use evidence::{Memory, Shape, SourceFile};
use platform::intake::{self, Body};
use platform::jobs::{self, JobView};
use platform::page::Page;
use platform::runs::{self, NewRun};
use platform::statements;
use platform::stream::Stream;
use platform::subscriptions::NewSubscription;
use serde_json::{Value as Json, json};
use settle::{Inputs, Overrides};

use super::told;
use super::world::{World, customer_id, owner, subscription_id};
use crate::Fault;
use crate::clock::timed;
use crate::engine::Effort;
use crate::report::{Goal, Item};
use crate::w1::draw::{draw, within};

const CONTRACT: &str = include_str!("../../../contracts/mwe.md");
const LABEL: &str = "2026-10";
const BEGIN: &str = "2026-10-01T04:00:00Z";
/// After the month and its grace for late evidence.
const CLOSED: &str = "2026-11-05T00:00:00Z";
const OF_EACH: u32 = 10;
/// Subscriptions of the full run, and what it may take.
const SUBSCRIPTIONS: u32 = 10_000;
const GOAL_MS: u64 = 60_000;
/// Statements whose package is opened and whose numbers are settled again without the platform.
const SAMPLE: u32 = 200;
const WATCH_PAUSE: Duration = Duration::from_millis(500);

pub(super) fn run(_: &Path, effort: &Effort) -> Result<Vec<Item>, Fault> {
    let subscriptions = if effort.is_full { SUBSCRIPTIONS } else { SUBSCRIPTIONS / 10 };
    let world = World::at(BEGIN)?;
    world.publish(CONTRACT)?;
    world.fill(subscriptions / OF_EACH, OF_EACH, &subscription()?)?;
    send_evidence(&world, subscriptions)?;
    let closed = calendar::parse_instant(CLOSED).map_err(|error| error.to_string())?;
    world.clock.set(closed);
    let input = NewRun { label: LABEL.to_owned(), without_grace: false };
    let started =
        world.platform.write(move |platform, tx| runs::start(platform, tx, &owner(), "mwe", &input));
    let started = started.map_err(|it| told(&it))?;
    let (seen, nanos) = timed(|| watched(&world));
    let steps = seen?;
    let job = job(&world)?;
    let total = i64::from(subscriptions);
    let is_done = job.state == "done" && (job.done, job.total, started.due) == (total, total, total);
    eprintln!("{subscriptions} statements: {} ms, progress seen {steps} times, {job:?}", nanos / 1_000_000);
    let is_equal = is_done && is_right(&world, subscriptions)?;
    let goal = GOAL_MS * u64::from(subscriptions) / u64::from(SUBSCRIPTIONS);
    let item = |id, unit, ours, goal| Item { id, unit, ours, rival: None, goal, is_equal };
    Ok(vec![
        item("run10k", "ms", nanos.div_ceil(1_000_000), Goal::AtMost(goal)),
        item("run10k-progress", "steps", steps, Goal::AtLeast(2)),
    ])
}

fn subscription() -> Result<NewSubscription, Fault> {
    let since = "2026-10-01T00:00:00-04:00";
    Ok(serde_json::from_value(json!({ "agreement": "mwe", "plan": "professional", "since": since }))?)
}

/// A fee and an outage of each subscription, as its sender writes them.
fn lines(number: u32) -> String {
    let below = |key, limit| within(draw(number.into(), key), limit);
    let (fee, day, hour, minutes) = (100 + below(1, 900), 1 + below(2, 30), below(3, 12), 1 + below(4, 660));
    let until = hour * 60 + minutes;
    let fee = json!({ "fact": "fee", "id": "fee", "at": "2026-10-01T12:00:00-04:00", "amount": format!("{fee}.00 USD") });
    let outage = json!({
        "fact": "outage", "id": "outage", "cause": "platform",
        "from": format!("2026-10-{day:02}T{hour:02}:00:00-04:00"),
        "until": format!("2026-10-{day:02}T{:02}:{:02}:00-04:00", until / 60, until % 60),
    });
    format!("{fee}\n{outage}\n")
}

fn send_evidence(world: &World, subscriptions: u32) -> Result<(), Fault> {
    let writes = (0..subscriptions).map(|number| {
        let body = Body { shape: Shape::Lines, bytes: lines(number).into_bytes(), atomic: true };
        let stream = stream(number);
        move |platform: &platform::Platform, tx: &mut store::Tx<'_>| {
            let opened = intake::open(platform, tx, &owner(), &stream)?;
            intake::commit(platform, tx, &owner(), intake::prepare(opened, &owner(), body)?).map(drop)
        }
    });
    world.all(writes)
}

fn names(number: u32) -> (String, String) {
    (customer_id(number / OF_EACH), subscription_id(number / OF_EACH, number % OF_EACH))
}

fn stream(number: u32) -> Stream {
    let (tenant, id) = names(number);
    Stream::Subscription { tenant, id }
}

/// Does the run while somebody looks at the list of jobs; how many different numbers of done cycles were seen.
fn watched(world: &World) -> Result<u64, Fault> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let (mut steps, mut last) = (0, 0);
            while !is_over.load(Ordering::SeqCst) {
                thread::sleep(WATCH_PAUSE);
                let done = job(world)?.done;
                steps += u64::from(done != last);
                last = done;
            }
            Ok::<u64, Fault>(steps)
        });
        let outcome = jobs::run_due(&world.platform, &[(runs::RUN_JOB, runs::run)]);
        is_over.store(true, Ordering::SeqCst);
        let steps = watcher.join().map_err(|_| "the watcher panicked")?;
        outcome.map_err(|it| told(&it))?;
        steps
    })
}

fn job(world: &World) -> Result<JobView, Fault> {
    let page = Page::default();
    let found = world.platform.read(|_, tx| jobs::list(tx, &owner(), None, &page)).map_err(|it| told(&it))?;
    found.items.into_iter().find(|it| it.kind == runs::RUN_JOB).ok_or_else(|| "there is no run".into())
}

/// Whether there is one statement for each subscription, and those of the sample say what settling without the platform
/// says, in packages that can be opened.
fn is_right(world: &World, subscriptions: u32) -> Result<bool, Fault> {
    let count = world.platform.read(|_, tx| {
        let row = tx.row("SELECT count(*) FROM statement", &[])?;
        Ok::<i64, platform::Failure>(row.map_or(Ok(0), |row| row.get(0))?)
    });
    let mut is_right = count.map_err(|it| told(&it))? == i64::from(subscriptions);
    for number in (0..subscriptions).step_by((subscriptions / SAMPLE).max(1) as usize) {
        is_right &= sealed(world, number)? == settled(number)?;
    }
    Ok(is_right)
}

/// Levels and remedies of a sealed package.
fn sealed(world: &World, number: u32) -> Result<Json, Fault> {
    let (tenant, subscription) = names(number);
    let files = world.platform.read(|platform, tx| {
        let found = statements::list(tx, &owner(), &tenant, Some(&subscription), &Page::default())?;
        let id = found.items.first().map(|it| it.id.clone()).unwrap_or_default();
        statements::files(platform, tx, &owner(), &tenant, &id)
    });
    let opened = proof::open(files.map_err(|it| told(&it))?).map_err(|found| format!("{found:?}"))?;
    let statement = opened.file("statement.json").ok_or("a package without a statement")?;
    Ok(numbers(&serde_json::from_slice(statement)?))
}

/// The same without the platform.
fn settled(number: u32) -> Result<Json, Fault> {
    let (contract, _) = language::read("mwe.md", CONTRACT);
    let contract = contract.ok_or("the contract has errors")?;
    let (tenant, _) = names(number);
    let begin = calendar::parse_instant(BEGIN).map_err(|error| error.to_string())?;
    let inputs = Inputs {
        plan: Some("professional".to_owned()),
        tenant: Some(tenant),
        since: Some(begin),
        ..Inputs::default()
    };
    let cycle = settle::cycle_span(&contract, &inputs, LABEL).map_err(|it| it.message.en)?;
    let file = SourceFile { name: "evidence.ndjson".to_owned(), bytes: lines(number).into_bytes() };
    let facts = Memory::from_records(evidence::take(&contract.schema, &file, Shape::Lines).records);
    let settlement = settle::settle(&contract, &facts, &cycle, &inputs, &Overrides::default());
    Ok(numbers(&statement::json(&settlement)))
}

fn numbers(statement: &Json) -> Json {
    let part = |name: &str| statement.get(name).cloned().unwrap_or_default();
    json!({ "levels": part("levels"), "promises": part("promises"), "remedies": part("remedies") })
}
