//! Review and comparison, on contracts small and real.

mod comparisons;
mod findings;
mod laws;
mod seeds;
mod support;
