//! What of a body cannot be taken whatever its contract says: too much of it, ids and sources that are another's, characters no
//! database keeps.

use diagnostic::{Bilingual, Diagnostic, Place, Severity};
use evidence::{Datum, Record, Shape};
use memchr::memchr_iter;

use super::{BODY, BODY_BYTES_MAX, Body, ID_BYTES_MAX, RECORDS_MAX};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::stream::{Opened, SHARED, Side};

pub(super) fn check_size(body: &Body) -> Result<(), Failure> {
    check_bytes(body.bytes.len(), BODY_BYTES_MAX)?;
    // A quoted cell of CSV may hold line feeds.
    let lines_max = if body.shape == Shape::Lines { RECORDS_MAX } else { RECORDS_MAX * 20 };
    let lines = memchr_iter(b'\n', &body.bytes).count();
    if lines > lines_max { Err(too_many().into()) } else { Ok(()) }
}

pub(super) fn check_bytes(bytes: usize, most: usize) -> Result<(), Failure> {
    if bytes <= most {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::TooLarge,
        format!("the body has {bytes} bytes; send at most {most} at once"),
        format!("请求体 {bytes} 字节；每次至多 {most} 字节"),
    )
    .into())
}

pub(super) fn too_many() -> Refusal {
    Refusal::new(
        RefusalKind::TooLarge,
        format!("the body has more than {RECORDS_MAX} records; send it in parts"),
        format!("请求体超过 {RECORDS_MAX} 条记录，请分批发送"),
    )
}

/// Why a record that is right by its schema cannot be taken into this stream.
pub(super) fn unfit(record: &Record, opened: &Opened) -> Option<Diagnostic> {
    let id = record.id.as_deref().unwrap_or_default();
    let place = record.place.line;
    if let Some(field) = with_zero(record, opened) {
        let it = Refusal::zero(field).detail;
        let help = ("leave the character out", "请去掉该字符");
        return Some(problem("V0145", place, (it.en, it.zh), help));
    }
    if id.len() > ID_BYTES_MAX {
        let en = format!("the id has {} bytes; at most {ID_BYTES_MAX} are kept", id.len());
        let zh = format!("id 长 {} 字节；至多 {ID_BYTES_MAX} 字节", id.len());
        return Some(problem("V0143", place, (en, zh), ("choose a shorter id", "请使用更短的 id")));
    }
    if id.starts_with(SHARED) || id.starts_with('#') {
        let en = format!("ids that begin with `{SHARED}` or `#` are the platform's own");
        let zh = format!("以 `{SHARED}` 或 `#` 开头的 id 由平台保留");
        return Some(problem("V0143", place, (en, zh), ("choose another id", "请另取 id")));
    }
    let source = record.source.as_deref().unwrap_or_default();
    let foreign = match opened.side {
        Side::Provider => is_of(source, Side::Customer) || is_of(source, Side::Agreed),
        Side::Customer => is_of(source, Side::Agreed),
        Side::Agreed => false,
    };
    foreign.then(|| {
        let en = format!("`{source}` as source says that the other party speaks");
        let zh = format!("来源 `{source}` 表示由另一方提供");
        problem("V0144", place, (en, zh), ("name your own source", "请填写自己的来源"))
    })
}

/// The field of a record whose text has a U+0000.
fn with_zero<'a>(record: &Record, opened: &'a Opened) -> Option<&'a str> {
    let own = [
        ("id", &record.id),
        ("subject", &record.subject),
        ("source", &record.source),
        ("supersedes", &record.supersedes),
        ("reason", &record.reason),
    ];
    let own = own.into_iter().find(|it| it.1.as_deref().is_some_and(|it| it.contains('\0')));
    own.map(|it| it.0).or_else(|| {
        let at = record
            .attributes
            .iter()
            .position(|it| matches!(it, Some(Datum::Text(it)) if it.contains('\0')))?;
        let fact = opened.published.contract.schema.facts.get(record.fact)?;
        fact.attributes.get(at).map(|it| it.name.as_str())
    })
}

/// Whether a source says that it is this side's.
fn is_of(source: &str, side: Side) -> bool {
    source.strip_prefix(side.name()).is_some_and(|it| it.is_empty() || it.starts_with(':'))
}

/// What is wrong with the record that begins at a line of the body.
pub(super) fn problem(
    code: &'static str,
    line: u32,
    message: (String, String),
    help: (&str, &str),
) -> Diagnostic {
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    let place = Place { file: BODY.to_owned(), from: 0, until: 0, line, column: 1 };
    Diagnostic::new(
        code,
        Severity::Error,
        Bilingual::new(message.0, message.1),
        Bilingual::new(help.0, help.1),
    )
    .at(place)
}
