//! What HTTP promises: problems, revisions, repeated requests, pages, limits, and the document that describes it all.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "helpers of tests stand outside the test functions"
)]

#[path = "../support/mod.rs"]
mod support;

mod claims;
mod document;
mod evidence;
mod ledger;
mod metrics;
mod notices;
mod receipts;
mod walk;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use support::{
    A, Answer, B, Client, D, House, NOVEMBER, PASSWORD, Request, Server, connect, email, generous,
    read_answer,
};
use web::{Options, Rate, Rates};

fn owner(house: &House, request: Request) -> Answer {
    house.client().send(&house.who("owner").sign(request))
}

fn tenant(id: &str) -> Request {
    Request::new("POST", "/api/v1/tenants").json(&json!({ "id": id, "name": format!("{id} Ltd") }))
}

/// A refusal has this form, whatever refuses.
fn check_problem(answer: &Answer, status: u16, code: &str) {
    let body = answer.json();
    assert_eq!((answer.status, body["code"].as_str()), (status, Some(code)), "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(body["status"], status);
    assert_eq!(body["type"], format!("/problems/{code}"));
    assert_eq!(body["trace_id"].as_str(), answer.header("x-trace-id"));
    assert!(
        !body["title"].as_str().unwrap_or_default().is_empty()
            && !body["detail"].as_str().unwrap_or_default().is_empty()
    );
}

#[test]
fn every_refusal_is_a_problem_with_its_type_and_trace_id() {
    let house = House::new();
    let big = vec![b' '; (1 << 20) + 1];
    let table = [
        (Request::get("/api/v1/nothing"), 404, "not-found"),
        (Request::get("/nothing"), 404, "not-found"),
        (Request::get("/api/v1/tenants/nobody"), 404, "not-found"),
        (Request::get("/api/v1/tenants/%ff"), 404, "not-found"),
        (Request::new("DELETE", "/api/v1/tenants"), 405, "method-not-allowed"),
        (Request::new("POST", "/api/v1/tenants").bytes("application/json", big), 413, "too-large"),
        (Request::new("POST", "/api/v1/tenants").bytes("text/csv", "id,name"), 415, "unsupported-media"),
        (Request::new("POST", "/api/v1/tenants").bytes("application/json", "{"), 422, "invalid"),
        (Request::new("POST", "/api/v1/tenants").bytes("application/json", [0xff, 0xfe]), 422, "invalid"),
        (Request::new("POST", "/api/v1/tenants").json(&json!({ "id": "x" })), 422, "invalid"),
        (
            Request::new("POST", "/api/v1/tenants").json(&json!({ "id": "x", "name": "X", "more": 1 })),
            422,
            "invalid",
        ),
        (Request::new("POST", "/api/v1/tenants").json(&json!({ "id": "X!", "name": "X" })), 422, "invalid"),
        (tenant(B), 409, "exists"),
        (Request::get("/api/v1/tenants?limit=0"), 422, "invalid"),
        (Request::get("/api/v1/tenants?limit=x"), 422, "invalid"),
    ];
    for (request, status, code) in table {
        let answer = owner(&house, request.clone());
        println!("{} {}", request.method, request.target);
        check_problem(&answer, status, code);
    }
    check_problem(&house.client().send(&Request::get("/api/v1/me")), 401, "unauthenticated");
    check_problem(&house.client().send(&Request::get("/api/v1/me").bearer("x")), 401, "unauthenticated");
}

#[test]
fn a_refusal_speaks_the_language_it_is_asked_in() {
    let house = House::new();
    for (asked, told, title) in [
        ("zh-CN,zh;q=0.9", "zh", "此名称下没有内容。"),
        ("en", "en", "There is nothing here under this name."),
        ("fr, zh", "zh", "此名称下没有内容。"),
        ("", "en", "There is nothing here under this name."),
    ] {
        for target in ["/api/v1/tenants/nobody", "/api/v1/nothing"] {
            let answer = owner(&house, Request::get(target).header("accept-language", asked));
            assert_eq!(
                (answer.header("content-language"), answer.json()["title"].as_str()),
                (Some(told), Some(title)),
                "{asked} {target}"
            );
        }
    }
}

#[test]
fn what_was_looked_at_before_is_not_sent_again_and_not_changed_unseen() {
    let house = House::new();
    let target = format!("/api/v1/tenants/{D}");
    let rename = |tag: &str| {
        Request::new("PUT", format!("{target}/name"))
            .json(&json!({ "name": "Other" }))
            .header("if-match", tag)
    };
    let seen = owner(&house, Request::get(target.as_str()));
    assert_eq!(seen.header("etag"), Some("\"1\""));
    let same = owner(&house, Request::get(target.as_str()).header("if-none-match", "\"1\""));
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(owner(&house, Request::get(target.as_str()).header("if-none-match", "\"2\"")).status, 200);
    check_problem(&owner(&house, rename("\"7\"")), 412, "outdated");
    let changed = owner(&house, rename("\"1\""));
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")));
    check_problem(&owner(&house, rename("\"1\"")), 412, "outdated");
    let looked = owner(&house, Request::get(target.as_str()).header("if-none-match", "\"1\""));
    assert_eq!((looked.status, looked.json()["name"].as_str()), (200, Some("Other")));
}

#[test]
fn the_same_request_under_the_same_key_is_done_once() {
    let house = House::new();
    let first = owner(&house, tenant("once").header("idempotency-key", "k1"));
    let again = owner(&house, tenant("once").header("idempotency-key", "k1"));
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (None, Some("true"))
    );
    assert_eq!(
        (first.body, first.headers.iter().find(|it| it.0 == "etag")),
        (again.body.clone(), again.headers.iter().find(|it| it.0 == "etag"))
    );
    check_problem(&owner(&house, tenant("other").header("idempotency-key", "k1")), 422, "key-reused");
    check_problem(&owner(&house, tenant("once")), 409, "exists");
    check_problem(&owner(&house, tenant("third").header("idempotency-key", "x".repeat(256))), 422, "invalid");
    let somebody =
        house.client().send(&house.who("owner-token").sign(tenant("mine").header("idempotency-key", "k1")));
    assert_eq!(somebody.status, 201, "a key belongs to who sent it");
    check_problem(&owner(&house, tenant("Wrong!").header("idempotency-key", "k2")), 422, "invalid");
    assert_eq!(
        owner(&house, tenant("right").header("idempotency-key", "k2")).status,
        201,
        "a refusal uses up no key"
    );
}

