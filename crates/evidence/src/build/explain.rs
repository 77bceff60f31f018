//! Why a row is no record of its fact, in words.

use crate::keys::KEYS;
use crate::nearest::nearest;
use crate::report::{Problem, both, quoted};
use crate::row::{Cell, Span};
use crate::{Attribute, AttributeKind, FactKind, FactSchema, Schema};

/// Names listed in one help at most.
const LISTED_MAX: usize = 12;

pub(super) fn no_fact(span: Span, schema: &Schema) -> Problem {
    let (known, zh_known) = fact_names(schema);
    Problem::error(
        "V0110",
        span,
        both("the record does not say which fact it is of", "记录没有写明属于哪个事实"),
        both(
            format!("add `fact`; the contract declares {known}"),
            format!("请加上 `fact`；合同声明了{zh_known}"),
        ),
    )
}

pub(super) fn unknown_fact(span: Span, name: &str, meant: Option<&str>, schema: &Schema) -> Problem {
    let (known, zh_known) = fact_names(schema);
    let help = match meant {
        Some(meant) => both(format!("did you mean `{meant}`?"), format!("是否想写 `{meant}`？")),
        None => both(format!("the contract declares {known}"), format!("合同声明了{zh_known}")),
    };
    let name = quoted(name);
    let message = both(format!("unknown fact `{name}`"), format!("未知事实 `{name}`"));
    Problem::error("V0111", span, message, help)
}

pub(super) fn unknown_key(cell: &Cell<'_>, declared: &FactSchema) -> Problem {
    let attributes = declared.attributes.iter().map(|it| it.name.as_str());
    let (key, fact) = (quoted(&cell.key), &declared.name);
    let message =
        both(format!("`{key}` is not an attribute of `{fact}`"), format!("`{key}` 不是 `{fact}` 的属性"));
    let (known, zh_known) = list(attributes.clone());
    let help = match nearest(&cell.key, attributes.chain(KEYS)) {
        Some(meant) => both(format!("did you mean `{meant}`?"), format!("是否想写 `{meant}`？")),
        None => both(format!("`{fact}` declares {known}"), format!("`{fact}` 声明了{zh_known}")),
    };
    Problem::error("V0112", cell.key_span, message, help)
}

/// A column that no fact of the schema declares.
pub(crate) fn unknown_column(span: Span, name: &str, schema: &Schema) -> Problem {
    let attributes = schema.facts.iter().flat_map(|fact| &fact.attributes).map(|it| it.name.as_str());
    let help = match nearest(name, attributes.chain(KEYS)) {
        Some(meant) => both(format!("did you mean `{meant}`?"), format!("是否想写 `{meant}`？")),
        None => both(
            "name each column after a key of records or an attribute of a fact, or leave the column out",
            "列名须是记录的键或事实的属性；否则请删去该列",
        ),
    };
    let name = quoted(name);
    let message = both(
        format!("no fact of the contract has an attribute `{name}`"),
        format!("合同中没有任何事实声明属性 `{name}`"),
    );
    Problem::error("V0112", span, message, help)
}

pub(super) fn missing_attribute(span: Span, attribute: &Attribute, declared: &FactSchema) -> Problem {
    let (name, fact) = (&attribute.name, &declared.name);
    let example = example(&attribute.kind);
    Problem::error(
        "V0113",
        span,
        both(format!("the record of `{fact}` lacks `{name}`"), format!("`{fact}` 的记录缺少 `{name}`")),
        both(
            format!("add it, as {example}, or declare it `{name}: …?` if it may be absent"),
            format!("请补上，例如 {example}；如果可以缺省，请在合同中声明为 `{name}: …?`"),
        ),
    )
}

pub(super) fn empty_name(cell: &Cell<'_>) -> Problem {
    let key = quoted(&cell.key);
    Problem::error(
        "V0114",
        cell.span,
        both(format!("`{key}` is an empty text"), format!("`{key}` 是空文本")),
        both("name it, or leave the key out", "请填写名称，或省略该键"),
    )
}

