//! Two checkpoints somebody kept, and the proof between them.

use std::fmt::Write as _;

use expect_test::expect;
use proof::{
    Checkpoint, ConsistencyProof, Digest, Growth, LogFinding, NamedBytes, ProofTextError, ProofTextProblem,
    WitnessKey, check_growth, leaf_hash,
};
use proptest::prelude::*;

use crate::made::{growth, leaves, log_key, root, witness_key};

fn checkpoint(leaves: &[Digest]) -> String {
    let origin = "cloud.example/t/7/log".to_owned();
    let it = Checkpoint { origin, size: leaves.len() as u64, root: root(leaves) };
    let mut note = it.sign(&log_key()).unwrap();
    note.cosign(&witness_key(1), 1_790_000_000 + leaves.len() as u64).unwrap();
    note.to_string()
}

fn text(old: usize, leaves: &[Digest]) -> String {
    ConsistencyProof { old_size: old as u64, hashes: growth(old, leaves) }.to_string()
}

fn check(
    old: &str,
    new: &str,
    proof: Option<&str>,
    witnesses: &[WitnessKey],
) -> Result<Growth, Vec<LogFinding>> {
    let named = |name, text: &'static str| NamedBytes { name, bytes: text.as_bytes() };
    let leak = |it: &str| -> &'static str { it.to_owned().leak() };
    let proof = proof.map(|it| named("grown.proof", leak(it)));
    let (old, new) = (named("old.checkpoint", leak(old)), named("new.checkpoint", leak(new)));
    check_growth(old, new, proof, log_key().verifying_key(), witnesses)
}

fn witness(number: u8) -> WitnessKey {
    witness_key(number).verifying_key().clone()
}

#[test]
fn a_log_that_only_grew_is_shown_with_its_witnesses() {
    let leaves = leaves(30);
    for old in 1..=30 {
        let proof = text(old, &leaves);
        let grown = check(&checkpoint(&leaves[..old]), &checkpoint(&leaves), Some(&proof), &[witness(1)]);
        let grown = grown.unwrap();
        assert_eq!((grown.old.size, grown.new.size), (old as u64, 30));
        assert_eq!(grown.cosignatures.iter().map(|it| it.time_s).collect::<Vec<_>>(), [1_790_000_030]);
    }
    let same = checkpoint(&leaves);
    assert!(check(&same, &same, None, &[]).is_ok());
    assert!(check(&checkpoint(&[]), &same, None, &[]).is_ok());
}

