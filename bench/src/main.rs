//! Measures the engine and the platform beside their peers. Started by `cargo xtask bench`, which says where the peers are.

mod engine;
mod lite;
mod pages;
mod peers;
mod rows;
mod settlements;
mod stored;
mod w1;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use engine::Effort;
use measured::{Fault, clock, report};
use peers::Programs;

const USAGE: &str = "usage: bench engine [--quick] [--format json] --python FILE --postgres FOLDER
       bench platform [--quick] [--format json] [--only TEXT] --postgres FOLDER
       bench settlements [--quick] [--format json]
       bench pages [--quick] [--format json] --address HOST:PORT";

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1))
        .ok_or_else(|| USAGE.into())
        .and_then(|options| options.run())
    {
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
    effort: Effort,
    is_json: bool,
    question: Question,
}

enum Question {
    Engine(Programs),
    Settlements,
    /// The demonstration served there.
    Pages(SocketAddr),
    /// Only the parts with a text in their name, beside the server whose programs are in a folder.
    Platform(PathBuf, String),
}

impl Options {
    /// `None` for anything that is not as the usage says.
    fn read(mut words: impl Iterator<Item = String>) -> Option<Options> {
        let (mut quick, mut is_json, mut python, mut postgres) = (false, false, None, None);
        let (mut only, mut address) = (String::new(), None);
        let question = words.next()?;
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => quick = true,
                "--format" => is_json = words.next()? == "json",
                "--address" => address = Some(words.next()?.parse().ok()?),
                "--only" => only = words.next()?,
                "--python" => python = Some(PathBuf::from(words.next()?)),
                "--postgres" => postgres = Some(PathBuf::from(words.next()?)),
                _ => return None,
            }
        }
        let effort = Effort { rounds: if quick { 3 } else { 7 }, is_full: !quick };
        let question = match question.as_str() {
            "engine" => Question::Engine(Programs { python: python?, postgres: postgres? }),
            "settlements" => Question::Settlements,
            "pages" => Question::Pages(address?),
            "platform" => Question::Platform(postgres?, only),
            _ => return None,
        };
        Some(Options { effort, is_json, question })
    }

    /// Whether all answers were equal.
    fn run(&self) -> Result<bool, Fault> {
        let items = match &self.question {
            Question::Engine(programs) => engine::run(programs, &self.effort)?,
            Question::Settlements => engine::settlements(&self.effort)?,
            Question::Pages(address) => pages::run(*address, &self.effort)?,
            Question::Platform(programs, only) => stored::run(programs, &self.effort, only)?,
        };
        let text = if self.is_json { report::json_text(&items) } else { report::table(&items) };
        println!("{text}");
        Ok(items.iter().all(|item| item.is_equal))
    }
}
