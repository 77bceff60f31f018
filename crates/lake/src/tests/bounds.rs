//! Texts so long that a batch, a row group or a page could not hold them all; disks without room; merges that break off.

use evidence::{Datum, Record, RecordPlace};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use crate::inputs::Held;
use crate::lake::Joining;
use crate::merge::{Input, Source};
use crate::order::sorted;
use crate::write::FileWriter;
use crate::{LakeError, LakeError::Full};

fn noted() -> Target {
    let layout = Layout::parse("message\ntext? note").unwrap();
    Target { layout, standing: Standing::default(), ..target() }
}

fn row<'a>(id: &'a str, subject: &'a str, cells: &'a [Cell<'a>]) -> RowView<'a> {
    RowView { at: 5, recorded_at: None, subject: Some(subject), source: None, id, cells }
}

/// Puts the rows into the lake, and says how many rows each row group has; all of them are read again.
fn groups(rows: &Rows, group_bytes: usize) -> Vec<i64> {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), Limits { group_bytes, ..Limits::default() });
    let picks = sorted(rows);
    let held = Held { rows, picks: &picks };
    lake.take(&noted(), Day(0), &[&held], Joining::Merged, Instant::from_nanos(1)).unwrap();
    let [entry] = &standing(&lake)[..] else { panic!("one file") };
    let mut reader = FileRows::open(Arc::clone(&lake.blobs), &entry.path, &rows.layout).unwrap();
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    picks.iter().for_each(|it| expected.push(canonical(rows, it.row as usize)));
    while let Some(read) = reader.next().unwrap() {
        (0..read.len()).for_each(|row| found.push(canonical(&read, row)));
    }
    assert_eq!(found, expected);
    let file = std::fs::File::open(root.path().join(&entry.path)).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    reader.metadata().row_groups().iter().map(|it| it.num_rows()).collect()
}

#[test]
fn a_row_group_ends_before_its_ids_and_texts_have_too_many_bytes() {
    let mut rows = Rows::new(noted().layout);
    for index in 10..20 {
        let (id, note) = (format!("id{index}"), "n".repeat(if index == 14 { 200 } else { 16 }));
        let cells = [if index == 11 { Cell::Absent } else { Cell::Word(&note) }];
        rows.push_row(row(&id, "a", &cells)).unwrap();
    }
    // 20 bytes a row; the second has 4, and the fifth more than fit at all.
    assert_eq!(groups(&rows, 64), [4, 1, 3, 2]);
    assert_eq!(groups(&rows, 1), [1; 10]);
    assert_eq!(groups(&rows, 1 << 20), [10]);
}

#[test]
fn a_row_group_ends_before_the_different_words_of_a_column_have_too_many_bytes() {
    let mut rows = Rows::new(noted().layout);
    for index in 0..24 {
        // Twelve subjects of 50 bytes, each twice.
        let (id, subject) = (format!("{}", index % 2), format!("{:050}", index / 2));
        rows.push_row(row(&id, &subject, &[Cell::Absent])).unwrap();
    }
    assert_eq!(groups(&rows, 250), [10, 10, 4]);
    assert_eq!(groups(&rows, 600), [24]);
}

#[test]
fn an_import_of_texts_that_no_batch_holds_puts_aside_what_came_and_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), Limits { group_bytes: 1 << 20, ..Limits::default() });
    let mut importer =
        Importer::open(lake.clone(), noted(), lake.scratch.join("import"), ImportLimits::default()).unwrap();
    let note = "n".repeat(60_000);
    for index in 0..200 {
        let id = format!("{index:04}");
        if index % 2 == 0 {
            importer.push_row(row(&id, "a", &[Cell::Word(&note)])).unwrap();
            continue;
        }
        let at = Instant::from_nanos(5);
        let record = Record {
            fact: 0,
            id: Some(id.into()),
            subject: Some("a".into()),
            from: at,
            until: at,
            attributes: vec![Some(Datum::Text(note.as_str().into()))],
            source: None,
            recorded_at: None,
            supersedes: None,
            reason: None,
            place: RecordPlace::default(),
            withdrawn: false,
        };
        importer.push(&record).unwrap();
    }
    assert_eq!(importer.finish(Instant::from_nanos(9)).unwrap().rows, 200);
    assert_eq!(standing(&lake).iter().map(|it| it.rows).sum::<u64>(), 200);
}

#[test]
fn words_of_long_ago_are_not_written_into_every_run() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), Limits::default());
    let folder = lake.scratch.join("import");
    let limits = ImportLimits { batch_rows: 250, ..ImportLimits::default() };
    let mut importer = Importer::open(lake.clone(), noted(), folder.clone(), limits).unwrap();
    for index in 0..10_000 {
        let subject = format!("subject {index:08}");
        importer.push_row(row("1", &subject, &[Cell::Absent])).unwrap();
    }
    importer.checkpoint().unwrap();
    let runs = std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap());
    let bytes = runs.filter(|it| it.path().extension().is_some_and(|it| it == "run"));
    let bytes: Vec<u64> = bytes.map(|it| it.metadata().unwrap().len()).collect();
    assert_eq!(bytes.len(), 40);
    assert!(bytes.iter().max().unwrap() < &(bytes.iter().min().unwrap() * 6), "{bytes:?}");
    assert_eq!(importer.finish(Instant::from_nanos(1)).unwrap().rows, 10_000);
    assert_eq!(standing(&lake)[0].rows, 10_000);
}

/// Rows that break off after the first batch.
struct Breaking(Rows);

impl Input for Breaking {
    fn open(&self) -> Result<Box<dyn Source + '_>, LakeError> {
        Ok(Box::new(Rest { rows: Some(self.0.clone()) }))
    }

    fn rows(&self) -> u64 {
        self.0.len() as u64 + 1
    }
}

struct Rest {
    rows: Option<Rows>,
}

impl Source for Rest {
    fn next(&mut self) -> Result<Option<Rows>, LakeError> {
        self.rows.take().map(Some).ok_or_else(|| LakeError::corrupt("a.parquet", "it breaks off"))
    }
}

#[test]
fn a_merge_that_breaks_off_leaves_no_file_under_way() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let mut rows = Rows::new(noted().layout);
    for index in 0..40 {
        rows.push_row(row(&format!("{index:02}"), "a", &[Cell::Absent])).unwrap();
    }
    let broken = lake.take(&noted(), Day(0), &[&Breaking(rows)], Joining::Merged, Instant::from_nanos(1));
    assert!(matches!(broken, Err(LakeError::Corrupt { .. })), "{broken:?}");
    assert_eq!(std::fs::read_dir(&lake.scratch).unwrap().count(), 0);
}

#[test]
fn a_file_for_which_no_space_is_left_is_refused_as_such() {
    let full = Path::new("/dev/full");
    let mut rows = Rows::new(noted().layout);
    for index in 0..60_i64 {
        // Nothing that compresses well.
        let words =
            (0..7_500_i64).map(|at| format!("{:08x}", (index * 7_919 + at) * 2_654_435_761 % 4_294_967_291));
        let note = words.collect::<String>();
        rows.push_row(row(&format!("{index}"), "a", &[Cell::Word(&note)])).unwrap();
    }
    for count in [1, 60] {
        let mut writer = FileWriter::create(full, &noted().layout).unwrap();
        let mut some = Rows::new(noted().layout);
        let mut cells = Vec::new();
        (0..count).for_each(|at| some.push_row(rows.view(at, &mut cells).unwrap()).unwrap());
        let written = writer.write_group(&some).and_then(|()| writer.finish());
        assert_eq!(written, Err(Full("/dev/full".into())), "{count} rows");
    }
}
