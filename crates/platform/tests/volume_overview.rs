//! Records in volume at a glance: every figure is the one that an obvious count over the listed records gives.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use platform::intake::{self, Body};
use platform::page::Page;
use platform::principal::Principal;
use platform::rights::Role;
use platform::stream::Stream;
use platform::volume::overview::{self, Breakdown, BreakdownKind, Overview, Tally, Wanted};
use platform::{Failure, RefusalKind, cycles, jobs, statements, volume};
use serde_json::{Value as Json, json};
use support::{HOSTING, World, customer, each, kind, owner, publish, subscribe, tenant};

const HANDLERS: [(&str, jobs::Handler); 5] = [
    ("cycle", cycles::open),
    (cycles::CLOSE_JOB, cycles::close),
    (cycles::LATE_JOB, cycles::late),
    (volume::JOB, volume::run),
    (volume::MERGE_JOB, volume::merge),
];

/// The hosting contract, of parcels that come in volume: another trade than the one the shipped contract is of.
fn terms() -> String {
    let text = HOSTING.replace(
        "fact outage : span {}",
        "fact works : span {}
fact parcel : event in volume { state: arrived | lost | late, size: small | large, insured: truth, why: cause?, weight: number? }
cause strike \"A strike ／ 罢工\" excluded clause \"1 (2)\"
cause own_fault
exclusion closed_roads : works
counted = (parcel where size = small and insured) - excluded",
    );
    text.replace(
        "(length(cycle) - length(outage)) / length(cycle)",
        "1 - share(state = lost of counted) or 1 when none",
    )
}

fn run_jobs(world: &World) {
    jobs::run_due(world, &HANDLERS).unwrap();
}

fn ready(world: &World) {
    publish(world, &terms()).unwrap();
    tenant(world, "acme");
    let since = json!({ "id": "sub_acme", "since": "2026-10-01T00:00:00+08:00" });
    subscribe(world, "acme", since).unwrap();
    run_jobs(world);
}

fn send(world: &World, lines: &[Json]) {
    let text: Vec<String> = lines.iter().map(Json::to_string).collect();
    let shape = intake::shape("application/x-ndjson").unwrap();
    let stream = Stream::Subscription { tenant: "acme".into(), id: "sub_acme".into() };
    let body = Body { shape, bytes: text.join("\n").into_bytes(), atomic: false };
    let receipt = intake::receive(world, &owner(), &stream, body).unwrap();
    assert_eq!(receipt.refused, 0, "{receipt:?}");
}

/// What has to hold of a parcel.
type Condition = fn(&Parcel) -> bool;

/// A parcel of the test: what is sent and what the oracle looks at.
#[derive(Debug, Clone)]
struct Parcel {
    id: usize,
    day: usize,
    hour: usize,
    account: Option<&'static str>,
    state: &'static str,
    size: &'static str,
    insured: bool,
    why: Option<&'static str>,
}

/// On the 7th the roads are closed from 08:00 to 10:30.
const CLOSED: (usize, usize) = (7, 8);

impl Parcel {
    /// Different ones, the same each time. Each happened at twenty past the hour by the clock of Shanghai.
    fn some(count: usize) -> Vec<Parcel> {
        let mut state = 7_u64;
        let mut next = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % n
        };
        let parcel = |id| Parcel {
            id,
            day: [1, 7, 7, 15, 31][next(5)],
            hour: [0, 8, 9, 10, 23][next(5)],
            account: [None, Some("north"), Some("south"), Some("south")][next(4)],
            state: ["arrived", "arrived", "arrived", "lost", "late"][next(5)],
            size: ["small", "small", "small", "large"][next(4)],
            insured: next(5) > 0,
            why: [None, Some("strike"), Some("own_fault"), Some("weather")][next(4)],
        };
        (0..count).map(parcel).collect()
    }

    fn line(&self) -> Json {
        let at = format!("2026-10-{:02}T{:02}:20:00+08:00", self.day, self.hour);
        let mut line = json!({ "fact": "parcel", "id": format!("p{}", self.id), "at": at, "state": self.state,
            "size": self.size, "insured": self.insured });
        line["subject"] = json!(self.account);
        line["why"] = json!(self.why);
        line
    }

    fn is_closed(&self) -> bool {
        self.day == CLOSED.0 && (CLOSED.1..=CLOSED.1 + 2).contains(&self.hour)
    }

    fn counts(&self) -> bool {
        self.size == "small" && self.insured && self.why != Some("strike") && !self.is_closed()
    }

    fn succeeds(&self) -> bool {
        self.counts() && self.state != "lost"
    }
}

