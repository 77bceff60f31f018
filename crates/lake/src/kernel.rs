//! The reader: Parquet pages to runs and dictionary codes, and from there to counts and sums without a row in between.
//!
//! Nothing is assumed about who wrote a file. Columns become *dimensions*: streams of dictionary codes, in runs where the
//! file has runs. A combination of codes is a *cell*, a number that indexes an array. Filters are asked once for every
//! dictionary entry and once for every cell, never for a row; time is a dimension like any other, whose codes are the
//! stretches between which no answer changes, and which is not even read where a row group lies in one stretch.
//!
//! Lengths in a file are claims: buffers are bounded, arithmetic is checked or saturates, and what does not add up is a
//! [`ReadError`] that names the file.

mod ahead;
mod alike;
mod bits;
mod chunk;
mod combinations;
mod delta;
mod dim;
mod error;
mod finder;
mod footer;
mod groups;
mod hybrid;
mod page;
mod plan;
mod run;
mod scan;
mod shape;
mod sink;
mod source;
mod sums;
mod tally;
#[cfg(test)]
mod tests;
mod thrift;
mod time;
mod value;
mod walk;

pub(crate) use alike::{Alike, Takes, each_alike};
pub use combinations::Combinations;
pub use error::{Problem, ReadError};
pub use footer::{Chunk, Column, Footer, Kind, RowGroup};
pub use groups::{Answer, DISTINCT_MAX, GROUPS_MAX, GroupKey, Part};
pub use plan::{Check, Filter, Key, Measure, Measured, Plan, Slice, Test, Time};
pub use run::{Opened, footer, run, run_all, run_opened};
pub(crate) use run::{footer_head, footer_heads};
pub(crate) use sink::Sink;
pub use source::{LocalFile, MemoryFile, ReadAt};
pub(crate) use time::{counts, during, slice_of};
pub use value::Value;

/// Rows whose codes are unpacked at a time.
const BLOCK: usize = 2048;
/// With more cells than this, columns that are only filtered by are coarsened.
const CELLS_FEW: usize = 8192;
