//! What A has, and what of it anybody could try to reach.

use std::collections::{BTreeMap, BTreeSet};

use platform::Failure;
use platform::publishing::{self, Publish};
use serde_json::{Value as Json, json};
use web::{RouteInfo, table};

use crate::support::{A, Answer, House, MARKER, Request, TERMS, system};

/// Parameters whose values are nobody's secret.
pub const PUBLIC: [&str; 7] = ["seq", "version", "cycle", "other", "level", "account", "path"];
/// The agreement that was made for A alone.
const PRIVATE: &str = "private-9c07e3";

/// The annex of that agreement.
const ANNEX: &str = "annex-9c07e3";

/// What codes mean for A alone.
fn annex() -> String {
    format!(
        "---\nid: {ANNEX}\nversion: \"1\"\nfor: {PRIVATE}\nfact: message\nzone: UTC\nstanding: latest\n---\n# {MARKER}\n\n\
         | `class` | `stage` | `outcome` |\n|---|---|---|\n| `delivered` | `final` | `delivered` |\n| `ambiguous` | `final` | |\n\
         | `no_receipt` | `temporary` | |\n\n| `case` | `outcome` |\n|---|---|\n| `ambiguous` | `failed` |\n| `no_receipt` | `failed` |\n\n\
         | `provider` | `carrier` | `code` | `from` | `class` | `words` |\n|---|---|---|---|---|---|\n\
         | `*` | `*` | `DELIVRD` | 2020-01-01 | `delivered` | ok |\n"
    )
}

/// A write of A's or about A, as it was sent under its own Idempotency-Key, and what it was answered.
pub struct Sent {
    pub who: String,
    pub request: Request,
    pub answer: Answer,
}

struct Planting<'a> {
    house: &'a mut House,
    sent: Vec<Sent>,
}

/// Writes A's marker into every text A or the provider can write about A, then learns A's ids. What was sent for that.
pub fn plant(house: &mut House) -> Vec<Sent> {
    let mut planting = Planting { house, sent: Vec::new() };
    planting.agreement();
    planting.evidence();
    planting.attest();
    planting.cycle();
    planting.notice();
    planting.people();
    let sent = planting.sent;
    harvest(house);
    sent
}

