//! Public keys as files of a package: a vkey and a line feed.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::key::{KeyError, VerifyingKey};

/// The file of a key.
pub(crate) fn key_file(key: &VerifyingKey) -> Vec<u8> {
    format!("{key}\n").into_bytes()
}

/// The key in a file. One key has one file: text that differs in a line feed or a letter's case is not taken
/// for it.
pub(crate) fn key_in(files: &BTreeMap<String, Vec<u8>>, file: &str) -> Result<VerifyingKey, Finding> {
    let bytes = files.get(file).ok_or(Finding::MissingFile { file: file.to_owned() })?;
    let text = std::str::from_utf8(bytes).ok().and_then(|it| it.strip_suffix('\n'));
    let key = text.ok_or(KeyError::BadForm).and_then(str::parse);
    key.map_err(|why| Finding::MalformedKey { file: file.to_owned(), why })
}
