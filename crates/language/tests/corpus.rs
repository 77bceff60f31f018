//! Replays the seeds of the contract fuzz target, and real contracts with something broken in them.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

#[path = "support/invariants.rs"]
mod invariants;
mod support;

use std::fs;
use std::path::Path;

use support::{Random, contracts};

/// Pieces that stand in the way of a parser.
const PIECES: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "```\n",
    "```sla\n",
    "---\n",
    "\n",
    "\n  ",
    "\r\n",
    " ",
    "-",
    "--",
    ".",
    "..",
    ",",
    ":",
    "=",
    "!=",
    "<",
    ">=",
    "|",
    "?",
    "%",
    "99.9%",
    "1_000.50",
    "99999999999999999999999999999999999999999",
    "2026-02-30",
    "24:00",
    "2026-10-01T10:00:00+25:00",
    "30 days",
    "1 h 30 min",
    " of ",
    " or ",
    " where ",
    " not ",
    " by ",
    "when none",
    "reading",
    "\u{feff}",
    "除外",
];

#[test]
fn every_seed_is_read_or_refused_without_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/contract");
    let seeds = support::files(&corpus, "md");
    assert!(seeds.len() >= 10);
    for seed in seeds {
        invariants::check(&fs::read_to_string(seed).unwrap());
    }
}

#[test]
fn a_contract_with_one_place_broken_is_read_or_refused_without_panic() {
    mutated(2_500, 0, 1);
}

#[test]
fn a_contract_broken_in_many_places_is_read_or_refused_without_panic() {
    mutated(2_500, 1_000_000, 8);
}

/// Checks that many contracts, each changed in this many places.
fn mutated(count: u64, first_seed: u64, changes: usize) {
    let contracts = contracts();
    for seed in first_seed..first_seed + count {
        let mut random = Random(seed);
        let mut text = excerpt(&contracts[random.below(contracts.len())].1, &mut random);
        for _ in 0..=random.below(changes) {
            text = changed(&text, &mut random);
        }
        invariants::check(&text);
    }
}

/// The front matter and a few neighbouring blocks, so that one check is quick.
fn excerpt(text: &str, random: &mut Random) -> String {
    let body = text.match_indices("---\n").nth(1).map_or(0, |(at, _)| at + 4);
    let blocks = invariants::blocks(text);
    let first = random.below(blocks.len());
    let last = (first + random.below(6)).min(blocks.len() - 1);
    let fence = text[..blocks[first].1.from].rfind("```").unwrap();
    let until = blocks[last].1.until + "```\n".len();
    format!("{}\n{}", &text[..body], &text[fence..until])
}

/// One change at a random place: a piece put in, a stretch taken out, doubled, moved, or swapped for a piece.
fn changed(text: &str, random: &mut Random) -> String {
    let from = boundary(text, random.below(text.len() + 1));
    let until = boundary(text, (from + random.below(30)).min(text.len()));
    let to = boundary(text, random.below(text.len() + 1));
    let piece = PIECES[random.below(PIECES.len())];
    match random.below(6) {
        0 => format!("{}{piece}{}", &text[..from], &text[from..]),
        1 => format!("{}{}", &text[..from], &text[until..]),
        2 => format!("{}{}", &text[..until], &text[from..]),
        3 => format!("{}{}{}", &text[..to], &text[from..until], &text[to..]),
        4 => format!("{}{piece}{}", &text[..from], &text[until..]),
        _ => text[..until].to_owned(),
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
