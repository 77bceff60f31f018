//! What the checker found in a text, each at its clause: what must be mended or acknowledged, what the text leaves open,
//! and what is worth knowing.

use diagnostic::Lang;
use platform::publishing::{Finding, FindingSeverity};

use super::marked::Marked;

/// The code of what the author marked as left open.
const LEFT_OPEN: &str = "R0415";

/// A finding in the reader's language.
pub(super) struct Found {
    pub(super) code: String,
    pub(super) message: Marked,
    pub(super) help: Marked,
    pub(super) notes: Vec<Marked>,
    pub(super) acknowledged: bool,
}

/// The findings of one clause.
#[derive(Default)]
pub(super) struct AtClause {
    pub(super) warnings: Vec<Found>,
    pub(super) open: Vec<Marked>,
    pub(super) remarks: Vec<Found>,
}

/// The findings that stand under a heading.
pub(super) fn at(findings: &[Finding], acknowledged: &[String], heading: &str, lang: Lang) -> AtClause {
    let mut found = AtClause::default();
    for it in findings.iter().filter(|it| it.clause == heading) {
        let message = in_lang(&it.message, lang);
        match it.severity {
            FindingSeverity::Warning => found.warnings.push(shown(it, acknowledged, lang)),
            FindingSeverity::Note if it.code == LEFT_OPEN => {
                found.open.push(Marked::new(without_code(&message)))
            }
            FindingSeverity::Note => found.remarks.push(shown(it, acknowledged, lang)),
        }
    }
    found
}

fn shown(it: &Finding, acknowledged: &[String], lang: Lang) -> Found {
    Found {
        code: it.code.clone(),
        message: Marked::new(&in_lang(&it.message, lang)),
        help: Marked::new(&in_lang(&it.help, lang)),
        notes: it.notes.iter().map(|it| Marked::new(&in_lang(it, lang))).collect(),
        acknowledged: acknowledged.iter().any(|name| name.split('@').next() == Some(&it.code)),
    }
}

fn in_lang(text: &platform::text::Text, lang: Lang) -> String {
    let text = if lang == Lang::Zh { &text.zh } else { &text.en };
    statement::display::half(text, lang)
}

/// `the text does not settle: Who measures is not said` without what the heading above it says already.
fn without_code(message: &str) -> &str {
    message.split_once(": ").or_else(|| message.split_once('：')).map_or(message, |it| it.1).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_leaves_open_is_told_without_the_checkers_own_words() {
        assert_eq!(
            without_code("the text does not settle: Who measures is not said"),
            "Who measures is not said"
        );
        assert_eq!(without_code("条文没有确定：未写明由谁测量"), "未写明由谁测量");
        assert_eq!(without_code("nothing is said"), "nothing is said");
    }
}
