//! Signed notes (C2SP signed-note): a text, an empty line, and one line for each signature over the text.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::Bilingual;

use crate::key::{KeyId, PublicKey, SigningKey, VerifyingKey, is_key_name};

/// Longest note, in bytes; a list of [`crate::FILES_MAX`] files fits.
pub const NOTE_BYTES_MAX: usize = 4 << 20;

/// Most signatures of one note; the specification asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;

const LINE_START: &str = "— ";

/// Why bytes are not a note, and on which line (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: NoteProblem,
}

/// What can be wrong with a line of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteProblem {
    /// More than [`NOTE_BYTES_MAX`] bytes.
    TooLong,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A control character other than the line feed.
    ControlCharacter,
    /// The text or the last signature does not end with a line feed.
    NoLineFeed,
    /// No empty line parts text and signatures.
    NoSignatures,
    /// Not of the form `— name base64(key id ‖ signature)`.
    BadSignatureLine,
    /// More than [`SIGNATURES_MAX`] signatures.
    TooManySignatures,
}

impl NoteProblem {
    /// The problem in both languages.
    pub fn reason(self) -> Bilingual {
        match self {
            Self::TooLong => Bilingual::new(
                format!("the note is longer than {NOTE_BYTES_MAX} bytes"),
                format!("签名文书超过 {NOTE_BYTES_MAX} 字节"),
            ),
            Self::NotUtf8 => Bilingual::new("the bytes are not UTF-8", "字节不是 UTF-8"),
            Self::ControlCharacter => Bilingual::new("there is a control character", "含有控制字符"),
            Self::NoLineFeed => Bilingual::new("the line does not end with a line feed", "行末缺少换行符"),
            Self::NoSignatures => {
                Bilingual::new("no empty line followed by signatures was found", "未找到空行及其后的签名")
            }
            Self::BadSignatureLine => Bilingual::new(
                "expected `— name base64` with a key id and a signature",
                "应为 `— 名称 base64`，内含密钥编号与签名",
            ),
            Self::TooManySignatures => Bilingual::new(
                format!("there are more than {SIGNATURES_MAX} signatures"),
                format!("签名多于 {SIGNATURES_MAX} 个"),
            ),
        }
    }
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem.reason().en)
    }
}

impl std::error::Error for NoteError {}

/// Why the text of a note may not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyError {
    /// A signature that names this known key is not its signature over the text.
    BadSignature(VerifyingKey),
    /// No signature is of a known key.
    NotSigned,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature(key) => write!(f, "signature of `{}` is invalid", key.name()),
            Self::NotSigned => f.write_str("no signature is of a known key"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// A text with at least one signature. The text can be had only by [`Note::verify`].
///
/// ```
/// use proof::{Note, VerifyingKey};
/// let key: VerifyingKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// let note = Note::parse("This is an example message.\n\n— example.com/foo \
///     Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n".as_bytes())?;
/// assert_eq!(note.verify(&[&key])?.text, "This is an example message.\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// What a note says, and which of the known keys vouch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The text, with its final line feed.
    pub text: &'a str,
    /// The known keys that signed, in the order they were given; never empty.
    pub keys: Vec<&'a VerifyingKey>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignatureLine {
    name: String,
    id: KeyId,
    signature: Vec<u8>,
}

