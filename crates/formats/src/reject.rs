//! A record that could not be read: where it begins, why, and how to mend it. It never repeats what the record says, for
//! that may be a phone number.

use std::fmt;

use diagnostic::Bilingual;

use crate::Spot;

/// One bad record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Where the record begins.
    pub spot: Spot,
    /// What is wrong with it.
    pub reason: Reason,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spot { line, offset } = self.spot;
        let (message, help) = (self.reason.message(), self.reason.help());
        write!(f, "line {line}, byte {offset}: {}; {}", message.en, help.en)
    }
}

impl std::error::Error for Reject {}

/// Why a record could not be read. Fields are named as the vendor names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Longer than the limit, or never closed.
    TooLong {
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// Nested deeper than the limit.
    TooDeep {
        /// The limit in levels.
        levels_max: u32,
    },
    /// Neither an object nor a list of them.
    NotAnObject,
    /// Not JSON from the column on.
    NotJson {
        /// 1-based byte within the record.
        column: usize,
    },
    /// The input ends within the record.
    Unfinished,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// A field that must be there is not, or is empty.
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A field stands twice.
    Twice {
        /// Its name.
        field: &'static str,
    },
    /// A field is an object, a list or a fraction where a text belongs.
    WrongType,
    /// A field is no time.
    NotATime {
        /// Its name.
        field: &'static str,
    },
    /// A field is no phone number.
    NotAPhone {
        /// Its name.
        field: &'static str,
    },
    /// A field is no whole number in its range.
    NotANumber {
        /// Its name.
        field: &'static str,
    },
    /// A word the format does not have.
    NotAWord {
        /// The field's name.
        field: &'static str,
    },
    /// `%` without two hexadecimal digits, or bytes that are no UTF-8 once decoded.
    NotAForm,
    /// A row of a table has another number of fields than its header.
    NotAsManyFields {
        /// Fields of the header.
        header: usize,
        /// Fields of the row.
        row: usize,
    },
    /// The header of a table lacks a column the mapping names, or has it twice.
    HeaderLacks {
        /// The field of the receipt it was to fill.
        field: &'static str,
    },
    /// A PDU whose length cannot be right; nothing after it can be found.
    NotAPdu,
    /// A PDU whose fields do not fit its length.
    BrokenPdu,
    /// A message from a phone, not a receipt about one: bits 2 to 5 of its `esm_class` are not 0001.
    NotAReceipt,
    /// An event whose type ends in no word this reader knows.
    UnknownEvent,
}