/// What is shown once lies nowhere where it could be read a second time; whoever asked can have it again all the same.
#[test]
fn a_secret_given_out_under_a_key_is_nowhere_in_the_database() {
    let house = House::new();
    let person = house.ask("b-member", Request::get("/api/v1/me"))["id"].as_str().unwrap().to_owned();
    let guest = json!({ "email": "guest@example.com", "role": "customer_member" });
    let token = json!({ "name": "meter", "role": "customer_admin" });
    let of = |rest: &str| Request::new("POST", format!("/api/v1/tenants/{B}{rest}"));
    let asked = [
        ("key-71d0-token", of("/tokens").json(&token), "token"),
        ("key-71d0-guest", of("/invitations").json(&guest), "secret"),
        ("key-71d0-reset", of(&format!("/people/{person}/reset")), "secret"),
    ];
    for (key, request, field) in asked {
        let request = house.who("b-admin").sign(request.header("idempotency-key", key));
        let (first, again) = (house.client().send(&request), house.client().send(&request));
        assert!(first.status < 300, "{key}: {}", first.text());
        assert_eq!((first.status, &first.body), (again.status, &again.body), "{key}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{key}");
        let secret = first.json()[field].as_str().unwrap().to_owned();
        // `upheld_<id>_<secret>_<checksum>`: the id is no secret.
        let bare = secret.rsplit_once('_').filter(|_| field == "token").map_or(secret.as_str(), |it| it.0);
        let bare = bare.trim_start_matches(&format!("upheld_{}_", first.json()["id"].as_str().unwrap()));
        let stored = house.stored();
        assert!(
            holds(&stored, first.json()["id"].as_str().unwrap().as_bytes()),
            "the search finds what is there"
        );
        assert!(bare.len() >= 43 && !holds(&stored, bare.as_bytes()), "{key}: {bare} stands in the database");
        assert!(!holds(&stored, key.as_bytes()), "{key} itself stands in the database");
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|it| it == part)
}

/// Closing does its work before the write begins.
#[test]
fn a_close_sent_again_under_its_key_is_answered_as_before() {
    let house = House::new();
    let of = format!("/api/v1/tenants/{A}/subscriptions/{}", house.ids["subscription"]);
    house.set(NOVEMBER);
    let close = || {
        let request = Request::new("POST", format!("{of}/cycles/2026-10/close"));
        request
            .json(&json!({ "accept_incomplete": "nothing was recorded" }))
            .header("idempotency-key", "close")
    };
    let (first, again) = (owner(&house, close()), owner(&house, close()));
    assert_eq!((first.status, again.status), (201, 201), "{}", again.text());
    assert_eq!((first.body, again.header("idempotency-replayed")), (again.body.clone(), Some("true")));
}

#[test]
fn a_problem_type_leads_to_its_explanation() {
    let house = House::new();
    for kind in platform::RefusalKind::ALL {
        let page = house.client().send(&Request::get(format!("/problems/{}", kind.slug())));
        assert_eq!(page.status, 200, "{}", kind.slug());
        assert!(page.text().contains(&kind.title().en) && page.text().contains(&kind.title().zh));
    }
    check_problem(&house.client().send(&Request::get("/problems/none")), 404, "not-found");
}

