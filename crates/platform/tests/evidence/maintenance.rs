//! Maintenance windows: announced by the platform's clock, on record as evidence.

use platform::maintenance::{self, CancelWindow, ChangeWindow, NewWindow, Recurrence, Window};
use platform::page::Page;
use platform::principal::Principal;
use platform::rights::Role;
use platform::stream::Stream;
use platform::time::Moment;
use platform::{Failure, RefusalKind};
use serde_json::json;

use crate::support::{World, at, customer, each, kind, ours, owner, refusal};
use crate::world::{TERMS, evidence, fill, own, publish, shared, standing};

fn moment(text: &str) -> Moment {
    Moment(at(text))
}

fn window(from: &str, until: &str) -> NewWindow {
    NewWindow {
        title: "database upgrade".to_owned(),
        fact: None,
        from: moment(from),
        until: moment(until),
        subject: None,
        attributes: json!({ "kind": "planned" }).as_object().cloned().unwrap(),
        recurs: None,
    }
}

fn weekly() -> NewWindow {
    NewWindow {
        recurs: Some(Recurrence {
            rrule: "FREQ=WEEKLY;BYDAY=SU".to_owned(),
            zone: "Asia/Shanghai".to_owned(),
        }),
        ..window("2026-10-04T02:00:00+08:00", "2026-10-04T04:00:00+08:00")
    }
}

fn announce(world: &World, who: &Principal, stream: Stream, input: NewWindow) -> Result<Window, Failure> {
    let who = who.clone();
    world.write(move |platform, tx| maintenance::announce(platform, tx, &who, &stream, &input))
}

fn change(world: &World, id: &str, input: ChangeWindow) -> Result<Window, Failure> {
    let id = id.to_owned();
    world.write(move |platform, tx| maintenance::change(platform, tx, &owner(), (&own(), &id), &input, None))
}

fn cancel(world: &World, id: &str, only: Option<&str>) -> Result<Window, Failure> {
    let (id, only) = (id.to_owned(), only.map(moment));
    let input = CancelWindow { only, reason: "not needed".to_owned() };
    world.write(move |platform, tx| maintenance::cancel(platform, tx, &owner(), (&own(), &id), &input, None))
}

fn no_change() -> ChangeWindow {
    ChangeWindow {
        title: None,
        from: None,
        until: None,
        attributes: None,
        recurs: None,
        reason: "moved".to_owned(),
    }
}

/// When each standing window was announced.
fn announced(world: &World) -> Vec<String> {
    let found = evidence(world);
    let records = found.as_of(None).into_records();
    let at = |it: &evidence::Record| match &it.attributes[0] {
        Some(evidence::Datum::Instant(at)) => platform::time::show(*at),
        other => panic!("{other:?}"),
    };
    records.iter().map(at).collect()
}

#[test]
fn a_window_is_announced_when_the_platform_says_so() {
    each(|world| {
        fill(world);
        let it =
            announce(world, &owner(), own(), window("2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z")).unwrap();
        assert_eq!(it.announced_at, moment("2026-10-01T00:00:00Z"));
        assert_eq!(standing(world), [format!("{} 2026-10-10T00:00:00Z 2026-10-10T02:00:00Z", it.id)]);
        assert_eq!(announced(world), ["2026-10-01T00:00:00Z"]);
        let mut told = window("2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z");
        told.attributes.insert("announced_at".to_owned(), json!("2020-01-01T00:00:00Z"));
        assert_eq!(kind(announce(world, &owner(), own(), told)), RefusalKind::Invalid);
    });
}

#[test]
fn a_change_inside_the_window_keeps_its_announcement_and_any_other_is_announced_now() {
    each(|world| {
        fill(world);
        let it =
            announce(world, &owner(), own(), window("2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z")).unwrap();
        world.set("2026-10-05T00:00:00Z");
        let renamed =
            change(world, &it.id, ChangeWindow { title: Some("upgrade".to_owned()), ..no_change() }).unwrap();
        assert_eq!((renamed.revision, renamed.announced_at), (2, it.announced_at));
        let shorter = ChangeWindow { until: Some(moment("2026-10-10T01:00:00Z")), ..no_change() };
        assert_eq!(change(world, &it.id, shorter).unwrap().announced_at, it.announced_at);
        assert_eq!(standing(world), [format!("{} 2026-10-10T00:00:00Z 2026-10-10T01:00:00Z", it.id)]);
        let longer = ChangeWindow { until: Some(moment("2026-10-10T03:00:00Z")), ..no_change() };
        assert_eq!(change(world, &it.id, longer).unwrap().announced_at, moment("2026-10-05T00:00:00Z"));
        assert_eq!(announced(world), ["2026-10-05T00:00:00Z"]);
        assert_eq!(standing(world), [format!("{} 2026-10-10T00:00:00Z 2026-10-10T03:00:00Z", it.id)]);
    });
}

#[test]
fn a_cancelled_window_stands_no_more() {
    each(|world| {
        fill(world);
        let it =
            announce(world, &owner(), own(), window("2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z")).unwrap();
        let gone = cancel(world, &it.id, None).unwrap();
        assert_eq!((gone.state.as_str(), standing(world).len()), ("cancelled", 0));
        assert_eq!(kind(cancel(world, &it.id, None)), RefusalKind::UnfitState);
        assert_eq!(kind(change(world, &it.id, no_change())), RefusalKind::UnfitState);
    });
}