impl Note {
    /// Signs `text`, which must end with a line feed and hold no other control character.
    pub fn sign(text: &str, key: &SigningKey) -> Result<Self, NoteError> {
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(error_at(text, text.len(), NoteProblem::NoLineFeed));
        }
        Ok(Self::sign_checked(text.to_owned(), key))
    }

    /// Signs a text that is known to be made of lines without control characters.
    pub(crate) fn sign_checked(text: String, key: &SigningKey) -> Self {
        let signatures = vec![SignatureLine::new(&text, key)];
        Self { text, signatures }
    }

    /// Adds the signature of one more key; a key that has signed already changes nothing.
    pub fn countersign(&mut self, key: &SigningKey) -> Result<(), NoteError> {
        self.add(SignatureLine::new(&self.text, key))
    }

    /// Who signed, as the note has it: names and key ids that nobody has checked.
    pub fn signers(&self) -> impl Iterator<Item = (&str, KeyId)> {
        self.signatures.iter().map(|it| (it.name.as_str(), it.id))
    }

    /// The text, which nobody has vouched for yet.
    pub(crate) fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The signatures that name this key, not checked.
    pub(crate) fn signatures_of<const TYPE: u8>(&self, key: &PublicKey<TYPE>) -> impl Iterator<Item = &[u8]> {
        self.signatures.iter().filter(|it| it.names(key)).map(|it| it.signature.as_slice())
    }

    /// Adds a signature line; one that is there already changes nothing.
    pub(crate) fn add(&mut self, line: SignatureLine) -> Result<(), NoteError> {
        if self.signatures.contains(&line) {
            return Ok(());
        }
        if self.signatures.len() >= SIGNATURES_MAX {
            let end = self.to_string();
            return Err(error_at(&end, end.len(), NoteProblem::TooManySignatures));
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Reads a note without trusting it.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError { line: 1, problem: NoteProblem::TooLong });
        }
        let whole = std::str::from_utf8(bytes).map_err(|it| NoteError {
            line: line_number(bytes, it.valid_up_to()),
            problem: NoteProblem::NotUtf8,
        })?;
        check_characters(whole)?;
        let end = whole.len();
        let gap = whole.rfind("\n\n").ok_or(error_at(whole, end, NoteProblem::NoSignatures))?;
        let (text, rest) = whole.split_at(gap + 1);
        let block = rest.strip_prefix('\n').unwrap_or(rest);
        if block.is_empty() {
            return Err(error_at(whole, end, NoteProblem::NoSignatures));
        }
        let lines = block.strip_suffix('\n').ok_or(error_at(whole, end, NoteProblem::NoLineFeed))?;
        let first = line_number(bytes, gap + 2);
        Ok(Self { text: text.to_owned(), signatures: signature_lines(lines, first)? })
    }

    /// The text and the keys among `known` that signed it. Signatures of other keys are passed over; one
    /// wrong signature that names a known key refuses the whole note.
    pub fn verify<'a>(&'a self, known: &[&'a VerifyingKey]) -> Result<Verified<'a>, VerifyError> {
        let mut keys = Vec::new();
        for &key in known {
            let mut own = self.signatures_of(key).peekable();
            let signed = own.peek().is_some();
            if !own.all(|it| key.accepts(self.text.as_bytes(), it)) {
                return Err(VerifyError::BadSignature(key.clone()));
            }
            if signed {
                keys.push(key);
            }
        }
        if keys.is_empty() { Err(VerifyError::NotSigned) } else { Ok(Verified { text: &self.text, keys }) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for it in &self.signatures {
            let bytes = [it.id.0.as_slice(), &it.signature].concat();
            writeln!(f, "{LINE_START}{} {}", it.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

impl SignatureLine {
    fn new(text: &str, key: &SigningKey) -> Self {
        Self::of(key.verifying_key(), key.sign(text.as_bytes()))
    }

    pub(crate) fn of<const TYPE: u8>(key: &PublicKey<TYPE>, signature: Vec<u8>) -> Self {
        Self { name: key.name().to_owned(), id: key.id(), signature }
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }

    pub(crate) fn names<const TYPE: u8>(&self, key: &PublicKey<TYPE>) -> bool {
        self.id == key.id() && self.name == key.name()
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(LINE_START)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        let sound = is_key_name(name) && !signature.is_empty();
        sound.then(|| Self { name: name.to_owned(), id: KeyId(*id), signature: signature.to_vec() })
    }
}

/// Reads signature lines; `first` is the number of the first.
pub(crate) fn signature_lines(lines: &str, first: usize) -> Result<Vec<SignatureLine>, NoteError> {
    let mut signatures = Vec::new();
    for (line, text) in (first..).zip(lines.split('\n')) {
        if signatures.len() >= SIGNATURES_MAX {
            return Err(NoteError { line, problem: NoteProblem::TooManySignatures });
        }
        let signature = SignatureLine::parse(text);
        signatures.push(signature.ok_or(NoteError { line, problem: NoteProblem::BadSignatureLine })?);
    }
    Ok(signatures)
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.find(|it: char| it < ' ' && it != '\n') {
        Some(at) => Err(error_at(text, at, NoteProblem::ControlCharacter)),
        None => Ok(()),
    }
}

fn error_at(text: &str, at: usize, problem: NoteProblem) -> NoteError {
    NoteError { line: line_number(text.as_bytes(), at), problem }
}

/// The line, from 1, of the byte at `at`.
fn line_number(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|it| **it == b'\n').count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Key, text and signatures of the tests of Go's `sumdb/note`.
    const PETER_SECRET: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const PETER_LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const ENOCH_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

    fn key(vkey: &str) -> VerifyingKey {
        vkey.parse().unwrap()
    }

    fn parsed(text: &str) -> Note {
        Note::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn signing_gives_the_bytes_of_the_go_implementation() {
        let note = Note::sign(TEXT, &PETER_SECRET.parse().unwrap()).unwrap();
        assert_eq!(note.to_string(), format!("{TEXT}\n{PETER_LINE}"));
    }

    #[test]
    fn several_known_keys_are_all_reported_and_unknown_ones_passed_over() {
        let (peter, enoch) = (key(PETER), key(ENOCH));
        let note = parsed(&format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}"));
        let both = note.verify(&[&enoch, &peter]).unwrap();
        assert_eq!((both.text, both.keys), (TEXT, vec![&enoch, &peter]));
        assert_eq!(note.verify(&[&peter]).unwrap().keys, [&peter]);
        assert_eq!(note.verify(&[]), Err(VerifyError::NotSigned));
    }

    #[test]
    fn a_known_key_that_fails_refuses_the_whole_note() {
        let (peter, enoch) = (key(PETER), key(ENOCH));
        let broken = PETER_LINE.replace("go/ZJ", "go/ZK");
        let repeated = format!("{TEXT}\n{PETER_LINE}{broken}{ENOCH_LINE}");
        for text in [format!("{TEXT}\n{broken}{ENOCH_LINE}"), repeated] {
            let note = parsed(&text);
            assert_eq!(note.verify(&[&enoch, &peter]), Err(VerifyError::BadSignature(peter.clone())));
            assert_eq!(note.verify(&[&enoch]).unwrap().keys, [&enoch], "an unknown key cannot refuse");
        }
    }

    #[test]
    fn a_key_that_shares_only_name_or_only_id_is_unknown() {
        let peter = key(PETER);
        let same_name = SigningKey::from_seed("PeterNeumann", [1; 32]).unwrap();
        let note = Note::sign(TEXT, &same_name).unwrap();
        assert_eq!(note.verify(&[&peter]), Err(VerifyError::NotSigned));
        let same_id = parsed(&format!("{TEXT}\n{}", PETER_LINE.replace("Peter", "Petra")));
        assert_eq!(same_id.verify(&[&peter]), Err(VerifyError::NotSigned));
    }

    #[test]
    fn a_text_keeps_its_own_empty_lines() {
        let signer = SigningKey::from_seed("quasimodo.example/salvatore", [3; 32]).unwrap();
        let text = "Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n\n";
        let note = parsed(&Note::sign(text, &signer).unwrap().to_string());
        assert_eq!(note.verify(&[signer.verifying_key()]).unwrap().text, text);
    }

    #[test]
    fn malformed_notes_are_refused_with_their_line() {
        use NoteProblem::{BadSignatureLine, ControlCharacter, NoLineFeed, NoSignatures, NotUtf8, TooLong};
        let table: [(Vec<u8>, usize, NoteProblem); 13] = [
            (b"".to_vec(), 1, NoSignatures),
            (TEXT.into(), 3, NoSignatures),
            (format!("{TEXT}{PETER_LINE}").into(), 4, NoSignatures),
            (format!("\n{PETER_LINE}").into(), 3, NoSignatures),
            (format!("{TEXT}\n").into(), 4, NoSignatures),
            (format!("{TEXT}\n{}", PETER_LINE.trim_end()).into(), 4, NoLineFeed),
            (format!("{TEXT}\n{PETER_LINE}{}", PETER_LINE.replace('—', "-")).into(), 5, BadSignatureLine),
            (format!("{TEXT}\n— PeterNeumann x08gow==\n").into(), 4, BadSignatureLine),
            (format!("{TEXT}\n{}", PETER_LINE.replace("AM=", "AN=")).into(), 4, BadSignatureLine),
            (format!("{TEXT}\n{}", PETER_LINE.replace(" x08", "  x08")).into(), 4, BadSignatureLine),
            (format!("{TEXT}\r\n\n{PETER_LINE}").into(), 3, ControlCharacter),
            ([b"a\n\xff\n\n".as_slice(), PETER_LINE.as_bytes()].concat(), 2, NotUtf8),
            (vec![b'a'; NOTE_BYTES_MAX + 1], 1, TooLong),
        ];
        for (bytes, line, problem) in table {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
            assert_eq!(Note::parse(&bytes), Err(NoteError { line, problem }), "{shown}");
        }
    }

    #[test]
    fn signatures_are_limited_in_number() {
        let key_number = |at: u8| SigningKey::from_seed(&format!("k{at}"), [at; 32]).unwrap();
        let mut note = Note::sign("a\n", &key_number(0)).unwrap();
        for at in 0..64 {
            note.countersign(&key_number(at)).unwrap();
        }
        assert_eq!(parsed(&note.to_string()), note);
        let full = NoteError { line: 67, problem: NoteProblem::TooManySignatures };
        assert_eq!(note.countersign(&key_number(64)), Err(full));
        let one_more = format!("{note}{PETER_LINE}");
        assert_eq!(Note::parse(one_more.as_bytes()), Err(full));
    }

    #[test]
    fn a_text_that_cannot_be_a_note_is_not_signed() {
        let signer = SigningKey::from_seed("a", [0; 32]).unwrap();
        let table = [
            ("", 1, NoteProblem::NoLineFeed),
            ("a\nb", 2, NoteProblem::NoLineFeed),
            ("a\n\tb\n", 2, NoteProblem::ControlCharacter),
        ];
        for (text, line, problem) in table {
            assert_eq!(Note::sign(text, &signer), Err(NoteError { line, problem }));
        }
    }

    proptest! {
        #[test]
        fn every_signed_text_reads_back_and_verifies(lines in prop::collection::vec("\\PC{0,20}", 1..5)) {
            let text = lines.join("\n") + "\n";
            let first = SigningKey::from_seed("first", [1; 32]).unwrap();
            let second = SigningKey::from_seed("second", [2; 32]).unwrap();
            let mut note = Note::sign(&text, &first).unwrap();
            note.countersign(&second).unwrap();
            let again = Note::parse(note.to_string().as_bytes()).unwrap();
            let verified = again.verify(&[first.verifying_key(), second.verifying_key()]).unwrap();
            prop_assert_eq!((verified.text, verified.keys.len()), (text.as_str(), 2));
        }
    }
}
