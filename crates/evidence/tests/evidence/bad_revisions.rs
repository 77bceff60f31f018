//! Records that contradict one another, named with both lines.

use expect_test::{Expect, expect};

use crate::bad_lines::{file, problems};

fn check(lines: &str, expected: Expect) {
    let other = r#"{"fact":"fee","id":"other","at":"2026-10-01T00:00:00Z","amount":"1 USD"}"#;
    expected.assert_eq(&problems(&[file("a.ndjson", lines), file("b.ndjson", other)]));
}

#[test]
fn one_id_is_one_record_unless_it_is_revised() {
    check(
        r#"{"fact":"fee","id":"x","at":"2026-10-02T00:00:00Z","amount":"2 USD"}
{"fact":"fee","id":"x","at":"2026-10-01T00:00:00Z","amount":"1 USD"}
{"fact":"fee","id":"y","at":"2026-10-01T00:00:00Z","amount":"1 USD"}
{"fact":"fee","id":"y","at":"2026-10-01T00:00:00Z","amount":"2 USD","supersedes":"y"}
{"fact":"fee","id":"y","at":"2026-10-01T00:00:00Z","amount":"3 USD","supersedes":"y"}
{"fact":"fee","id":"other","at":"2026-10-01T00:00:00Z","amount":"2 USD"}"#,
        expect![[r#"
            V0130 2:1 two different records have the id `x` | 两条不同的记录使用了同一 id `x`
              -> give one another id, or, if it corrects the other, add `"supersedes": "x"` | 请为其中一条另取 id；如果是更正另一条，请加上 `"supersedes": "x"`
              (the other one is at a.ndjson:1 | 另一条在 a.ndjson:1)
            V0133 5:1 two versions of `y` do not say which of them is later | `y` 的两个版本没有写明先后
              -> give each version its own `recorded_at` | 请为每个版本写上各自的 `recorded_at`
              (the other one is at a.ndjson:4 | 另一条在 a.ndjson:4)
            V0130 1:1 two different records have the id `other` | 两条不同的记录使用了同一 id `other`
              -> give one another id, or, if it corrects the other, add `"supersedes": "other"` | 请为其中一条另取 id；如果是更正另一条，请加上 `"supersedes": "other"`
              (the other one is at a.ndjson:6 | 另一条在 a.ndjson:6)
        "#]],
    );
}

#[test]
fn what_is_superseded_must_exist_and_the_last_word_must_stand() {
    check(
        r#"{"fact":"fee","at":"2026-10-01T00:00:00Z","amount":"1 USD","supersedes":"nobody"}
{"fact":"fee","id":"a","at":"2026-10-01T00:00:00Z","amount":"1 USD","supersedes":"c"}
{"fact":"fee","id":"b","at":"2026-10-01T00:00:00Z","amount":"1 USD","supersedes":"a"}
{"fact":"fee","id":"c","at":"2026-10-01T00:00:00Z","amount":"1 USD","supersedes":"b"}
{"fact":"fee","supersedes":"other","withdrawn":true}"#,
        expect![[r#"
            V0131 1:1 no record has the id `nobody` that this one supersedes | 本记录所取代的 id `nobody` 不存在
              -> give the file with that record as well, or mend the id | 请同时提供含有该记录的文件，或改正 id
            V0132 2:1 these records supersede one another in a circle: `a` → `c` → `b` | 这些记录循环取代：`a` → `c` → `b`
              -> the last correction supersedes the one before it; nothing supersedes the last | 后一次更正取代前一次；最后一次不再被取代
        "#]],
    );
}

#[test]
fn a_withdrawal_names_what_it_takes_back_and_a_refused_record_is_not_called_unknown() {
    check(
        r#"{"fact":"fee","withdrawn":true}
{"fact":"fee","withdrawn":"maybe","supersedes":"other"}
{"fact":"fee","id":"refused","at":"2026-10-01","amount":"1 USD"}
{"fact":"fee","supersedes":"refused","withdrawn":true}"#,
        expect![[r#"
            V0126 1:1 the withdrawal does not say which record it takes back | 撤回没有写明撤回哪条记录
              -> add `supersedes` with the id of that record | 请用 `supersedes` 写明该记录的 id
            V0113 2:1 the record of `fee` lacks `amount` | `fee` 的记录缺少 `amount`
              -> add it, as `"200.00 USD"`, or declare it `amount: …?` if it may be absent | 请补上，例如 `"200.00 USD"`；如果可以缺省，请在合同中声明为 `amount: …?`
            V0124 2:1 the record of an event lacks `at` | 事件的记录缺少 `at`
              -> add it, as "at": "2026-10-01T00:00:00+08:00" | 请补上，例如 "at": "2026-10-01T00:00:00+08:00"
            V0114 2:27 expected `true` or `false` for `withdrawn`, found the text `maybe` | `withdrawn` 应为 `true` 或 `false`，实际为文本 `maybe`
              -> write `true` or `false` | 请写 `true` 或 `false`
            V0120 3:35 `2026-10-01` is not an instant: it is not a date, a time and an offset | `2026-10-01` 不是时刻：它不是由日期、时间和偏移组成
              -> write it as `2026-10-01T00:00:00+08:00` | 请写成 `2026-10-01T00:00:00+08:00`
        "#]],
    );
}

#[test]
fn corrections_out_of_time_and_copies_are_told_but_can_be_used() {
    check(
        r#"{"fact":"fee","id":"p","at":"2026-10-01T00:00:00Z","amount":"1 USD","recorded_at":"2026-10-09T00:00:00Z"}
{"fact":"fee","id":"q","at":"2026-10-01T00:00:00Z","amount":"2 USD","recorded_at":"2026-10-08T00:00:00Z","supersedes":"p"}
{"fact":"fee","at":"2026-10-05T00:00:00Z","amount":"2 USD"}
{"fact":"fee","at":"2026-10-05T08:00:00+08:00","amount":"2.00 USD"}
{"fact":"fee","id":"other","at":"2026-10-01T00:00:00Z","amount":"1 USD"}"#,
        expect![[r#"
            V0134 2:1 a correction of `p` was recorded before what it corrects | 对 `p` 的更正早于被更正的记录
              -> the correction stands all the same; check both `recorded_at` | 更正仍然有效；请核对两条记录的 `recorded_at`
              (the other one is at a.ndjson:1 | 另一条在 a.ndjson:1)
            V0135 4:1 exact copies of other records, this one first: 1; a copy does not count again | 与其他记录完全相同的记录（自本条起）：1 条；相同的记录只计一次
              -> if they are different things that look alike, give each an `id` | 如果它们其实是不同的事，请为每条记录加上 `id`
            V0135 1:1 exact copies of other records, this one first: 1; a copy does not count again | 与其他记录完全相同的记录（自本条起）：1 条；相同的记录只计一次
              -> nothing needs mending | 无需处理
        "#]],
    );
}
