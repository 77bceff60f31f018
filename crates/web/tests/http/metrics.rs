//! `/metrics`: who may read it, and that it is OpenMetrics 1.0 down to the last line.

use std::collections::BTreeMap;

use serde_json::json;

use crate::check_problem;
use crate::support::{A, House, MARKER, NOVEMBER, Request};

/// A metric family as the text has it.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    unit: String,
    help: String,
    /// By name and labels.
    samples: Vec<(String, BTreeMap<String, String>, String)>,
}

/// Reads an exposition strictly (OpenMetrics 1.0, "Text format"); the families by name, or what is wrong.
fn read(text: &str) -> Result<BTreeMap<String, Family>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("it does not end with # EOF")?;
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in body.split_terminator('\n') {
        let wrong = |why: &str| format!("{why}: {line}");
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (word, name, value) = (
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
            );
            if name != current {
                if families.contains_key(name) {
                    return Err(wrong("the family came before"));
                }
                current = name.to_owned();
                families.insert(current.clone(), Family::default());
            }
            let family = families.get_mut(name).ok_or_else(|| wrong("no family"))?;
            if !family.samples.is_empty() {
                return Err(wrong("said after a sample"));
            }
            let place = match word {
                "TYPE" => &mut family.kind,
                "UNIT" => &mut family.unit,
                "HELP" => &mut family.help,
                _ => return Err(wrong("neither TYPE nor UNIT nor HELP")),
            };
            if !std::mem::replace(place, value.to_owned()).is_empty() || value.is_empty() {
                return Err(wrong("said twice, or nothing"));
            }
            continue;
        }
        let (name, labels, value) = sample(line).ok_or_else(|| wrong("no sample"))?;
        let family = families.get_mut(&current).ok_or_else(|| wrong("a sample of no family"))?;
        let suffix =
            name.strip_prefix(current.as_str()).ok_or_else(|| wrong("a sample of another family"))?;
        let fits: &[&str] = match family.kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_count", "_sum"],
            _ => return Err(wrong("of no known type")),
        };
        if !fits.contains(&suffix) {
            return Err(wrong("the name does not fit the type"));
        }
        if family.samples.iter().any(|it| it.0 == name && it.1 == labels) {
            return Err(wrong("said twice"));
        }
        family.samples.push((name, labels, value));
    }
    families.iter().try_for_each(|(name, it)| check(name, it))?;
    Ok(families)
}

/// `name{label="value",…} number`
fn sample(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, labels) = match head.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}')?),
        None => (head, ""),
    };
    let is_name = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_lowercase())
            && it.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
    };
    let mut all = BTreeMap::new();
    for pair in labels.split(',').filter(|it| !it.is_empty()) {
        let (label, of) = pair.split_once('=')?;
        let of = of.strip_prefix('"')?.strip_suffix('"')?;
        if !is_name(label)
            || of.contains(['"', '\\', '\n'])
            || all.insert(label.to_owned(), of.to_owned()).is_some()
        {
            return None;
        }
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_number =
        digits.split_once('.').map_or(!digits.is_empty(), |it| !it.0.is_empty() && !it.1.is_empty())
            && digits.chars().all(|it| it.is_ascii_digit() || it == '.');
    (is_name(name) && is_number).then(|| (name.to_owned(), all, value.to_owned()))
}

fn check(name: &str, family: &Family) -> Result<(), String> {
    if family.kind.is_empty() || family.help.is_empty() || family.samples.is_empty() {
        return Err(format!("{name}: no type, no help or no sample"));
    }
    if !family.unit.is_empty() && !name.ends_with(&format!("_{}", family.unit)) {
        return Err(format!("{name}: the unit {} is not its last word", family.unit));
    }
    if family.samples.iter().any(|it| family.kind != "gauge" && it.2.starts_with('-')) {
        return Err(format!("{name}: less than nothing"));
    }
    if family.kind == "histogram" { check_histogram(name, family) } else { Ok(()) }
}

