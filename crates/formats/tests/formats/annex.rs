//! What is wrong with an annex is told at its place, with help in both languages.

use evidence::{AttributeKind, FactKind, FactSchema};
use expect_test::{Expect, expect};
use formats::{Codes, SentUnknown, Stage, Standing};

use crate::some::{ANNEX, annex, message, message_in_full, one_of, optional};

const SMALL: &str = "---
id: small
version: \"1\"
for: pingan-sms
fact: message
zone: Asia/Shanghai
standing: final before temporary, then latest
---
# Prose, and a `class` in it

| `class` | `stage` | `outcome` | `number` | meaning |
|---|---|---|---|---|
| `good` | final | delivered | valid | |
| `bad` | `final` | `failed` | `valid` | |
| `ambiguous` | `final` | | | |
| `no_receipt` | `temporary` | - | — | |

| `case` | `outcome` | `number` |
|---|---|---|
| `ambiguous` | `failed` | `valid` |
| `no_receipt` | `pending` | `valid` |

| `provider` | `carrier` | `code` | `from` | `class` | `words` |
|---|---|---|---|---|---|
| `x` | * | `A` `B` | 2026-01-01 | `good` | gut |
| `x` | * | `A` | 2026-02-01 | `bad` | schlecht |
";

fn check(from: &str, to: &str, expected: Expect) {
    assert!(from.is_empty() || SMALL.contains(from), "{from}");
    let text = SMALL.replacen(from, to, 1);
    let found = Codes::read("small.md", &text, &message()).expect_err("a fault");
    let lines: Vec<String> =
        found.iter().map(|it| format!("{it}\n{}；{}", it.fault.message().zh, it.fault.help().zh)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn the_annex_of_the_contract_is_whole() {
    let codes = annex(&message());
    assert_eq!(
        (codes.id(), codes.version(), codes.zone().name()),
        ("pingan-sms-receipts", "1", "Asia/Shanghai")
    );
    assert_eq!((codes.classes().len(), codes.sent_unknown()), (17, SentUnknown::Reported));
    assert_eq!(codes.classes().iter().filter(|it| it.stage == Stage::Temporary).count(), 1);
    // The table of the research, code by code.
    let all = "DELIVERED REQUEST_SUCCESS MOBILE_NOT_ON_SERVICE INVALID_NUMBER MOBILE_ACCOUNT_ABNORMAL MOBILE_IN_BLACK USER_REJECT \
        MOBLLE_TERMINAL_ERROR CONTENT_KEYWORD CONTENT_ERROR SIGNATURE_BLACKLIST MOBILE_SEND_LIMIT NO_ROUTE IS_CLOSE \
        SP_UNKNOWN_ERROR SP_NOT_BY_INTER_SMS MK:0000 MK:0001 MK:0012 MN:0001 DB:0101 CB:0001 CB:0053 SGIP:1 LT:0001 MK:0005 \
        MK:0013 MI:0013 MN:0013 DB:0102 SGIP:5 SGIP:13 MK:0010 MK:0011 MK:0024 MI:0024 MI:0029 MN:0041 MC:0055 MK:0008 \
        MN:0059 IC:0001 IB:0064 MK:0019 MK:0015 MK:0017 MI:0012 MB:1031 MK:0075 MK:0004 MK:0023 DB:0141 DB:0144 DB:0164 \
        MB:1077 MX:0012 BWLIST HD:19 TD:0001 TD:19 MBBLACK HIGRISK TUIDING MX:0003 TE:0003 BEYONDM BEYONDH BEYONDD ID:0076 \
        MA:0002 KEYWORD TE:0014 SIGFAIL SIGNBLOCKED IA:0051 IA:0054 IA:0073 IB:0008 IB:0009 IC:0015 DA:0054 CA:0054 MA:0051 \
        MA:0054 MN:0052 MI:0022 NOROUTE TE:0002 IC:0151 MI00022 UNDELIV REJECTD EXPIRED UNKNOWN DELIVRD";
    for code in all.split_whitespace() {
        assert!(codes.entries().iter().any(|it| it.code == code), "{code}");
    }
    assert!(codes.entries().iter().all(|it| !it.words.is_empty()));
}

#[test]
fn the_annex_fits_the_contract_it_stands_beside() {
    let text = include_str!("../../../../contracts/pingan-sms.md");
    let (contract, _) = language::read("pingan-sms.md", text);
    let contract = contract.expect("a contract without fault");
    let (_, message) = contract.schema.fact("message").expect("the fact");
    let found = Codes::read("receipts.md", ANNEX, message).err().unwrap_or_default();
    assert_eq!(found, []);
}

#[test]
fn the_standing_is_asked_of_an_attribute_of_the_fact() {
    let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let by_outcome = Standing::Rank {
        attribute: "outcome".to_owned(),
        words: vec![words(&["delivered", "failed"]), words(&["pending"])],
    };
    assert_eq!(annex(&message()).standing(), [by_outcome, Standing::Latest]);
    let full = annex(&message_in_full());
    let Some(Standing::Rank { attribute, words: by_class }) = full.standing().first() else {
        panic!("a rank");
    };
    assert_eq!((attribute.as_str(), &by_class[1]), ("class", &words(&["no_receipt"])));
    for (line, expected) in [("latest", Standing::Latest), ("earliest", Standing::Earliest)] {
        let text = SMALL.replace("final before temporary, then latest", line);
        assert_eq!(Codes::read("a.md", &text, &message()).expect("no fault").standing(), [expected]);
    }
}

#[test]
fn the_digest_is_of_the_text_and_of_nothing_else() {
    let digest = |name, text: &str| Codes::read(name, text, &message()).expect("no fault").sha256();
    assert_eq!(digest("a.md", SMALL), digest("b.md", SMALL));
    assert_ne!(digest("a.md", SMALL), digest("a.md", &SMALL.replace("gut", "Gut")));
}

#[test]
fn a_class_that_is_unknown() {
    check(
        "2026-01-01 | `good`",
        "2026-01-01 | `gooood`",
        expect![[r#"
        small.md:25:36: no class is called `gooood`; did you mean `good`?
        没有名为 `gooood` 的分类；是否为 `good`？"#]],
    );
    check(
        "2026-01-01 | `good`",
        "2026-01-01 | `delivered`",
        expect![[r#"
        small.md:25:36: no class is called `delivered`; add the class to the table of classes
        没有名为 `delivered` 的分类；请在分类表中增加该分类"#]],
    );
}

#[test]
fn a_key_that_stands_twice_or_out_of_order() {
    check(
        "2026-02-01",
        "2026-01-01",
        expect![[r#"
        small.md:26:13: provider, carrier, code and date are those of line 25; keep one of them, or give the later one its own date
        供应商、运营商、状态码和日期与第 25 行相同；请只保留一个，或为较晚的一行写明其日期"#]],
    );
    check(
        "2026-02-01",
        "2025-02-01",
        expect![[r#"
        small.md:26:13: the date is before that of the same code in line 25; order the rows of one code by date
        日期早于第 25 行同一状态码的日期；请按日期排列同一状态码的各行"#]],
    );
    check(
        "2026-02-01",
        "2026-02-30",
        expect![[r#"
        small.md:26:19: `2026-02-30` is no date; write `2026-10-01`
        `2026-02-30` 不是日期；请写作 `2026-10-01`"#]],
    );
}

#[test]
fn attributes_and_words_the_fact_does_not_have() {
    check(
        "`stage` | `outcome`",
        "`stage` | `result`",
        expect![[r#"
            small.md:11:23: the fact `message` has no attribute `result`; declare the attribute in the contract, or leave the column without code style
            事实 `message` 没有属性 `result`；请在合同中声明该属性，或去掉列名的代码样式
            small.md:13:3: the class `good` does not say `outcome`, which every record needs; fill the column `outcome`, or declare the attribute optional with `?`
            分类 `good` 未给出每条记录必需的 `outcome`；请填写 `outcome` 列，或用 `?` 将该属性声明为可选
            small.md:14:3: the class `bad` does not say `outcome`, which every record needs; fill the column `outcome`, or declare the attribute optional with `?`
            分类 `bad` 未给出每条记录必需的 `outcome`；请填写 `outcome` 列，或用 `?` 将该属性声明为可选"#]],
    );
    check(
        "| final | delivered",
        "| final | arrived",
        expect![[r#"
            small.md:13:20: `outcome` has no word `arrived`; write one of `delivered`, `failed`, `pending`
            `outcome` 没有取值 `arrived`；请写 `delivered`, `failed`, `pending` 之一"#]],
    );
    check(
        "`failed` | `valid` | |\n| `amb",
        "`failed` | | |\n| `amb",
        expect![[r#"
        small.md:14:3: the class `bad` does not say `number`, which every record needs; fill the column `number`, or declare the attribute optional with `?`
        分类 `bad` 未给出每条记录必需的 `number`；请填写 `number` 列，或用 `?` 将该属性声明为可选"#]],
    );
}

#[test]
fn rules_that_are_missing_or_too_many() {
    check(
        "| `ambiguous` | `failed` | `valid` |\n",
        "",
        expect![[r#"
            small.md:15:3: there is no rule for `ambiguous`; add a table with a column `case` and a row `ambiguous` that gives the attributes such messages count with; without agreement choose the reading least favourable to the party that keeps the data
            缺少 `ambiguous` 的规则；请增加含 `case` 列的表，并用一行 `ambiguous` 写明此类短信计入的属性；未约定的，取对保管数据的一方最不利的读法"#]],
    );
    check(
        "| `no_receipt` | `pending`",
        "| `good` | `pending`",
        expect![[r#"
            small.md:16:3: there is no rule for `no_receipt`; add a table with a column `case` and a row `no_receipt` that gives the attributes such messages count with; without agreement choose the reading least favourable to the party that keeps the data
            缺少 `no_receipt` 的规则；请增加含 `case` 列的表，并用一行 `no_receipt` 写明此类短信计入的属性；未约定的，取对保管数据的一方最不利的读法
            small.md:21:3: `good` needs no rule, or has one already; rules are for `ambiguous` and `no_receipt`, one each; other classes say it themselves
            `good` 不需要规则，或已有规则；规则仅用于 `ambiguous` 和 `no_receipt`，各一行；其他分类自行写明"#]],
    );
    check(
        "| `ambiguous` | `final` | |",
        "| `ambiguous` | `final` | `failed` |",
        expect![[r#"
        small.md:15:3: what `ambiguous` counts as is said in the table of classes; leave the attributes empty there and write them in the table with the column `case`
        `ambiguous` 的归属写在了分类表中；请在分类表中留空，并写在含 `case` 列的表中"#]],
    );
}

#[test]
fn cells_that_cannot_be_read() {
    check(
        "| `good` | final",
        "| `good` | finally",
        expect![[r#"
        small.md:13:12: expected `final` or `temporary`, found `finally`; `final` when nothing further is expected, else `temporary`
        应为 `final` 或 `temporary`，实为 `finally`；不再有后续回执的写 `final`，否则写 `temporary`
        small.md:25:36: no class is called `good`; add the class to the table of classes
        没有名为 `good` 的分类；请在分类表中增加该分类"#]],
    );
    check(
        "| `bad` | `final`",
        "| `good` | `final`",
        expect![[r#"
        small.md:14:3: the class `good` stands twice; keep one of them
        分类 `good` 出现两次；请只保留一个
        small.md:26:32: no class is called `bad`; add the class to the table of classes
        没有名为 `bad` 的分类；请在分类表中增加该分类"#]],
    );
    check(
        "| `x` | * | `A` `B`",
        "| `x` | |",
        expect![[r#"
        small.md:25:8: the column `carrier` is empty; write the word in code style; `*` stands for any provider or carrier
        `carrier` 列为空；请用代码样式写明；`*` 表示任何供应商或运营商
        small.md:25:10: the column `code` is empty; write the word in code style; `*` stands for any provider or carrier
        `code` 列为空；请用代码样式写明；`*` 表示任何供应商或运营商"#]],
    );
    check(
        "| `x` | * | `A` `B`",
        "| `x` `y` | * | `A`",
        expect![[r#"
        small.md:25:3: the column `provider` says several things; write one; only `code` may hold several
        `provider` 列有多个值；请只写一个；仅 `code` 列可写多个"#]],
    );
    check(
        "`from` | `class`",
        "from | `class`",
        expect![[r#"
        small.md:23:1: the table lacks the column `from` or has it twice; columns in code style are read: `class`, `stage` and attributes; `case` and attributes; `provider`, `carrier`, `code`, `from`, `class`, `words`
        表中 `from` 列缺失或重复；代码样式的列会被读取：`class`、`stage` 和属性；`case` 和属性；`provider`、`carrier`、`code`、`from`、`class`、`words`"#]],
    );
}

#[test]
fn front_matter_that_cannot_be_read() {
    check(
        "---\nid",
        "id",
        expect![[r#"
        small.md:1:1: the annex does not begin with closed front matter; begin with `---`, a line each for `id`, `version`, `for`, `fact`, `zone`, `standing` and, at will, `sent_unknown`, then `---`
        附件没有以完整的前置信息开头；请以 `---` 开头，每行依次写 `id`、`version`、`for`、`fact`、`zone`、`standing`，可选 `sent_unknown`，再以 `---` 结束"#]],
    );
    check(
        "zone: Asia/Shanghai\n",
        "",
        expect![[r#"
        small.md:1:1: the front matter lacks `zone`; begin with `---`, a line each for `id`, `version`, `for`, `fact`, `zone`, `standing` and, at will, `sent_unknown`, then `---`
        前置信息缺少 `zone`；请以 `---` 开头，每行依次写 `id`、`version`、`for`、`fact`、`zone`、`standing`，可选 `sent_unknown`，再以 `---` 结束"#]],
    );
    check(
        "Asia/Shanghai",
        "Asia/Schanghai",
        expect![[r#"
        small.md:6:1: no time zone is called `Asia/Schanghai`; write a name like `Asia/Shanghai`
        没有名为 `Asia/Schanghai` 的时区；请写作 `Asia/Shanghai` 之类的名称"#]],
    );
    check(
        "fact: message",
        "fact: fee",
        expect![[r#"
        small.md:5:1: the annex is for the fact `fee`, not for the one it is read with; name the contract's fact in `fact`
        附件针对事实 `fee`，而非所读取的事实；请在 `fact` 中写明合同的事实"#]],
    );
    check(
        "id: small",
        "id: small\nid: other",
        expect![[r#"
        small.md:3:1: this line of the front matter is no `key: value`, or its key is unknown or stands twice; begin with `---`, a line each for `id`, `version`, `for`, `fact`, `zone`, `standing` and, at will, `sent_unknown`, then `---`
        前置信息的此行不是 `键: 值`，或键未知、重复；请以 `---` 开头，每行依次写 `id`、`version`、`for`、`fact`、`zone`、`standing`，可选 `sent_unknown`，再以 `---` 结束"#]],
    );
    check(
        "final before temporary, then latest",
        "the best one",
        expect![[r#"
        small.md:7:1: the line `standing` cannot be read; write `final before temporary, then latest`, `latest` or `earliest`
        无法读懂 `standing` 一行；请写 `final before temporary, then latest`、`latest` 或 `earliest`"#]],
    );
    check(
        "then latest\n",
        "then latest\nsent_unknown: guessed\n",
        expect![[r#"
        small.md:8:1: the line `sent_unknown` cannot be read; write `refused` or `reported`: whether the time of the receipt stands in for an unknown time of sending
        无法读懂 `sent_unknown` 一行；请写 `refused` 或 `reported`：发送时间未知时，是否以回执时间代替"#]],
    );
}

#[test]
fn tables_that_are_missing() {
    check(
        SMALL.split_once("# Prose").expect("prose").1,
        "",
        expect![[r#"
        small.md:1:1: there is no table with a column `stage`; columns in code style are read: `class`, `stage` and attributes; `case` and attributes; `provider`, `carrier`, `code`, `from`, `class`, `words`
        没有含 `stage` 列的表；代码样式的列会被读取：`class`、`stage` 和属性；`case` 和属性；`provider`、`carrier`、`code`、`from`、`class`、`words`
        small.md:1:1: there is no rule for `ambiguous`; add a table with a column `case` and a row `ambiguous` that gives the attributes such messages count with; without agreement choose the reading least favourable to the party that keeps the data
        缺少 `ambiguous` 的规则；请增加含 `case` 列的表，并用一行 `ambiguous` 写明此类短信计入的属性；未约定的，取对保管数据的一方最不利的读法
        small.md:1:1: there is no rule for `no_receipt`; add a table with a column `case` and a row `no_receipt` that gives the attributes such messages count with; without agreement choose the reading least favourable to the party that keeps the data
        缺少 `no_receipt` 的规则；请增加含 `case` 列的表，并用一行 `no_receipt` 写明此类短信计入的属性；未约定的，取对保管数据的一方最不利的读法
        small.md:1:1: there is no table with a column `code`; columns in code style are read: `class`, `stage` and attributes; `case` and attributes; `provider`, `carrier`, `code`, `from`, `class`, `words`
        没有含 `code` 列的表；代码样式的列会被读取：`class`、`stage` 和属性；`case` 和属性；`provider`、`carrier`、`code`、`from`、`class`、`words`"#]],
    );
}

#[test]
fn a_fact_that_cannot_hold_receipts() {
    let span = FactSchema { kind: FactKind::Span, ..message() };
    let found = Codes::read("a.md", SMALL, &span).expect_err("a fault");
    assert_eq!(found.iter().map(|it| it.place.line).collect::<Vec<_>>(), [5]);
    let mut number = message();
    number.attributes.push(optional("weight", AttributeKind::Number));
    let text = SMALL.replace("| meaning |", "| `weight` |");
    let found = Codes::read("a.md", &text, &number).expect_err("a fault");
    assert_eq!(found[0].fault, formats::Fault::AttributeKind("weight".to_owned()));
}

#[test]
fn an_attribute_every_record_needs_must_be_said_by_every_class() {
    let mut strict = message();
    strict.attributes.push(one_of("class", &["good", "bad", "ambiguous", "no_receipt"]));
    assert!(Codes::read("a.md", SMALL, &strict).is_ok());
    let found = Codes::read("a.md", &SMALL.replace("`bad`", "`worse`"), &strict).expect_err("a fault");
    assert_eq!(found.iter().map(|it| it.place.line).collect::<Vec<_>>(), [14]);
    strict.attributes.push(one_of("region", &["north"]));
    let found = Codes::read("a.md", SMALL, &strict).expect_err("a fault");
    assert_eq!(found.len(), 4);
}

#[test]
fn the_stage_must_be_seen_in_the_record() {
    let text = SMALL.replace("| `no_receipt` | `pending`", "| `no_receipt` | `failed`");
    let found = Codes::read("a.md", &text, &message()).expect_err("a fault");
    assert_eq!(found.iter().map(|it| &it.fault).collect::<Vec<_>>(), [&formats::Fault::StageUnseen]);
    assert!(Codes::read("a.md", &text, &message_in_full()).is_ok());
}

#[test]
fn an_annex_too_large_is_refused() {
    let text = format!("{ANNEX}{}", " ".repeat(1024 * 1024));
    let found = Codes::read("a.md", &text, &message()).expect_err("a fault");
    assert_eq!(found[0].fault, formats::Fault::TooLarge);
}

#[test]
fn an_annex_says_of_which_contract_and_of_which_of_its_facts_it_is() {
    let other = FactSchema { name: "call".to_owned(), volume: true, ..message() };
    let listed = FactSchema { name: "listed".to_owned(), volume: false, ..message() };
    let facts = [listed, other, FactSchema { volume: true, ..message() }];
    let read = |text: &str| Codes::of_contract("small.md", text, "pingan-sms", &facts);
    assert_eq!(read(SMALL).map(|it| (it.0, it.1.id().to_owned())).ok(), Some((2, "small".to_owned())));
    let found = |from: &str, to: &str| {
        let found = read(&SMALL.replacen(from, to, 1)).expect_err("a fault");
        found.iter().map(|it| (it.place.line, it.fault.message().en)).collect::<Vec<_>>()
    };
    let said = |line, text: &str| vec![(line, text.to_owned())];
    assert_eq!(
        found("for: pingan-sms", "for: taimei"),
        said(4, "the annex is for the contract `taimei`, not for this one")
    );
    assert_eq!(found("fact: message", "fact: mesage"), said(5, "the contract has no fact `mesage`"));
    assert_eq!(
        found("fact: message", "fact: listed"),
        said(5, "records of the fact `listed` do not come in volume")
    );
    assert_eq!(found("fact: message\n", ""), said(1, "the front matter lacks `fact`"));
    let both = found("for: pingan-sms", "for: taimei\nsent_unknown: x");
    assert_eq!(both.iter().map(|it| it.0).collect::<Vec<_>>(), [4, 5]);
}
