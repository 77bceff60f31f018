//! Sets of instants as half-open intervals, and their algebra.
//!
//! A [`Timeline`] is a set of [`Instant`]s kept as sorted runs `[from, until)`; a [`Series`] is an exact number
//! that changes in steps over time. An outage, office hours and "two of three zones down" are all timelines, so
//! one algebra serves them all.
//!
//! Invariants, relied on everywhere and broken nowhere: an [`Interval`] is never empty; the runs of a
//! [`Timeline`] are sorted, disjoint and never adjacent, so equal sets are equal values; a [`Series`] never
//! repeats a value in two steps running. Nothing here reads a clock, knows a calendar or rounds.

mod algebra;
mod instant;
mod interval;
mod series;
mod sweep;
mod timeline;

pub use instant::Instant;
pub use interval::Interval;
pub use series::Series;
pub use timeline::Timeline;