pub(super) fn foreign_time(cell: &Cell<'_>, kind: FactKind) -> Problem {
    let key = quoted(&cell.key);
    let (name, zh_name) = (with_article(kind), zh(kind));
    Problem::error(
        "V0123",
        cell.key_span,
        both(format!("the record of {name} has no `{key}`"), format!("{zh_name}的记录没有 `{key}`")),
        match kind {
            FactKind::Event => {
                both("an event happens at one instant: write `at`", "事件发生在一个时刻：请写 `at`")
            }
            FactKind::Span => {
                both("a span lasts: write `from` and `until`", "时段有起止：请写 `from` 和 `until`")
            }
            FactKind::Request => both(
                "a request is asked and answered: write `from` and `until`",
                "请求有提出与答复：请写 `from` 和 `until`",
            ),
        },
    )
}

pub(super) fn missing_time(span: Span, key: &str, kind: FactKind) -> Problem {
    let (name, zh_name) = (with_article(kind), zh(kind));
    Problem::error(
        "V0124",
        span,
        both(format!("the record of {name} lacks `{key}`"), format!("{zh_name}的记录缺少 `{key}`")),
        both(
            format!("add it, as \"{key}\": \"2026-10-01T00:00:00+08:00\""),
            format!("请补上，例如 \"{key}\": \"2026-10-01T00:00:00+08:00\""),
        ),
    )
}

pub(super) fn backwards(cell: &Cell<'_>, empty: bool) -> Problem {
    let message = if empty {
        both("`until` equals `from`: the span is empty", "`until` 等于 `from`：时段为空")
    } else {
        both("`until` is before `from`", "`until` 早于 `from`")
    };
    let help = both(
        "`until` is the first instant after the end; leave it out while the end is still open",
        "`until` 是结束后的第一个时刻；尚未结束时请省略",
    );
    Problem::error("V0125", cell.span, message, help)
}

pub(super) fn withdraws_nothing(span: Span) -> Problem {
    Problem::error(
        "V0126",
        span,
        both("the withdrawal does not say which record it takes back", "撤回没有写明撤回哪条记录"),
        both("add `supersedes` with the id of that record", "请用 `supersedes` 写明该记录的 id"),
    )
}

fn with_article(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Span => "a span",
        FactKind::Event => "an event",
        FactKind::Request => "a request",
    }
}

fn zh(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Span => "时段",
        FactKind::Event => "事件",
        FactKind::Request => "请求",
    }
}

fn fact_names(schema: &Schema) -> (String, String) {
    list(schema.facts.iter().map(|it| it.name.as_str()))
}

/// The names in backticks, the first dozen of them, as an English and a Chinese list; `—` for none.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> (String, String) {
    let shown: Vec<String> = names.take(LISTED_MAX).map(|it| format!("`{it}`")).collect();
    if shown.is_empty() {
        ("—".to_owned(), "—".to_owned())
    } else {
        (shown.join(", "), shown.join("、"))
    }
}

fn example(kind: &AttributeKind) -> String {
    match kind {
        AttributeKind::Number => "`12.5`".to_owned(),
        AttributeKind::Money => "`\"200.00 USD\"`".to_owned(),
        AttributeKind::Duration => "`\"90 s\"`".to_owned(),
        AttributeKind::Instant => "`\"2026-10-01T00:00:00+08:00\"`".to_owned(),
        AttributeKind::Date => "`\"2026-10-01\"`".to_owned(),
        AttributeKind::Text => "`\"…\"`".to_owned(),
        AttributeKind::Truth => "`true`".to_owned(),
        AttributeKind::OneOf(words) | AttributeKind::Cause(words) => {
            format!("`\"{}\"`", words.first().map_or("…", String::as_str))
        }
        AttributeKind::Unit(unit) => format!("`\"3.5 {unit}\"`"),
    }
}
