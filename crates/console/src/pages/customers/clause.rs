//! A clause by its name, and where its words are.

use language::Contract;

use crate::view::View;

/// A clause.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    pub(crate) name: String,
    /// The path, without the language.
    pub(crate) href: String,
}

impl Clause {
    /// The clause of a contract; without a heading of that name it leads to the contract.
    pub(crate) fn of(view: &View<'_, '_>, contract: &Contract, clause: &str) -> Self {
        let at = contract.headings.iter().position(|it| is_heading_of(&it.text, clause));
        let anchor = at.map(|it| format!("#clause-{it}")).unwrap_or_default();
        let href = format!("/agreements/{}{anchor}", contract.id);
        Self { name: statement::display::half(clause, view.lang), href }
    }
}

/// Whether a clause names the heading in full, or by its number: `5 (2)` stands under `5 Exceptions`.
fn is_heading_of(heading: &str, clause: &str) -> bool {
    let number = |text: &str| text.split_whitespace().next().map(str::to_owned);
    let by_number = clause.starts_with(|it: char| it.is_ascii_digit());
    heading == clause || (by_number && number(heading) == number(clause))
}
