//! What besides the files decides which rows they make: an import that was interrupted goes on only under the same.

use std::fmt::Write;

use formats::{Codes, Key, Phone};
use sha2::{Digest, Sha256};

use crate::arguments::ImportArguments;

/// The terms as text. Of the key, only enough to tell it from another.
pub(super) fn of(arguments: &ImportArguments, codes: Option<&Codes>, key: &Key) -> String {
    let ImportArguments { source, provider, subject, subject_from_tag, zone, smpp_id, .. } = arguments;
    let mut text = format!("{source:?} {provider:?} {subject:?} {subject_from_tag} {zone:?} {smpp_id:?}");
    // Writing into a string does not fail.
    if let Some(codes) = codes {
        let _ = write!(text, " {:?} {:?} {:?}", codes.id(), codes.version(), codes.sha256());
    }
    // No number begins with 0.
    if let Some(none) = Phone::international("0000000") {
        let _ = write!(text, " {}", none.pseudonym(key).as_str());
    }
    lake::write::hex(&Sha256::digest(text.as_bytes()))
}
