//! The file `*.tlog-proof`: its form, and everything that must agree in it.

use expect_test::expect;
use proof::{
    Checkpoint, CheckpointError, CosignatureError, NotIncluded, NoteProblem, ProofError, ProofTextError,
    ProofTextProblem, TlogProof, WitnessKey,
};
use proptest::prelude::*;

use crate::made::{entry, leaves, log_key, path, root, witness_key};

fn proof(index: u64, size: u64) -> TlogProof {
    let leaves = leaves(size);
    let origin = "cloud.example/t/7/log".to_owned();
    let mut checkpoint = Checkpoint { origin, size, root: root(&leaves) }.sign(&log_key()).unwrap();
    checkpoint.cosign(&witness_key(1), 1_790_000_000).unwrap();
    TlogProof { index, hashes: path(index as usize, &leaves), checkpoint, extra: None }
}

fn witness() -> WitnessKey {
    witness_key(1).verifying_key().clone()
}

#[test]
fn a_proof_is_written_as_specified() {
    let mut proof = proof(2, 5);
    proof.extra = Some(b"anything".to_vec());
    expect![[r#"
        c2sp.org/tlog-proof@v1
        extra YW55dGhpbmc=
        index 2
        YcoROfaBWEHVuvLQ0tm9nf7pfImN1ve6DAqpQe5sAes=
        WkdmL9ijF9lgSaP59HxV3GfKZgUbqjaD27GbL+CaB7A=
        SFM123z+yWXxX/dF/GJcQdXqJkaTaTAWWCj3PdS2iFQ=

        cloud.example/t/7/log
        5
        fKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=

        — cloud.example/t/7/log 31WUIHLqjhSqzLD4fnxNiVyh7y1tnMSHON1DI5jI2tgPj/7ZVgJePBF05ry6a1p/aILqnVaayegjqmeQHl0cf9wPkwk=
        — witness.example/w1 6irQBwAAAABqsTuAiOO3iHOURtoEK4gZhABqdBYCI1x6xw0R/zCFDf/sU4lq593CmkiZ1jdD+OylzwNvF9KDaTeTKKCFmJOspGHnCQ==
    "#]]
    .assert_eq(&proof.to_string());
    assert_eq!(TlogProof::parse(proof.to_string().as_bytes()), Ok(proof));
}

#[test]
fn every_entry_of_a_log_is_shown_to_be_in_it() {
    for index in 0..9 {
        let proof = TlogProof::parse(proof(index, 9).to_string().as_bytes()).unwrap();
        let included = proof.check(&entry(index), log_key().verifying_key(), &[witness()]).unwrap();
        assert_eq!((included.index, included.checkpoint.size), (index, 9));
        assert_eq!(included.cosignatures.len(), 1);
        let stranger = proof.check(&entry(index), log_key().verifying_key(), &[]).unwrap();
        assert_eq!(stranger.cosignatures, []);
    }
}

#[test]
fn whatever_does_not_agree_is_said() {
    let sound = proof(3, 9);
    let log = log_key().verifying_key().clone();
    let check = |it: &TlogProof, entry: &[u8]| it.check(entry, &log, &[witness()]).unwrap_err();
    assert_eq!(check(&sound, &entry(4)), NotIncluded::Proof(ProofError::WrongRoot));
    let elsewhere = TlogProof { index: 4, ..sound.clone() };
    assert_eq!(check(&elsewhere, &entry(3)), NotIncluded::Proof(ProofError::WrongRoot));
    let beyond = TlogProof { index: 9, ..sound.clone() };
    let nothing = NotIncluded::Proof(ProofError::NoSuchLeaf { index: 9, size: 9 });
    assert_eq!(check(&beyond, &entry(3)), nothing);
    let longer = TlogProof { hashes: [sound.hashes.as_slice(), &sound.hashes].concat(), ..sound.clone() };
    let length = NotIncluded::Proof(ProofError::WrongLength { expected: 4, found: 8 });
    assert_eq!(check(&longer, &entry(3)), length);

    let stranger = witness_key(2);
    let other = proof::SigningKey::from_seed("cloud.example/t/7/log", [22; 32]).unwrap();
    let found = sound.check(&entry(3), other.verifying_key(), &[]).unwrap_err();
    assert_eq!(found, NotIncluded::Checkpoint(CheckpointError::NotSigned(other.verifying_key().clone())));
    let mut forged = sound.to_string();
    let line = forged.lines().last().unwrap().to_owned();
    let mut cosigned = sound.checkpoint.clone();
    cosigned.cosign(&stranger, 1).unwrap();
    let borrowed = cosigned.to_string().lines().last().unwrap().replace("/w2", "/w1");
    forged = forged.replace(&line, &borrowed);
    let forged = TlogProof::parse(forged.as_bytes()).unwrap();
    assert_eq!(forged.check(&entry(3), &log, &[witness()]).unwrap().cosignatures, [], "another key id");
    let broken = sound.to_string().replace(&line, &line.replacen("AAAABqsT", "AAAABqsU", 1));
    let broken = TlogProof::parse(broken.as_bytes()).unwrap();
    assert_eq!(check(&broken, &entry(3)), NotIncluded::Cosignature(CosignatureError::Bad(witness())));
}

#[test]
fn what_is_not_a_proof_is_refused_with_its_line() {
    use ProofTextProblem::{Extra, Hash, Header, Index, NoCheckpoint, NotUtf8, Note, TooLong, TooManyHashes};
    let sound = proof(2, 5).to_string();
    let with = |from: &str, to: &str| sound.replacen(from, to, 1).into_bytes();
    let hash = sound.lines().nth(2).unwrap();
    let many = format!("{hash}\n").repeat(66);
    let table: [(Vec<u8>, usize, ProofTextProblem); 18] = [
        (b"".to_vec(), 1, NoCheckpoint),
        (with("@v1", "@v2"), 1, Header),
        (with("c2sp", " c2sp"), 1, Header),
        (with("index 2", "index 02"), 2, Index),
        (with("index 2", "index"), 2, Index),
        (with("index 2", "extra !\nindex 2"), 2, Extra),
        (with("index 2", "extra \nextra \nindex 2"), 3, Index),
        (with("index 2\n", "index 2\r\n"), 2, Index),
        (with("index 2\n", ""), 2, Index),
        (with(hash, "abc"), 3, Hash),
        (with(hash, &format!("{hash}=")), 3, Hash),
        (with(hash, &format!(" {hash}")), 3, Hash),
        (with(&format!("{hash}\n"), &many), 68, TooManyHashes),
        (with("\n\n", "\n"), 6, Hash),
        (with("— cloud", "- cloud"), 11, Note(NoteProblem::BadSignatureLine)),
        (sound.trim_end().as_bytes().to_vec(), 12, Note(NoteProblem::NoLineFeed)),
        ([b"c2sp.org/tlog-proof@v1\nindex \xff".as_slice(), b"\n\n"].concat(), 2, NotUtf8),
        (vec![b'a'; proof::PROOF_BYTES_MAX + 1], 1, TooLong),
    ];
    for (bytes, line, problem) in table {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
        assert_eq!(TlogProof::parse(&bytes), Err(ProofTextError { line, problem }), "{shown}");
    }
}

proptest! {
    #[test]
    fn every_proof_reads_back(size in 1_u64..80, at: prop::sample::Index, extra: Option<Vec<u8>>) {
        let proof = TlogProof { extra, ..proof(at.index(size as usize) as u64, size) };
        prop_assert_eq!(TlogProof::parse(proof.to_string().as_bytes()), Ok(proof));
    }

    #[test]
    fn one_flipped_bit_never_shows_another_entry(at: prop::sample::Index, bit in 0_u32..8) {
        let mut bytes = proof(3, 9).to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(proof) = TlogProof::parse(&bytes) {
            // Every way to write the same proof is the same text.
            prop_assert_eq!(proof.to_string().into_bytes(), bytes);
            for index in (0..9).filter(|it| *it != 3) {
                prop_assert!(proof.check(&entry(index), log_key().verifying_key(), &[]).is_err());
            }
        }
    }
}
