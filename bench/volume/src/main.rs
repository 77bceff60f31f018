//! Measures evidence in volume beside other engines. Started by `cargo xtask bench volume`, which says where the peers are.

mod clock;
mod disk;
mod input;
mod journal;
mod made;
mod own;
mod parts;
mod peer;
mod postgres;
mod question;
mod recounted;
mod rounds;
mod row;
mod statement;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use measured::{Fault, report};

use parts::Volume;

const USAGE: &str = "usage: bench-volume [--quick | --large] [--format json] [--only TEXT] --python FILE --postgres FOLDER --data FOLDER
       bench-volume recount FOLDER";
const ROWS: u64 = 50_000_000;
const ROWS_QUICK: u64 = 10_000_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.as_slice() {
        [word, folder] if word == "recount" => recounted::here(Path::new(folder)).map(|()| true),
        _ => Options::read(words.into_iter()).ok_or_else(|| USAGE.into()).and_then(|options| options.run()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("answers differ");
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    volume: Volume,
    only: String,
    is_json: bool,
}

impl Options {
    /// `None` for anything that is not as the usage says.
    fn read(mut words: impl Iterator<Item = String>) -> Option<Options> {
        let (mut quick, mut large, mut is_json, mut only) = (false, false, false, String::new());
        let (mut python, mut postgres, mut data) = (None, None, None);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => quick = true,
                "--large" => large = true,
                "--format" => is_json = words.next()? == "json",
                "--only" => only = words.next()?,
                "--python" => python = Some(PathBuf::from(words.next()?)),
                "--postgres" => postgres = Some(PathBuf::from(words.next()?)),
                "--data" => data = Some(PathBuf::from(words.next()?)),
                _ => return None,
            }
        }
        let rows = if quick { ROWS_QUICK } else { ROWS };
        let volume = Volume { rows, large, python: python?, postgres: postgres?, data: data? };
        (!(quick && large)).then_some(Options { volume, only, is_json })
    }

    /// Whether all answers were equal.
    fn run(&self) -> Result<bool, Fault> {
        let items = self.volume.run(&self.only)?;
        let text = if self.is_json { report::json_text(&items) } else { report::table(&items) };
        println!("{text}");
        Ok(items.iter().all(|item| item.is_equal))
    }
}
