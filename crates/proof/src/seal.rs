//! The text of the seal: which files a package has and the digest of each.

use std::collections::BTreeMap;
use std::fmt;

use diagnostic::Bilingual;

use crate::digest::Digest;
use crate::logged::LOG_FILES;
use crate::name::{UnsafeName, safe_name};

/// First line of the seal's text.
pub const SEAL_ORIGIN: &str = "upheld statement v1";

/// The signed note that lists every other file.
pub const SEAL_FILE: &str = "seal.note";

/// The public key the seal is signed with, as a vkey and a line feed.
pub const KEY_FILE: &str = "key.vkey";

/// Most files of a package, the key's included.
pub const FILES_MAX: usize = 10_000;

/// Why files cannot be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealError {
    /// A name that is not safe on every system.
    UnsafeName {
        /// The name.
        file: String,
        /// What is wrong with it.
        why: UnsafeName,
    },
    /// A file that sealing writes, or that comes after the seal: [`SEAL_FILE`], [`KEY_FILE`],
    /// [`crate::LOG_PROOF_FILE`], [`crate::LOG_ENTRY_FILE`], [`crate::LOG_KEY_FILE`].
    Reserved(String),
    /// A file that would also be the directory of another.
    FileAndDirectory(String),
    /// More than [`FILES_MAX`] files, the key's included.
    TooManyFiles(usize),
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsafeName { file, why } => write!(f, "file name {file:?} is not safe: {why}"),
            Self::Reserved(file) => write!(f, "file name `{file}` is kept for sealing and logging"),
            Self::FileAndDirectory(file) => write!(f, "`{file}` is both a file and a directory"),
            Self::TooManyFiles(count) => write!(f, "{count} files are more than {FILES_MAX}"),
        }
    }
}

impl std::error::Error for SealError {}

/// What can be wrong with a line of the seal's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListProblem {
    Origin,
    Entry,
    Name(UnsafeName),
    Unlistable(&'static str),
    Order,
    KeyNotListed,
}

impl ListProblem {
    pub(crate) fn reason(self) -> Bilingual {
        match self {
            Self::Origin => Bilingual::new(
                format!("expected `{SEAL_ORIGIN}`: this is not the seal of a statement of this version"),
                format!("应为 `{SEAL_ORIGIN}`：这不是本版本结算单的封签"),
            ),
            Self::Entry => Bilingual::new(
                "expected 64 lowercase hexadecimal digits, two spaces and a file name",
                "应为 64 位小写十六进制摘要、两个空格和文件名",
            ),
            Self::Name(why) => {
                let why = why.reason();
                Bilingual::new(
                    format!("the file name is not safe: {}", why.en),
                    format!("文件名不安全：{}", why.zh),
                )
            }
            Self::Unlistable(file) => Bilingual::new(
                format!("`{file}` comes after the list and cannot stand in it"),
                format!("`{file}` 在清单之后产生，不能列入清单"),
            ),
            Self::Order => Bilingual::new(
                "file names are not in ascending order, each once",
                "文件名未按升序排列，或有重复",
            ),
            Self::KeyNotListed => {
                Bilingual::new(format!("`{KEY_FILE}` is not listed"), format!("清单中没有 `{KEY_FILE}`"))
            }
        }
    }
}

/// Whether `files`, given by the caller, can be sealed.
pub(crate) fn check_files(files: &BTreeMap<String, Vec<u8>>) -> Result<(), SealError> {
    if files.len() >= FILES_MAX {
        return Err(SealError::TooManyFiles(files.len()));
    }
    for file in files.keys() {
        safe_name(file).map_err(|why| SealError::UnsafeName { file: file.clone(), why })?;
        if is_reserved(file) {
            return Err(SealError::Reserved(file.clone()));
        }
        let taken = |it: &str| files.contains_key(it) || is_reserved(it);
        if let Some(directory) = directories(file).find(|it| taken(it)) {
            return Err(SealError::FileAndDirectory(directory.to_owned()));
        }
    }
    Ok(())
}

/// The name of a file that comes after the list of the seal, if it is one.
pub(crate) fn unlistable(file: &str) -> Option<&'static str> {
    LOG_FILES.into_iter().chain([SEAL_FILE]).find(|it| *it == file)
}

fn is_reserved(file: &str) -> bool {
    file == KEY_FILE || unlistable(file).is_some()
}

/// The directories a file stands in, outermost first.
fn directories(file: &str) -> impl Iterator<Item = &str> {
    file.match_indices('/').filter_map(|(at, _)| file.get(..at))
}

/// The seal's text: [`SEAL_ORIGIN`], then `sha256-hex  name` for every file in the order of names.
pub(crate) fn list_text(files: &BTreeMap<String, Vec<u8>>) -> String {
    let lines = files.iter().map(|(file, bytes)| format!("{}  {file}\n", Digest::of(bytes)));
    format!("{SEAL_ORIGIN}\n{}", lines.collect::<String>())
}

