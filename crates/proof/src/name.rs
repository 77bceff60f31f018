//! File names that mean the same on every system and cannot leave the package's directory.

use std::fmt;

use diagnostic::Bilingual;

/// Longest name of a file, in bytes, directories included.
pub const NAME_BYTES_MAX: usize = 240;

/// The file of a package that names the partitions of records in volume: their facts, days, counts and digests.
pub const PARTITIONS_FILE: &str = "volume/partitions.txt";
/// The file of a package with what was asked of records in volume, and the answers.
pub const ANSWERS_FILE: &str = "volume/answers.txt";

/// Why a name may not stand in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsafeName {
    /// The empty name.
    Empty,
    /// More than [`NAME_BYTES_MAX`] bytes.
    TooLong,
    /// Starts at the root (`/…`).
    Absolute,
    /// An empty, `.` or `..` step between slashes.
    BadStep,
    /// A character that is a separator or has a meaning of its own elsewhere: `\`, `:`, `*`, `?`, `"`,
    /// `<`, `>`, `|`.
    Reserved(char),
    /// A control character, a line separator or an invisible mark that turns the reading direction.
    Control(char),
    /// A step that ends in a dot or a space, which Windows drops, or starts with a space.
    Edge,
}

impl UnsafeName {
    /// The reason in both languages.
    pub fn reason(self) -> Bilingual {
        match self {
            Self::Empty => Bilingual::new("it is empty", "名称为空"),
            Self::TooLong => Bilingual::new(
                format!("it is longer than {NAME_BYTES_MAX} bytes"),
                format!("长度超过 {NAME_BYTES_MAX} 字节"),
            ),
            Self::Absolute => Bilingual::new("it is absolute", "它是绝对路径"),
            Self::BadStep => Bilingual::new("it has an empty, `.` or `..` step", "路径中有空段、`.` 或 `..`"),
            Self::Reserved(it) => Bilingual::new(
                format!("it holds the reserved character `{it}`"),
                format!("含保留字符 `{it}`"),
            ),
            Self::Control(it) => {
                let code = u32::from(it);
                Bilingual::new(
                    format!("it holds the control character U+{code:04X}"),
                    format!("含控制字符 U+{code:04X}"),
                )
            }
            Self::Edge => Bilingual::new(
                "a step starts with a space or ends in a space or a dot",
                "路径中某段以空格开头，或以空格、句点结尾",
            ),
        }
    }
}

impl fmt::Display for UnsafeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().en)
    }
}

/// Accepts relative names of `/`-separated steps that every file system keeps as they are.
///
/// ```
/// assert!(proof::safe_name("evidence/001-心跳.csv").is_ok());
/// assert!(proof::safe_name("../statement.json").is_err());
/// ```
pub fn safe_name(name: &str) -> Result<(), UnsafeName> {
    if name.is_empty() {
        return Err(UnsafeName::Empty);
    }
    if name.len() > NAME_BYTES_MAX {
        return Err(UnsafeName::TooLong);
    }
    if name.starts_with('/') {
        return Err(UnsafeName::Absolute);
    }
    name.chars().try_for_each(safe_char)?;
    name.split('/').try_for_each(safe_step)
}

/// The name of the `number`-th evidence file (from 1): `evidence/001-name.csv`. Of `source`, a path as the
/// user gave it, the last step is kept, with unsafe characters as `_` and at most 160 bytes.
pub fn evidence_file(number: usize, source: &str) -> String {
    let last = source.rsplit(['/', '\\']).next().unwrap_or(source);
    let kept: String = last.chars().map(|it| if safe_char(it).is_ok() { it } else { '_' }).collect();
    let kept = shortened(kept.trim_matches([' ', '.']), 160);
    let name = if kept.is_empty() { "evidence" } else { kept };
    format!("evidence/{number:03}-{name}")
}

/// The end of `name` in at most `bytes_max` bytes: the end, because the extension stands there.
fn shortened(name: &str, bytes_max: usize) -> &str {
    let from = name.len().saturating_sub(bytes_max);
    let from = (from..=name.len()).find(|it| name.is_char_boundary(*it)).unwrap_or(name.len());
    name.get(from..).unwrap_or(name)
}

fn safe_char(it: char) -> Result<(), UnsafeName> {
    match it {
        '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => Err(UnsafeName::Reserved(it)),
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
            Err(UnsafeName::Control(it))
        }
        _ if it.is_control() => Err(UnsafeName::Control(it)),
        _ => Ok(()),
    }
}

fn safe_step(step: &str) -> Result<(), UnsafeName> {
    if matches!(step, "" | "." | "..") {
        Err(UnsafeName::BadStep)
    } else if step.starts_with(' ') || step.ends_with([' ', '.']) {
        Err(UnsafeName::Edge)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_names_that_stay_in_the_directory_are_safe() {
        let table = [
            ("statement.json", Ok(())),
            ("evidence/001-a.ndjson", Ok(())),
            ("evidence/002-心跳 记录.csv", Ok(())),
            (".hidden", Ok(())),
            ("...x", Ok(())),
            ("", Err(UnsafeName::Empty)),
            ("/etc/passwd", Err(UnsafeName::Absolute)),
            ("..", Err(UnsafeName::BadStep)),
            ("a/../b", Err(UnsafeName::BadStep)),
            ("./a", Err(UnsafeName::BadStep)),
            ("a//b", Err(UnsafeName::BadStep)),
            ("a/", Err(UnsafeName::BadStep)),
            ("a\\b", Err(UnsafeName::Reserved('\\'))),
            ("C:a", Err(UnsafeName::Reserved(':'))),
            ("a\nb", Err(UnsafeName::Control('\n'))),
            ("a\0", Err(UnsafeName::Control('\0'))),
            ("a\u{7f}", Err(UnsafeName::Control('\u{7f}'))),
            ("a\u{85}b", Err(UnsafeName::Control('\u{85}'))),
            ("a\u{202e}gpj.exe", Err(UnsafeName::Control('\u{202e}'))),
            ("a\u{2028}b", Err(UnsafeName::Control('\u{2028}'))),
            ("a.", Err(UnsafeName::Edge)),
            ("a /b", Err(UnsafeName::Edge)),
            (" a", Err(UnsafeName::Edge)),
        ];
        for (name, expected) in table {
            assert_eq!(safe_name(name), expected, "{name:?}");
        }
        assert_eq!(safe_name(&"x".repeat(NAME_BYTES_MAX)), Ok(()));
        assert_eq!(safe_name(&"x".repeat(NAME_BYTES_MAX + 1)), Err(UnsafeName::TooLong));
    }

    #[test]
    fn evidence_names_keep_number_and_extension() {
        let long = format!("{}.csv", "心".repeat(100));
        let table = [
            (1, "data/心跳.csv", "evidence/001-心跳.csv".to_owned()),
            (12, "C:\\data\\a:b.ndjson", "evidence/012-a_b.ndjson".to_owned()),
            (3, "..", "evidence/003-evidence".to_owned()),
            (1000, "x", "evidence/1000-x".to_owned()),
            (4, &long, format!("evidence/004-{}.csv", "心".repeat(52))),
        ];
        for (number, source, expected) in table {
            assert_eq!(evidence_file(number, source), expected);
        }
    }

    proptest! {
        #[test]
        fn evidence_names_are_always_safe(number: usize, source in any::<String>()) {
            let name = evidence_file(number, &source);
            prop_assert_eq!(safe_name(&name), Ok(()), "{}", name);
        }
    }
}
