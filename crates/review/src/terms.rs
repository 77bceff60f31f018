//! Terms of the prose that nothing defines.
//!
//! Not every capital letter and not every quotation is a term: products, buttons and subjects of letters are written
//! the same way. A phrase counts as a term only
//!
//! - in English, where two to five words with capitals end in a word that agreements define (fee, credit, downtime …)
//!   and stand either within a sentence at two places or once in quotation marks, bold or italics;
//! - in Chinese, where words in quotation marks or bold end in such a word (费, 时间, 积分 …), have four letters or
//!   stand at two places, and are no name of a button, a field or a subject;
//! - in both, where quoted or capitalised words are followed by `as defined in …`, `（定义见…）` and the like.
//!
//! It is defined where any passage says what it is (`means`, `is the`, `指`, a colon, brackets around or after it),
//! where a heading, the first words of a cell, a formula, a link or the front matter has it, or where a rule has its
//! name: `monthly_fee` names the Monthly Fee. Number and case of letters do not matter, and who defines Uptime
//! Percentage defines Monthly Uptime Percentage. In doubt a term counts as defined: silence costs less than noise.

mod gather;
mod meaning;
mod phrase;

use std::collections::BTreeMap;

use language::contract::{Contract, Span};
use language::syntax::prose::{Passage, Place, Prose};

use crate::clauses::Clauses;
use crate::report::{Finding, Report};
use crate::show::both;
use meaning::Elsewhere;
use phrase::{Word, is_han, key, words};

/// Further terms are not asked for: no agreement is that long, and the time stays bounded.
const TERMS_MAX: usize = 1000;

/// A passage and its words.
struct Read<'p> {
    passage: &'p Passage,
    words: Vec<Word>,
}

/// Where a phrase is used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Use {
    /// As in the text.
    shown: String,
    /// Index of the passage.
    passage: usize,
    from: usize,
    until: usize,
    /// What makes it a term.
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// Capitals within a sentence, or a short word in quotation marks: a term when it recurs.
    Recurs,
    /// Quotation marks, bold or italics.
    Marked,
    /// The text says that it is defined.
    Promised,
}

/// Terms used and never defined.
pub(crate) fn check(contract: &Contract, prose: &Prose, clauses: &Clauses<'_>, report: &mut Report) {
    let names = names(contract);
    let text: Vec<Read<'_>> =
        prose.passages.iter().map(|it| Read { passage: it, words: words(&it.text) }).collect();
    let mut terms: BTreeMap<String, Vec<Use>> = BTreeMap::new();
    for it in gather::uses(&text) {
        let key = key(&it.shown);
        if terms.len() < TERMS_MAX || terms.contains_key(&key) {
            terms.entry(key).or_default().push(it);
        }
    }
    for (term, uses) in terms {
        let serious = uses.iter().any(|it| it.why == Why::Promised);
        let enough = uses.len() > 1 || uses.iter().any(|it| it.why > Why::Recurs);
        let Some(first) = uses.first().filter(|_| enough) else { continue };
        let defined = forms(&term).iter().any(|it| named(it, &names) || defined(it, &text, clauses));
        if let Some(read) = text.get(first.passage).filter(|_| !defined) {
            tell(&first.shown, read.passage.span(first.from, first.until), uses.len(), serious, report);
        }
    }
}

fn tell(shown: &str, span: Span, uses: usize, serious: bool, report: &mut Report) {
    let times = if uses > 1 {
        both(format!(" (used at {uses} places)"), format!("（共 {uses} 处）"))
    } else {
        both("", "")
    };
    let message = both(
        format!("the term “{shown}” is used and never defined{}", times.en),
        format!("术语“{shown}”已使用而从未定义{}", times.zh),
    );
    let help = both(
        format!("say what it means: “{shown}” means …; or give a rule its name"),
        format!("请写明其含义：“{shown}”指……；或以其命名一条规则"),
    );
    report.add(Finding::warning("R0425", span, message, help).weighed(serious), Vec::new());
}

/// The term and what remains of it without the words in front, as long as two remain.
fn forms(term: &str) -> Vec<String> {
    let parts: Vec<&str> = term.split(' ').collect();
    let bare = parts.iter().take_while(|it| phrase::MODIFIERS.contains(it)).count();
    let last = parts.len().saturating_sub(2).max(bare);
    let from = (0..=last).filter_map(|it| parts.get(it..)).filter(|it| !it.is_empty());
    from.map(|it| it.join(" ")).collect()
}

/// Keys of every name of the rules, of the parties and of the titles.
fn names(contract: &Contract) -> Vec<String> {
    let mut names: Vec<&str> = contract.items.iter().map(|it| it.name.as_str()).collect();
    let mut pairs = Vec::new();
    for fact in &contract.schema.facts {
        names.push(&fact.name);
        for attribute in &fact.attributes {
            names.push(&attribute.name);
            pairs.push(format!("{} {}", fact.name, attribute.name));
        }
    }
    for item in &contract.items {
        if let Some(fact) = item.of_fact.and_then(|it| contract.schema.facts.get(it)) {
            pairs.push(format!("{} {}", fact.name, item.name));
        }
        names.extend(item.readings.iter().map(|it| it.name.as_str()));
    }
    names
        .extend(contract.causes.iter().flat_map(|it| [Some(it.name.as_str()), it.text.as_deref()]).flatten());
    names.extend(contract.plans.iter().chain(&contract.units).map(String::as_str));
    names.extend(contract.remedies.iter().map(|it| it.kind.as_str()));
    names.extend(contract.upstreams.iter().map(|it| it.0.as_str()));
    names.extend([&contract.provider, &contract.customer].into_iter().flatten().map(String::as_str));
    names.extend([contract.title.en.as_str(), contract.title.zh.as_str()]);
    names.into_iter().map(key).chain(pairs.iter().map(|it| key(it))).collect()
}

/// Whether a name has these words, in whatever order when it has no others.
fn named(term: &str, names: &[String]) -> bool {
    let sorted = |it: &str| {
        let mut parts: Vec<String> = it.split(' ').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    let within = |name: &str| match term.chars().any(is_han) {
        true => name.contains(term) || (name.chars().count() > 1 && name == term),
        false => format!(" {name} ").contains(&format!(" {term} ")),
    };
    names.iter().any(|it| within(it) || sorted(it) == sorted(term))
}

/// Whether a place says what the term is.
fn defined(term: &str, text: &[Read<'_>], clauses: &Clauses<'_>) -> bool {
    text.iter().any(|read| {
        let mut places = phrase::places(term, &read.passage.text, &read.words).into_iter();
        places.any(|(from, until)| defines(term, read.passage, from, until, clauses))
    })
}

fn defines(term: &str, passage: &Passage, from: usize, until: usize, clauses: &Clauses<'_>) -> bool {
    match meaning::elsewhere(passage, from, until) {
        Some(Elsewhere::Here) => return false,
        Some(Elsewhere::Outside) => return true,
        Some(Elsewhere::Clause(number)) => {
            let mut there = clauses.passages(&number).filter(|it| *it != passage);
            // A clause that does not exist is a finding of its own.
            return !clauses.has(&number)
                || there.any(|it| !phrase::places(term, &it.text, &words(&it.text)).is_empty());
        }
        None => {}
    }
    let linked = passage.linked.iter().any(|it| it.start <= from && until <= it.end);
    match passage.place {
        Place::Heading | Place::Code => true,
        Place::Cell if from == 0 => true,
        _ => linked || meaning::said(passage, from, until),
    }
}
