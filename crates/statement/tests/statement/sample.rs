//! Two settlements made by hand: one with everything a settlement can say, one with no evidence.

mod full;

use calendar::{Zone, parse_instant};
use diagnostic::Bilingual;
use quantity::{Currency, Quantity, Ratio};
use settle::Settlement;
use settle::absent::Absent;
use settle::settlement::*;
use timeline::{Instant, Interval};

pub(crate) use full::full;

/// A contract nobody sent evidence for.
pub(crate) fn empty() -> Settlement {
    let reason = Absent::no_data("no record of `probe` in the cycle", "本周期没有 `probe` 记录");
    Settlement {
        contract: ContractName {
            id: "line".to_owned(),
            version: "2".to_owned(),
            sha256: digest('a'),
            title: Bilingual::new("Leased Line Agreement", "专线服务协议"),
            provider: None,
            zone: Zone::utc(),
        },
        inputs: Inputs::default(),
        cycle: CycleSpan {
            label: "2026-Q3".to_owned(),
            counted: interval("2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"),
            whole: interval("2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"),
        },
        status: SettlementStatus::NoData,
        levels: vec![LevelResult {
            name: "reachability".to_owned(),
            subject: None,
            value: Err(reason.clone()),
            without_exclusions: None,
            readings: Vec::new(),
            decimals: None,
            percent: true,
            clause: "1 Reachability".to_owned(),
        }],
        promises: vec![PromiseResult {
            name: "reachable".to_owned(),
            subject: None,
            duty: false,
            verdict: Verdict::NoData,
            reason: Some(reason),
            target: Some((language::contract::Compare::More, number("99/100"))),
            level: Some("reachability".to_owned()),
            without_exclusions: None,
            readings: Vec::new(),
            clause: "1 Reachability".to_owned(),
        }],
        remedies: Vec::new(),
        claims: Vec::new(),
        rights: Vec::new(),
        excluded: Vec::new(),
        lints: Vec::new(),
        derivation: Vec::new(),
        evidence: EvidenceSummary { records: 0, sha256: digest('e') },
        tzdb: "2026a".to_owned(),
        calendars: Vec::new(),
    }
}

/// A contract with the clauses the full settlement rests on.
pub(crate) fn contract_text() -> &'static str {
    include_str!("sample/contract.md")
}

pub(crate) fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

pub(crate) fn interval(from: &str, until: &str) -> Interval {
    Interval::new(at(from), at(until)).unwrap()
}

pub(crate) fn ratio(text: &str) -> Ratio {
    Ratio::parse_fraction(text).unwrap()
}

pub(crate) fn number(text: &str) -> Quantity {
    Quantity::number(ratio(text))
}

pub(crate) fn seconds(text: &str) -> Quantity {
    Quantity::seconds(ratio(text))
}

pub(crate) fn usd(text: &str) -> Quantity {
    Quantity::money(ratio(text), Currency::parse("USD").unwrap())
}

/// A digest of one repeated character.
pub(crate) fn digest(character: char) -> String {
    character.to_string().repeat(64)
}
