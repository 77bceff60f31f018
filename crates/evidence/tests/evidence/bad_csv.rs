//! CSV, good and bad: what is said about it and where, multi-line cells and Chinese text included.

use evidence::read;
use expect_test::{Expect, expect};

use crate::bad_lines::{file, problems};
use crate::fixture::schema;

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&problems(&[file("a.CSV", text)]));
}

#[test]
fn rows_say_the_same_as_lines() {
    let csv = "fact,id,at,from,until,amount,cause,note,weight,planned,优先级\r\n\
        fee,1,2026-10-01T00:00:00Z,,,\"1,000.5 USD\",,,,,\r\n\
        \r\n\
        outage,2,,2026-10-01T00:00:00Z,,,dns,\"he said \"\"no\"\"\nand left\",1e-05,true,\r\n\
        ticket,3,,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,,,,,\"高\"";
    let csv = csv.replace("1,000.5", "1000.5");
    let lines = r#"{"fact":"ticket","id":"3","from":"2026-10-01T08:00:00+08:00","until":"2026-10-01T00:00:00Z","优先级":"\u9ad8"}
{"id":"2","fact":"outage","from":"2026-10-01T00:00:00.000Z","until":null,"cause":"dns","note":"he said \"no\"\nand left","weight":0.000010,"planned":true}
{"fact":"fee","id":"1","at":"2026-10-01T00:00:00Z","amount":"1000.50 USD"}"#;
    let (from_csv, problems) = read(&schema(), &[file("a.csv", csv)]);
    assert_eq!(problems, []);
    let (from_lines, problems) = read(&schema(), &[file("a.ndjson", lines)]);
    assert_eq!(problems, []);
    assert_eq!(from_csv.lines(None), from_lines.lines(None));
    assert_eq!(from_csv.records().iter().map(|it| it.place.line).collect::<Vec<_>>(), [4, 2, 6]);
}

#[test]
fn the_header_must_name_keys() {
    check(
        "",
        expect![[r#"
        V0108 1:1 the file has no header row with a column `fact` | 文件没有含 `fact` 列的表头行
          -> begin with a row of keys: `fact,subject,from,until,…` | 首行请写各列的键：`fact,subject,from,until,…`
    "#]],
    );
    check(
        "\n\n",
        expect![[r#"
        V0108 1:1 the file has no header row with a column `fact` | 文件没有含 `fact` 列的表头行
          -> begin with a row of keys: `fact,subject,from,until,…` | 首行请写各列的键：`fact,subject,from,until,…`
    "#]],
    );
    check(
        "from,until\n2026-10-01T00:00:00Z,\n",
        expect![[r#"
        V0108 1:1 the file has no header row with a column `fact` | 文件没有含 `fact` 列的表头行
          -> begin with a row of keys: `fact,subject,from,until,…` | 首行请写各列的键：`fact,subject,from,until,…`
    "#]],
    );
    check(
        "fact,at,ammount,at,事由,\nfee,2026-10-01T00:00:00Z,1 USD,,,\n",
        expect![[r#"
            V0112 1:9 no fact of the contract has an attribute `ammount` | 合同中没有任何事实声明属性 `ammount`
              -> did you mean `amount`? | 是否想写 `amount`？
            V0105 1:17 the column `at` stands twice | 列 `at` 出现两次
              -> keep the one that is true | 只保留正确的一列
            V0112 1:20 no fact of the contract has an attribute `事由` | 合同中没有任何事实声明属性 `事由`
              -> name each column after a key of records or an attribute of a fact, or leave the column out | 列名须是记录的键或事实的属性；否则请删去该列
            V0112 1:23 no fact of the contract has an attribute `` | 合同中没有任何事实声明属性 ``
              -> name each column after a key of records or an attribute of a fact, or leave the column out | 列名须是记录的键或事实的属性；否则请删去该列
        "#]],
    );
}

#[test]
fn rows_must_fit_the_header_and_quotes_the_cells() {
    check(
        "fact,at,amount,note\n\
         fee,2026-10-01T00:00:00Z,1 USD\n\
         fee,2026-10-01T00:00:00Z,\"1\" USD,\n\
         fee,2026-10-01T00:00:00Z,1 USD,a \"b\"\n\
         fee,2026-10-01T00:00:00Z,1 USD,中文\n\
         \"fee\",2026-10-01T00:00:00Z,\"1\nEUR\",\n\
         fee,2026-10-01T00:00:00Z,1 USD,\"never\nclosed",
        expect![[r#"
            V0108 2:1 expected 4 cells as in the header, found 3 | 应与表头一致有 4 格，实际为 3 格
              -> write one cell for every column, empty where there is nothing to say; quote cells with commas | 每列都要有一格，无内容时留空；含逗号的内容请加双引号
            V0109 3:28 this double quote does not open or close a whole cell | 此双引号没有完整地包住一格
              -> quote the whole cell and double the quotes inside it: "say ""so""" | 请把整格放进双引号，格内的引号写两次："say ""so"""
            V0109 4:34 this double quote does not open or close a whole cell | 此双引号没有完整地包住一格
              -> quote the whole cell and double the quotes inside it: "say ""so""" | 请把整格放进双引号，格内的引号写两次："say ""so"""
            V0112 5:32 `note` is not an attribute of `fee` | `note` 不是 `fee` 的属性
              -> `fee` declares `amount`, `due`, `used`, `current` | `fee` 声明了`amount`、`due`、`used`、`current`
            V0114 6:28 expected an amount like "200.00 USD" for `amount`, found the text `1\nEUR` | `amount` 应为形如 "200.00 USD" 的金额，实际为文本 `1\nEUR`
              -> write an amount like "200.00 USD" | 请写形如 "200.00 USD" 的金额
            V0109 8:32 this double quote does not open or close a whole cell | 此双引号没有完整地包住一格
              -> quote the whole cell and double the quotes inside it: "say ""so""" | 请把整格放进双引号，格内的引号写两次："say ""so"""
        "#]],
    );
}

#[test]
fn places_in_rows_of_several_lines_are_where_the_eye_finds_them() {
    check(
        "fact,note,cause,from\noutage,\"一\n二\",dsn,2026-10-01T00:00:00Z\n\noutage,,dns,2026-10-01\n",
        expect![[r#"
            V0122 3:4 expected one of the declared words, found `dsn` | 应为已声明的词之一，实际为 `dsn`
              -> did you mean `dns`? | 是否想写 `dns`？
            V0120 5:13 `2026-10-01` is not an instant: it is not a date, a time and an offset | `2026-10-01` 不是时刻：它不是由日期、时间和偏移组成
              -> write it as `2026-10-01T00:00:00+08:00` | 请写成 `2026-10-01T00:00:00+08:00`
        "#]],
    );
}

#[test]
fn a_row_beyond_the_limit_and_another_encoding_are_refused() {
    let long = format!("fact,subject\nfee,{}\n", "x".repeat(70_000));
    check(
        &long,
        expect![[r#"
        V0101 2:1 the record is 70004 bytes long; at most 65536 are read | 该记录长 70004 字节，至多读取 65536 字节
          -> write one record a line | 请每行只写一条记录
    "#]],
    );
    let found = problems(&[file("a.csv", b"fact,at\nfee,caf\xe9\n".to_vec())]);
    expect![[r#"
        V0103 2:8 the text is not UTF-8 here | 此处的文本不是 UTF-8 编码
          -> save the file as UTF-8 | 请将文件保存为 UTF-8 编码
    "#]]
    .assert_eq(&found);
}
