//! Statement packages with a proof of logging: what it shows, and every bit that could be turned.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use expect_test::expect;
use proof::{
    Checkpoint, Digest, Finding, LOG_ENTRY_FILE, LOG_KEY_FILE, LOG_PROOF_FILE, MemoryHashes, Note, SEAL_FILE,
    SigningKey, TlogProof, Trust, inclusion_proof, leaf_hash, open, open_trusting, seal,
};

use crate::made::{leaves, log_key, witness_key};

type Files = BTreeMap<String, Vec<u8>>;

fn provider() -> SigningKey {
    SigningKey::from_seed("cloud.example/statements", [1; 32]).unwrap()
}

fn sealed() -> Files {
    let contents = [("statement.json", r#"{"credit":"22.22"}"#), ("contract.md", "# 合同\n")];
    let contents = contents.map(|(file, text)| (file.to_owned(), text.as_bytes().to_vec()));
    seal(contents.into(), &provider()).unwrap().into_files()
}

fn entry(files: &Files) -> Vec<u8> {
    let digest = Digest::of(&files[SEAL_FILE]);
    format!(r#"{{"action":"seal","seal_sha256":"{digest}","tenant":7}}"#).into_bytes()
}

/// The files with `entry` logged among thirty others.
fn logged_as(mut files: Files, entry: Vec<u8>) -> Files {
    let mut hashes = MemoryHashes::default();
    let leaves = [leaves(20), vec![leaf_hash(&entry)], leaves(10)].concat();
    leaves.iter().for_each(|it| hashes.push(*it));
    let origin = "cloud.example/t/7/log".to_owned();
    let checkpoint = Checkpoint { origin, size: 31, root: proof::root_of(&leaves) };
    let mut checkpoint = checkpoint.sign(&log_key()).unwrap();
    checkpoint.cosign(&witness_key(1), 1_790_000_000).unwrap();
    let hashes = inclusion_proof(20, 31, &hashes).unwrap();
    let proof = TlogProof { index: 20, hashes, checkpoint, extra: None };
    files.insert(LOG_ENTRY_FILE.to_owned(), entry);
    files.insert(LOG_PROOF_FILE.to_owned(), proof.to_string().into_bytes());
    files.insert(LOG_KEY_FILE.to_owned(), format!("{}\n", log_key().verifying_key()).into_bytes());
    files
}

fn logged() -> Files {
    let files = sealed();
    let entry = entry(&files);
    logged_as(files, entry)
}

fn pinned() -> Trust {
    let log = Some(log_key().verifying_key().clone());
    Trust { log, witnesses: vec![witness_key(1).verifying_key().clone()], ..Trust::default() }
}

fn without(file: &str) -> Files {
    let mut files = logged();
    assert!(files.remove(file).is_some());
    files
}

fn replaced(file: &str, from: &str, to: &str) -> Files {
    let mut files = logged();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{text}");
    files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}

fn report(files: Files, trust: &Trust) -> String {
    let mut out = String::new();
    for it in open_trusting(files, trust).unwrap_err() {
        let help = it.help();
        assert!(!help.en.is_empty() && !help.zh.is_empty());
        writeln!(out, "{it}\n    {}", it.message().zh).unwrap();
    }
    out
}

#[test]
fn a_logged_package_shows_its_log_its_witnesses_and_who_is_unchecked() {
    let opened = open(logged()).unwrap();
    let log = opened.log().unwrap();
    assert_eq!((log.index, log.checkpoint.size, &log.key), (20, 31, log_key().verifying_key()));
    assert_eq!(log.cosignatures, []);
    let unchecked: Vec<_> = log.unchecked.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(unchecked, ["witness.example/w1"]);

    let opened = open_trusting(logged(), &pinned()).unwrap();
    let log = opened.log().unwrap();
    assert_eq!(log.cosignatures.iter().map(|it| it.time_s).collect::<Vec<_>>(), [1_790_000_000]);
    assert_eq!(log.unchecked, []);
}

#[test]
fn a_package_need_not_be_logged_unless_somebody_asks() {
    assert_eq!(open(sealed()).unwrap().log(), None);
    expect![[r#"
        [P0101] `statement.log-entry` is missing
            缺少文件 `statement.log-entry`
        [P0101] `statement.tlog-proof` is missing
            缺少文件 `statement.tlog-proof`
    "#]]
    .assert_eq(&report(sealed(), &pinned()));
}

#[test]
fn a_pinned_log_key_stands_in_for_the_file() {
    let files = without(LOG_KEY_FILE);
    assert!(open(files.clone()).is_err());
    assert!(open_trusting(files, &pinned()).is_ok());
}

#[test]
fn whatever_does_not_agree_is_told_in_both_languages() {
    let other = SigningKey::from_seed("cloud.example/t/7/log", [22; 32]).unwrap();
    let other = Trust { log: Some(other.verifying_key().clone()), ..Trust::default() };
    let stranger = Trust { witnesses: vec![witness_key(2).verifying_key().clone()], ..Trust::default() };
    let of_another = {
        let digest = Digest::of(b"another seal");
        logged_as(sealed(), format!(r#"{{"seal_sha256":"{digest}"}}"#).into_bytes())
    };
    let nested = {
        let digest = Digest::of(&sealed()[SEAL_FILE]);
        logged_as(sealed(), format!(r#"{{"detail":{{"seal_sha256":"{digest}"}}}}"#).into_bytes())
    };
    let any = Trust::default();
    let mut out = String::new();
    for (files, trust) in [
        (without(LOG_PROOF_FILE), &any),
        (without(LOG_ENTRY_FILE), &any),
        (without(LOG_KEY_FILE), &any),
        (of_another, &any),
        (nested, &any),
        (logged_as(sealed(), b"no json".to_vec()), &any),
        (replaced(LOG_ENTRY_FILE, "\"tenant\":7", "\"tenant\":8"), &any),
        (replaced(LOG_PROOF_FILE, "index 20", "index 21"), &any),
        (replaced(LOG_PROOF_FILE, "index 20", "index 31"), &any),
        (replaced(LOG_PROOF_FILE, "index 20", "extra AAAA\nindex 20"), &any),
        (replaced(LOG_PROOF_FILE, "\n31\n", "\n32\n"), &any),
        (replaced(LOG_PROOF_FILE, "c2sp", "C2sp"), &any),
        (replaced(LOG_KEY_FILE, "\n", ""), &any),
        (logged(), &other),
        (without(LOG_KEY_FILE), &other),
        (logged(), &stranger),
        (replaced(LOG_PROOF_FILE, "AAAABqsT", "AAAABqsU"), &pinned()),
    ] {
        out.push_str(&report(files, trust));
    }
    expect![[r#"
        [P0101] `statement.tlog-proof` is missing
            缺少文件 `statement.tlog-proof`
        [P0101] `statement.log-entry` is missing
            缺少文件 `statement.log-entry`
        [P0101] `log.pub` is missing
            缺少文件 `log.pub`
        [P0113] `statement.log-entry` does not speak of this package: the seal has digest aba9fc4233869c2cd2220eff8dc548f0c22bbcd4d9c038c4db9f7706f6cd2915, the entry says eabfb458d54c100acfd4da6d900eb5995c5cda7f263e8b9047370a7dcaacc710
            `statement.log-entry` 所载并非本结算包：封签摘要为 aba9fc4233869c2cd2220eff8dc548f0c22bbcd4d9c038c4db9f7706f6cd2915，而日志条目为 eabfb458d54c100acfd4da6d900eb5995c5cda7f263e8b9047370a7dcaacc710
        [P0113] `statement.log-entry` does not speak of this package: expected a JSON object with the digest of the seal under `seal_sha256`
            `statement.log-entry` 所载并非本结算包：应为 JSON 对象，且 `seal_sha256` 为封签的摘要
        [P0113] `statement.log-entry` does not speak of this package: expected a JSON object with the digest of the seal under `seal_sha256`
            `statement.log-entry` 所载并非本结算包：应为 JSON 对象，且 `seal_sha256` 为封签的摘要
        [P0112] `statement.tlog-proof` does not show that `statement.log-entry` is in the log: the hashes do not lead to the root that the log signed
            `statement.tlog-proof` 不能证明 `statement.log-entry` 在日志之中：由这些哈希推不出日志所签的根
        [P0112] `statement.tlog-proof` does not show that `statement.log-entry` is in the log: the hashes do not lead to the root that the log signed
            `statement.tlog-proof` 不能证明 `statement.log-entry` 在日志之中：由这些哈希推不出日志所签的根
        [P0112] `statement.tlog-proof` does not show that `statement.log-entry` is in the log: there is no entry 31 in a log of 31
            `statement.tlog-proof` 不能证明 `statement.log-entry` 在日志之中：日志共 31 条，没有第 31 条（从 0 起）
        [P0111] `statement.tlog-proof` is not a proof: line 2: there are extra data, which nobody vouches for
            `statement.tlog-proof` 不是有效的证明：第 2 行：含有无人作证的附加数据
        [P0110] `statement.tlog-proof` is not a checkpoint of the log: the signature of `cloud.example/t/7/log` is invalid
            `statement.tlog-proof` 不是该日志的检查点：`cloud.example/t/7/log` 的签名无效
        [P0111] `statement.tlog-proof` is not a proof: line 1: expected `c2sp.org/tlog-proof@v1`
            `statement.tlog-proof` 不是有效的证明：第 1 行：应为 `c2sp.org/tlog-proof@v1`
        [P0107] `log.pub` does not hold a public key: key is not of the form `name+keyid+base64`
            `log.pub` 中不是有效的公钥：密钥不是 `名称+编号+base64` 的形式
        [P0114] expected the log of key `cloud.example/t/7/log+6e60644d+AVEcNKGiy1Id8WuyRrjejnmXziNcfnayKj11A6JIGd2K`, found `cloud.example/t/7/log+df559420+AdVCB9oZSXfc9Grb/sK8LnW1LVqKQhhP7f3AACTw4+ja` in `log.pub`
            应为密钥 `cloud.example/t/7/log+6e60644d+AVEcNKGiy1Id8WuyRrjejnmXziNcfnayKj11A6JIGd2K` 的日志，而 `log.pub` 中为 `cloud.example/t/7/log+df559420+AdVCB9oZSXfc9Grb/sK8LnW1LVqKQhhP7f3AACTw4+ja`
        [P0110] `statement.tlog-proof` is not a checkpoint of the log: it has no signature of the log's key `cloud.example/t/7/log+6e60644d+AVEcNKGiy1Id8WuyRrjejnmXziNcfnayKj11A6JIGd2K`
            `statement.tlog-proof` 不是该日志的检查点：没有日志密钥 `cloud.example/t/7/log+6e60644d+AVEcNKGiy1Id8WuyRrjejnmXziNcfnayKj11A6JIGd2K` 的签名
        [P0115] `statement.tlog-proof` has no cosignature of witness `witness.example/w2+6446244b+BDS02QQxVsttzwvrCilJt1WclA0ry22+jFOpswJ446dG`
            `statement.tlog-proof` 中没有见证人 `witness.example/w2+6446244b+BDS02QQxVsttzwvrCilJt1WclA0ry22+jFOpswJ446dG` 的副署
        [P0116] `statement.tlog-proof` has a wrong cosignature: the cosignature of witness `witness.example/w1` is invalid
            `statement.tlog-proof` 含有错误的副署：见证人 `witness.example/w1` 的副署无效
    "#]].assert_eq(&out);
}

#[test]
fn every_flipped_bit_of_a_logged_package_is_found_and_its_file_alone_is_named() {
    let (files, trust) = (logged(), pinned());
    for (file, bytes) in &files {
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = files.clone();
                changed.get_mut(file).unwrap()[at] ^= 1 << bit;
                let found = open_trusting(changed, &trust).unwrap_err();
                let named: BTreeSet<&str> = found.iter().map(Finding::file).collect();
                // That an entry is not in the log is said of the proof, whichever of the two was changed.
                let excused = file == LOG_ENTRY_FILE && named.contains(LOG_PROOF_FILE);
                assert!(excused || named == BTreeSet::from([file.as_str()]), "{file} {at} {bit}: {found:?}");
            }
        }
    }
}

#[test]
fn a_proof_does_not_pass_to_another_package() {
    let other = seal(Files::from([("a".to_owned(), Vec::new())]), &provider()).unwrap().into_files();
    let mut files = logged();
    files.retain(|file, _| [LOG_ENTRY_FILE, LOG_PROOF_FILE, LOG_KEY_FILE].contains(&file.as_str()));
    files.extend(other);
    let found = open(files).unwrap_err();
    assert_eq!(found.iter().map(Finding::code).collect::<Vec<_>>(), ["P0113"]);
}

#[test]
fn a_seal_that_lists_what_comes_after_it_is_malformed() {
    for file in [LOG_PROOF_FILE, LOG_ENTRY_FILE, LOG_KEY_FILE] {
        let mut files = sealed();
        let text = format!("upheld statement v1\n{}  {file}\n", Digest::of(b""));
        let note = Note::sign(&text, &provider()).unwrap();
        files.insert(SEAL_FILE.to_owned(), note.to_string().into_bytes());
        assert!(open(files).unwrap_err().iter().all(|it| it.code() == "P0106"));
        let given = Files::from([(file.to_owned(), Vec::new())]);
        assert!(seal(given, &provider()).is_err());
    }
}
