//! Notices of change and settlement runs over HTTP.

use serde_json::{Value as Json, json};

use crate::support::{B, C, Request};
use crate::walk::{WALK, Walk, columns, outage};

/// Two versions under a rule; B and C are subscribed to the first.
fn two_versions(rule: &str) -> (Walk, String) {
    let walk = Walk::new();
    let first = WALK.replace("amendment: mutual", &format!("amendment: {rule}"));
    walk.publish(&first, "ours");
    let subscription = walk.subscribe(B, "walk");
    walk.subscribe(C, "walk");
    walk.publish(&first.replace("version: \"1\"", "version: \"2\"").replace("pays 10%", "pays 5%"), "ours");
    (walk, subscription.rsplit_once('/').unwrap().1.to_owned())
}

fn send(walk: &Walk) -> Json {
    let input = json!({ "from_version": "1", "to_version": "2", "effective_at": "2026-12-01T00:00:00+08:00", "text": "Credits are halved." });
    walk.post("service_manager", "/api/v1/agreements/walk/notices", &input)
}

fn of(notice: &Json, subscription: &str) -> String {
    format!("/api/v1/tenants/{B}/notices/{}/subscriptions/{subscription}", notice["id"].as_str().unwrap())
}

/// The version that governs, by the subscription's history.
fn version(walk: &Walk, subscription: &str) -> Json {
    walk.see("b-member", &format!("/api/v1/tenants/{B}/subscriptions/{subscription}"))["version"].clone()
}

