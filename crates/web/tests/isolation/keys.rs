//! An Idempotency-Key belongs to who sent it: to everybody else it is as if it had never been used.

use crate::attack::fill;
use crate::plant::{Sent, nobodys, plant};
use crate::support::{A, Answer, B, C, D, House, Identity, MARKER, Request};

fn planted() -> (House, Vec<Sent>) {
    let mut house = House::new();
    let sent = plant(&mut house);
    assert!(sent.len() > 12, "{} writes of A's", sent.len());
    (house, sent)
}

/// The same request with another key.
fn under(request: &Request, key: &str) -> Request {
    let mut request = request.clone();
    request.headers.retain(|it| it.0 != "idempotency-key");
    request.header("idempotency-key", key)
}

/// The request as it would be about the sender's own house, with nothing of A's but the key.
fn at_home(house: &House, request: &Request, own: &str) -> Request {
    let nobodys = nobodys(house);
    let mut target = request.target.replace(A, own).replace(MARKER, "own");
    let mut body = String::from_utf8_lossy(&request.body).replace(A, own).replace(MARKER, "own");
    for (name, id) in house.ids.iter().filter(|it| it.1.len() > 5 && it.1 != A) {
        target = target.replace(id, &nobodys[name]);
        body = body.replace(id, &nobodys[name]);
    }
    Request { target, body: body.into_bytes(), ..request.clone() }
}

/// What an answer says without what is its own.
fn plain(answer: &Answer, key: &str) -> String {
    let trace = answer.header("x-trace-id").unwrap_or("-");
    format!("{} {:?} {}", answer.status, answer.header("idempotency-replayed"), answer.text())
        .replace(trace, "<trace>")
        .replace(key, "<key>")
}

/// All that is wrong when everybody else sends A's requests under A's keys, as they are and about their own house.
pub fn told_apart(house: &House, sent: &[Sent]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, who) in house.outsiders.iter().enumerate() {
        for (number, it) in sent.iter().enumerate() {
            let fresh = format!("never-{at}-{number}");
            wrong.extend(one(house, who, &it.request, &fresh));
            let own = at_home(house, &it.request, who.tenant().unwrap_or(B));
            wrong.extend(one(house, who, &own, &format!("{fresh}-own")));
        }
    }
    wrong
}

/// What is wrong with how somebody is answered under a key that another has used.
fn one(house: &House, who: &Identity, request: &Request, fresh: &str) -> Option<String> {
    let used = request.headers.iter().find(|it| it.0 == "idempotency-key").map(|it| it.1.clone()).unwrap();
    let mut client = house.client();
    let under_used = client.send(&who.sign(request.clone()));
    let under_fresh = client.send(&who.sign(under(request, fresh)));
    if under_used.header("idempotency-replayed").is_some() {
        return Some(format!(
            "{} is given again what {} {} was answered",
            who.name, request.method, request.target
        ));
    }
    let said = String::from_utf8_lossy(&request.wire()).to_lowercase();
    let shown = under_used.text().to_lowercase();
    let of_a = house.ids.iter().map(|it| it.1.to_lowercase()).chain([MARKER.to_lowercase()]);
    if let Some(it) = of_a.filter(|it| it.len() > 5 && !said.contains(it)).find(|it| shown.contains(it)) {
        return Some(format!("{} is shown {it} by {}", who.name, under_used.text()));
    }
    let (left, right) = (plain(&under_used, &used), plain(&under_fresh, fresh));
    // Both were done: the second finds what the first has made.
    let done = under_used.status < 300;
    (!done && left != right).then(|| format!("{} can tell {}: {left} | {right}", who.name, request.target))
}

#[test]
fn a_key_that_a_used_is_to_everybody_else_as_if_it_had_never_been_used() {
    let (house, sent) = planted();
    let wrong = told_apart(&house, &sent);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for it in &sent {
        let again = house.client().send(&house.who(&it.who).sign(it.request.clone()));
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{}", it.request.target);
        assert_eq!((again.status, &again.body), (it.answer.status, &it.answer.body), "{}", it.request.target);
    }
}
#[test]
fn a_key_that_others_used_is_to_a_as_if_it_had_never_been_used() {
    let (house, _) = planted();
    let window = |house: &House, tenant: &str, who: &str, key: &str| {
        let target =
            fill("/api/v1/tenants/{tenant}/tokens", &[("tenant".to_owned(), tenant.to_owned())].into());
        let body = serde_json::json!({ "name": "one name for all", "role": "customer_member" });
        let request = Request::new("POST", target).json(&body).header("idempotency-key", key);
        house.client().send(&house.who(who).sign(request))
    };
    let others = [("b-admin", B), ("c-admin", C), ("d-admin", D), ("owner", B), ("owner-token", C)];
    for (number, (who, tenant)) in others.into_iter().enumerate() {
        let key = format!("shared-{number}");
        let first = window(&house, tenant, who, &key);
        assert_eq!(first.status, 201, "{who}: {}", first.text());
        let ours = window(&house, A, &format!("{MARKER}-admin"), &key);
        assert_eq!((ours.status, ours.header("idempotency-replayed")), (201, None), "{who}: {}", ours.text());
        assert_ne!(ours.json()["token"], first.json()["token"]);
        let again = window(&house, tenant, who, &key);
        assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &first.body), "{who}");
    }
}
