//! A settlement with every status, verdict and section.

use calendar::Zone;
use diagnostic::Bilingual;
use language::contract::Compare;
use quantity::{Quantity, Unit};
use settle::absent::Absent;
use settle::settlement::*;
use settle::{Settlement, Shown};

use super::{at, digest, interval, number, ratio, seconds, usd};

const AVAILABILITY: &str = "4.1 Enterprise hosting · 企业托管";
const EXCEPTIONS: &str = "5 Exceptions · 例外情形";
const CREDITS: &str = "6 Service credits · 服务积分";
const CLAIMING: &str = "6.1 Claiming a credit · 申请积分";
const RESPONSE: &str = "8 Service requests · 服务请求";
const LITERAL_WHY: &str = "the printed formula takes downtime off uptime, which is already free of it ／ 原文公式从可用时间中再减去不可用时间，而可用时间本已不含不可用时间";
const USUAL_WHY: &str =
    "uptime is meant to be the whole time of the cycle, as is usual ／ 按通常理解，可用时间指整个周期的时间";

pub(crate) fn full() -> Settlement {
    Settlement {
        contract: ContractName {
            id: "mwe".to_owned(),
            version: "1.1".to_owned(),
            sha256: digest('c'),
            title: Bilingual::new("Hosting Service Level Agreement", "托管服务等级协议"),
            provider: Some("Medical Web Experts".to_owned()),
            zone: Zone::named("America/New_York").unwrap(),
        },
        inputs: Inputs {
            plan: Some("enterprise".to_owned()),
            tenant: Some("Mercy Clinic & Partners <mcp>".to_owned()),
            since: Some(at("2026-11-03T00:00:00-05:00")),
            as_of: Some(at("2026-12-10T15:30:00-05:00")),
            parameters: vec![("custom_target".to_owned(), "99.9%".to_owned())],
        },
        cycle: CycleSpan {
            label: "2026-11".to_owned(),
            counted: interval("2026-11-03T00:00:00-05:00", "2026-12-01T00:00:00-05:00"),
            whole: interval("2026-11-01T00:00:00-04:00", "2026-12-01T00:00:00-05:00"),
        },
        status: SettlementStatus::Provisional,
        levels: levels(),
        promises: promises(),
        remedies: remedies(),
        claims: claims(),
        rights: rights(),
        excluded: excluded(),
        lints: lints(),
        derivation: derivations(),
        evidence: EvidenceSummary { records: 48_213, sha256: digest('e') },
        tzdb: "2026a".to_owned(),
        calendars: vec![(
            "us_federal".to_owned(),
            "5 U.S.C. 6103, opm.gov, 2011 to 2030 ／ 美国法典第 5 编第 6103 条，opm.gov，2011 至 2030 年"
                .to_owned(),
        )],
    }
}

fn levels() -> Vec<LevelResult> {
    let plain = |name: &str, value| LevelResult {
        name: name.to_owned(),
        subject: None,
        value,
        without_exclusions: None,
        readings: Vec::new(),
        decimals: None,
        percent: false,
        clause: RESPONSE.to_owned(),
    };
    let line = |subject: &str, value| LevelResult {
        subject: Some(subject.to_owned()),
        percent: true,
        decimals: Some(2),
        clause: "4 Network access · 网络接入性能".to_owned(),
        ..plain("line_access", value)
    };
    vec![
        LevelResult {
            without_exclusions: Some(Ok(number("6659/6720"))),
            readings: vec![
                reading("literal", LITERAL_WHY, true, Ok(number("3343/3360"))),
                reading("usual", USUAL_WHY, false, Ok(number("6703/6720"))),
            ],
            percent: true,
            clause: AVAILABILITY.to_owned(),
            ..plain("uptime", Ok(number("3343/3360")))
        },
        line("telecom", Ok(number("99990001/100000000"))),
        line("unicom", Ok(number("998999/1000000"))),
        plain("first_answer", Ok(seconds("370/3"))),
        plain("voice_quality", Ok(Quantity { value: ratio("39/10"), unit: Unit::named("MOS") })),
        plain(
            "mtbf",
            Err(Absent::not_enough(
                "fewer than two failures, so none lies between two",
                "故障不足两次，不存在间隔",
            )),
        ),
    ]
}

