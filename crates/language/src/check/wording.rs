//! What is said of names and values that do not fit: types in words, near names, words that may stand.

use quantity::Unit;

use super::Checker;
use super::scope::nearest;
use crate::contract::{ItemKind, Node, RowType, Type};
use crate::syntax::ast::Name;

impl Checker<'_> {
    /// Reports a name that stands for something of another kind, or for nothing.
    pub(crate) fn wrong_kind(&mut self, name: &Name, wanted: ItemKind) {
        let known = self.item_names(&[wanted]);
        let Some(found) = self.find_item(&name.text).and_then(|it| self.items.get(it.0)).map(|it| it.kind)
        else {
            self.unknown_name(name, &known);
            return;
        };
        let (found, wanted) = (kind_words(found), kind_words(wanted));
        let list = |none: &str, sep: &str| {
            if known.is_empty() { none.to_owned() } else { format!("`{}`", known.join(sep)) }
        };
        self.error(
            "E0119",
            name.span,
            format!("expected a {}, found the {} `{}`", wanted.0, found.0, name.text),
            format!("此处应为{}，却是{} `{}`", wanted.1, found.1, name.text),
            (&format!("declared: {}", list("none", "`, `")), &format!("已声明：{}", list("无", "`、`"))),
        );
    }

    /// Reports a name nothing declares.
    pub(crate) fn unknown_name(&mut self, name: &Name, known: &[String]) {
        let near = nearest(&name.text, known.iter().map(String::as_str));
        let help = match near {
            _ if super::form::FORMS.iter().any(|it| it.0 == name.text) => (
                format!("a function is followed by its bracket without a space: `{}(…)`", name.text),
                format!("函数名后须紧跟括号：`{}(…)`", name.text),
            ),
            _ if self.fact_with(&name.text).is_some() => {
                let fact = self.fact_with(&name.text).unwrap_or_default();
                let form = format!("sum({} of {fact})", name.text);
                (
                    format!(
                        "it is an attribute of `{fact}`: write for example `{form}`, or put the whole condition of `where` in brackets"
                    ),
                    format!("它是 `{fact}` 的属性：请写例如 `{form}`，或将 `where` 的整个条件放在括号中"),
                )
            }
            Some(near) => (format!("did you mean `{near}`?"), format!("是否想写 `{near}`？")),
            None if ROW_FIELDS.contains(&name.text.as_str()) => (
                "it belongs to a record, and no record is at hand here: `from of …`, `ROWS where …`, or `per ROWS` in a claim".to_owned(),
                "它是记录的字段，此处没有记录：请写 `from of …`、`ROWS where …`，或在 claim 中写 `per ROWS`".to_owned(),
            ),
            None => (
                "declare it with `param`, `fact` or a definition `name = …`".to_owned(),
                "请用 `param`、`fact` 或定义 `名称 = …` 声明".to_owned(),
            ),
        };
        self.error(
            "E0101",
            name.span,
            format!("unknown name `{}`", name.text),
            format!("未知名称 `{}`", name.text),
            (&help.0, &help.1),
        );
    }

    /// The first fact that has an attribute of this name.
    pub(super) fn fact_with(&self, attribute: &str) -> Option<&str> {
        let has = |it: &&evidence::FactSchema| it.attributes.iter().any(|it| it.name == attribute);
        self.schema.facts.iter().find(has).map(|it| it.name.as_str())
    }

    /// Reports that `found` is not what is wanted.
    pub(crate) fn mismatch(&mut self, found: &Node, wanted: (&str, &str)) {
        if matches!(found.ty, Type::Unknown) {
            return;
        }
        let shown = self.show_type(&found.ty);
        let help = match found.ty {
            Type::Rows(_) | Type::Timeline => (
                "take a value from it: `length(…)`, `count(…)` or `sum(… of …)`",
                "请从中取值：`length(…)`、`count(…)` 或 `sum(… of …)`",
            ),
            _ => ("check the units and the sort of each part", "请检查各部分的单位和类别"),
        };
        self.error(
            "E0120",
            found.span,
            format!("expected {}, found {}", wanted.0, shown.0),
            format!("此处应为{}，却是{}", wanted.1, shown.1),
            help,
        );
    }

    /// A type in words, English and Chinese.
    pub(crate) fn show_type(&self, ty: &Type) -> (String, String) {
        let pair = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        match ty {
            Type::Scalar(unit) if unit.is_none() => pair("a number", "数字"),
            Type::Scalar(unit) if unit.is_time() => pair("a duration", "时长"),
            Type::Scalar(unit) if *unit == Unit::data() => pair("a size", "数据量"),
            Type::Scalar(unit) => match unit.currency() {
                Some(it) => (format!("money ({})", it.code()), format!("金额（{}）", it.code())),
                None => (format!("a number in {unit}"), format!("以 {unit} 为单位的数值")),
            },
            Type::Truth => pair("a truth", "真值"),
            Type::Text => pair("a text", "文字"),
            Type::OneOf(words) => {
                (format!("one of {}", listed(words, ", ")), format!("{} 之一", listed(words, "、")))
            }
            Type::Instant => pair("an instant", "时刻"),
            Type::Date => pair("a date", "日期"),
            Type::Period => pair("a calendar period", "日历期间"),
            Type::Rows(RowType::Fact(fact)) => {
                let name = self.schema.facts.get(*fact).map(|it| it.name.clone()).unwrap_or_default();
                (format!("records of `{name}`"), format!("`{name}` 的记录"))
            }
            Type::Rows(RowType::Run) => pair("runs of a timeline", "时间线的区段"),
            Type::Row(_) => pair("one record", "一条记录"),
            Type::Timeline => pair("a timeline", "时间线"),
            Type::Series(_) => pair("a series", "时间序列"),
            Type::List(inner) => {
                let inner = self.show_type(inner);
                (format!("a list of {}", several(&inner.0)), format!("{}的列表", inner.1))
            }
            Type::Hours => pair("opening hours", "服务时段"),
            Type::Calendar => pair("a holiday calendar", "假日表"),
            Type::Window => pair("a window of time", "时间窗口"),
            Type::Clock => pair("a duration in opening hours", "服务时段内的时长"),
            Type::WorkingDays => pair("working days", "工作日"),
            Type::Unknown => pair("something unreadable", "无法识别的内容"),
        }
    }
}

