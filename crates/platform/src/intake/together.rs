//! Bodies that hold nothing but records in volume: those that wait at the same time are made safe by one flush and kept by one
//! write. Each has its batch, its entry of the log and its receipt all the same.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use ::lake::journal::Part;
use store::{Scope, Tx};
use timeline::Instant;

use super::volume::Encoded;
use super::{Latest, Prepared, Reach, Receipt, accepted_entry, affected, is_under};
use crate::audit;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::stream::Stream;
use crate::time::Moment;
use crate::volume::{Safe, wait};

/// Bodies are taken together until they have so many bytes …
const GROUP_BYTES: usize = 8 << 20;
/// … or are so many.
const GROUP_MAX: usize = 1_024;
/// The thread that takes them ends when nothing has come for so long.
const IDLE: Duration = Duration::from_millis(200);

/// Who is told what became of a body.
type Done = Box<dyn FnOnce(Result<Receipt, Failure>) + Send>;

/// Where such bodies wait for each other.
#[derive(Default)]
pub struct Desk {
    state: Mutex<State>,
    came: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<(Waiting, Done)>,
    /// Whether a thread takes what waits.
    is_worked: bool,
}

/// A body that has been read and checked, and waits for others.
pub struct Waiting {
    who: Principal,
    prepared: Prepared,
    encoded: Encoded,
}

/// A stream of a tenant.
type Key = (String, String);

/// Makes a body ready to be kept together with others; it is given back when it is more than records in volume.
pub fn ready(platform: &Platform, who: &Principal, mut prepared: Prepared) -> Result<Waiting, Box<Prepared>> {
    if !prepared.is_nothing_but_volume() {
        return Err(Box::new(prepared));
    }
    let encoded = prepared.volume.encode(platform.store.now());
    Ok(Waiting { who: who.clone(), prepared, encoded })
}

/// Keeps a body together with all others that wait; `done` is called when it is durable, or refused, and must be quick.
pub fn submit(
    platform: &Platform,
    waiting: Waiting,
    done: impl FnOnce(Result<Receipt, Failure>) + Send + 'static,
) {
    platform.intake.put(platform, (waiting, Box::new(done)));
}

