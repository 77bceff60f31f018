//! Findings about tables against a slow and obvious oracle: every quarter of a percent, tried by hand.

use proptest::prelude::*;

use crate::support::{self, rules};

/// One row: edges in whole percent, whether each is inside, result in percent.
#[derive(Debug, Clone)]
struct Row {
    low: i64,
    low_inside: bool,
    high: i64,
    high_inside: bool,
    result: i64,
}

fn row() -> impl Strategy<Value = Row> {
    (0i64..12, any::<bool>(), 1i64..12, any::<bool>(), 0i64..4).prop_map(
        |(low, low_inside, width, high_inside, result)| {
            let low = 88 + low;
            Row { low, low_inside, high: (low + width).min(100), high_inside, result: result * 10 }
        },
    )
}

fn text(rows: &[Row]) -> String {
    let rows = rows.iter().map(|it| {
        let (open, close) = (if it.low_inside { '[' } else { '(' }, if it.high_inside { ']' } else { ')' });
        format!("    {open}{}%, {}%{close}: {}%\n", it.low, it.high, it.result)
    });
    rows.collect()
}

/// Results that hold at `quarters` quarters of a percent.
fn results(rows: &[Row], quarters: i64) -> Vec<i64> {
    let holds = |it: &&Row| {
        let above = quarters > it.low * 4 || (it.low_inside && quarters == it.low * 4);
        let below = quarters < it.high * 4 || (it.high_inside && quarters == it.high * 4);
        above && below
    };
    let mut results: Vec<i64> = rows.iter().filter(holds).map(|it| it.result).collect();
    results.sort_unstable();
    results.dedup();
    results
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn holes_overlaps_and_falls_are_found_exactly_when_they_exist(rows in prop::collection::vec(row(), 1..4)) {
        let valid = rows.iter().all(|it| it.low < it.high);
        prop_assume!(valid);
        let contract = rules(&format!("cycle calendar month
fact fee : event {{ amount: money }}
fact outage : span {{}}
level uptime = 1 - length(outage) / length(cycle)
promise availability: uptime >= 99%
remedy credit : service_credit
  pays ladder uptime {{
    < 88%: 50%
{}  }} of sum(amount of fee)", text(&rows)));
        let mut all = rows.clone();
        all.push(Row { low: 0, low_inside: true, high: 88, high_inside: false, result: 50 });
        let tried: Vec<Vec<i64>> = (0..=400).rev().map(|it| results(&all, it)).collect();
        let clear: Vec<i64> = tried.iter().filter_map(|it| if let [one] = it.as_slice() { Some(*one) } else { None }).collect();
        let falls = clear.iter().enumerate().any(|(at, paid)| clear.iter().take(at).any(|better| better > paid));
        let found = support::codes(&contract);
        prop_assert_eq!(found.contains(&"R0401"), tried.iter().any(Vec::is_empty), "holes {:?}", found);
        prop_assert_eq!(found.contains(&"R0402"), tried.iter().any(|it| it.len() > 1), "overlaps {:?}", found);
        prop_assert_eq!(found.contains(&"R0405"), falls, "falls {:?}", found);
    }
}
