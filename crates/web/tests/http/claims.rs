//! Claims over HTTP, from what can be claimed to what was paid.

use serde_json::{Value as Json, json};

use crate::support::{B, House, Request};
use crate::walk::{WALK, Walk, columns};

const OF: &str = "/api/v1/tenants/beta-91aa07";

/// B's breach of October, and the statement of it. B's people are `b-admin` and `b-member`.
fn breached() -> (Walk, String) {
    let walk = Walk::new();
    walk.publish(WALK, "ours");
    let (_, sealed) = walk.october(B, "walk");
    assert_eq!(OF, format!("/api/v1/tenants/{B}"));
    (walk, sealed["id"].as_str().unwrap().to_owned())
}

fn claim(walk: &Walk, statement: &str, remedy: &str) -> String {
    let input =
        json!({ "statement": statement, "remedy": remedy, "fields": { "dates and times": "5 October" } });
    let made = walk.post("b-admin", &format!("{OF}/claims"), &input);
    assert_eq!(made["state"], "submitted");
    format!("{OF}/claims/{}", made["id"].as_str().unwrap())
}

fn decide(walk: &Walk, claim: &str, body: Json) -> Json {
    walk.post("finance", &format!("{claim}/decision"), &body)
}

fn events(walk: &Walk, claim: &str) -> Vec<String> {
    let all = walk.see("b-member", &format!("{claim}/events"));
    columns(&all, ["kind"]).into_iter().map(|[it]| it).collect()
}

/// What B's vouchers were worth, in the order of the text.
fn vouchers(walk: &Walk) -> Vec<String> {
    let mut all = columns(&walk.see("b-admin", &format!("{OF}/vouchers")), ["original"]).concat();
    all.sort();
    all
}

#[test]
fn what_can_be_claimed_is_offered_with_its_amount_and_its_windows() {
    let (walk, statement) = breached();
    let offered = walk.see("b-member", &format!("{OF}/claimable"));
    let mut rows = columns(&offered, ["remedy", "amount", "window", "opens_at", "closes_at", "choice"]);
    rows.sort();
    let row = |it: [&str; 6]| it.map(str::to_owned);
    let (november, december) = ("2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z");
    assert_eq!(
        rows,
        [
            row(["credit", "100.00 CNY", "1", november, december, "false"]),
            row(["gift", "30.00 CNY", "1", november, december, "true"]),
            row(["goodwill", "null", "1", november, december, "false"]),
            row(["money", "20.00 CNY", "1", november, december, "true"]),
            row(["visit", "7.00 CNY", "1", "2026-10-05T22:00:00Z", "2026-11-15T16:00:00Z", "false"]),
            row(["visit", "7.00 CNY", "2", "2026-10-19T22:00:00Z", "2026-11-29T16:00:00Z", "false"]),
        ]
    );
    let all = walk.see("b-member", &format!("{OF}/entitlements"));
    let mut kinds = columns(&all, ["remedy", "kind", "status", "needs_claim"]);
    kinds.sort();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    assert_eq!(kinds[4], ["points", "voucher", "due", "false"].map(str::to_owned));
    assert!(columns(&all, ["statement"]).iter().all(|it| it[0] == statement));
    walk.refused("c-admin", Request::get(format!("{OF}/claimable")), 404, "not-found");
}

