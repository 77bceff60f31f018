//! `upheld verify` on statements that are in a log, and on the log's own checkpoints.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use proof::{
    Checkpoint, ConsistencyProof, Digest, MemoryHashes, SigningKey, TlogProof, WitnessSigningKey, leaf_hash,
};
use serde_json::Value;

/// Runs `upheld` in the repository's root with a home of its own.
fn upheld(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_upheld"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .env("HOME", home)
        .env_remove("XDG_CONFIG_HOME")
        .env("LC_ALL", "C")
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|it| panic!("{it}: {}", text(&output.stdout)))
}

fn log_key() -> SigningKey {
    SigningKey::from_seed("cloud.example/t/7/log", [21; 32]).expect("a key")
}

fn witness(number: u8) -> WitnessSigningKey {
    WitnessSigningKey::from_seed(&format!("witness.example/w{number}"), [number; 32]).expect("a key")
}

fn vkey<const TYPE: u8>(key: &proof::SecretKey<TYPE>) -> String {
    key.verifying_key().to_string()
}

/// A log of `entries`, and its checkpoint as the first witness saw it on 1 November 2026.
fn log(entries: &[Vec<u8>]) -> (MemoryHashes, String) {
    let leaves: Vec<Digest> = entries.iter().map(|it| leaf_hash(it)).collect();
    let mut hashes = MemoryHashes::default();
    leaves.iter().for_each(|it| hashes.push(*it));
    let origin = "cloud.example/t/7/log".to_owned();
    let checkpoint = Checkpoint { origin, size: hashes.size(), root: proof::root_of(&leaves) };
    let mut note = checkpoint.sign(&log_key()).expect("signed");
    note.cosign(&witness(1), 1_793_491_200).expect("cosigned");
    (hashes, note.to_string())
}

fn entries(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|it| vec![it]).collect()
}

/// A sealed statement that is entry 6 of a log.
fn logged(home: &Path) -> PathBuf {
    let sealed = home.join("sealed");
    let directory = sealed.display().to_string();
    let settle = ["settle", "contracts/mwe.md", "--cycle", "2026-10", "--plan", "basic"];
    let more = ["--evidence", "contracts/evidence/mwe.ndjson", "--seal", &directory];
    let output = upheld(home, &[&settle[..], &more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));

    let seal = Digest::of(&fs::read(sealed.join("seal.note")).expect("read"));
    let entry = format!("{{\"seal_sha256\":\"{seal}\",\"what\":\"statement sealed\"}}").into_bytes();
    let (hashes, checkpoint) = log(&[entries(6), vec![entry.clone()], entries(3)].concat());
    let checkpoint = proof::Note::parse(checkpoint.as_bytes()).expect("a note");
    let hashes = proof::inclusion_proof(6, 10, &hashes).expect("a proof");
    let proof = TlogProof { index: 6, hashes, checkpoint, extra: None };
    fs::write(sealed.join("statement.log-entry"), entry).expect("written");
    fs::write(sealed.join("statement.tlog-proof"), proof.to_string()).expect("written");
    fs::write(sealed.join("log.pub"), format!("{}\n", vkey(&log_key()))).expect("written");
    sealed
}

#[test]
fn a_logged_statement_verifies_and_shows_its_log_and_witnesses() {
    let home = tempfile::tempdir().expect("a folder");
    let directory = logged(home.path()).display().to_string();
    let plain = upheld(home.path(), &["verify", &directory]);
    assert!(plain.status.success(), "{}", text(&plain.stderr));
    let told = text(&plain.stdout);
    assert!(told.contains("6 files unchanged"), "only sealed files are counted: {told}");
    assert!(told.contains("entry 6 of 10 in the log of cloud.example/t/7/log+"), "{told}");
    assert!(told.contains("unchecked signature of \"witness.example/w1\""), "{told}");

    let (log, witness) = (vkey(&log_key()), vkey(&witness(1)));
    let pinned = ["verify", &directory, "--log-key", &log, "--witness", &witness];
    let told = text(&upheld(home.path(), &pinned).stdout);
    assert!(told.contains("the log you named"), "{told}");
    assert!(told.contains("seen by witness witness.example/w1 at 2026-11-01T00:00:00Z"), "{told}");
    assert!(!told.contains("unchecked"), "{told}");
    let told = text(&upheld(home.path(), &[&pinned[..], &["--lang", "zh"]].concat()).stdout);
    assert!(told.contains("见证人 witness.example/w1 于 2026-11-01T00:00:00Z 所见"), "{told}");

    let shown = json(&upheld(home.path(), &[&pinned[..], &["--format", "json"]].concat()));
    assert_eq!(shown.pointer("/log/index"), Some(&Value::from(6)));
    assert_eq!(shown.pointer("/log/checkpoint/size"), Some(&Value::from(10)));
    assert_eq!(shown.pointer("/log/cosignatures/0/time"), Some(&Value::from("2026-11-01T00:00:00Z")));
}

