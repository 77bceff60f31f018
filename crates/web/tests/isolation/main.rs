//! Tenants' isolation over HTTP: every route of the table, by everybody, with another's names wherever a name can stand.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests stand outside the test functions")]

#[path = "../support/mod.rs"]
mod support;

mod attack;
mod controls;
mod keys;
mod plant;
mod rights;
mod sample;

use std::time::Instant;

use attack::{Report, attack_as};
use plant::{plant, unknown};
use sample::Samples;
use support::{House, Request};

fn show(report: &Report) -> String {
    let first = |it: &[String]| it.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    format!(
        "{} leaks:\n{}\n{} faults:\n{}",
        report.leaks.len(),
        first(&report.leaks),
        report.faults.len(),
        first(&report.faults)
    )
}

/// Those who attack on PostgreSQL, where an answer takes longer: of each sort of outsider one.
const OF_EACH_SORT: [&str; 5] = ["b-admin", "b-scoped", "c-member", "b-removed", "anonymous"];

fn attacked(house: &mut House, chosen: impl Fn(&str) -> bool) -> Report {
    plant(house);
    assert!(unknown(house).is_empty(), "no name of A's is known for {:?}", unknown(house));
    let began = Instant::now();
    let report = attack_as(house, chosen);
    println!(
        "{} attempts, {} leaks, {} faults in {} ms",
        report.attempts,
        report.leaks.len(),
        report.faults.len(),
        began.elapsed().as_millis()
    );
    assert!(report.leaks.is_empty() && report.faults.is_empty(), "{}", show(&report));
    assert!(house.lines.all().len() >= report.attempts, "each request is in the log");
    report
}

#[test]
fn nobody_sees_or_can_tell_anything_of_another_tenant() {
    let report = attacked(&mut House::new(), |_| true);
    assert!(report.attempts >= 20_000, "{} attempts", report.attempts);
}

/// The same below the application's own guards, which are the database's here.
#[test]
fn nobody_sees_or_can_tell_anything_of_another_tenant_on_postgres() {
    let Some(mut house) = House::on_postgres() else {
        println!("PostgreSQL is not installed");
        return;
    };
    let report = attacked(&mut house, |it| OF_EACH_SORT.contains(&it));
    assert!(report.attempts >= 5_000, "{} attempts", report.attempts);
}

/// A zero in a text is refused on both databases, of which one could not keep it.
#[test]
fn a_zero_in_any_text_of_a_body_or_query_is_refused_on_both_databases_and_names_the_field() {
    for house in [Some(House::new()), House::on_postgres()].into_iter().flatten() {
        let owner = house.who("owner");
        let ask = |request: Request| house.client().send(&owner.sign(request));
        let tenant = |id: &str, name: &str| serde_json::json!({ "id": id, "name": name });
        let refused = ask(Request::new("POST", "/api/v1/tenants").json(&tenant("zero-1", "a\0b")));
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid"), "{}", refused.text());
        assert!(refused.text().contains("name: the character U+0000"), "{}", refused.text());
        let chinese = Request::new("POST", "/api/v1/tenants").json(&tenant("zero-1", "a\0b"));
        let refused = ask(chinese.header("accept-language", "zh"));
        assert!(refused.text().contains("name：字符 U+0000 无法保存"), "{}", refused.text());
        let asked = ask(Request::get("/api/v1/tenants?after=a%00b"));
        assert_eq!((asked.status, asked.code().as_str()), (422, "invalid"), "{}", asked.text());
        let named = ask(Request::get("/api/v1/tenants/a%00b"));
        assert_eq!((named.status, named.code().as_str()), (404, "not-found"), "{}", named.text());
        let kept = ask(Request::new("POST", "/api/v1/tenants").json(&tenant("zero-1", "a\\u0000b")));
        assert_eq!((kept.status, &kept.json()["name"]), (201, &"a\\u0000b".into()), "{}", kept.text());
        for (route, attempt) in every_text(&house) {
            let answer = ask(attempt);
            // Evidence is taken and refused line by line.
            let by_line =
                answer.status == 200 && answer.json()["accepted"] == 0 && answer.json()["refused"] == 1;
            let refused = by_line || (400..500).contains(&answer.status);
            assert!(refused, "{route}: {} {}", answer.status, answer.text());
        }
    }
}

/// Each write that takes JSON, with a zero in every text of its sample, one at a time.
fn every_text(house: &House) -> Vec<(String, Request)> {
    let (samples, names) = (Samples::new(), plant::nobodys(house));
    let mut all = Vec::new();
    for route in web::table().iter().filter(|it| it.writes && !it.strict && it.id != "signOut") {
        let Some((media, body)) = samples.body(route, &names) else { continue };
        let Ok(body) = serde_json::from_slice::<serde_json::Value>(&body) else { continue };
        for at in texts(&body, "") {
            let mut spoiled = body.clone();
            if let Some(it) = spoiled.pointer_mut(&at) {
                *it = "a\0b".into();
            }
            let target = attack::fill(&route.path, &house.ids);
            let request = Request::new(route.method, target).bytes(&media, spoiled.to_string());
            all.push((format!("{} {at}", route.id), request));
        }
    }
    assert!(all.len() > 50, "{}", all.len());
    all
}

/// The places of a document's texts.
fn texts(value: &serde_json::Value, at: &str) -> Vec<String> {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::String(_) => return vec![at.to_owned()],
        serde_json::Value::Array(all) => {
            (0..).zip(all).map(|(n, it): (usize, _)| (n.to_string(), it)).collect()
        }
        serde_json::Value::Object(all) => all.iter().map(|(name, it)| (name.clone(), it)).collect(),
        _ => return Vec::new(),
    };
    inner.into_iter().flat_map(|(name, it)| texts(it, &format!("{at}/{name}"))).collect()
}
