//! No more is granted than is due.

use ledger::{Money, Refusal, within_due};
use proptest::prelude::*;

use super::some::{money, usd};

#[test]
fn a_grant_fits_beside_what_was_granted_or_is_refused_whole() {
    let table = [
        // asked, granted, due, fits
        (100, 0, 300, true),
        (50, 250, 300, true),
        (51, 250, 300, false),
        (1, 300, 300, false),
        (0, 400, 300, false),
        (0, 300, 300, true),
        (1, 0, 0, false),
    ];
    for (asked, granted, due, fits) in table {
        let (asked, granted, due) = (money(asked), money(granted), money(due));
        let refused = Err(Refusal::MoreThanDue { asked, granted, due });
        assert_eq!(within_due(asked, granted, due), if fits { Ok(()) } else { refused });
    }
}

#[test]
fn other_currencies_and_negative_amounts_are_refused() {
    let code = |asked: Money, granted: Money, due: Money| within_due(asked, granted, due).unwrap_err().code();
    assert_eq!(code(money(1), money(0), usd(5)), "L0105");
    assert_eq!(code(money(1), usd(0), money(5)), "L0105");
    assert_eq!(code(money(-1), money(0), money(5)), "L0101");
    assert_eq!(code(money(1), money(-5), money(5)), "L0101");
    assert_eq!(code(money(1), money(0), money(-5)), "L0101");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_for_in_whatever_order_no_more_than_is_due_is_granted(
        asked in prop::collection::vec(0..200i64, 0..20),
        due in 0..600i64,
    ) {
        let mut granted = 0;
        for it in asked {
            if within_due(money(it), money(granted), money(due)).is_ok() {
                granted += it;
            } else {
                prop_assert!(granted + it > due, "what fits is not refused");
            }
            prop_assert!(granted <= due);
        }
    }
}
