//! A record in the envelope of a CloudEvent 1.0 (JSON format): `type` names the fact by its last word, `source` and `id`
//! together are the record's id, `time` is when it happened where `data` does not say, `data` says the rest.

use std::borrow::Cow;

use crate::intake::array;
use crate::report::{Problem, both, quoted};
use crate::row::{Cell, Row, Span, Value};
use crate::{FactKind, Schema};

/// Keys of `data` that the envelope says already.
const ENVELOPES_OWN: [&str; 3] = ["fact", "id", "source"];
/// Attributes that mean nothing to a record.
const JSON_TYPES: [&str; 2] = ["application/json", "text/json"];

/// The row inside the envelope `event`, whose text is part of `text`.
pub(super) fn row<'t>(event: Row<'t>, text: &'t str, schema: &Schema) -> Result<Row<'t>, Problem> {
    let version = required(&event, "specversion")?;
    if version.0 != "1.0" {
        return Err(wrong(version.1, "`specversion` is not `1.0`", "`specversion` 不是 `1.0`"));
    }
    let (id, id_span) = required(&event, "id")?;
    let (source, source_span) = required(&event, "source")?;
    let (kind, kind_span) = required(&event, "type")?;
    let data = data(&event, text)?;
    let fact = fact_name(kind, schema);
    let begins = match schema.fact(fact).map(|it| it.1.kind) {
        Some(FactKind::Event) => "at",
        _ => "from",
    };
    let mut cells = vec![
        said("fact", kind_span, fact.to_owned()),
        said("id", id_span, format!("{source}|{id}")),
        said("source", source_span, source.to_owned()),
    ];
    for (from, to) in [("subject", "subject"), ("time", begins)] {
        let absent = !data.iter().any(|it| it.key == to && it.value != Value::Null);
        if let Some(cell) = event.cell(from).filter(|_| absent) {
            cells.push(Cell { key: to.into(), ..cell.clone() });
        }
    }
    if let Some(cell) = data.iter().find(|it| ENVELOPES_OWN.contains(&it.key.as_ref())) {
        return Err(wrong(
            cell.key_span,
            "the envelope says this already: `type`, `source` and `id`",
            "信封的 `type`、`source`、`id` 已说明此项",
        ));
    }
    cells.extend(data.into_iter().filter(|it| it.value != Value::Null));
    Ok(Row { start: event.start, span: event.span, cells })
}

/// The last word of `cn.sla.outage.v1` that is no version.
fn fact_name<'k>(kind: &'k str, schema: &Schema) -> &'k str {
    let words = kind.rsplit('.');
    let is_version =
        |it: &&str| it.strip_prefix('v').is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
    let mut words = words.skip_while(|it| is_version(it) && schema.fact(it).is_none());
    words.next().unwrap_or(kind)
}

/// A text of the envelope that must be there.
fn required<'e>(event: &'e Row<'_>, key: &str) -> Result<(&'e str, Span), Problem> {
    match event.cell(key).map(|it| (&it.value, it.span)) {
        Some((Value::Text(text), span)) if !text.is_empty() => Ok((text, span)),
        found => {
            let span = found.map_or(event.span, |it| it.1);
            Err(wrong(span, &format!("the event lacks a text `{key}`"), &format!("事件缺少文本 `{key}`")))
        }
    }
}

fn data<'t>(event: &Row<'t>, text: &'t str) -> Result<Vec<Cell<'t>>, Problem> {
    if let Some(cell) = event.cell("data_base64") {
        return Err(wrong(cell.key_span, "`data_base64` is not read", "不读取 `data_base64`"));
    }
    if let Some(cell) = event.cell("datacontenttype")
        && let Value::Text(kind) = &cell.value
        && !JSON_TYPES.contains(&kind.split(';').next().unwrap_or_default().trim())
    {
        let kind = quoted(kind);
        return Err(wrong(cell.span, &format!("`data` is `{kind}`"), &format!("`data` 为 `{kind}`")));
    }
    match event.cell("data") {
        None => Ok(Vec::new()),
        Some(cell) if cell.value == Value::Object => {
            let inside = text.get(cell.span.from..cell.span.until).unwrap_or_default();
            array::object(inside, cell.span.from)
        }
        Some(cell) => Err(wrong(cell.span, "`data` is no object", "`data` 不是对象")),
    }
}

fn said(key: &'static str, span: Span, text: String) -> Cell<'static> {
    Cell { key: key.into(), key_span: span, value: Value::Text(Cow::Owned(text)), span }
}

fn wrong(span: Span, en: &str, zh: &str) -> Problem {
    Problem::error(
        "V0142",
        span,
        both(en, zh),
        both(
            "send CloudEvents 1.0 in JSON, `data` an object with the record's times and attributes",
            "请发送 JSON 格式的 CloudEvents 1.0，`data` 为含时间与属性的对象",
        ),
    )
}
