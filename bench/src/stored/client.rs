//! The platform over HTTP within this process, and a client that only writes bytes made before and reads the answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};

use platform::Platform;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;
use web::{Options, Rate, Rates};

use crate::Fault;

/// Longest head of an answer, in bytes.
const HEAD_MAX: usize = 16 << 10;
/// What is measured is not how requests are turned away.
const UNLIMITED: Rate = Rate { per_second: 1_000_000, burst: 1_000_000 };

/// A server on the loopback interface; it ends when it is dropped.
pub(super) struct Served {
    pub(super) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Served {
    pub(super) fn start(platform: Platform) -> Result<Self, Fault> {
        let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let rates = Rates { address: UNLIMITED, sign_in: UNLIMITED, read: UNLIMITED, write: UNLIMITED };
        let router = web::router(platform, Options { rates, log: false });
        let (stop, stopped) = oneshot::channel();
        let ended = async {
            // The other half dropped means the same.
            let _ = stopped.await;
        };
        let thread = thread::spawn(move || runtime.block_on(web::serve(listener, router, ended)));
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // Nothing is measured any more.
            let _ = thread.join();
        }
    }
}

/// A request as it goes over the wire.
pub(super) fn post(path: &str, token: &str, media: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: {media}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// A connection kept open.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; HEAD_MAX] })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<Vec<u8>, Fault> {
        self.ask(request)?;
        self.answer()
    }

    /// Sends a request; its answer is to be read before the next.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<(), Fault> {
        Ok(self.stream.write_all(request)?)
    }

    /// Reads the whole answer; its body. Anything but success is a fault.
    pub(crate) fn answer(&mut self) -> Result<Vec<u8>, Fault> {
        let mut filled = 0;
        let head_end = loop {
            let rest = self
                .buffer
                .get_mut(filled..)
                .filter(|rest| !rest.is_empty())
                .ok_or("the head is too long")?;
            let read = self.stream.read(rest)?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            filled += read;
            let seen = self.buffer.get(..filled).unwrap_or_default();
            if let Some(at) = seen.windows(4).position(|it| it == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = std::str::from_utf8(self.buffer.get(..head_end).unwrap_or_default())?;
        let length: usize = header(head, "content-length").ok_or("no length")?.parse()?;
        let is_success = head.starts_with("HTTP/1.1 2");
        let mut body = self.buffer.get(head_end..filled).unwrap_or_default().to_vec();
        let begun = body.len();
        body.resize(length, 0);
        self.stream.read_exact(body.get_mut(begun..).unwrap_or_default())?;
        if is_success { Ok(body) } else { Err(String::from_utf8_lossy(&body).into_owned().into()) }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