impl Planting<'_> {
    /// Sends a write as A's administrator, or as the provider's owner.
    fn send(&mut self, who: &str, method: &str, target: &str, body: &Json) -> Json {
        self.sign_and_send(who, Request::new(method, target).json(body))
    }

    fn sign_and_send(&mut self, who: &str, request: Request) -> Json {
        let who = if who == "admin" { format!("{MARKER}-admin") } else { who.to_owned() };
        let request = request.header("idempotency-key", format!("of-a-{}", self.sent.len()));
        let answer = self.house.client().send(&self.house.who(&who).sign(request.clone()));
        assert!(answer.status < 300, "{who}: {} {}: {}", request.method, request.target, answer.text());
        let json = answer.json();
        self.sent.push(Sent { who, request, answer });
        json
    }

    fn id(&mut self, name: &str, of: &Json) {
        self.house.ids.insert(name.to_owned(), of["id"].as_str().unwrap().to_owned());
    }

    /// The path of something of A's subscription.
    fn at(&self, rest: &str) -> String {
        format!("/api/v1/tenants/{A}/subscriptions/{}{rest}", self.house.ids["subscription"])
    }

    /// Terms that only A knows, and A's subscription to them.
    fn agreement(&mut self) {
        let text = TERMS
            .replace("id: hosting", &format!("id: {PRIVATE}"))
            .replace("# Hosting", &format!("# {MARKER}"))
            .replace(
                "fact maintenance",
                "fact message : event in volume { outcome: delivered | failed }\nfact maintenance",
            );
        let publish = |codes: &[String]| json!({ "text": text, "kind": "ours", "acknowledge": codes, "annexes": [annex()] });
        let input: Publish = serde_json::from_value(publish(&[])).unwrap();
        let codes: Vec<String> = match publishing::check(&system(), input) {
            Err(Failure::Refusal(it)) => it.findings.iter().map(|it| it.code.to_owned()).collect(),
            _ => Vec::new(),
        };
        self.send("owner", "POST", "/api/v1/agreements", &publish(&codes));
        self.house.ids.insert("annex".to_owned(), ANNEX.to_owned());
        self.house.ids.insert("agreement".to_owned(), PRIVATE.to_owned());
        let input = json!({
            "agreement": PRIVATE, "plan": "basic", "since": "2026-10-01T00:00:00+08:00",
            "parameters": { "contact": format!("\"{MARKER} contact\"") },
            "documents": [{ "kind": "order", "title": format!("{MARKER} order"), "rank": 1 }],
        });
        let made = self.send("owner", "POST", &format!("/api/v1/tenants/{A}/subscriptions"), &input);
        self.id("subscription", &made);
        self.house.run_jobs();
    }

    fn evidence(&mut self) {
        let lines = [
            json!({ "fact": "outage", "id": "o1", "cause": MARKER, "from": "2026-10-05T00:00:00+08:00", "until": "2026-10-07T00:00:00+08:00" }),
            json!({ "fact": "fee", "id": "fee-10", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" }),
        ];
        let body = lines.map(|it| it.to_string()).join("\n");
        let request = Request::new("POST", self.at("/evidence")).bytes("application/x-ndjson", body);
        self.sign_and_send("admin", request);
        let window = json!({ "title": format!("{MARKER} works"), "from": "2026-12-01T00:00:00Z", "until": "2026-12-01T01:00:00Z" });
        self.send("owner", "POST", &self.at("/maintenance"), &window);
        let correction = json!({ "supersedes": "o1", "reason": format!("{MARKER} measured"),
            "record": { "fact": "outage", "cause": format!("{MARKER} again"), "from": "2026-10-05T00:00:00+08:00", "until": "2026-10-06T00:00:00+08:00" } });
        self.send("admin", "POST", &self.at("/corrections"), &correction);
    }

    fn attest(&mut self) {
        let attestation = json!({ "tenant": A, "subject": format!("{MARKER} site"), "title": format!("{MARKER} certificate"),
            "statement": format!("{MARKER} holds"), "from": "2026-10-01T00:00:00Z", "expires_at": "2027-10-01T00:00:00Z" });
        let made = self.send("owner", "POST", "/api/v1/attestations", &attestation);
        self.id("attestation", &made);
        let target = format!(
            "/api/v1/attestations/{}/files?tenant={A}&name={MARKER}.txt",
            self.house.ids["attestation"]
        );
        let made = self.sign_and_send("owner", Request::new("POST", target).bytes("text/plain", MARKER));
        self.house.ids.insert("sha256".to_owned(), made["files"][0]["sha256"].as_str().unwrap().to_owned());
    }

    /// A statement with something to claim and something to decide; the claim is made, has a file, and is paid.
    fn cycle(&mut self) {
        let sealed = self.send("owner", "POST", &self.at("/cycles/2026-10/close"), &json!({}));
        self.id("statement", &sealed);
        self.house.run_jobs();
        let claims = format!("/api/v1/tenants/{A}/claims");
        let claim = json!({ "statement": self.house.ids["statement"], "remedy": "credit", "note": format!("{MARKER} note") });
        let made = self.send("admin", "POST", &claims, &claim);
        self.id("claim", &made);
        let of = format!("{claims}/{}", self.house.ids["claim"]);
        let file = Request::new("POST", format!("{of}/files?name={MARKER}.txt")).bytes("text/plain", MARKER);
        self.sign_and_send("admin", file);
        let verdict = json!({ "verdict": "accept", "reason": format!("{MARKER} was right") });
        self.send("owner", "POST", &format!("{of}/decision"), &verdict);
        let plan = json!({ "plan": "pro", "reason": format!("{MARKER} grew") });
        self.send("owner", "POST", &self.at("/plan"), &plan);
    }

    fn notice(&mut self) {
        let text = TERMS
            .replace("id: hosting", &format!("id: {PRIVATE}"))
            .replace("# Hosting", &format!("# {MARKER}"))
            .replace("version: \"1\"", "version: \"2\"")
            .replace("pays 10%", "pays 12%");
        let publish = json!({ "text": text, "kind": "ours", "acknowledge": ["R0413"] });
        self.send("owner", "POST", "/api/v1/agreements", &publish);
        let notice = json!({ "from_version": "1", "to_version": "2", "effective_at": "2027-01-01T00:00:00Z", "text": format!("{MARKER} pays more") });
        let made = self.send("owner", "POST", &format!("/api/v1/agreements/{PRIVATE}/notices"), &notice);
        self.id("notice", &made);
    }

    fn people(&mut self) {
        let guest = json!({ "email": format!("{MARKER}-guest@example.com"), "role": "customer_member" });
        let made = self.send("admin", "POST", &format!("/api/v1/tenants/{A}/invitations"), &guest);
        self.id("link", &made);
        let token = json!({ "name": format!("{MARKER} meter"), "role": "customer_member" });
        self.send("admin", "POST", &format!("/api/v1/tenants/{A}/tokens"), &token);
    }
}

/// Names of the same form as A's that nobody has.
pub fn nobodys(house: &House) -> BTreeMap<String, String> {
    house.ids.iter().map(|(name, id)| (name.clone(), random_like(name, id))).collect()
}

fn random_like(name: &str, id: &str) -> String {
    if PUBLIC.contains(&name) {
        return id.to_owned();
    }
    let keep = id.find(['_', '-']).map_or(0, |it| it + 1);
    let other = |it: char| match it {
        '0'..='8' => char::from_u32(it as u32 + 1).unwrap_or('0'),
        '9' => '0',
        'f' | 'F' | 'z' | 'Z' => '7',
        'a'..='y' | 'A'..='Y' => char::from_u32(it as u32 + 1).unwrap_or('a'),
        it => it,
    };
    id.chars().enumerate().map(|(at, it)| if at < keep { it } else { other(it) }).collect()
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
    names.into_iter().filter(|it| !house.ids.contains_key(it) && !PUBLIC.contains(&it.as_str())).collect()
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
