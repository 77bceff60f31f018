//! `upheld-query`: one SQL statement that only reads, about one tenant's files of a lake.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use query::Asked;

/// Answers one SQL statement that only reads, about the files of one tenant. 就一个租户的文件回答一条只读 SQL 语句。
#[derive(Parser)]
#[command(name = "upheld-query", version)]
struct Arguments {
    #[command(flatten)]
    asked: Asked,
}

fn main() -> ExitCode {
    let Arguments { asked } = Arguments::parse();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(asked.answer());
            // What a statement that ran too long left behind is not waited for.
            runtime.shutdown_timeout(Duration::from_millis(100));
            code
        }
        Err(error) => asked.refuse(error.to_string()),
    }
}