fn promises() -> Vec<PromiseResult> {
    let promise = |name: &str, verdict, clause: &str| PromiseResult {
        name: name.to_owned(),
        subject: None,
        duty: false,
        verdict,
        reason: None,
        target: None,
        level: None,
        without_exclusions: None,
        readings: Vec::new(),
        clause: clause.to_owned(),
    };
    let access = |subject: &str, verdict| PromiseResult {
        subject: Some(subject.to_owned()),
        target: Some((Compare::AtLeast, number("999/1000"))),
        level: Some("line_access".to_owned()),
        ..promise("access", verdict, "4 Network access · 网络接入性能")
    };
    vec![
        PromiseResult {
            target: Some((Compare::AtLeast, number("199/200"))),
            level: Some("uptime".to_owned()),
            readings: vec![
                reading("literal", LITERAL_WHY, true, Ok(false)),
                reading("usual", USUAL_WHY, false, Ok(true)),
            ],
            ..promise("availability", Verdict::Breached, AVAILABILITY)
        },
        access("telecom", Verdict::Met),
        access("unicom", Verdict::Breached),
        PromiseResult {
            target: Some((Compare::Less, seconds("120"))),
            level: Some("first_answer".to_owned()),
            without_exclusions: Some(Verdict::Met),
            ..promise("first_answers", Verdict::Breached, RESPONSE)
        },
        PromiseResult {
            target: Some((Compare::AtLeast, seconds("7776000"))),
            level: Some("mtbf".to_owned()),
            reason: Some(Absent::not_enough("fewer than two failures", "故障不足两次")),
            ..promise("reliability", Verdict::NoData, RESPONSE)
        },
        PromiseResult {
            reason: Some(Absent::not_covered("the plan is not `premium`", "套餐不是 `premium`")),
            ..promise("around_the_clock", Verdict::NotCovered, RESPONSE)
        },
        PromiseResult {
            duty: true,
            ..promise("emergency_fan_out", Verdict::Met, "7.1 Emergencies · 紧急情况")
        },
        PromiseResult {
            duty: true,
            reason: Some(Absent::not_computable("the formula is a missing image", "公式为缺失的图片")),
            ..promise("metering", Verdict::NotComputable, RESPONSE)
        },
        PromiseResult {
            duty: true,
            reason: Some(Absent::provisional(
                "the holidays of 2027 are not published",
                "2027 年节假日尚未公布",
            )),
            ..promise("minor_response", Verdict::Provisional, RESPONSE)
        },
    ]
}

fn remedies() -> Vec<RemedyResult> {
    let remedy = |name: &str, status| RemedyResult {
        name: name.to_owned(),
        subject: None,
        kind: "service_credit".to_owned(),
        status,
        reason: None,
        literal: None,
        amount: None,
        rounded: None,
        share: None,
        base: None,
        capped: false,
        directly: None,
        without_exclusions: None,
        readings: Vec::new(),
        clause: CREDITS.to_owned(),
    };
    vec![
        RemedyResult {
            literal: Some(usd("200/9")),
            amount: Some(usd("200/9")),
            rounded: Some(usd("1111/50")),
            share: Some(ratio("1/9")),
            base: Some(usd("200")),
            directly: Some(Ok(false)),
            without_exclusions: Some(usd("50")),
            readings: vec![
                reading("literal", LITERAL_WHY, true, Ok(usd("1111/50"))),
                reading("usual", USUAL_WHY, false, Ok(usd("0"))),
            ],
            ..remedy("credit", RemedyStatus::Due)
        },
        RemedyResult {
            kind: "voucher".to_owned(),
            literal: Some(usd("250")),
            amount: Some(usd("200")),
            rounded: Some(usd("200")),
            share: Some(ratio("5/4")),
            base: Some(usd("200")),
            capped: true,
            directly: Some(Ok(true)),
            ..remedy("late_tickets", RemedyStatus::Due)
        },
        RemedyResult {
            literal: Some(usd("-200")),
            amount: Some(usd("0")),
            rounded: Some(usd("0")),
            share: Some(ratio("-2/9")),
            base: Some(usd("900")),
            ..remedy("enterprise_credit", RemedyStatus::Negative)
        },
        RemedyResult {
            kind: "extension".to_owned(),
            literal: Some(seconds("259200")),
            amount: Some(seconds("259200")),
            rounded: Some(seconds("259200")),
            ..remedy("longer_term", RemedyStatus::Due)
        },
        RemedyResult {
            kind: "compensation".to_owned(),
            reason: Some(Bilingual::new(
                "the text says \u{201c}may be compensated appropriately\u{201d}; a person decides",
                "条文为\u{201c}可适当补偿\u{201d}，由人决定",
            )),
            ..remedy("goodwill", RemedyStatus::Discretionary)
        },
        RemedyResult {
            reason: Some(Bilingual::new("the table has no row for `custom`", "表中没有 `custom` 一行")),
            ..remedy("custom_credit", RemedyStatus::NoRow)
        },
        RemedyResult {
            amount: Some(usd("0")),
            rounded: Some(usd("0")),
            ..remedy("access_credit", RemedyStatus::NotDue)
        },
    ]
}

