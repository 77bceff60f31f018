//! Cycles from the first instant to the sealed statement, and what late evidence does to it.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use platform::intake::{self, Body};
use platform::page::Page;
use platform::statements::{self, StatementView};
use platform::stream::Stream;
use platform::{Failure, RefusalKind, cycles, jobs, live};
use serde_json::{Value as Json, json};
use store::values;
use support::{HOSTING, World, actions, customer, each, kind, owner, publish, subscribe, tenant};

const HANDLERS: [(&str, jobs::Handler); 3] =
    [("cycle", cycles::open), (cycles::CLOSE_JOB, cycles::close), (cycles::LATE_JOB, cycles::late)];

fn run_jobs(world: &World) {
    jobs::run_due(world, &HANDLERS).unwrap();
}

fn ready(world: &World) {
    publish(world, HOSTING).unwrap();
    tenant(world, "acme");
    let since = json!({ "id": "sub_acme", "since": "2026-10-01T00:00:00+08:00" });
    subscribe(world, "acme", since).unwrap();
    run_jobs(world);
}

fn send(world: &World, lines: &[Json]) {
    let text: Vec<String> = lines.iter().map(Json::to_string).collect();
    let stream = Stream::Subscription { tenant: "acme".into(), id: "sub_acme".into() };
    let shape = intake::shape("application/x-ndjson").unwrap();
    let body = Body { shape, bytes: text.join("\n").into_bytes(), atomic: true };
    intake::receive(world, &owner(), &stream, body).unwrap();
}

fn outage(id: &str, from: &str, until: &str) -> Json {
    json!({ "fact": "outage", "id": id, "from": from, "until": until })
}