/// Which words stand for a value here, the nearest first.
pub(super) fn words_help(name: &str, words: &[String]) -> (String, String) {
    let all = listed(words, " | ");
    let near =
        if words.len() <= WORDS_SHOWN_MAX { nearest(name, words.iter().map(String::as_str)) } else { None };
    match near {
        Some(near) => {
            (format!("did you mean `{near}`? One of: {all}"), format!("是否想写 `{near}`？可用：{all}"))
        }
        None if words.is_empty() => {
            ("no word is declared for this value".to_owned(), "此值没有声明任何可用的词".to_owned())
        }
        None => (format!("one of: {all}"), format!("可用：{all}")),
    }
}

/// A message lists no more words than this.
const WORDS_SHOWN_MAX: usize = 40;

/// The words, or the first of them.
pub(crate) fn listed(words: &[String], separator: &str) -> String {
    let shown = words.get(..WORDS_SHOWN_MAX).unwrap_or(words).join(separator);
    if words.len() > WORDS_SHOWN_MAX { shown + separator + "…" } else { shown }
}

/// What every record has.
const ROW_FIELDS: [&str; 8] = ["subject", "id", "source", "from", "until", "at", "length", "full_length"];

/// A kind of item in words, English and Chinese.
fn kind_words(kind: ItemKind) -> (&'static str, &'static str) {
    match kind {
        ItemKind::Definition => ("definition", "定义"),
        ItemKind::Param => ("parameter", "参数"),
        ItemKind::Subject => ("subject", "对象"),
        ItemKind::Level => ("level", "指标"),
        ItemKind::Promise => ("promise", "承诺"),
        ItemKind::Duty => ("duty", "义务"),
        ItemKind::Remedy => ("remedy", "赔付"),
        ItemKind::Right => ("right", "权利"),
        ItemKind::Exclusion => ("exclusion", "除外项"),
    }
}

/// `a number` as `numbers`.
fn several(one: &str) -> String {
    if one == "a window of time" {
        return "windows of time".to_owned();
    }
    match one.strip_prefix("a ").or_else(|| one.strip_prefix("an ")) {
        Some(bare) if !bare.contains(' ') => format!("{bare}s"),
        _ => one.to_owned(),
    }
}
