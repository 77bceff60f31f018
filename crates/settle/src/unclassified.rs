//! Receipts in no class: no figure counts their messages, so a settlement that rests on them says so and is not final.

use diagnostic::Bilingual;
use evidence::{Datum, Facts, Field, Question};
use language::contract::Contract;
use timeline::Interval;

use crate::settlement::Lint;

/// Codes that are named; further ones are counted.
const NAMED_MAX: usize = 5;
/// The code of the finding.
pub const UNCLASSIFIED: &str = "N0306";

/// One finding for each fact that has open receipts of messages sent in the window. A contract has the facts beside its own
/// only where there are such receipts.
pub(crate) fn lints(contract: &Contract, facts: &dyn Facts, within: Interval) -> Vec<Lint> {
    let beside = contract.schema.facts.iter().enumerate();
    let found = beside.filter_map(|(at, it)| lint(it.unclassified_of()?, &codes(facts, at, within)));
    found.collect()
}

/// How often each code, the most frequent first.
fn codes(facts: &dyn Facts, fact: usize, within: Interval) -> Vec<(i128, String)> {
    let question = Question {
        group_by: (1..=3).map(Field::Attribute).collect(),
        ..evidence::unclassified::question(fact, within)
    };
    // Whoever asks on our behalf keeps why there is no answer, and settles nothing then.
    let groups = facts.aggregate(&question).unwrap_or_default();
    let mut codes: Vec<(i128, String)> = groups
        .into_iter()
        .filter_map(|group| {
            let Some(Some(Datum::Number(count))) = group.values.first() else { return None };
            let words = group.keys.iter().map(|it| match it {
                Some(Datum::Text(word)) => &**word,
                _ => "*",
            });
            Some((count.to_integer()?, words.collect::<Vec<_>>().join(" ")))
        })
        .filter(|it| it.0 > 0)
        .collect();
    codes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    codes
}

fn lint(fact: &str, codes: &[(i128, String)]) -> Option<Lint> {
    if codes.is_empty() {
        return None;
    }
    let all = codes.iter().fold(0_i128, |sum, it| sum.saturating_add(it.0));
    let named: Vec<String> =
        codes.iter().take(NAMED_MAX).map(|(count, code)| format!("`{code}` × {count}")).collect();
    let more = codes.len().saturating_sub(NAMED_MAX);
    let (more_en, more_zh) = match more {
        0 => (String::new(), String::new()),
        _ => (format!(", and {more} further codes"), format!("，另有 {more} 个状态码")),
    };
    let message = Bilingual::new(
        format!(
            "{all} receipts of `{fact}` are in no class, and no figure counts them: {}{more_en}",
            named.join(", ")
        ),
        format!("`{fact}` 有 {all} 条回执不属于任何分类，各数值均未计入：{}{more_zh}", named.join("、")),
    );
    Some(Lint { code: UNCLASSIFIED.to_owned(), message, clause: None })
}
