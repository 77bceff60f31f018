//! Cells are read back by an independent CSV reader, and none begins a formula.

use ledger::{csv_cell, csv_restored};
use proptest::prelude::*;

fn any_text() -> impl Strategy<Value = String> {
    let signs = prop::sample::select(vec![
        "=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "\"", "'", ",", ";", "|", " ",
        "a", "1", "赔", "\u{feff}", "\u{a0}",
    ]);
    prop_oneof![prop::collection::vec(signs, 0..10).prop_map(|signs| signs.concat()), any::<String>()]
}

/// One row of a reader that knows nothing of the writer.
fn read(row: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(row.as_bytes());
    let record = reader.records().next().unwrap().unwrap();
    record.iter().map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_is_read_back_as_it_was(text in any_text()) {
        let row = format!("first,{},last\r\n", csv_cell(&text));
        let cells = read(&row);
        prop_assert_eq!(cells.len(), 3, "{}", row);
        prop_assert_eq!(csv_restored(&cells[1]), &text);
    }

    #[test]
    fn no_cell_begins_a_formula_however_it_is_split(text in any_text()) {
        let cell = read(&format!("first,{}\r\n", csv_cell(&text)))[1].clone();
        let parts = cell.split(['"', ',', ';', '|', '\t', '\r', '\n']);
        let guarded = cell.starts_with('\'');
        for part in parts {
            let begins = part.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\0']);
            prop_assert!(!begins || guarded, "{cell:?}");
        }
        prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']));
    }
}
