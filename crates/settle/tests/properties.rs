//! Laws that hold for every settlement, on random evidence and random tables.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

mod support;

use std::fmt::Write;

use evidence::{Memory, SourceFile};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use quantity::Ratio;
use settle::settlement::RemedyStatus;
use settle::{Inputs, Settlement};

use support::{Case, word};

/// A contract that uses most of the language, in a zone whose clock goes back on 25 October.
const RULES: &str = "cycle calendar day
cause dns excluded
cause power
fact outage : span { cause: cause? }
fact maintenance : span { announced_at: instant? }
fact running : span {}
fact probe : event { ok: truth, ms: number? }
fact ticket : request { high: truth }
fact fee : event { amount: money }
office = hours every day 00:30..04:00, 05:00..09:00
exclusion announced : maintenance where announced_at + 600 s <= from
subject vm = subjects(running)
down = (outage - excluded) lasting >= 5 min
level time_down = length(down)
level in_office = length(outage and office)
level long_in_office = length((outage and office) lasting > 20 min)
level stacked = integral(stack(outage))
level off = length(not running - excluded)
level tickets = count(ticket)
level probes = count(probe - excluded)
level fees = count(fee)
level uptime = (length(cycle) - length(down)) / length(cycle)
level ok = share(ok of probe)
level late = count(ticket where until > from + 30 min of office)
level slowest = max(ms of probe) or 0 when none
level vm_up per vm = 1 - length(outage of vm) / length(running of vm)
level bad = length(slices 10 min of cycle where share(not ok of probe) > 50%)
promise p: uptime >= 99%
duty d per vm: vm_up >= 90%
remedy credit : service_credit
  when p breached
  pays ladder uptime {
    >= 95%: 10%
    [80%, 95%): 25%
    < 80%: 100%
  } of sum(amount of fee)
  at most 20.00 EUR
claim credit
  opens cycle.until
  closes cycle.until + 30 days
right leave when uptime < 50%
";

/// Measures that add up when a cycle is cut in two.
const ADDITIVE: [&str; 8] =
    ["time_down", "in_office", "long_in_office", "stacked", "off", "tickets", "probes", "fees"];

/// 2026-10-25T00:00 in Berlin, an hour before its clock goes back.
const START: i64 = 1_792_879_200;
const DAY: i64 = 25 * 3_600;

fn config(seed: u64, cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(1, 200))]
    #[test]
    fn order_and_duplication_of_evidence_never_change_a_settlement((lines, again) in shuffled()) {
        prop_assert_eq!(settled(&lines, None), settled(&again, None));
    }

    #[test]
    fn order_and_files_only_move_the_places_of_records_without_an_id((lines, again) in shuffled(), cut in 0..40_usize) {
        let nameless = |lines: &[String]| lines.iter().map(|it| without_id(it)).collect::<Vec<_>>();
        let (lines, again) = (nameless(&lines), nameless(&again));
        let cut = cut.min(again.len());
        let one = without_places(settled_from(&[lines.concat()], None));
        let two = without_places(settled_from(&[again[cut..].concat(), again[..cut].concat()], None));
        prop_assert_eq!(one, two);
    }

    #[test]
    fn splitting_a_cycle_in_two_adds_up(lines in evidence_lines(), cut in 1..DAY) {
        let whole = settled(&lines, None);
        let parts = [part(&lines, START, START + cut), part(&lines, START + cut, START + DAY)];
        for name in ADDITIVE {
            let sum = measured(&parts[0], name).add(&measured(&parts[1], name)).unwrap();
            prop_assert_eq!(measured(&whole, name), sum, "{}", name);
        }
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes(lines in evidence_lines()) {
        let (one, two) = (format!("{:?}", settled(&lines, None)), format!("{:?}", settled(&lines, None)));
        prop_assert_eq!(one, two);
    }

    #[test]
    fn asking_as_of_a_moment_gives_what_was_settled_then(history in history(), as_of in 0..50_i64) {
        let as_of = START + DAY + as_of * 3_600;
        let known: Vec<String> = history.iter().filter(|(at, _)| *at <= as_of).map(|(_, it)| it.clone()).collect();
        let all: Vec<String> = history.into_iter().map(|(_, it)| it).collect();
        prop_assert_eq!(settled(&all, Some(as_of)), settled(&known, Some(as_of)));
    }
}

