//! Claims: what follows from a sealed statement, and what a customer asks for.

use store::Tx;

use crate::decisions::DecisionView;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::statements::Sealed;

/// What a sealed statement brings about by itself: automatic remedies, and the difference to the one it supersedes.
pub fn after_seal(_: &Platform, _: &mut Tx<'_>, _: &Principal, _: &Sealed<'_>) -> Result<(), Failure> {
    Ok(())
}

/// What a person's decision about a discretionary remedy brings about.
pub fn after_decision(_: &Platform, _: &mut Tx<'_>, _: &Principal, _: &DecisionView) -> Result<(), Failure> {
    Ok(())
}
