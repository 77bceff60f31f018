//! A lake that several processes share: whoever is there folds what another accepted, whatever fails on the way.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use lake::LocalBlobs;
use platform::intake::{self, Body, Prepared};
use platform::{Platform, volume};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::faulty::{Faulty, Trouble};
use crate::support::{World, each, owner};
use crate::world::{
    all, close, fee, kept, message, messages, own, ready, run_all, run_jobs, send, success, troubles,
    why_unavailable,
};

/// The processes of one house: their clock and database are the world's.
struct House<'w> {
    world: &'w World,
    blobs: Arc<Faulty>,
    folders: Vec<TempDir>,
}

impl<'w> House<'w> {
    fn new(world: &'w World) -> Self {
        ready(world);
        Self { world, blobs: Arc::new(Faulty::new(&world.data.join("lake"))), folders: Vec::new() }
    }

    /// Another process.
    fn process(&mut self) -> World {
        let folder = tempfile::tempdir().unwrap();
        let platform = self.world.platform.clone().with_lake(self.blobs.clone(), folder.path());
        self.folders.push(folder);
        World { platform, clock: self.world.clock.clone(), data: self.world.data.clone() }
    }

    /// The objects that wait.
    fn objects(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in fs::read_dir(self.world.data.join("lake/.waiting")).unwrap() {
            found.extend(fs::read_dir(folder.unwrap().path()).unwrap().map(|it| it.unwrap().path()));
        }
        found.sort();
        found
    }

    /// How many batches wait.
    fn waiting(&self) -> i64 {
        let sql = "SELECT count(*) FROM lake_waiting";
        self.world.read(|_, tx| Ok(tx.row(sql, &[])?.unwrap().get(0)?)).unwrap()
    }

    /// The month is settled by `worker`: so many of so many were delivered, every one counted once.
    fn settles(&self, worker: &World, exact: &str, records: u64) {
        worker.set("2026-11-05T00:00:00Z");
        run_jobs(worker);
        worker.pass(60);
        run_jobs(worker);
        assert_eq!(success(&all(worker)[0]), json!(exact));
        let kept = kept(worker);
        assert!(kept.iter().all(|it| it.merged), "{kept:?}");
        assert_eq!(kept.iter().map(|it| it.records).sum::<u64>(), records);
        assert_eq!((self.waiting(), self.objects()), (0, Vec::new()));
    }
}

/// A body made safe and not yet acknowledged.
fn secured(platform: &Platform, lines: &[Json]) -> Prepared {
    let lines: Vec<String> = lines.iter().map(Json::to_string).collect();
    let shape = intake::shape("application/x-ndjson").unwrap();
    let opened = platform.read(|platform, tx| intake::open(platform, tx, &owner(), &own())).unwrap();
    let body = Body { shape, bytes: lines.join("\n").into_bytes(), atomic: false };
    intake::secure(platform, &owner(), intake::prepare(opened, &owner(), body).unwrap()).unwrap()
}

fn acknowledge(platform: &Platform, prepared: Prepared) -> intake::Receipt {
    platform.write(move |platform, tx| intake::commit(platform, tx, &owner(), prepared)).unwrap()
}

/// Messages of these numbers, all delivered.
fn delivered(ids: std::ops::Range<usize>) -> Vec<Json> {
    ids.map(|it| message(it, "delivered")).collect()
}

#[test]
fn what_one_process_accepted_another_folds_also_when_the_first_is_gone() {
    each(|world| {
        let mut house = House::new(world);
        for ids in [0..50, 50..100] {
            let node = house.process();
            send(&node, &delivered(ids));
        }
        send(world, &[fee()]);
        assert_eq!((house.objects().len(), house.waiting()), (2, 2));
        let worker = house.process();
        house.settles(&worker, "1/1", 100);
    });
}

#[test]
fn the_web_closes_a_cycle_over_what_others_accepted() {
    each(|world| {
        let mut house = House::new(world);
        send(&house.process(), &[messages(10), vec![fee()]].concat());
        world.set("2026-11-02T00:00:00Z");
        let web = house.process();
        assert_eq!(success(&close(&web).unwrap()), json!("9/10"));
        assert_eq!((house.waiting(), house.objects()), (0, Vec::new()));
    });
}

#[test]
fn a_request_acknowledged_after_its_object_was_folded_waits_for_nothing_and_counts_once() {
    each(|world| {
        let mut house = House::new(world);
        let (node, worker) = (house.process(), house.process());
        let slow = secured(&node, &delivered(0..50));
        send(&node, &delivered(50..100));
        worker.pass(60);
        run_all(&worker);
        assert!(house.objects().is_empty(), "the object of the slow one went with the other");
        let receipt = acknowledge(&node, slow);
        assert_eq!((receipt.in_volume, house.waiting()), (Some(50), 0));
        send(world, &[fee()]);
        house.settles(&worker, "1/1", 100);
    });
}

#[test]
fn what_nobody_was_told_of_is_found_and_counts_once_when_it_is_sent_again() {
    each(|world| {
        let mut house = House::new(world);
        drop(secured(&house.process(), &delivered(0..50)));
        let (node, worker) = (house.process(), house.process());
        send(&node, &[delivered(0..100), vec![fee()]].concat());
        volume::schedule(&worker).unwrap();
        house.settles(&worker, "1/1", 100);
    });
}

