//! `upheld serve`: the composition root. Settings, store, key, jobs and the API, put together and taken apart in peace.

use crate::arguments::ServingArguments;
use crate::failure::Failure;
use crate::{config, serve};

/// Runs the command.
pub(crate) fn run(arguments: &ServingArguments) -> Result<(), Failure> {
    let serving = config::serving(arguments)?;
    let (tracer, _sender) = serve::otlp::start(serving.otlp.as_deref())?;
    let platform = serve::open(&serving, tracer)?;
    serve::run(platform, &serving, |_| String::new())
}
