//! Why a written value cannot be taken, in words, with the text that would have been right.

use calendar::{InstantError, TimeOfDay, Zone, parse_instant};
use quantity::{Base, Currency, Unit};

use super::number::{DIGITS_MAX, NumberError};
use crate::report::{Problem, both, quoted};
use crate::row::{Cell, Span, Value};

/// Another kind of value stands where one was expected; `expected` in both languages.
pub(super) fn wrong_kind(cell: &Cell<'_>, expected: (&str, &str)) -> Problem {
    let (en, zh) = match &cell.value {
        Value::Null => ("`null`".to_owned(), "`null`".to_owned()),
        Value::Truth(it) => (format!("`{it}`"), format!("`{it}`")),
        Value::Number(text) => (format!("the number `{}`", quoted(text)), format!("数字 `{}`", quoted(text))),
        Value::Text(text) => (format!("the text `{}`", quoted(text)), format!("文本 `{}`", quoted(text))),
        Value::List => ("a list".to_owned(), "列表".to_owned()),
        Value::Object => ("an object".to_owned(), "对象".to_owned()),
    };
    let key = quoted(&cell.key);
    let message = both(
        format!("expected {} for `{key}`, found {en}", expected.0),
        format!("`{key}` 应为{}，实际为{zh}", expected.1),
    );
    let help = both(format!("write {}", expected.0), format!("请写{}", expected.1));
    Problem::error("V0114", cell.span, message, help)
}

pub(super) fn number(span: Span, text: &str, error: NumberError) -> Problem {
    let found = quoted(text);
    match error {
        NumberError::Malformed => Problem::error(
            "V0114",
            span,
            both(format!("expected a number, found `{found}`"), format!("应为数字，实际为 `{found}`")),
            both(
                "write digits with at most one point: `1234.5`; no separators, no sign but `-`",
                "只写数字和至多一个小数点，例如 `1234.5`；不写千位分隔符，符号只能是 `-`",
            ),
        ),
        NumberError::TooLong => Problem::error(
            "V0115",
            span,
            both(
                format!("`{found}` has more than {DIGITS_MAX} digits"),
                format!("`{found}` 超过 {DIGITS_MAX} 位数字"),
            ),
            both("write no more digits than were measured", "请只保留实际测得的位数"),
        ),
    }
}

pub(super) fn no_currency(span: Span, text: &str, code: &str) -> Problem {
    let amount = quoted(text);
    Problem::error(
        "V0116",
        span,
        both(format!("the amount `{amount}` names no currency"), format!("金额 `{amount}` 没有写明币种")),
        both(format!("write `\"{amount} {code}\"`"), format!("请写成 `\"{amount} {code}\"`")),
    )
}

pub(super) fn other_currency(span: Span, word: &str, currency: Option<Currency>) -> Problem {
    let word = quoted(word);
    let (message, help) = match currency {
        Some(it) => (
            both(
                format!("expected an amount in {it}, found `{word}`"),
                format!("应为 {it} 金额，实际为 `{word}`"),
            ),
            both(
                "amounts are never converted here: record the one the contract is kept in",
                "此处从不换算币种：请记录以合同币种计的金额",
            ),
        ),
        None => (
            both("the contract names no currency for this amount", "合同没有为此金额指明币种"),
            both("add `currency:` to the contract's front matter", "请在合同的前言中加上 `currency:`"),
        ),
    };
    Problem::error("V0117", span, message, help)
}

pub(super) fn quantity(span: Span, text: &str, unit: &Unit) -> Problem {
    let found = quoted(text);
    let (en, zh, example) = match unit.powers() {
        [(Base::Time, 1)] => ("a duration".to_owned(), "时长".to_owned(), "`90 s`, `1.5 h`".to_owned()),
        [(Base::Data, 1)] => ("a size".to_owned(), "数据量".to_owned(), "`5 GB`, `512 KiB`".to_owned()),
        _ => (format!("a quantity in {unit}"), format!("以 {unit} 计的量"), format!("`3.5 {unit}`")),
    };
    Problem::error(
        "V0118",
        span,
        both(format!("expected {en}, found `{found}`"), format!("应为{zh}，实际为 `{found}`")),
        both(
            format!("write one number, one space and one unit: {example}"),
            format!("请写一个数字、一个空格和一个单位：{example}"),
        ),
    )
}

