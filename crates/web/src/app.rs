//! What all requests share.

use std::io::Write;

use platform::{Failure, Platform};
use store::Fault;

use crate::limits::{Limits, Rates};
use crate::measure::Measures;

/// What a process is told of how to serve.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How much anybody may ask.
    pub rates: Rates,
    /// Whether each request is put into the log.
    pub log: bool,
}

pub(crate) struct App {
    pub(crate) platform: Platform,
    pub(crate) limits: Limits,
    pub(crate) measures: Measures,
    /// Whether each request is put into the log.
    pub(crate) log: bool,
}

impl App {
    pub(crate) fn new(platform: Platform, options: Options) -> Self {
        Self { platform, limits: Limits::new(options.rates), measures: Measures::default(), log: options.log }
    }

    /// 32 hexadecimal digits nobody else has.
    pub(crate) fn new_trace(&self) -> String {
        let mut bytes = [0; 16];
        // Without chance the trace id is all zeros: the request is served all the same.
        let _ = self.platform.store.chance().fill(&mut bytes);
        settle::hex(&bytes)
    }

    /// Puts a fault into the log, once, with what leads to it.
    pub(crate) fn note(&self, failure: &Failure, trace: &str) {
        if let Failure::Fault(fault) = failure {
            let line = serde_json::json!({
                "level": if matches!(fault, Fault::Unavailable(_)) { "warn" } else { "error" },
                "message": fault.to_string(), "trace_id": trace,
            });
            put(&line);
        }
    }
}

/// Puts a line into the log. A log that cannot be written, say on a full disk, keeps nobody from being answered.
pub(crate) fn put(line: &serde_json::Value) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