#[test]
fn a_claim_is_made_questioned_answered_taken_up_and_paid_in_part() {
    let (walk, statement) = breached();
    let claims = format!("{OF}/claims");
    let short = json!({ "statement": statement, "remedy": "credit" });
    let refused = walk.post_refused("b-admin", &claims, &short, 422, "invalid");
    assert!(refused["detail"].as_str().unwrap().contains("`dates and times`"), "{refused}");
    let it = claim(&walk, &statement, "credit");
    let again =
        json!({ "statement": statement, "remedy": "credit", "fields": { "dates and times": "again" } });
    walk.post_refused("b-admin", &claims, &again, 409, "exists");
    let file =
        Request::new("POST", format!("{it}/files?name=log.txt")).bytes("text/plain", "down since 00:00");
    let attached = walk.done("b-member", file);
    let sha256 = attached["files"][0]["sha256"].as_str().unwrap();
    let bytes = walk.take("support", &format!("{it}/files/{sha256}"));
    assert_eq!((bytes.status, bytes.text().as_str()), (200, "down since 00:00"));
    assert_eq!(bytes.header("content-disposition"), Some("attachment; filename=\"log.txt\""));
    let question = json!({ "question": "Which site?" });
    walk.post_refused("b-member", &format!("{it}/question"), &question, 403, "forbidden");
    walk.post_refused("b-admin", &format!("{it}/question"), &question, 404, "not-found");
    walk.post_refused("b-admin", &format!("{it}/review"), &json!({}), 404, "not-found");
    let asked = walk.post("support", &format!("{it}/question"), &question);
    assert_eq!((&asked["state"], &asked["question"]), (&json!("needs_information"), &json!("Which site?")));
    let answer = json!({ "fields": { "site": "Hangzhou" } });
    let answered = walk.post("b-member", &format!("{it}/information"), &answer);
    assert_eq!(answered["state"], "under_review");
    assert_eq!(answered["fields"], json!({ "dates and times": "5 October", "site": "Hangzhou" }));
    let part = json!({ "verdict": "part", "amount": "40.00 CNY", "reason": "half of it" });
    walk.post_refused("support", &format!("{it}/decision"), &part, 403, "forbidden");
    let too_much = json!({ "verdict": "part", "amount": "100.01 CNY", "reason": "more" });
    walk.post_refused("finance", &format!("{it}/decision"), &too_much, 422, "invalid");
    let decided = decide(&walk, &it, part);
    assert_eq!((&decided["state"], &decided["awarded"]), (&json!("part_accepted"), &json!("40.00 CNY")));
    assert_eq!(decided["deadlines"]["appeal"], "2026-12-10T00:00:00Z");
    let stale = Request::new("POST", format!("{it}/award/acceptance")).header("if-match", "\"1\"");
    walk.refused("b-admin", stale, 412, "outdated");
    for ours in ["finance", "owner"] {
        walk.post_refused(ours, &format!("{it}/award/acceptance"), &json!({}), 403, "forbidden");
        walk.post_refused(ours, &format!("{it}/withdrawal"), &json!({}), 403, "forbidden");
    }
    let settled = walk.post("b-admin", &format!("{it}/award/acceptance"), &json!({}));
    assert_eq!((&settled["state"], &settled["awarded"]), (&json!("settled"), &json!("40.00 CNY")));
    assert_eq!(
        events(&walk, &it),
        ["submit", "attach", "request_information", "supply_information", "award", "accept_award"]
    );
    let mut vouchers =
        columns(&walk.see("b-admin", &format!("{OF}/vouchers")), ["original", "remaining", "state"]);
    vouchers.sort();
    let usable = |amount: &str| [amount.to_owned(), amount.to_owned(), "usable".to_owned()];
    assert_eq!(vouchers, [usable("40.00 CNY"), usable("5.00 CNY")], "the points came by themselves");
}

