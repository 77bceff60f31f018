//! A plan put to files: row groups are handed to threads, one at a time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ahead;
use super::error::{Problem, ReadError};
use super::footer::Footer;
use super::groups::Answer;
use super::page::Tools;
use super::plan::Plan;
use super::scan::scan;
use super::shape::Shape;
use super::sink::Sink;
use super::source::ReadAt;
use crate::threads::threads;

/// Threads that read at once where most of the time goes by waiting.
const THREADS_FAR: usize = 16;

/// Reads what a file says about itself.
pub fn footer(source: &dyn ReadAt) -> Result<Footer, ReadError> {
    Footer::read(source).map_err(|it| it.of(source.name()))
}

/// Reads what a file says about itself, without keys and values of the writer's own.
pub(crate) fn footer_head(source: &dyn ReadAt) -> Result<Footer, ReadError> {
    Footer::read_head(source).map_err(|it| it.of(source.name()))
}

/// The same of every file.
pub(crate) fn footer_heads(sources: &[&dyn ReadAt]) -> Result<Vec<Footer>, ReadError> {
    let threads = if sources.iter().any(|it| it.is_far()) { THREADS_FAR } else { threads() };
    ahead::footers(sources, threads, footer_head)
}

/// Answers a plan from one file.
pub fn run(plan: &Plan, source: &dyn ReadAt) -> Result<Answer, ReadError> {
    run_all(plan, &[source])
}

/// A file whose footer is known.
#[derive(Clone, Copy)]
pub struct Opened<'f> {
    /// Its bytes.
    pub source: &'f dyn ReadAt,
    /// What it says about itself.
    pub footer: &'f Footer,
}

/// Answers a plan from the rows of several files, whose columns agree.
pub fn run_all(plan: &Plan, sources: &[&dyn ReadAt]) -> Result<Answer, ReadError> {
    let footers = footer_heads(sources)?;
    let opened = sources.iter().zip(&footers).map(|(source, footer)| Opened { source: *source, footer });
    run_opened(plan, &opened.collect::<Vec<_>>())
}

/// Answers a plan from the rows of several files, whose columns agree, without reading their footers.
pub fn run_opened(plan: &Plan, files: &[Opened<'_>]) -> Result<Answer, ReadError> {
    let mut tasks = Vec::new();
    for Opened { source, footer } in files {
        // Also when there is no row: a plan that does not fit is told so at once.
        Shape::of(plan, footer).map_err(|it| it.of(source.name()))?;
        tasks.extend(footer.groups.iter().map(|group| Task { source: *source, footer, group }));
    }
    let threads = if files.iter().any(|it| it.source.is_far()) { THREADS_FAR } else { threads() };
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    let work = || match work(plan, &tasks, &next) {
        Ok(answer) => Some(answer),
        Err(error) => {
            next.store(usize::MAX / 2, Ordering::Relaxed);
            failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
            None
        }
    };
    let answers: Vec<Option<Answer>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(tasks.len())).map(|_| scope.spawn(work)).collect();
        let mut answers = vec![work()];
        answers.extend(others.into_iter().map(|it| it.join().unwrap_or(None)));
        answers
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(error);
    }
    let name = || files.first().map_or("", |it| it.source.name());
    let mut merged = Answer::default();
    for answer in answers {
        let answer = answer.ok_or_else(|| Problem::Io("a reading thread ended".to_owned()).of(name()))?;
        if merged.groups.is_empty() {
            merged = answer;
        } else {
            merged.merge(answer).map_err(|it| it.of(name()))?;
        }
    }
    Ok(merged)
}

struct Task<'t> {
    source: &'t dyn ReadAt,
    footer: &'t Footer,
    group: &'t super::footer::RowGroup,
}

fn work(plan: &Plan, tasks: &[Task<'_>], next: &AtomicUsize) -> Result<Answer, ReadError> {
    let tools = Tools::take();
    let mut sink = Sink::of(plan);
    let mut last = "";
    while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
        last = task.source.name();
        let shape = Shape::of(plan, task.footer).map_err(|it| it.of(last))?;
        scan(task.source, task.group, &shape, &tools, &mut sink).map_err(|it| it.of(last))?;
    }
    Tools::give(tools);
    sink.finish().map_err(|it| it.of(last))
}
