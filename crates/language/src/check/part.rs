//! Clauses of a rule that may stand only once.

use super::Checker;
use crate::syntax::ast::{ClaimPart, RemedyPart};
use crate::syntax::token::Span;

impl Checker<'_> {
    /// Reports clauses that stand twice in a remedy; caps and floors may.
    pub(crate) fn remedy_parts_once(&mut self, parts: &[(RemedyPart, Span)]) {
        self.once(parts.iter().filter_map(|(part, span)| Some((remedy_word(part)?, *span))).collect());
    }

    /// Reports clauses that stand twice in a claim; requirements may.
    pub(crate) fn claim_parts_once(&mut self, parts: &[(ClaimPart, Span)]) {
        self.once(parts.iter().filter_map(|(part, span)| Some((claim_word(part)?, *span))).collect());
    }

    fn once(&mut self, words: Vec<(&'static str, Span)>) {
        for (at, (word, span)) in words.iter().enumerate() {
            if !words.iter().take(at).any(|it| it.0 == *word) {
                continue;
            }
            let help = match *word {
                "when" => ("join the conditions with `and`", "请用 `and` 连接条件"),
                _ => ("keep one of them", "请只保留一个"),
            };
            self.error("E0133", *span, format!("`{word}` stands twice"), format!("`{word}` 出现两次"), help);
        }
    }
}

fn remedy_word(part: &RemedyPart) -> Option<&'static str> {
    Some(match part {
        RemedyPart::When(_) => "when",
        RemedyPart::Pays(..) => "pays",
        RemedyPart::NothingUnless(..) => "nothing unless",
        RemedyPart::Rounded(..) => "rounded",
        RemedyPart::Discretionary(_) => "discretionary",
        RemedyPart::PaidDirectly(_) => "paid directly when",
        RemedyPart::Clause(_) => "clause",
        RemedyPart::AtMost(_) | RemedyPart::AtLeast(_) => return None,
    })
}

fn claim_word(part: &ClaimPart) -> Option<&'static str> {
    Some(match part {
        ClaimPart::Opens(_) => "opens",
        ClaimPart::Closes(_) => "closes",
        ClaimPart::Per(_) => "per",
        ClaimPart::By(_) => "by",
        ClaimPart::Automatic => "automatic",
        ClaimPart::Requires(_) => return None,
    })
}
