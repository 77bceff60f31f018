//! The registry of codes: what each one means, read from `codes.md`, so that `upheld explain` and the
//! book say the same.

use std::sync::LazyLock;

/// One entry of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Stable code, for example `E0101`.
    pub code: &'static str,
    /// A short name, for example `unknown name`.
    pub title: &'static str,
    /// Why it is said and how to mend it, in English (Markdown).
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

static REGISTRY: LazyLock<Vec<Code>> = LazyLock::new(|| parse(include_str!("codes.md")));

/// Every code, in the order of the registry.
pub fn codes() -> &'static [Code] {
    &REGISTRY
}

/// The entry of one code; case does not matter.
pub fn code(name: &str) -> Option<&'static Code> {
    REGISTRY.iter().find(|it| it.code.eq_ignore_ascii_case(name))
}

/// Entries are `## CODE title`, then English, then a line `---`, then Chinese.
fn parse(text: &'static str) -> Vec<Code> {
    text.split("\n## ").skip(1).filter_map(parse_entry).collect()
}

fn parse_entry(entry: &'static str) -> Option<Code> {
    let (head, body) = entry.split_once('\n')?;
    let (code, title) = head.split_once(' ')?;
    let (en, zh) = body.split_once("\n---\n")?;
    Some(Code { code, title: title.trim(), en: en.trim().to_owned(), zh: zh.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_complete_and_unique() {
        let headings = include_str!("codes.md").matches("\n## ").count();
        assert_eq!(codes().len(), headings, "an entry lacks its Chinese half");
        let mut names: Vec<_> = codes().iter().map(|it| it.code).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), headings, "a code stands twice");
        assert!(codes().iter().all(|it| !it.en.is_empty() && !it.zh.is_empty()));
    }
}
