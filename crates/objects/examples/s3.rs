//! Serves a folder as an S3 store on this machine, to try a lake in an object store: `s3 FOLDER [ADDRESS]`.
//!
//! It prints what the environment has to say for `s3://lake/…` to be found there, and runs until it is ended.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program for people who try things")]

#[expect(dead_code, reason = "the tests use other parts of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;

fn main() {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "s3".into());
    let address = std::env::args().nth(2).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let address = support::serve_at(Path::new(&folder), &address);
    for (name, value) in support::environment(address) {
        println!("export {name}='{value}'");
    }
    loop {
        std::thread::park();
    }
}