proptest! {
    #![proptest_config(config(2, 300))]
    #[test]
    fn more_downtime_never_pays_less(
        table in falling_table(),
        downs in vec((0..720_i64, 1..90_i64), 0..6),
        more in (0..720_i64, 1..300_i64),
        limits in limits(),
    ) {
        let less = paid(&table, &limits, &downs);
        let downs: Vec<(i64, i64)> = downs.into_iter().chain([more]).collect();
        let more = paid(&table, &limits, &downs);
        prop_assert!(more.0 >= less.0, "{:?} became {:?}", less, more);
        prop_assert!(more.1 >= less.1, "{:?} became {:?}", less, more);
    }

    #[test]
    fn a_remedy_never_charges_and_its_amount_keeps_within_the_cap(
        table in any_table(),
        downs in vec((0..720_i64, 1..200_i64), 0..5),
        cap in 0..20_000_i64,
    ) {
        let limits = format!("  at most {}\n  at most 50% * monthly_fee", euro(cap));
        let settled = priced(&table, &limits, &downs);
        let remedy = &settled.remedies[0];
        let cap = Ratio::new(i128::from(cap), 100).unwrap().min(Ratio::int(150));
        for amount in remedy.amount.iter().chain(&remedy.rounded) {
            prop_assert!(!amount.value.is_negative(), "{:?}", remedy);
        }
        if let Some(amount) = &remedy.amount {
            prop_assert!(amount.value <= cap, "{:?}", remedy);
            prop_assert!(!remedy.capped || amount.value == cap, "{:?}", remedy);
        }
        let negative = remedy.literal.as_ref().is_some_and(|it| it.value.is_negative());
        prop_assert_eq!(negative, remedy.status == RemedyStatus::Negative, "{:?}", remedy);
        prop_assert!(!negative || remedy.reason.is_some());
    }

    #[test]
    fn money_is_conserved_under_rounding(
        how in select(vec!["half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"]),
        step in select(vec![1_i64, 5, 100]),
        shares in vec(1..100_000_i64, 1..6),
    ) {
        let settled = shared_out(how, step, &shares);
        let unit = Ratio::new(i128::from(step), 100).unwrap();
        let nearest = how.starts_with("half");
        for remedy in &settled.remedies {
            let (exact, rounded) = (&remedy.amount.as_ref().unwrap().value, &remedy.rounded.as_ref().unwrap().value);
            prop_assert!(rounded.div(&unit).unwrap().is_integer(), "{} is no multiple of {}", rounded.show(), unit.show());
            let off = rounded.sub(exact).unwrap().abs();
            let most = if nearest { unit.div(&Ratio::int(2)).unwrap() } else { unit.clone() };
            prop_assert!(off <= most && (nearest || off < unit), "{} became {}", exact.show(), rounded.show());
        }
        let sum = settled.remedies.iter().fold(Ratio::ZERO, |sum, it| sum.add(&it.amount.as_ref().unwrap().value).unwrap());
        prop_assert_eq!(sum, exact(&settled, "total"));
    }
}

#[test]
fn only_what_was_taken_out_is_listed_as_excluded() {
    // In each slice hours are known inside it only; the outage lies in office hours, so nothing is left to exclude.
    let rules = "cycle calendar day\nfact outage : span {}\noffice = hours every day 09:00..17:00\nexclusion long : outage lasting >= 2 min
level bad = length(slices 1 min of cycle where length((outage - office) - excluded) >= 30 s)";
    let evidence =
        "{\"fact\":\"outage\",\"from\":\"2026-10-05T10:00:00Z\",\"until\":\"2026-10-05T10:05:00Z\"}\n"
            .to_owned();
    let cycle = "2026-10-05".to_owned();
    let settled = Case { rules: rules.to_owned(), evidence, cycle, ..Case::default() }.settle();
    assert!(settled.excluded.is_empty(), "{:?}", settled.excluded);
}

