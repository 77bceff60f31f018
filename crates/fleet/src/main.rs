//! `upheld-fleet`: the scheduler, the executors and who asks them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use fleet::Executor;
use tokio::net::TcpListener;

/// Answers questions about a lake with several machines. Keep the ports in a trusted network: whoever reaches them can
/// have any file of the lake read. 用多台机器回答数据湖的问题；端口须只在可信网络内开放。
#[derive(Parser)]
#[command(name = "upheld-fleet", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Takes plans, cuts them into tasks and hands these to executors. 接收计划，切成任务并分派。
    Scheduler(Scheduling),
    /// Reads files and runs tasks. 读取文件并执行任务。
    Executor(Executing),
    /// Asks one SQL statement that only reads, about one tenant. 就一个租户提出一条只读 SQL 语句。
    Ask(Asking),
}

#[derive(Args)]
struct Scheduling {
    /// Where to listen; port 0 takes a free one. 监听地址。
    #[arg(long, default_value = "127.0.0.1:50050")]
    listen: SocketAddr,
    /// A folder, or `s3://bucket/prefix` with the credentials of the environment. 数据湖的位置。
    #[arg(long)]
    lake: String,
}

#[derive(Args)]
struct Executing {
    /// The scheduler's host and port. 调度器的地址。
    #[arg(long, default_value = "127.0.0.1:50050")]
    scheduler: String,
    /// A folder, or `s3://bucket/prefix` with the credentials of the environment. 数据湖的位置。
    #[arg(long)]
    lake: String,
    /// The address to bind to, and by which others reach this executor. 本机地址。
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The port results are fetched at. 取结果的端口。
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// The port the scheduler talks to. 调度器连接的端口。
    #[arg(long, default_value_t = 50052)]
    control_port: u16,
    /// The folder of what is handed between tasks. 任务间交换数据的文件夹。
    #[arg(long)]
    work_dir: PathBuf,
    /// How many tasks run at once. 同时执行的任务数。
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Memory for all tasks together, in MiB. 全部任务的内存上限（MiB）。
    #[arg(long, default_value_t = 2048)]
    memory_mib: u64,
}

#[derive(Args)]
struct Asking {
    /// The scheduler's host and port. 调度器的地址。
    #[arg(long, default_value = "127.0.0.1:50050")]
    scheduler: String,
    /// How many parts a plan is cut into: as many as the executors have threads. 计划切分的份数。
    #[arg(long, default_value_t = 4)]
    parts: usize,
    #[command(flatten)]
    question: query::Asked,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(&error.to_string(), 3),
    };
    let done = runtime.block_on(run(arguments.command));
    runtime.shutdown_timeout(Duration::from_secs(1));
    done
}

async fn run(command: Command) -> ExitCode {
    match command {
        Command::Scheduler(it) => served(schedule(it).await),
        Command::Executor(it) => served(execute(it).await),
        Command::Ask(it) => ask(it).await,
    }
}

fn served(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => ended(&message, 3),
    }
}

async fn schedule(it: Scheduling) -> Result<(), String> {
    let lake = objects::open(&it.lake).map_err(|error| error.to_string())?;
    let listener = TcpListener::bind(it.listen).await.map_err(|error| format!("{}: {error}", it.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("listening on {address}");
    fleet::scheduler(listener, &lake).await.map_err(|error| error.to_string())
}

async fn execute(it: Executing) -> Result<(), String> {
    let lake = objects::open(&it.lake).map_err(|error| error.to_string())?;
    let (scheduler_host, scheduler_port) = it
        .scheduler
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)))
        .ok_or_else(|| format!("`{}` is no host and port", it.scheduler))?;
    let setup = Executor {
        host: it.host,
        port: it.port,
        control_port: it.control_port,
        scheduler_host,
        scheduler_port,
        work_dir: it.work_dir,
        threads: it.threads,
        memory_bytes_max: it.memory_mib.saturating_mul(1 << 20),
    };
    fleet::executor(setup, &lake).await.map_err(|error| error.to_string())
}

async fn ask(it: Asking) -> ExitCode {
    match fleet::connect(&it.scheduler, it.parts).await {
        Ok(session) => it.question.answer_in(session).await,
        Err(error) => ended(&format!("{}: {error}", it.scheduler), 3),
    }
}

fn ended(message: &str, code: u8) -> ExitCode {
    eprintln!("upheld-fleet: {message}");
    ExitCode::from(code)
}
