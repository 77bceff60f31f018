//! Statements as a page.

use settle::Settlement;
use statement::html;

use crate::sample::{contract_text, empty, full};

fn pages() -> [String; 3] {
    [html(&full(), Some(contract_text())), html(&full(), None), html(&empty(), None)]
}

/// The full settlement with its texts replaced by what would break a page.
fn hostile() -> Settlement {
    let mut settlement = full();
    let bad = "\"'><script>x</script><img src=x onerror=x></style>&";
    settlement.contract.id = bad.to_owned();
    settlement.contract.title = diagnostic::Bilingual::new(bad, bad);
    settlement.contract.provider = Some(bad.to_owned());
    settlement.inputs.tenant = Some(bad.to_owned());
    settlement.inputs.parameters = vec![(bad.to_owned(), bad.to_owned())];
    settlement.cycle.label = bad.to_owned();
    for level in &mut settlement.levels {
        level.name = bad.to_owned();
        level.subject = Some(bad.to_owned());
        level.clause = bad.to_owned();
    }
    for remedy in &mut settlement.remedies {
        remedy.kind = bad.to_owned();
        remedy.reason = Some(diagnostic::Bilingual::new(bad, bad));
    }
    for excluded in &mut settlement.excluded {
        excluded.cause = bad.to_owned();
        excluded.text = Some(bad.to_owned());
    }
    for derivation in &mut settlement.derivation {
        derivation.rule = bad.to_owned();
        derivation.value = Err(settle::Absent::no_data(bad, bad));
        derivation.steps = vec![(bad.to_owned(), Ok(settle::Shown::Text(bad.into())))];
        derivation.uses = vec![bad.to_owned()];
    }
    settlement.tzdb = bad.to_owned();
    settlement.calendars = vec![(bad.to_owned(), bad.to_owned())];
    settlement
}

const VOID: [&str; 6] = ["meta", "input", "br", "hr", "img", "wbr"];

/// Tags of a page in order: name, attributes, whether it closes; text of a style sheet is not looked into.
fn tags(page: &str) -> Vec<(String, String, bool)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag that ends");
        assert!(!tag.contains('<'), "a tag inside a tag: {tag}");
        let closes = tag.starts_with('/');
        let (name, attributes) =
            tag.trim_start_matches('/').split_once(' ').unwrap_or((tag.trim_start_matches('/'), ""));
        found.push((name.to_owned(), attributes.to_owned(), closes));
        rest = if name == "style" && !closes {
            &after[after.find("</style").expect("its end")..]
        } else {
            after
        };
    }
    found
}

fn check_balanced(page: &str) {
    let mut open: Vec<String> = Vec::new();
    for (name, attributes, closes) in tags(page) {
        let is_alone = VOID.contains(&&*name) || name.starts_with('!') || attributes.ends_with('/');
        match closes {
            true => assert_eq!(open.pop(), Some(name)),
            false if is_alone => {}
            false => open.push(name),
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn every_tag_of_a_page_is_closed_in_order() {
    pages().iter().for_each(|page| check_balanced(page));
}

#[test]
fn texts_from_outside_never_become_tags() {
    let page = html(&hostile(), Some("# <script>x</script>\n\n<img src=x>\n"));
    check_balanced(&page);
    let names: Vec<String> = tags(&page).into_iter().map(|(name, ..)| name).collect();
    assert!(!names.iter().any(|name| name == "script" || name == "img"), "{names:?}");
    assert_eq!(names.iter().filter(|name| *name == "style").count(), 2);
}

#[test]
fn a_page_runs_nothing_and_asks_the_network_for_nothing() {
    for page in pages() {
        for (name, attributes, _) in tags(&page) {
            assert!(
                !["script", "link", "img", "iframe", "object", "form", "base"].contains(&&*name),
                "{name}"
            );
            for attribute in attributes.split('"').step_by(2).map(str::trim) {
                assert!(!attribute.starts_with("on") && !attribute.starts_with("src"), "{attribute}");
            }
            let href = attributes.split("href=\"").nth(1);
            assert!(href.is_none_or(|href| href.starts_with('#')), "{attributes}");
        }
        assert!(!page.contains("url(") && !page.contains("@import") && !page.contains("://"));
        assert!(page.contains("default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"));
    }
}

#[test]
fn every_link_leads_to_a_place_in_the_page() {
    for page in pages() {
        let all = tags(&page);
        let values = |name: &str| {
            let mark = format!("{name}=\"");
            let value = |(_, attributes, _): &(String, String, bool)| {
                Some(attributes.split(&*mark).nth(1)?.split('"').next()?.to_owned())
            };
            all.iter().filter_map(value).collect::<Vec<_>>()
        };
        let ids = values("id");
        for href in values("href") {
            assert!(ids.contains(&href.trim_start_matches('#').to_owned()), "{href}");
        }
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "an id that is given twice");
    }
}

#[test]
fn what_is_said_in_english_is_said_in_chinese_too() {
    for page in pages() {
        assert_eq!(page.matches("class=\"en\"").count(), page.matches("class=\"zh\"").count());
    }
}

#[test]
fn a_clause_leads_to_its_words_when_the_contract_is_in_the_page() {
    let with = html(&full(), Some(contract_text()));
    assert!(with.contains("<h4 id=\"clause-1\">4.1 Enterprise hosting · 企业托管</h4>"));
    assert!(with.contains("<a class=\"clause\" href=\"#clause-1\">"));
    assert!(!html(&full(), None).contains("href=\"#clause-"));
}

#[test]
fn no_data_is_never_shown_as_a_number() {
    let page = html(&empty(), None);
    assert!(page.contains("no data") && page.contains("无数据"));
    assert!(!page.contains(">0%") && !page.contains(">100%</p>"));
}