#[test]
fn the_random_evidence_is_worth_settling() {
    let mut runner = proptest::test_runner::TestRunner::new(config(3, 1));
    let mut statuses = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let lines = proptest::strategy::ValueTree::current(&evidence_lines().new_tree(&mut runner).unwrap());
        let settled = settled(&lines, None);
        statuses.insert(settled.remedies[0].status);
        statuses.extend((!settled.excluded.is_empty()).then_some(RemedyStatus::Suppressed));
        assert!(lines.is_empty() || !settled.derivation.is_empty());
    }
    let wanted = [RemedyStatus::Due, RemedyStatus::NotDue, RemedyStatus::Suppressed];
    assert!(wanted.iter().all(|it| statuses.contains(it)), "{statuses:?}");
}

fn settled(lines: &[String], as_of: Option<i64>) -> Settlement {
    settled_from(&[lines.concat()], as_of)
}

fn settled_from(files: &[String], as_of: Option<i64>) -> Settlement {
    let text = format!(
        "---\nid: laws\nversion: \"1\"\nzone: Europe/Berlin\ncurrency: EUR\nrounding: half_up\n---\n# 1\n\n```sla\n{RULES}```\n"
    );
    let (contract, found) = language::read("laws.md", &text);
    let contract = contract.unwrap_or_else(|| panic!("{found:#?}"));
    let named = |(at, text): (usize, &String)| SourceFile {
        name: format!("{at}.ndjson"),
        bytes: text.clone().into_bytes(),
    };
    let files: Vec<SourceFile> = files.iter().enumerate().map(named).collect();
    let (evidence, found) = evidence::read(&contract.schema, &files);
    assert!(!diagnostic::has_errors(&found), "{found:#?}");
    let as_of = as_of.and_then(timeline::Instant::from_seconds);
    let inputs = Inputs { as_of, ..Inputs::default() };
    let cycle = settle::cycle_span(&contract, &inputs, "2026-10-25").unwrap();
    let overrides = settle::parameters(&contract, &inputs, &cycle).unwrap();
    settle::settle(&contract, &Memory::new(evidence.as_of(as_of)), &cycle, &inputs, &overrides)
}

/// The part of the day from one second to another.
fn part(lines: &[String], from: i64, until: i64) -> Settlement {
    let cycle = format!("{}/{}", instant(from), instant(until));
    Case {
        zone: "Europe/Berlin",
        rules: RULES.to_owned(),
        evidence: lines.concat(),
        cycle,
        ..Case::default()
    }
    .settle()
}

/// A level as a number.
fn exact(settled: &Settlement, name: &str) -> Ratio {
    match settled.levels.iter().find(|it| it.name == name).map(|it| &it.value) {
        Some(Ok(it)) => it.value.clone(),
        other => panic!("`{name}` is no number: {other:?}"),
    }
}

/// A level without any evidence in its part is nothing of it.
fn measured(settled: &Settlement, name: &str) -> Ratio {
    match word(settled, name).as_str() {
        "no_data" if name == "off" => Ratio::new(settled.cycle.counted.nanos(), 1_000_000_000).unwrap(),
        "no_data" => Ratio::ZERO,
        _ => exact(settled, name),
    }
}

fn without_places(mut settled: Settlement) -> Settlement {
    for used in settled.derivation.iter_mut().flat_map(|it| &mut it.evidence) {
        used.records.clear();
    }
    settled
}

fn without_id(line: &str) -> String {
    let (before, rest) = line.split_once("\"id\":\"").unwrap();
    format!("{before}{}", rest.split_once("\",").unwrap().1)
}

fn instant(seconds: i64) -> String {
    calendar::Zone::utc().show(timeline::Instant::from_seconds(seconds).unwrap())
}

fn evidence_lines() -> impl Strategy<Value = Vec<String>> {
    vec(record(), 0..30).prop_map(|records| {
        records.iter().enumerate().map(|(at, it)| it.replace("ID", &format!("r{at:03}"))).collect()
    })
}

