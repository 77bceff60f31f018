//! `upheld compare`: where a new version pays less, promises less or claims shorter.

use crate::arguments::CompareArguments;
use crate::failure::Failure;

/// Runs the command.
pub(crate) fn run(_arguments: &CompareArguments) -> Result<(), Failure> {
    Err(Failure::Fault("compare is being built".to_owned()))
}