#[test]
fn what_nobody_sends_keeps_no_answer() {
    let house = House::new();
    let sign_in = Request::new("POST", "/api/v1/sessions")
        .json(&json!({ "email": email("owner"), "password": PASSWORD }))
        .header("idempotency-key", "shared");
    let (first, second) = (house.client().send(&sign_in), house.client().send(&sign_in));
    assert_eq!((first.status, second.status), (201, 201));
    assert_ne!(first.json()["token"], second.json()["token"]);
}

#[test]
fn a_reply_cut_off_at_any_byte_and_asked_for_again_had_one_effect() {
    let house = House::new();
    let request = |at: usize| {
        house.who("owner").sign(tenant(&format!("cut-{at}")).header("idempotency-key", format!("cut-{at}")))
    };
    let whole = {
        let mut stream = connect(house.server.address);
        stream.get_mut().write_all(&request(9_999).wire()).unwrap();
        let answer = read_answer(&mut stream, false).unwrap();
        answer.body.len() + answer.headers.iter().map(|it| it.0.len() + it.1.len() + 4).sum::<usize>() + 24
    };
    for at in 0..=whole {
        let mut stream = connect(house.server.address);
        stream.get_mut().write_all(&request(at).wire()).unwrap();
        let mut read = vec![0; at];
        // The last bytes may not come: the length of the head is an estimate.
        let _ = if at + 30 < whole { stream.read_exact(&mut read) } else { Ok(()) };
        drop(stream);
        let answer = house.client().send(&request(at));
        assert_eq!(
            (answer.status, answer.json()["revision"].as_i64()),
            (201, Some(1)),
            "cut at {at}: {}",
            answer.text()
        );
    }
    let entries = house
        .platform
        .read(|_, tx| {
            let row = tx.row(
                "SELECT count(*) FROM audit_entry WHERE action = 'tenant.created' AND log LIKE 'cut-%'",
                &[],
            )?;
            Ok(row.map_or(Ok(0), |it| it.get::<i64>(0))?)
        })
        .unwrap();
    assert_eq!(usize::try_from(entries).unwrap(), whole + 2, "each was made once");
}

#[test]
fn pages_put_together_are_the_whole_list() {
    let house = House::new();
    for at in 0..23 {
        assert_eq!(owner(&house, tenant(&format!("p-{at:02}"))).status, 201);
    }
    let ids = |answer: &Json| -> Vec<String> {
        answer["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let whole = ids(&owner(&house, Request::get("/api/v1/tenants?limit=200")).json());
    for limit in [1, 7, 26, 27, 28] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page =
                owner(&house, Request::get(format!("/api/v1/tenants?limit={limit}&after={after}"))).json();
            assert!(ids(&page).len() <= limit);
            seen.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, whole, "limit {limit}");
    }
}

#[test]
fn a_head_that_does_not_come_is_waited_for_ten_seconds() {
    let house = House::new();
    let mut stream = connect(house.server.address);
    stream.get_mut().write_all(b"GET /livez HTTP/1.1\r\nhost: loc").unwrap();
    let began = Instant::now();
    let mut rest = Vec::new();
    // However the server ends the connection, it is over.
    let _ = stream.read_to_end(&mut rest);
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(9) && took < Duration::from_secs(12), "{took:?}");
}

#[test]
fn a_head_longer_than_allowed_is_refused() {
    let house = House::new();
    let answer = house.client().send(&Request::get("/livez").header("x-long", "x".repeat(100_000)));
    assert_eq!(answer.status, 431);
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let house = House::new();
    let slow = Rate { per_second: 1, burst: 3 };
    let rates = Rates { read: slow, ..generous().rates };
    let platform = house.platform.clone();
    let server = Server::start(move || web::router(platform, Options { rates, log: false }));
    let mut client = Client::new(server.address);
    let ask = house.who("b-token").sign(Request::get("/api/v1/me"));
    let answers: Vec<Answer> = (0..5).map(|_| client.send(&ask)).collect();
    assert!(answers.iter().take(3).all(|it| it.status == 200));
    let last = answers.last().unwrap();
    check_problem(last, 429, "too-many");
    let wait: u64 = last.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3).contains(&wait));
    let other = house.who("c-admin").sign(Request::get("/api/v1/me"));
    assert_eq!(client.send(&other).status, 200, "another tenant is not held up");
}

