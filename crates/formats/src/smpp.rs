//! Receipts of SMPP 3.4: a `deliver_sm` whose `esm_class` marks it, with the outcome in its text, its TLVs or both.

mod pdu;
mod text;

pub(crate) use pdu::cut;
pub use pdu::pdu;
pub use text::text;

use crate::Offset;

/// What the standard leaves to the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How the receipt's id is written, compared with the one `submit_sm_resp` gave.
    pub id: Id,
    /// The zone of `submit date` and `done date`.
    pub offset: Offset,
}

impl Default for Options {
    fn default() -> Self {
        Options { id: Id::AsWritten, offset: Offset::CHINA }
    }
}

/// How a receipt's text writes the id that `submit_sm_resp` gave in hexadecimal. Some centres write it in decimal, and then the
/// two do not meet unless one is turned into the other. Applies to the text only; `receipted_message_id` is as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    /// The same characters.
    AsWritten,
    /// The same number in decimal: it is turned into lower-case hexadecimal without leading zeros.
    Decimal,
    /// The same number in hexadecimal, in other letters or with leading zeros: they are evened out.
    Hexadecimal,
}

impl Id {
    /// The id as the rest of the evidence knows it; one that is no such number, or too large a one, stays as it is.
    fn read(self, written: &str) -> String {
        let number = match self {
            Id::AsWritten => return written.to_owned(),
            Id::Decimal => written.parse::<u128>().ok(),
            Id::Hexadecimal => u128::from_str_radix(written, 16).ok(),
        };
        number.map_or_else(|| written.to_owned(), |it| format!("{it:x}"))
    }
}

/// The states of `message_state` (SMPP 3.4, 5.2.28, and 5.0) as the receipt's text writes them.
fn state_word(state: u8) -> Option<&'static str> {
    Some(match state {
        0 => "SCHEDULED",
        1 => "ENROUTE",
        2 => "DELIVRD",
        3 => "EXPIRED",
        4 => "DELETED",
        5 => "UNDELIV",
        6 => "ACCEPTD",
        7 => "UNKNOWN",
        8 => "REJECTD",
        9 => "SKIPPED",
        _ => return None,
    })
}
