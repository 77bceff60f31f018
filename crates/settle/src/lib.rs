//! A contract, the evidence and a cycle in; a settlement with its derivation out. Pure.

pub mod absent;
mod evaluate;
pub mod example;
mod parameters;
mod prepared;
pub mod probe;
mod settle;
pub mod settlement;
mod tenant;
pub mod value;

pub use absent::Absent;
pub use evaluate::Overrides;
pub use example::{ExampleResult, examples};
pub use parameters::parameters;
pub use prepared::{Prepared, depends_on};
pub use settle::{cycle_span, hex, settle};
pub use settlement::{Inputs, Settlement};
pub use tenant::of_tenant;