#[test]
fn a_mutual_change_is_told_seen_accepted_and_takes_hold_on_its_day() {
    let (walk, subscription) = two_versions("mutual");
    let input = json!({ "from_version": "1", "to_version": "2", "effective_at": "2026-11-09T00:00:00Z" });
    walk.post_refused("service_manager", "/api/v1/agreements/walk/notices", &input, 422, "invalid");
    walk.post_refused("finance", "/api/v1/agreements/walk/notices", &input, 403, "forbidden");
    let notice = send(&walk);
    assert_eq!(
        (&notice["rule"], &notice["effective_at"]),
        (&json!("mutual"), &json!("2026-11-30T16:00:00Z"))
    );
    assert_eq!(notice["comparison"]["materially_worse"], true, "what changes is told with it");
    let id = notice["id"].as_str().unwrap();
    let deliveries = |walk: &Walk| {
        let all = walk.see("owner", &format!("/api/v1/notices/{id}/deliveries"));
        let mut rows = columns(&all, ["tenant", "state"]);
        rows.sort();
        rows
    };
    let row = |tenant: &str, state: &str| [tenant.to_owned(), state.to_owned()];
    assert_eq!(deliveries(&walk), [row(B, "sent"), row(C, "sent")]);
    let it = of(&notice, &subscription);
    walk.refused("c-admin", Request::get(it.as_str()), 404, "not-found");
    assert_eq!(walk.see("b-member", &it)["state"], "sent");
    let seen = walk.post("b-member", &format!("{it}/seen"), &json!({}));
    assert_eq!(
        (&seen["state"], &seen["delivered_at"]),
        (&json!("delivered"), &json!("2026-11-10T00:00:00Z"))
    );
    let accept = json!({ "answer": "accept", "reason": "fine" });
    walk.post_refused("b-member", &format!("{it}/decision"), &accept, 403, "forbidden");
    walk.post_refused("owner", &format!("{it}/decision"), &accept, 403, "forbidden");
    let stale = Request::new("POST", format!("{it}/decision")).json(&accept).header("if-match", "\"9\"");
    walk.refused("b-admin", stale, 412, "outdated");
    let done = walk.post("b-admin", &format!("{it}/decision"), &accept);
    assert_eq!(done["state"], "accepted");
    assert_eq!(version(&walk, &subscription), "1", "not before its day");
    walk.house.set("2026-12-02T00:00:00Z");
    walk.house.run_jobs();
    assert_eq!(version(&walk, &subscription), "2");
    assert_eq!(
        deliveries(&walk),
        [row(B, "accepted"), row(C, "sent")],
        "whoever said nothing keeps the old terms"
    );
    let listed = walk.see("b-member", &format!("/api/v1/tenants/{B}/notices"));
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_notice_is_refused_by_one_and_withdrawn_from_the_other() {
    let (walk, subscription) = two_versions("mutual");
    let notice = send(&walk);
    let it = of(&notice, &subscription);
    let refused = walk.post(
        "b-admin",
        &format!("{it}/decision"),
        &json!({ "answer": "refuse", "reason": "too little" }),
    );
    assert_eq!(refused["state"], "refused");
    walk.post_refused(
        "b-admin",
        &format!("{it}/decision"),
        &json!({ "answer": "accept" }),
        409,
        "unfit-state",
    );
    let path = format!("/api/v1/notices/{}", notice["id"].as_str().unwrap());
    walk.refused("finance", Request::new("DELETE", path.as_str()), 403, "forbidden");
    walk.refused("owner", Request::new("DELETE", path.as_str()).header("if-match", "\"7\""), 412, "outdated");
    let back = walk.done("owner", Request::new("DELETE", path.as_str()));
    assert_eq!(back["withdrawn_at"], "2026-11-10T00:00:00Z");
    let all = walk.see("owner", &format!("{path}/deliveries"));
    let mut states = columns(&all, ["tenant", "state"]);
    states.sort();
    assert_eq!(states, [[B, "refused"].map(str::to_owned), [C, "withdrawn"].map(str::to_owned)]);
    walk.house.set("2026-12-02T00:00:00Z");
    walk.house.run_jobs();
    assert_eq!(version(&walk, &subscription), "1");
    assert_eq!(
        walk.see("owner", "/api/v1/notices?agreement=walk")["items"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(walk.see("owner", "/api/v1/notices?agreement=hosting")["items"], json!([]));
}

#[test]
fn where_notice_suffices_it_takes_hold_without_a_word() {
    let (walk, subscription) = two_versions("notice");
    let notice = send(&walk);
    let refuse = json!({ "answer": "refuse" });
    walk.post_refused(
        "b-admin",
        &format!("{}/decision", of(&notice, &subscription)),
        &refuse,
        409,
        "unfit-state",
    );
    walk.house.set("2026-12-01T00:00:00+08:00");
    walk.house.run_jobs();
    assert_eq!(walk.see("b-admin", &of(&notice, &subscription))["state"], "applied");
    assert_eq!(version(&walk, &subscription), "2");
}

#[test]
fn a_run_closes_every_due_cycle_of_an_agreement_and_shows_how_far_it_is() {
    let walk = Walk::new();
    walk.publish(WALK, "ours");
    let told = walk.subscribe(B, "walk");
    let untold = walk.subscribe(C, "walk");
    let runs = "/api/v1/agreements/walk/runs";
    let label = |it: &str| json!({ "label": it, "without_grace": true });
    walk.post_refused("finance", runs, &label("2026-10"), 403, "forbidden");
    walk.post_refused("b-admin", runs, &label("2026-10"), 404, "not-found");
    walk.post_refused("service_manager", runs, &label("2026-11"), 409, "unfit-state");
    let run = walk.post("service_manager", runs, &label("2026-10"));
    assert_eq!(
        (&run["due"], &run["label"], &run["agreement"]),
        (&json!(2), &json!("2026-10"), &json!("walk"))
    );
    // A second later, so that what the evidence asks for comes after the run.
    walk.house.set("2026-11-10T00:00:01Z");
    walk.record(
        "owner",
        &told,
        &[
            outage("o1", "2026-10-05T00:00:00+08:00", "2026-10-06T00:00:00+08:00"),
            json!({ "fact": "fee", "id": "f1", "at": "2026-10-01T00:00:00+08:00", "amount": "100.00 CNY" }),
        ],
    );
    walk.house.run_jobs();
    let jobs = walk.see("auditor", "/api/v1/jobs?state=done&limit=200");
    let job = jobs["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == run["job"])
        .unwrap_or_else(|| panic!("{jobs}"));
    assert_eq!((&job["kind"], &job["done"], &job["total"]), (&json!("run"), &json!(2), &json!(2)));
    let sealed = walk.see("b-member", &format!("/api/v1/tenants/{B}/statements"));
    assert_eq!(columns(&sealed, ["label", "number"]), [["2026-10", "1"].map(str::to_owned)]);
    let state = |of: &str, who: &str| columns(&walk.see(who, &format!("{of}/cycles")), ["label", "state"]);
    assert_eq!(state(&told, "b-member")[0], ["2026-10", "sealed"].map(str::to_owned));
    assert_eq!(
        state(&untold, "c-member")[0],
        ["2026-10", "blocked"].map(str::to_owned),
        "nothing is known of C's month"
    );
    let again = walk.post("service_manager", runs, &label("2026-10"));
    assert_eq!((&again["due"], &again["job"]), (&json!(1), &run["job"]), "what is sealed is not due again");
    walk.record(
        "owner",
        &untold,
        &[json!({ "fact": "fee", "id": "f1", "at": "2026-10-01T00:00:00+08:00", "amount": "100.00 CNY" })],
    );
    walk.house.run_jobs();
    assert_eq!(state(&untold, "c-member")[0], ["2026-10", "sealed"].map(str::to_owned));
    walk.post_refused("service_manager", runs, &label("2026-10"), 409, "unfit-state");
}
