//! The front matter: who, which version, which zone, which currency.

use calendar::{Date, Zone};
use diagnostic::Bilingual;
use quantity::{Currency, Rounding};

use crate::problem::{Problem, both};
use crate::syntax::document::{Document, Entry};
use crate::syntax::token::Span;

/// The front matter, understood.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) title: Bilingual,
    pub(crate) effective: Option<Date>,
    pub(crate) provider: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) amendment: Option<String>,
    pub(crate) zone: Zone,
    pub(crate) currency: Option<Currency>,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) records_name_tenant: bool,
    pub(crate) span: Span,
}

const KEYS: [&str; 14] = [
    "id",
    "version",
    "title",
    "title_zh",
    "effective",
    "zone",
    "currency",
    "provider",
    "customer",
    "languages",
    "amendment",
    "rounding",
    "records",
    "source",
];

/// Understands the front matter; what is missing or wrong is reported and replaced by something harmless.
pub(crate) fn read(document: &Document, problems: &mut Vec<Problem>) -> Front {
    let span = Span { from: 0, until: document.body };
    for entry in &document.front {
        if !KEYS.contains(&entry.key.as_str()) {
            problems.push(unknown_key(entry));
        }
    }
    let get = |key: &str| document.front.iter().find(|it| it.key == key);
    let first = |key: &str| get(key).and_then(|it| it.values.first().cloned());
    for key in ["id", "version", "zone"] {
        if first(key).is_none_or(|it| it.is_empty()) && document.body > 0 {
            problems.push(missing_key(key, span));
        }
    }
    let id = first("id").unwrap_or_default();
    let title = first("title").unwrap_or_else(|| id.clone());
    let title_zh = first("title_zh").unwrap_or_else(|| title.clone());
    Front {
        version: first("version").unwrap_or_default(),
        title: Bilingual::new(title, title_zh),
        effective: get("effective")
            .and_then(|it| parsed(it, problems, "a date like 2026-01-31", Date::parse)),
        provider: first("provider"),
        customer: first("customer"),
        amendment: get("amendment").and_then(|it| {
            parsed(it, problems, "mutual, continued_use, pinned_until_renewal or notice", amendment)
        }),
        zone: zone(get("zone"), problems),
        currency: get("currency")
            .and_then(|it| parsed(it, problems, "an ISO 4217 code such as USD", Currency::parse)),
        rounding: get("rounding").and_then(|it| {
            parsed(it, problems, "half_up, half_even, half_down, up, down, ceiling or floor", Rounding::parse)
        }),
        records_name_tenant: first("records").as_deref() == Some("tenant"),
        span,
        id,
    }
}

fn amendment(word: &str) -> Option<String> {
    ["mutual", "continued_use", "pinned_until_renewal", "notice"].contains(&word).then(|| word.to_owned())
}

fn zone(entry: Option<&Entry>, problems: &mut Vec<Problem>) -> Zone {
    let named = entry.and_then(|it| {
        parsed(it, problems, "an IANA zone such as Asia/Shanghai, or an offset such as +08:00", |it| {
            Zone::named(it).ok()
        })
    });
    named.unwrap_or_else(Zone::utc)
}

fn parsed<T>(
    entry: &Entry,
    problems: &mut Vec<Problem>,
    wanted: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let value = entry.values.first().map(String::as_str).unwrap_or_default();
    let found = read(value);
    if found.is_none() {
        problems.push(Problem::error(
            "E0016",
            entry.span,
            both(
                format!("`{}: {value}` is not {wanted}", entry.key),
                format!("`{}: {value}` 的值不正确", entry.key),
            ),
            both(format!("write {wanted}"), format!("请写：{wanted}")),
        ));
    }
    found
}

fn unknown_key(entry: &Entry) -> Problem {
    let near = super::scope::nearest(&entry.key, KEYS);
    let help = near.map_or_else(
        || both(format!("known keys: {}", KEYS.join(", ")), format!("可用的键：{}", KEYS.join("、"))),
        |it| both(format!("did you mean `{it}`?"), format!("是否想写 `{it}`？")),
    );
    Problem::error(
        "E0015",
        entry.span,
        both(
            format!("unknown key `{}` in the front matter", entry.key),
            format!("前置信息中有未知的键 `{}`", entry.key),
        ),
        help,
    )
}

fn missing_key(key: &str, span: Span) -> Problem {
    Problem::error(
        "E0017",
        span,
        both(format!("the front matter lacks `{key}`"), format!("前置信息缺少 `{key}`")),
        both(format!("add a line `{key}: …`"), format!("请添加一行 `{key}: …`")),
    )
}
