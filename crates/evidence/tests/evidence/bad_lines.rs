//! Bad NDJSON: what is said about it, where, in both languages.

use diagnostic::Diagnostic;
use evidence::{SourceFile, read};
use expect_test::{Expect, expect};

use crate::fixture::schema;

pub(crate) fn file(name: &str, text: impl Into<Vec<u8>>) -> SourceFile {
    SourceFile { name: name.to_owned(), bytes: text.into() }
}

/// One diagnostic on three lines.
pub(crate) fn shown(it: &Diagnostic) -> String {
    let place = it.place.as_ref().map(|it| format!("{}:{}", it.line, it.column)).unwrap_or_default();
    let notes: String = it.notes.iter().map(|it| format!("\n  ({} | {})", it.en, it.zh)).collect();
    let (message, help) = (&it.message, &it.help);
    format!("{} {place} {} | {}\n  -> {} | {}{notes}\n", it.code, message.en, message.zh, help.en, help.zh)
}

pub(crate) fn problems(files: &[SourceFile]) -> String {
    read(&schema(), files).1.iter().map(shown).collect()
}

fn check(lines: &str, expected: Expect) {
    expected.assert_eq(&problems(&[file("a.ndjson", lines)]));
}

#[test]
fn a_fact_must_be_named_and_declared() {
    check(
        r#"{"at":"2026-10-01T00:00:00Z"}
{"fact":"outgae","from":"2026-10-01T00:00:00Z"}
{"fact":"heartbeat"}
{"fact":7}"#,
        expect![[r#"
            V0110 1:1 the record does not say which fact it is of | 记录没有写明属于哪个事实
              -> add `fact`; the contract declares `outage`, `fee`, `ticket` | 请加上 `fact`；合同声明了`outage`、`fee`、`ticket`
            V0111 2:9 unknown fact `outgae` | 未知事实 `outgae`
              -> did you mean `outage`? | 是否想写 `outage`？
            V0111 3:9 unknown fact `heartbeat` | 未知事实 `heartbeat`
              -> the contract declares `outage`, `fee`, `ticket` | 合同声明了`outage`、`fee`、`ticket`
            V0114 4:9 expected a text in double quotes for `fact`, found the number `7` | `fact` 应为双引号中的文本，实际为数字 `7`
              -> write a text in double quotes | 请写双引号中的文本
        "#]],
    );
}

#[test]
fn keys_must_be_declared_and_present() {
    check(
        r#"{"fact":"outage","from":"2026-10-01T00:00:00Z","cuase":"dns"}
{"fact":"outage","from":"2026-10-01T00:00:00Z","cause":"dns","amount":"1 USD"}
{"fact":"outage","form":"2026-10-01T00:00:00Z","cause":"dsn"}
{"fact":"fee","at":"2026-10-01T00:00:00Z","id":"","subject":7,"amount":null}"#,
        expect![[r#"
            V0113 1:1 the record of `outage` lacks `cause` | `outage` 的记录缺少 `cause`
              -> add it, as `"dns"`, or declare it `cause: …?` if it may be absent | 请补上，例如 `"dns"`；如果可以缺省，请在合同中声明为 `cause: …?`
            V0112 1:48 `cuase` is not an attribute of `outage` | `cuase` 不是 `outage` 的属性
              -> did you mean `cause`? | 是否想写 `cause`？
            V0112 2:62 `amount` is not an attribute of `outage` | `amount` 不是 `outage` 的属性
              -> `outage` declares `cause`, `weight`, `announced`, `note`, `planned` | `outage` 声明了`cause`、`weight`、`announced`、`note`、`planned`
            V0124 3:1 the record of a span lacks `from` | 时段的记录缺少 `from`
              -> add it, as "from": "2026-10-01T00:00:00+08:00" | 请补上，例如 "from": "2026-10-01T00:00:00+08:00"
            V0112 3:18 `form` is not an attribute of `outage` | `form` 不是 `outage` 的属性
              -> did you mean `from`? | 是否想写 `from`？
            V0122 3:56 expected one of the declared words, found `dsn` | 应为已声明的词之一，实际为 `dsn`
              -> did you mean `dns`? | 是否想写 `dns`？
            V0113 4:1 the record of `fee` lacks `amount` | `fee` 的记录缺少 `amount`
              -> add it, as `"200.00 USD"`, or declare it `amount: …?` if it may be absent | 请补上，例如 `"200.00 USD"`；如果可以缺省，请在合同中声明为 `amount: …?`
            V0114 4:48 `id` is an empty text | `id` 是空文本
              -> name it, or leave the key out | 请填写名称，或省略该键
            V0114 4:61 expected a text in double quotes for `subject`, found the number `7` | `subject` 应为双引号中的文本，实际为数字 `7`
              -> write a text in double quotes | 请写双引号中的文本
        "#]],
    );
}

#[test]
fn values_must_be_of_their_kind() {
    check(
        r#"{"fact":"outage","from":"2026-10-01T00:00:00Z","cause":"dns","weight":NaN}
{"fact":"outage","from":"2026-10-01T00:00:00Z","cause":"dns","weight":"many","planned":1,"note":["x"]}
{"fact":"outage","from":"2026-10-01T00:00:00Z","cause":"dns","weight":0.12345678901234567890123456789}
{"fact":"fee","at":"2026-10-01T00:00:00Z","amount":200.00}
{"fact":"fee","at":"2026-10-01T00:00:00Z","amount":"200.00 EUR","due":"2026-02-30","used":"5","current":"5 V"}
{"fact":"ticket","from":"2026-10-01T00:00:00Z","优先级":"high","waited":"PT1H30M"}"#,
        expect![[r#"
            V0104 1:71 expected a value, found `NaN` | 应为一个值，实际为 `NaN`
              -> write a number, "text", `true`, `false` or `null`; what was not measured is left out | 请写数字、"文本"、`true`、`false` 或 `null`；没有测得的值不写
            V0114 2:71 expected a number, found `many` | 应为数字，实际为 `many`
              -> write digits with at most one point: `1234.5`; no separators, no sign but `-` | 只写数字和至多一个小数点，例如 `1234.5`；不写千位分隔符，符号只能是 `-`
            V0114 2:88 expected `true` or `false` for `planned`, found the number `1` | `planned` 应为 `true` 或 `false`，实际为数字 `1`
              -> write `true` or `false` | 请写 `true` 或 `false`
            V0114 2:97 expected a text in double quotes for `note`, found a list | `note` 应为双引号中的文本，实际为列表
              -> write a text in double quotes | 请写双引号中的文本
            V0115 3:71 `0.12345678901234567890123456789` has more than 28 digits | `0.12345678901234567890123456789` 超过 28 位数字
              -> write no more digits than were measured | 请只保留实际测得的位数
            V0116 4:52 the amount `200.00` names no currency | 金额 `200.00` 没有写明币种
              -> write `"200.00 USD"` | 请写成 `"200.00 USD"`
            V0117 5:52 expected an amount in USD, found `EUR` | 应为 USD 金额，实际为 `EUR`
              -> amounts are never converted here: record the one the contract is kept in | 此处从不换算币种：请记录以合同币种计的金额
            V0121 5:71 expected a date, found `2026-02-30` | 应为日期，实际为 `2026-02-30`
              -> write a day the calendar has, as `2026-10-01` | 请写日历上存在的日期，形如 `2026-10-01`
            V0118 5:91 expected a size, found `5` | 应为数据量，实际为 `5`
              -> write one number, one space and one unit: `5 GB`, `512 KiB` | 请写一个数字、一个空格和一个单位：`5 GB`, `512 KiB`
            V0118 5:105 expected a quantity in A, found `5 V` | 应为以 A 计的量，实际为 `5 V`
              -> write one number, one space and one unit: `3.5 A` | 请写一个数字、一个空格和一个单位：`3.5 A`
            V0118 6:70 expected a duration, found `PT1H30M` | 应为时长，实际为 `PT1H30M`
              -> write one number, one space and one unit: `90 s`, `1.5 h` | 请写一个数字、一个空格和一个单位：`90 s`, `1.5 h`
        "#]],
    );
}

#[test]
fn times_must_be_instants_in_order() {
    check(
        r#"{"fact":"fee","at":"2026-10-01T10:00:00","amount":"1 USD"}
{"fact":"fee","at":"2026-10-01","amount":"1 USD"}
{"fact":"fee","at":"2026-02-29T00:00:00Z","amount":"1 USD"}
{"fact":"fee","at":"2016-12-31T23:59:60Z","amount":"1 USD"}
{"fact":"fee","at":"1066-10-14T09:00:00Z","amount":"1 USD"}
{"fact":"fee","at":1790812800,"amount":"1 USD"}
{"fact":"fee","from":"2026-10-01T00:00:00Z","amount":"1 USD"}
{"fact":"outage","at":"2026-10-01T00:00:00Z","cause":"dns"}
{"fact":"outage","from":"2026-10-01T00:00:00Z","until":"2026-10-01T08:00:00+08:00","cause":"dns"}
{"fact":"outage","from":"2026-10-01T00:00:00Z","until":"2026-09-30T00:00:00Z","cause":"dns"}
{"fact":"ticket","from":"2026-10-01T00:00:00Z","until":"2026-10-01T00:00:00Z","优先级":"high"}
{"fact":"ticket","from":"2026-10-01T00:00:01Z","until":"2026-10-01T00:00:00Z","优先级":"high"}"#,
        expect![[r#"
            V0119 1:20 the time `2026-10-01T10:00:00` has no offset and is a different instant in every zone | 时间 `2026-10-01T10:00:00` 没有时区偏移，在不同时区是不同的时刻
              -> if it was read from a clock in Asia/Shanghai, write `2026-10-01T10:00:00+08:00` | 如果这是 Asia/Shanghai 的当地时间，请写成 `2026-10-01T10:00:00+08:00`
            V0120 2:20 `2026-10-01` is not an instant: it is not a date, a time and an offset | `2026-10-01` 不是时刻：它不是由日期、时间和偏移组成
              -> write it as `2026-10-01T00:00:00+08:00` | 请写成 `2026-10-01T00:00:00+08:00`
            V0120 3:20 `2026-02-29T00:00:00Z` is not an instant: no calendar or clock shows it | `2026-02-29T00:00:00Z` 不是时刻：日历或时钟上没有这一时刻
              -> write it as `2026-10-01T00:00:00+08:00` | 请写成 `2026-10-01T00:00:00+08:00`
            V0120 4:20 `2016-12-31T23:59:60Z` is not an instant: second 60 is a leap second; write 59 or the next 00 | `2016-12-31T23:59:60Z` 不是时刻：第 60 秒是闰秒，请写 59 或下一个 00
              -> write it as `2026-10-01T00:00:00+08:00` | 请写成 `2026-10-01T00:00:00+08:00`
            V0120 5:20 `1066-10-14T09:00:00Z` is not an instant: its year is outside 1900 to 2200 | `1066-10-14T09:00:00Z` 不是时刻：年份不在 1900 到 2200 之间
              -> write it as `2026-10-01T00:00:00+08:00` | 请写成 `2026-10-01T00:00:00+08:00`
            V0114 6:20 expected a time like "2026-10-01T00:00:00+08:00" for `at`, found the number `1790812800` | `at` 应为形如 "2026-10-01T00:00:00+08:00" 的时间，实际为数字 `1790812800`
              -> write a time like "2026-10-01T00:00:00+08:00" | 请写形如 "2026-10-01T00:00:00+08:00" 的时间
            V0124 7:1 the record of an event lacks `at` | 事件的记录缺少 `at`
              -> add it, as "at": "2026-10-01T00:00:00+08:00" | 请补上，例如 "at": "2026-10-01T00:00:00+08:00"
            V0123 7:15 the record of an event has no `from` | 事件的记录没有 `from`
              -> an event happens at one instant: write `at` | 事件发生在一个时刻：请写 `at`
            V0124 8:1 the record of a span lacks `from` | 时段的记录缺少 `from`
              -> add it, as "from": "2026-10-01T00:00:00+08:00" | 请补上，例如 "from": "2026-10-01T00:00:00+08:00"
            V0123 8:18 the record of a span has no `at` | 时段的记录没有 `at`
              -> a span lasts: write `from` and `until` | 时段有起止：请写 `from` 和 `until`
            V0125 9:56 `until` equals `from`: the span is empty | `until` 等于 `from`：时段为空
              -> `until` is the first instant after the end; leave it out while the end is still open | `until` 是结束后的第一个时刻；尚未结束时请省略
            V0125 10:56 `until` is before `from` | `until` 早于 `from`
              -> `until` is the first instant after the end; leave it out while the end is still open | `until` 是结束后的第一个时刻；尚未结束时请省略
            V0125 12:56 `until` is before `from` | `until` 早于 `from`
              -> `until` is the first instant after the end; leave it out while the end is still open | `until` 是结束后的第一个时刻；尚未结束时请省略
        "#]],
    );
}

#[test]
fn lines_must_be_objects_of_strict_json() {
    check(
        r#"{"fact":"fee",}
["fee"]
{"fact":"fee","fact":"fee"}
{"fact":"fee","subject":"\ud800"}
{"fact":"fee","at":[[[[[[[[1]]]]]]]]}
{'fact':'fee'}
{"fact":"fee"} {"fact":"fee"}
{"fact":"客服中心","subject":undefined}"#,
        expect![[r#"
            V0104 1:15 expected a key in double quotes, found `}` | 应为双引号中的键，实际为 `}`
              -> quote every key, and write no comma after the last one | 每个键都要加双引号，最后一项之后不写逗号
            V0107 2:1 expected an object, found another value | 应为对象，实际为其他值
              -> write each record as one object on one line: {"fact": "outage", …} | 每条记录写成一行中的一个对象：{"fact": "outage", …}
            V0105 3:15 `fact` stands twice in one object | `fact` 在同一对象中出现两次
              -> keep the one that is true | 只保留正确的一个
            V0104 4:26 this escape is half of a UTF-16 pair | 这个转义只是 UTF-16 代理对的一半
              -> write both halves, or the character itself | 请写出完整的代理对，或直接写该字符
            V0106 5:27 nested more than 8 levels deep | 嵌套超过 8 层
              -> a record is a flat object of its declared attributes | 一条记录是只含已声明属性的单层对象
            V0104 6:2 expected a key in double quotes, found `'` | 应为双引号中的键，实际为 `'`
              -> quote every key, and write no comma after the last one | 每个键都要加双引号，最后一项之后不写逗号
            V0104 7:16 expected the end of the line, found `{` | 应为行尾，实际为 `{`
              -> write one JSON object a line | 每行只写一个 JSON 对象
            V0104 8:26 expected a value, found `undefined` | 应为一个值，实际为 `undefined`
              -> write a number, "text", `true`, `false` or `null`; what was not measured is left out | 请写数字、"文本"、`true`、`false` 或 `null`；没有测得的值不写
        "#]],
    );
}

#[test]
fn over_long_lines_other_encodings_and_byte_order_marks_are_refused() {
    let mut bytes =
        b"\xef\xbb\xbf{\"fact\":\"fee\",\"at\":\"2026-10-01T00:00:00Z\",\"amount\":\"1 USD\"}\n".to_vec();
    bytes.extend_from_slice(b"{\"fact\":\"fee\",\"subject\":\"caf\xe9\"}\r\n \t\r\n\n");
    bytes.extend_from_slice(format!("{{\"fact\":\"{}\"}}\n", "x".repeat(65_536)).as_bytes());
    let found = problems(&[file("a.ndjson", bytes)]);
    expect![[r#"
        V0102 1:1 the file begins with a byte order mark | 文件以字节顺序标记（BOM）开头
          -> save it as UTF-8 without BOM | 请保存为不带 BOM 的 UTF-8
        V0103 2:29 the text is not UTF-8 here | 此处的文本不是 UTF-8 编码
          -> save the file as UTF-8 | 请将文件保存为 UTF-8 编码
        V0101 5:1 the record is 65547 bytes long; at most 65536 are read | 该记录长 65547 字节，至多读取 65536 字节
          -> write one record a line | 请每行只写一条记录
    "#]].assert_eq(&found);
}

#[test]
fn after_a_hundred_problems_the_rest_is_counted() {
    let lines = "{\"fact\":\"x\"}\n".repeat(250);
    let (evidence, diagnostics) =
        read(&schema(), &[file("a.ndjson", lines.clone()), file("b.ndjson", lines)]);
    assert!(evidence.records().is_empty());
    assert_eq!(diagnostics.len(), 202);
    let last = diagnostics.last().map(shown).unwrap_or_default();
    expect![[r#"
        V0199 251:1 150 more problems in `b.ndjson` are not shown | `b.ndjson` 中另有 150 个问题未列出
          -> mend those above and read the file again | 请先改正以上问题，再重新读取该文件
    "#]]
    .assert_eq(&last);
}

#[test]
fn a_bad_line_hides_no_other() {
    let text = "{\n{\"fact\":\"fee\",\"at\":\"2026-10-01T00:00:00Z\",\"amount\":\"1 USD\"}\n{";
    let (evidence, diagnostics) = read(&schema(), &[file("a.ndjson", text)]);
    assert_eq!((evidence.records().len(), diagnostics.len()), (1, 2));
    assert_eq!(evidence.records()[0].place.line, 2);
}

#[test]
fn a_record_whose_own_line_would_be_too_long_to_read_back_is_refused() {
    let note = |bells: usize| {
        let (time, note) = ("2026-10-01T00:00:00Z", "\u{1}".repeat(bells));
        file("a.csv", format!("fact,cause,from,note\noutage,dns,{time},{note}\n"))
    };
    let codes = |bells: usize| read(&schema(), &[note(bells)]).1.iter().map(|it| it.code).collect::<Vec<_>>();
    assert_eq!(codes(10_900), [""; 0]);
    assert_eq!(codes(10_950), ["V0101"]);
}
