//! What all requests share.

use std::io::Write;
use std::sync::Arc;

use platform::{Failure, Platform};
use store::Fault;

use crate::bodies::Bodies;
use crate::limits::{Limits, Rates};
use crate::measure::Measures;
use crate::route::Route;

/// What a process is told of how to serve.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How much anybody may ask.
    pub rates: Rates,
    /// Whether each request is put into the log.
    pub log: bool,
}

/// Which part of the platform a process serves. Health and metrics all of them do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Serves {
    /// The API and the pages.
    #[default]
    Everything,
    /// The routes that take records.
    Intake,
    /// Nothing more.
    Health,
}

impl Serves {
    /// Whether a route of the API is served.
    pub(crate) fn includes(self, route: &Route) -> bool {
        match self {
            Self::Everything => true,
            Self::Intake => route.intake,
            Self::Health => false,
        }
    }
}

/// Where the lines of the log go.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// The platform, the limits and the measures of one process; the API and the pages use the same.
pub struct App {
    /// The platform.
    pub platform: Platform,
    pub(crate) limits: Limits,
    pub(crate) bodies: Bodies,
    pub(crate) measures: Measures,
    pub(crate) serves: Serves,
    /// Whether each request is put into the log.
    pub(crate) log: bool,
    pub(crate) line: Log,
}

impl App {
    /// Serves `platform`; the lines of the log go to `line`.
    pub fn new(platform: Platform, options: Options, line: Log) -> Self {
        let (limits, measures) = (Limits::new(options.rates), Measures::default());
        Self {
            platform,
            limits,
            bodies: Bodies::default(),
            measures,
            serves: Serves::default(),
            log: options.log,
            line,
        }
    }

    /// The same serving this part alone.
    #[must_use]
    pub fn serving(self, serves: Serves) -> Self {
        Self { serves, ..self }
    }

    /// 32 hexadecimal digits nobody else has.
    pub fn new_trace(&self) -> String {
        let mut bytes = [0; 16];
        // Without chance the trace id is all zeros: the request is served all the same.
        let _ = self.platform.store.chance().fill(&mut bytes);
        settle::hex(&bytes)
    }

    /// Puts a fault into the log, once, with what leads to it.
    pub fn note(&self, failure: &Failure, trace: &str) {
        if let Failure::Fault(fault) = failure {
            let line = serde_json::json!({
                "level": if matches!(fault, Fault::Unavailable(_)) { "warn" } else { "error" },
                "message": fault.to_string(), "trace_id": trace,
            });
            (self.line)(&line.to_string());
        }
    }
}

/// Puts a line into the log. A log that cannot be written, say on a full disk, keeps nobody from being answered.
pub fn to_stderr(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
