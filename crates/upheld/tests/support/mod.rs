//! What tests of a running server share: the binary with a clean environment, a server that ends with its test, a client.

#![expect(unreachable_pub, reason = "shared by test binaries, each of which is a crate of its own")]

pub mod load;
pub mod volume;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The binary, with nothing set that a developer may have set.
pub fn upheld() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_upheld"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("UPHELD_") {
            command.env_remove(name);
        }
    }
    command.env_remove("NOTIFY_SOCKET").env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command that ends by itself.
pub fn run(command: &mut Command) -> Output {
    command.output().expect("the binary runs")
}

/// Waits for the end.
pub fn finished(child: Child) -> Output {
    child.wait_with_output().expect("it ends")
}

/// Printed bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A server in a process of its own; dropped, it is killed.
pub struct Running {
    child: Option<Child>,
    stdout: BufReader<std::process::ChildStdout>,
    /// What it says beside that; read all the time, for it would wait for a reader.
    stderr: Option<JoinHandle<Vec<u8>>>,
    agent: ureq::Agent,
    /// Its address, as printed.
    pub url: String,
}

impl Running {
    /// Starts it and waits for its one line.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
        let stderr = child.stderr.take().map(|mut it| {
            thread::spawn(move || {
                let mut told = Vec::new();
                it.read_to_end(&mut told).expect("read");
                told
            })
        });
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let url = line.trim_end().strip_prefix("listening on ").map(str::to_owned);
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        let Some(url) = url else {
            child.wait().expect("it ends");
            panic!("no address: {line}{}", text(&told(stderr)));
        };
        Self { child: Some(child), stdout, stderr, agent, url }
    }

    /// Status and document of a GET; a body that is no JSON is `null`.
    pub fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        answer(request.call())
    }

    /// The text that a GET answers to anybody, whatever its status.
    pub fn get_text(&self, path: &str) -> String {
        let mut reply = self.agent.get(format!("{}{path}", self.url)).call().expect("an answer");
        reply.body_mut().read_to_string().expect("a body")
    }

    /// Status and document of a POST.
    pub fn post(&self, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        let mut request =
            self.agent.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        answer(request.send(body.to_string()))
    }

    /// Status of a POST of another media type.
    pub fn post_as(&self, path: &str, token: &str, media: &str, body: &str) -> (u16, Value) {
        let request = self.agent.post(format!("{}{path}", self.url)).header("content-type", media);
        answer(request.header("authorization", format!("Bearer {token}")).send(body))
    }

    /// The text that a POST answers.
    pub fn post_text(&self, path: &str, token: &str, body: &str) -> String {
        let request =
            self.agent.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        let mut reply =
            request.header("authorization", format!("Bearer {token}")).send(body).expect("an answer");
        reply.body_mut().with_config().limit(1 << 30).read_to_string().expect("a body")
    }

    /// The bytes that a GET answers.
    pub fn get_bytes(&self, path: &str, token: &str) -> Vec<u8> {
        let request =
            self.agent.get(format!("{}{path}", self.url)).header("authorization", format!("Bearer {token}"));
        let mut reply = request.call().expect("an answer");
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        reply.body_mut().with_config().limit(1 << 30).read_to_vec().expect("a body")
    }

    /// Status, media type and document of a POST.
    pub fn post_whole(&self, path: &str, token: Option<&str>, body: &Value) -> (u16, String, Value) {
        let request =
            self.agent.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        let token = format!("Bearer {}", token.unwrap_or_default());
        let mut reply = request.header("authorization", token).send(body.to_string()).expect("an answer");
        let media = reply.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let media = media.to_owned();
        let document = reply.body_mut().read_to_string().expect("a body");
        (reply.status().as_u16(), media, serde_json::from_str(&document).unwrap_or(Value::Null))
    }

    /// Waits until it ends by itself.
    pub fn ended(mut self, patience: Duration) -> Output {
        let mut child = self.child.take().expect("it runs");
        let begun = Instant::now();
        while child.try_wait().expect("it can be asked").is_none() {
            if begun.elapsed() > patience {
                let _ = child.kill();
                panic!("it goes on: {}", text(&told(self.stderr.take())));
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.output(child)
    }

    /// How it ended and what it said after the address.
    fn output(&mut self, mut child: Child) -> Output {
        let mut stdout = Vec::new();
        self.stdout.read_to_end(&mut stdout).expect("read");
        let status = child.wait().expect("it ends");
        Output { status, stdout, stderr: told(self.stderr.take()) }
    }

    /// The most memory it ever held, in KiB, by what the kernel counts.
    pub fn most_memory_kib(&self) -> u64 {
        let id = self.child.as_ref().expect("it runs").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
        let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).expect("its most memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Whether it has not ended.
    pub fn runs(&mut self) -> bool {
        self.child.as_mut().is_some_and(|it| matches!(it.try_wait(), Ok(None)))
    }

    /// Sends a signal and waits for the end. The output is what came after the address.
    pub fn stop(mut self, signal: &str) -> Output {
        let child = self.child.take().expect("it runs");
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
        assert!(sent.expect("kill runs").success());
        self.output(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn told(stderr: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    stderr.map(|it| it.join().expect("it was read")).unwrap_or_default()
}

fn answer(reply: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> (u16, Value) {
    let mut reply = reply.expect("an answer");
    let body = reply.body_mut().read_to_string().expect("a body");
    (reply.status().as_u16(), serde_json::from_str(&body).unwrap_or(Value::Null))
}
