//! What somebody probably meant who wrote something that cannot be read: the form of each statement, common slips.

use diagnostic::Bilingual;

use super::token::{Token, TokenKind};
use crate::problem::both;

/// The form of a statement or of a line of an example, by its first word.
const FORMS: [(&str, &str); 22] = [
    ("cycle", "cycle calendar month"),
    ("plan", "plan NAME | NAME"),
    ("param", "param NAME : TYPE = DEFAULT"),
    ("unit", "unit NAME"),
    ("cause", "cause NAME \"text\" excluded clause \"3.1\""),
    ("fact", "fact NAME : span { ATTRIBUTE: TYPE, ATTRIBUTE: TYPE? }"),
    ("exclusion", "exclusion NAME : RECORDS clause \"3.1\""),
    ("subject", "subject NAME = subjects(RECORDS)"),
    ("level", "level NAME per SUBJECT shown to 2 decimals = VALUE"),
    ("promise", "promise NAME per SUBJECT: CONDITION applies when CONDITION"),
    ("duty", "duty NAME per SUBJECT: CONDITION applies when CONDITION"),
    ("remedy", "remedy NAME per SUBJECT : KIND when CONDITION pays VALUE"),
    ("only", "only one of REMEDY, REMEDY by customer"),
    ("claim", "claim REMEDY opens INSTANT closes INSTANT"),
    ("right", "right NAME when CONDITION until INSTANT"),
    ("undetermined", "undetermined \"what the text does not say\""),
    ("restated", "restated NAME = VALUE"),
    ("gaps", "gaps count as no data"),
    ("upstream", "upstream NAME \"https://…\""),
    ("given", "given FACT FROM to UNTIL { ATTRIBUTE: VALUE }"),
    ("expect", "expect CONDITION"),
    ("reading", "reading NAME \"why\" in force: VALUE"),
];

/// Words that begin a clause inside a statement.
const CLAUSES: [&str; 8] = ["when", "pays", "at", "nothing", "rounded", "opens", "closes", "applies"];

/// How to mend a statement that stops being readable outside an expression; `first` is its first token.
pub(super) fn form(first: &Token, example: bool) -> Bilingual {
    let form = match &first.kind {
        TokenKind::Word(word) if example && word == "cycle" => "cycle 2026-10",
        TokenKind::Word(word) if CLAUSES.contains(&word.as_str()) => {
            return both("a clause of a rule is indented under the rule", "规则的子句须缩进写在规则之下");
        }
        TokenKind::Word(word) => {
            let known = FORMS.iter().find(|(keyword, _)| keyword == word).map(|(_, form)| *form);
            known.unwrap_or(if example { "given NAME = VALUE" } else { "NAME = VALUE" })
        }
        _ if example => "\"title\" [printed]",
        _ => "NAME = VALUE",
    };
    both(format!("the form is `{form}`"), format!("写法为 `{form}`"))
}

/// How to mend an expression that has `found` after `before` where something else is wanted.
pub(super) fn value(wanted: &str, before: Option<&Token>, found: &Token) -> Bilingual {
    let after = |punct: &'static str| before.is_some_and(|it| it.kind == TokenKind::Punct(punct));
    match &found.kind {
        TokenKind::End => continues(),
        _ if wanted.starts_with("a weekday") || wanted.starts_with("a time") => {
            both("the form is `hours Mon..Fri 09:00..17:00`", "写法为 `hours Mon..Fri 09:00..17:00`")
        }
        _ if wanted == "a date" || wanted == "a year" || wanted == "`off` or `work`" => both(
            "the form is `holidays \"name\" covering 2025..2026 { 2025-08-01: off }`",
            "写法为 `holidays \"名称\" covering 2025..2026 { 2025-08-01: off }`",
        ),
        TokenKind::Punct("+" | "*" | "/") if found.first_on_line => both(
            "an entry of a table stands on one line; put a value that needs more in brackets",
            "表中每个条目占一行；较长的值请放在括号中",
        ),
        TokenKind::Punct("=") if after("=") => {
            both("equality is written with one `=`", "相等用一个 `=` 表示")
        }
        TokenKind::Punct(".") => {
            both("write a digit before the point, as in `0.5`", "小数点前请写数字，例如 `0.5`")
        }
        TokenKind::Time(_) => both(
            "a time stands after a date, `2026-10-01 09:00`, or in `hours`",
            "时间只能写在日期之后（`2026-10-01 09:00`）或 `hours` 中",
        ),
        TokenKind::Word(_) if wanted == "a value" => {
            both("this word belongs to the language; it is no value", "此词属于语言本身，不能作为值")
        }
        _ => both(
            "a value is a number with its unit, a name, a text, or something in brackets",
            "值可以是带单位的数字、名称、文字，或括号中的内容",
        ),
    }
}