/// Buckets ascend and end with the number of all.
fn check_histogram(name: &str, family: &Family) -> Result<(), String> {
    let of = |suffix: &str| -> Vec<&(String, BTreeMap<String, String>, String)> {
        family.samples.iter().filter(|it| it.0 == format!("{name}{suffix}")).collect()
    };
    let buckets: Vec<(Vec<u64>, u64)> = of("_bucket")
        .iter()
        .map(|it| {
            let bound = match it.1["le"].as_str() {
                "+Inf" => vec![u64::MAX],
                it => {
                    let (whole, part) = it.split_once('.').unwrap();
                    vec![whole.parse().unwrap(), format!("{part:0<6}").parse().unwrap()]
                }
            };
            (bound, it.2.parse().unwrap())
        })
        .collect();
    let ascend = buckets.windows(2).all(|it| it[0].0 < it[1].0 && it[0].1 <= it[1].1);
    let all = buckets.last().filter(|it| it.0 == [u64::MAX]).map(|it| it.1.to_string());
    let count = of("_count");
    if ascend
        && all.is_some()
        && count.len() == 1
        && Some(&count[0].2) == all.as_ref()
        && of("_sum").len() == 1
    {
        return Ok(());
    }
    Err(format!("{name}: the buckets do not add up"))
}