/// Lines, and the same lines in another order with some of them twice and thrice.
fn shuffled() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    evidence_lines().prop_flat_map(|lines| {
        let copies = vec(0..3_usize, lines.len());
        (Just(lines), copies).prop_flat_map(|(lines, copies)| {
            let repeat = |(line, times): (&String, usize)| vec![line.clone(); times + 1];
            let again: Vec<String> = lines.iter().zip(copies).flat_map(repeat).collect();
            (Just(lines), Just(again).prop_shuffle())
        })
    })
}

/// One record of a random fact, with the id `ID`.
fn record() -> impl Strategy<Value = String> {
    let times = (-7_200..DAY + 7_200, 1..9_000_i64, prop::bool::weighted(0.1));
    let said = (
        of(select(vec!["a", "b"])),
        of(select(vec!["dns", "power"])),
        any::<bool>(),
        of(0..900_i64),
        1..40_000_i64,
    );
    (0..7_usize, times, said).prop_map(|(fact, (at, length, open), (subject, cause, flag, ms, amount))| {
        let fact = ["outage", "outage", "maintenance", "running", "probe", "ticket", "fee"][fact];
        let from = instant(START + at);
        let mut line = format!("{{\"fact\":\"{fact}\",\"id\":\"ID\",");
        match fact {
            "probe" | "fee" => write!(line, "\"at\":\"{from}\""),
            _ => write!(line, "\"from\":\"{from}\""),
        }
        .unwrap();
        if !open && !matches!(fact, "probe" | "fee") {
            write!(line, ",\"until\":\"{}\"", instant(START + at + length)).unwrap();
        }
        line += &subject.map(|it| format!(",\"subject\":\"{it}\"")).unwrap_or_default();
        line += &match fact {
            "outage" => cause.map(|it| format!(",\"cause\":\"{it}\"")).unwrap_or_default(),
            "maintenance" => ms
                .map(|it| format!(",\"announced_at\":\"{}\"", instant(START + at - it * 4)))
                .unwrap_or_default(),
            "probe" => format!(",\"ok\":{flag}{}", ms.map(|it| format!(",\"ms\":{it}")).unwrap_or_default()),
            "ticket" => format!(",\"high\":{flag}"),
            "fee" => format!(",\"amount\":\"{}\"", euro(amount)),
            _ => String::new(),
        };
        line + "}\n"
    })
}

/// Records with corrections and withdrawals, each with the moment since when it is known.
fn history() -> impl Strategy<Value = Vec<(i64, String)>> {
    let revision = (0..4_u8, record(), record(), 0..48_i64, 1..40_i64);
    vec(revision, 1..14).prop_map(|records| {
        let known_since =
            |line: &str, at: i64| line.replace("}\n", &format!(",\"recorded_at\":\"{}\"}}\n", instant(at)));
        let mut lines = Vec::new();
        for (at, (kind, first, second, hours, later)) in records.into_iter().enumerate() {
            let recorded = START + DAY + hours * 3_600;
            lines.push((recorded, known_since(&first.replace("ID", &format!("r{at}")), recorded)));
            let why = format!("\"supersedes\":\"r{at}\",\"reason\":\"checked\"");
            let revised = match kind {
                0 => continue,
                1 => second.replace("\"id\":\"ID\"", &format!("\"id\":\"r{at}b\",{why}")),
                2 => second.replace("\"id\":\"ID\"", &format!("\"id\":\"r{at}\",{why}")),
                _ => format!("{}{why},\"withdrawn\":true}}\n", first.split_once("\"id\"").unwrap().0),
            };
            let corrected = recorded + later * 1_800;
            lines.push((corrected, known_since(&revised, corrected)));
        }
        lines
    })
}

fn euro(cents: i64) -> String {
    format!("{}.{:02} EUR", cents / 100, cents % 100)
}

/// A table whose shares rise as the level falls.
fn falling_table() -> impl Strategy<Value = String> {
    (prop::collection::btree_set(1..1_000_i64, 1..5), vec(0..400_i64, 5)).prop_map(|(edges, steps)| {
        let edges: Vec<i64> = edges.into_iter().rev().collect();
        let mut share = steps[0];
        let mut table = format!("    >= {}: {}\n", percent(edges[0]), percent(share));
        for (pair, step) in edges.windows(2).zip(&steps[1..]) {
            share += step;
            writeln!(table, "    [{}, {}): {}", percent(pair[1]), percent(pair[0]), percent(share)).unwrap();
        }
        table + &format!("    < {}: {}\n", percent(edges[edges.len() - 1]), percent(share + steps[4]))
    })
}

