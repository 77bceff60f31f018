//! Files whose bytes were changed: an answer or an error that names the file, never a panic, never more memory than bounded.

use proptest::prelude::*;

use super::files::{Row, Style, file};
use super::{plan, rows, style};
use crate::kernel::{MemoryFile, ReadAt, run};

fn bytes(rows: &[Row], style: &Style) -> Vec<u8> {
    let file = file(rows, style);
    let mut bytes = vec![0; usize::try_from(file.size()).unwrap()];
    file.read_at(0, &mut bytes).unwrap();
    bytes
}

fn asked(bytes: Vec<u8>, plan: &crate::kernel::Plan) {
    if let Err(error) = run(plan, &MemoryFile::new("damaged.parquet", bytes)) {
        assert_eq!(error.file, "damaged.parquet");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_bytes_are_refused_or_read_and_never_end_the_process(
        rows in rows(),
        style in style(),
        plan in plan(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = bytes(&rows, &style);
        let length = bytes.len() - 8;
        for (index, byte) in changes {
            bytes[index.index(length)] = byte;
        }
        asked(bytes, &plan);
    }

    #[test]
    fn a_footer_that_lies_is_refused_or_read_and_never_ends_the_process(
        rows in rows(),
        style in style(),
        plan in plan(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = bytes(&rows, &style);
        let end = bytes.len() - 8;
        let footer = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize;
        for (index, byte) in changes {
            bytes[end - footer + index.index(footer)] = byte;
        }
        asked(bytes, &plan);
    }

    #[test]
    fn a_file_cut_short_in_its_middle_is_refused_or_read(
        rows in rows(),
        style in style(),
        plan in plan(),
        from in any::<prop::sample::Index>(),
        count in 1_usize..50,
    ) {
        let mut bytes = bytes(&rows, &style);
        let from = from.index(bytes.len() - 8);
        let until = (from + count).min(bytes.len() - 8);
        bytes.drain(from..until);
        asked(bytes, &plan);
    }
}
