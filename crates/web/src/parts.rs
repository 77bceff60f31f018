//! What a handler sees of a request beside its body.

use std::collections::BTreeMap;

use diagnostic::Lang;
use platform::page::Page;
use platform::{Failure, Refusal, RefusalKind};
use serde::de::DeserializeOwned;

use crate::zero;

/// The parts of a request.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// What stands for `{name}` in the path.
    pub path: BTreeMap<String, String>,
    /// The query's parameters.
    pub query: BTreeMap<String, String>,
    /// The media type of the body, without its parameters.
    pub media: String,
    /// The whole `Content-Type`, with its parameters.
    pub content_type: String,
    /// The cookies beside the session's.
    pub cookies: BTreeMap<String, String>,
    /// The path and query asked for.
    pub uri: String,
    /// The host asked for, with its port, as the caller named it.
    pub host: String,
    /// The browser does not take this address for safe, and keeps no sign-in there.
    pub is_unsafe: bool,
    /// The revision of `If-Match`.
    pub expected: Option<i64>,
    /// The language asked for.
    pub lang: Option<Lang>,
    /// Where the request came from.
    pub address: String,
    /// The program that sent it.
    pub agent: String,
    /// The session token of the request, to end it.
    pub session: Option<String>,
    /// The trace id.
    pub trace: String,
    /// The caller gave the request a key, under which its reply is kept.
    pub is_keyed: bool,
    /// A page shown again because what was filled in was refused.
    pub again: Option<Again>,
}

/// What was filled in, and why it was refused.
#[derive(Debug, Clone)]
pub struct Again {
    /// Why.
    pub refusal: Refusal,
    /// The form's fields.
    pub fields: BTreeMap<String, String>,
}

impl Parts {
    /// What stands for `{name}` in the path.
    pub fn id(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// `after` and `limit`.
    pub fn page(&self) -> Result<Page, Failure> {
        let limit = self.parameter("limit").map(|it| {
            it.parse().map_err(|_| {
                Refusal::invalid(
                    format!("limit: `{it}` is no number from 1 to 200"),
                    format!("limit：`{it}` 不是 1 至 200 的数"),
                )
            })
        });
        let page = Page { after: self.parameter("after").map(str::to_owned), ..Page::default() };
        Ok(Page { limit: limit.transpose()?.unwrap_or(page.limit), ..page })
    }

    /// A JSON body. An empty one is an empty object.
    pub(crate) fn json<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Failure> {
        let body = if body.is_empty() { b"{}".as_slice() } else { body };
        if !(self.media.is_empty() || self.media == "application/json") {
            return Err(Refusal::new(
                RefusalKind::UnsupportedMedia,
                format!("{}: send application/json", self.media),
                format!("{}：请使用 application/json", self.media),
            )
            .into());
        }
        if let Some(at) = zero::in_json(body) {
            return Err(Refusal::zero(&at).into());
        }
        let mut reader = serde_json::Deserializer::from_slice(body);
        let read: Result<T, _> = serde_path_to_error::deserialize(&mut reader);
        read.map_err(|it| {
            let at = it.path().to_string();
            let why = it.into_inner().to_string();
            Refusal::invalid(format!("body, at `{at}`: {why}"), format!("请求体 `{at}` 处：{why}")).into()
        })
    }
}
