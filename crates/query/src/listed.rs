//! The files of a server's lake, as the server lists them: what `GET …/evidence/files` answers, kept in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use calendar::parse_instant;
use lake::{Day, FileEntry, Place};
use serde::Deserialize;

use crate::refused::Refused;
use crate::verified::hex;

#[derive(Deserialize)]
struct List {
    items: Vec<Kept>,
}

/// A file, as the API names it.
#[derive(Deserialize)]
struct Kept {
    fact: String,
    day: String,
    path: String,
    records: u64,
    bytes: u64,
    #[serde(with = "hex")]
    sha256: [u8; 32],
    #[serde(with = "hex")]
    content: [u8; 32],
    from: String,
    until: String,
    merged: bool,
    added_at: String,
}

/// The files of all the lists.
pub(crate) fn entries(lists: &[PathBuf]) -> Result<Vec<FileEntry>, Refused> {
    let mut all: BTreeMap<(Place, Day), BTreeSet<FileEntry>> = BTreeMap::new();
    for list in lists {
        let mut days: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for it in read(list)? {
            days.entry((it.place.clone(), it.day)).or_default().insert(it);
        }
        for (day, files) in days {
            // Of another moment: a record of the one may be in a file of the other.
            if all.get(&day).is_some_and(|it| *it != files) {
                return Err(differing(list, &day));
            }
            all.insert(day, files);
        }
    }
    Ok(all.into_values().flatten().collect())
}

fn differing(list: &Path, (place, day): &(Place, Day)) -> Refused {
    Refused::Place(format!(
        "{}: it names other files of {}/{} {day} than a list before it; get both at one moment",
        list.display(),
        place.stream,
        place.fact
    ))
}

fn read(list: &Path) -> Result<Vec<FileEntry>, Refused> {
    let named = |why: String| Refused::Place(format!("{}: {why}", list.display()));
    let text = fs::read(list).map_err(|error| named(error.to_string()))?;
    let read: List = serde_json::from_slice(&text)
        .map_err(|error| named(format!("it is no answer of `GET …/evidence/files`: {error}")))?;
    let files = read.items.iter().map(|it| {
        it.entry()
            .ok_or_else(|| named(format!("of `{}` it says what cannot be; get the list again", it.path)))
    });
    files.collect()
}

impl Kept {
    fn entry(&self) -> Option<FileEntry> {
        let instant = |text: &str| parse_instant(text).ok();
        Some(FileEntry {
            place: self.place()?,
            day: Day::parse(&self.day)?,
            path: self.path.clone(),
            rows: self.records,
            bytes: self.bytes,
            sha256: self.sha256,
            footer: None,
            content: self.content,
            from: instant(&self.from)?,
            until: instant(&self.until)?,
            settled: self.merged,
            added_at: instant(&self.added_at)?,
            removed_at: None,
        })
    }

    /// Whose file it is says its path: tenant, stream, fact, day.
    fn place(&self) -> Option<Place> {
        let mut parts = self.path.split('/');
        let (tenant, stream) = (lake::named(parts.next()?)?, lake::named(parts.next()?)?);
        let place = Place { tenant, stream, fact: self.fact.clone() };
        let folder = format!("{}/{}/", place.folder(), self.day);
        self.path.strip_prefix(&folder).is_some_and(|it| !it.contains('/')).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(path: &str, fact: &str) -> Kept {
        Kept {
            fact: fact.to_owned(),
            day: "2026-10-01".to_owned(),
            path: path.to_owned(),
            records: 3,
            bytes: 4,
            sha256: [1; 32],
            content: [2; 32],
            from: "2026-10-01T00:00:00Z".to_owned(),
            until: "2026-10-01T23:59:59.5Z".to_owned(),
            merged: true,
            added_at: "2026-10-02T00:00:00Z".to_owned(),
        }
    }

    #[test]
    fn a_path_says_whose_file_it_is_and_of_which_stream() {
        let entry = kept("acme/%E7%9F%AD/message/2026-10-01/x.parquet", "message").entry().unwrap();
        assert_eq!(entry.place, Place::new("acme", "短", "message"));
        assert_eq!(entry.until.nanos() - entry.from.nanos(), 86_399_500_000_000);
        assert!(entry.settled && entry.removed_at.is_none());
        for (path, fact) in [
            ("acme/s/message/2026-10-01/x.parquet", "other"),
            ("acme/s/message/2026-10-02/x.parquet", "message"),
            ("acme/s/message/2026-10-01/../x.parquet", "message"),
            ("acme/%E7/message/2026-10-01/x.parquet", "message"),
            ("acme", "message"),
        ] {
            assert!(kept(path, fact).entry().is_none(), "{path}");
        }
        let at_no_time =
            Kept { added_at: "yesterday".to_owned(), ..kept("acme/s/message/2026-10-01/x", "message") };
        assert_eq!(at_no_time.entry(), None);
    }
}