fn claims() -> Vec<ClaimResult> {
    let claim = |remedy: &str| ClaimResult {
        remedy: remedy.to_owned(),
        subject: None,
        opens: Ok(at("2026-12-01T00:00:00-05:00")),
        closes: None,
        automatic: false,
        by: None,
        requires: Vec::new(),
        clause: CLAIMING.to_owned(),
    };
    vec![
        ClaimResult {
            closes: Some(Ok(at("2026-12-31T00:00:00-05:00"))),
            by: Some("e-mail to the support contact ／ 发送电子邮件给支持联系人".to_owned()),
            requires: vec![
                "dates and times of the downtime ／ 停机的日期和时间".to_owned(),
                "documents that prove the downtime ／ 证明停机的文件".to_owned(),
            ],
            ..claim("credit")
        },
        ClaimResult { by: Some("portal ／ 门户".to_owned()), ..claim("late_tickets") },
        ClaimResult { automatic: true, ..claim("longer_term") },
        ClaimResult {
            closes: Some(Err(Absent::provisional(
                "the holidays of 2027 are not published",
                "2027 年节假日尚未公布",
            ))),
            ..claim("goodwill")
        },
    ]
}

fn rights() -> Vec<RightResult> {
    let right = |name: &str, arisen, until| RightResult {
        name: name.to_owned(),
        arisen,
        until,
        clause: "9 Termination · 解除".to_owned(),
    };
    vec![
        right("terminate", Ok(true), Some(Ok(at("2027-01-01T00:00:00-05:00")))),
        right("reduce_fee", Ok(false), None),
        right("withhold", Err(Absent::no_data("no past cycle is known", "没有以往周期的记录")), None),
    ]
}

fn excluded() -> Vec<Excluded> {
    let excluded = |cause: &str, text: &str, clause: &str, from: &str, until: &str, measure| Excluded {
        cause: cause.to_owned(),
        text: Some(text.to_owned()).filter(|text| !text.is_empty()),
        clause: clause.to_owned(),
        from: at(from),
        until: at(until),
        measure,
    };
    let length = |text: &str| ExcludedMeasure::Seconds(ratio(text));
    vec![
        excluded(
            "maintenance_window",
            "",
            "5 (2)",
            "2026-11-08T01:05:00-05:00",
            "2026-11-08T02:40:00-05:00",
            length("5700"),
        ),
        excluded(
            "dns",
            "DNS issues outside the company's direct control ／ 不受公司直接控制的 DNS 问题",
            "5 (3)",
            "2026-11-19T22:10:00-05:00",
            "2026-11-20T02:10:00-05:00",
            length("14400"),
        ),
        excluded(
            "dns",
            "DNS issues outside the company's direct control ／ 不受公司直接控制的 DNS 问题",
            "5 (3)",
            "2026-11-22T08:00:00-05:00",
            "2026-11-22T08:00:02-05:00",
            length("3/2"),
        ),
        excluded(
            "regulator_control",
            "Control by the authorities ／ 主管部门管控",
            EXCEPTIONS,
            "2026-11-24T00:00:00-05:00",
            "2026-11-25T00:00:00-05:00",
            ExcludedMeasure::Count(1_204),
        ),
    ]
}

