//! The statement package as a value: files, the public key, and the seal over all of them.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::finding::Finding;
use crate::key::{SigningKey, VerifyingKey, WitnessKey};
use crate::key_file::{key_file, key_in};
use crate::logged::{Logged, logged, seal_digest};
use crate::name::safe_name;
use crate::note::{Note, NoteError, VerifyError};
use crate::seal::{KEY_FILE, SEAL_FILE, SealError, check_files, list_text, parse_list, unlistable};

/// A sealed package: relative file names to bytes, [`KEY_FILE`] and [`SEAL_FILE`] among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    files: BTreeMap<String, Vec<u8>>,
}

/// A package that was checked: every byte is as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    files: BTreeMap<String, Vec<u8>>,
    key: VerifyingKey,
    log: Option<Logged>,
}

/// Whom the caller trusts, and by that what it asks of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The key the package must be sealed with; any when absent.
    pub seal: Option<VerifyingKey>,
    /// The key of the log the package must be in. When absent, a package need not be in a log, and one that
    /// is carries the log's key.
    pub log: Option<VerifyingKey>,
    /// Witnesses that must all have cosigned the log's checkpoint.
    pub witnesses: Vec<WitnessKey>,
}

impl Package {
    /// Every file, in the order of names.
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// Every file, to be written away.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files
    }
}

impl Opened {
    /// The key the package is sealed with. Who holds it is for the caller to know; see [`open_pinned`].
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The log the package is in, if it carries a proof of that.
    pub fn log(&self) -> Option<&Logged> {
        self.log.as_ref()
    }

    /// The bytes of one file.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Every file, in the order of names.
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }
}

/// Adds [`KEY_FILE`] and [`SEAL_FILE`], the signed list of digests of all other files, to `files`.
/// The same files and key give the same bytes.
pub fn seal(files: BTreeMap<String, Vec<u8>>, key: &SigningKey) -> Result<Package, SealError> {
    check_files(&files)?;
    let mut files = files;
    files.insert(KEY_FILE.to_owned(), key_file(key.verifying_key()));
    let note = Note::sign_checked(list_text(&files), key);
    files.insert(SEAL_FILE.to_owned(), note.to_string().into_bytes());
    Ok(Package { files })
}

/// Checks a package against the key it carries: says whether the files are those that were sealed
/// together, not by whom. One flipped bit in any file is found and the file named; only a
/// countersignature of a key that is not asked for is passed over.
///
/// When the seal cannot be trusted, other files are not judged by it: the findings then name only
/// [`SEAL_FILE`] or [`KEY_FILE`].
pub fn open(files: BTreeMap<String, Vec<u8>>) -> Result<Opened, Vec<Finding>> {
    open_trusting(files, &Trust::default())
}

/// Checks a package as [`open`] does, against the one key the caller trusts.
pub fn open_pinned(files: BTreeMap<String, Vec<u8>>, pin: &VerifyingKey) -> Result<Opened, Vec<Finding>> {
    open_trusting(files, &Trust { seal: Some(pin.clone()), ..Trust::default() })
}

/// Checks a package as [`open`] does, against the keys the caller trusts. A proof of logging is checked where
/// the package carries one ([`crate::LOG_PROOF_FILE`], made after the seal and so not listed in it) and
/// demanded where `trust` names a log or a witness: an entry with the digest of [`SEAL_FILE`] must be in the
/// log, under a checkpoint that the log has signed and every witness has cosigned. A countersignature added to
/// the seal after logging changes that digest.
pub fn open_trusting(files: BTreeMap<String, Vec<u8>>, trust: &Trust) -> Result<Opened, Vec<Finding>> {
    let pin = trust.seal.as_ref();
    let carried = key_in(&files, KEY_FILE);
    let mut findings = unsafe_names(&files);
    let list = trusted_list(&files, pin, carried.as_ref());
    let trusted_seal = list.as_ref().ok().and_then(|_| seal_digest(&files));
    match list {
        Ok(list) => findings.extend(disagreements(&files, &list)),
        Err(untrusted) => findings.extend(untrusted),
    }
    let log = logged(&files, trust, trusted_seal).unwrap_or_else(|wrong| {
        findings.extend(wrong);
        None
    });
    match (carried, pin) {
        (Ok(key), _) if findings.is_empty() && pin.is_none_or(|it| *it == key) => {
            Ok(Opened { files, key, log })
        }
        (Ok(found), Some(pin)) if findings.is_empty() => {
            Err(vec![Finding::WrongKey { expected: pin.clone(), found }])
        }
        (Err(finding), _) if findings.is_empty() => Err(vec![finding]),
        _ => {
            findings.sort_by(|a, b| (a.file(), a.code()).cmp(&(b.file(), b.code())));
            Err(findings)
        }
    }
}

/// The digests that a valid signature vouches for.
fn trusted_list(
    files: &BTreeMap<String, Vec<u8>>,
    pin: Option<&VerifyingKey>,
    carried: Result<&VerifyingKey, &Finding>,
) -> Result<BTreeMap<String, Digest>, Vec<Finding>> {
    let key = pin.map_or(carried, Ok).map_err(Clone::clone);
    let (note, key) = match (carried_note(files), key) {
        (Ok(note), Ok(key)) => (note, key),
        (note, key) => return Err([note.err(), key.err()].into_iter().flatten().collect()),
    };
    match note.verify(&[key]) {
        Ok(verified) => parse_list(verified.text)
            .map_err(|(line, it)| vec![Finding::MalformedSeal { line, reason: it.reason() }]),
        Err(VerifyError::BadSignature(key)) => Err(vec![Finding::BadSignature { key }]),
        Err(VerifyError::NotSigned) => Err(vec![not_signed(key, carried)]),
    }
}

/// A seal of another key is the wrong key's; a seal of none at all is no seal.
fn not_signed(key: &VerifyingKey, carried: Result<&VerifyingKey, &Finding>) -> Finding {
    match carried {
        Ok(found) if found != key => Finding::WrongKey { expected: key.clone(), found: found.clone() },
        _ => Finding::NotSigned { key: key.clone() },
    }
}

fn disagreements(files: &BTreeMap<String, Vec<u8>>, list: &BTreeMap<String, Digest>) -> Vec<Finding> {
    let listed = list.iter().filter_map(|(file, expected)| match files.get(file).map(|it| Digest::of(it)) {
        None => Some(Finding::MissingFile { file: file.clone() }),
        Some(actual) if actual == *expected => None,
        Some(actual) => Some(Finding::ChangedFile { file: file.clone(), expected: *expected, actual }),
    });
    // A name that is not safe has its own finding, which alone writes such a name safely.
    let unlisted = files
        .keys()
        .filter(|it| unlistable(it).is_none() && !list.contains_key(*it) && safe_name(it).is_ok());
    listed.chain(unlisted.map(|it| Finding::ExtraFile { file: it.clone() })).collect()
}

fn unsafe_names(files: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let check = |file: &String| safe_name(file).err().map(|why| (file.clone(), why));
    files.keys().filter_map(check).map(|(file, why)| Finding::UnsafeFile { file, why }).collect()
}

fn carried_note(files: &BTreeMap<String, Vec<u8>>) -> Result<Note, Finding> {
    let bytes = files.get(SEAL_FILE).ok_or(Finding::MissingFile { file: SEAL_FILE.to_owned() })?;
    let malformed = |it: NoteError| Finding::MalformedSeal { line: it.line, reason: it.problem.reason() };
    Note::parse(bytes).map_err(malformed)
}