#[test]
fn a_store_that_is_away_refuses_and_keeps_what_was_acknowledged() {
    each(|world| {
        let mut house = House::new(world);
        let (node, worker) = (house.process(), house.process());
        send(&node, &delivered(0..50));
        for trouble in [Trouble::Away, Trouble::Mute] {
            house.blobs.begin(trouble);
            let refused = crate::world::try_send(&node, &own(), &delivered(50..100), false);
            let failure = refused.err().unwrap();
            assert!(failure.to_string().contains("no answer"), "{failure}");
            assert_eq!(house.waiting(), 1);
        }
        house.blobs.begin(Trouble::Away);
        worker.pass(60);
        run_jobs(&worker);
        assert!(troubles(&worker)[0].contains("no answer"), "{:?}", troubles(&worker));
        house.blobs.begin(Trouble::Nothing);
        send(&node, &[delivered(50..100), vec![fee()]].concat());
        house.settles(&worker, "1/1", 100);
    });
}

#[test]
fn a_worker_that_ends_at_any_step_leaves_what_another_does_to_the_same_end() {
    let mut step = 0;
    loop {
        let directory = tempfile::tempdir().unwrap();
        let location = store::Location::Directory(directory.path().to_owned());
        let world = World::open(&location, directory.path());
        let mut house = House::new(&world);
        let node = house.process();
        send(&node, &(0..9).map(|it| message(28 * it, "delivered")).collect::<Vec<_>>());
        world.pass(1);
        send(&node, &[message(0, "failed"), message(252, "delivered"), fee()]);
        world.pass(60);
        house.blobs.begin(Trouble::Ends(step));
        run_jobs(&house.process());
        let is_through = house.blobs.trouble() != Trouble::Ends(0);
        house.blobs.begin(Trouble::Nothing);
        let worker = house.process();
        volume::schedule(&worker).unwrap();
        house.settles(&worker, "9/10", 10);
        if is_through {
            break;
        }
        step += 1;
    }
    assert!(step > 5, "{step} steps and no more");
}

#[test]
fn what_a_listing_does_not_show_yet_is_waited_for() {
    each(|world| {
        let mut house = House::new(world);
        let (node, worker) = (house.process(), house.process());
        send(&node, &delivered(0..50));
        send(&node, &delivered(50..100));
        house.blobs.begin(Trouble::Hidden("/0000000000000001-".to_owned()));
        worker.pass(60);
        run_jobs(&worker);
        assert!(troubles(&worker)[0].contains("is not there"), "{:?}", troubles(&worker));
        assert_eq!((house.waiting(), house.objects().len()), (2, 2));
        house.blobs.begin(Trouble::Nothing);
        send(world, &[fee()]);
        house.settles(&worker, "1/1", 100);
    });
}

#[test]
fn an_object_that_is_damaged_or_lost_is_named_and_no_cycle_is_closed_without_it() {
    each(|world| {
        let mut house = House::new(world);
        let (node, worker) = (house.process(), house.process());
        send(&node, &messages(1)[..30]);
        send(&node, &[&messages(1)[30..], &[fee()]].concat());
        let path = house.objects().remove(1);
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 1;
        fs::write(&path, damaged).unwrap();
        world.set("2026-11-02T00:00:00Z");
        let name = path.file_name().unwrap().to_str().unwrap();
        let why = why_unavailable(close(&worker));
        assert!(why.contains(name) && why.contains("is damaged"), "{why}");
        assert_eq!(house.objects(), std::slice::from_ref(&path), "what came before it is in files");
        fs::remove_file(&path).unwrap();
        let why = why_unavailable(close(&worker));
        assert!(why.contains("is not there"), "{why}");
        fs::write(&path, whole).unwrap();
        house.settles(&worker, "99/100", 100);
    });
}

#[test]
fn two_workers_at_the_same_partitions_come_to_one_truth() {
    each(|world| {
        let mut house = House::new(world);
        let nodes = [house.process(), house.process()];
        let workers = [house.process(), house.process()];
        for round in 0..3 {
            thread::scope(|scope| {
                for (at, node) in nodes.iter().enumerate() {
                    // Half of what one sends the other sends too.
                    let from = 100 * round + 50 * at;
                    scope.spawn(move || send(node, &delivered(from..from + 100)));
                }
            });
            world.pass(60);
            thread::scope(|scope| {
                for worker in &workers {
                    scope.spawn(|| run_jobs(worker));
                }
            });
            assert_eq!(troubles(world), [""; 0]);
        }
        send(world, &[fee()]);
        house.settles(&workers[0], "1/1", 350);
    });
}

#[test]
fn a_data_directory_belongs_to_one_process() {
    each(|world| {
        let mut house = House::new(world);
        house.process().volume.prepare().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let blobs = Arc::new(LocalBlobs::open(&world.data.join("lake")).unwrap());
        let process = || world.platform.clone().with_lake(blobs.clone(), folder.path());
        let first = process();
        first.volume.prepare().unwrap();
        let refused = process().volume.prepare().err().unwrap();
        assert!(refused.contains("give each process a --data of its own"), "{refused}");
        drop(first);
        process().volume.prepare().unwrap();
    });
}
