//! A contract that changes within a day: nothing that was said under the older one is lost, rescaled or in the way.

use super::*;
use crate::inputs::Held;
use crate::lake::Joining;
use crate::order::sorted;
use crate::write::FileWriter;
use crate::{LakeError, Misfit, MixedKinds};

/// A row by its id, with what its attributes say.
type Said<'a> = (&'a str, &'a [Cell<'a>]);

fn of(text: &str) -> Target {
    let layout = Layout::parse(&format!("message\n{text}")).unwrap();
    Target { layout, standing: Standing::default(), ..target() }
}

fn rows(target: &Target, said: &[Said<'_>]) -> Rows {
    let mut rows = Rows::new(target.layout.clone());
    for (id, cells) in said {
        let row = RowView { at: 5, recorded_at: None, subject: Some("a"), source: None, id, cells };
        rows.push_row(row).unwrap();
    }
    rows
}

/// Puts rows into a file beside those that stand.
fn fold(lake: &Lake, text: &str, said: &[Said<'_>], at: i64) {
    let target = of(text);
    let rows = rows(&target, said);
    let picks = sorted(&rows);
    let held = Held { rows: &rows, picks: &picks };
    lake.take(&target, Day(0), &[&held], Joining::Beside, Instant::from_nanos(at)).unwrap();
}

fn merge(lake: &Lake, text: &str) -> Result<(), LakeError> {
    lake.settle(&of(text), Day(0), Instant::from_nanos(99)).map(drop)
}

/// What stands: the columns, and by id what each row says in them.
fn stands(lake: &Lake) -> (String, Vec<(String, String)>) {
    let entries = standing(lake);
    let layout = lake.layout(&entries).unwrap().unwrap();
    let mut all = Vec::new();
    for entry in &entries {
        let mut reader = FileRows::open(Arc::clone(&lake.blobs), &entry.path, &layout).unwrap();
        while let Some(rows) = reader.next().unwrap() {
            for row in 0..rows.len() {
                let mut cells = Vec::new();
                let view = rows.view(row, &mut cells).unwrap();
                all.push((view.id.to_owned(), format!("{:?}", view.cells)));
            }
        }
    }
    all.sort_unstable();
    (layout.text().replace('\n', ", "), all)
}

const COST: Cell<'_> = Cell::Number { unscaled: 7_500_000_000, scale: 9 };
const SENT: Cell<'_> = Cell::Word("sent");

/// The columns and, by id, what two rows say once they are merged, in whichever order they came.
fn merged(old: (&str, &[Cell<'_>]), new: (&str, &[Cell<'_>]), columns: &str, said: [&str; 2]) {
    for old_first in [true, false] {
        let root = tempfile::tempdir().unwrap();
        let lake = open(root.path(), small());
        let (first, last) = if old_first { (old, new) } else { (new, old) };
        let id = |it: &str| if it == old.0 { "1" } else { "2" };
        fold(&lake, first.0, &[(id(first.0), first.1)], 1);
        fold(&lake, last.0, &[(id(last.0), last.1)], 2);
        merge(&lake, last.0).unwrap();
        let expected = ["1", "2"].into_iter().zip(said).map(|(id, it)| (id.to_owned(), it.to_owned()));
        assert_eq!(stands(&lake), (format!("message, {columns}"), expected.collect()));
        assert!(standing(&lake).iter().all(|it| it.settled));
        // More of the older contract comes, and its merge takes nothing away.
        fold(&lake, old.0, &[("1", old.1)], 100);
        merge(&lake, old.0).unwrap();
        assert_eq!(stands(&lake).1[1].1, said[1]);
        assert_eq!(standing(&lake)[0].rows, 2);
    }
}

#[test]
fn an_attribute_that_a_newer_contract_has_no_more_stays_in_the_rows_that_have_it() {
    merged(
        ("money cost\nword status", &[COST, SENT]),
        ("word status", &[SENT]),
        "money? cost, word status",
        ["[Number { unscaled: 7500000000, scale: 9 }, Word(\"sent\")]", "[Absent, Word(\"sent\")]"],
    );
}

#[test]
fn an_attribute_that_a_newer_contract_requires_is_absent_in_older_rows() {
    merged(
        ("word status", &[SENT]),
        ("word status\nmoney cost", &[SENT, COST]),
        "money? cost, word status",
        ["[Absent, Word(\"sent\")]", "[Number { unscaled: 7500000000, scale: 9 }, Word(\"sent\")]"],
    );
}

#[test]
fn words_that_become_texts_and_attributes_that_become_optional_are_kept() {
    merged(
        ("word status\nmoney cost", &[SENT, COST]),
        ("text status\nmoney? cost", &[Cell::Word("on its way"), Cell::Absent]),
        "text status, money? cost",
        ["[Word(\"sent\"), Number { unscaled: 7500000000, scale: 9 }]", "[Word(\"on its way\"), Absent]"],
    );
}

#[test]
fn the_same_rows_written_with_other_columns_leave_the_file_that_stood_before_as_it_was() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), Limits::default());
    fold(&lake, "word status", &[("1", &[SENT]), ("2", &[SENT])], 1);
    fold(&lake, "word? status", &[("1", &[SENT])], 2);
    merge(&lake, "word? status").unwrap();
    let [merged] = &standing(&lake)[..] else { panic!("one file") };
    crate::verify(lake.blobs.as_ref(), merged).unwrap();
    let before = lake.manifest.superseded().unwrap();
    assert_eq!(before.len(), 2);
    assert!(before.iter().any(|it| it.content == merged.content && it.sha256 != merged.sha256));
    before.iter().for_each(|it| crate::verify(lake.blobs.as_ref(), it).unwrap());
}

