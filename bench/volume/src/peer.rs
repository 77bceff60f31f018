//! Another engine in a process of its own, which measures itself and answers line by line.

use std::path::{Path, PathBuf};
use std::process::Command;

use measured::Fault;
use measured::pipe::Pipe;
use sha2::{Digest, Sha256};

use crate::clock::Took;

/// The scripts, which are run from where they lie.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");
const END: &str = "end";

/// One engine.
pub(crate) struct Peer {
    pub(crate) name: String,
    pipe: Pipe,
}

/// One answer: what it took and its digest.
pub(crate) struct Told {
    pub(crate) took: Took,
    pub(crate) digest: String,
}

impl Peer {
    pub(crate) fn start(python: &Path, engine: &str) -> Result<Peer, Fault> {
        let mut command = python_script(python, "peer.py");
        let mut pipe = Pipe::start(command.arg(engine))?;
        pipe.tell("name")?;
        let name = pipe.lines_until(END)?.concat();
        Ok(Peer { name, pipe })
    }

    /// From now on it answers from that Parquet file.
    pub(crate) fn same(&mut self, file: &Path) -> Result<(), Fault> {
        self.said(&["same", &file.display().to_string()]).map(drop)
    }

    /// From now on it answers from its own best layout, made of that file in an empty folder.
    pub(crate) fn own(&mut self, file: &Path, folder: &Path) -> Result<Took, Fault> {
        std::fs::create_dir_all(folder)?;
        let said = self.said(&["own", &file.display().to_string(), &folder.display().to_string()])?.concat();
        let words: Vec<&str> = said.split(' ').collect();
        took(&words)
    }

    /// Answers once.
    pub(crate) fn ask(&mut self, name: &str, account: u16) -> Result<Told, Fault> {
        let said = self.said(&["ask", name, &account.to_string()])?.concat();
        let words: Vec<&str> = said.split(' ').collect();
        let digest = words.get(2).ok_or("a peer told no digest")?;
        Ok(Told { took: took(&words)?, digest: (*digest).to_owned() })
    }

    /// The answer itself, one line a row.
    pub(crate) fn rows(&mut self, name: &str, account: u16) -> Result<Vec<String>, Fault> {
        self.said(&["rows", name, &account.to_string()])
    }

    /// Inserts batches of 1,000 rows, each durable before the next, for so many seconds: how many rows and what they took.
    pub(crate) fn insert(&mut self, folder: &Path, seconds: u64) -> Result<(u64, Took), Fault> {
        let said = self.said(&["insert", &folder.display().to_string(), &seconds.to_string()])?.concat();
        let words: Vec<&str> = said.split(' ').collect();
        Ok((words.get(2).ok_or("a peer told no number of rows")?.parse()?, took(&words)?))
    }

    fn said(&mut self, words: &[&str]) -> Result<Vec<String>, Fault> {
        self.pipe.tell(&words.join("\t"))?;
        self.pipe.lines_until(END).map_err(|fault| format!("{}: {fault}", self.name).into())
    }
}

/// What writes the rows; its digest is in the file's name, so that rows of another workload are not taken for these.
const GENERATE: &str = include_str!("../peers/generate.py");

/// Writes the workload's rows to a file, unless it is there already.
pub(crate) fn generate(python: &Path, rows: u64, folder: &Path) -> Result<PathBuf, Fault> {
    std::fs::create_dir_all(folder)?;
    let of: String = Sha256::digest(GENERATE).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let file = folder.join(format!("dlr-{rows}-{of}.parquet"));
    if file.is_file() {
        return Ok(file);
    }
    let status = python_script(python, "generate.py").arg(rows.to_string()).arg(&file).status()?;
    if status.success() { Ok(file) } else { Err("the rows could not be generated".into()) }
}

fn python_script(python: &Path, script: &str) -> Command {
    let mut command = Command::new(python);
    command.arg("-B").arg(Path::new(FOLDER).join(script));
    command
}

fn took(words: &[&str]) -> Result<Took, Fault> {
    match words {
        [wall, cpu, ..] => Ok(Took { wall: wall.parse()?, cpu: cpu.parse()? }),
        _ => Err(format!("a peer told no time: {words:?}").into()),
    }
}
