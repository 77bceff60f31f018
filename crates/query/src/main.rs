//! `upheld-query`: one SQL statement that only reads, about one tenant's files of a lake.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use query::{Asked, ask_within, enter, is_within};

/// What reads at the same time; a lake in a folder is read by threads that wait.
const READERS: usize = 16;
/// What computes at the same time, as many as parts of a plan.
const WORKERS: usize = 2;

/// Answers one SQL statement that only reads, about the files of one tenant. 就一个租户的文件回答一条只读 SQL 语句。
#[derive(Parser)]
#[command(name = "upheld-query", version)]
struct Arguments {
    #[command(flatten)]
    asked: Asked,
}

fn main() -> ExitCode {
    let Arguments { asked } = Arguments::parse();
    if is_within() {
        answer(&asked).unwrap_or_else(|it| asked.refuse(it.to_string()))
    } else {
        ask_within(&asked)
    }
}

fn answer(asked: &Asked) -> io::Result<ExitCode> {
    let running = enter(asked)?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(WORKERS).max_blocking_threads(READERS).enable_all().build()?;
    let code = runtime.block_on(asked.answer(running));
    // What a statement that ran too long left behind is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(code)
}
