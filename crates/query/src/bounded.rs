//! The statement in a process of its own that the machine itself holds to its bounds: what the engine does without asking its
//! own, such as planning and functions of single values, ends there too.

use std::env;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, Stdio, exit};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::ask::Asked;
use crate::refused::Refused;

/// Says to a process that it is the bounded one.
const WITHIN: &str = "UPHELD_QUERY_WITHIN";
/// Address space beside what the statement may use: the program, its threads, what is read at the moment.
const OTHER_BYTES: u64 = 1 << 30;
/// How much longer than it may a statement can take to be broken off by the engine itself.
const GRACE: Duration = Duration::from_secs(1);
/// Ends a process that got no memory.
const ABORTED: i32 = 6;
/// What a process says whose stack was too short; it is ended likewise.
const OVERFLOWED: &str = "overflowed its stack";

/// Whether this process is the one that answers.
pub fn is_within() -> bool {
    env::var_os(WITHIN).is_some()
}

/// Lets a process of its own answer, and says what became of it.
pub fn ask_within(asked: &Asked) -> ExitCode {
    match answered(asked) {
        Ok(code) => code,
        Err(error) => asked.refuse(error.to_string()),
    }
}

fn answered(asked: &Asked) -> io::Result<ExitCode> {
    let child = Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(WITHIN, "1")
        // Each arena of the allocator sets aside address space that nobody uses.
        .env("MALLOC_ARENA_MAX", "2")
        .stderr(Stdio::piped())
        .spawn()?;
    let ended = child.wait_with_output()?;
    if String::from_utf8_lossy(&ended.stderr).contains(OVERFLOWED) {
        let why = "it is nested too deeply; write it in fewer steps".to_owned();
        return Ok(asked.end(Refused::Statement(why)));
    }
    if ended.status.signal() == Some(ABORTED) {
        return Ok(asked.end(Refused::TooMuchMemory(asked.memory_bytes_max())));
    }
    io::stderr().write_all(&ended.stderr)?;
    match (ended.status.code().map(u8::try_from), ended.status.signal()) {
        (Some(Ok(code)), _) => Ok(ExitCode::from(code)),
        (_, Some(signal)) => {
            Err(io::Error::other(format!("the statement's process was ended by signal {signal}")))
        }
        (_, None) => Err(io::Error::other("the statement's process ended otherwise than it may")),
    }
}

/// From now on this process has no more memory than the statement may use, and ends when the statement runs too long. What is
/// returned is dropped when the answer is known: writing it may take as long as it takes.
pub fn enter(asked: &Asked) -> io::Result<Sender<()>> {
    let bytes = u64::try_from(asked.memory_bytes_max()).unwrap_or(u64::MAX).saturating_add(OTHER_BYTES);
    // Elsewhere the limit is refused or means something else, and the engine's own bounds hold.
    if cfg!(target_os = "linux") {
        setrlimit(Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) })?;
    }
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    let (running, ended) = channel();
    let asked = asked.clone();
    thread::Builder::new().name("deadline".to_owned()).spawn(move || {
        let limit = asked.timeout();
        if ended.recv_timeout(limit.saturating_add(GRACE)) == Err(RecvTimeoutError::Timeout) {
            let refused = Refused::TooLong(limit);
            let code = refused.exit_code();
            asked.end(refused);
            exit(i32::from(code));
        }
    })?;
    Ok(running)
}
