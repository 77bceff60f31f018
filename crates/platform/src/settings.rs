//! What the operator sets, with the values that hold when nothing is set.

/// Lengths of time and names the platform works with. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The provider's name, as statements and pages show it.
    pub provider: String,
    /// The name of the log and of the sealing key (C2SP key name): a host name or `host/path`.
    pub origin: String,
    /// After a cycle's end, how long late evidence is waited for before the statement is sealed.
    pub grace_seconds: i64,
    /// How long a session lasts without use, and at most.
    pub session_idle_seconds: i64,
    /// See `session_idle_seconds`.
    pub session_seconds: i64,
    /// How long a password confirmation opens dangerous acts.
    pub confirmation_seconds: i64,
    /// How long an invitation or reset link can be used.
    pub link_seconds: i64,
    /// How long a claim may wait for its decision.
    pub adjudication_seconds: i64,
    /// How long a claimant has to answer a question about a claim.
    pub answer_seconds: i64,
    /// How long after a decision the claimant may appeal.
    pub appeal_seconds: i64,
    /// How long a voucher can be used; `None` is for ever.
    pub voucher_seconds: Option<i64>,
    /// How long answers are kept under their Idempotency-Key.
    pub idempotency_seconds: i64,
    /// How long the other party has to consent to a correction.
    pub consent_seconds: i64,
    /// The witnesses whose cosignatures of checkpoints are kept, as vkeys (C2SP tlog-cosignature).
    pub witnesses: Vec<String>,
    /// Every setting of the process as it holds, for the settings page: key, value, and where it comes from. No secrets.
    pub shown: Vec<(String, Option<String>, String)>,
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

impl Default for Settings {
    fn default() -> Self {
        Self {
            provider: "Provider".to_owned(),
            origin: "localhost/upheld".to_owned(),
            grace_seconds: 3 * DAY,
            session_idle_seconds: HOUR / 2,
            session_seconds: 12 * HOUR,
            confirmation_seconds: 10 * 60,
            link_seconds: 7 * DAY,
            adjudication_seconds: 14 * DAY,
            answer_seconds: 30 * DAY,
            appeal_seconds: 30 * DAY,
            voucher_seconds: Some(365 * DAY),
            idempotency_seconds: 7 * DAY,
            consent_seconds: 30 * DAY,
            witnesses: Vec::new(),
            shown: Vec::new(),
        }
    }
}
