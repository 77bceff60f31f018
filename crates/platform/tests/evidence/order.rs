//! The order in which records arrive, copies of them and how they are cut into bodies change nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;

use store::{Chance, SeededChance};

use crate::support::{World, each, owner};
use crate::world::{correction, evidence, fill, outage, own, send, shared};

/// A number below `most`.
fn below(chance: &SeededChance, most: usize) -> usize {
    let mut bytes = [0; 4];
    chance.fill(&mut bytes).unwrap();
    usize::try_from(u32::from_le_bytes(bytes)).unwrap() % most
}

/// Sends all lines in bodies of any size and any order, some of them twice, looking at the evidence now and then.
fn send_anyhow(world: &World, lines: &[String], chance: &SeededChance) {
    let mut waiting = lines.to_vec();
    waiting.extend((0..4).map(|_| lines[below(chance, lines.len())].clone()));
    while !waiting.is_empty() {
        let size = 1 + below(chance, waiting.len());
        let body: Vec<String> =
            (0..size).map(|_| waiting.swap_remove(below(chance, waiting.len()))).collect();
        for _ in 0..=below(chance, 2) {
            send(world, &owner(), &own(), &body);
            evidence(world);
        }
    }
}

#[test]
fn order_copies_and_bodies_never_change_the_digest() {
    let mut lines: Vec<String> = (0..12).map(|it| outage(&format!("o{it}"), it, 10 + it)).collect();
    lines.push(r#"{"fact":"probe","at":"2026-10-01T00:00:00Z","reached":true}"#.to_owned());
    let corrections =
        [correction(&outage("x", 3, 7), "c1", "o3"), correction(&outage("x", 4, 7), "c2", "c1")];
    let digests = RefCell::new(BTreeSet::new());
    for seed in 0..5 {
        each(|world| {
            fill(world);
            let chance = SeededChance::new(seed);
            if seed % 2 == 0 {
                send(world, &owner(), &shared(), &[outage("s", 1, 5)]);
            }
            send_anyhow(world, &lines, &chance);
            send_anyhow(world, &corrections, &SeededChance::new(seed + 100));
            send(world, &owner(), &shared(), &[outage("s", 1, 5)]);
            send(world, &owner(), &own(), &corrections);
            digests.borrow_mut().insert(evidence(world).digest());
        });
    }
    assert_eq!(digests.borrow().len(), 1);
}