#[test]
fn whatever_is_wrong_is_told_at_once_and_in_both_languages() {
    let honest = leaves(12);
    let mut rewritten = honest.clone();
    rewritten[2] = leaf_hash(b"rewritten");
    let (old, new) = (checkpoint(&honest[..7]), checkpoint(&honest));
    let proof = text(7, &honest);
    let stranger = [witness(2)];
    let table: [(&str, &str, Option<&str>, &[WitnessKey]); 10] = [
        (&old, &checkpoint(&rewritten), Some(&text(7, &rewritten)), &[]),
        (&checkpoint(&honest), &checkpoint(&rewritten), None, &[]),
        (&new, &old, Some(&proof), &[]),
        (&old, &new, None, &[]),
        (&old, &new, Some(&text(6, &honest)), &[]),
        (&old, &new, Some("old 7\nabc\n"), &[]),
        (&old.replace("\n7\n", "\n8\n"), "no note", Some("old"), &[]),
        (&old, &new, Some(&proof), &stranger),
        (&old, &new.replacen("AAAABqsT", "AAAABqsU", 1), Some(&proof), &[witness(1)]),
        (&old, &new, Some("old 12\n"), &[]),
    ];
    let mut out = String::new();
    for (old, new, proof, witnesses) in table {
        for it in check(old, new, proof, witnesses).unwrap_err() {
            let (message, help) = (it.message(), it.help());
            writeln!(out, "[{}] {}\n    {}", it.code(), message.en, message.zh).unwrap();
            assert!(!help.en.is_empty() && !help.zh.is_empty());
        }
    }
    expect![[r#"
        [P0117] `grown.proof` does not show that the newer checkpoint continues the older one: the hashes do not lead to the root that the log signed before: its past was rewritten
            `grown.proof` 不能证明新检查点是旧检查点的延续：由这些哈希推不出日志此前所签的根：历史被改写
        [P0117] `new.checkpoint` does not show that the newer checkpoint continues the older one: the log signed two roots for 12 entries: it shows two histories
            `new.checkpoint` 不能证明新检查点是旧检查点的延续：日志对同样的 12 条签了两个根：它示人以两种历史
        [P0117] `grown.proof` does not show that the newer checkpoint continues the older one: the older log has 12 entries, more than the newer with 7
            `grown.proof` 不能证明新检查点是旧检查点的延续：旧日志有 12 条，多于新日志的 7 条
        [P0117] `new.checkpoint` does not show that the newer checkpoint continues the older one: expected 5 hashes, found 0
            `new.checkpoint` 不能证明新检查点是旧检查点的延续：应有 5 个哈希，实为 0 个
        [P0118] `grown.proof` starts from 6 entries, the older checkpoint from 7
            `grown.proof` 自第 6 条起，而旧检查点为 7 条
        [P0111] `grown.proof` is not a proof: line 2: expected a hash: 32 bytes as base64
            `grown.proof` 不是有效的证明：第 2 行：应为哈希：32 字节的 base64
        [P0110] `old.checkpoint` is not a checkpoint of the log: the signature of `cloud.example/t/7/log` is invalid
            `old.checkpoint` 不是该日志的检查点：`cloud.example/t/7/log` 的签名无效
        [P0110] `new.checkpoint` is not a checkpoint of the log: line 1: no empty line followed by signatures was found
            `new.checkpoint` 不是该日志的检查点：第 1 行：未找到空行及其后的签名
        [P0111] `grown.proof` is not a proof: line 1: the line does not end with a line feed
            `grown.proof` 不是有效的证明：第 1 行：行末缺少换行符
        [P0115] `new.checkpoint` has no cosignature of witness `witness.example/w2+6446244b+BDS02QQxVsttzwvrCilJt1WclA0ry22+jFOpswJ446dG`
            `new.checkpoint` 中没有见证人 `witness.example/w2+6446244b+BDS02QQxVsttzwvrCilJt1WclA0ry22+jFOpswJ446dG` 的副署
        [P0116] `new.checkpoint` has a wrong cosignature: the cosignature of witness `witness.example/w1` is invalid
            `new.checkpoint` 含有错误的副署：见证人 `witness.example/w1` 的副署无效
        [P0118] `grown.proof` starts from 12 entries, the older checkpoint from 7
            `grown.proof` 自第 12 条起，而旧检查点为 7 条
    "#]].assert_eq(&out);
}

#[test]
fn what_is_not_a_proof_is_refused_with_its_line() {
    use ProofTextProblem::{Hash, NoLineFeed, OldSize, TooManyHashes};
    let hash = leaf_hash(b"").to_base64();
    let table = [
        (String::new(), 1, NoLineFeed),
        ("\n".to_owned(), 1, OldSize),
        ("old 07\n".to_owned(), 1, OldSize),
        ("old  7\n".to_owned(), 1, OldSize),
        ("old 7".to_owned(), 1, NoLineFeed),
        (format!("old 7\n{hash}"), 2, NoLineFeed),
        (format!("old 7\n{hash}\n\n"), 3, Hash),
        (format!("old 7\n{hash} \n"), 2, Hash),
        (format!("old 7\n{}", format!("{hash}\n").repeat(66)), 67, TooManyHashes),
    ];
    for (text, line, problem) in table {
        assert_eq!(
            ConsistencyProof::parse(text.as_bytes()),
            Err(ProofTextError { line, problem }),
            "{text:?}"
        );
    }
}

proptest! {
    #[test]
    fn every_proof_reads_back(old_size: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..=65)) {
        let hashes = hashes.into_iter().map(Digest::from_bytes).collect();
        let proof = ConsistencyProof { old_size, hashes };
        prop_assert_eq!(ConsistencyProof::parse(proof.to_string().as_bytes()), Ok(proof));
    }
}
