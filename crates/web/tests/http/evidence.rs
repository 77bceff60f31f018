//! Evidence over HTTP: corrections with consent, maintenance that recurs, attestations with files, copies taken out.

use serde_json::{Value as Json, json};

use crate::support::{B, C, NOVEMBER, Request};
use crate::walk::{WALK, Walk, columns, outage};

fn of(rest: &str) -> String {
    format!("/api/v1/tenants/{B}{rest}")
}

/// B's subscription with one outage of 30 hours.
fn told() -> (Walk, String) {
    let walk = Walk::new();
    walk.publish(WALK, "ours");
    let subscription = walk.subscribe(B, "walk");
    walk.record(
        "owner",
        &subscription,
        &[outage("o1", "2026-10-05T00:00:00+08:00", "2026-10-06T06:00:00+08:00")],
    );
    (walk, subscription)
}

fn shorter(reason: &str) -> Json {
    let record = json!({ "fact": "outage", "from": "2026-10-05T00:00:00+08:00", "until": "2026-10-05T01:00:00+08:00" });
    json!({ "supersedes": "o1", "reason": reason, "record": record })
}

fn copy(walk: &Walk, subscription: &str) -> Vec<Json> {
    let answer = walk.send("owner", Request::new("POST", format!("{subscription}/evidence/export")));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
    answer.text().lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[test]
fn a_correction_stands_only_when_the_other_party_consents() {
    let (walk, subscription) = told();
    let digest =
        |walk: &Walk| walk.see("b-member", &format!("{subscription}/evidence/digest"))["sha256"].clone();
    let before = digest(&walk);
    let made =
        walk.post("b-admin", &format!("{subscription}/corrections"), &shorter("our meter says one hour"));
    assert_eq!(
        (&made["side"], &made["state"], &made["revision"]),
        (&json!("customer"), &json!("proposed"), &json!(1))
    );
    assert_eq!(digest(&walk), before, "nothing is on record yet");
    let it = of(&format!("/corrections/{}", made["id"].as_str().unwrap()));
    walk.post_refused("b-admin", &format!("{it}/consent"), &json!({}), 403, "forbidden");
    walk.post_refused("finance", &format!("{it}/consent"), &json!({}), 403, "forbidden");
    walk.post_refused("c-admin", &format!("{it}/consent"), &json!({}), 404, "not-found");
    let stale = Request::new("POST", format!("{it}/consent")).json(&json!({})).header("if-match", "\"7\"");
    walk.refused("service_manager", stale, 412, "outdated");
    let done = walk.post("service_manager", &format!("{it}/consent"), &json!({ "reason": "so does ours" }));
    assert_eq!(
        (&done["state"], &done["decision"], &done["revision"]),
        (&json!("consented"), &json!("so does ours"), &json!(2))
    );
    walk.post_refused(
        "service_manager",
        &format!("{it}/refusal"),
        &json!({ "reason": "no" }),
        409,
        "unfit-state",
    );
    assert_ne!(digest(&walk), before);
    let lines = copy(&walk, &subscription);
    let kept: Vec<&Json> = lines.iter().filter(|it| it["supersedes"] == "o1").collect();
    assert_eq!((lines.len(), kept.len()), (2, 1), "the wrong record stays, and the new one names it");
    assert_eq!(kept[0]["until"], "2026-10-04T17:00:00Z");
    let batches =
        columns(&walk.see("b-member", &format!("{subscription}/evidence")), ["batch", "side", "records"]);
    assert_eq!(batches, [["1", "provider", "1"].map(str::to_owned), ["2", "agreed", "1"].map(str::to_owned)]);
}

#[test]
fn a_correction_is_refused_with_a_reason_taken_back_or_left_to_expire() {
    let (walk, subscription) = told();
    let propose = |who: &str| {
        let made = walk.post(who, &format!("{subscription}/corrections"), &shorter("measured again"));
        of(&format!("/corrections/{}", made["id"].as_str().unwrap()))
    };
    let ours = propose("service_manager");
    walk.post_refused("b-admin", &format!("{ours}/refusal"), &json!({}), 422, "invalid");
    let refused = walk.post("b-admin", &format!("{ours}/refusal"), &json!({ "reason": "we saw it" }));
    assert_eq!((&refused["state"], &refused["decision"]), (&json!("refused"), &json!("we saw it")));
    walk.post_refused("b-member", &format!("{subscription}/corrections"), &shorter("mine"), 403, "forbidden");
    let theirs = propose("b-admin");
    walk.post_refused("service_manager", &format!("{theirs}/withdrawal"), &json!({}), 403, "forbidden");
    let back = walk.post("b-admin", &format!("{theirs}/withdrawal"), &json!({}));
    assert_eq!(back["state"], "withdrawn");
    let left = propose("b-admin");
    let expires_at = walk.see("b-admin", &left)["expires_at"].as_str().unwrap().to_owned();
    walk.house.set(&expires_at);
    walk.house.run_jobs();
    assert_eq!(walk.see("b-admin", &left)["state"], "expired");
    walk.post_refused("service_manager", &format!("{left}/consent"), &json!({}), 409, "unfit-state");
    let name = subscription.rsplit_once('/').unwrap().1;
    let listed = walk.see("b-member", &of(&format!("/corrections?subscription={name}")));
    let told = |it: &str, state: &str| [it.rsplit_once('/').unwrap().1.to_owned(), state.to_owned()];
    // Ids of one instant are in no order of their own.
    let mut expected = [told(&ours, "refused"), told(&theirs, "withdrawn"), told(&left, "expired")];
    expected.sort();
    assert_eq!(columns(&listed, ["id", "state"]), expected);
    assert_eq!(copy(&walk, &subscription).len(), 1, "nothing changed");
    let unknown = json!({ "supersedes": "o9", "reason": "?" });
    walk.post_refused("b-admin", &format!("{subscription}/corrections"), &unknown, 422, "invalid");
}

#[test]
fn maintenance_that_recurs_is_announced_once_changed_and_cancelled_one_by_one() {
    let (walk, subscription) = told();
    let all = format!("{subscription}/maintenance");
    let weekly = json!({ "title": "Sunday works", "from": "2026-11-15T02:00:00+08:00", "until": "2026-11-15T04:00:00+08:00",
        "recurs": { "rrule": "FREQ=WEEKLY;BYDAY=SU", "zone": "Asia/Shanghai" } });
    walk.post_refused("b-admin", &all, &weekly, 403, "forbidden");
    let wrong = json!({ "title": "x", "from": "2026-11-15T02:00:00+08:00", "until": "2026-11-15T04:00:00+08:00",
        "recurs": { "rrule": "FREQ=SECONDLY", "zone": "Asia/Shanghai" } });
    walk.post_refused("service_manager", &all, &wrong, 422, "invalid");
    let made = walk.post("service_manager", &all, &weekly);
    assert_eq!(
        (&made["announced_at"], &made["state"], &made["fact"]),
        (&json!(NOVEMBER), &json!("announced"), &json!("maintenance"))
    );
    let it = format!("{all}/{}", made["id"].as_str().unwrap());
    let windows = |walk: &Walk| -> Vec<Json> {
        copy(walk, &subscription).into_iter().filter(|it| it["fact"] == "maintenance").collect()
    };
    // 400 days ahead of 10 November 2026, on Sundays from the 15th.
    let known = windows(&walk);
    assert_eq!(known.len(), 57, "the Sundays until 15 December 2027");
    assert!(
        known.iter().any(|it| it["from"] == "2026-11-21T18:00:00Z" && it["announced_at"] == NOVEMBER),
        "{}",
        known[1]
    );
    let only = json!({ "only": "2026-11-22T02:00:00+08:00", "reason": "a holiday" });
    let cancelled = walk.post("service_manager", &format!("{it}/cancellation"), &only);
    assert_eq!(cancelled["state"], "announced", "the others stand");
    let changed = Request::new("PATCH", it.as_str())
        .json(&json!({ "title": "Sunday night works", "reason": "clearer" }));
    let stale = Request::new("PATCH", it.as_str())
        .json(&json!({ "title": "x", "reason": "x" }))
        .header("if-match", "\"2\"");
    walk.refused("service_manager", stale, 412, "outdated");
    let changed = walk.done("service_manager", changed);
    assert_eq!((&changed["title"], &changed["revision"]), (&json!("Sunday night works"), &json!(2)));
    let seen = walk.see("b-member", &all);
    assert_eq!(columns(&seen, ["title", "state"]), [["Sunday night works", "announced"].map(str::to_owned)]);
    walk.refused("c-member", Request::get(it.as_str()), 404, "not-found");
    let ended = walk.post("service_manager", &format!("{it}/cancellation"), &json!({ "reason": "no more" }));
    assert_eq!(ended["state"], "cancelled");
    walk.post_refused(
        "service_manager",
        &format!("{it}/cancellation"),
        &json!({ "reason": "again" }),
        409,
        "unfit-state",
    );
}

#[test]
fn maintenance_of_an_agreement_is_seen_by_all_who_subscribe_to_it() {
    let (walk, subscription) = told();
    let shared = "/api/v1/agreements/walk/maintenance";
    let once = json!({ "title": "Core router", "from": "2026-11-20T00:00:00+08:00", "until": "2026-11-20T01:00:00+08:00" });
    walk.post_refused("b-admin", shared, &once, 404, "not-found");
    let made = walk.post("service_manager", shared, &once);
    assert_eq!(made["stream"], "agreement:walk");
    let seen = |shared: &str| {
        columns(&walk.see("b-member", &format!("{subscription}/maintenance{shared}")), ["title"]).concat()
    };
    assert_eq!((seen(""), seen("?shared=true")), (Vec::new(), vec!["Core router".to_owned()]));
    let ids = copy(&walk, &subscription).iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids.len(), 2, "the copy holds the agreement's too: {ids:?}");
}

