//! Settlement runs: what is over and not sealed, the run in progress, and those before.

use askama::Template;
use calendar::Zone;
use platform::agreements;
use platform::jobs::JobView;
use platform::outstanding::{self, Blocked, Unsealed};
use platform::rights::{Resource, Verb};
use platform::runs::{self, NewRun};
use platform::{Failure, Refusal, tenants};
use statement::display;
use web::Route;

use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "money/runs.html")]
struct Runs {
    frame: Frame,
    waiting: Vec<Waiting>,
    made: Vec<Made>,
    may_start: bool,
    /// Something runs, so the page is asked for again soon.
    is_moving: bool,
}

/// Cycles of an agreement with one label.
struct Waiting {
    agreement: String,
    title: String,
    label: String,
    over: String,
    due: i64,
    due_word: String,
    blocked: String,
    /// The customers whose evidence is missing: where they are, who, and what is missing.
    missing: Vec<(String, String, String)>,
}

struct Made {
    title: String,
    label: String,
    chip: Chip,
    done: i64,
    total: i64,
    progress: String,
    ended: String,
    error: String,
}

pub(super) fn routes() -> Vec<Route> {
    let show = page("/runs", "runs", |view| {
        let unsealed = outstanding::cycles(view.tx, view.who)?;
        let blocked = outstanding::blocked(view.tx, view.who)?;
        let jobs = outstanding::runs(view.tx, view.who)?;
        let is_moving = jobs.iter().any(|it| matches!(it.state.as_str(), "running" | "waiting"));
        let mut waiting = Vec::new();
        for it in unsealed {
            waiting.push(unsealed_row(view, it, &blocked)?);
        }
        let mut made = Vec::new();
        for it in &jobs {
            made.push(run(view, it)?);
        }
        let may_start = view.may(Resource::Cycle, Verb::Decide);
        let title = view.w.money_runs();
        let frame = Frame::new(view, title, Place::Runs)?;
        view.html(&Runs { frame, waiting, made, may_start, is_moving })
    });
    let start = form("/runs", "runForm", |view, fields| {
        let agreement = fields.given("agreement");
        let agreement = agreement.ok_or_else(|| Refusal::invalid("say which agreement", "请指明合同"))?;
        let input = NewRun {
            label: fields.text("label").to_owned(),
            without_grace: !fields.text("without_grace").is_empty(),
        };
        runs::start(view.platform, view.tx, view.who, agreement, &input)?;
        Ok(To::page("/runs").saying("started"))
    });
    vec![show, start]
}

/// The agreement's title in the reader's language, or its id where it is none of ours any more.
fn title(view: &mut View<'_, '_>, agreement: &str) -> Result<String, Failure> {
    let found = agreements::get(view.platform, view.tx, view.who, agreement)?;
    let title = if view.lang_name() == "zh" { &found.title.zh } else { &found.title.en };
    Ok(display::half(title, view.lang))
}

fn unsealed_row(view: &mut View<'_, '_>, it: Unsealed, blocked: &[Blocked]) -> Result<Waiting, Failure> {
    let title = title(view, &it.agreement)?;
    let mut missing = Vec::new();
    for found in blocked.iter().filter(|found| found.agreement == it.agreement && found.label == it.label) {
        let name = tenants::get(view.platform, view.tx, view.who, &found.tenant)?.name;
        let href = format!("/customers/{}/subscriptions/{}", found.tenant, found.subscription);
        missing.push((href, display::half(&name, view.lang), reasons(view, found)));
    }
    let w = view.w;
    Ok(Waiting {
        title,
        over: w.money_cycles(it.over),
        due: it.due,
        due_word: w.money_cycles_due(it.due),
        blocked: if it.blocked > 0 { w.money_cycles_blocked(it.blocked) } else { String::new() },
        agreement: it.agreement,
        label: it.label,
        missing,
    })
}

fn reasons(view: &View<'_, '_>, it: &Blocked) -> String {
    let (is_zh, mark) = if view.lang_name() == "zh" { (true, "；") } else { (false, "; ") };
    let all = it.reasons.iter().map(|it| display::half(if is_zh { &it.zh } else { &it.en }, view.lang));
    all.collect::<Vec<_>>().join(mark)
}

fn run(view: &mut View<'_, '_>, it: &JobView) -> Result<Made, Failure> {
    let (agreement, label) = it.key.split_once('/').unwrap_or((it.key.as_str(), ""));
    let title = title(view, agreement)?;
    let (w, show) = (view.w, view.show(&Zone::utc()));
    Ok(Made {
        title,
        label: label.to_owned(),
        chip: state(view, it),
        done: it.done,
        total: it.total,
        progress: w.money_progress(show.count(it.done), show.count(it.total)),
        ended: it.ended_at.map_or_else(String::new, |it| w.money_utc(show.minute(it))),
        error: it.error.clone().unwrap_or_default(),
    })
}

/// Where a piece of work stands.
pub(super) fn state(view: &View<'_, '_>, it: &JobView) -> Chip {
    let w = view.w;
    match it.state.as_str() {
        "running" => Chip::new(Tone::Pending, w.money_job_running()),
        "done" => Chip::new(Tone::Good, w.money_job_done()),
        "failed" => Chip::new(Tone::Bad, w.money_job_failed()),
        _ if it.error.is_some() => Chip::new(Tone::Open, w.money_job_again()),
        _ => Chip::new(Tone::Nothing, w.money_job_waiting()),
    }
}
