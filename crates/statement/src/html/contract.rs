//! The contract's own words, each heading a place that clauses lead to.
//!
//! The text comes from outside: HTML in it is shown as text, links and images as their words, so that the page
//! never asks the network for anything.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::links::clause_id;
use super::markup::Markup;

/// The contract rendered, and its headings in order.
pub(super) fn contract(text: &str) -> (Markup, Vec<String>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let events: Vec<Event> = Parser::new_ext(text, options).filter_map(harmless).collect();
    let headings = headings(&events);
    let mut index = 0;
    let named = events.into_iter().map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => {
            let id = CowStr::from(clause_id(index));
            index += 1;
            Event::Start(Tag::Heading {
                level: lower(level),
                id: Some(id),
                classes: Vec::new(),
                attrs: Vec::new(),
            })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        event => event,
    });
    (Markup::rendered(named), headings)
}

/// The event without anything a browser would fetch, follow or run.
pub(super) fn harmless(event: Event) -> Option<Event> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock) => None,
        Event::End(TagEnd::Link | TagEnd::Image | TagEnd::HtmlBlock) => None,
        event => Some(event),
    }
}

fn headings(events: &[Event]) -> Vec<String> {
    let mut headings = Vec::new();
    let mut current: Option<String> = None;
    for event in events {
        match (event, &mut current) {
            (Event::Start(Tag::Heading { .. }), _) => current = Some(String::new()),
            (Event::End(TagEnd::Heading(_)), _) => {
                headings.extend(current.take().map(|text| text.trim().to_owned()));
            }
            (Event::Text(text) | Event::Code(text), Some(heading)) => heading.push_str(text),
            _ => {}
        }
    }
    headings
}

/// The page itself has the first two levels.
fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        contract(text).0.into_string()
    }

    #[test]
    fn html_in_a_contract_is_shown_and_not_run() {
        let page = rendered("Text <script>alert(1)</script>\n\n<div onclick=x>block</div>\n");
        assert!(!page.contains("<script") && !page.contains("<div"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn links_and_images_of_a_contract_are_their_words() {
        let page =
            rendered("[terms](javascript:x) ![a seal](https://example.org/seal.png) <https://example.org>");
        assert_eq!(page, "<p>terms a seal https://example.org</p>\n");
    }

    #[test]
    fn headings_are_numbered_in_order_and_front_matter_is_left_out() {
        let (page, headings) = contract("---\nid: x\n---\n# One · 一\n\n## 4.1 `Two`\n");
        assert_eq!(headings, ["One · 一", "4.1 Two"]);
        let expected = "<h3 id=\"clause-0\">One · 一</h3>\n<h4 id=\"clause-1\">4.1 <code>Two</code></h4>\n";
        assert_eq!(page.into_string(), expected);
    }
}