#[test]
fn an_attestation_has_files_and_holds_until_it_expires_or_is_withdrawn() {
    let (walk, _) = told();
    let input = json!({ "tenant": B, "subject": "Data centre", "title": "ISO/IEC 27001", "statement": "It is certified.",
        "from": "2026-10-01T00:00:00Z", "expires_at": "2026-12-01T00:00:00Z" });
    walk.post_refused("b-admin", "/api/v1/attestations", &input, 403, "forbidden");
    let made = walk.post("owner", "/api/v1/attestations", &input);
    assert_eq!((&made["state"], &made["revision"]), (&json!("in_force"), &json!(1)));
    let id = made["id"].as_str().unwrap();
    let it = |rest: &str| format!("/api/v1/attestations/{id}{rest}?tenant={B}");
    let file = |name: &str| {
        Request::new("POST", format!("{}&name={name}", it("/files")))
            .bytes("application/pdf", "%PDF-1.7 certified")
    };
    let attached = walk.done("owner", file("..%2Fcert.pdf").header("if-match", "\"1\""));
    let kept = &attached["files"][0];
    assert_eq!((&kept["media"], &attached["revision"]), (&json!("application/pdf"), &json!(2)));
    assert!(!kept["name"].as_str().unwrap().contains('/'), "{kept}");
    walk.refused("owner", file("late.pdf").header("if-match", "\"1\""), 412, "outdated");
    let sha256 = kept["sha256"].as_str().unwrap();
    let bytes = walk.take("b-member", &it(&format!("/files/{sha256}")));
    assert_eq!((bytes.status, bytes.text().as_str()), (200, "%PDF-1.7 certified"));
    assert_eq!(bytes.header("x-content-type-options"), Some("nosniff"));
    for target in [it(""), it(&format!("/files/{sha256}"))] {
        walk.refused("c-admin", Request::get(target.as_str()), 404, "not-found");
        walk.refused("c-admin", Request::get(target.replace(B, C)), 404, "not-found");
    }
    walk.house.set("2026-11-30T23:59:59Z");
    assert_eq!(walk.see("b-member", &it(""))["state"], "in_force");
    walk.house.set("2026-12-01T00:00:00Z");
    assert_eq!(walk.see("b-member", &it(""))["state"], "expired");
    let back = walk.post("owner", &it("/withdrawal"), &json!({ "reason": "replaced" }));
    assert_eq!(
        (&back["state"], &back["withdrawn_at"]),
        (&json!("withdrawn"), &json!("2026-12-01T00:00:00Z"))
    );
    walk.post_refused("owner", &it("/withdrawal"), &json!({ "reason": "again" }), 409, "unfit-state");
    let for_all = json!({ "subject": "All", "title": "Report", "statement": "Read it.", "from": "2026-10-01T00:00:00Z", "expires_at": "2027-10-01T00:00:00Z" });
    walk.post("owner", "/api/v1/attestations", &for_all);
    for who in ["b-member", "c-admin"] {
        assert_eq!(columns(&walk.see(who, "/api/v1/attestations"), ["title"]).concat(), ["Report"], "{who}");
    }
}

