//! A lake that a server keeps, asked by the list of files that the server answers.

use std::fs;

use platform::volume::KeptFile;
use serde_json::{Value, json};

use crate::command::{asked, import, open, told};

const COUNT: &str = "SELECT outcome, count(*) AS n FROM message GROUP BY outcome ORDER BY outcome";

#[test]
fn a_list_of_the_server_stands_for_the_manifest_and_its_digests_hold() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path());
    import(&lake, "acme", &crate::sql::fact(), &crate::sql::messages(3, 40), 1);
    import(&lake, "rival", &crate::sql::fact(), &crate::sql::messages(3, 7), 2);
    let by_manifest = told(&asked(root.path(), "acme", &[COUNT]));
    assert_eq!(by_manifest.0, 0);
    let mut entries: Vec<KeptFile> = Vec::new();
    for place in lake.manifest.places().unwrap() {
        let standing = lake.manifest.entries(&place, timeline::Interval::ALL, None).unwrap();
        entries.extend(standing.iter().map(KeptFile::from));
    }
    drop(lake);
    fs::remove_file(root.path().join("manifest.ndjson")).unwrap();
    let lists = tempfile::tempdir().unwrap();
    let list = |name: &str, items: &Value| {
        let path = lists.path().join(name);
        fs::write(&path, json!({ "items": items }).to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let items = serde_json::to_value(&entries).unwrap();
    let all = list("all.json", &items);
    // Named twice, a file is read once; those of another tenant are passed over.
    let answered = told(&asked(root.path(), "acme", &["--files", &all, "--files", &all, COUNT]));
    assert_eq!(answered, by_manifest);
    assert_ne!(told(&asked(root.path(), "rival", &["--files", &all, COUNT])).1, by_manifest.1);
    assert_eq!(told(&asked(root.path(), "nobody", &["--files", &all])).1, "");

    let changed = |field: &str, to: Value| {
        let mut items = items.clone();
        items[0][field] = to;
        list("changed.json", &items)
    };
    for (field, to, code, why) in [
        ("sha256", json!("0".repeat(64)), 3, "is not what the manifest says"),
        ("sha256", json!("0"), 2, "a digest has 64 hexadecimal digits"),
        ("day", json!("2026-13-01"), 2, "it says what cannot be"),
        ("merged", json!(false), 3, "records may count twice"),
        ("path", Value::Null, 2, "it is no answer of `GET …/evidence/files`"),
    ] {
        let refused = told(&asked(root.path(), "acme", &["--files", &changed(field, to), COUNT]));
        assert!(refused.0 == code && refused.2.contains(why), "{field}: {refused:?}");
    }
    let fewer = list("fewer.json", &json!([items[0].clone()]));
    let other =
        told(&asked(root.path(), "acme", &["--files", &changed("records", json!(39)), "--files", &fewer]));
    assert!(
        other.0 == 2 && other.2.contains("fewer.json: it names other files of 短信/1/message"),
        "{other:?}"
    );
    fs::remove_file(root.path().join(items[0]["path"].as_str().unwrap())).unwrap();
    let gone = told(&asked(root.path(), "acme", &["--files", &all, COUNT]));
    assert!(gone.0 == 3 && gone.2.contains("is not there; get the server's list again"), "{gone:?}");
    let nowhere = told(&asked(root.path(), "acme", &["--files", "nowhere.json", COUNT]));
    assert!(nowhere.0 == 2 && nowhere.2.contains("nowhere.json"), "{nowhere:?}");
}
