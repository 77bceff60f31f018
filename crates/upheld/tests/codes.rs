//! Every code any crate can print is explained, and nothing is explained that no crate prints.

#![expect(clippy::expect_used, reason = "a test that cannot read the sources cannot run")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Code literals (`"E0101"`) in the sources of all crates.
fn printed() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut found);
    found
}

fn collect(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).expect("listed").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let skipped = name == "tests" || name == "target" || name == "tests.rs" || name == "examples";
        if path.is_dir() && !skipped {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") && !skipped {
            let source = fs::read_to_string(&path).expect("read");
            let shipped = source.split("#[cfg(test)]").next().unwrap_or_default();
            found.extend(shipped.split('"').filter(|it| is_code(it)).map(str::to_owned));
        }
    }
}

fn is_code(word: &str) -> bool {
    let mut letters = word.chars();
    word.len() == 5
        && letters.next().is_some_and(|it| "DELNPRSVWX".contains(it))
        && letters.all(|it| it.is_ascii_digit())
}

#[test]
fn every_code_is_explained_and_every_explanation_is_used() {
    let printed = printed();
    let explained: BTreeSet<String> = diagnostic::codes().iter().map(|it| it.code.to_owned()).collect();
    let silent: Vec<_> = printed.difference(&explained).collect();
    let unused: Vec<_> = explained.difference(&printed).collect();
    assert!(silent.is_empty() && unused.is_empty(), "not explained: {silent:?}\nnever printed: {unused:?}");
    assert!(printed.len() > 100, "the sources were searched");
}