#[test]
fn a_rejection_is_appealed_and_the_appeal_is_upheld_or_rejected() {
    let (walk, statement) = breached();
    let it = claim(&walk, &statement, "credit");
    let rejected = decide(&walk, &it, json!({ "verdict": "reject", "reason": "wrong month" }));
    assert_eq!((&rejected["state"], &rejected["reason"]), (&json!("rejected"), &json!("wrong month")));
    walk.post_refused("c-admin", &format!("{it}/appeal"), &json!({ "grounds": "mine" }), 404, "not-found");
    let appealed = walk.post("b-admin", &format!("{it}/appeal"), &json!({ "grounds": "it was October" }));
    assert_eq!((&appealed["state"], &appealed["reason"]), (&json!("appealed"), &json!("it was October")));
    let uphold = json!({ "verdict": "uphold", "amount": "90.00 CNY", "reason": "most of it" });
    walk.post_refused("b-admin", &format!("{it}/appeal/decision"), &uphold, 403, "forbidden");
    let upheld = walk.post("finance", &format!("{it}/appeal/decision"), &uphold);
    assert_eq!((&upheld["state"], &upheld["awarded"]), (&json!("upheld_on_appeal"), &json!("90.00 CNY")));
    assert_eq!(events(&walk, &it), ["submit", "reject", "appeal", "uphold_appeal"]);
    let other = claim(&walk, &statement, "money");
    decide(&walk, &other, json!({ "verdict": "reject", "reason": "no" }));
    walk.post("b-member", &format!("{other}/appeal"), &json!({ "grounds": "but" }));
    let ended = walk.post(
        "finance",
        &format!("{other}/appeal/decision"),
        &json!({ "verdict": "reject", "reason": "still no" }),
    );
    assert_eq!((&ended["state"], &ended["awarded"]), (&json!("rejected_on_appeal"), &Json::Null));
    let over = json!({ "verdict": "accept", "reason": "late" });
    walk.post_refused("finance", &format!("{other}/decision"), &over, 409, "unfit-state");
    assert_eq!(vouchers(&walk), ["5.00 CNY", "90.00 CNY"]);
}

