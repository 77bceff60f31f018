//! `upheld serve`: the composition root. Settings, store, key, jobs and the API, put together and taken apart in peace.

use crate::arguments::ServingArguments;
use crate::failure::Failure;
use crate::{config, serve};

/// Runs the command.
pub(crate) fn run(arguments: &ServingArguments) -> Result<(), Failure> {
    let serving = config::serving(arguments)?;
    let platform = serve::open(&serving)?;
    serve::run(platform, &serving, |_| String::new())
}
