//! Somebody's Parquet is read in a process of its own, which the machine itself holds to its memory: a page, a dictionary or a
//! list of lengths may claim gigabytes in a few bytes, and whoever reads them believes it.

use std::env;
use std::io::{self, BufRead, BufReader, BufWriter, Read};
use std::os::unix::process::ExitStatusExt;
use std::panic;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::parquet;
use crate::failure::Failure;

/// What reading a file may take.
const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Ends a process that got no memory.
const ABORTED: i32 = 6;
/// What a process says whose stack was too short; it is ended likewise.
const OVERFLOWED: &str = "overflowed its stack";
const BUFFER_BYTES: usize = 256 << 10;
/// Both sides would wait for each other, were more told than a pipe holds.
const WHY_CHARS_MAX: usize = 1_000;

/// The rows of a file as lines of JSON.
pub(super) struct Apart {
    reader: Child,
    lines: BufReader<ChildStdout>,
}

impl Apart {
    /// Begins to read; what refuses the whole file is told here.
    pub(super) fn open(path: &Path) -> io::Result<Apart> {
        let mut reader = Command::new(env::current_exe()?)
            .arg("parquet-lines")
            .arg("--")
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let lines = reader.stdout.take().ok_or_else(|| io::Error::other("its reader has no output"))?;
        let mut apart = Apart { reader, lines: BufReader::with_capacity(BUFFER_BYTES, lines) };
        apart.fill_buf()?;
        Ok(apart)
    }

    /// Nothing more comes: whether that is because all was read.
    fn ended(&mut self) -> io::Result<()> {
        let mut why = String::new();
        if let Some(mut told) = self.reader.stderr.take() {
            told.read_to_string(&mut why)?;
        }
        let status = self.reader.wait()?;
        if status.success() { Ok(()) } else { Err(broken_off(status, why.trim())) }
    }
}

impl Read for Apart {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Apart {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.lines.fill_buf()?.is_empty() {
            self.ended()?;
        }
        self.lines.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.lines.consume(bytes);
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // Whoever wants no more rows lets nobody read on. One that has ended cannot be killed, which is as well.
        let _ = self.reader.kill();
        let _ = self.reader.wait();
    }
}

fn broken_off(status: ExitStatus, why: &str) -> io::Error {
    let why = match status.signal() {
        Some(ABORTED) if why.contains(OVERFLOWED) => "the file is damaged".to_owned(),
        Some(ABORTED) => format!(
            "reading it takes more than {} MiB of memory; write it again with smaller pages, or as text",
            MEMORY_BYTES_MAX >> 20
        ),
        Some(signal) => format!("its reader was ended by signal {signal}"),
        None => why.to_owned(),
    };
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Runs the reader itself.
pub(crate) fn run(path: &Path) -> Result<(), Failure> {
    let read = confined().and_then(|()| {
        let mut to = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
        parquet::write_lines(path, &mut to)
    });
    read.map_err(|error| {
        eprintln!("{}", error.to_string().chars().take(WHY_CHARS_MAX).collect::<String>());
        Failure::Text
    })
}

/// From now on this process gets no more memory than it may, and nothing is heard from it but why it ends.
fn confined() -> io::Result<()> {
    panic::set_hook(Box::new(|_| {}));
    // Elsewhere it does not bound what is allocated.
    if cfg!(target_os = "linux") {
        let most = Some(MEMORY_BYTES_MAX);
        setrlimit(Resource::Data, Rlimit { current: most, maximum: most })?;
    }
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}