/// A table as lawyers write them: gaps, overlaps, formulas that start at the wrong place.
fn any_table() -> impl Strategy<Value = String> {
    let result = || {
        prop_oneof![
            (0..1_001_i64).prop_map(percent),
            (1..1_000_i64, 1..300_i64).prop_map(|(from, per)| format!(
                "(({} - uptime) / {}) * 50%",
                percent(from),
                percent(per)
            ))
        ]
    };
    let band = (0..1_000_i64, 1..400_i64)
        .prop_map(|(low, width)| format!("[{}, {})", percent(low), percent(low + width)));
    (vec((band, result()), 1..5), of(result())).prop_map(|(rows, otherwise)| {
        let rows: String = rows.iter().map(|(band, result)| format!("    {band}: {result}\n")).collect();
        rows + &otherwise.map(|it| format!("    otherwise: {it}\n")).unwrap_or_default()
    })
}

fn percent(per_mille: i64) -> String {
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

fn limits() -> impl Strategy<Value = String> {
    (of(1..40_000_i64), of(1..5_000_i64), of(1..5_000_i64)).prop_map(|(most, least, unless)| {
        let most = most.map(|it| format!("  at most {}\n", euro(it))).unwrap_or_default();
        let least = least.map(|it| format!("  at least {}\n", euro(it))).unwrap_or_default();
        most + &least + &unless.map(|it| format!("  nothing unless > {}\n", euro(it))).unwrap_or_default()
    })
}

/// A day with a fee of 300 and outages by minute and length in minutes.
fn priced(table: &str, limits: &str, downs: &[(i64, i64)]) -> Settlement {
    let rules = format!(
        "cycle calendar day\nfact outage : span {{}}\nfact fee : event {{ amount: money }}\nmonthly_fee = sum(amount of fee)\n\
         level uptime = 1 - length(outage) / length(cycle)\nremedy credit : service_credit\n  when uptime < 100%\n  \
         pays ladder uptime {{\n{table}  }} of monthly_fee\n{limits}"
    );
    let mut evidence =
        "{\"fact\":\"fee\",\"at\":\"2026-10-05T00:00:00Z\",\"amount\":\"300.00 EUR\"}\n".to_owned();
    let start = 1_791_158_400;
    for (from, length) in downs {
        let (from, until) = (instant(start + from * 60), instant(start + (from + length) * 60));
        writeln!(evidence, "{{\"fact\":\"outage\",\"from\":\"{from}\",\"until\":\"{until}\"}}").unwrap();
    }
    Case { rules, evidence, cycle: "2026-10-05".to_owned(), ..Case::default() }.settle()
}

/// What is owed exactly and what is paid.
fn paid(table: &str, limits: &str, downs: &[(i64, i64)]) -> (Ratio, Ratio) {
    let settled = priced(table, limits, downs);
    let remedy = &settled.remedies[0];
    (remedy.amount.as_ref().unwrap().value.clone(), remedy.rounded.as_ref().unwrap().value.clone())
}

/// One remedy for each share of a fee, in thousandths of a percent.
fn shared_out(how: &str, step: i64, shares: &[i64]) -> Settlement {
    let mut rules = "fact outage : span {}\nfact fee : event { amount: money }\n".to_owned();
    let names: Vec<String> = (0..shares.len()).map(|at| format!("part{at}")).collect();
    for (name, share) in names.iter().zip(shares) {
        writeln!(rules, "remedy {name} : cash\n  pays ({share} / 100000) / 7 of sum(amount of fee)\n  rounded {how} to {}", euro(step)).unwrap();
    }
    writeln!(rules, "level total = {}", names.join(" + ")).unwrap();
    let evidence =
        "{\"fact\":\"fee\",\"at\":\"2026-10-05T00:00:00Z\",\"amount\":\"399.99 EUR\"}\n".to_owned();
    Case { rules, evidence, ..Case::default() }.settle()
}
