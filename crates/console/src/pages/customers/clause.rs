//! A clause by its name, and where its words are.

use diagnostic::Lang;
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
        Self::in_lang(view.lang, contract, clause)
    }

    /// The same where no view is left.
    pub(crate) fn in_lang(lang: Lang, contract: &Contract, clause: &str) -> Self {
        let at = contract.headings.iter().position(|it| is_heading_of(&it.text, clause));
        let anchor = at.map(|it| format!("#clause-{it}")).unwrap_or_default();
        let href = format!("/agreements/{}{anchor}", contract.id);
        Self { name: statement::display::half(clause, lang), href }
    }
}

/// What a rule is called: its own name, which is English; in Chinese with the heading of its clause before it.
pub(crate) fn rule(lang: Lang, name: &str, clause: &str) -> String {
    let name = name.replace('_', " ");
    match statement::display::half(clause, lang) {
        heading if lang == Lang::Zh && !heading.is_empty() => format!("{heading} · {name}"),
        _ => name,
    }
}

/// Whether a clause names the heading in full, or by its number: `5 (2)` stands under `5 Exceptions`.
fn is_heading_of(heading: &str, clause: &str) -> bool {
    let number = |text: &str| text.split_whitespace().next().map(str::to_owned);
    let by_number = clause.starts_with(|it: char| it.is_ascii_digit());
    heading == clause || (by_number && number(heading) == number(clause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_stands_beside_the_heading_of_its_clause_in_chinese() {
        let clause = "7 Data · 数据知情权";
        assert_eq!(rule(Lang::Zh, "two_backups", clause), "7 数据知情权 · two backups");
        assert_eq!(rule(Lang::En, "two_backups", clause), "two backups");
        assert_eq!(rule(Lang::Zh, "uptime", ""), "uptime");
    }
}
