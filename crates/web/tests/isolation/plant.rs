//! What A has, and what of it anybody could try to reach.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use web::{RouteInfo, table};

use crate::support::{A, House, MARKER, Request};

/// Parameters whose values are nobody's secret.
pub const PUBLIC: [&str; 8] = ["seq", "agreement", "version", "cycle", "other", "level", "account", "path"];
/// Parameters of things A does not have yet: the paths are attacked with names that nobody has.
pub const NOT_PLANTED: [&str; 4] = ["claim", "notice", "transaction", "voucher"];

/// Writes A's marker into every text A or the provider can write about A, then learns A's ids.
pub fn plant(house: &mut House) {
    let admin = format!("{MARKER}-admin");
    let subscription = house.ids["subscription"].clone();
    let at = |rest: &str| format!("/api/v1/tenants/{A}/subscriptions/{subscription}{rest}");
    let lines = [
        json!({ "fact": "outage", "id": "o1", "cause": MARKER, "from": "2026-10-05T00:00:00+08:00", "until": "2026-10-07T00:00:00+08:00" }),
        json!({ "fact": "fee", "id": "fee-10", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" }),
    ];
    let body = lines.map(|it| it.to_string()).join("\n");
    house.ask(&admin, Request::new("POST", at("/evidence")).bytes("application/x-ndjson", body));
    let window = json!({ "title": format!("{MARKER} works"), "from": "2026-12-01T00:00:00Z", "until": "2026-12-01T01:00:00Z" });
    house.ask("owner", Request::new("POST", at("/maintenance")).json(&window));
    let correction = json!({ "supersedes": "o1", "reason": format!("{MARKER} measured"),
        "record": { "fact": "outage", "cause": format!("{MARKER} again"), "from": "2026-10-05T00:00:00+08:00", "until": "2026-10-06T00:00:00+08:00" } });
    house.ask(&admin, Request::new("POST", at("/corrections")).json(&correction));
    attest(house);
    house.ask("owner", Request::new("POST", at("/cycles/2026-10/close")).json(&json!({})));
    house.run_jobs();
    let plan = json!({ "plan": "pro", "reason": format!("{MARKER} grew") });
    house.ask("owner", Request::new("POST", at("/plan")).json(&plan));
    let invitation = json!({ "email": format!("{MARKER}-guest@example.com"), "role": "customer_member" });
    let made =
        house.ask(&admin, Request::new("POST", format!("/api/v1/tenants/{A}/invitations")).json(&invitation));
    house.ids.insert("link".to_owned(), made["id"].as_str().unwrap().to_owned());
    harvest(house);
}

fn attest(house: &mut House) {
    let attestation = json!({ "tenant": A, "subject": format!("{MARKER} site"), "title": format!("{MARKER} certificate"),
        "statement": format!("{MARKER} holds"), "from": "2026-10-01T00:00:00Z", "expires_at": "2027-10-01T00:00:00Z" });
    let made = house.ask("owner", Request::new("POST", "/api/v1/attestations").json(&attestation));
    let id = made["id"].as_str().unwrap().to_owned();
    let target = format!("/api/v1/attestations/{id}/files?tenant={A}&name={MARKER}.txt");
    let made = house.ask("owner", Request::new("POST", target).bytes("text/plain", MARKER));
    house.ids.insert("sha256".to_owned(), made["files"][0]["sha256"].as_str().unwrap().to_owned());
    house.ids.insert("attestation".to_owned(), id);
}

/// Finds an id for each parameter of a path in the list that the path begins with.
fn harvest(house: &mut House) {
    for _ in 0..3 {
        for name in unknown(house) {
            let found = table()
                .iter()
                .filter_map(|it| list_of(house, it, &name))
                .find_map(|it| first(house, &it, &name));
            if let Some(id) = found {
                house.ids.insert(name, id);
            }
        }
    }
}

/// The parameters no value of A's is known for.
pub fn unknown(house: &House) -> BTreeSet<String> {
    let names = table().iter().flat_map(|it| names(&it.path)).collect::<BTreeSet<String>>();
    names
        .into_iter()
        .filter(|it| {
            !house.ids.contains_key(it)
                && !PUBLIC.contains(&it.as_str())
                && !NOT_PLANTED.contains(&it.as_str())
        })
        .collect()
}

/// The names in a path.
pub fn names(path: &str) -> Vec<String> {
    path.split('/')
        .filter_map(|it| Some(it.strip_prefix('{')?.strip_suffix('}')?.trim_start_matches('*').to_owned()))
        .collect()
}

/// The path of the list in which `{name}` is found, with A's ids in it.
fn list_of(house: &House, route: &RouteInfo, name: &str) -> Option<String> {
    let (list, _) = route.path.split_once(&format!("/{{{name}}}"))?;
    let mut target = list.to_owned();
    for before in names(list) {
        target = target.replace(&format!("{{{before}}}"), house.ids.get(&before)?);
    }
    Some(target)
}

fn first(house: &House, target: &str, name: &str) -> Option<String> {
    let admin = format!("{MARKER}-admin");
    [(admin.as_str(), ""), ("owner", ""), ("owner", A)].iter().find_map(|(who, tenant)| {
        let target = if tenant.is_empty() { target.to_owned() } else { format!("{target}?tenant={tenant}") };
        let answer = house.client().send(&house.who(who).sign(Request::get(target)));
        let items = answer.json();
        let item = items["items"].as_array()?.first()?.clone();
        [name, "id", "label", "name", "seq"].iter().find_map(|it| text(&item[*it]))
    })
}

fn text(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|it| it.to_string()))
}
