//! A single bit that is not as it was written: the file is refused and named, and nothing is told from it.

use std::path::Path;

use evidence::Record;
use lake::{FileEntry, Place};
use query::{Bounds, Format, Limits, Refused, show, sql};
use timeline::Interval;

use crate::command::{STREAM, asked, import, open, told};

/// Read by the lake's own reader, by the engine row by row, and by the engine with its filter pushed into the scan.
const STATEMENTS: [&str; 3] = [
    "SELECT outcome, count(*) AS n, sum(latency) AS s FROM message GROUP BY outcome ORDER BY outcome",
    "SELECT count(DISTINCT id) AS n, max(latency) AS s FROM message",
    "SELECT id, cost FROM message WHERE latency > 3 AND subject = '网络, \"A\"' ORDER BY id",
];
const LAST_DAY: &str = "SELECT count(*) AS n FROM message WHERE at >= '1970-01-06T00:00:00Z'";
/// Flipped bits over a file, its first and its last byte among them.
const FLIPS: usize = 40;

/// A lake of three days, and its files, of which the last reaches the furthest.
struct Days {
    root: tempfile::TempDir,
    files: Vec<FileEntry>,
}

impl Days {
    fn new() -> Days {
        let root = tempfile::tempdir().unwrap();
        let lake = open(root.path());
        let records: Vec<Record> = (3..6).flat_map(|day| crate::sql::messages(day, 40)).collect();
        import(&lake, "acme", &crate::sql::fact(), &records, 1);
        let place = Place::new("acme", STREAM, "message");
        let mut files = lake.manifest.entries(&place, Interval::ALL, None).unwrap();
        files.sort_unstable_by_key(|it| it.until);
        Days { root, files }
    }

    fn lake(&self) -> &Path {
        self.root.path()
    }

    /// What is answered; a session of its own each time, as each statement of the command has.
    async fn answer(&self, statement: &str) -> Result<String, Refused> {
        let store = objects::open(self.lake().to_str().unwrap()).unwrap().store;
        let entries = query::entries(&store).await?;
        let session = query::tenant_session(store, "acme", &entries, Bounds::default()).await?;
        show(&sql(&session, statement, &Limits::default()).await?, Format::Csv)
    }

    /// Does something while one bit of the file is flipped.
    async fn flipped<T>(&self, file: &FileEntry, at: usize, bit: usize, done: impl Future<Output = T>) -> T {
        let path = self.lake().join(&file.path);
        let bytes = std::fs::read(&path).unwrap();
        let mut other = bytes.clone();
        other[at] ^= 1 << bit;
        std::fs::write(&path, other).unwrap();
        let done = done.await;
        std::fs::write(&path, bytes).unwrap();
        done
    }
}

fn name(file: &FileEntry) -> &str {
    file.path.strip_prefix("acme/").unwrap()
}

/// Where bits are flipped, and which of the eight.
fn flips(file: &FileEntry) -> impl Iterator<Item = (usize, usize)> {
    let last = usize::try_from(file.bytes).unwrap() - 1;
    (0..FLIPS).map(move |it| (it * last / (FLIPS - 1), it % 8))
}

fn is_named(answer: &Result<String, Refused>, file: &FileEntry) -> bool {
    matches!(answer, Err(Refused::Damaged(files)) if *files == [name(file)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_anywhere_is_refused_and_named_and_what_needs_no_row_of_the_file_is_answered() {
    let days = Days::new();
    let mut whole = Vec::new();
    for statement in STATEMENTS {
        whole.push(days.answer(statement).await.unwrap());
    }
    assert_eq!(days.answer(LAST_DAY).await.unwrap(), "n\n40\n");
    let file = &days.files[0];
    for (at, bit) in flips(file) {
        for statement in STATEMENTS {
            let answer = days.flipped(file, at, bit, days.answer(statement)).await;
            assert!(is_named(&answer, file), "byte {at}, bit {bit}, {statement}: {answer:?}");
        }
        let answer = days.flipped(file, at, bit, days.answer(LAST_DAY)).await;
        assert_eq!(answer.unwrap(), "n\n40\n", "byte {at}, bit {bit}");
    }
    for (statement, whole) in STATEMENTS.into_iter().zip(whole) {
        assert_eq!(days.answer(statement).await.unwrap(), whole, "{statement}");
    }
}

/// The newest file says which columns there are.
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_the_footer_that_names_the_columns_is_refused_whatever_is_asked() {
    const FIRST_DAY: &str = "SELECT count(*) AS n FROM message WHERE at < '1970-01-05T00:00:00Z'";
    let days = Days::new();
    let file = days.files.last().unwrap();
    let bytes = std::fs::read(days.lake().join(&file.path)).unwrap();
    let tail = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap());
    let footer = tail - usize::try_from(length).unwrap();
    let mut within = 0;
    for (at, bit) in flips(file).chain([(footer - 1, 0), (footer, 0), (tail, 0)]) {
        let answer = days.flipped(file, at, bit, days.answer(FIRST_DAY)).await;
        if at < footer {
            assert_eq!(answer.unwrap(), "n\n40\n", "byte {at}, bit {bit}");
        } else {
            within += 1;
            assert!(is_named(&answer, file), "byte {at}, bit {bit}: {answer:?}");
        }
    }
    assert!(within > 4, "only {within} flips within the footer");
}

#[test]
fn the_command_names_the_file_with_a_flipped_bit_in_both_languages() {
    let days = Days::new();
    let file = &days.files[1];
    let path = days.lake().join(&file.path);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    for statement in STATEMENTS {
        let english = "is not what the manifest says; restore it from a copy";
        let (code, out, why) = told(&asked(days.lake(), "acme", &[statement]));
        assert_eq!((code, out.as_str(), why), (3, "", format!("upheld-query: {} {english}\n", name(file))));
        let (code, out, why) = told(&asked(days.lake(), "acme", &["--lang", "zh", statement]));
        let chinese = "与清单不符；请从副本恢复";
        assert_eq!((code, out.as_str(), why), (3, "", format!("upheld-query: {} {chinese}\n", name(file))));
    }
    assert_eq!(told(&asked(days.lake(), "acme", &["--format", "csv", LAST_DAY])).1, "n\n40\n");
}
