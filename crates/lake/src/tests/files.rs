//! What a file says is what was put into it, and its bytes depend on nothing else.

use std::fs::File;

use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use crate::counters::Counters;
use crate::gather::Pick;
use crate::manifest::MANIFEST_NAME;
use crate::order::sorted;
use crate::rows::read_canonical;
use crate::write::{CONTENT_KEY, COUNTERS_KEY, FACT_KEY, FileWriter, Written, hex};

fn batch(told: &[Told]) -> Rows {
    let mut rows = Rows::new(layout());
    told.iter().for_each(|it| push(&mut rows, *it));
    rows
}

fn write(path: &Path, told: &[Told]) -> Written {
    let rows = batch(told);
    let mut writer = FileWriter::create(path, &layout()).unwrap();
    writer.write_group(&rows.picked(&sorted(&rows)).unwrap()).unwrap();
    writer.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn rows_read_back_and_counters_count_them(told in proptest::collection::vec(told(), 1..200)) {
        let root = tempfile::tempdir().unwrap();
        let written = write(&root.path().join("a.parquet"), &told);
        let mut backwards = told.clone();
        backwards.reverse();
        prop_assert_eq!(&written, &write(&root.path().join("b.parquet"), &backwards));
        let bytes = std::fs::read(root.path().join("a.parquet")).unwrap();
        prop_assert_eq!(&bytes, &std::fs::read(root.path().join("b.parquet")).unwrap());
        prop_assert_eq!(bytes.len() as u64, written.bytes);

        let blobs = LocalBlobs::open(root.path()).unwrap();
        let mut reader = FileRows::open(Arc::new(blobs), "a.parquet", &layout()).unwrap();
        let read = reader.next().unwrap().unwrap();
        prop_assert!(reader.next().unwrap().is_none());
        let rows = batch(&told);
        let expected: Vec<Vec<u8>> = sorted(&rows).iter().map(|it| canonical(&rows, it.row as usize)).collect();
        let found: Vec<Vec<u8>> = (0..read.len()).map(|row| canonical(&read, row)).collect();
        prop_assert_eq!(found, expected);

        let footer = SerializedFileReader::new(File::open(root.path().join("a.parquet")).unwrap()).unwrap();
        let said = footer.metadata().file_metadata().key_value_metadata().unwrap();
        let value = |key: &str| said.iter().find(|it| it.key == key).unwrap().value.clone().unwrap();
        prop_assert_eq!(value(FACT_KEY), layout().text());
        prop_assert_eq!(value(CONTENT_KEY), hex(&written.content));
        let counters = Counters::decode(&value(COUNTERS_KEY)).unwrap();
        prop_assert_eq!(totals(&counters), recount(&told));
    }
}

proptest! {
    #[test]
    fn canonical_bytes_read_back_and_no_others_are_taken(told in told(), cut in 0..200_usize, flip in 0..1600_usize) {
        let rows = batch(&[told]);
        let whole = canonical(&rows, 0);
        let again = |bytes: &[u8]| {
            let (mut cells, mut rest, mut rows) = (Vec::new(), bytes, Rows::new(layout()));
            let row = read_canonical(&mut rest, &layout(), &mut cells).ok().filter(|_| rest.is_empty())?;
            rows.push_row(row).ok()?;
            Some(canonical(&rows, 0))
        };
        prop_assert_eq!(again(&whole), Some(whole.clone()));
        prop_assert_eq!(again(&whole[..cut.min(whole.len() - 1)]), None);
        let mut flipped = whole.clone();
        let bit = flip % (whole.len() * 8);
        flipped[bit / 8] ^= 1 << (bit % 8);
        // What is taken is what was written, bit for bit.
        prop_assert!(again(&flipped).is_none_or(|it| it == flipped));
    }
}

type Totals = BTreeMap<(i64, Option<String>, Option<String>, Option<String>), (u64, i128, u64)>;