fn lints() -> Vec<Lint> {
    let lint = |code: &str, en: &str, zh: &str, clause: Option<&str>| Lint {
        code: code.to_owned(),
        message: Bilingual::new(en, zh),
        clause: clause.map(str::to_owned),
    };
    let undetermined = "The text does not say whether the monthly hosting fee means the fee charged or the fee paid; the fee on record for the month is followed ／ 正文未写明“每月托管费”指应收还是实付；按当月记录的费用执行";
    vec![
        lint(
            "L0201",
            "`uptime` has two readings; `literal` is in force",
            "`uptime` 有两种解读；采用 `literal`",
            Some(AVAILABILITY),
        ),
        lint(
            "L0301",
            "between 99% and 99.5% the printed formula pays less than zero",
            "在 99% 与 99.5% 之间，原文公式得负数",
            Some(CREDITS),
        ),
        lint("N0001", undetermined, undetermined, Some(CREDITS)),
    ]
}

fn derivations() -> Vec<Derivation> {
    let step = |written: &str, value: Quantity| (written.to_owned(), Ok(Shown::Quantity(value)));
    vec![
        Derivation {
            name: "downtime".to_owned(),
            subject: None,
            window: None,
            reading: None,
            clause: AVAILABILITY.to_owned(),
            rule: "round(length(outage - excluded), 1 min)".to_owned(),
            value: Ok(Shown::Quantity(seconds("6120"))),
            steps: vec![
                step("length(outage - excluded)", seconds("6110")),
                step("round(length(outage - excluded), 1 min)", seconds("6120")),
            ],
            uses: vec!["excluded".to_owned()],
            evidence: vec![
                EvidenceUse {
                    fact: "outage".to_owned(),
                    count: 5,
                    records: vec!["outage-17".to_owned(), "outage-18".to_owned(), "mwe.ndjson:41".to_owned()],
                },
                EvidenceUse { fact: "maintenance".to_owned(), count: 1, records: vec!["m-3".to_owned()] },
            ],
        },
        Derivation {
            name: "uptime".to_owned(),
            subject: None,
            window: Some(interval("2026-11-03T00:00:00-05:00", "2026-12-01T00:00:00-05:00")),
            reading: Some("literal".to_owned()),
            clause: AVAILABILITY.to_owned(),
            rule: "(length(cycle) - 2 * downtime)\n  / length(cycle)".to_owned(),
            value: Ok(Shown::Quantity(number("3343/3360"))),
            steps: vec![
                step("length(cycle)", seconds("2419200")),
                step("2 * downtime", seconds("12240")),
                step("length(cycle) - 2 * downtime", seconds("2406960")),
            ],
            uses: vec!["downtime".to_owned()],
            evidence: Vec::new(),
        },
        Derivation {
            name: "credit".to_owned(),
            subject: None,
            window: None,
            reading: None,
            clause: CREDITS.to_owned(),
            rule: "credit_share of monthly_fee".to_owned(),
            value: Ok(Shown::Quantity(usd("200/9"))),
            steps: vec![step("credit_share", number("1/9")), step("monthly_fee", usd("200"))],
            uses: vec!["credit_share".to_owned(), "monthly_fee".to_owned()],
            evidence: vec![EvidenceUse { fact: "fee".to_owned(), count: 1, records: Vec::new() }],
        },
        Derivation {
            name: "mtbf".to_owned(),
            subject: None,
            window: None,
            reading: None,
            clause: RESPONSE.to_owned(),
            rule: "mean(length of gaps(failures))".to_owned(),
            value: Err(Absent::not_enough(
                "a gap needs two runs; there is one",
                "至少两段才有间隔；仅有 1 段",
            )),
            steps: vec![
                ("failures".to_owned(), Ok(Shown::Timeline(Some(7_740_000_000_000), 3))),
                ("count(failure) > 0".to_owned(), Ok(Shown::Truth(true))),
                ("start of last(failure)".to_owned(), Ok(Shown::Instant(at("2026-11-19T22:10:00-05:00")))),
            ],
            uses: vec!["failures".to_owned()],
            evidence: Vec::new(),
        },
    ]
}

fn reading<T>(name: &str, why: &str, in_force: bool, value: Outcome<T>) -> ReadingResult<T> {
    ReadingResult { name: name.to_owned(), why: why.to_owned(), in_force, value }
}
