//! What a handler answers: bytes, their media type, and a few headers. Plain data, so that it can be kept and given again.

use platform::Failure;
use serde::Serialize;
use store::Fault;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// `None`: the route's own.
    pub status: Option<u16>,
    /// The media type.
    pub media: String,
    /// Further headers, in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A value as JSON. A `revision` in it becomes the ETag.
    pub fn json(value: &impl Serialize) -> Result<Self, Failure> {
        let value = serde_json::to_value(value).map_err(|it| Fault::broken(it.to_string()))?;
        let revision = value.get("revision").and_then(serde_json::Value::as_i64);
        let headers = revision.map(|it| ("etag".to_owned(), format!("\"{it}\""))).into_iter().collect();
        let body = serde_json::to_vec(&value).map_err(|it| Fault::broken(it.to_string()))?;
        Ok(Self { status: None, media: "application/json".to_owned(), headers, body })
    }

    /// Bytes of a media type.
    pub fn bytes(media: &str, body: Vec<u8>) -> Self {
        Self { status: None, media: media.to_owned(), headers: Vec::new(), body }
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// To be saved under a name.
    pub fn file(self, name: &str) -> Self {
        let safe: String = name
            .chars()
            .map(|it| if it.is_ascii_alphanumeric() || "-_.".contains(it) { it } else { '_' })
            .collect();
        self.header("content-disposition", format!("attachment; filename=\"{safe}\""))
    }
}
