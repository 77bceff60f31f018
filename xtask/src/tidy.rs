//! Rules of the project that no other tool knows: the map names every crate, no test is skipped, no file names a
//! place on one machine, and files stay short.

use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::shell::program;

/// Longer files are reported.
const LINES_MAX: usize = 800;

/// Files whose length a reader never meets.
const ANY_LENGTH: [&str; 3] = [".lock", ".csv", ".ndjson"];

/// Home folders and work folders. Written apart so that this file does not offend against itself.
const MACHINE_FOLDERS: [&str; 4] =
    [concat!("/", "root/"), concat!("/", "home/"), concat!("/", "work/"), concat!("/", "Users/")];

/// Fails with every offence found; long files are only reported.
pub(crate) fn check(root: &Path) -> Outcome {
    let files = text_files(root)?;
    for (name, text) in &files {
        report_length(name, text);
    }
    let mut offences = unmapped_crates(root, &files);
    offences.extend(files.iter().flat_map(|(name, text)| line_offences(name, text)));
    println!("{} files, {} offences", files.len(), offences.len());
    if offences.is_empty() { Ok(()) } else { Err(offences.join("\n")) }
}

/// Every file that is or would be committed, if it is text, with its name relative to the root.
fn text_files(root: &Path) -> Result<Vec<(String, String)>, String> {
    let mut git = program(root, "git", &["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = git.output().map_err(|error| format!("cannot start git: {error}"))?;
    if !listed.status.success() {
        return Err(format!("git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr)));
    }
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let text = |name: &str| Some((name.to_owned(), fs::read_to_string(root.join(name)).ok()?));
    let mut files: Vec<_> = names.lines().filter_map(text).collect();
    files.sort();
    Ok(files)
}

fn report_length(name: &str, text: &str) {
    let lines = text.lines().count();
    if lines > LINES_MAX && !ANY_LENGTH.iter().any(|suffix| name.ends_with(suffix)) {
        println!("long: {name} has {lines} lines (at most {LINES_MAX} are wanted)");
    }
}

/// Every folder with a manifest must be on the map, as `` `name` `` or by its path.
fn unmapped_crates(root: &Path, files: &[(String, String)]) -> Vec<String> {
    let Ok(map) = fs::read_to_string(root.join("ARCHITECTURE.md")) else {
        return vec!["ARCHITECTURE.md is missing".to_owned()];
    };
    let folders = files.iter().filter_map(|(name, _)| name.strip_suffix("/Cargo.toml"));
    let unmapped = folders.filter(|folder| !is_mapped(&map, folder));
    unmapped.map(|folder| format!("ARCHITECTURE.md does not name the crate {folder}")).collect()
}

fn is_mapped(map: &str, folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    map.contains(&format!("`{name}`"))
        || map.contains(&format!("crates/{name}"))
        || map.contains(&format!("{name}/"))
}

fn line_offences(name: &str, text: &str) -> Vec<String> {
    let offence = |(number, line): (usize, &str)| {
        let what = line_offence(name, line)?;
        Some(format!("{name}:{}: {what}", number + 1))
    };
    text.lines().enumerate().filter_map(offence).collect()
}

fn line_offence(name: &str, line: &str) -> Option<&'static str> {
    if name.ends_with(".rs") && line.trim_start().starts_with("#[ignore") {
        return Some("a test is skipped");
    }
    names_machine_folder(line).then_some("names a place on one machine")
}

/// A folder at the start of a path: not the middle of an address or of a longer path.
fn names_machine_folder(line: &str) -> bool {
    let starts_path = |at: usize| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|before| before.is_alphanumeric() || "/._-}~$*".contains(before))
    };
    MACHINE_FOLDERS.iter().any(|folder| line.match_indices(folder).any(|(at, _)| starts_path(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_start_of_a_path_names_a_machine() {
        let table = [
            (concat!("cd /", "root/project"), true),
            (concat!("\"/", "home/someone/x\""), true),
            (concat!("see https://example.com/", "home/x"), false),
            (concat!("target/", "work/x"), false),
            ("crates/timeline", false),
        ];
        for (line, is_offence) in table {
            assert_eq!(names_machine_folder(line), is_offence, "{line}");
        }
    }

    #[test]
    fn a_skipped_test_is_an_offence_with_its_line() {
        let text = concat!("#[test]\n    #[ign", "ore = \"slow\"]\nfn f() {}\n");
        assert_eq!(line_offences("a.rs", text), ["a.rs:2: a test is skipped"]);
        assert!(line_offences("a.md", text).is_empty());
    }

    #[test]
    fn a_crate_is_mapped_by_its_name_or_its_path() {
        assert!(is_mapped("| `settle` | promises |", "crates/settle"));
        assert!(is_mapped("crates/settle", "crates/settle"));
        assert!(!is_mapped("they settle disputes", "crates/settle"));
    }
}
