//! The tour of the documentation, run as it is written.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// The page's shell blocks, one after the other.
fn script(page: &str) -> String {
    let blocks = page.split("```sh\n").skip(1).filter_map(|it| it.split("```").next());
    format!(
        "set -euo pipefail\nset -m\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{}",
        blocks.collect::<Vec<_>>().join("\n")
    )
}

#[cfg(unix)]
#[test]
fn the_tour_works_as_it_is_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/tour.md")).expect("the page");
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(
        root.join("contracts").canonicalize().expect("contracts"),
        folder.path().join("contracts"),
    )
    .expect("a link");
    let programs = Path::new(env!("CARGO_BIN_EXE_upheld")).parent().expect("a folder").display().to_string();
    let path = format!("{programs}:{}", std::env::var("PATH").expect("a path"));
    let run = Command::new("bash")
        .arg("-c")
        .arg(script(&page).replace("7480", &port.to_string()))
        .current_dir(folder.path())
        .env("PATH", path)
        .output()
        .expect("bash, curl and jq");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{err}");
    for told in [
        r#"{"accepted":2,"duplicates":0}"#,
        r#"{"accepted":0,"duplicates":2}"#,
        r#"{"name":"voucher","status":"due","due":"19.95"}"#,
        "the same to the byte",
        r#"{"state":"settled"}"#,
        r#""remaining":"19.95 CNY""#,
        "statement.sealed",
        "upheld_sealed_statements_total 1",
        r#"upheld_open_claims{state="submitted"} 0"#,
    ] {
        assert!(out.contains(told), "the tour does not say {told}:\n{out}\n{err}");
    }
}