#[test]
fn a_flipped_bit_in_any_file_of_the_proof_is_found_and_named() {
    let home = tempfile::tempdir().expect("a folder");
    let sealed = logged(home.path());
    let directory = sealed.display().to_string();
    for name in ["statement.tlog-proof", "statement.log-entry", "log.pub"] {
        let sound = fs::read(sealed.join(name)).expect("read");
        let mut broken = sound.clone();
        let middle = broken.len() / 2;
        *broken.get_mut(middle).expect("a byte") ^= 1;
        fs::write(sealed.join(name), broken).expect("written");
        let output = upheld(home.path(), &["verify", &directory]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(text(&output.stderr).contains(name), "{name} is named: {}", text(&output.stderr));
        fs::write(sealed.join(name), sound).expect("written");
    }
    assert!(upheld(home.path(), &["verify", &directory]).status.success());
}

#[test]
fn whoever_names_a_log_or_a_witness_gets_nothing_less() {
    let home = tempfile::tempdir().expect("a folder");
    let sealed = logged(home.path());
    let directory = sealed.display().to_string();
    let other = SigningKey::from_seed("cloud.example/t/7/log", [22; 32]).expect("a key");
    let (log, other, stranger) = (vkey(&log_key()), vkey(&other), vkey(&witness(2)));
    let refused = |arguments: &[&str], code: &str| {
        let output = upheld(home.path(), &[&["verify", &directory], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(text(&output.stderr).contains(code), "{arguments:?}: {}", text(&output.stderr));
    };
    refused(&["--log-key", &other], "P0114");
    refused(&["--witness", &stranger], "P0115");
    for name in ["statement.tlog-proof", "statement.log-entry", "log.pub"] {
        fs::remove_file(sealed.join(name)).expect("removed");
    }
    refused(&["--log-key", &log], "P0101");
    assert!(upheld(home.path(), &["verify", &directory]).status.success());
}

/// Two checkpoints and the proof between them, as files.
fn grown(home: &Path, old: &[Vec<u8>], new: &[Vec<u8>]) -> [String; 3] {
    let (hashes, newer) = log(new);
    let (old_size, new_size) = (u64::try_from(old.len()).expect("small"), hashes.size());
    let hashes = proof::consistency_proof(old_size, new_size, &hashes).expect("a proof");
    let proof = ConsistencyProof { old_size, hashes }.to_string();
    [("old", log(old).1), ("new", newer), ("proof", proof)].map(|(name, text)| {
        fs::write(home.join(name), text).expect("written");
        home.join(name).display().to_string()
    })
}

#[test]
fn a_log_that_only_grew_is_told_from_one_that_rewrote_its_past() {
    let home = tempfile::tempdir().expect("a folder");
    let (log, witness) = (vkey(&log_key()), vkey(&witness(1)));
    let [old, new, proof] = grown(home.path(), &entries(5), &entries(12));
    let command = |old: &str, new: &str, more: &[&str]| {
        let files = ["verify", "--checkpoint", old, "--checkpoint", new, "--log-key", &log];
        upheld(home.path(), &[&files[..], more].concat())
    };
    let output = command(&old, &new, &["--proof", &proof, "--witness", &witness]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    assert!(told.contains("log cloud.example/t/7/log grew from 5 to 12 entries"), "{told}");
    assert!(told.contains("seen by witness witness.example/w1 at 2026-11-01T00:00:00Z"), "{told}");
    let shown = json(&command(&old, &new, &["--proof", &proof, "--format", "json"]));
    assert_eq!(
        (&shown["ok"], &shown["old"]["size"], &shown["new"]["size"]),
        (&true.into(), &5.into(), &12.into())
    );

    for arguments in [&["--proof", &new][..], &[], &["--proof", &proof, "--lang", "zh"]] {
        let swapped = arguments.contains(&"zh");
        let (a, b) = if swapped { (&new, &old) } else { (&old, &new) };
        let output = command(a, b, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let expected = if swapped { "请把较旧的检查点放在前面" } else { "P011" };
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    }

    let mut rewritten = entries(12);
    *rewritten.get_mut(2).expect("an entry") = b"rewritten".to_vec();
    let [_, new, proof] = grown(home.path(), &entries(5), &rewritten);
    let output = command(&old, &new, &["--proof", &proof, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output).pointer("/findings/0/code"), Some(&Value::from("P0117")));
}

#[test]
fn exit_2_when_verify_is_called_wrongly() {
    let home = tempfile::tempdir().expect("a folder");
    let [old, new, proof] = grown(home.path(), &entries(5), &entries(12));
    let (log, witness) = (vkey(&log_key()), vkey(&witness(1)));
    let table: [&[&str]; 8] = [
        &["verify"],
        &["verify", "--checkpoint", &old, "--log-key", &log],
        &["verify", "--checkpoint", &old, "--checkpoint", &new, "--proof", &proof],
        &["verify", "--checkpoint", &old, "--checkpoint", &new, "--log-key", "no key"],
        &["verify", "--checkpoint", &old, "--checkpoint", &new, "--log-key", &witness],
        &["verify", "--checkpoint", &old, "--checkpoint", &new, "--log-key", &log, "--witness", &log],
        &["verify", "somewhere", "--checkpoint", &old, "--checkpoint", &new, "--log-key", &log],
        &["verify", "somewhere", "--proof", &proof],
    ];
    for arguments in table {
        let output = upheld(home.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
    }
}