pub(super) fn date(span: Span, text: &str) -> Problem {
    let found = quoted(text);
    Problem::error(
        "V0121",
        span,
        both(format!("expected a date, found `{found}`"), format!("应为日期，实际为 `{found}`")),
        both("write a day the calendar has, as `2026-10-01`", "请写日历上存在的日期，形如 `2026-10-01`"),
    )
}

pub(super) fn one_of(span: Span, text: &str, words: &[String], meant: Option<&str>) -> Problem {
    let found = quoted(text);
    let known = words.join(", ");
    let help = match meant {
        Some(meant) => both(format!("did you mean `{meant}`?"), format!("是否想写 `{meant}`？")),
        None => both(format!("known are: {known}"), format!("可用的有：{known}")),
    };
    Problem::error(
        "V0122",
        span,
        both(
            format!("expected one of the declared words, found `{found}`"),
            format!("应为已声明的词之一，实际为 `{found}`"),
        ),
        help,
    )
}

pub(super) fn unnamed_cause(span: Span, text: &str, words: &[String], meant: Option<&str>) -> Problem {
    let found = quoted(text);
    let known = words.join(", ");
    let help = match meant {
        Some(meant) => both(format!("did you mean `{meant}`?"), format!("是否想写 `{meant}`？")),
        None => both(format!("the contract names: {known}"), format!("合同写明的原因有：{known}")),
    };
    Problem::error(
        "V0136",
        span,
        both(
            format!("the contract does not name the cause `{found}`; it excludes nothing"),
            format!("合同没有写明原因 `{found}`；不作为除外事由"),
        ),
        help,
    )
    .weighing(diagnostic::Severity::Warning)
}

pub(super) fn instant(span: Span, text: &str, error: InstantError, zone: Option<&Zone>) -> Problem {
    let found = quoted(text);
    if error == InstantError::NaiveLocalTime {
        let message = both(
            format!("the time `{found}` has no offset and is a different instant in every zone"),
            format!("时间 `{found}` 没有时区偏移，在不同时区是不同的时刻"),
        );
        return Problem::error("V0119", span, message, offset_help(text, zone));
    }
    let (en, zh) = reason(error);
    let message = both(format!("`{found}` is not an instant: {en}"), format!("`{found}` 不是时刻：{zh}"));
    let help = both("write it as `2026-10-01T00:00:00+08:00`", "请写成 `2026-10-01T00:00:00+08:00`");
    Problem::error("V0120", span, message, help)
}

fn reason(error: InstantError) -> (&'static str, &'static str) {
    match error {
        InstantError::Malformed | InstantError::NaiveLocalTime => {
            ("it is not a date, a time and an offset", "它不是由日期、时间和偏移组成")
        }
        InstantError::NoSuchTime => ("no calendar or clock shows it", "日历或时钟上没有这一时刻"),
        InstantError::LeapSecond => {
            ("second 60 is a leap second; write 59 or the next 00", "第 60 秒是闰秒，请写 59 或下一个 00")
        }
        InstantError::FractionTooLong => {
            ("a second has at most nine digits after the point", "秒的小数部分至多九位")
        }
        InstantError::YearOutOfRange => ("its year is outside 1900 to 2200", "年份不在 1900 到 2200 之间"),
    }
}

/// Shows what the time would be in the contract's zone, without ever assuming it.
fn offset_help(text: &str, zone: Option<&Zone>) -> diagnostic::Bilingual {
    let in_zone = zone.and_then(|zone| Some((zone.name(), with_offset(text, zone)?)));
    match in_zone {
        Some((name, shown)) => both(
            format!("if it was read from a clock in {name}, write `{shown}`"),
            format!("如果这是 {name} 的当地时间，请写成 `{shown}`"),
        ),
        None => {
            both("write `Z` or an offset such as `+08:00` after it", "请在其后写 `Z` 或偏移，例如 `+08:00`")
        }
    }
}

fn with_offset(text: &str, zone: &Zone) -> Option<String> {
    let as_utc = parse_instant(&format!("{text}Z")).ok()?;
    let utc = Zone::utc();
    let (date, time): (_, TimeOfDay) = (utc.date(as_utc), utc.time(as_utc));
    Some(zone.show(zone.instant(date, time)?))
}
