//! Work of one kind that many ask for at the same time: done at once in one write, answered to each.

use std::mem;
use std::slice;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::fault::Fault;
use crate::tx::{Scope, Tx};
use crate::writer::Job;

/// Pieces that may wait; more are held back at the door.
const WAITING_MAX: usize = 4096;

type Work<I, T, E> = dyn Fn(&mut Tx<'_>, &[I]) -> Result<Vec<T>, E> + Send + Sync;
/// What becomes of a piece, as soon as it is known, and who is told.
type Answer<T, E> = (Option<Result<T, E>>, Done<T, E>);
type Done<T, E> = Box<dyn FnOnce(Result<T, E>) + Send>;

/// Where pieces of one kind of work wait for each other. The work takes all that wait and has an answer for each; when it
/// fails, nothing of it is kept and each piece is tried alone, so that nobody suffers for another's.
pub struct Together<I, T, E> {
    work: Box<Work<I, T, E>>,
    waiting: Mutex<Vec<(I, Done<T, E>)>>,
    taken: Condvar,
}

impl<I, T, E> Together<I, T, E>
where
    I: Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    /// `work` answers as many as it is given, in their order.
    pub fn new(work: impl Fn(&mut Tx<'_>, &[I]) -> Result<Vec<T>, E> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { work: Box::new(work), waiting: Mutex::default(), taken: Condvar::new() })
    }

    /// Puts a piece to those that wait; the write that will do them all, when it is the first.
    pub(crate) fn put(self: &Arc<Self>, piece: I, done: Done<T, E>) -> Option<Box<dyn Job>> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |it: &mut Vec<_>| it.len() >= WAITING_MAX;
        let mut waiting = self.taken.wait_while(waiting, full).unwrap_or_else(PoisonError::into_inner);
        waiting.push((piece, done));
        let is_first = waiting.len() == 1;
        is_first.then(|| {
            Box::new(All { together: self.clone(), pieces: Vec::new(), answers: Vec::new() }) as Box<dyn Job>
        })
    }

    fn count(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<(I, Done<T, E>)> {
        let taken = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.taken.notify_all();
        taken
    }
}

/// All pieces that waited when their write began.
struct All<I, T, E> {
    together: Arc<Together<I, T, E>>,
    pieces: Vec<I>,
    answers: Vec<Answer<T, E>>,
}

impl<I, T, E> All<I, T, E>
where
    I: Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    fn take(&mut self) {
        for (piece, done) in self.together.take() {
            self.pieces.push(piece);
            self.answers.push((None, done));
        }
    }

    fn at_once(&mut self, tx: &mut Tx<'_>) -> Result<(), E> {
        let answers = tx.attempt(|tx| -> Result<_, E> {
            let answers = (self.together.work)(tx, &self.pieces)?;
            let fits = answers.len() == self.pieces.len();
            if fits { Ok(answers) } else { Err(E::from(Fault::broken("not every piece was answered"))) }
        })?;
        for (kept, answer) in self.answers.iter_mut().zip(answers) {
            kept.0 = Some(Ok(answer));
        }
        Ok(())
    }

    fn one_by_one(&mut self, tx: &mut Tx<'_>) {
        for (kept, piece) in self.answers.iter_mut().zip(&self.pieces) {
            let done = tx.attempt(|tx| (self.together.work)(tx, slice::from_ref(piece)));
            let answer = done.and_then(|it| {
                it.into_iter().next().ok_or_else(|| Fault::broken("a piece was not answered").into())
            });
            kept.0 = Some(answer);
        }
    }
}

impl<I, T, E> Job for All<I, T, E>
where
    I: Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    fn scope(&self) -> Scope {
        Scope::Provider
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        self.take();
        if self.pieces.len() < 2 || self.at_once(tx).is_err() {
            self.one_by_one(tx);
        }
        self.answers.iter().any(|it| matches!(it.0, Some(Ok(_))))
    }

    fn fail(&mut self, fault: Fault) {
        if self.answers.is_empty() {
            self.take();
        }
        // A refusal that has been found stays what it is: nothing of it was to be kept.
        for kept in self.answers.iter_mut().filter(|it| !matches!(it.0, Some(Err(_)))) {
            kept.0 = Some(Err(fault.clone().into()));
        }
    }

    fn count(&self) -> usize {
        if self.answers.is_empty() { self.together.count() } else { self.answers.len() }
    }

    fn answer(self: Box<Self>) {
        for (answer, done) in self.answers {
            if let Some(answer) = answer {
                done(answer);
            }
        }
    }
}
