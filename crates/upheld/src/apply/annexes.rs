//! The annexes of codes a contract is published with: those its entry names, or those in `contracts/codes` that are for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::files;

/// Where annexes lie that no entry names.
const FOLDER: &str = "contracts/codes";

/// The annexes of the contract `id`, with their files.
pub(super) fn of(dir: &Path, id: &str, named: Option<&[PathBuf]>) -> Result<Vec<(PathBuf, String)>, Failure> {
    let read = |path: PathBuf| files::text(&path).map(|it| (path, it));
    if let Some(named) = named {
        return named.iter().map(|it| read(dir.join(it))).collect();
    }
    let folder = dir.join(FOLDER);
    let mut found = Vec::new();
    if folder.is_dir() {
        let entries = std::fs::read_dir(&folder).map_err(|it| Failure::io(&folder, "list it", &it))?;
        for entry in entries {
            let path = entry.map_err(|it| Failure::io(&folder, "list it", &it))?.path();
            if path.extension().is_some_and(|it| it == "md") {
                found.push(read(path)?);
            }
        }
    }
    found.retain(|it| is_for(&it.1, id));
    found.sort();
    Ok(found)
}

/// Whether the front matter of an annex says that it is for that contract.
fn is_for(text: &str, id: &str) -> bool {
    let front = text.lines().skip(1).take_while(|it| it.trim_end() != "---");
    let mut said = front.filter_map(|it| it.strip_prefix("for:"));
    !id.is_empty() && said.any(|it| it.trim().trim_matches('"') == id)
}

/// The file and text of the annex that findings name `annexes[0]` and so on.
pub(super) fn named<'a>(all: &'a [(PathBuf, String)], name: &str) -> Option<(&'a Path, &'a str)> {
    let at: usize = name.strip_prefix("annexes[")?.strip_suffix(']')?.parse().ok()?;
    all.get(at).map(|it| (it.0.as_path(), it.1.as_str()))
}

/// Whether a version on the server has other annexes than these.
pub(super) fn differ(there: &Json, texts: &[String]) -> bool {
    let all = there.get("annexes").and_then(Json::as_array);
    let there: BTreeSet<&str> =
        all.into_iter().flatten().filter_map(|it| it.get("sha256").and_then(Json::as_str)).collect();
    let wanted: Vec<String> = texts.iter().map(|it| settle::hex(&Sha256::digest(it.as_bytes()))).collect();
    there != wanted.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn annex(id: &str) -> String {
        format!("---\nid: codes\nfor: {id}\n---\nfor: other\n")
    }

    #[test]
    fn annexes_in_the_folder_go_with_the_contract_they_are_for_and_named_ones_as_they_are_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join(FOLDER)).unwrap();
        for (name, id) in [("b.md", "sms"), ("a.md", "\"sms\""), ("c.md", "voice"), ("d.txt", "sms")] {
            std::fs::write(dir.path().join(FOLDER).join(name), annex(id)).unwrap();
        }
        let names = |id: &str, named: Option<&[PathBuf]>| {
            let found = of(dir.path(), id, named).unwrap();
            let name = |it: &(PathBuf, String)| it.0.file_name().unwrap().to_string_lossy().into_owned();
            found.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names("sms", None), ["a.md", "b.md"]);
        assert_eq!(names("other", None), [""; 0]);
        assert_eq!(names("sms", Some(&[PathBuf::from("contracts/codes/c.md")])), ["c.md"]);
        assert_eq!(names("sms", Some(&[])), [""; 0]);
    }

    #[test]
    fn a_version_with_the_same_annexes_in_another_order_is_the_same() {
        let sha256 = |it: &str| settle::hex(&Sha256::digest(it.as_bytes()));
        let there = json!({ "annexes": [{ "sha256": sha256("a") }, { "sha256": sha256("b") }] });
        let texts = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert!(!differ(&there, &texts(&["b", "a"])));
        assert!(differ(&there, &texts(&["a"])) && differ(&there, &texts(&["a", "c"])));
        assert!(differ(&there, &[]) && !differ(&json!({}), &[]));
    }

    #[test]
    fn findings_in_an_annex_are_told_in_its_file() {
        let all = [(PathBuf::from("x.md"), "x".to_owned())];
        assert_eq!(named(&all, "annexes[0]"), Some((Path::new("x.md"), "x")));
        assert_eq!((named(&all, "annexes[1]"), named(&all, "text")), (None, None));
    }
}
