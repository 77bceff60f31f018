//! What the platform does by itself, and the reasons it writes down for it, in the reader's words.

use crate::words::Words;

/// What a job is for, as the actor `system:JOB` names it; its own name where there are no words for it.
pub(crate) fn work(w: Words, job: &str) -> String {
    let words = match job {
        "close" => w.log_work_close(),
        "late" => w.log_work_late(),
        "run" => w.log_work_run(),
        "cycle" => w.log_work_cycle(),
        "claim" => w.log_work_claim(),
        "voucher" => w.log_work_voucher(),
        "checkpoint" => w.log_work_checkpoint(),
        "housekeeping" => w.log_work_housekeeping(),
        "notice" => w.log_work_notice(),
        "maintenance_expand" => w.log_work_maintenance(),
        "term" => w.log_work_term(),
        "correction_expiry" => w.log_work_correction(),
        "fold" | "merge" => w.log_work_fold(),
        "board" => w.log_work_board(),
        "owner_create" => w.log_work_owner(),
        "demo" => w.log_work_demo(),
        _ => return job.replace('_', " "),
    };
    words.to_owned()
}

/// A reason as it was written down: the platform's own in words, a person's in the reader's half.
pub(crate) fn reason(w: Words, reason: &str) -> String {
    match reason {
        "the cycle was closed" => w.statements_why_closed().to_owned(),
        "evidence arrived after the statement was sealed" => w.statements_why_late().to_owned(),
        other => match other.strip_prefix("the cycle was closed, incomplete evidence accepted: ") {
            Some(why) => w.statements_why_incomplete(statement::display::half(why, w.lang)),
            None => statement::display::half(other, w.lang),
        },
    }
}

#[cfg(test)]
mod tests {
    use diagnostic::Lang;
    use platform::{
        claims, corrections, cycles, housekeeping, maintenance, notices, runs, subscriptions, volume,
        vouchers,
    };

    use super::*;

    #[test]
    fn every_job_and_reason_of_the_platform_has_words_in_both_languages() {
        let jobs = [
            cycles::CLOSE_JOB,
            cycles::LATE_JOB,
            volume::JOB,
            volume::MERGE_JOB,
            subscriptions::CYCLE_JOB,
            subscriptions::TERM_JOB,
            notices::NOTICE_JOB,
            corrections::EXPIRY_JOB,
            runs::RUN_JOB,
            claims::DEADLINE_JOB,
            vouchers::EXPIRY_JOB,
            maintenance::EXPAND_JOB,
            housekeeping::JOB,
            platform::audit::JOB,
        ];
        for job in jobs {
            let (en, zh) = (work(Words { lang: Lang::En }, job), work(Words { lang: Lang::Zh }, job));
            assert!(!en.is_empty() && !zh.is_ascii(), "{job}: {en} {zh}");
        }
        for stored in [
            "the cycle was closed",
            "the cycle was closed, incomplete evidence accepted: probe lost ／ 探针丢失",
        ] {
            assert!(!reason(Words { lang: Lang::Zh }, stored).contains("cycle"), "{stored}");
        }
        assert_eq!(reason(Words { lang: Lang::Zh }, "as said ／ 如前"), "如前");
    }
}
