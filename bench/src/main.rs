//! Measures the engine beside its peers.
mod rows;
mod w1;
/// Anything that stops a measurement.
type Fault = Box<dyn std::error::Error + Send + Sync>;
fn main() {}
