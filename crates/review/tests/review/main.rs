//! Review and comparison, on contracts small and real.

#[cfg(test)]
mod comparisons;
#[cfg(test)]
mod findings;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod support;
mod wording;
