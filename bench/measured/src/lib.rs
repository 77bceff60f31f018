//! What measurements share: clocks, programs that answer line by line, and tables of results with their goals.

pub mod clock;
pub mod pipe;
pub mod report;

/// Anything that stops a measurement.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