fn scrape(house: &House) -> BTreeMap<String, Family> {
    let answer = house.client().send(&house.who("owner").sign(Request::get("/metrics")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(media));
    read(&answer.text()).unwrap_or_else(|it| panic!("{it}\n{}", answer.text()))
}

fn value(of: &BTreeMap<String, Family>, name: &str, label: &str) -> i64 {
    let all = of.values().flat_map(|it| &it.samples);
    let fits = |it: &&(String, BTreeMap<String, String>, String)| {
        it.0 == name && (label.is_empty() || it.1.values().any(|it| it == label))
    };
    all.clone().find(fits).unwrap_or_else(|| panic!("no {name} {label}")).2.parse().unwrap()
}

#[test]
fn only_who_may_see_the_figures_sees_them() {
    let house = House::new();
    let ask = |name: &str| house.client().send(&house.who(name).sign(Request::get("/metrics")));
    for name in ["owner", "service_manager", "finance", "auditor", "owner-token"] {
        assert_eq!(ask(name).status, 200, "{name}");
    }
    for name in ["support", "authority", "finance-scoped"] {
        check_problem(&ask(name), 403, "forbidden");
    }
    for name in ["b-admin", "b-token", "c-member-token"] {
        check_problem(&ask(name), 404, "not-found");
    }
    // Also from the machine itself: behind a proxy everybody comes from there.
    for name in ["anonymous", "garbage", "tampered", "b-revoked"] {
        check_problem(&ask(name), 401, "unauthenticated");
    }
    let input = json!({ "name": "prometheus", "role": "auditor", "scopes": ["metrics:read"] });
    let made = house.ask("owner", Request::new("POST", "/api/v1/tokens").json(&input));
    let token = made["token"].as_str().unwrap();
    assert_eq!(house.client().send(&Request::get("/metrics").bearer(token)).status, 200);
    let other = house.client().send(&Request::get("/api/v1/jobs").bearer(token));
    check_problem(&other, 403, "forbidden");
}

#[test]
fn the_figures_are_in_the_format_and_count_what_is_done() {
    let house = House::new();
    let before = scrape(&house);
    let names: Vec<&str> = before.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "upheld_build",
            "upheld_http_request_duration_seconds",
            "upheld_http_requests",
            "upheld_intake_records",
            "upheld_job_delay_seconds",
            "upheld_jobs",
            "upheld_open_claims",
            "upheld_sealed_statements",
            "upheld_store_commit_duration_seconds",
            "upheld_store_group_duration_seconds",
            "upheld_store_group_writes",
            "upheld_store_read_duration_seconds",
            "upheld_store_waiting_writes",
        ]
    );
    assert_eq!(value(&before, "upheld_intake_records_total", ""), 0);
    house.set(NOVEMBER);
    let of = format!("/api/v1/tenants/{A}/subscriptions/{}", house.ids["subscription"]);
    let lines = [
        json!({ "fact": "outage", "id": "o1", "from": "2026-10-05T00:00:00+08:00", "until": "2026-10-07T00:00:00+08:00" }),
        json!({ "fact": "fee", "id": "f1", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" }),
    ];
    let body = lines.map(|it| it.to_string()).join("\n");
    house.ask("owner", Request::new("POST", format!("{of}/evidence")).bytes("application/x-ndjson", body));
    let sealed =
        house.ask("owner", Request::new("POST", format!("{of}/cycles/2026-10/close")).json(&json!({})));
    let claim = json!({ "statement": sealed["id"], "remedy": "credit" });
    house.ask("owner", Request::new("POST", format!("/api/v1/tenants/{A}/claims")).json(&claim));
    let after = scrape(&house);
    assert_eq!(value(&after, "upheld_intake_records_total", ""), 2);
    assert_eq!(value(&after, "upheld_sealed_statements_total", ""), 1);
    assert_eq!(value(&after, "upheld_open_claims", "submitted"), 1);
    assert_eq!(value(&after, "upheld_open_claims", "appealed"), 0);
    assert_eq!(value(&after, "upheld_store_waiting_writes", ""), 0);
    assert_eq!(value(&after, "upheld_http_requests_total", "5xx"), 0);
    let grew = |name: &str| value(&after, name, "") - value(&before, name, "");
    assert!(grew("upheld_store_group_writes_count") >= 3);
    assert_eq!(grew("upheld_store_group_writes_count"), grew("upheld_store_commit_duration_seconds_count"));
    assert!(grew("upheld_store_read_duration_seconds_count") >= 4);
    // The first scrape, three writes; the second is counted when it is answered.
    assert_eq!(grew("upheld_http_request_duration_seconds_count"), 4);
    let text = house.client().send(&house.who("owner").sign(Request::get("/metrics"))).text();
    assert!(!text.contains(A) && !text.contains(MARKER), "no label names a tenant");
}

/// The reader refuses what is wrong, so that what it accepts is right.
#[test]
fn the_reader_of_figures_finds_each_kind_of_mistake() {
    let good = "# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n# HELP a_seconds Of a.\na_seconds_bucket{le=\"0.5\"} 1\na_seconds_bucket{le=\"+Inf\"} 2\na_seconds_count 2\na_seconds_sum 3.5\n# TYPE b counter\n# HELP b Of b.\nb_total{x=\"y\"} 1\n# EOF\n";
    assert!(read(good).is_ok(), "{:?}", read(good));
    for (from, to) in [
        ("# EOF\n", ""),
        ("b_total", "b"),
        ("b_total{x=\"y\"} 1\n", "b_total{x=\"y\"} 1\nb_total{x=\"y\"} 2\n"),
        ("a_seconds_count 2", "a_seconds_count 3"),
        ("le=\"+Inf\"} 2", "le=\"+Inf\"} 0"),
        ("# UNIT a_seconds seconds", "# UNIT a_seconds minutes"),
        ("# HELP b Of b.\n", ""),
        ("b_total{x=\"y\"} 1", "b_total{x=\"y\"} NaN"),
        ("b_total{x=\"y\"} 1", "b_total{x=\"y} 1"),
        ("b_total{x=\"y\"} 1", "b_total{x=\"y\"} -1"),
        ("# TYPE b counter", "# TYPE b unheard"),
        ("# EOF\n", "# TYPE a_seconds gauge\n# EOF\n"),
    ] {
        assert!(read(&good.replace(from, to)).is_err(), "{from} → {to}");
    }
}
