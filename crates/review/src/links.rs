//! Links of the prose: addresses that cannot be what their texts say.

use std::collections::BTreeSet;

use language::contract::Contract;
use language::syntax::document::Link;

use crate::report::{Case, Finding, Report};
use crate::show::both;

/// Words that name no one.
const COMMON: [&str; 24] = [
    "sla",
    "slas",
    "service",
    "services",
    "level",
    "agreement",
    "agreements",
    "the",
    "of",
    "for",
    "and",
    "a",
    "an",
    "cloud",
    "our",
    "terms",
    "here",
    "see",
    "link",
    "page",
    "policy",
    "website",
    "official",
    "online",
];
/// The same in Chinese.
const COMMON_ZH: [&str; 12] = [
    "服务等级协议",
    "服务水平协议",
    "服务协议",
    "协议",
    "服务",
    "官网",
    "官方",
    "网站",
    "链接",
    "条款",
    "云",
    "的",
];

/// Dead and mismatched links.
pub(crate) fn check(contract: &Contract, report: &mut Report) {
    for link in &contract.links {
        if matches!(link.target.trim(), "" | "#") {
            let message = both(
                format!("the link `{}` leads nowhere", link.text),
                format!("链接“{}”没有地址", link.text),
            );
            let help = both("give the address, or write the text without a link", "请补充地址，或去掉链接");
            report.add(Finding::warning("R0422", link.span, message, help), Vec::new());
        }
    }
    let outside: Vec<&Link> = contract.links.iter().filter(|it| it.target.contains("://")).collect();
    for (at, link) in outside.iter().enumerate() {
        for earlier in outside.iter().take(at).filter(|it| address(it) == address(link) && differ(it, link)) {
            mismatched(earlier, link, report);
        }
    }
}

fn address(link: &Link) -> String {
    link.target.trim().trim_end_matches('/').to_lowercase()
}

/// Two texts that name different things, in a script they share.
fn differ(a: &Link, b: &Link) -> bool {
    let (latin_a, latin_b) = (latin(&a.text), latin(&b.text));
    let (han_a, han_b) = (han(&a.text), han(&b.text));
    let latin_differs = !latin_a.is_empty() && !latin_b.is_empty() && latin_a.is_disjoint(&latin_b);
    let han_differs =
        !han_a.is_empty() && !han_b.is_empty() && !han_a.contains(&han_b) && !han_b.contains(&han_a);
    latin_differs || (han_differs && (latin_a.is_empty() || latin_b.is_empty()))
}

fn latin(text: &str) -> BTreeSet<String> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric()).map(str::to_lowercase);
    words.filter(|it| !it.is_empty() && !COMMON.contains(&it.as_str())).collect()
}

fn han(text: &str) -> String {
    let mut left: String = text.chars().filter(|it| ('\u{4e00}'..='\u{9fff}').contains(it)).collect();
    for word in COMMON_ZH {
        left = left.replace(word, "");
    }
    left
}

fn mismatched(earlier: &Link, later: &Link, report: &mut Report) {
    // The one whose words the address does not contain is the one that went astray.
    let (wrong, right) =
        if named_by(earlier) || !named_by(later) { (later, earlier) } else { (earlier, later) };
    let message = both(
        format!("mismatched link: `{}` leads to {}", wrong.text, wrong.target),
        format!("链接不符：“{}”指向 {}", wrong.text, wrong.target),
    );
    let note =
        both(format!("`{}` leads to the same address", right.text), format!("“{}”指向同一地址", right.text));
    let help = both("give each its own address", "请分别填写各自的地址");
    report.add(Finding::warning("R0421", wrong.span, message, help), vec![Case::always(note)]);
}

fn named_by(link: &Link) -> bool {
    let address = address(link);
    latin(&link.text).iter().any(|it| address.contains(it))
}
