//! Rows of a window against a scan of all rows.

use evidence::{Facts, Memory, Record, Touching};
use proptest::prelude::*;
use timeline::Interval;

use crate::made::{at, record};

proptest! {
    #[test]
    fn rows_of_a_window_are_those_a_scan_finds(
        rows in prop::collection::vec(record(), 0..60),
        from in -5..50_i64,
        length in 1..20_i64,
    ) {
        let facts = Memory::from_records(rows);
        let window = Interval::new(at(from), at(from + length)).unwrap();
        for fact in 0..4 {
            let all = facts.rows(fact);
            let starting: Vec<Record> = all.iter().filter(|it| window.contains(it.from)).cloned().collect();
            let touches = |it: &&Record| match Interval::new(it.from, it.until) {
                Some(interval) => interval.overlaps(&window),
                None => window.contains(it.from),
            };
            let touching: Vec<&Record> = all.iter().filter(touches).collect();
            prop_assert_eq!(facts.starting_in(fact, window), starting);
            prop_assert_eq!(facts.touching(fact, window).collect::<Vec<_>>(), touching.clone());
            prop_assert_eq!(Touching::new(all, window).collect::<Vec<_>>(), touching);
        }
    }
}
