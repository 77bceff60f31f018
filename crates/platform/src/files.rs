//! Files that people attach: kept under their SHA-256, with a name that is safe to save them under and a media type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx};

use crate::objects::{self, OBJECT_BYTES_MAX, Packed};
use crate::refusal::{Failure, Refusal, RefusalKind};

/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 120;
/// Names a system takes for devices, whatever their ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// Its name, safe to save it under.
    pub name: String,
    /// Its media type, as whoever sent it said.
    pub media: String,
    /// How many bytes.
    pub length: i64,
    /// Their SHA-256; also its address.
    pub sha256: String,
}

/// A file made ready to be kept.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What will be said of it.
    pub file: File,
    packed: Packed,
}

/// Makes a file ready beside the writing thread. Refused when it is empty or too large.
pub fn prepare(name: &str, media: &str, bytes: &[u8]) -> Result<Prepared, Failure> {
    if bytes.is_empty() {
        return Err(Refusal::invalid("the file is empty", "文件为空").into());
    }
    if bytes.len() > OBJECT_BYTES_MAX {
        return Err(Refusal::new(
            RefusalKind::TooLarge,
            format!("the file has {} bytes; at most {OBJECT_BYTES_MAX} are kept", bytes.len()),
            format!("文件 {} 字节；至多 {OBJECT_BYTES_MAX} 字节", bytes.len()),
        )
        .into());
    }
    let packed = objects::pack(bytes)?;
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let sha256 = packed.sha256.clone();
    Ok(Prepared { file: File { name: safe_name(name), media: safe_media(media), length, sha256 }, packed })
}

/// Keeps a file; whoever may see it is for the thing it is attached to.
pub fn keep(tx: &mut Tx<'_>, prepared: Prepared) -> Result<File, Fault> {
    objects::put_packed(tx, prepared.packed)?;
    Ok(prepared.file)
}

/// The bytes of a file that is attached to something the caller may see.
pub fn bytes(tx: &mut Tx<'_>, file: &File) -> Result<Vec<u8>, Failure> {
    Ok(objects::get(tx, &file.sha256)?.ok_or_else(|| Fault::broken(format!("no object {}", file.sha256)))?)
}

/// The last part of a name, without characters that a file system or a terminal takes for something else.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().map(|it| if is_safe(it) { it } else { '_' }).take(NAME_CHARS_MAX).collect();
    let trimmed = kept.trim_matches(|it: char| it == '.' || it.is_whitespace());
    let stem = trimmed.split('.').next().unwrap_or_default().to_ascii_lowercase();
    match trimmed {
        "" => "file".to_owned(),
        it if DEVICES.contains(&stem.as_str()) => format!("_{it}"),
        it => it.to_owned(),
    }
}

/// Letters, digits and a few marks of any script; nothing that hides or turns the text around it.
fn is_safe(it: char) -> bool {
    it.is_alphanumeric() || " -_.,()[]+@#".contains(it)
}

/// `type/subtype` in lower case; anything else is bytes of no known kind.
fn safe_media(media: &str) -> String {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |it: &str| {
        !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&it))
    };
    match essence.split_once('/') {
        Some((kind, sub)) if is_token(kind) && is_token(sub) && essence.len() <= 127 => essence,
        _ => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_to_save_a_file_under() {
        for (given, safe) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\x.txt", "x.txt"),
            ("..", "file"),
            ("", "file"),
            (" .hidden ", "hidden"),
            ("a\u{202e}fdp.exe", "a_fdp.exe"),
            ("a\nb\0c\"<>|.csv", "a_b_c____.csv"),
            ("等保证书（2026）.pdf", "等保证书_2026_.pdf"),
            ("CON.txt", "_CON.txt"),
        ] {
            assert_eq!(safe_name(given), safe, "{given}");
        }
        assert_eq!(safe_name(&"长".repeat(500)).chars().count(), 120);
    }

    #[test]
    fn a_media_type_is_one_or_bytes() {
        for (given, safe) in [
            ("application/pdf", "application/pdf"),
            ("Text/CSV; charset=utf-8", "text/csv"),
            ("", "application/octet-stream"),
            ("text/html\r\nx: y", "application/octet-stream"),
            ("pdf", "application/octet-stream"),
        ] {
            assert_eq!(safe_media(given), safe, "{given}");
        }
    }
}