/// A copy of the evidence settles to the same elsewhere: the digest is that of its lines.
#[test]
fn a_copy_as_of_an_earlier_time_has_what_was_known_then() {
    let (walk, subscription) = told();
    let at = |rest: &str| format!("{subscription}/evidence/digest{rest}");
    let first = walk.see("b-member", &at(""))["sha256"].clone();
    walk.house.set("2026-11-11T00:00:00Z");
    walk.record(
        "b-admin",
        &subscription,
        &[outage("o2", "2026-10-07T00:00:00+08:00", "2026-10-07T01:00:00+08:00")],
    );
    let now = walk.see("b-member", &at(""))["sha256"].clone();
    assert_ne!(first, now);
    assert_eq!(walk.see("b-member", &at("?as_of=2026-11-10T12:00:00Z"))["sha256"], first);
    walk.refused(
        "b-member",
        Request::new("POST", format!("{subscription}/evidence/export")),
        403,
        "forbidden",
    );
    let log = walk.see("owner", &of("/log/entries?action=evidence.exported"));
    let before = log["items"].as_array().unwrap().len();
    copy(&walk, &subscription);
    let after =
        walk.see("owner", &of("/log/entries?action=evidence.exported"))["items"].as_array().unwrap().len();
    assert_eq!((before, after), (0, 1), "each copy is on the record");
}