impl Desk {
    fn put(self: &Arc<Self>, platform: &Platform, it: (Waiting, Done)) {
        let mut state = self.lock();
        state.waiting.push(it);
        if state.is_worked {
            drop(state);
            self.came.notify_one();
            return;
        }
        state.is_worked = true;
        drop(state);
        let (desk, platform_of_thread) = (self.clone(), platform.clone());
        let begun = thread::Builder::new().name("intake".to_owned()).spawn(move || {
            while let Some(all) = desk.take(IDLE) {
                // Whoever is of a group that broke off is let go without an answer; nobody else waits for it.
                drop(catch_unwind(AssertUnwindSafe(|| keep_all(&platform_of_thread, all))));
            }
        });
        if begun.is_err() {
            // No thread can be had: this one takes what waits, and does not wait for more.
            while let Some(all) = self.take(Duration::ZERO) {
                keep_all(platform, all);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits, up to a group's size; nothing when nothing comes for a while, and then nobody takes any more.
    fn take(&self, patience: Duration) -> Option<Vec<(Waiting, Done)>> {
        let state = self.lock();
        let is_empty = |it: &mut State| it.waiting.is_empty();
        let waited = self.came.wait_timeout_while(state, patience, is_empty);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        let fits = state.waiting.iter().take(GROUP_MAX).take_while(|it| {
            let is_first = bytes == 0;
            bytes += it.0.encoded.bytes();
            is_first || bytes <= GROUP_BYTES
        });
        let count = fits.count();
        let group: Vec<_> = state.waiting.drain(..count).collect();
        state.is_worked = !group.is_empty();
        (!group.is_empty()).then_some(group)
    }
}

/// Makes bodies safe and keeps them; tells each what became of it.
fn keep_all(platform: &Platform, all: Vec<(Waiting, Done)>) {
    let (order, all) = sort_out(platform, all);
    if all.is_empty() {
        return;
    }
    let (mut bodies, tell): (Vec<Waiting>, Vec<Done>) = all.into_iter().unzip();
    // Parts of one stream follow one another, so that they are one batch.
    let taken = order.iter().filter_map(|at| Some(bodies.get_mut(*at)?.encoded.take()));
    let parts: Vec<Part> = taken.flatten().collect();
    match platform.volume.append(Part::join(parts)) {
        Err(failure) => tell.into_iter().for_each(|it| it(Err(failure.clone()))),
        Ok(safe) => platform.store.submit(
            Scope::Provider,
            move |tx| keep(tx, &bodies, &safe),
            move |outcome| answer(tell, outcome),
        ),
    }
}

fn answer(tell: Vec<Done>, outcome: Result<Vec<Result<Receipt, Failure>>, Failure>) {
    match outcome {
        Ok(answers) => tell.into_iter().zip(answers).for_each(|(it, answer)| it(answer)),
        Err(failure) => tell.into_iter().for_each(|it| it(Err(failure.clone()))),
    }
}

/// Refuses the bodies that cannot be kept, as far as that can be known before they are safe: what is safe is not taken back. The
/// others, and their order by stream.
fn sort_out(platform: &Platform, all: Vec<(Waiting, Done)>) -> (Vec<usize>, Vec<(Waiting, Done)>) {
    let looked = platform.read(|_, tx| check(tx, all.iter().map(|it| &it.0)));
    let checked = match looked {
        Ok(it) => it,
        Err(failure) => {
            all.into_iter().for_each(|it| it.1(Err(failure.clone())));
            return (Vec::new(), Vec::new());
        }
    };
    let mut fit = Vec::with_capacity(all.len());
    for (it, checked) in all.into_iter().zip(checked) {
        match checked {
            Ok(()) => fit.push(it),
            Err(failure) => it.1(Err(failure)),
        }
    }
    let by_stream = streams(fit.iter().map(|it| &it.0)).into_values().flatten().collect();
    (by_stream, fit)
}

/// The places of bodies, by stream.
fn streams<'w>(all: impl Iterator<Item = &'w Waiting>) -> BTreeMap<Key, Vec<usize>> {
    let mut streams: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (at, it) in all.enumerate() {
        let opened = &it.prepared.opened;
        streams.entry((opened.tenant.clone(), opened.name.clone())).or_default().push(at);
    }
    streams
}

/// Whether each body's sender may send it and it was checked under the contract that governs its stream now. From here on the
/// transaction sees the house of the last stream.
fn check<'w>(
    tx: &mut Tx<'_>,
    all: impl Iterator<Item = &'w Waiting> + Clone,
) -> Result<Vec<Result<(), Failure>>, Failure> {
    let all: Vec<&Waiting> = all.collect();
    let mut checked: Vec<Result<(), Failure>> = all.iter().map(|_| Ok(())).collect();
    for ((tenant, name), of_stream) in streams(all.iter().copied()) {
        let stream = Stream::named(&tenant, &name);
        let mut senders: Vec<(&Principal, Result<(), Failure>)> = Vec::new();
        let mut governed = None;
        for at in of_stream {
            let (Some(it), Some(slot)) = (all.get(at), checked.get_mut(at)) else { continue };
            let known = senders.iter().find(|(who, _)| who.has_the_rights_of(&it.who));
            let may = match known {
                Some((_, may)) => may.clone(),
                None => {
                    let may = may_send(tx, &stream, &it.who);
                    senders.push((&it.who, may.clone()));
                    may
                }
            };
            *slot = may.and_then(|()| {
                let governed = match &governed {
                    Some(it) => it,
                    None => governed.insert(stream.governed(tx, &tenant)?),
                };
                is_under(&it.prepared.opened, governed)
            });
        }
    }
    Ok(checked)
}

fn may_send(tx: &mut Tx<'_>, stream: &Stream, who: &Principal) -> Result<(), Failure> {
    tx.enter(Scope::Provider)?;
    stream.enter(tx, who, Resource::Evidence, Verb::Create).map(drop)
}

/// Keeps bodies that are safe, each if its sender still may; their receipts.
fn keep(tx: &mut Tx<'_>, all: &[Waiting], safe: &Safe) -> Result<Vec<Result<Receipt, Failure>>, Failure> {
    let checked = check(tx, all.iter())?;
    let mut receipts: Vec<Result<Receipt, Failure>> = Vec::with_capacity(all.len());
    for (it, checked) in all.iter().zip(checked) {
        receipts.push(checked.map(|()| Receipt::of(&it.prepared, 0)));
    }
    for ((tenant, _), of_stream) in streams(all.iter()) {
        tx.enter(Scope::Tenant(tenant))?;
        let kept: Vec<usize> =
            of_stream.into_iter().filter(|at| receipts.get(*at).is_some_and(Result::is_ok)).collect();
        let bodies: Vec<&Waiting> = kept.iter().filter_map(|at| all.get(*at)).collect();
        let first = keep_stream(tx, &bodies, safe)?;
        for (seq, (at, it)) in (first..).zip(kept.into_iter().zip(bodies)) {
            if let Some(Ok(receipt)) = receipts.get_mut(at) {
                receipt.kept(seq, &it.prepared.sha256, Moment(tx.now()));
            }
        }
    }
    Ok(receipts)
}

/// Keeps bodies of one stream; the number of the first.
fn keep_stream(tx: &mut Tx<'_>, bodies: &[&Waiting], safe: &Safe) -> Result<i64, Failure> {
    let Some(opened) = bodies.first().map(|it| &it.prepared.opened) else { return Ok(0) };
    let latest = Latest::of(tx, opened)?;
    let (first, at) = (latest.seq + 1, tx.now());
    let numbered = || (first..).zip(bodies);
    let rows: Vec<_> =
        numbered().map(|(seq, it)| (&it.prepared, (seq, at, it.prepared.volume.reach))).collect();
    latest.append(tx, &rows)?;
    let waiting: Vec<(i64, Instant)> =
        numbered().map(|(seq, it)| (seq, it.prepared.volume.reach.from)).collect();
    wait(tx, (&opened.tenant, &opened.name), &waiting, safe)?;
    let entries: Vec<_> = numbered().map(|(seq, it)| accepted_entry(&it.prepared, seq, 0)).collect();
    let entries: Vec<_> = bodies.iter().map(|it| &it.who).zip(&entries).collect();
    audit::append_of_many(tx, &opened.tenant, &entries)?;
    let reach = bodies.iter().fold(Reach::NONE, |reach, it| reach.with(it.prepared.volume.reach));
    affected::evidence_changed(tx, opened, reach)?;
    Ok(first)
}