#[test]
fn of_a_choice_one_remedy_is_claimed_and_the_other_is_offered_no_more() {
    let (walk, statement) = breached();
    let gift = claim(&walk, &statement, "gift");
    let remedies = |walk: &Walk| {
        let all = walk.see("b-admin", &format!("{OF}/claimable"));
        columns(&all, ["remedy"]).into_iter().map(|[it]| it).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(!remedies(&walk).contains("gift") && !remedies(&walk).contains("money"), "{:?}", remedies(&walk));
    let other = json!({ "statement": statement, "remedy": "money" });
    walk.post_refused("b-admin", &format!("{OF}/claims"), &other, 409, "exists");
    let back = walk.post("b-admin", &format!("{gift}/withdrawal"), &json!({}));
    assert_eq!(back["state"], "withdrawn");
    assert!(remedies(&walk).contains("money"), "what was taken back leaves the choice open");
    let money = claim(&walk, &statement, "money");
    assert_eq!(decide(&walk, &money, json!({ "verdict": "accept", "reason": "chosen" }))["state"], "settled");
    let late = json!({ "statement": statement, "remedy": "gift" });
    walk.post_refused("b-admin", &format!("{OF}/claims"), &late, 409, "exists");
    assert_eq!(vouchers(&walk), ["20.00 CNY", "5.00 CNY"], "one of the two");
}

#[test]
fn each_outage_has_a_window_of_its_own_and_is_claimed_by_its_number() {
    let (walk, statement) = breached();
    let visit = |window: u32| json!({ "statement": statement, "remedy": "visit", "window": window });
    walk.post_refused("b-admin", &format!("{OF}/claims"), &visit(3), 409, "window-closed");
    let second = walk.post("b-admin", &format!("{OF}/claims"), &visit(2));
    assert_eq!(
        (&second["opens_at"], &second["closes_at"], &second["due"]),
        (&json!("2026-10-19T22:00:00Z"), &json!("2026-11-29T16:00:00Z"), &json!("7.00 CNY"))
    );
    walk.post_refused("b-admin", &format!("{OF}/claims"), &visit(2), 409, "exists");
    walk.house.set("2026-11-15T16:00:00Z");
    let closed = walk.post_refused("b-admin", &format!("{OF}/claims"), &visit(1), 409, "window-closed");
    assert!(closed["detail"].as_str().unwrap().contains("2026-11-16T00:00:00"), "{closed}");
}

#[test]
fn a_claim_nobody_answers_expires_and_a_part_nobody_contests_is_paid() {
    let (walk, statement) = breached();
    let credit = claim(&walk, &statement, "credit");
    decide(&walk, &credit, json!({ "verdict": "part", "amount": "40.00 CNY", "reason": "half" }));
    let goodwill = claim(&walk, &statement, "goodwill");
    walk.post("support", &format!("{goodwill}/question"), &json!({ "question": "Why?" }));
    let state = |it: &str| walk.see("b-member", it)["state"].clone();
    walk.house.set("2026-12-09T23:59:59Z");
    walk.house.run_jobs();
    assert_eq!((state(&credit), state(&goodwill)), (json!("part_accepted"), json!("needs_information")));
    walk.house.set("2026-12-10T00:00:00Z");
    walk.house.run_jobs();
    assert_eq!((state(&credit), state(&goodwill)), (json!("settled"), json!("expired")));
    assert_eq!(events(&walk, &goodwill), ["submit", "request_information", "deadline_passed"]);
}

#[test]
fn the_queue_shows_what_waits_for_us_and_to_us_alone() {
    let (walk, statement) = breached();
    let it = claim(&walk, &statement, "credit");
    let taken = walk.post("support", &format!("{it}/review"), &json!({}));
    assert_eq!(taken["state"], "under_review");
    let queue = |state: &str| {
        columns(&walk.see("support", &format!("/api/v1/claims{state}")), ["tenant", "remedy", "state"])
    };
    assert_eq!(queue(""), [["beta-91aa07", "credit", "under_review"].map(str::to_owned)]);
    assert!(queue("?state=submitted").is_empty());
    walk.refused("b-admin", Request::get("/api/v1/claims"), 404, "not-found");
    let listed =
        |state: &str| columns(&walk.see("b-member", &format!("{OF}/claims?state={state}")), ["id"]).len();
    assert_eq!((listed("under_review"), listed("settled")), (1, 0));
}

#[test]
fn what_a_person_decides_is_claimed_for_any_amount_once() {
    let (walk, statement) = breached();
    let open = walk.see("finance", "/api/v1/decisions?state=open");
    assert_eq!(
        columns(&open, ["tenant", "remedy", "question"]),
        [["beta-91aa07", "goodwill", "may be compensated appropriately"].map(str::to_owned)]
    );
    let id = open["items"][0]["id"].as_str().unwrap();
    let answer = json!({ "amount": "50.00 CNY", "reason": "a fair sum" });
    walk.post_refused("service_manager", &format!("{OF}/decisions/{id}"), &answer, 403, "forbidden");
    let decided = walk.post("finance", &format!("{OF}/decisions/{id}"), &answer);
    assert_eq!((&decided["state"], &decided["amount"]), (&json!("decided"), &json!("50.00 CNY")));
    walk.post_refused("finance", &format!("{OF}/decisions/{id}"), &answer, 409, "unfit-state");
    assert_eq!(walk.see("b-member", &format!("{OF}/decisions"))["items"][0]["reason"], "a fair sum");
    let it = claim(&walk, &statement, "goodwill");
    assert_eq!(walk.see("b-admin", &it)["due"], "50.00 CNY");
    let settled = decide(&walk, &it, json!({ "verdict": "accept", "reason": "as decided" }));
    assert_eq!((&settled["state"], &settled["awarded"]), (&json!("settled"), &json!("50.00 CNY")));
}

/// A choice that was rejected is not brought back by an appeal once the other was given.
#[test]
fn an_appeal_gives_no_second_remedy_of_a_choice() {
    let (walk, statement) = breached();
    let gift = claim(&walk, &statement, "gift");
    decide(&walk, &gift, json!({ "verdict": "reject", "reason": "not this one" }));
    let money = claim(&walk, &statement, "money");
    decide(&walk, &money, json!({ "verdict": "accept", "reason": "this one" }));
    let refused =
        walk.post_refused("b-admin", &format!("{gift}/appeal"), &json!({ "grounds": "both" }), 409, "exists");
    assert!(refused["detail"].as_str().unwrap().contains("`money` was chosen"), "{refused}");
    assert_eq!(vouchers(&walk), ["20.00 CNY", "5.00 CNY"]);
}

/// Claims of ours under an upstream provider's terms: we make them, and record what was decided and paid.
#[test]
fn what_a_provider_of_ours_owes_us_is_claimed_decided_and_received() {
    let walk = Walk::new();
    let text = WALK.replace("id: walk", "id: uplink").replace("# Walk", "# Uplink");
    walk.publish(&text, "upstream");
    let theirs = json!({ "agreement": "uplink", "plan": "basic", "since": "2026-10-01T00:00:00+08:00" });
    walk.post_refused("owner", &format!("{OF}/subscriptions"), &theirs, 422, "invalid");
    let (_, sealed) = walk.october("upstream", "uplink");
    let of = "/api/v1/tenants/upstream";
    let receivable = |walk: &Walk| {
        columns(&walk.see("finance", &format!("{of}/accounts")), ["account", "debits", "credits"])
    };
    let points = receivable(&walk);
    assert_eq!(points.len(), 2, "the points are owed without a claim: {points:?}");
    let input = json!({ "statement": sealed["id"], "remedy": "credit", "fields": { "dates and times": "5 October" } });
    let made = walk.post("finance", &format!("{of}/claims"), &input);
    assert_eq!((&made["ours"], &made["due"]), (&json!("customer"), &json!("100.00 CNY")));
    let it = format!("{of}/claims/{}", made["id"].as_str().unwrap());
    let accepted = walk.post(
        "finance",
        &format!("{it}/decision"),
        &json!({ "verdict": "accept", "reason": "their letter of 12 November" }),
    );
    assert_eq!((&accepted["state"], &accepted["awarded"]), (&json!("settled"), &json!("100.00 CNY")));
    let owed = receivable(&walk);
    let source = owed
        .iter()
        .map(|it| &it[0])
        .find(|it| it.contains("upstream_receivable") && it.contains(made["id"].as_str().unwrap()));
    let source = source.unwrap_or_else(|| panic!("{owed:?}")).split_once(':').unwrap().1.to_owned();
    let paid =
        |amount: &str, reference: &str| json!({ "source": source, "amount": amount, "reference": reference });
    let received = walk.post("finance", &format!("{of}/payments"), &paid("100.00 CNY", "CN-1"));
    assert_eq!(received["kind"], "receive_upstream", "{received}");
    walk.post_refused("finance", &format!("{of}/payments"), &paid("100.00 CNY", "CN-1"), 409, "exists");
    walk.post_refused("finance", &format!("{of}/payments"), &paid("0.01 CNY", "CN-2"), 409, "unfit-state");
    let money = walk.post(
        "finance",
        &format!("{of}/claims"),
        &json!({ "statement": sealed["id"], "remedy": "money" }),
    );
    let back = walk.post(
        "finance",
        &format!("{of}/claims/{}/withdrawal", money["id"].as_str().unwrap()),
        &json!({}),
    );
    assert_eq!(back["state"], "withdrawn", "a claim of ours is ours to give up");
    for who in ["b-admin", "c-member"] {
        for path in ["", "/claims", "/accounts", "/statements", "/subscriptions"] {
            walk.refused(who, Request::get(format!("{of}{path}")), 404, "not-found");
        }
    }
    assert_eq!(walk.see("finance", "/api/v1/ledger/trial-balance")["balanced"], true);
}

/// The platform of a walk is the one the rest of the suite uses.
#[test]
fn a_walk_leaves_the_other_tenants_as_they_were() {
    let (walk, _) = breached();
    let House { .. } = &walk.house;
    for tenant in ["acme-5be1c0", "ceta-3d20f4"] {
        for list in ["claims", "entitlements", "vouchers", "transactions", "decisions", "statements"] {
            let all = walk.see("owner", &format!("/api/v1/tenants/{tenant}/{list}"));
            assert_eq!(all["items"], json!([]), "{tenant} {list}");
        }
    }
}
