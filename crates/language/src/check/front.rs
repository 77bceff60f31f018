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
    let span = Span { from: 0, until: document.body.min(3) };
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
    let id = get("id").and_then(|it| parsed(it, problems, ID, identifier)).unwrap_or_default();
    let title = first("title").unwrap_or_else(|| id.clone());
    let title_zh = first("title_zh").unwrap_or_else(|| title.clone());
    let records =
        get("records").and_then(|it| parsed(it, problems, RECORDS, |it| (it == "tenant").then_some(())));
    Front {
        version: first("version").unwrap_or_default(),
        title: Bilingual::new(title, title_zh),
        effective: get("effective").and_then(|it| parsed(it, problems, DATE, Date::parse)),
        provider: first("provider"),
        customer: first("customer"),
        amendment: get("amendment").and_then(|it| parsed(it, problems, AMENDMENT, amendment)),
        zone: zone(get("zone"), problems),
        currency: get("currency").and_then(|it| parsed(it, problems, CURRENCY, Currency::parse)),
        rounding: get("rounding").and_then(|it| parsed(it, problems, ROUNDING, Rounding::parse)),
        records_name_tenant: records.is_some(),
        span,
        id,
    }
}

/// What a value must be, in both languages.
type Wanted = (&'static str, &'static str);

const ID: Wanted = ("a name of lower-case letters, digits and hyphens", "由小写字母、数字和连字符组成的名称");
const RECORDS: Wanted = ("tenant", "tenant");
const DATE: Wanted = ("a date like 2026-01-31", "形如 2026-01-31 的日期");
const AMENDMENT: Wanted = (
    "mutual, continued_use, pinned_until_renewal or notice",
    "mutual、continued_use、pinned_until_renewal 或 notice",
);
const CURRENCY: Wanted = ("an ISO 4217 code such as CNY", "ISO 4217 币种代码，例如 CNY");
const ROUNDING: Wanted = (
    "half_up, half_even, half_down, up, down, ceiling or floor",
    "half_up、half_even、half_down、up、down、ceiling 或 floor",
);
const ZONE: Wanted = (
    "an IANA zone such as Asia/Shanghai, or an offset such as +08:00",
    "IANA 时区名（例如 Asia/Shanghai）或偏移量（例如 +08:00）",
);

/// An empty value is missing, not wrong.
fn identifier(text: &str) -> Option<String> {
    let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    text.chars().all(fits).then(|| text.to_owned())
}

fn amendment(word: &str) -> Option<String> {
    ["mutual", "continued_use", "pinned_until_renewal", "notice"].contains(&word).then(|| word.to_owned())
}

fn zone(entry: Option<&Entry>, problems: &mut Vec<Problem>) -> Zone {
    let Some(entry) = entry.filter(|it| it.values.first().is_some_and(|it| !it.is_empty())) else {
        return Zone::utc();
    };
    parsed(entry, problems, ZONE, |it| Zone::named(it).ok()).unwrap_or_else(Zone::utc)
}

fn parsed<T>(
    entry: &Entry,
    problems: &mut Vec<Problem>,
    wanted: Wanted,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let value = entry.values.first().map(String::as_str).unwrap_or_default();
    let found = read(value);
    if found.is_none() {
        let near = guess(&entry.key, value);
        let near = near.map(|it| (format!("did you mean `{it}`?"), format!("是否想写 `{it}`？")));
        let help = near.unwrap_or_else(|| (format!("write {}", wanted.0), format!("请写{}", wanted.1)));
        problems.push(Problem::error(
            "E0016",
            entry.span,
            both(
                format!("expected {} as `{}`, found `{value}`", wanted.0, entry.key),
                format!("`{}` 应为{}，却是 `{value}`", entry.key, wanted.1),
            ),
            both(help.0, help.1),
        ));
    }
    found
}

/// What somebody probably meant.
fn guess(key: &str, value: &str) -> Option<String> {
    match key {
        "currency" if value.eq_ignore_ascii_case("rmb") || value == "人民币" => Some("CNY".to_owned()),
        "currency" => Currency::parse(&value.to_ascii_uppercase()).map(|_| value.to_ascii_uppercase()),
        "zone" => match Zone::named(value) {
            Err(unknown) => {
                let names: Vec<&str> = Zone::names().collect();
                unknown.nearest.or_else(|| super::scope::nearest(value, names).map(str::to_owned))
            }
            Ok(_) => None,
        },
        _ => None,
    }
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