fn works() -> Json {
    json!({ "fact": "works", "id": "w1", "from": "2026-10-07T08:00:00+08:00", "until": "2026-10-07T10:30:00+08:00" })
}

fn look(world: &World, who: &Principal, of: &str, wanted: &Wanted) -> Result<Overview, Failure> {
    let look = world.read(|platform, tx| overview::look(platform, tx, who, (of, "sub_acme"), wanted))?;
    look.answer(world)
}

fn october(world: &World) -> Overview {
    let wanted = Wanted { cycle: Some("2026-10".into()), ..Wanted::default() };
    look(world, &customer("acme"), "acme", &wanted).unwrap()
}

/// What an obvious count gives.
fn counted<'a>(parcels: impl Iterator<Item = &'a Parcel>) -> (u64, u64, u64, BTreeMap<String, u64>) {
    let (mut submitted, mut counted, mut succeeded, mut states) = (0, 0, 0, BTreeMap::new());
    for it in parcels {
        submitted += 1;
        counted += u64::from(it.counts());
        succeeded += u64::from(it.succeeds());
        *states.entry(it.state.to_owned()).or_default() += 1;
    }
    (submitted, counted, succeeded, states)
}

fn check<'a>(tally: &Tally, parcels: impl Iterator<Item = &'a Parcel>, about: &str) {
    let (submitted, counted, succeeded, states) = counted(parcels);
    assert_eq!(
        (tally.submitted, tally.counted, tally.succeeded, tally.failed),
        (submitted, Some(counted), Some(succeeded), Some(counted - succeeded)),
        "{about}"
    );
    let share = quantity::Ratio::new(i128::from(succeeded), i128::from(counted)).ok();
    assert_eq!(tally.success, share.map(|it| it.fraction()), "{about}");
    let found: BTreeMap<String, u64> =
        tally.outcomes.iter().map(|it| (it.word.clone().unwrap(), it.records)).collect();
    assert_eq!(found, states, "{about}");
}

/// The breakdown has exactly the groups that occur, each with its own records.
fn check_groups(it: &Breakdown, parcels: &[Parcel], key: impl Fn(&Parcel) -> Option<String>) {
    let expected: BTreeSet<Option<String>> = parcels.iter().map(&key).collect();
    let found: BTreeSet<Option<String>> = it.groups.iter().map(|it| it.key.clone()).collect();
    assert_eq!((found, it.groups.len()), (expected.clone(), expected.len()), "{}", it.field);
    for group in &it.groups {
        let own = parcels.iter().filter(|it| key(it) == group.key);
        check(&group.tally, own, &format!("{} {:?}", it.field, group.key));
    }
    let shares = it.groups.iter().filter_map(|it| it.share_of_failures.as_deref());
    let mut sum = quantity::Ratio::ZERO;
    for share in shares {
        let (part, whole) = share.split_once('/').unwrap();
        let share = quantity::Ratio::new(part.parse().unwrap(), whole.parse().unwrap()).unwrap();
        sum = sum.add(&share).unwrap();
    }
    assert_eq!(sum, quantity::Ratio::ONE, "{}", it.field);
}

