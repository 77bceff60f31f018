//! The seven named ways to round: none is a default, the contract's text picks one.

use std::cmp::Ordering;
use std::fmt;

/// How a value between two multiples of a step is moved to one of them.
///
/// ```
/// use quantity::{Ratio, Rounding};
///
/// let value = Ratio::parse_decimal("-2.5").unwrap();
/// assert_eq!(value.decimal(0, Rounding::HalfUp), "-3");
/// assert_eq!(value.decimal(0, Rounding::HalfEven), "-2");
/// assert_eq!(Rounding::parse("half_even"), Some(Rounding::HalfEven));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rounding {
    /// To the nearest; a tie goes away from zero.
    HalfUp,
    /// To the nearest; a tie goes to the even multiple.
    HalfEven,
    /// To the nearest; a tie goes toward zero.
    HalfDown,
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward positive infinity.
    Ceiling,
    /// Toward negative infinity.
    Floor,
}

impl Rounding {
    /// Every mode, in the order of declaration.
    pub const ALL: [Rounding; 7] = [
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::HalfDown,
        Rounding::Up,
        Rounding::Down,
        Rounding::Ceiling,
        Rounding::Floor,
    ];

    /// The mode's word, such as `half_up`.
    pub const fn name(self) -> &'static str {
        match self {
            Rounding::HalfUp => "half_up",
            Rounding::HalfEven => "half_even",
            Rounding::HalfDown => "half_down",
            Rounding::Up => "up",
            Rounding::Down => "down",
            Rounding::Ceiling => "ceiling",
            Rounding::Floor => "floor",
        }
    }

    /// The mode of that name; names are lower case.
    pub fn parse(name: &str) -> Option<Rounding> {
        Rounding::ALL.into_iter().find(|how| how.name() == name)
    }

    /// Whether a value strictly between two multiples goes to the upper one. `half` compares the
    /// distance above the lower multiple with half a step.
    pub(crate) const fn rises(self, negative: bool, lower_is_even: bool, half: Ordering) -> bool {
        let tie = match self {
            Rounding::Ceiling => return true,
            Rounding::Floor => return false,
            Rounding::Up => return !negative,
            Rounding::Down => return negative,
            Rounding::HalfUp => !negative,
            Rounding::HalfDown => negative,
            Rounding::HalfEven => !lower_is_even,
        };
        match half {
            Ordering::Less => false,
            Ordering::Equal => tie,
            Ordering::Greater => true,
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