impl Reason {
    /// One word for counting rejects by reason.
    pub const fn name(self) -> &'static str {
        self.parts().0
    }

    /// What is wrong.
    pub fn message(self) -> Bilingual {
        let (_, en, zh, _, _) = self.parts();
        let mut message = Bilingual::new(en, zh);
        if let Some(detail) = self.detail() {
            message.en.push_str(&format!(": {detail}"));
            message.zh.push_str(&format!("：{detail}"));
        }
        message
    }

    /// How to mend it.
    pub fn help(self) -> Bilingual {
        let (_, _, _, en, zh) = self.parts();
        Bilingual::new(en, zh)
    }

    fn detail(self) -> Option<String> {
        match self {
            Reason::TooLong { bytes_max } => Some(bytes_max.to_string()),
            Reason::TooDeep { levels_max } => Some(levels_max.to_string()),
            Reason::NotJson { column } => Some(column.to_string()),
            Reason::Missing { field }
            | Reason::Twice { field }
            | Reason::NotATime { field }
            | Reason::NotAPhone { field }
            | Reason::NotANumber { field }
            | Reason::NotAWord { field }
            | Reason::HeaderLacks { field } => Some(format!("`{field}`")),
            Reason::NotAsManyFields { header, row } => Some(format!("{header} ≠ {row}")),
            _ => None,
        }
    }

    /// Name, message and help, each in English and Chinese.
    const fn parts(self) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
        match self {
            Reason::TooLong { .. } => (
                "too_long",
                "the record is not closed within the limit of bytes",
                "记录未在字节上限内结束",
                "close its brackets and quotes, or send shorter records",
                "请补全括号和引号，或发送更短的记录",
            ),
            Reason::TooDeep { .. } => (
                "too_deep",
                "the record is nested deeper than the limit",
                "记录的嵌套超过上限",
                "send the receipt without wrapping it again",
                "请勿多层包装回执",
            ),
            Reason::NotAnObject => (
                "not_an_object",
                "there is no JSON object here",
                "此处不是 JSON 对象",
                "send objects, one a line or in a list",
                "请发送对象，每行一个或放入列表",
            ),
            Reason::NotJson { .. } => (
                "not_json",
                "the record is not JSON from this byte of it on",
                "记录自该字节起不是 JSON",
                "send the body as the vendor sent it",
                "请按供应商原文发送",
            ),
            Reason::Unfinished => (
                "unfinished",
                "the input ends within the record",
                "输入在记录中途结束",
                "send the whole file or body",
                "请发送完整的文件或正文",
            ),
            Reason::NotUtf8 => (
                "not_utf8",
                "the record is not UTF-8",
                "记录不是 UTF-8",
                "convert it, for example with `iconv -f GB18030 -t UTF-8`",
                "请先转换编码，例如 `iconv -f GB18030 -t UTF-8`",
            ),
            Reason::Missing { .. } => (
                "missing",
                "a field is missing or empty",
                "字段缺失或为空",
                "name the format the records have; a receipt needs a message and a code",
                "请指明记录的格式；回执须有消息标识和状态码",
            ),
            Reason::Twice { .. } => {
                ("twice", "a field stands twice", "字段出现两次", "keep one of them", "请只保留一个")
            }
            Reason::WrongType => (
                "wrong_type",
                "a field is no text and no whole number",
                "字段不是文本或整数",
                "send the body as the vendor sent it",
                "请按供应商原文发送",
            ),
            Reason::NotATime { .. } => (
                "not_a_time",
                "a field is no time",
                "字段不是时间",
                "write `2026-10-01 08:00:00` or RFC 3339",
                "请写作 `2026-10-01 08:00:00` 或 RFC 3339",
            ),
            Reason::NotAPhone { .. } => (
                "not_a_phone",
                "a field is no phone number",
                "字段不是电话号码",
                "write digits, with `+` and the country code abroad",
                "请写数字，境外号码加 `+` 和国家码",
            ),
            Reason::NotANumber { .. } => (
                "not_a_number",
                "a field is no whole number from 0 to 65535",
                "字段不是 0 到 65535 的整数",
                "write digits only",
                "请只写数字",
            ),
            Reason::NotAWord { .. } => (
                "not_a_word",
                "a field has a word the format does not know",
                "字段的取值不在格式之内",
                "send the body as the vendor sent it",
                "请按供应商原文发送",
            ),
            Reason::NotAForm => (
                "not_a_form",
                "the record is no form in percent encoding",
                "记录不是百分号编码的表单",
                "send one body a line, `key=value` joined by `&`",
                "请每行发送一个正文，以 `&` 连接 `key=value`",
            ),
            Reason::NotAsManyFields { .. } => (
                "not_as_many_fields",
                "header and row differ in their number of fields",
                "表头与此行的字段数不同",
                "quote fields that hold commas or line breaks",
                "含逗号或换行的字段请加引号",
            ),
            Reason::HeaderLacks { .. } => (
                "header_lacks",
                "the header does not have the column of this field exactly once, so nothing can be read",
                "表头中该字段的列缺失或重复，因此无法读取",
                "correct the mapping or the header",
                "请更正列映射或表头",
            ),
            Reason::NotAPdu => (
                "not_a_pdu",
                "the length of this PDU cannot be right, and nothing after it can be found",
                "该 PDU 的长度有误，其后的内容无法定位",
                "send whole PDUs, one after the other, of at most the limit of bytes",
                "请逐个发送完整且不超过字节上限的 PDU",
            ),
            Reason::BrokenPdu => (
                "broken_pdu",
                "the fields of this PDU do not fit its length",
                "该 PDU 的字段与其长度不符",
                "send the PDU as it was received",
                "请按收到的原样发送 PDU",
            ),
            Reason::NotAReceipt => (
                "not_a_receipt",
                "the message is no delivery receipt",
                "该消息不是状态报告",
                "leave messages from phones out; a receipt has `esm_class` 0x04 in bits 2 to 5",
                "请去掉上行短信；状态报告的 `esm_class` 第 2 至 5 位为 0x04",
            ),
            Reason::UnknownEvent => (
                "unknown_event",
                "the event's type does not end in a format this reader knows",
                "事件类型的末词不是已知的格式",
                "end the type in `aliyun`, `tencent`, `huawei`, `baidu`, `smpp` or `receipt`, and a version like `v1` at will",
                "请令类型以 `aliyun`、`tencent`、`huawei`、`baidu`、`smpp` 或 `receipt` 结尾，其后可加 `v1` 等版本",
            ),
        }
    }
}