#[test]
fn a_rule_puts_its_windows_on_record_400_days_ahead_and_goes_on_as_time_passes() {
    each(|world| {
        fill(world);
        let it = announce(world, &owner(), own(), weekly()).unwrap();
        let first = standing(world);
        assert_eq!(first.len(), 57);
        assert!(first[0].ends_with("2026-10-03T18:00:00Z 2026-10-03T20:00:00Z"), "{}", first[0]);
        world.pass(70 * 86_400);
        platform::jobs::run_due(world, &[(maintenance::EXPAND_JOB, maintenance::run)]).unwrap();
        assert_eq!(standing(world).len(), 67);
        assert_eq!(standing(world)[..57], first);
        let told = announced(world);
        assert!(told.iter().all(|at| moment(at) == it.announced_at), "as the rule was announced: {told:?}");
        platform::jobs::run_due(world, &[(maintenance::EXPAND_JOB, maintenance::run)]).unwrap();
        assert_eq!(standing(world).len(), 67);
    });
}

#[test]
fn one_window_of_a_rule_or_all_that_have_not_begun_are_cancelled() {
    each(|world| {
        fill(world);
        let it = announce(world, &owner(), own(), weekly()).unwrap();
        cancel(world, &it.id, Some("2026-10-11T02:00:00+08:00")).unwrap();
        assert_eq!(standing(world).len(), 56);
        assert_eq!(kind(cancel(world, &it.id, Some("2026-10-12T02:00:00+08:00"))), RefusalKind::NotFound);
        world.set("2026-10-20T00:00:00Z");
        cancel(world, &it.id, None).unwrap();
        let left = standing(world);
        assert_eq!(left.len(), 2, "4 and 18 October took place: {left:?}");
    });
}

#[test]
fn another_rule_takes_the_place_of_what_has_not_begun_and_is_announced_now() {
    each(|world| {
        fill(world);
        let it = announce(world, &owner(), own(), weekly()).unwrap();
        world.set("2026-10-20T00:00:00Z");
        let rule =
            Recurrence { rrule: "FREQ=MONTHLY;BYDAY=1MO".to_owned(), zone: "Asia/Shanghai".to_owned() };
        let input = ChangeWindow {
            from: Some(moment("2026-11-02T02:00:00+08:00")),
            until: Some(moment("2026-11-02T03:00:00+08:00")),
            recurs: Some(rule),
            ..no_change()
        };
        let after = change(world, &it.id, input).unwrap();
        assert_eq!(after.announced_at, moment("2026-10-20T00:00:00Z"));
        let left = standing(world);
        assert_eq!(left.len(), 3 + 13, "{left:?}");
        assert!(left[3].ends_with("2026-11-01T18:00:00Z 2026-11-01T19:00:00Z"));
    });
}

#[test]
fn the_fact_is_found_from_the_contract_or_named() {
    each(|world| {
        fill(world);
        let plain = || window("2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z");
        let named = |fact: &str| NewWindow { fact: Some(fact.to_owned()), ..plain() };
        assert_eq!(announce(world, &owner(), own(), named("maintenance")).unwrap().fact, "maintenance");
        assert_eq!(kind(announce(world, &owner(), own(), named("outage"))), RefusalKind::Invalid);
        let two = TERMS
            .replace("version: 1", "version: 2")
            .replace("fact fee", "fact event_day : span { announced: instant }\nfact fee");
        publish(world, "2", &two);
        let refused = refusal(announce(world, &owner(), shared(), plain()));
        assert!(refused.detail.en.contains("maintenance, event_day"), "{}", refused.detail.en);
        let mut day = named("event_day");
        day.attributes.clear();
        assert_eq!(announce(world, &owner(), shared(), day).unwrap().fact, "event_day");
        let none = TERMS.replace("version: 1", "version: 3").replace("announced_at: instant, ", "");
        publish(world, "3", &none);
        assert_eq!(kind(announce(world, &owner(), shared(), plain())), RefusalKind::UnfitState);
    });
}

#[test]
fn what_the_contract_does_not_allow_is_not_announced() {
    each(|world| {
        fill(world);
        let mut wrong = window("2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z");
        wrong.attributes = json!({ "kind": "whatever" }).as_object().cloned().unwrap();
        let refused = refusal(announce(world, &owner(), own(), wrong));
        assert_eq!(refused.findings[0].code, "V0122");
        let backwards = window("2026-10-10T02:00:00Z", "2026-10-10T00:00:00Z");
        assert_eq!(kind(announce(world, &owner(), own(), backwards)), RefusalKind::Invalid);
        assert!(standing(world).is_empty());
    });
}

#[test]
fn customers_see_windows_and_announce_none() {
    each(|world| {
        fill(world);
        let plain = || window("2026-10-10T00:00:00Z", "2026-10-10T02:00:00Z");
        assert_eq!(kind(announce(world, &customer("acme"), own(), plain())), RefusalKind::Forbidden);
        assert_eq!(kind(announce(world, &customer("acme"), shared(), plain())), RefusalKind::NotFound);
        let support = ours(Role::Support);
        let mine = announce(world, &support, own(), plain()).unwrap();
        let all = announce(world, &support, shared(), plain()).unwrap();
        let list = |who: &Principal, shared: bool| {
            world.read(|platform, tx| maintenance::list(platform, tx, who, &own(), shared, &Page::default()))
        };
        assert_eq!(list(&customer("acme"), false).unwrap().items, [mine]);
        assert_eq!(list(&customer("acme"), true).unwrap().items, [all]);
        assert_eq!(kind(list(&customer("beta"), true)), RefusalKind::NotFound);
        assert_eq!(standing(world).len(), 2);
    });
}
