//! Groups by so many columns that their combinations cannot be numbered are refused, and never taken for one another.

use evidence::{Attribute, AttributeKind, FactKind, FactSchema, Field, Measure, Question};
use lake::kernel::{LocalFile, ReadAt};
use lake::write::FileWriter;
use lake::{Cell, Layout, RowView, Rows, answer};
use timeline::Interval;

/// A file of rows with that many texts, all of them different in each column.
fn file(rows: u32, columns: usize) -> (tempfile::TempDir, FactSchema) {
    let attribute =
        |at: usize| Attribute { name: format!("c{at}"), kind: AttributeKind::Text, optional: false };
    let attributes = (0..columns).map(attribute).collect();
    let fact = FactSchema { name: "message".to_owned(), kind: FactKind::Event, attributes, volume: true };
    let mut all = Rows::new(Layout::of(&fact));
    for row in 0..rows {
        let text = format!("{row:x}");
        let cells = vec![Cell::Word(&text); columns];
        let row = RowView { at: 5, recorded_at: None, subject: None, source: None, id: &text, cells: &cells };
        all.push_row(row).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut writer = FileWriter::create(&folder.path().join("a.parquet"), &all.layout).unwrap();
    writer.write_group(&all).unwrap();
    writer.finish().unwrap();
    (folder, fact)
}

#[test]
fn combinations_beyond_sixty_four_bits_are_refused() {
    // Rows of a group and columns: up to 2^60, and up to 2^65.
    for (rows, columns, is_answered) in [(4095, 5, true), (8191, 5, false)] {
        let (folder, fact) = file(rows, columns);
        let local = LocalFile::open(&folder.path().join("a.parquet")).unwrap();
        let group_by = (0..columns).map(Field::Attribute).collect();
        let question =
            Question { group_by, measures: vec![Measure::Count], ..Question::about(0, Interval::ALL) };
        let found = answer(&[&local as &dyn ReadAt], &question, &fact);
        match found {
            Ok(groups) => assert_eq!((groups.len(), is_answered), (4095, true)),
            Err(error) => assert!(!is_answered && error.to_string().contains("combinations"), "{error}"),
        }
    }
}
