//! Where requests come in, and what ends the process.

use std::io;

use tokio::net::TcpListener;

use crate::failure::Failure;

/// Listens on `address:port`.
pub(crate) async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another process listens there; stop it, or choose another --listen".to_owned()
            }
            io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege; choose a higher one".to_owned()
            }
            _ => error.to_string(),
        };
        Failure::Fault(format!("cannot listen on {address}: {why}"))
    })
}

/// Ends when the process is told to stop: SIGTERM or SIGINT.
#[cfg(unix)]
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ends when the process is told to stop: Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a signal to wait for, the process is ended from outside.
        let _ = tokio::signal::ctrl_c().await;
    })
}
