//! Why a value is absent: the third values of the language.

use diagnostic::Bilingual;
use language::contract::Status;

/// Why there is no value, with the reason in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Absent {
    /// Which kind of absence.
    pub status: Status,
    /// Whether `or … when none` may replace it (division by zero may; a missing formula may not).
    pub replaceable: bool,
    /// The reason.
    pub reason: Bilingual,
}

impl Absent {
    /// No evidence speaks of it.
    pub fn no_data(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Status::NoData, replaceable: true, reason: Bilingual::new(en, zh) }
    }

    /// Too few events.
    pub fn not_enough(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Status::NotEnoughEvents, replaceable: true, reason: Bilingual::new(en, zh) }
    }

    /// The promise does not extend to this.
    pub fn not_covered(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Status::NotCovered, replaceable: false, reason: Bilingual::new(en, zh) }
    }

    /// No value follows from the text or the arithmetic.
    pub fn not_computable(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Status::NotComputable, replaceable: false, reason: Bilingual::new(en, zh) }
    }

    /// Not known yet.
    pub fn provisional(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Status::Provisional, replaceable: false, reason: Bilingual::new(en, zh) }
    }

    /// No row of a table matches.
    pub fn no_row(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Status::NoRow, replaceable: false, reason: Bilingual::new(en, zh) }
    }

    /// Rows of a table disagree.
    pub fn ambiguous(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { status: Status::Ambiguous, replaceable: false, reason: Bilingual::new(en, zh) }
    }

    /// A division by zero: not computable, but replaceable.
    pub fn division_by_zero(what: &str) -> Self {
        Self {
            replaceable: true,
            ..Self::not_computable(format!("`{what}` divides by zero"), format!("`{what}` 除数为零"))
        }
    }
}

/// The stable word for a status, as JSON writes it.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::NoData => "no_data",
        Status::NotEnoughEvents => "not_enough_events",
        Status::NotCovered => "not_covered",
        Status::NotComputable => "not_computable",
        Status::Provisional => "provisional",
        Status::NoRow => "no_row",
        Status::Ambiguous => "ambiguous",
    }
}
