//! `web::serve` in a thread of its own, on a free port of the loopback.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use web::{Options, Rate, Rates};

/// A server that stops when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Limits nobody reaches.
pub fn generous() -> Options {
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
    Options { rates: Rates { address: rate, sign_in: rate, read: rate, write: rate }, log: true }
}

impl Server {
    /// Serves the router of [`web::router`], or what was made of it.
    pub fn start<S>(router: S) -> Self
    where
        S: FnOnce() -> axum::Router + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let (told, address) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                let stopped = async {
                    // A test that is over stops it, by sending or by going away.
                    let _ = stopped.await;
                };
                tokio::select! {
                    served = web::serve(listener, router(), std::future::pending()) => served.unwrap(),
                    () = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self { address: address.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either may have ended already with the test that failed.
        let _ = self.stop.take().map(|it| it.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
