//! Checkpoints and cosignatures: the specification's example, signed by another implementation.

use proof::{
    Checkpoint, CheckpointError, Cosignature, CosignatureError, Digest, EMPTY_ROOT, Note, NoteProblem,
    SigningKey, TIME_S_MAX, VerifyingKey, WitnessKey, WitnessSigningKey,
};
use proptest::prelude::*;

use crate::made::{log_key, witness_key};

/// The text of the specification's example; signatures made with Python's `cryptography`, by keys whose seeds
/// are 32 bytes of 21 and of 101.
const BODY: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const LOG: &str = "example.com/behind-the-sofa+712afa81+AdVCB9oZSXfc9Grb/sK8LnW1LVqKQhhP7f3AACTw4+ja";
const LOG_LINE: &str = "— example.com/behind-the-sofa cSr6gcWWsPU3Z8UgFcfKpdE5cHkQsoPwtONwJMjaqc4rumqrUomAwGJTfy7IV7xZ6beAvSXdjYSdrjzkyedhoq4i9AU=\n";
const WITNESS: &str = "witness.example.com/w1+8d946d24+BNYvAWoe/R5P33k+tCzYRHHhup8M8E0Sh7XMcfYWKHy4";
const WITNESS_LINE: &str = "— witness.example.com/w1 jZRtJAAAAABkGFDLEk7/utG0YbROXNU8nDHAumFPihanLosCg/S44EY6nIlRbAzzDIhfwVoZTqvqf1aTOdeUDaKyE4/W3+8SCzmzCg==\n";
const TIME_S: u64 = 1_679_315_147;

fn log() -> VerifyingKey {
    LOG.parse().unwrap()
}

fn witness() -> WitnessKey {
    WITNESS.parse().unwrap()
}

fn note(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

fn made() -> Checkpoint {
    Checkpoint {
        origin: "example.com/behind-the-sofa".to_owned(),
        size: 20_852_163,
        root: Digest::from_base64("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").unwrap(),
    }
}

#[test]
fn signing_and_cosigning_give_the_bytes_of_another_implementation() {
    let key = SigningKey::from_seed("example.com/behind-the-sofa", [21; 32]).unwrap();
    let witness_key = WitnessSigningKey::from_seed("witness.example.com/w1", [101; 32]).unwrap();
    assert_eq!((key.verifying_key(), witness_key.verifying_key()), (&log(), &witness()));
    let mut note = made().sign(&key).unwrap();
    note.cosign(&witness_key, TIME_S).unwrap();
    assert_eq!(note.to_string(), format!("{BODY}\n{LOG_LINE}{WITNESS_LINE}"));
}

#[test]
fn a_checkpoint_opens_with_its_log_and_shows_its_witnesses() {
    let note = note(&format!("{BODY}\n{LOG_LINE}{WITNESS_LINE}"));
    assert_eq!(Checkpoint::open(&note, &log()), Ok(made()));
    let seen = Cosignature { name: "witness.example.com/w1".to_owned(), time_s: TIME_S };
    let stranger = witness_key(9).verifying_key().clone();
    assert_eq!(note.cosignatures(&[stranger.clone(), witness()]), Ok(vec![seen]));
    assert_eq!(note.cosignatures(&[stranger]), Ok(Vec::new()));
    let signers: Vec<_> = note.signers().map(|(name, id)| format!("{name} {id}")).collect();
    assert_eq!(signers, ["example.com/behind-the-sofa 712afa81", "witness.example.com/w1 8d946d24"]);
}

#[test]
fn lines_after_the_third_are_signed_and_passed_over() {
    let key = SigningKey::from_seed("example.com/behind-the-sofa", [21; 32]).unwrap();
    let extended = Note::sign(&format!("{BODY}whatever the log says\n"), &key).unwrap();
    assert_eq!(Checkpoint::open(&extended, &log()), Ok(made()));
}

#[test]
fn what_is_not_three_lines_of_a_checkpoint_is_refused_with_its_line() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let table = [
        (String::new(), 1),
        ("\n".to_owned(), 1),
        ("log\n".to_owned(), 2),
        (format!("log\n1\n{root}"), 3),
        ("log\n1\n".to_owned(), 3),
        (format!("\n1\n{root}\n"), 1),
        (format!("log\n01\n{root}\n"), 2),
        (format!("log\n-1\n{root}\n"), 2),
        (format!("log\n18446744073709551616\n{root}\n"), 2),
        (format!("log\n1 \n{root}\n"), 2),
        ("log\n1\nCsUY\n".to_owned(), 3),
        (format!("log\n1\n{}\n", root.trim_end_matches('=')), 3),
        (format!("log\n1\n{}\n", root.replace("I=", "J=")), 3),
        (format!("log\n1\n{root}\n\n"), 4),
        (format!("log\n1\n{root}\na\n\nb\n"), 5),
    ];
    for (text, line) in table {
        assert_eq!(Checkpoint::parse(&text), Err(CheckpointError::BadLine(line)), "{text:?}");
    }
}

#[test]
fn one_key_answers_for_one_log() {
    let (key, other) = (log_key(), Checkpoint { origin: "cloud.example/t/8/log".to_owned(), ..made() });
    let wrong = CheckpointError::WrongOrigin {
        expected: "cloud.example/t/7/log".to_owned(),
        found: "cloud.example/t/8/log".to_owned(),
    };
    assert_eq!(other.sign(&key), Err(wrong.clone()));
    let signed = Note::sign(&other.text(), &key).unwrap();
    assert_eq!(Checkpoint::open(&signed, key.verifying_key()), Err(wrong));
}

