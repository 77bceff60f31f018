//! A contract, the evidence and a cycle in; a settlement with its derivation out. Pure.

pub mod absent;
pub mod counted;
mod cycle_error;
mod evaluate;
pub mod example;
mod open;
mod parameters;
mod prepared;
pub mod probe;
mod settle;
pub mod settlement;
pub mod shown;
mod tenant;
mod unclassified;
pub mod value;

pub use absent::Absent;
pub use evaluate::Overrides;
pub use example::{ExampleResult, examples};
pub use open::Open;
pub use parameters::parameters;
pub use prepared::{Prepared, calendars_of, depends_on};
pub use settle::{cycle_span, hex, settle};
pub use settlement::{Inputs, Settlement};
pub use shown::Shown;
pub use tenant::of_tenant;
pub use unclassified::UNCLASSIFIED;
