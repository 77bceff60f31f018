//! What is wrong between records, in words, at the line of the one that can be mended.

use diagnostic::Severity;

use crate::Record;
use crate::report::{Problem, Report, both, quoted};
use crate::revision::Fault;
use crate::row::{Span, Start};

/// Ids of a circle that are listed.
const LISTED_MAX: usize = 8;

pub(super) fn byte_order_mark(span: Span) -> Problem {
    Problem::error(
        "V0102",
        span,
        both("the file begins with a byte order mark", "文件以字节顺序标记（BOM）开头"),
        both("save it as UTF-8 without BOM", "请保存为不带 BOM 的 UTF-8"),
    )
}

/// Several lines of one file are exact copies of earlier ones.
pub(super) fn copies(copies: &[&Record], report: &mut Report<'_>) {
    let (count, nameless) = (copies.len(), copies.iter().filter(|it| it.id.is_none()).count());
    let help = if nameless > 0 {
        both(
            "if they are different things that look alike, give each an `id`",
            "如果它们其实是不同的事，请为每条记录加上 `id`",
        )
    } else {
        both("nothing needs mending", "无需处理")
    };
    let message = both(
        format!("exact copies of other records, this one first: {count}; a copy does not count again"),
        format!("与其他记录完全相同的记录（自本条起）：{count} 条；相同的记录只计一次"),
    );
    at(copies.first().copied(), report, |span| {
        Problem::error("V0135", span, message, help).weighing(Severity::Note)
    });
}

/// Reports what is wrong with revisions.
pub(super) fn fault(records: &[Record], fault: &Fault, report: &mut Report<'_>) {
    let record = |at: usize| records.get(at);
    match fault {
        Fault::SameId { first, second } => pair(record(*first), record(*second), report, same_id),
        Fault::NoOrder { first, second } => pair(record(*first), record(*second), report, no_order),
        Fault::Early { revision, original } => pair(record(*original), record(*revision), report, early),
        Fault::Unknown { record: it } => {
            let id = superseded(record(*it));
            at(record(*it), report, |span| unknown(span, &id));
        }
        Fault::Circle { record: it, ids } => at(record(*it), report, |span| circle(span, ids)),
    }
}

type Tell = fn(Span, &str) -> Problem;

/// Tells it at the later line and names the other.
fn pair(one: Option<&Record>, other: Option<&Record>, report: &mut Report<'_>, tell: Tell) {
    let (Some(one), Some(other)) = (one, other) else { return };
    let (first, second) = if one.place <= other.place { (one, other) } else { (other, one) };
    let id = quoted(one.id.as_deref().unwrap_or_default());
    let file = report.file(first.place.file).map_or("", |it| &it.name).to_owned();
    let line = first.place.line;
    let note = both(format!("the other one is at {file}:{line}"), format!("另一条在 {file}:{line}"));
    at(Some(second), report, |span| tell(span, &id).note(note));
}

/// Adds a problem at the record's line. Places are looked up only while they will be shown.
fn at(record: Option<&Record>, report: &mut Report<'_>, problem: impl FnOnce(Span) -> Problem) {
    let Some(record) = record else { return };
    let place = record.place;
    let line = usize::try_from(place.line).unwrap_or(usize::MAX);
    let bytes = report.file(place.file).map_or(&[][..], |it| &it.bytes);
    let span = if report.is_full(place.file) { Span::default() } else { line_span(bytes, line) };
    report.add(Start { file: place.file, line, byte: span.from }, problem(span));
}

/// The bytes of a 1-based line, without its end.
fn line_span(bytes: &[u8], line: usize) -> Span {
    let mut from = 0;
    for (index, text) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if index + 1 == line {
            return Span { from, until: from + text.trim_ascii_end().len() };
        }
        from += text.len() + 1;
    }
    Span::default()
}

fn superseded(record: Option<&Record>) -> String {
    quoted(record.and_then(|it| it.supersedes.as_deref()).unwrap_or_default())
}

fn same_id(span: Span, id: &str) -> Problem {
    Problem::error(
        "V0130",
        span,
        both(
            format!("two different records have the id `{id}`"),
            format!("两条不同的记录使用了同一 id `{id}`"),
        ),
        both(
            format!("give one another id, or, if it corrects the other, add `\"supersedes\": \"{id}\"`"),
            format!("请为其中一条另取 id；如果是更正另一条，请加上 `\"supersedes\": \"{id}\"`"),
        ),
    )
}

fn unknown(span: Span, id: &str) -> Problem {
    Problem::error(
        "V0131",
        span,
        both(
            format!("no record has the id `{id}` that this one supersedes"),
            format!("本记录所取代的 id `{id}` 不存在"),
        ),
        both(
            "give the file with that record as well, or mend the id",
            "请同时提供含有该记录的文件，或改正 id",
        ),
    )
}

fn circle(span: Span, ids: &[String]) -> Problem {
    let shown: Vec<String> = ids.iter().take(LISTED_MAX).map(|it| format!("`{}`", quoted(it))).collect();
    let more = if ids.len() > LISTED_MAX { " → …" } else { "" };
    let path = shown.join(" → ") + more;
    Problem::error(
        "V0132",
        span,
        both(
            format!("these records supersede one another in a circle: {path}"),
            format!("这些记录循环取代：{path}"),
        ),
        both(
            "the last correction supersedes the one before it; nothing supersedes the last",
            "后一次更正取代前一次；最后一次不再被取代",
        ),
    )
}

fn no_order(span: Span, id: &str) -> Problem {
    Problem::error(
        "V0133",
        span,
        both(
            format!("two versions of `{id}` do not say which of them is later"),
            format!("`{id}` 的两个版本没有写明先后"),
        ),
        both("give each version its own `recorded_at`", "请为每个版本写上各自的 `recorded_at`"),
    )
}

fn early(span: Span, id: &str) -> Problem {
    Problem::error(
        "V0134",
        span,
        both(
            format!("a correction of `{id}` was recorded before what it corrects"),
            format!("对 `{id}` 的更正早于被更正的记录"),
        ),
        both(
            "the correction stands all the same; check both `recorded_at`",
            "更正仍然有效；请核对两条记录的 `recorded_at`",
        ),
    )
    .weighing(Severity::Warning)
}
