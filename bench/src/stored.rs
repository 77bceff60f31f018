//! `bench platform`: what is stored durably, beside PostgreSQL driven directly on the same disk.
//!
//! Each part is a function from how much is to be done to [`Item`]s, with stores of its own that go when it ends.

mod books;
pub(crate) mod client;
mod direct;
mod intake;
mod live;
mod messages;
mod record;
mod run;
mod volume;
mod world;

use std::path::Path;

use crate::Fault;
use crate::engine::{Effort, load};
use crate::report::Item;

type Part = fn(&Path, &Effort) -> Result<Vec<Item>, Fault>;

const PARTS: [(&str, Part); 8] = [
    ("ledger", books::run),
    ("intake", intake::run),
    ("audit", record::run),
    ("settlement run", run::run),
    ("live", live::run),
    ("volume-intake-http", volume::bodies),
    ("volume-single-http", volume::singles),
    ("volume-live-p99", volume::seen),
];

/// Every item of the parts with `only` in their name. `programs`: the folder with PostgreSQL's programs.
pub(crate) fn run(programs: &Path, effort: &Effort, only: &str) -> Result<Vec<Item>, Fault> {
    eprintln!("load before: {}", load());
    let mut items = Vec::new();
    for (name, part) in PARTS.iter().filter(|part| part.0.contains(only)) {
        eprintln!("== {name}");
        items.extend(part(programs, effort)?);
    }
    eprintln!("load after: {}", load());
    Ok(items)
}

/// How many a second.
fn rate(count: u64, nanos: u64) -> u64 {
    let rate = u128::from(count) * 1_000_000_000 / u128::from(nanos.max(1));
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// What the platform refused, in words.
fn told(failure: &platform::Failure) -> Fault {
    failure.to_string().into()
}