/// By hour, subject, status and roaming: rows, sum of fees, rows with a fee.
fn totals(counters: &Counters) -> Totals {
    let word = |key: usize, at: u32| counters.keys[key].words[at as usize].clone();
    let group = |it: &crate::counters::CounterGroup| {
        let subject = counters.subjects[it.subject as usize].clone();
        ((it.hour, subject, word(0, it.keys[0]), word(1, it.keys[1])), (it.n, it.sums[0].0, it.sums[0].1))
    };
    assert!(counters.groups.is_sorted());
    let totals: Totals = counters.groups.iter().map(group).collect();
    assert_eq!(totals.len(), counters.groups.len());
    totals
}

fn recount(told: &[Told]) -> Totals {
    let mut totals = Totals::new();
    for it in told {
        view(*it, |row| {
            let word = |cell: Cell<'_>| match cell {
                Cell::Word(word) => Some(word.to_owned()),
                Cell::Truth(truth) => Some(truth.to_string()),
                _ => None,
            };
            let key = (
                row.at.div_euclid(HOUR_NANOS),
                row.subject.map(str::to_owned),
                word(row.cells[0]),
                word(row.cells[3]),
            );
            let total = totals.entry(key).or_default();
            total.0 += 1;
            // Fees have four digits after the point here and nine there.
            total.1 += i128::from(it.fee * 35) * 100_000;
            total.2 += u64::from(it.fee > 0);
        });
    }
    totals
}

#[test]
fn long_columns_span_pages_and_plain_ones_stay_exact() {
    let layout = Layout {
        fact: "message".into(),
        columns: vec![
            Column { name: "fee".into(), kind: Kind::Number(NumberKind::Money), optional: true },
            Column { name: "note".into(), kind: Kind::Text, optional: true },
        ],
    };
    let mut rows = Rows::new(layout.clone());
    for index in 0..150_000_i64 {
        let (id, note) = (format!("{index:x}"), format!("note {}", index * 7919 % 100_003));
        let fee = Cell::Number { unscaled: index * 104_729 % 1_000_003, scale: 9 };
        let cells = if index % 5 == 0 { [Cell::Absent; 2] } else { [fee, Cell::Word(&note)] };
        let at = index * 97 % 1_000_000_007;
        let row = RowView { at, recorded_at: None, subject: Some("a"), source: None, id: &id, cells: &cells };
        rows.push_row(row).unwrap();
    }
    let root = tempfile::tempdir().unwrap();
    let picks = sorted(&rows);
    let mut writer = FileWriter::create(&root.path().join("a.parquet"), &layout).unwrap();
    writer.write_group(&rows.picked(&picks).unwrap()).unwrap();
    writer.finish().unwrap();
    let blobs = LocalBlobs::open(root.path()).unwrap();
    let mut reader = FileRows::open(Arc::new(blobs), "a.parquet", &layout).unwrap();
    let mut expected = picks.iter().map(|it: &Pick| canonical(&rows, it.row as usize));
    while let Some(read) = reader.next().unwrap() {
        (0..read.len()).for_each(|row| assert_eq!(Some(canonical(&read, row)), expected.next()));
    }
    assert_eq!(expected.next(), None);
}

#[test]
fn a_manifest_torn_at_any_byte_is_what_it_was_before() {
    let root = tempfile::tempdir().unwrap();
    let one = Told { day: 0, minute: 3, subject: 1, id: 1, status: 2, fee: 2, recorded: 1 };
    let lake = open(root.path(), small());
    import(&lake, &[one], 100, 10);
    let path = root.path().join(MANIFEST_NAME);
    let (before, known) = (std::fs::read(&path).unwrap(), standing(&lake));
    import(&lake, &[Told { id: 2, ..one }], 100, 20);
    drop(lake);
    let after = std::fs::read(&path).unwrap();
    for length in before.len()..after.len() {
        std::fs::write(&path, &after[..length]).unwrap();
        assert_eq!(standing(&open(root.path(), small())), known, "{length} bytes");
    }
    // The end of the line reached the disk before its beginning.
    for until in before.len() + 1..=after.len() {
        let mut torn = after.clone();
        torn[before.len()..until].fill(0);
        std::fs::write(&path, &torn).unwrap();
        assert_eq!(standing(&open(root.path(), small())), known, "zeros up to byte {until}");
    }
    // What follows a line was written after the line was safe.
    let mut damaged = after.clone();
    damaged[before.len() / 2] = 0;
    std::fs::write(&path, &damaged).unwrap();
    assert!(FileManifest::open(root.path()).is_err());
    for byte in 0..before.len() {
        let mut damaged = after.clone();
        damaged[byte] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        assert!(FileManifest::open(root.path()).is_err(), "byte {byte}");
    }
}

