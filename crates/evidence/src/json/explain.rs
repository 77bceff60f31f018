//! What is wrong with a line of JSON, in words.

use diagnostic::Bilingual;

use super::{DEPTH_MAX, Expected, Fault, JsonError, KEYS_MAX};
use crate::report::{Problem, both, quoted};

/// The problem to report for a line that could not be read.
pub(crate) fn explain(error: JsonError, line: &str, base: usize) -> Problem {
    let found = line.get(error.span.from.saturating_sub(base)..error.span.until.saturating_sub(base));
    let (code, message, help) = match error.fault {
        Fault::Expected(what) => ("V0104", expected(what, found.unwrap_or_default()), expected_help(what)),
        Fault::Word(word) => ("V0104", expected(Expected::Value, &word), word_help()),
        Fault::Number(text) => ("V0104", not_a_number(&text), number_help()),
        Fault::Escape => ("V0104", not_an_escape(), escape_help()),
        Fault::LoneSurrogate => ("V0104", lone_surrogate(), surrogate_help()),
        Fault::Control(it) => ("V0104", control(it), control_help()),
        Fault::DuplicateKey(key) => ("V0105", twice(&key), twice_help()),
        Fault::TooDeep => ("V0106", too_deep(), flat_help()),
        Fault::TooManyKeys => ("V0106", too_many_keys(), flat_help()),
        Fault::NotAnObject => ("V0107", not_an_object(), object_help()),
    };
    Problem::error(code, error.span, message, help)
}

fn expected(what: Expected, found: &str) -> Bilingual {
    let (en, zh) = match what {
        Expected::Value => ("a value", "一个值"),
        Expected::Key => ("a key in double quotes", "双引号中的键"),
        Expected::Colon => ("`:`", "`:`"),
        Expected::CommaOrBrace => ("`,` or `}`", "`,` 或 `}`"),
        Expected::CommaOrBracket => ("`,` or `]`", "`,` 或 `]`"),
        Expected::ClosingQuote => ("a closing `\"`", "结尾的 `\"`"),
        Expected::EndOfLine => ("the end of the line", "行尾"),
    };
    match found {
        "" => both(format!("expected {en}, found the end of the line"), format!("应为{zh}，但本行已结束")),
        found => {
            let found = quoted(found);
            both(format!("expected {en}, found `{found}`"), format!("应为{zh}，实际为 `{found}`"))
        }
    }
}

fn expected_help(what: Expected) -> Bilingual {
    match what {
        Expected::EndOfLine => both("write one JSON object a line", "每行只写一个 JSON 对象"),
        Expected::Key => both(
            "quote every key, and write no comma after the last one",
            "每个键都要加双引号，最后一项之后不写逗号",
        ),
        _ => both(
            "JSON has no comments, single quotes or trailing commas; an object stands on one line",
            "JSON 不允许注释、单引号和末尾逗号；一个对象须写在同一行内",
        ),
    }
}

fn word_help() -> Bilingual {
    both(
        "write a number, \"text\", `true`, `false` or `null`; what was not measured is left out",
        "请写数字、\"文本\"、`true`、`false` 或 `null`；没有测得的值不写",
    )
}

fn not_a_number(text: &str) -> Bilingual {
    let text = quoted(text);
    both(format!("`{text}` is not a number of JSON"), format!("`{text}` 不是 JSON 数字"))
}

fn number_help() -> Bilingual {
    both(
        "write digits without leading zeros, with digits on both sides of the point: `0.5`",
        "数字不带前导零，小数点两侧都要有数字，例如 `0.5`",
    )
}

fn not_an_escape() -> Bilingual {
    both("JSON does not know this escape", "JSON 没有这种转义写法")
}

fn escape_help() -> Bilingual {
    both(
        r#"known are \" \\ \/ \b \f \n \r \t and \u with four hex digits"#,
        r#"可用的转义：\" \\ \/ \b \f \n \r \t 以及 \u 加四位十六进制数字"#,
    )
}

fn lone_surrogate() -> Bilingual {
    both("this escape is half of a UTF-16 pair", "这个转义只是 UTF-16 代理对的一半")
}

fn surrogate_help() -> Bilingual {
    both("write both halves, or the character itself", "请写出完整的代理对，或直接写该字符")
}

fn control(it: char) -> Bilingual {
    let code = u32::from(it);
    both(
        format!("a bare control character U+{code:04X} in a text"),
        format!("文本中有未转义的控制字符 U+{code:04X}"),
    )
}

fn control_help() -> Bilingual {
    both(r"escape it: \n, \t or \u with four hex digits", r"请转义：\n、\t，或 \u 加四位十六进制数字")
}

fn twice(key: &str) -> Bilingual {
    let key = quoted(key);
    both(format!("`{key}` stands twice in one object"), format!("`{key}` 在同一对象中出现两次"))
}

fn twice_help() -> Bilingual {
    both("keep the one that is true", "只保留正确的一个")
}

fn too_deep() -> Bilingual {
    both(format!("nested more than {DEPTH_MAX} levels deep"), format!("嵌套超过 {DEPTH_MAX} 层"))
}

fn too_many_keys() -> Bilingual {
    both(format!("more than {KEYS_MAX} keys in one object"), format!("一个对象中的键超过 {KEYS_MAX} 个"))
}

fn flat_help() -> Bilingual {
    both("a record is a flat object of its declared attributes", "一条记录是只含已声明属性的单层对象")
}

fn not_an_object() -> Bilingual {
    both("expected an object, found another value", "应为对象，实际为其他值")
}

fn object_help() -> Bilingual {
    both(
        r#"write each record as one object on one line: {"fact": "outage", …}"#,
        r#"每条记录写成一行中的一个对象：{"fact": "outage", …}"#,
    )
}
