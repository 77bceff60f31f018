//! Aggregates over scans run by the lake's own reader: counts and sums off runs and dictionaries instead of rows.
//!
//! [`RunAggregation`] finds the shapes the reader answers and puts a [`RunAggregate`] in their place. What the reader
//! cannot read after all, a file without one of the columns for example, is answered by the plan that was replaced.

mod condition;
mod kept;
mod operator;
mod rule;
mod source;

pub use kept::Kept;
pub use operator::RunAggregate;
pub use rule::RunAggregation;