#[test]
fn records_that_are_not_those_the_content_digest_names_are_found_though_every_count_agrees() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let told = |day, id| Told { day, minute: 3, subject: 1, id, status: 2, fee: 2, recorded: 1 };
    import(&lake, &[told(0, 1), told(1, 2)], 100, 10);
    let mut entries = standing(&lake);
    assert_eq!(crate::contents(&lake.blobs, &entries, &layout()).unwrap(), []);
    // Somebody puts other records in the place of those of the first day, and has the manifest name their bytes.
    let other = tempfile::tempdir().unwrap();
    let forged = open(other.path(), small());
    import(&forged, &[told(0, 3)], 100, 10);
    let [first, _] = &mut entries[..] else { panic!("two days") };
    let [instead] = &standing(&forged)[..] else { panic!("one day") };
    std::fs::copy(other.path().join(&instead.path), root.path().join(&first.path)).unwrap();
    (first.sha256, first.bytes) = (instead.sha256, instead.bytes);
    let counted = crate::recount(&lake.blobs, &entries, &layout()).unwrap();
    assert_eq!(counted.differences, [], "what is counted agrees");
    let found = crate::contents(&lake.blobs, &entries, &layout()).unwrap();
    let named = crate::Difference { path: entries[0].path.clone(), what: crate::Differs::Content };
    assert_eq!(found, [named]);
}

#[test]
fn rows_at_other_times_than_are_said_and_records_that_are_there_twice_are_found() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let told = |minute, id| Told { day: 0, minute, subject: 1, id, status: 2, fee: 2, recorded: 1 };
    import(&lake, &[told(3, 1), told(700, 2), told(1400, 3)], 100, 10);
    let entries = standing(&lake);
    let found = |entries: &[FileEntry]| {
        let differences = crate::contents(&lake.blobs, entries, &layout()).unwrap();
        differences.into_iter().map(|it| it.what).collect::<Vec<_>>()
    };
    assert_eq!(found(&entries), []);
    let [entry] = &entries[..] else { panic!("one file") };
    let later = |it: Instant| Instant::from_nanos(it.nanos() + 1);
    let narrowed = FileEntry { from: later(entry.from), ..entry.clone() };
    assert_eq!(found(&[narrowed]), [crate::Differs::Times]);
    let widened = FileEntry { until: later(entry.until), ..entry.clone() };
    assert_eq!(found(&[widened]), [crate::Differs::Times]);
    // Another file of the day, which was not merged with this one, says that it was.
    let other = tempfile::tempdir().unwrap();
    let elsewhere = open(other.path(), small());
    import(&elsewhere, &[told(3, 1), Told { status: 1, ..told(700, 2) }, told(9, 4)], 100, 10);
    let [beside] = &standing(&elsewhere)[..] else { panic!("one file") };
    std::fs::copy(other.path().join(&beside.path), root.path().join(&beside.path)).unwrap();
    let both = [entry.clone(), beside.clone()];
    assert_eq!(found(&both), [crate::Differs::Repeated { rows: 2 }]);
    let open = both.map(|it| FileEntry { settled: false, ..it });
    assert_eq!(found(&open), []);
}

#[test]
fn row_groups_that_say_other_times_than_their_rows_are_found() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let told = |minute, id| Told { day: 0, minute, subject: 1, id, status: 2, fee: 2, recorded: 1 };
    import(&lake, &[told(3, 1), told(700, 2)], 100, 10);
    let [entry] = &standing(&lake)[..] else { panic!("one file") };
    let path = root.path().join(&entry.path);
    let mut bytes = std::fs::read(&path).unwrap();
    // The first row's time as the statistics of its group say it, behind all pages.
    let said = entry.from.nanos().to_le_bytes();
    let at = bytes.windows(8).rposition(|it| *it == said).unwrap();
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let found = crate::contents(&lake.blobs, std::slice::from_ref(entry), &layout()).unwrap();
    assert_eq!(found, [crate::Difference { path: entry.path.clone(), what: crate::Differs::Times }]);
}
