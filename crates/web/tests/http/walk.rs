//! A house in which things are done one after the other over HTTP, and the contract they are done under.

use serde_json::{Value as Json, json};

use crate::check_problem;
use crate::support::{Answer, House, Request};

/// A claim with a requirement, a voucher that needs none, one window for each outage, a choice, and a question for a person.
pub const WALK: &str = r#"---
id: walk
version: "1"
title: Walk
title_zh: 演练
effective: 2026-01-01
zone: Asia/Shanghai
currency: CNY
rounding: half_up
provider: Provider
amendment: mutual
---

# Walk

```sla
cycle calendar month
plan basic | pro

fact outage : span {}
fact maintenance : span { announced_at: instant }
fact fee : event { amount: money }

level uptime = (length(cycle) - length(outage)) / length(cycle)
promise availability: uptime >= 99%
```

```example
"A quiet month keeps the promise"
cycle 2026-10
expect availability met
```

```sla
remedy credit : service_credit
  when availability breached
  pays 10% of sum(amount of fee)
claim credit
  closes cycle.until + 30 days
  by "mail"
  requires "dates and times"

remedy points : voucher
  when availability breached
  pays 5.00 CNY

remedy visit : compensation
  when availability breached
  pays 7.00 CNY
claim visit
  per outage
  opens until
  closes date(until) + 40 days

remedy money : service_credit
  when availability breached
  pays 20.00 CNY
claim money
  closes cycle.until + 30 days
remedy gift : voucher
  when availability breached
  pays 30.00 CNY
claim gift
  closes cycle.until + 30 days
only one of money, gift by customer

remedy goodwill : compensation
  when availability breached
  discretionary "may be compensated appropriately"
claim goodwill
  closes cycle.until + 30 days
```
"#;

/// Somebody's steps.
pub struct Walk {
    pub house: House,
}

impl Walk {
    pub fn new() -> Self {
        Self { house: House::new() }
    }

    pub fn send(&self, who: &str, request: Request) -> Answer {
        // The clock moves by months, and sessions do not last so long.
        self.house.client().send(&self.house.in_a_new_session(self.house.who(who)).sign(request))
    }

    /// What somebody sees; it has to be there.
    pub fn see(&self, who: &str, target: &str) -> Json {
        let answer = self.send(who, Request::get(target));
        assert_eq!(answer.status, 200, "{who}: GET {target}: {}", answer.text());
        answer.json()
    }

    /// An answer with its bytes.
    pub fn take(&self, who: &str, target: &str) -> Answer {
        self.send(who, Request::get(target))
    }

    pub fn post(&self, who: &str, target: &str, body: &Json) -> Json {
        self.done(who, Request::new("POST", target).json(body))
    }

    pub fn done(&self, who: &str, request: Request) -> Json {
        let target = format!("{} {}", request.method, request.target);
        let answer = self.send(who, request);
        assert!((200..300).contains(&answer.status), "{who}: {target}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// Something that is refused, with the kind of problem.
    pub fn refused(&self, who: &str, request: Request, status: u16, code: &str) -> Json {
        let answer = self.send(who, request);
        check_problem(&answer, status, code);
        answer.json()
    }

    pub fn post_refused(&self, who: &str, target: &str, body: &Json, status: u16, code: &str) -> Json {
        self.refused(who, Request::new("POST", target).json(body), status, code)
    }

    /// Publishes a contract; what the review finds is acknowledged by name.
    pub fn publish(&self, text: &str, kind: &str) {
        let input = |codes: &[String]| json!({ "text": text, "kind": kind, "acknowledge": codes });
        let first = self.send("owner", Request::new("POST", "/api/v1/agreements").json(&input(&[])));
        if first.status == 201 {
            return;
        }
        check_problem(&first, 422, "findings-open");
        let found = first.json();
        let codes: Vec<String> = found["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap().to_owned())
            .collect();
        self.post("owner", "/api/v1/agreements", &input(&codes));
    }

    /// A subscription since October, with its path.
    pub fn subscribe(&self, tenant: &str, agreement: &str) -> String {
        let of = format!("/api/v1/tenants/{tenant}/subscriptions");
        let input = json!({ "agreement": agreement, "plan": "basic", "since": "2026-10-01T00:00:00+08:00" });
        let made = self.post("owner", &of, &input);
        self.house.run_jobs();
        format!("{of}/{}", made["id"].as_str().unwrap())
    }

    /// Sends records as NDJSON; all of them are kept.
    pub fn record(&self, who: &str, subscription: &str, lines: &[Json]) {
        let body = lines.iter().map(Json::to_string).collect::<Vec<_>>().join("\n");
        let request =
            Request::new("POST", format!("{subscription}/evidence")).bytes("application/x-ndjson", body);
        let receipt = self.done(who, request);
        assert_eq!(
            (receipt["accepted"].as_u64(), &receipt["refused"]),
            (Some(lines.len() as u64), &json!(0)),
            "{receipt}"
        );
    }

    /// October with two outages, 30 and 6 hours, and a fee, closed in November.
    pub fn october(&self, tenant: &str, agreement: &str) -> (String, Json) {
        let subscription = self.subscribe(tenant, agreement);
        self.record("owner", &subscription, &[
            outage("o1", "2026-10-05T00:00:00+08:00", "2026-10-06T06:00:00+08:00"),
            outage("o2", "2026-10-20T00:00:00+08:00", "2026-10-20T06:00:00+08:00"),
            json!({ "fact": "fee", "id": "f1", "at": "2026-10-01T00:00:00+08:00", "amount": "1000.00 CNY" }),
        ]);
        let sealed = self.post("owner", &format!("{subscription}/cycles/2026-10/close"), &json!({}));
        self.house.run_jobs();
        (subscription, sealed)
    }
}

pub fn outage(id: &str, from: &str, until: &str) -> Json {
    json!({ "fact": "outage", "id": id, "from": from, "until": until })
}

/// Some members of each item of a list, as texts.
pub fn columns<const N: usize>(list: &Json, names: [&str; N]) -> Vec<[String; N]> {
    let text = |it: &Json| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    let items = list["items"].as_array().or_else(|| list.as_array()).unwrap();
    items.iter().map(|it| names.map(|name| text(&it[name]))).collect()
}
