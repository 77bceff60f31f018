//! The server's API as a small blocking client: what is there is read, what is missing is written with a key that makes a
//! second try the same try.

use std::time::Duration;

use diagnostic::Lang;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use ureq::{Agent, Body, http};

use crate::failure::Failure;

/// How long one answer is waited for.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
/// How often a request is tried when no answer comes.
const TRIES: usize = 3;

/// A running server, and who we are to it.
pub(crate) struct Server {
    agent: Agent,
    url: String,
    token: String,
    lang: &'static str,
}

/// A request that changes state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// The method.
    pub(crate) method: &'static str,
    /// The path under `/api/v1`.
    pub(crate) path: String,
    /// The body.
    pub(crate) body: Json,
    /// The revision that was looked at, where something is changed.
    pub(crate) revision: Option<i64>,
}

impl Server {
    /// The server at `url`, spoken to with `token`.
    pub(crate) fn new(url: &str, token: &str, lang: Lang) -> Result<Self, Failure> {
        if !url.starts_with("http://") {
            return Err(Failure::Usage(format!(
                "--url {url}: only http:// is spoken; reach a distant server through a tunnel to its machine, as `ssh -L 7480:127.0.0.1:7480 HOST` makes one"
            )));
        }
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER_TIME_MAX));
        let (url, token) = (url.trim_end_matches('/').to_owned(), token.trim().to_owned());
        Ok(Self {
            agent: config.build().into(),
            url,
            token,
            lang: if lang == Lang::Zh { "zh" } else { "en" },
        })
    }

    /// A document; `None` when there is none.
    pub(crate) fn get(&self, path: &str) -> Result<Option<Json>, Failure> {
        let text = self.get_text(path)?;
        text.map(|it| serde_json::from_str(&it).map_err(|it| self.fault(path, &it.to_string()))).transpose()
    }

    /// A text; `None` when there is none.
    pub(crate) fn get_text(&self, path: &str) -> Result<Option<String>, Failure> {
        let (status, text) =
            self.tried(path, || self.request("GET", path).body(()).map(|it| self.agent.run(it)))?;
        match status {
            200 => Ok(Some(text)),
            404 => Ok(None),
            _ => Err(self.refused("GET", path, status, &text)),
        }
    }

    /// Changes state, once however often it is tried.
    pub(crate) fn change(&self, it: &Request) -> Result<Json, Failure> {
        let body = it.body.to_string();
        let key = key(it);
        let send = || {
            let mut request = self.request(it.method, &it.path);
            request = request.header("content-type", "application/json").header("idempotency-key", &key);
            if let Some(revision) = it.revision {
                request = request.header("if-match", format!("\"{revision}\""));
            }
            request.body(body.clone()).map(|it| self.agent.run(it))
        };
        let (status, text) = self.tried(&it.path, send)?;
        if !(200..300).contains(&status) {
            return Err(self.refused(it.method, &it.path, status, &text));
        }
        serde_json::from_str(&text).map_err(|error| self.fault(&it.path, &error.to_string()))
    }

    fn request(&self, method: &str, path: &str) -> http::request::Builder {
        http::Request::builder()
            .method(method)
            .uri(format!("{}/api/v1{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept-language", self.lang)
    }

    /// Tries until an answer comes whole; what is sent again carries the same key.
    fn tried(
        &self,
        path: &str,
        send: impl Fn() -> Result<Answer, http::Error>,
    ) -> Result<(u16, String), Failure> {
        let mut last = String::new();
        for _ in 0..TRIES {
            let sent = send().map_err(|it| Failure::Usage(format!("{}: {it}", self.url)))?;
            match sent.and_then(|mut it| Ok((it.status().as_u16(), it.body_mut().read_to_string()?))) {
                Ok(it) => return Ok(it),
                Err(error) => last = error.to_string(),
            }
        }
        Err(self.fault(path, &last))
    }

    fn refused(&self, method: &str, path: &str, status: u16, text: &str) -> Failure {
        let problem: Json = serde_json::from_str(text).unwrap_or(Json::Null);
        let told = |name: &str| problem.get(name).and_then(Json::as_str);
        let why = told("detail").or_else(|| told("title")).unwrap_or(text);
        Failure::Fault(format!("{}: {method} {path} was answered {status}: {why}", self.url))
    }

    fn fault(&self, path: &str, why: &str) -> Failure {
        Failure::Fault(format!("{}{path}: {why}", self.url))
    }
}

type Answer = Result<http::Response<Body>, ureq::Error>;

/// The same for the same change of the same state: what it is done to is part of it, so that a change made again after it
/// was undone is another one.
fn key(it: &Request) -> String {
    let text = format!("{} {} {:?}\n{}", it.method, it.path, it.revision, it.body);
    settle::hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_names_one_change_of_one_state() {
        let it = Request {
            method: "POST",
            path: "/tenants".to_owned(),
            body: json!({ "id": "a" }),
            revision: None,
        };
        assert_eq!(key(&it), key(&it.clone()));
        for other in [
            Request { method: "PUT", ..it.clone() },
            Request { path: "/tenants/a".to_owned(), ..it.clone() },
            Request { body: json!({ "id": "b" }), ..it.clone() },
            Request { revision: Some(1), ..it.clone() },
        ] {
            assert_ne!(key(&it), key(&other));
        }
        assert!(key(&it).len() <= 255);
    }

    #[test]
    fn what_would_need_encryption_is_refused_in_words() {
        let refused = Server::new("https://sla.example", "t", Lang::En).err().unwrap();
        assert!(matches!(refused, Failure::Usage(it) if it.contains("tunnel")));
    }
}
