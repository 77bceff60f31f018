//! Work that waits, runs, or has failed: why, and once more.

use askama::Template;
use calendar::Zone;
use platform::jobs::{self, JobView};
use platform::rights::{Resource, Verb};
use web::Route;

use super::made::state;
use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::tone::Chip;
use crate::view::View;

const STATES: [&str; 4] = ["failed", "running", "waiting", "done"];

#[derive(Template)]
#[template(path = "money/jobs.html")]
struct Jobs {
    frame: Frame,
    tabs: Vec<(String, &'static str, bool)>,
    rows: Vec<Row>,
    next: Option<String>,
    may_retry: bool,
    is_failed: bool,
}

struct Row {
    id: String,
    what: String,
    about: String,
    chip: Chip,
    done: i64,
    total: i64,
    progress: String,
    when: String,
    error: String,
    attempts: String,
    failed: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page("/jobs", "jobs", |view| {
        let asked = view.query("state").and_then(|it| STATES.into_iter().find(|one| *one == it));
        let state = asked.unwrap_or("failed");
        let listed = jobs::list(view.tx, view.who, Some(state), &view.parts.page()?)?;
        let w = view.w;
        let word = |it: &str| match it {
            "failed" => w.money_jobs_failed(),
            "running" => w.money_jobs_running(),
            "waiting" => w.money_jobs_waiting(),
            _ => w.money_jobs_done(),
        };
        let tabs = STATES.iter().map(|it| (format!("/jobs?state={it}"), word(it), *it == state)).collect();
        let rows = listed.items.iter().map(|it| row(view, it)).collect();
        let next = listed.next.map(|it| format!("/jobs?state={state}&after={it}"));
        let title = w.money_jobs();
        let frame = Frame::new(view, title, Place::Jobs)?;
        let may_retry = view.may(Resource::Job, Verb::Decide);
        view.html(&Jobs { frame, tabs, rows, next, may_retry, is_failed: state == "failed" })
    });
    let retry = form("/jobs", "jobRetry", |view, fields| {
        jobs::retry(view.tx, view.who, fields.text("job"))?;
        Ok(To::page("/jobs?state=waiting").saying("retried"))
    });
    vec![show, retry]
}

fn row(view: &View<'_, '_>, it: &JobView) -> Row {
    let (w, show) = (view.w, view.show(&Zone::utc()));
    Row {
        id: it.id.clone(),
        what: what(view, &it.kind),
        about: it.key.clone(),
        chip: state(view, it),
        done: it.done,
        total: it.total,
        progress: w.money_progress(show.count(it.done), show.count(it.total)),
        when: match it.ended_at.filter(|_| it.state != "waiting") {
            Some(at) => w.money_job_ended(show.minute(at)),
            None => w.money_job_due(show.minute(it.due_at)),
        },
        error: it.error.clone().unwrap_or_default(),
        attempts: if it.attempts > 1 { w.money_attempts(it.attempts) } else { String::new() },
        failed: it.state == "failed",
    }
}

/// A sort of work in words.
fn what(view: &View<'_, '_>, kind: &str) -> String {
    let w = view.w;
    match kind {
        "close" => w.money_work_close(),
        "late" => w.money_work_late(),
        "run" => w.money_work_run(),
        "cycle" => w.money_work_cycle(),
        "claim" => w.money_work_claim(),
        "voucher" => w.money_work_voucher(),
        "checkpoint" => w.money_work_checkpoint(),
        "housekeeping" => w.money_work_housekeeping(),
        "notice" => w.money_work_notice(),
        "maintenance_expand" => w.money_work_maintenance(),
        "term" => w.money_work_term(),
        "correction_expiry" => w.money_work_correction(),
        other => return other.replace('_', " "),
    }
    .to_owned()
}