/// Reads the text of a seal back; the error names the line, from 1.
pub(crate) fn parse_list(text: &str) -> Result<BTreeMap<String, Digest>, (usize, ListProblem)> {
    let mut lines = (1..).zip(text.strip_suffix('\n').unwrap_or(text).split('\n'));
    if lines.next().is_none_or(|(_, it)| it != SEAL_ORIGIN) {
        return Err((1, ListProblem::Origin));
    }
    let mut list: BTreeMap<String, Digest> = BTreeMap::new();
    for (number, line) in lines {
        let (file, digest) = parse_entry(line).map_err(|it| (number, it))?;
        if list.last_key_value().is_some_and(|(last, _)| last.as_str() >= file) {
            return Err((number, ListProblem::Order));
        }
        list.insert(file.to_owned(), digest);
    }
    if list.contains_key(KEY_FILE) { Ok(list) } else { Err((1, ListProblem::KeyNotListed)) }
}

fn parse_entry(line: &str) -> Result<(&str, Digest), ListProblem> {
    let (digest, file) = line.split_once("  ").ok_or(ListProblem::Entry)?;
    let digest = Digest::parse(digest).ok_or(ListProblem::Entry)?;
    safe_name(file).map_err(ListProblem::Name)?;
    match unlistable(file) {
        Some(file) => Err(ListProblem::Unlistable(file)),
        None => Ok((file, digest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> BTreeMap<String, Vec<u8>> {
        names.iter().map(|it| ((*it).to_owned(), it.as_bytes().to_vec())).collect()
    }

    #[test]
    fn files_that_cannot_be_unpacked_everywhere_are_not_sealed() {
        let table = [
            (files(&["a", "b/c", "b/d/e"]), Ok(())),
            (files(&[]), Ok(())),
            (
                files(&["../a"]),
                Err(SealError::UnsafeName { file: "../a".to_owned(), why: UnsafeName::BadStep }),
            ),
            (files(&["a", "key.vkey"]), Err(SealError::Reserved("key.vkey".to_owned()))),
            (files(&["seal.note"]), Err(SealError::Reserved("seal.note".to_owned()))),
            (files(&["statement.tlog-proof"]), Err(SealError::Reserved("statement.tlog-proof".to_owned()))),
            (files(&["log.pub/a"]), Err(SealError::FileAndDirectory("log.pub".to_owned()))),
            (files(&["a", "a/b"]), Err(SealError::FileAndDirectory("a".to_owned()))),
            (files(&["a/b", "a/b/c/d"]), Err(SealError::FileAndDirectory("a/b".to_owned()))),
            (files(&["seal.note/a"]), Err(SealError::FileAndDirectory("seal.note".to_owned()))),
        ];
        for (given, expected) in table {
            assert_eq!(check_files(&given), expected, "{:?}", given.keys());
        }
        let many: BTreeMap<_, _> = (0..FILES_MAX).map(|it| (it.to_string(), Vec::new())).collect();
        assert_eq!(check_files(&many), Err(SealError::TooManyFiles(FILES_MAX)));
    }

    #[test]
    fn the_longest_list_fits_in_a_note() {
        let line_bytes = 64 + "  ".len() + crate::NAME_BYTES_MAX + "\n".len();
        let signatures_bytes = 64 * 1024;
        assert!(FILES_MAX * line_bytes + signatures_bytes < crate::NOTE_BYTES_MAX);
    }

    #[test]
    fn a_list_reads_back_and_a_malformed_one_names_its_line() {
        let given = files(&["key.vkey", "statement.json"]);
        let text = list_text(&given);
        let expected = given.iter().map(|(file, bytes)| (file.clone(), Digest::of(bytes))).collect();
        assert_eq!(parse_list(&text), Ok(expected));

        let entry = |name: &str| format!("{}  {name}\n", Digest::of(b""));
        let table = [
            (String::new(), (1, ListProblem::Origin)),
            ("upheld statement v2\n".to_owned(), (1, ListProblem::Origin)),
            (format!("{SEAL_ORIGIN}\n"), (1, ListProblem::KeyNotListed)),
            (format!("{text}\n"), (4, ListProblem::Entry)),
            (format!("{text}abc  z\n"), (4, ListProblem::Entry)),
            (format!("{text}{}", entry("z").replace("  ", " ")), (4, ListProblem::Entry)),
            (format!("{text}{}", entry("z").replace('e', "E")), (4, ListProblem::Entry)),
            (format!("{text}{}", entry("z/../a")), (4, ListProblem::Name(UnsafeName::BadStep))),
            (format!("{text}{}", entry("")), (4, ListProblem::Name(UnsafeName::Empty))),
            (format!("{text}{}", entry(" z")), (4, ListProblem::Name(UnsafeName::Edge))),
            (format!("{text}{}", entry("seal.note")), (4, ListProblem::Unlistable("seal.note"))),
            (format!("{text}{}", entry("log.pub")), (4, ListProblem::Unlistable("log.pub"))),
            (format!("{text}{}", entry("statement.json")), (4, ListProblem::Order)),
            (format!("{text}{}", entry("a")), (4, ListProblem::Order)),
        ];
        for (given, expected) in table {
            assert_eq!(parse_list(&given), Err(expected), "{given}");
        }
    }
}