fn fee() -> Json {
    json!({ "fact": "fee", "id": "fee-10", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" })
}

fn close(world: &World, label: &str) -> Result<StatementView, Failure> {
    statements::close(world, &owner(), "acme", "sub_acme", label, None)
}

fn all(world: &World) -> Vec<StatementView> {
    world.read(|_, tx| statements::list(tx, &customer("acme"), "acme", None, &Page::default())).unwrap().items
}

fn states(world: &World) -> Vec<(String, String)> {
    let found = world
        .read(|_, tx| cycles::list(tx, &customer("acme"), "acme", "sub_acme", &Page::default()))
        .unwrap();
    found.items.into_iter().map(|it| (it.label, it.state)).collect()
}

fn amount(statement: &StatementView) -> Json {
    statement.summary["remedies"][0]["amount"]["rounded"].clone()
}

#[test]
fn a_cycle_is_closed_by_itself_after_the_grace_and_its_package_verifies() {
    each(|world| {
        ready(world);
        send(world, &[fee(), outage("o1", "2026-10-05T00:00:00+08:00", "2026-10-06T00:00:00+08:00")]);
        world.set("2026-11-03T15:59:59Z");
        run_jobs(world);
        assert_eq!(all(world), [], "the grace of three days is not over");
        world.set("2026-11-03T16:00:00Z");
        run_jobs(world);
        let sealed = all(world);
        assert_eq!(sealed.len(), 1);
        assert_eq!(amount(&sealed[0]), "100.00");
        assert_eq!(
            (sealed[0].label.as_str(), sealed[0].number, sealed[0].status.as_str()),
            ("2026-10", 1, "final")
        );
        let expected =
            [("2026-10".to_owned(), "sealed".to_owned()), ("2026-11".to_owned(), "open".to_owned())];
        assert_eq!(states(world), expected);
        let files = world
            .read(|platform, tx| statements::files(platform, tx, &customer("acme"), "acme", &sealed[0].id))
            .unwrap();
        let opened = proof::open(files).unwrap();
        assert!(opened.file("statement.json").is_some());
        assert!(actions(world, "acme").contains(&"statement.sealed".to_owned()));
        let again = world
            .read(|platform, tx| statements::replay(platform, tx, &owner(), "acme", &sealed[0].id))
            .unwrap();
        assert!(again.same, "{again:?}");
    });
}

#[test]
fn a_late_record_supersedes_the_statement_with_what_changed() {
    each(|world| {
        ready(world);
        send(world, &[fee()]);
        world.set("2026-11-05T00:00:00Z");
        run_jobs(world);
        let first = all(world).remove(0);
        assert_eq!(first.summary["promises"][0]["verdict"], "met");
        world.set("2026-11-09T00:00:00Z");
        send(world, &[outage("late", "2026-10-05T00:00:00+08:00", "2026-10-06T00:00:00+08:00")]);
        run_jobs(world);
        let sealed = all(world);
        assert_eq!(sealed.len(), 2);
        assert_eq!(sealed[1].supersedes.as_deref(), Some(first.id.as_str()));
        assert_eq!(sealed[0].superseded_by.as_deref(), Some(sealed[1].id.as_str()));
        assert_eq!((sealed[1].number, amount(&sealed[1])), (2, json!("100.00")));
        assert_eq!(sealed[1].delta["promises"][0]["old"]["verdict"], "met");
        assert_eq!(sealed[1].delta["promises"][0]["new"]["verdict"], "breached");
        for it in &sealed {
            let again = world
                .read(|platform, tx| statements::replay(platform, tx, &owner(), "acme", &it.id))
                .unwrap();
            assert!(again.same, "what was known then is what is settled again: {again:?}");
        }
        send(world, &[outage("other", "2026-11-05T00:00:00+08:00", "2026-11-05T00:01:00+08:00")]);
        run_jobs(world);
        assert_eq!(all(world).len(), 2, "evidence of another month changes nothing");
    });
}

#[test]
fn missing_evidence_blocks_the_seal_until_it_comes_or_somebody_accepts_that() {
    each(|world| {
        ready(world);
        world.set("2026-11-04T00:00:00Z");
        run_jobs(world);
        assert_eq!(states(world)[0], ("2026-10".to_owned(), "blocked".to_owned()));
        assert_eq!(kind(close(world, "2026-10")), RefusalKind::Incomplete);
        let blocked = actions(world, "acme").iter().filter(|it| *it == "cycle.blocked").count();
        assert_eq!(blocked, 1, "the same reasons are written down once");
        send(world, &[fee(), outage("o1", "2026-10-05T00:00:00+08:00", "2026-10-06T00:00:00+08:00")]);
        run_jobs(world);
        assert_eq!(amount(&all(world)[0]), "100.00");
    });
    each(|world| {
        ready(world);
        world.set("2026-11-04T00:00:00Z");
        let why = Some("no fee was charged".to_owned());
        let sealed = statements::close(world, &owner(), "acme", "sub_acme", "2026-10", why).unwrap();
        assert!(sealed.reason.contains("no fee was charged"), "{}", sealed.reason);
        assert_eq!(kind(close(world, "2026-10")), RefusalKind::UnfitState);
    });
}

#[test]
fn a_cycle_is_not_closed_before_its_end_nor_by_a_customer() {
    each(|world| {
        ready(world);
        send(world, &[fee()]);
        world.set("2026-10-31T15:59:59Z");
        assert_eq!(kind(close(world, "2026-10")), RefusalKind::WindowClosed);
        assert_eq!(kind(close(world, "2026-12")), RefusalKind::NotFound);
        world.set("2026-10-31T16:00:00Z");
        let by_customer = statements::close(world, &customer("acme"), "acme", "sub_acme", "2026-10", None);
        assert_eq!(kind(by_customer), RefusalKind::Forbidden);
        let by_stranger = statements::close(world, &customer("other"), "acme", "sub_acme", "2026-10", None);
        assert_eq!(kind(by_stranger), RefusalKind::NotFound);
        assert!(close(world, "2026-10").is_ok(), "a person need not wait for the grace");
    });
}

#[test]
fn a_clock_set_back_reopens_nothing() {
    each(|world| {
        ready(world);
        send(world, &[fee()]);
        world.set("2026-11-04T00:00:00Z");
        run_jobs(world);
        world.set("2026-10-02T00:00:00Z");
        let view =
            world.read(|platform, tx| live::of(platform, tx, &customer("acme"), "acme", "sub_acme")).unwrap();
        assert_eq!(view.label, "2026-11", "the platform's time does not go back");
    });
}

#[test]
fn the_live_view_tells_budget_forecast_and_money_at_risk() {
    each(|world| {
        ready(world);
        send(world, &[fee(), outage("o1", "2026-10-02T00:00:00+08:00", "2026-10-02T03:43:12+08:00")]);
        // Half of October is over: 15.5 of 31 days.
        world.set("2026-10-16T04:00:00Z");
        let view =
            world.read(|platform, tx| live::of(platform, tx, &customer("acme"), "acme", "sub_acme")).unwrap();
        assert_eq!((view.label.as_str(), view.elapsed.as_str()), ("2026-10", "1/2"));
        assert_eq!(view.budgets[0].used.as_deref(), Some("1/2"), "3 h 43 min 12 s of 7 h 26 min 24 s");
        assert_eq!(view.budgets[0].forecast.as_deref(), Some("1/1"));
        assert_eq!(view.if_nothing_more["promises"][0]["verdict"], "met");
        assert_eq!(view.if_it_goes_on["promises"][0]["verdict"], "met", "99 % is just enough");
        send(world, &[outage("o2", "2026-10-03T00:00:00+08:00", "2026-10-03T00:00:02+08:00")]);
        let view =
            world.read(|platform, tx| live::of(platform, tx, &customer("acme"), "acme", "sub_acme")).unwrap();
        assert_eq!(view.if_nothing_more["promises"][0]["verdict"], "met");
        assert_eq!(view.if_it_goes_on["promises"][0]["verdict"], "breached");
        assert_eq!(view.if_it_goes_on["remedies"][0]["amount"]["rounded"], "100.00");
    });
}

fn panics(_: &platform::Platform, _: &jobs::Job) -> Result<(), Failure> {
    panic!("on purpose")
}

#[test]
fn a_job_that_panics_is_told_and_the_others_go_on() {
    each(|world| {
        ready(world);
        send(world, &[fee()]);
        world.set("2026-11-05T00:00:00Z");
        let handlers: [(&str, jobs::Handler); 3] =
            [("cycle", panics), (cycles::CLOSE_JOB, cycles::close), (cycles::LATE_JOB, cycles::late)];
        jobs::run_due(world, &handlers).unwrap();
        assert_eq!(all(world).len(), 1, "the cycle was closed all the same");
        let jobs =
            world.read(|_, tx| jobs::list(tx, &owner(), Some("waiting"), &Page::default())).unwrap().items;
        let told = jobs.iter().find(|it| it.kind == "cycle").and_then(|it| it.error.as_deref());
        assert!(told.is_some_and(|it| it.contains("panic")), "{jobs:?}");
    });
}

fn put_down_again(platform: &platform::Platform, key: &str, seconds: i64) -> Result<(), Failure> {
    let key = key.to_owned();
    platform.write(move |_, tx| {
        let row =
            tx.row("SELECT tenant_id, payload FROM job WHERE kind = 'cycle' AND key = $1", values![&key])?;
        let row = row.unwrap();
        let (tenant, payload): (String, String) = (row.get(0)?, row.get(1)?);
        let due = platform::time::after(tx.now(), seconds);
        Ok(jobs::enqueue(tx, "cycle", &key, &tenant, due, &serde_json::from_str(&payload).unwrap())?)
    })
}

/// Somebody puts it down again while it is done, and then it fails.
fn is_wanted_again_and_fails(platform: &platform::Platform, job: &jobs::Job) -> Result<(), Failure> {
    put_down_again(platform, &job.key, 60)?;
    Err(store::Fault::Unavailable("on purpose".into()).into())
}

#[test]
fn what_keeps_a_job_from_being_done_is_told_also_when_it_was_put_down_again_meanwhile() {
    each(|world| {
        ready(world);
        let told = |world: &World| {
            let waiting = world.read(|_, tx| jobs::list(tx, &owner(), Some("waiting"), &Page::default()));
            let job = waiting.unwrap().items.into_iter().find(|it| it.kind == "cycle").unwrap();
            job.error.unwrap_or_default()
        };
        world.set("2026-11-05T00:00:00Z");
        jobs::run_due(world, &[("cycle", is_wanted_again_and_fails)]).unwrap();
        assert!(told(world).contains("on purpose"));
        let key: Result<String, Failure> = world
            .read(|_, tx| Ok(tx.row("SELECT key FROM job WHERE kind = 'cycle'", &[])?.unwrap().get(0)?));
        put_down_again(world, &key.unwrap(), 0).unwrap();
        assert!(told(world).contains("on purpose"), "putting it down once more mends nothing");
        jobs::run_due(world, &[("cycle", cycles::open)]).unwrap();
        assert_eq!(told(world), "");
    });
}

/// The agreement's newer version tells an outage as an event; the subscription still holds the older one.
#[test]
fn records_that_mean_nothing_under_the_terms_block_the_seal_and_are_counted() {
    each(|world| {
        ready(world);
        send(world, &[fee()]);
        let newer = HOSTING.replace("version: \"1\"", "version: \"2\"");
        let newer = newer.replace("fact outage : span {}", "fact outage : event {}");
        let newer = newer.replace("length(outage)", "count(outage) * 1 h");
        publish(world, &newer).unwrap();
        let shape = intake::shape("application/x-ndjson").unwrap();
        let line = json!({ "fact": "outage", "id": "o1", "at": "2026-10-05T00:00:00+08:00" }).to_string();
        let body = Body { shape, bytes: line.into_bytes(), atomic: true };
        intake::receive(world, &owner(), &Stream::Agreement("hosting".into()), body).unwrap();
        world.set("2026-11-04T00:00:00Z");
        let refused = support::refusal(close(world, "2026-10"));
        assert_eq!(refused.kind, RefusalKind::Incomplete);
        assert!(
            refused.detail.en.contains("1 records cannot be read under version 1"),
            "{}",
            refused.detail.en
        );
    });
}
