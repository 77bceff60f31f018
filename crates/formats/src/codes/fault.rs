//! What can be wrong with an annex, where, and how to mend it.

use std::fmt;

use diagnostic::{Bilingual, Place};

/// One fault and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, line, column, .. } = &self.place;
        let (message, help) = (self.fault.message(), self.fault.help());
        write!(f, "{file}:{line}:{column}: {}; {}", message.en, help.en)
    }
}

impl std::error::Error for Finding {}

/// What can be wrong with an annex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Larger than an annex may be.
    TooLarge,
    /// The file does not begin with front matter, or never closes it.
    NoFront,
    /// A line of the front matter is no `key: value`, or its key is unknown or stands twice.
    FrontLine,
    /// A key of the front matter is missing.
    FrontLacks(&'static str),
    /// The zone is unknown.
    ZoneUnknown(String),
    /// The annex is for another contract than the one it is published with.
    OtherContract(String),
    /// The contract has no fact of that name.
    FactUnknown(String),
    /// The fact's records do not come in volume.
    NotInVolume(String),
    /// The annex is for another fact than the one it is read with.
    OtherFact(String),
    /// The fact is no event.
    NotAnEvent(String),
    /// A table that is needed is missing.
    TableLacks(&'static str),
    /// The column of a table stands twice or is missing.
    Column(String),
    /// A cell that must say something is empty.
    Empty(String),
    /// A cell that may say one thing says several.
    Several(String),
    /// Neither `final` nor `temporary`.
    StageUnknown(String),
    /// A class stands twice.
    ClassTwice(String),
    /// A code, rule or standing names a class the table of classes does not have.
    ClassUnknown {
        /// The name.
        class: String,
        /// The nearest one.
        nearest: Option<String>,
    },
    /// A code's key stands twice with one date.
    KeyTwice {
        /// Line of the first one.
        line: usize,
    },
    /// A later row of a key has an earlier date.
    DateOrder {
        /// Line of the row before.
        line: usize,
    },
    /// No calendar date.
    NotADate(String),
    /// An attribute the fact does not have.
    AttributeUnknown {
        /// Its name.
        attribute: String,
        /// The fact.
        fact: String,
    },
    /// An attribute whose kind no word can give.
    AttributeKind(String),
    /// A word the attribute does not have.
    WordUnknown {
        /// The word.
        word: String,
        /// The attribute.
        attribute: String,
        /// The words it has.
        words: Vec<String>,
    },
    /// A class leaves out an attribute that every record of the fact needs.
    AttributeLacks {
        /// The class.
        class: String,
        /// The attribute.
        attribute: String,
    },
    /// The rule for `ambiguous` or `no_receipt` is missing.
    RuleLacks(&'static str),
    /// A rule for something else, or a second one.
    RuleUnknown(String),
    /// The class table says what the rule has to say.
    RuleElsewhere(String),
    /// The standing line cannot be read.
    StandingUnknown,
    /// No attribute of the fact gives away whether a receipt was final.
    StageUnseen,
    /// Neither `refused` nor `reported`.
    SentUnknown,
}

impl Fault {
    /// What is wrong.
    pub fn message(&self) -> Bilingual {
        let said = |en: String, zh: String| Bilingual { en, zh };
        match self {
            Fault::TooLarge => Bilingual::new("the annex is larger than 1 MiB", "附件大于 1 MiB"),
            Fault::NoFront => Bilingual::new(
                "the annex does not begin with closed front matter",
                "附件没有以完整的前置信息开头",
            ),
            Fault::FrontLine => Bilingual::new(
                "this line of the front matter is no `key: value`, or its key is unknown or stands twice",
                "前置信息的此行不是 `键: 值`，或键未知、重复",
            ),
            Fault::FrontLacks(key) => {
                said(format!("the front matter lacks `{key}`"), format!("前置信息缺少 `{key}`"))
            }
            Fault::ZoneUnknown(zone) => {
                said(format!("no time zone is called `{zone}`"), format!("没有名为 `{zone}` 的时区"))
            }
            Fault::OtherContract(id) => said(
                format!("the annex is for the contract `{id}`, not for this one"),
                format!("附件属于合同 `{id}`，而非本合同"),
            ),
            Fault::FactUnknown(fact) => {
                said(format!("the contract has no fact `{fact}`"), format!("合同没有事实 `{fact}`"))
            }
            Fault::NotInVolume(fact) => said(
                format!("records of the fact `{fact}` do not come in volume"),
                format!("事实 `{fact}` 的记录不是大量记录"),
            ),
            Fault::OtherFact(fact) => said(
                format!("the annex is for the fact `{fact}`, not for the one it is read with"),
                format!("附件针对事实 `{fact}`，而非所读取的事实"),
            ),
            Fault::NotAnEvent(fact) => {
                said(format!("the fact `{fact}` is no event"), format!("事实 `{fact}` 不是 event"))
            }
            Fault::TableLacks(first) => {
                said(format!("there is no table with a column `{first}`"), format!("没有含 `{first}` 列的表"))
            }
            Fault::Column(name) => said(
                format!("the table lacks the column `{name}` or has it twice"),
                format!("表中 `{name}` 列缺失或重复"),
            ),
            Fault::Empty(name) => said(format!("the column `{name}` is empty"), format!("`{name}` 列为空")),
            Fault::Several(name) => {
                said(format!("the column `{name}` says several things"), format!("`{name}` 列有多个值"))
            }
            Fault::StageUnknown(word) => said(
                format!("expected `final` or `temporary`, found `{word}`"),
                format!("应为 `final` 或 `temporary`，实为 `{word}`"),
            ),
            Fault::ClassTwice(class) => {
                said(format!("the class `{class}` stands twice"), format!("分类 `{class}` 出现两次"))
            }
            Fault::ClassUnknown { class, .. } => {
                said(format!("no class is called `{class}`"), format!("没有名为 `{class}` 的分类"))
            }
            Fault::KeyTwice { line } => said(
                format!("provider, carrier, code and date are those of line {line}"),
                format!("供应商、运营商、状态码和日期与第 {line} 行相同"),
            ),
            Fault::DateOrder { line } => said(
                format!("the date is before that of the same code in line {line}"),
                format!("日期早于第 {line} 行同一状态码的日期"),
            ),
            Fault::NotADate(text) => said(format!("`{text}` is no date"), format!("`{text}` 不是日期")),
            Fault::AttributeUnknown { attribute, fact } => said(
                format!("the fact `{fact}` has no attribute `{attribute}`"),
                format!("事实 `{fact}` 没有属性 `{attribute}`"),
            ),
            Fault::AttributeKind(attribute) => said(
                format!("the attribute `{attribute}` is not given by a word"),
                format!("属性 `{attribute}` 不能用词给出"),
            ),
            Fault::WordUnknown { word, attribute, .. } => said(
                format!("`{attribute}` has no word `{word}`"),
                format!("`{attribute}` 没有取值 `{word}`"),
            ),
            Fault::AttributeLacks { class, attribute } => said(
                format!("the class `{class}` does not say `{attribute}`, which every record needs"),
                format!("分类 `{class}` 未给出每条记录必需的 `{attribute}`"),
            ),
            Fault::RuleLacks(case) => {
                said(format!("there is no rule for `{case}`"), format!("缺少 `{case}` 的规则"))
            }
            Fault::RuleUnknown(case) => said(
                format!("`{case}` needs no rule, or has one already"),
                format!("`{case}` 不需要规则，或已有规则"),
            ),
            Fault::RuleElsewhere(class) => said(
                format!("what `{class}` counts as is said in the table of classes"),
                format!("`{class}` 的归属写在了分类表中"),
            ),
            Fault::StandingUnknown => {
                Bilingual::new("the line `standing` cannot be read", "无法读懂 `standing` 一行")
            }
            Fault::StageUnseen => Bilingual::new(
                "no attribute of the fact tells final receipts from temporary ones",
                "该事实没有属性可区分最终回执与临时回执",
            ),
            Fault::SentUnknown => {
                Bilingual::new("the line `sent_unknown` cannot be read", "无法读懂 `sent_unknown` 一行")
            }
        }
    }

    /// How to mend it.
    pub fn help(&self) -> Bilingual {
        let said = |en: String, zh: String| Bilingual { en, zh };
        match self {
            Fault::TooLarge => {
                Bilingual::new("leave out codes no vendor reports", "请去掉供应商不会上报的状态码")
            }
            Fault::NoFront | Fault::FrontLine | Fault::FrontLacks(_) => Bilingual::new(
                "begin with `---`, a line each for `id`, `version`, `for`, `fact`, `zone`, `standing` and, at will, `sent_unknown`, then `---`",
                "请以 `---` 开头，每行依次写 `id`、`version`、`for`、`fact`、`zone`、`standing`，可选 `sent_unknown`，再以 `---` 结束",
            ),
            Fault::ZoneUnknown(_) => {
                Bilingual::new("write a name like `Asia/Shanghai`", "请写作 `Asia/Shanghai` 之类的名称")
            }
            Fault::OtherContract(_) => Bilingual::new(
                "write the contract's id in `for`, or publish it with its own annex",
                "请在 `for` 中写明该合同的 id，或随其自己的附件发布",
            ),
            Fault::NotInVolume(_) => Bilingual::new(
                "declare the fact as `event in volume`, or name another one in `fact`",
                "请将该事实声明为 `event in volume`，或在 `fact` 中另写一个",
            ),
            Fault::FactUnknown(_) | Fault::OtherFact(_) => {
                Bilingual::new("name the contract's fact in `fact`", "请在 `fact` 中写明合同的事实")
            }
            Fault::NotAnEvent(_) => Bilingual::new(
                "a receipt has one time; declare the fact as an event",
                "回执只有一个时间；请将该事实声明为 event",
            ),
            Fault::TableLacks(_) | Fault::Column(_) => Bilingual::new(
                "columns in code style are read: `class`, `stage` and attributes; `case` and attributes; `provider`, `carrier`, `code`, `from`, `class`, `words`",
                "代码样式的列会被读取：`class`、`stage` 和属性；`case` 和属性；`provider`、`carrier`、`code`、`from`、`class`、`words`",
            ),
            Fault::Empty(_) => Bilingual::new(
                "write the word in code style; `*` stands for any provider or carrier",
                "请用代码样式写明；`*` 表示任何供应商或运营商",
            ),
            Fault::Several(_) => {
                Bilingual::new("write one; only `code` may hold several", "请只写一个；仅 `code` 列可写多个")
            }
            Fault::StageUnknown(_) => Bilingual::new(
                "`final` when nothing further is expected, else `temporary`",
                "不再有后续回执的写 `final`，否则写 `temporary`",
            ),
            Fault::ClassTwice(_) => Bilingual::new("keep one of them", "请只保留一个"),
            Fault::ClassUnknown { nearest: Some(nearest), .. } => {
                said(format!("did you mean `{nearest}`?"), format!("是否为 `{nearest}`？"))
            }
            Fault::ClassUnknown { nearest: None, .. } => {
                Bilingual::new("add the class to the table of classes", "请在分类表中增加该分类")
            }
            Fault::KeyTwice { .. } => Bilingual::new(
                "keep one of them, or give the later one its own date",
                "请只保留一个，或为较晚的一行写明其日期",
            ),
            Fault::DateOrder { .. } => {
                Bilingual::new("order the rows of one code by date", "请按日期排列同一状态码的各行")
            }
            Fault::NotADate(_) => Bilingual::new("write `2026-10-01`", "请写作 `2026-10-01`"),
            Fault::AttributeUnknown { .. } => Bilingual::new(
                "declare the attribute in the contract, or leave the column without code style",
                "请在合同中声明该属性，或去掉列名的代码样式",
            ),
            Fault::AttributeKind(_) => Bilingual::new(
                "only words, texts, causes and truths are given by a class",
                "分类只能给出取值、文本、原因和真值",
            ),
            Fault::WordUnknown { words, .. } => {
                let words = words.join("`, `");
                said(format!("write one of `{words}`"), format!("请写 `{words}` 之一"))
            }
            Fault::AttributeLacks { attribute, .. } => said(
                format!("fill the column `{attribute}`, or declare the attribute optional with `?`"),
                format!("请填写 `{attribute}` 列，或用 `?` 将该属性声明为可选"),
            ),
            Fault::RuleLacks(case) => said(
                format!(
                    "add a table with a column `case` and a row `{case}` that gives the attributes such messages count with; without agreement choose the reading least favourable to the party that keeps the data"
                ),
                format!(
                    "请增加含 `case` 列的表，并用一行 `{case}` 写明此类短信计入的属性；未约定的，取对保管数据的一方最不利的读法"
                ),
            ),
            Fault::RuleUnknown(_) => Bilingual::new(
                "rules are for `ambiguous` and `no_receipt`, one each; other classes say it themselves",
                "规则仅用于 `ambiguous` 和 `no_receipt`，各一行；其他分类自行写明",
            ),
            Fault::RuleElsewhere(_) => Bilingual::new(
                "leave the attributes empty there and write them in the table with the column `case`",
                "请在分类表中留空，并写在含 `case` 列的表中",
            ),
            Fault::StandingUnknown => Bilingual::new(
                "write `final before temporary, then latest`, `latest` or `earliest`",
                "请写 `final before temporary, then latest`、`latest` 或 `earliest`",
            ),
            Fault::StageUnseen => Bilingual::new(
                "declare `class: text?` in the contract's fact",
                "请在合同的事实中声明 `class: text?`",
            ),
            Fault::SentUnknown => Bilingual::new(
                "write `refused` or `reported`: whether the time of the receipt stands in for an unknown time of sending",
                "请写 `refused` 或 `reported`：发送时间未知时，是否以回执时间代替",
            ),
        }
    }
}
