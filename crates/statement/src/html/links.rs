//! Where a figure leads: to its clause and to how it came about.

use settle::Settlement;
use settle::settlement::Derivation;

use super::markup::{Markup, both, element};
use crate::bilingual::half;

/// Places in the page that can be linked to.
pub(super) struct Links<'a> {
    settlement: &'a Settlement,
    /// Headings of the contract, in order; the n-th has the id `clause-n`.
    headings: Vec<String>,
}

impl<'a> Links<'a> {
    pub(super) fn new(settlement: &'a Settlement, headings: Vec<String>) -> Self {
        Self { settlement, headings }
    }

    /// The clause by name, linked to its words when the contract is in the page.
    pub(super) fn clause(&self, clause: &str) -> Markup {
        let name = both(|lang| half(clause, lang));
        match self.headings.iter().position(|heading| is_heading_of(heading, clause)) {
            Some(index) => {
                element("a", &[("class", "clause"), ("href", &format!("#{}", clause_id(index)))], [name])
            }
            None => element("span", &[("class", "clause")], [name]),
        }
    }

    /// The text, linked to this derivation.
    pub(super) fn to(&self, derivation: &Derivation, text: Markup) -> Markup {
        let index = self.settlement.derivation.iter().position(|it| std::ptr::eq(it, derivation));
        index.map_or(text.clone(), |index| linked(index, text))
    }

    /// The text, linked to the first derivation of that name and subject.
    pub(super) fn derived(&self, name: &str, subject: Option<&str>, text: Markup) -> Markup {
        let derivations = || self.settlement.derivation.iter().enumerate().filter(|(_, it)| it.name == name);
        let same = derivations().find(|(_, it)| it.subject.as_deref() == subject);
        match same.or_else(|| derivations().next()) {
            Some((index, _)) => linked(index, text),
            None => text,
        }
    }
}

fn linked(index: usize, text: Markup) -> Markup {
    let href = format!("#{}", derivation_id(index));
    element("a", &[("class", "derived"), ("href", &href)], [text])
}

/// The id of the contract's heading at `index`.
pub(super) fn clause_id(index: usize) -> String {
    format!("clause-{index}")
}

/// The id of the derivation at `index`.
pub(super) fn derivation_id(index: usize) -> String {
    format!("why-{index}")
}

/// Whether a clause names the heading in full, or by its number: `5 (2)` stands under `5 Exceptions`.
pub fn is_heading_of(heading: &str, clause: &str) -> bool {
    let number = |text: &str| text.split_whitespace().next().map(str::to_owned);
    let by_number = clause.starts_with(|c: char| c.is_ascii_digit());
    heading == clause || (by_number && number(heading) == number(clause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_found_by_its_heading_or_its_number() {
        for (heading, clause, found) in [
            ("5 Exceptions", "5 Exceptions", true),
            ("5 Exceptions", "5 (2)", true),
            ("5.1 More", "5 (2)", false),
            ("Overview", "Overview", true),
            ("Overview of it", "Overview", false),
        ] {
            assert_eq!(is_heading_of(heading, clause), found, "{clause}");
        }
    }
}