#[test]
fn a_session_in_a_cookie_changes_nothing_for_another_site() {
    let house = House::new();
    let token = house.who("owner").headers[0].1.trim_start_matches("Bearer ").to_owned();
    let cookie = |it: Request| it.header("cookie", format!("__Host-upheld={token}"));
    let send = |it: Request| house.client().send(&it);
    assert_eq!(send(cookie(Request::get("/api/v1/me"))).status, 200);
    check_problem(&send(cookie(tenant("forged")).header("origin", "https://evil.example")), 403, "forbidden");
    check_problem(&send(cookie(tenant("forged")).header("sec-fetch-site", "cross-site")), 403, "forbidden");
    check_problem(&send(cookie(tenant("forged")).header("sec-fetch-site", "same-site")), 403, "forbidden");
    assert_eq!(
        send(
            cookie(tenant("own"))
                .header("origin", "http://localhost")
                .header("sec-fetch-site", "same-origin")
        )
        .status,
        201
    );
}

/// Whoever invites knows the link: it must not open the account of a person who is known already.
#[test]
fn each_look_of_an_authority_is_on_the_record() {
    let house = House::new();
    let looked = house.client().send(&house.who("authority").sign(Request::get("/api/v1/tenants")));
    assert_eq!(looked.status, 200, "{}", looked.text());
    let log = owner(&house, Request::get("/api/v1/log/entries?action=authority.looked")).json();
    assert_eq!(
        (log["items"][0]["subject"].as_str(), log["items"].as_array().map(Vec::len)),
        (Some("listTenants"), Some(1))
    );
    let looked = owner(&house, Request::get("/api/v1/tenants"));
    assert_eq!(looked.status, 200);
    let log = owner(&house, Request::get("/api/v1/log/entries?action=authority.looked")).json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "nobody else's looks are");
}

#[test]
fn an_invitation_takes_nobodys_account_over() {
    let house = House::new();
    let invite = json!({ "email": email("owner"), "role": "customer_member" });
    let made =
        house.ask("b-admin", Request::new("POST", format!("/api/v1/tenants/{B}/invitations")).json(&invite));
    let answer = |password: &str| {
        let body = json!({ "secret": made["secret"], "password": password });
        house.client().send(&Request::new("POST", "/api/v1/links").json(&body))
    };
    check_problem(&answer("a password of mine"), 401, "wrong-credentials");
    let sign_in = |password: &str| {
        let body = json!({ "email": email("owner"), "password": password });
        house.client().send(&Request::new("POST", "/api/v1/sessions").json(&body)).status
    };
    assert_eq!((sign_in("a password of mine"), sign_in(PASSWORD)), (401, 201));
    assert_eq!(answer(PASSWORD).status, 200, "the person itself may follow it");
    assert_eq!(owner(&house, Request::get("/api/v1/me")).status, 200, "and is not signed out by it");
}

/// A link for a new password, made while somebody was a member, is no way back in.
#[test]
fn a_reset_link_is_worth_nothing_after_its_person_was_taken_out() {
    let house = House::new();
    let person = house.ask("b-member", Request::get("/api/v1/me"))["id"].as_str().unwrap().to_owned();
    let of = format!("/api/v1/tenants/{B}/people/{person}");
    let made = house.ask("b-admin", Request::new("POST", format!("{of}/reset")));
    house.ask("b-admin", Request::new("DELETE", of));
    let body = json!({ "secret": made["secret"], "password": "a password of mine" });
    check_problem(
        &house.client().send(&Request::new("POST", "/api/v1/links").json(&body)),
        409,
        "window-closed",
    );
}

/// A token has no more than its maker: also when the maker has less than before.
#[test]
fn tokens_that_have_more_than_their_maker_has_now_are_good_no_more() {
    let house = House::new();
    let person = house.ask("b-admin", Request::get("/api/v1/me"))["id"].as_str().unwrap().to_owned();
    let make = |role: &str| {
        let input = json!({ "name": role, "role": role });
        let made =
            house.ask("b-admin", Request::new("POST", format!("/api/v1/tenants/{B}/tokens")).json(&input));
        made["token"].as_str().unwrap().to_owned()
    };
    let (admin, member) = (make("customer_admin"), make("customer_member"));
    let status = |token: &str| house.client().send(&Request::get("/api/v1/me").bearer(token)).status;
    assert_eq!((status(&admin), status(&member)), (200, 200));
    let set_role = |role: &str| {
        let target = format!("/api/v1/tenants/{B}/people/{person}/role");
        house.ask("owner", Request::new("PUT", target).json(&json!({ "role": role })));
    };
    set_role("customer_member");
    assert_eq!((status(&admin), status(&member)), (401, 200));
    set_role("customer_admin");
    assert_eq!((status(&admin), status(&member)), (401, 200), "what was taken back stays so");
    let log =
        owner(&house, Request::get(format!("/api/v1/tenants/{B}/log/entries?action=token.revoked&limit=1")))
            .json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1));
}
