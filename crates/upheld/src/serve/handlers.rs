//! Who does which kind of job: the one list of all that happens by itself.

use platform::jobs::Handler;
use platform::{
    audit, claims, corrections, cycles, housekeeping, maintenance, notices, runs, subscriptions, volume,
    vouchers,
};

/// Every kind of job with what does it.
pub(crate) fn handlers() -> Vec<(&'static str, Handler)> {
    vec![
        (subscriptions::CYCLE_JOB, cycles::open as Handler),
        (cycles::CLOSE_JOB, cycles::close),
        (cycles::LATE_JOB, cycles::late),
        (subscriptions::TERM_JOB, subscriptions::run),
        (notices::NOTICE_JOB, notices::run),
        (corrections::EXPIRY_JOB, corrections::run),
        (runs::RUN_JOB, runs::run),
        (claims::DEADLINE_JOB, claims::run),
        (vouchers::EXPIRY_JOB, vouchers::expire),
        (audit::JOB, audit::run),
        (housekeeping::JOB, housekeeping::run),
        (maintenance::EXPAND_JOB, maintenance::run),
        (volume::JOB, volume::run),
        (volume::MERGE_JOB, volume::merge),
    ]
}
