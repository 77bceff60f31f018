//! What is found in the words of the prose: dead links, references to clauses that are not there, undefined terms.

use diagnostic::{Diagnostic, Severity};

use crate::support::contract;

/// Findings of the prose on a contract with these words.
fn told(prose: &str) -> Vec<Diagnostic> {
    told_with(prose, "")
}

/// The same with rules.
fn told_with(prose: &str, rules: &str) -> Vec<Diagnostic> {
    let read = contract(&format!("{prose}\n\n```sla\ncycle calendar month\n{rules}\n```"));
    let own = ["R0422", "R0424", "R0425"];
    review::review(&read).into_iter().filter(|it| own.contains(&it.code)).collect()
}

fn messages(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(|it| format!("{} {}", it.code, it.message.en)).collect()
}

/// The words each finding of a code is about.
fn quoted(prose: &str, code: &str) -> Vec<String> {
    let about = |it: &Diagnostic| {
        let inner = it.message.en.split(['`', '“', '”']).nth(1);
        inner.unwrap_or_default().to_owned()
    };
    told(prose).iter().filter(|it| it.code == code).map(about).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_link_into_the_document_leads_to_a_heading_or_an_anchor() {
    for sound in [
        "## Fee table\n\n[fees](#fee-table)",
        "## 3.4 Exclusions · 除外情形\n\n[see](#34-exclusions--除外情形)",
        "## 第五条 服务费\n\n[服务费](#第五条-服务费) [服务费](#%E7%AC%AC%E4%BA%94%E6%9D%A1-%E6%9C%8D%E5%8A%A1%E8%B4%B9)",
        "## Fees\n\n## Fees\n\n[one](#fees) [two](#fees-1)",
        "<a id=\"cloud\"></a>\n\n## 5 Suppliers\n\n[clause 5](#cloud)",
        "<a name=\"cloud\"></a> x [y](#cloud) [up](#top) [own][o]\n\n[o]: #cloud",
        "[file](other.md#fees) [web](https://a.example/#fees)",
        "the interval [95%, 99%) and [x] [1][2]",
        "`[text](#none)`",
    ] {
        assert_eq!(messages(&told(sound)), NONE, "{sound}");
    }
    let dead = told("## Fees\n\n[two](#fees-1)");
    assert_eq!(
        messages(&dead),
        ["R0422 the link `two` leads to `#fees-1`, which is nowhere in this document"]
    );
    assert_eq!(dead[0].severity, Severity::Warning);
    assert_eq!(dead[0].place.as_ref().map(|it| it.line), Some(13));
    let zh = told("## 服务费\n\n[费用](#费用)");
    assert_eq!(zh[0].message.zh, "链接“费用”指向 `#费用`，而本文件中没有该位置");
    for (text, help) in [
        ("## Fee table\n\n[fees](#Fee-Table)", "write `#fee-table`"),
        ("## 5 服务费 Fee\n\n[fees](#5-服务费fee)", "write `#5-服务费-fee`"),
        ("## 5 Suppliers\n\n[fees](#suppliers)", "write `#5-suppliers`"),
    ] {
        assert_eq!(told(text)[0].help.en, help, "{text}");
    }
}

#[test]
fn a_reference_link_has_a_definition() {
    let dead = told("[the terms][terms] [官网][]\n\n[other]: https://a.example");
    assert_eq!(
        messages(&dead),
        [
            "R0422 the link `the terms` refers to `[terms]`, which has no address",
            "R0422 the link `官网` refers to `[官网]`, which has no address",
        ]
    );
    assert_eq!(messages(&told("[the terms][Terms]\n\n[terms]: https://a.example")), NONE);
}

#[test]
fn a_rule_names_clauses_that_stand_in_the_document() {
    let with = |clause: &str| {
        let prose = "## 1 Uptime\n\nAs the Master Agreement says.\n\n## 2 Exclusions / 除外情形\n\n1. one\n2. two\n\n### 2.5 More\n\n(7) seven";
        messages(&told_with(prose, &format!("cause dns \"DNS\" excluded clause \"{clause}\"")))
    };
    for sound in [
        "2",
        "2.5",
        "2 (1)",
        "2 (1), (2)",
        "2.2",
        "2 (7)",
        "2 Exclusions",
        "clause 2.5 and more",
        "第二条",
        "1; 2（2）",
        "Exclusions",
        "除外情形",
        "Master Agreement",
        "9.1 Master Agreement",
    ] {
        assert_eq!(with(sound), NONE, "{sound}");
    }
    for (dead, named) in [
        ("3", "3"),
        ("2.6", "2.6"),
        ("2 (1), (3)", "2 (3)"),
        ("1, 4", "4"),
        ("第三条", "第三条"),
        ("Exemptions", "Exemptions"),
        ("免责", "免责"),
    ] {
        assert_eq!(with(dead), [format!("R0424 `{named}` names no clause of this document")], "{dead}");
    }
}

#[test]
fn clauses_are_not_asked_for_where_they_have_no_numbers() {
    let prose = "## Uptime\n\nSee clause 9.\n\n## Exclusions";
    let found = told_with(prose, "exclusion odd : outage clause \"6.3\"\nfact outage : span {}");
    assert_eq!(messages(&found), NONE);
}

#[test]
fn the_prose_names_clauses_that_stand_in_the_document() {
    let with = |text: &str| {
        quoted(&format!("## 1 Uptime\n\n{text}\n\n## 2 Credits\n\n第三条 费用\n\n2.1 More"), "R0424")
    };
    for sound in [
        "within the times of clause 2",
        "under clauses 1 and 2.1 of this agreement",
        "under clause 9 of the framework",
        "as Article 28 GDPR asks",
        "见第三条，并按第二条办理",
        "依照《民法典》第五百条和合同法第九条",
        "自第九条短信起，按第九条短信计费",
    ] {
        assert_eq!(with(sound), NONE, "{sound}");
    }
    assert_eq!(with("within the times of clause 8."), ["clause 8"]);
    assert_eq!(with("under clauses 1, 2 and 7"), ["7"]);
    assert_eq!(with("见第五条。按第 4.2 款处理"), ["第五条", "第 4.2 款"]);
}

#[test]
fn a_term_that_nothing_defines_is_found() {
    for (prose, terms) in [
        (
            "The customer gets 10% of the Monthly Fee. It never exceeds the Monthly Fees of a year.",
            vec!["Monthly Fee"],
        ),
        ("The customer gets 10% of the “Monthly Fee” of the service.", vec!["Monthly Fee"]),
        ("The customer gets 10% of the \"Monthly Fee\" of the service.", vec!["Monthly Fee"]),
        ("The customer gets 10% of the **Monthly Fee** of the service.", vec!["Monthly Fee"]),
        ("We add the Compute Minutes of the build; unused Compute Minutes expire.", vec!["Compute Minutes"]),
        ("Credits follow Qualifying Outages (as defined below) only.", vec!["Qualifying Outages"]),
        ("Half of the Total Fees (defined below).", vec!["Total Fees"]),
        ("抵扣为“月服务费”的 10%。", vec!["月服务费"]),
        ("低于承诺的，支付「服务积分」；未使用的「服务积分」到期失效。", vec!["服务积分"]),
        ("不计入**计划维护时间**的除外。", vec!["计划维护时间"]),
        ("仅计“有效中断”（定义见下文）。", vec!["有效中断"]),
    ] {
        assert_eq!(quoted(prose, "R0425"), terms, "{prose}");
    }
}

#[test]
fn a_term_is_defined_in_the_usual_ways() {
    let uses = "It is a share of the Monthly Fee, at most the “Monthly Fee” of one month.";
    for definition in [
        "“Monthly Fee” means what is paid for a month.",
        "\"Monthly Fees\" are the fees of a month.",
        "**Monthly Fee**: what is paid for a month.",
        "**Monthly Fee**\n\nWhat is paid for a month.",
        "- Monthly Fee: what is paid for a month",
        "- Monthly Fee – what is paid for a month",
        "The fees of a month (the “Monthly Fee”) are prepaid.",
        "The fees of a month (“Monthly Fee”) are prepaid.",
        "The fees of a month (Monthly Fee) are prepaid.",
        "The fees of a month (each a “Monthly Fee”, together the “Fees”) are prepaid.",
        "The fees of a month, referred to as the “Monthly Fee”, are prepaid.",
        "The Monthly Fee is the amount of the order.",
        "The Monthly Fee is 100 USD.",
        "A monthly fee is what is paid for a month.",
        "“Charges” and “Monthly Fee” mean what is paid.",
        "“Charges” and “Monthly Fee” in one country mean what is paid.",
        "“Monthly Fee” has the meaning given in the order.",
        "The Monthly Fee (defined in the order form) is prepaid.",
        "“Monthly Fee”, as used in this text, means what is paid for a month.",
        "Monthly Fee = hours × price",
        "## Monthly fees\n\nThey are prepaid.",
        "| term | meaning |\n|---|---|\n| Monthly Fee | what is paid |",
        "```\nMonthly Fee = hours × price\n```",
        "It follows the [Monthly Fee](https://a.example/fees).",
    ] {
        let prose = format!("{definition}\n\n{uses}");
        assert_eq!(quoted(&prose, "R0425"), NONE, "{definition}");
    }
    let uses = "抵扣为“月服务费”的 10%，不超过当月“月服务费”的总和。";
    for definition in [
        "“月服务费”是指客户当月支付的费用。",
        "「月服务费」系指客户当月支付的费用。",
        "“费用”“月服务费”指客户支付的款项。",
        "客户当月支付的费用（以下简称“月服务费”）应预付。",
        "客户当月支付的费用（下称“月服务费”或“费用”）应预付。",
        "客户当月支付的费用（“月服务费”）应预付。",
        "客户当月支付的费用，统称“月服务费”。",
        "**月服务费**：客户当月支付的费用。",
        "月服务费为客户当月支付的费用。",
        "## 二、月服务费\n\n应预付。",
        "| 术语 | 含义 |\n|---|---|\n| 月服务费 | 客户当月支付的费用 |",
        "“月服务费”的定义见《服务订单》。",
    ] {
        let prose = format!("{definition}\n\n{uses}");
        assert_eq!(quoted(&prose, "R0425"), NONE, "{definition}");
    }
}

#[test]
fn a_rule_defines_the_term_it_is_named_after() {
    let prose = "A share of the Monthly Fee, at most the Monthly Fee. A share of “月服务费” and of “Outage Durations”.";
    let rules = "monthly_fee = 100 CNY\n月服务费 = 100 CNY\nfact outage : span { duration: duration }";
    assert_eq!(messages(&told_with(prose, rules)), NONE);
    assert_eq!(told(prose).len(), 3);
}

#[test]
fn what_is_defined_without_a_word_in_front_is_defined_with_it() {
    let prose = "“Uptime Percentage” means a share. The Monthly Uptime Percentage and each Affected Uptime Percentage, the Monthly Uptime Percentage too.";
    assert_eq!(quoted(prose, "R0425"), NONE);
}

#[test]
fn names_buttons_subjects_and_quotations_are_no_terms() {
    for prose in [
        "We use Alibaba Cloud and Medical Web Experts, and Alibaba Cloud and Medical Web Experts again.",
        "Click “Submit Claim” and write the subject line “Service Credit”, then the button “Submit Claim”.",
        "The state “work started”, the state “work started”; “pro rata”, “pro rata”.",
        "Hours run by Eastern Standard Time, holidays but Christmas Day, by Eastern Standard Time but Christmas Day.",
        "**Scheduled maintenance.** The Service is down.",
        "Only once is there a Monthly Fee.",
        "点击“提交申请时间”，主题为“服务积分”；以“服务水平协议服务积分”为主题，“确认”后“确认”。",
        "状态为“工作已开始”，并“按比例”计算，“按比例”计算。",
        "**不得**转让，**不得**出租。",
    ] {
        assert_eq!(quoted(prose, "R0425"), NONE, "{prose}");
    }
}

#[test]
fn a_definition_that_is_promised_stands_where_the_text_says() {
    let with = |body: &str, said: &str| {
        let prose = format!("## 1 Fees\n\n{body}\n\n## 2 Credits\n\n{said}");
        let found = told(&prose);
        found.into_iter().map(|it| (it.code, it.severity)).collect::<Vec<_>>()
    };
    let fees = "The total fees of a month are prepaid.";
    assert_eq!(with(fees, "Half of the Total Fees (as defined in clause 1)."), []);
    assert_eq!(with(fees, "Half of the “Total Fees”, as defined in the order form."), []);
    let missing = [("R0425", Severity::Warning)];
    assert_eq!(with("Fees are prepaid.", "Half of the Total Fees (as defined in clause 1)."), missing);
    assert_eq!(with("Fees are prepaid.", "Half of the Total Fees, as defined below."), missing);
    assert_eq!(with("费用预付。", "“总费用”（定义见第一条）的一半。"), missing);
    assert_eq!(with("总费用预付。", "“总费用”（定义见第一条）的一半。"), []);
    assert_eq!(with("费用预付。", "第一条所定义的“总费用”的一半。"), missing);
    let nowhere = [("R0424", Severity::Warning)];
    assert_eq!(with("Fees are prepaid.", "Half of the Total Fees (as defined in clause 7)."), nowhere);
}

#[test]
fn the_first_use_of_a_term_is_its_place() {
    let found = told("Half of the\nMonthly Fee, at most the Monthly Fee.");
    let place = found[0].place.clone().unwrap();
    assert_eq!((place.line, place.column), (12, 1));
    assert_eq!(found[0].severity, Severity::Note);
    assert_eq!(found[0].message.zh, "术语“Monthly Fee”已使用而从未定义（共 2 处）");
}
