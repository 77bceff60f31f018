//! `upheld apply`.
use crate::arguments::ApplyArguments;
use crate::failure::Failure;
/// Runs the command.
pub(crate) fn run(_arguments: &ApplyArguments) -> Result<(), Failure> { Ok(()) }
