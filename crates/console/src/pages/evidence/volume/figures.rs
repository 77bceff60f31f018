//! Counts and shares as they are read: exact, cut off, and never a share of nothing.

use platform::volume::overview::Tally;
use quantity::{Ratio, Rounding};

use super::Told;

/// The figures of some records.
pub(super) struct Figures {
    pub(super) submitted: String,
    /// Empty without a rule.
    pub(super) counted: String,
    /// Empty where the rule takes no share.
    pub(super) succeeded: String,
    pub(super) failed: String,
    /// The share of success; empty where the rule takes none.
    pub(super) success: String,
    /// None is counted: there is no share.
    pub(super) is_nothing: bool,
}

impl Told<'_> {
    pub(super) fn figures(&self, it: &Tally) -> Figures {
        let number = |it: Option<u64>| it.map_or_else(String::new, |it| self.number(it));
        let success = it
            .succeeded
            .zip(it.counted)
            .map(|(part, all)| share(part, all).unwrap_or_else(|| self.w.customers_no_data().to_owned()));
        Figures {
            submitted: self.number(it.submitted),
            counted: number(it.counted),
            succeeded: number(it.succeeded),
            failed: number(it.failed),
            success: success.unwrap_or_default(),
            is_nothing: it.counted == Some(0),
        }
    }
}

/// A share to two decimals, cut off, so that only the whole is 100 % and only nothing is 0 %; `None` of nothing.
pub(super) fn share(part: u64, all: u64) -> Option<String> {
    let share = Ratio::new(i128::from(part), i128::from(all)).ok()?;
    let percent = share.mul(&Ratio::int(100)).ok()?;
    Some(match part {
        0 => "0%".to_owned(),
        _ if part == all => "100%".to_owned(),
        _ => match percent.decimal(2, Rounding::Floor) {
            least if least == "0.00" => "< 0.01%".to_owned(),
            shown => format!("{shown}%"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_is_a_hundred_and_only_nothing_is_zero() {
        for (part, all, shown) in [
            (0, 0, None),
            (0, 7, Some("0%")),
            (7, 7, Some("100%")),
            (1, 1_000_000, Some("< 0.01%")),
            (999_999, 1_000_000, Some("99.99%")),
            (95, 101, Some("94.05%")),
            (1, 2, Some("50.00%")),
        ] {
            assert_eq!(share(part, all).as_deref(), shown, "{part} of {all}");
        }
    }
}