#[test]
fn a_checkpoint_of_nobody_or_of_a_forger_is_refused() {
    let changed = note(&format!("{}\n{LOG_LINE}", BODY.replace("20852163", "20852164")));
    assert_eq!(Checkpoint::open(&changed, &log()), Err(CheckpointError::BadSignature(log())));
    let stranger = log_key().verifying_key().clone();
    let sound = note(&format!("{BODY}\n{LOG_LINE}"));
    assert_eq!(Checkpoint::open(&sound, &stranger), Err(CheckpointError::NotSigned(stranger)));
}

#[test]
fn a_cosignature_over_other_words_or_another_time_refuses_the_note() {
    let other_text = BODY.replace("20852163", "20852162");
    let other_time = WITNESS_LINE.replace("BkGFDL", "BkGFDM");
    let sound = format!("{BODY}\n{LOG_LINE}");
    let short = "— witness.example.com/w1 jZRtJAAAAABkGFDL\n".to_owned();
    let plain = {
        let signed = SigningKey::from_seed("witness.example.com/w1", [101; 32]).unwrap();
        let line = Note::sign(BODY, &signed).unwrap().to_string();
        line.lines().last().unwrap().to_owned()
    };
    for text in [
        format!("{other_text}\n{WITNESS_LINE}"),
        format!("{sound}{other_time}"),
        format!("{sound}{WITNESS_LINE}{other_time}"),
        format!("{sound}{short}"),
    ] {
        let found = note(&text).cosignatures(&[witness()]);
        assert_eq!(found, Err(CosignatureError::Bad(witness())), "{text}");
    }
    let found = note(&format!("{sound}{plain}\n")).cosignatures(&[witness()]);
    assert_eq!(found, Ok(Vec::new()), "a signature of another type is an unknown key's");
}

#[test]
fn a_witness_may_cosign_again_later_and_both_are_shown() {
    let mut checkpoint = made().sign(&SigningKey::from_seed(&made().origin, [21; 32]).unwrap()).unwrap();
    let key = witness_key(1);
    for time_s in [5, 5, 9] {
        checkpoint.cosign(&key, time_s).unwrap();
    }
    let seen = checkpoint.cosignatures(&[key.verifying_key().clone()]).unwrap();
    assert_eq!(seen.iter().map(|it| it.time_s).collect::<Vec<_>>(), [5, 9]);
    checkpoint.cosign(&key, TIME_S_MAX).unwrap();
    assert_eq!(checkpoint.cosign(&key, TIME_S_MAX + 1), Err(CosignatureError::BadTime(TIME_S_MAX + 1)));
}

#[test]
fn a_witness_answer_is_taken_over_whole_or_not_at_all() {
    let sound = note(&format!("{BODY}\n{LOG_LINE}"));
    let stranger_line = {
        let mut other = sound.clone();
        other.cosign(&witness_key(9), 7).unwrap();
        format!("{}\n", other.to_string().lines().last().unwrap())
    };
    let mut cosigned = sound.clone();
    let accepted =
        cosigned.accept_cosignatures(&format!("{stranger_line}{WITNESS_LINE}"), &[witness()]).unwrap();
    assert_eq!(accepted.iter().map(|it| it.time_s).collect::<Vec<_>>(), [TIME_S]);
    assert_eq!(cosigned.to_string(), format!("{BODY}\n{LOG_LINE}{WITNESS_LINE}"), "strangers are not kept");

    let mut unchanged = sound.clone();
    let wrong = WITNESS_LINE.replace("BkGFDL", "BkGFDM");
    let answer = format!("{WITNESS_LINE}{wrong}");
    assert_eq!(unchanged.accept_cosignatures(&answer, &[witness()]), Err(CosignatureError::Bad(witness())));
    let malformed = unchanged.accept_cosignatures("no line\n", &[witness()]).unwrap_err();
    let CosignatureError::Note(why) = malformed else { panic!("{malformed}") };
    assert_eq!((why.line, why.problem), (1, NoteProblem::BadSignatureLine));
    assert_eq!(unchanged, sound);
}

proptest! {
    #[test]
    fn every_checkpoint_reads_back(origin in "[^\\s+\\pC]{1,30}", size: u64, root: [u8; 32], seed: [u8; 32]) {
        let key = SigningKey::from_seed(&origin, seed).unwrap();
        let checkpoint = Checkpoint { origin, size, root: Digest::from_bytes(root) };
        let note = Note::parse(checkpoint.sign(&key).unwrap().to_string().as_bytes()).unwrap();
        prop_assert_eq!(Checkpoint::open(&note, key.verifying_key()), Ok(checkpoint.clone()));
        prop_assert_eq!(Checkpoint::parse(&checkpoint.text()), Ok(checkpoint));
    }

    #[test]
    fn one_flipped_bit_of_a_cosigned_checkpoint_never_shows_another(at: prop::sample::Index, bit in 0_u32..8) {
        let sound = format!("{BODY}\n{LOG_LINE}{WITNESS_LINE}");
        let mut bytes = sound.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(note) = Note::parse(&bytes) && let Ok(opened) = Checkpoint::open(&note, &log()) {
            prop_assert_eq!(opened, made());
            let seen = note.cosignatures(&[witness()]).unwrap_or_default();
            prop_assert!(seen.iter().all(|it| it.time_s == TIME_S));
        }
    }
}

#[test]
fn the_empty_log_has_a_checkpoint() {
    let empty = Checkpoint { origin: "cloud.example/t/7/log".to_owned(), size: 0, root: EMPTY_ROOT };
    assert_eq!(empty.text(), "cloud.example/t/7/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    assert_eq!(Checkpoint::open(&empty.sign(&log_key()).unwrap(), log_key().verifying_key()), Ok(empty));
}
