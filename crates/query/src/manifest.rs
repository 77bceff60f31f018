//! What the manifest of a lake says, read while somebody else writes it: a lake's own [`lake::manifest::FileManifest`]
//! locks the file, and one in an object store is a copy that nobody locks.

use std::collections::BTreeSet;
use std::sync::Arc;

use lake::{Day, FileEntry, Place};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::Deserialize;
use timeline::Instant;

use crate::refused::Refused;

/// The manifest's name in the root of a lake.
const MANIFEST_NAME: &str = "manifest.ndjson";

/// One line: a change, after its checksum.
#[derive(Deserialize)]
struct Line {
    at: i64,
    #[serde(default)]
    add: Vec<Added>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    forget: Vec<(String, i64)>,
}

#[derive(Deserialize)]
struct Added {
    place: Place,
    day: Day,
    path: String,
    rows: u64,
    bytes: u64,
    sha256: String,
    content: String,
    from: i64,
    until: i64,
    settled: bool,
}

/// The files the manifest in the root of the lake names, those that were superseded too.
pub async fn entries(lake: &Arc<dyn ObjectStore>) -> Result<Vec<FileEntry>, Refused> {
    let bytes = match lake.get(&Path::from(MANIFEST_NAME)).await {
        Ok(found) => found.bytes().await,
        Err(error) => Err(error),
    };
    let bytes = bytes.map_err(|error| match error {
        object_store::Error::NotFound { .. } => {
            Refused::Place(format!("there is no `{MANIFEST_NAME}` in the lake"))
        }
        _ => Refused::Unreadable(error.to_string()),
    })?;
    replayed(&bytes).map_err(|line| Refused::Place(format!("`{MANIFEST_NAME}` is damaged in line {line}")))
}

/// Applies all whole lines; the error is the number of a damaged one. A last line without its line feed is one whose
/// commit never returned.
fn replayed(bytes: &[u8]) -> Result<Vec<FileEntry>, usize> {
    let whole = bytes.iter().rposition(|it| *it == b'\n').map_or(0, |it| it.saturating_add(1));
    let lines = bytes.get(..whole).unwrap_or_default().split_inclusive(|it| *it == b'\n');
    let mut entries = Vec::new();
    for (number, line) in (1_usize..).zip(lines) {
        let applied = parsed(line).and_then(|line| applied(&mut entries, &line));
        applied.ok_or(number)?;
    }
    Ok(entries)
}

fn parsed(line: &[u8]) -> Option<Line> {
    let (checksum, json) = std::str::from_utf8(line).ok()?.trim_end_matches('\n').split_once(' ')?;
    let agrees = u32::from_str_radix(checksum, 16) == Ok(crc32c::crc32c(json.as_bytes()));
    if agrees { serde_json::from_str(json).ok() } else { None }
}

fn applied(entries: &mut Vec<FileEntry>, line: &Line) -> Option<()> {
    for path in &line.remove {
        let standing = entries.iter_mut().find(|it| it.path == *path && it.removed_at.is_none());
        standing?.removed_at = Some(Instant::from_nanos(line.at));
    }
    for added in &line.add {
        entries.push(added.entry(line.at)?);
    }
    let forgotten: BTreeSet<(&str, i64)> =
        line.forget.iter().map(|(path, at)| (path.as_str(), *at)).collect();
    entries.retain(|it| {
        it.removed_at.is_none() || !forgotten.contains(&(it.path.as_str(), it.added_at.nanos()))
    });
    Some(())
}

impl Added {
    fn entry(&self, at: i64) -> Option<FileEntry> {
        Some(FileEntry {
            place: self.place.clone(),
            day: self.day,
            path: self.path.clone(),
            rows: self.rows,
            bytes: self.bytes,
            sha256: digest(&self.sha256)?,
            content: digest(&self.content)?,
            from: Instant::from_nanos(self.from),
            until: Instant::from_nanos(self.until),
            settled: self.settled,
            added_at: Instant::from_nanos(at),
            removed_at: None,
        })
    }
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let pairs = text.as_bytes().chunks_exact(2);
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