/// How to mend an expression that lacks a certain word or bracket before `found`.
pub(super) fn missing(found: &Token) -> Bilingual {
    match &found.kind {
        TokenKind::End => continues(),
        TokenKind::Word(word) if word == "am" || word == "pm" => {
            both("times have 24 hours, as in `17:00`", "时间采用 24 小时制，例如 `17:00`")
        }
        _ => both("an operator or a comma may be missing before it", "此前可能缺少运算符或逗号"),
    }
}

/// How to mend a statement that is over although something still stands there.
pub(super) fn left_over(before: Option<&Token>, found: &Token) -> Bilingual {
    let before = before.map(|it| &it.kind);
    match (before, &found.kind) {
        (Some(TokenKind::Number(_)), TokenKind::Punct(",")) => {
            both("thousands are set apart with `_`, as in `1_000`", "千位分隔请用 `_`，例如 `1_000`")
        }
        (Some(TokenKind::Word(_)), TokenKind::Punct("(")) => both(
            "a call has no space before its bracket, as in `length(outage)`",
            "函数名与括号之间不能有空格，例如 `length(outage)`",
        ),
        _ => both(
            "an operator may be missing before it; another statement begins at the left margin",
            "此前可能缺少运算符；另一条语句须从行首开始",
        ),
    }
}

/// How to mend a statement that ends too early.
pub(super) fn continues() -> Bilingual {
    both("a statement continues on indented lines only", "语句只能在缩进的行上继续")
}

/// How to mend a character that has no meaning.
pub(super) fn character(it: char) -> Bilingual {
    let instead = match it {
        '，' | '、' => "`,`",
        '；' | ';' => return both("a statement ends with its line", "语句随行结束，无需分号"),
        '：' => "`:`",
        '。' => "`.`",
        '（' => "`(`",
        '）' => "`)`",
        '【' => "`[`",
        '】' => "`]`",
        '｛' => "`{`",
        '｝' => "`}`",
        '“' | '”' | '\'' | '‘' | '’' | '「' | '」' | '«' | '»' => "`\"`",
        '≥' => "`>=`",
        '≤' => "`<=`",
        '≠' => "`!=`",
        '×' => "`*`",
        '÷' => "`/`",
        '−' | '–' | '—' => "`-`",
        '％' => "`%`",
        '!' => "`not`",
        '&' => "`and`",
        '$' | '€' | '£' | '¥' | '￥' => {
            return both(
                "write the currency after the number, as in `5 CNY`",
                "币种写在数字之后，例如 `5 CNY`",
            );
        }
        '%' => {
            return both(
                "write it directly after the number, as in `99.9%`",
                "百分号须紧跟数字，例如 `99.9%`",
            );
        }
        _ => return both("remove it, or put text between double quotes", "请删除，或将文字放在双引号中"),
    };
    both(format!("write {instead}"), format!("请写 {instead}"))
}

/// A character as it can be shown: marks that leave no ink by their number.
pub(super) fn shown(it: char) -> String {
    let inkless = it.is_control()
        || matches!(it, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if inkless { format!("U+{:04X}", u32::from(it)) } else { it.to_string() }
}
