//! Calls of a store that wait for it, from any thread.

use std::future::Future;
use std::io;
use std::sync::mpsc;

use tokio::runtime::Runtime;

/// Threads of its own on which a store is spoken to, so that calls can be made from anywhere, threads of another runtime
/// included.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Only absent while it is dropped.
    runtime: Option<Runtime>,
}

impl Calls {
    pub(crate) fn new() -> io::Result<Calls> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        Ok(Calls { runtime: Some(runtime) })
    }

    /// Runs it and waits; `None` when the threads are gone.
    pub(crate) fn wait<T, F>(&self, work: F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let runtime = self.runtime.as_ref()?;
        let (answer, answered) = mpsc::sync_channel(1);
        runtime.spawn(async move { answer.send(work.await) });
        answered.recv().ok()
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        // Waiting for its threads is not allowed on a thread of another runtime, and none of them holds an answer back.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
