//! Exact numbers with units: ratios, money, durations, and rounding that says its name.
//!
//! Nothing here is approximate. A [`Ratio`] is exact or an operation on it is an error; a [`Quantity`]
//! refuses to add seconds to money; rounding happens only where a caller names a [`Rounding`].
//!
//! ```
//! use quantity::{Currency, Ratio, Rounding, round_money, show_money};
//!
//! let usd = Currency::parse("USD").unwrap();
//! let fee = Ratio::int(200).div(&Ratio::int(9)).unwrap();
//! assert_eq!(fee.fraction(), "200/9");
//! assert_eq!(show_money(&round_money(&fee, usd, Rounding::HalfUp), usd), "22.22");
//! ```

mod currency;
mod quantity;
mod ratio;
mod rounding;
mod show;
mod unit;

pub use currency::Currency;
pub use quantity::{Quantity, QuantityError};
pub use ratio::{RATIO_BITS_MAX, Ratio, RatioError};
pub use rounding::Rounding;
pub use show::{round_money, show_duration, show_money};
pub use unit::{Base, Unit, unit_named};