#[test]
fn rows_of_an_older_contract_that_are_imported_take_no_column_away() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    fold(&lake, "word status\nmoney? cost", &[("2", &[SENT, COST])], 1);
    let older = of("word status");
    let limits = ImportLimits { batch_rows: 1, ..ImportLimits::default() };
    let mut importer = Importer::open(lake.clone(), older, lake.scratch.join("import"), limits).unwrap();
    for id in ["1", "3"] {
        let row = RowView { at: 5, recorded_at: None, subject: Some("a"), source: None, id, cells: &[SENT] };
        importer.push_row(row).unwrap();
    }
    importer.finish(Instant::from_nanos(2)).unwrap();
    let (columns, said) = stands(&lake);
    assert_eq!(columns, "message, money? cost, word status");
    assert_eq!(said[0].1, "[Absent, Word(\"sent\")]");
    assert_eq!(said[1].1, "[Number { unscaled: 7500000000, scale: 9 }, Word(\"sent\")]");
}

#[test]
fn a_number_that_becomes_money_is_not_taken_for_a_thousandth_of_it() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path(), small());
    let number = Cell::Number { unscaled: 7_500_000, scale: 6 };
    fold(&lake, "number cost", &[("1", &[number])], 1);
    fold(&lake, "money cost", &[("2", &[COST])], 2);
    let mixed = MixedKinds { column: "cost".into() };
    let refused = merge(&lake, "money cost").unwrap_err();
    assert!(
        matches!(&refused, LakeError::Columns { why: Misfit::Mixed(it), .. } if *it == mixed),
        "{refused}"
    );
    assert!(refused.to_string().contains("give the attribute another name"), "{refused}");
    assert_eq!(standing(&lake).len(), 2);
}

#[test]
fn a_file_is_not_read_with_columns_that_would_lose_or_change_what_it_says() {
    let root = tempfile::tempdir().unwrap();
    let target = of("number cost\nword? status\ninstant seen");
    let said = rows(&target, &[("1", &[Cell::Number { unscaled: 1, scale: 6 }, SENT, Cell::Instant(7)])]);
    let mut writer = FileWriter::create(&root.path().join("a.parquet"), &target.layout).unwrap();
    writer.write_group(&said).unwrap();
    writer.finish().unwrap();
    let read = |text: &str| {
        let blobs = Arc::new(LocalBlobs::open(root.path()).unwrap());
        match FileRows::open(blobs, "a.parquet", &of(text).layout) {
            Err(LakeError::Columns { why, .. }) => Some(why),
            other => {
                other.unwrap();
                None
            }
        }
    };
    assert_eq!(read("number cost\nword? status\ninstant seen"), None);
    assert_eq!(read("instant seen\nquantity? cost\ntext? status\ndate? other"), None);
    assert_eq!(read("number cost\nword? status"), Some(Misfit::Dropped("seen".into())));
    assert_eq!(read("money cost\nword? status\ninstant seen"), Some(Misfit::Kind("cost".into())));
    assert_eq!(read("number cost\nword? status\nnumber seen"), Some(Misfit::Kind("seen".into())));
    assert_eq!(read("number cost\ntruth? status\ninstant seen"), Some(Misfit::Kind("status".into())));
    assert_eq!(read("number cost\nword status\ninstant seen"), Some(Misfit::Absent("status".into())));
}
