//! Links inside the document: an anchor that nothing sets, a reference whose definition is missing.
//!
//! A link to an anchor of this file leads to a heading or to an element with that id. Headings have the anchors that
//! GitHub gives them: small letters, punctuation dropped, spaces turned into hyphens, and `-1`, `-2` when one recurs.
//! Links to other files and to addresses are not followed: nothing here reads a file or the network.

use std::collections::{BTreeMap, BTreeSet};

use language::contract::Contract;
use language::syntax::document::{Heading, Link};
use language::syntax::prose::Prose;

use crate::report::{Finding, Report};
use crate::show::both;

/// Dead links into this document.
pub(crate) fn check(contract: &Contract, prose: &Prose, report: &mut Report) {
    let anchors = anchors(&contract.headings, &prose.anchors);
    let near = near(&anchors);
    for link in &contract.links {
        let Some(fragment) = link.target.trim().strip_prefix('#').filter(|it| !it.is_empty()) else {
            continue;
        };
        let named = decoded(fragment);
        let top = named.eq_ignore_ascii_case("top");
        if !top && !anchors.contains(&named) && !anchors.contains(fragment) {
            no_anchor(link, &named, near.get(&plain(&named)).copied(), report);
        }
    }
    prose.missing.iter().for_each(|it| no_definition(it, report));
}

fn no_anchor(link: &Link, named: &str, near: Option<&str>, report: &mut Report) {
    let message = both(
        format!("the link `{}` leads to `#{named}`, which is nowhere in this document", link.text),
        format!("链接“{}”指向 `#{named}`，而本文件中没有该位置", link.text),
    );
    let help = match near {
        Some(near) => both(format!("write `#{near}`"), format!("请写 `#{near}`")),
        None => both(
            "give the anchor of a heading, or set it with `<a id=\"…\"></a>`",
            "请填写某一标题的锚点，或用 `<a id=\"…\"></a>` 设置锚点",
        ),
    };
    report.add(Finding::warning("R0422", link.span, message, help), Vec::new());
}

fn no_definition(link: &Link, report: &mut Report) {
    let label = &link.target;
    let message = both(
        format!("the link `{}` refers to `[{label}]`, which has no address", link.text),
        format!("链接“{}”引用 `[{label}]`，而该引用没有地址", link.text),
    );
    let help = both(format!("add a line `[{label}]: ADDRESS`"), format!("请添加一行 `[{label}]: 地址`"));
    report.add(Finding::warning("R0422", link.span, message, help), Vec::new());
}

/// Every anchor of the document: those of its headings, those set by hand.
fn anchors(headings: &[Heading], set: &[String]) -> BTreeSet<String> {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for heading in headings {
        let slug = slug(&heading.text);
        let mut anchor = slug.clone();
        while uses.contains_key(&anchor) {
            let count = uses.entry(slug.clone()).or_default();
            *count += 1;
            anchor = format!("{slug}-{count}");
        }
        uses.insert(anchor, 0);
    }
    let own = headings.iter().filter_map(|it| own_anchor(&it.text)).map(str::to_owned);
    uses.into_keys().chain(own).chain(set.iter().cloned()).collect()
}

/// `## Fees {#fees}`, as several renderers read it.
fn own_anchor(heading: &str) -> Option<&str> {
    let (_, inner) = heading.strip_suffix('}')?.rsplit_once("{#")?;
    inner.split_whitespace().next()
}

fn slug(heading: &str) -> String {
    let kept = |it: &char| it.is_alphanumeric() || matches!(it, '-' | '_' | ' ');
    heading.trim().to_lowercase().chars().filter(kept).map(|it| if it == ' ' { '-' } else { it }).collect()
}

/// Anchors by what is left of them without case, hyphens and the number of the clause.
fn near(anchors: &BTreeSet<String>) -> BTreeMap<String, &str> {
    let mut near = BTreeMap::new();
    for anchor in anchors {
        let whole = plain(anchor);
        near.insert(whole.trim_start_matches(|it: char| it.is_ascii_digit()).to_owned(), anchor.as_str());
        near.insert(whole, anchor.as_str());
    }
    near.remove("");
    near
}

fn plain(anchor: &str) -> String {
    anchor.to_lowercase().chars().filter(|it| it.is_alphanumeric()).collect()
}

/// With `%E4%BB%98` read as the letter it stands for.
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = fragment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(|it| std::str::from_utf8(it).ok());
        match code.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| fragment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use language::contract::Span;

    fn heading(text: &str) -> Heading {
        Heading { text: text.to_owned(), level: 2, span: Span::default() }
    }

    #[test]
    fn headings_have_the_anchors_that_github_gives_them() {
        for (text, expected) in [
            ("Fee table", "fee-table"),
            ("3.4 Exclusions", "34-exclusions"),
            ("5 Exceptions · 例外情形", "5-exceptions--例外情形"),
            ("第五条 服务费", "第五条-服务费"),
            ("服务等级（SLA）", "服务等级sla"),
            ("What's `new_fee`?", "whats-new_fee"),
        ] {
            assert_eq!(slug(text), expected);
        }
    }

    #[test]
    fn a_heading_that_recurs_is_numbered_and_never_twice_the_same() {
        let headings = ["Fee", "Fee", "Fee-1", "Fee"].map(heading);
        let expected = ["fee", "fee-1", "fee-1-1", "fee-2"].map(str::to_owned);
        assert_eq!(anchors(&headings, &[]), BTreeSet::from(expected));
    }

    #[test]
    fn an_anchor_set_in_the_heading_counts() {
        assert!(anchors(&[heading("Fees {#money}")], &[]).contains("money"));
    }

    #[test]
    fn a_percent_sign_is_read_only_before_two_digits() {
        for (text, expected) in [("%E8%B4%B9", "费"), ("100%", "100%"), ("%FF", "%FF"), ("a%20b", "a b")] {
            assert_eq!(decoded(text), expected);
        }
    }
}