#[test]
fn every_figure_is_that_of_an_obvious_count_and_the_settlement_s_own() {
    each(|world| {
        ready(world);
        let parcels = Parcel::some(600);
        let lines: Vec<Json> = parcels.iter().map(Parcel::line).chain([works()]).collect();
        world.set("2026-11-01T00:00:00Z");
        send(world, &lines);
        world.pass(60);
        run_jobs(world);
        let it = october(world);
        assert_eq!((it.fact.as_str(), it.facts.as_slice()), ("parcel", ["parcel".to_owned()].as_slice()));
        assert_eq!((it.cycle.as_str(), it.zone.as_str()), ("2026-10", "Asia/Shanghai"));
        assert_eq!(it.waiting, overview::Waiting::default());
        assert_eq!(it.outcome.as_deref(), Some("state"));
        check(&it.whole, parcels.iter(), "whole");
        for breakdown in &it.breakdowns {
            match (breakdown.field.as_str(), breakdown.kind) {
                ("subject", BreakdownKind::Subject) => {
                    check_groups(breakdown, &parcels, |it| it.account.map(str::to_owned));
                }
                ("state", BreakdownKind::OneOf) => {
                    check_groups(breakdown, &parcels, |it| Some(it.state.to_owned()));
                }
                ("size", BreakdownKind::OneOf) => {
                    check_groups(breakdown, &parcels, |it| Some(it.size.to_owned()));
                }
                ("insured", BreakdownKind::Truth) => {
                    check_groups(breakdown, &parcels, |it| Some(it.insured.to_string()));
                }
                ("why", BreakdownKind::Cause) => {
                    check_groups(breakdown, &parcels, |it| it.why.map(str::to_owned));
                    let failed: Vec<u64> =
                        breakdown.groups.iter().map(|it| it.tally.failed.unwrap()).collect();
                    assert!(failed.is_sorted_by(|a, b| a >= b), "{failed:?}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(it.breakdowns.len(), 5);
        for day in &it.days {
            let own = parcels.iter().filter(|it| format!("2026-10-{:02}", it.day) == day.date);
            check(&day.tally, own, &day.date);
        }
        for hour in &it.hours {
            let own = parcels.iter().filter(|it| it.hour == usize::from(hour.hour));
            check(&hour.tally, own, &format!("hour {}", hour.hour));
        }
        assert_eq!((it.days.len(), it.hours.len(), it.slices.len()), (4, 5, 20));
        assert_eq!(it.slices.iter().map(|it| it.tally.submitted).sum::<u64>(), 600);
        // The settlement, which asks its own questions, comes to the same level.
        world.set("2026-11-05T00:00:00Z");
        let fee =
            json!({ "fact": "fee", "id": "f", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" });
        send(world, &[fee]);
        run_jobs(world);
        let sealed = world
            .read(|_, tx| statements::list(tx, &customer("acme"), "acme", None, &Page::default()))
            .unwrap()
            .items;
        assert_eq!(sealed[0].summary["levels"][0]["exact"], json!(it.whole.success));
    });
}

#[test]
fn the_waterfall_takes_each_record_once_and_names_what_took_it() {
    each(|world| {
        ready(world);
        let parcels = Parcel::some(600);
        let lines: Vec<Json> = parcels.iter().map(Parcel::line).chain([works()]).collect();
        world.set("2026-11-01T00:00:00Z");
        send(world, &lines);
        world.pass(60);
        run_jobs(world);
        let it = october(world);
        let rule = &it.rules[it.rule.unwrap()];
        assert_eq!(rule.success.as_deref(), Some("state = lost"));
        assert!(rule.of_failures && !rule.per_subject, "{rule:?}");
        let mut left: Vec<&Parcel> = parcels.iter().collect();
        let mut expected = Vec::new();
        let steps: [(&str, Condition); 4] = [
            ("size = small", |it| it.size == "small"),
            ("insured", |it| it.insured),
            ("closed_roads", |it| !it.is_closed()),
            ("strike", |it| it.why != Some("strike")),
        ];
        for (name, stays) in steps {
            let before = left.len();
            left.retain(|it| stays(it));
            expected.push((
                name.to_owned(),
                u64::try_from(before - left.len()).unwrap(),
                u64::try_from(left.len()).unwrap(),
            ));
        }
        let found: Vec<(String, u64, u64)> = it
            .steps
            .iter()
            .map(|it| {
                let name = it.condition.clone().or_else(|| it.excluded.as_ref().map(|it| it.name.clone()));
                (name.unwrap(), it.taken, it.left)
            })
            .collect();
        assert_eq!(found, expected);
        assert!(expected.iter().all(|it| it.1 > 0), "{expected:?}");
        assert_eq!(it.whole.counted, it.steps.last().map(|it| it.left));
        let strike = it.steps[3].excluded.as_ref().unwrap();
        assert_eq!(
            (strike.text.as_deref(), it.steps[3].clause.as_str()),
            (Some("A strike ／ 罢工"), "1 (2)")
        );
        assert!(it.steps.iter().all(|it| !it.clause.is_empty()), "{:?}", it.steps);
    });
}

#[test]
fn nothing_is_no_data_and_never_a_share() {
    each(|world| {
        ready(world);
        let it = october(world);
        assert_eq!((it.whole.submitted, it.whole.counted, it.whole.succeeded), (0, Some(0), Some(0)));
        assert_eq!(it.whole.success, None);
        assert!(it.days.is_empty() && it.hours.is_empty() && it.slices.is_empty());
        assert!(it.breakdowns.iter().all(|it| it.groups.is_empty()));
        let large = Parcel { size: "large", ..Parcel::some(1).remove(0) };
        send(world, &[large.line()]);
        world.pass(60);
        run_jobs(world);
        let it = october(world);
        assert_eq!((it.whole.submitted, it.whole.counted, it.whole.success), (1, Some(0), None));
        assert_eq!(it.breakdowns[0].groups[0].share_of_failures, None);
    });
}

#[test]
fn what_is_not_merged_is_told_and_what_is_merged_is_counted_meanwhile() {
    each(|world| {
        ready(world);
        let parcels = Parcel::some(40);
        send(world, &parcels[..30].iter().map(Parcel::line).collect::<Vec<_>>());
        let it = october(world);
        assert_eq!((it.whole.submitted, it.waiting.batches, it.waiting.batch_records), (0, 1, 30));
        assert!(it.waiting.since.is_some());
        world.pass(60);
        run_jobs(world);
        let it = october(world);
        assert_eq!((it.whole.submitted, &it.waiting), (30, &overview::Waiting::default()));
        send(world, &parcels[30..].iter().map(Parcel::line).collect::<Vec<_>>());
        let it = october(world);
        assert_eq!((it.whole.submitted, it.waiting.batches, it.waiting.batch_records), (30, 1, 10));
        // Files that lie beside merged ones: what was merged goes on being counted.
        world
            .write(|_, tx| {
                tx.enter(store::Scope::Provider)?;
                tx.housekeeping(
                    "UPDATE lake_file SET settled = 0 WHERE records = (SELECT max(records) FROM lake_file)",
                    &[],
                )?;
                Ok(())
            })
            .unwrap();
        let it = october(world);
        assert!(it.waiting.files > 0 && it.waiting.file_records > 0);
        assert_eq!(it.whole.submitted + it.waiting.file_records, 30);
    });
}

#[test]
fn a_cycle_that_begins_within_an_hour_has_its_hours_by_the_clock() {
    each(|world| {
        publish(world, &terms().replace("cycle calendar month", "cycle calendar month from since")).unwrap();
        tenant(world, "acme");
        world.set("2026-11-01T00:00:00Z");
        let since = json!({ "id": "sub_acme", "since": "2026-10-07T09:15:00+08:00" });
        subscribe(world, "acme", since).unwrap();
        run_jobs(world);
        let parcels = Parcel::some(300);
        send(world, &parcels.iter().map(Parcel::line).collect::<Vec<_>>());
        world.pass(60);
        run_jobs(world);
        let it = october(world);
        let own: Vec<&Parcel> = parcels
            .iter()
            .filter(|parcel| {
                calendar::parse_instant(parcel.line()["at"].as_str().unwrap()).unwrap() >= it.from.0
            })
            .collect();
        assert_eq!(it.whole.submitted, u64::try_from(own.len()).unwrap());
        for hour in &it.hours {
            let expected = own.iter().filter(|it| it.hour == usize::from(hour.hour)).count();
            assert_eq!(hour.tally.submitted, u64::try_from(expected).unwrap(), "{}", hour.hour);
        }
        assert_eq!(it.hours.iter().map(|it| it.tally.submitted).sum::<u64>(), it.whole.submitted);
    });
}

#[test]
fn only_those_who_may_see_evidence_see_it_and_nobody_another_customer_s() {
    each(|world| {
        ready(world);
        tenant(world, "other");
        let wanted = Wanted::default();
        for role in Role::ALL {
            let house = if role.is_provider() { platform::principal::PROVIDER } else { "acme" };
            let who = Principal { roles: vec![(house.to_owned(), role)], ..owner() };
            let may = platform::rights::allows(
                role,
                platform::rights::Resource::Evidence,
                platform::rights::Verb::Read,
            );
            let found = look(world, &who, "acme", &wanted);
            match may {
                true => assert_eq!(found.unwrap().whole.submitted, 0, "{role:?}"),
                false => assert_eq!(kind(found), RefusalKind::Forbidden, "{role:?}"),
            }
        }
        assert_eq!(kind(look(world, &customer("other"), "acme", &wanted)), RefusalKind::NotFound);
        assert_eq!(kind(look(world, &customer("other"), "other", &wanted)), RefusalKind::NotFound);
    });
}

#[test]
fn what_is_not_there_is_not_found() {
    each(|world| {
        ready(world);
        let missing = [
            Wanted { cycle: Some("2031-01".into()), ..Wanted::default() },
            Wanted { fact: Some("fee".into()), ..Wanted::default() },
            Wanted { fact: Some("nothing".into()), ..Wanted::default() },
        ];
        for wanted in missing {
            assert_eq!(
                kind(look(world, &customer("acme"), "acme", &wanted)),
                RefusalKind::NotFound,
                "{wanted:?}"
            );
        }
        let beyond = Wanted { rule: Some(99), ..Wanted::default() };
        assert_eq!(look(world, &customer("acme"), "acme", &beyond).unwrap().rule, Some(0));
    });
}
