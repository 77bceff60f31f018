//! Puts batches aside in a thread of its own, so that rows go on coming meanwhile.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use super::state::{ImportState, Progress};
use crate::error::LakeError;
use crate::order::sorted;
use crate::rows::Rows;
use crate::run::Run;

/// A batch that knows more words than that forgets them; so few in tests that they are reached.
const WORDS_KEPT_MAX: usize = if cfg!(test) { 1000 } else { 1 << 20 };

/// The thread that puts batches aside.
pub(super) struct Spiller {
    jobs: Option<SyncSender<Job>>,
    /// Batches put aside, empty again; or why one could not be.
    done: Receiver<Result<Rows, LakeError>>,
    thread: Option<JoinHandle<ImportState>>,
    folder: PathBuf,
    under_way: usize,
    spare: Option<Rows>,
}

struct Job {
    rows: Rows,
    beside: Option<Rows>,
    reached: Vec<Progress>,
}

impl Spiller {
    pub(super) fn start(folder: PathBuf, state: ImportState) -> Spiller {
        // No batch waits: one is gathered while one is put aside.
        let (jobs, todo) = sync_channel(0);
        let (say, done) = channel();
        let worker = Worker { folder: folder.clone(), state, say };
        let thread = Some(std::thread::spawn(move || worker.work(&todo)));
        Spiller { jobs: Some(jobs), done, thread, folder, under_way: 0, spare: None }
    }

    /// An empty batch whose memory can be used again.
    pub(super) fn spare(&mut self) -> Option<Rows> {
        self.spare.take()
    }

    /// Hands a batch over; waits while another is being put aside. An error is that of an earlier batch.
    pub(super) fn spill(
        &mut self,
        rows: Rows,
        beside: Option<Rows>,
        reached: Vec<Progress>,
    ) -> Result<(), LakeError> {
        self.wait()?;
        let handed = self.jobs.as_ref().is_some_and(|it| it.send(Job { rows, beside, reached }).is_ok());
        if !handed {
            return Err(gone(&self.folder));
        }
        self.under_way += 1;
        Ok(())
    }

    /// Waits until nothing is being put aside.
    pub(super) fn wait(&mut self) -> Result<(), LakeError> {
        while self.under_way > 0 {
            self.under_way -= 1;
            self.spare = Some(self.done.recv().map_err(|_| gone(&self.folder))??);
        }
        Ok(())
    }

    /// The folder and what is in it.
    pub(super) fn finish(mut self) -> Result<(PathBuf, ImportState), LakeError> {
        self.wait()?;
        self.jobs = None;
        let state = self.thread.take().and_then(|it| it.join().ok()).ok_or_else(|| gone(&self.folder))?;
        Ok((std::mem::take(&mut self.folder), state))
    }
}

/// What an import under way puts aside is put aside before the next one may begin in its folder.
impl Drop for Spiller {
    fn drop(&mut self) {
        self.jobs = None;
        // Whatever came of it, nobody is left to be told.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

struct Worker {
    folder: PathBuf,
    state: ImportState,
    say: Sender<Result<Rows, LakeError>>,
}

impl Worker {
    fn work(mut self, todo: &Receiver<Job>) -> ImportState {
        while let Ok(job) = todo.recv() {
            let done = self.put_aside(job);
            if self.say.send(done).is_err() {
                break;
            }
        }
        self.state
    }

    /// The run is durable before the state names it.
    fn put_aside(&mut self, job: Job) -> Result<Rows, LakeError> {
        let mut rows = job.rows;
        if !rows.is_empty() {
            let name = format!("{:06}.run", self.state.runs.len());
            Run::write(&self.folder.join(&name), &rows, &sorted(&rows))?;
            self.state.runs.push(name);
        }
        if let Some(beside) = job.beside {
            let name = format!("{:06}.beside.run", self.state.beside_runs.len());
            Run::write(&self.folder.join(&name), &beside, &sorted(&beside))?;
            self.state.beside_runs.push(name);
        }
        self.state.reached = job.reached;
        self.state.save(&self.folder)?;
        rows.clear();
        // Words of long ago are written into every run, whether they are still said or not.
        Ok(if rows.words() > WORDS_KEPT_MAX { Rows::new(rows.layout) } else { rows })
    }
}

fn gone(folder: &std::path::Path) -> LakeError {
    let path = folder.to_string_lossy().into_owned();
    LakeError::Io { path, why: "the thread that writes it broke off".into() }
}
