//! Words and phrases: how a term is compared, and what the last word of a term can be.

/// A word of a script with capitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) from: usize,
    pub(super) until: usize,
    /// In small letters and the singular.
    pub(super) key: String,
    /// It begins with a capital and has a small letter, or is an abbreviation.
    pub(super) capital: bool,
}

/// Words in front of a term that make no other term.
pub(super) const MODIFIERS: [&str; 14] = [
    "affected",
    "applicable",
    "relevant",
    "respective",
    "such",
    "each",
    "any",
    "all",
    "other",
    "new",
    "current",
    "the",
    "this",
    "that",
];

/// What agreements define. Names of products, places and offices end in other words.
const HEADS: [&str; 49] = [
    "fee",
    "charge",
    "credit",
    "price",
    "period",
    "cycle",
    "date",
    "hour",
    "minute",
    "month",
    "quarter",
    "event",
    "incident",
    "outage",
    "downtime",
    "uptime",
    "availability",
    "unavailability",
    "interruption",
    "percentage",
    "rate",
    "ratio",
    "level",
    "indicator",
    "amount",
    "cap",
    "limit",
    "target",
    "threshold",
    "objective",
    "commitment",
    "guarantee",
    "interval",
    "duration",
    "deadline",
    "breach",
    "exclusion",
    "exception",
    "measurement",
    "metric",
    "penalty",
    "remedy",
    "claim",
    "notice",
    "failure",
    "degradation",
    "latency",
    "maintenance",
    "majeure",
];

/// Words that end terms only after one of these.
const HEADS_AFTER: [(&str, &[&str]); 6] = [
    ("day", &["business", "working", "calendar", "service", "billing", "banking", "credit", "support"]),
    ("year", &["fiscal", "contract", "calendar", "service", "billing", "agreement"]),
    ("term", &["initial", "renewal", "subscription", "service", "contract", "order"]),
    ("window", &["maintenance", "change", "measurement", "claim", "service", "reporting"]),
    ("data", &["customer", "client", "user", "personal", "service", "measurement", "monitoring"]),
    (
        "time",
        &[
            "response",
            "resolution",
            "repair",
            "restoration",
            "recovery",
            "service",
            "down",
            "up",
            "outage",
            "available",
            "unavailable",
        ],
    ),
];

/// How terms end in Chinese.
const HAN_HEADS: [&str; 30] = [
    "费",
    "费用",
    "时间",
    "时长",
    "率",
    "金额",
    "总额",
    "积分",
    "抵扣",
    "期间",
    "周期",
    "期限",
    "工作日",
    "服务日",
    "小时",
    "分钟",
    "事件",
    "故障",
    "中断",
    "维护",
    "窗口",
    "等级",
    "级别",
    "水平",
    "指标",
    "上限",
    "阈值",
    "可用性",
    "服务月",
    "代金券",
];

pub(super) fn is_han(letter: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&letter)
}

/// The words of a text, Chinese left out.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut from = None;
    let joins = |it: char| matches!(it, '-' | '\'' | '’');
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, letter) in ends {
        let inside = (letter.is_alphanumeric() && !is_han(letter)) || (from.is_some() && joins(letter));
        match (inside, from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                words.extend(text.get(start..at).map(|it| word(it.trim_end_matches(joins), start)));
                from = None;
            }
            _ => {}
        }
    }
    words
}

fn word(text: &str, from: usize) -> Word {
    let upper = text.starts_with(|it: char| it.is_uppercase());
    let short = text.chars().all(|it| it.is_uppercase()) && (2..=5).contains(&text.len());
    let capital = upper && (short || text.chars().any(char::is_lowercase));
    Word { from, until: from + text.len(), key: singular(&text.to_lowercase()), capital }
}

/// `credits` as `credit`, `the month's` as `the month`.
fn singular(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    match word.strip_suffix("ies").filter(|it| it.len() > 1) {
        Some(stem) => format!("{stem}y"),
        None => {
            let plural = word.len() > 3
                && word.ends_with('s')
                && !["ss", "us", "is"].iter().any(|it| word.ends_with(it));
            word.strip_suffix('s').filter(|_| plural).unwrap_or(word).to_owned()
        }
    }
}

/// What two ways of writing one term share: `Monthly Fees`, `monthly_fee`; Chinese without spaces.
pub(super) fn key(text: &str) -> String {
    if text.chars().any(is_han) {
        return text
            .chars()
            .filter(|it| !it.is_whitespace() && *it != '_')
            .flat_map(char::to_lowercase)
            .collect();
    }
    let plain = text.replace('_', " ");
    words(&plain).into_iter().map(|it| it.key).collect::<Vec<_>>().join(" ")
}

/// Where a term stands in a text, whatever the case and number of its words.
pub(super) fn places(term: &str, text: &str, words: &[Word]) -> Vec<(usize, usize)> {
    if term.chars().any(is_han) {
        return text.match_indices(term).map(|(at, it)| (at, at + it.len())).collect();
    }
    let parts: Vec<&str> = term.split(' ').collect();
    let same = |run: &&[Word]| run.iter().map(|it| it.key.as_str()).eq(parts.iter().copied());
    let ends = |run: &[Word]| Some((run.first()?.from, run.last()?.until));
    words.windows(parts.len().max(1)).filter(same).filter_map(ends).collect()
}

/// Whether a phrase ends as terms do.
pub(super) fn ends_as_term(words: &[Word]) -> bool {
    let Some((last, before)) = words.split_last() else { return false };
    let after = HEADS_AFTER.iter().find(|it| it.0 == last.key);
    match (after, before.last()) {
        (Some((_, allowed)), Some(before)) => allowed.contains(&before.key.as_str()),
        _ => HEADS.contains(&last.key.as_str()),
    }
}

pub(super) fn ends_as_han_term(text: &str) -> bool {
    HAN_HEADS.iter().any(|it| text.ends_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_the_same_in_capitals_plural_and_as_a_name() {
        for (one, other) in [
            ("Monthly Fees", "monthly_fee"),
            ("Service Penalties", "service penalty"),
            ("the Customer’s Fee", "The customer fee"),
            ("月 服务费", "月服务费"),
            ("On-Call Hours", "on-call hour"),
        ] {
            assert_eq!(key(one), key(other));
        }
        assert_ne!(key("Status"), key("Statu"));
    }

    #[test]
    fn names_of_products_and_holidays_do_not_end_as_terms() {
        for (text, expected) in [
            ("Monthly Fee", true),
            ("Compute Minutes", true),
            ("Business Days", true),
            ("Christmas Day", false),
            ("Eastern Standard Time", false),
            ("Response Time", true),
            ("Alibaba Cloud", false),
            ("Microsoft Windows", false),
        ] {
            assert_eq!(ends_as_term(&words(text)), expected, "{text}");
        }
    }
}
