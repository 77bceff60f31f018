//! Receipts over HTTP as vendors send them: to an address with a token in it, answered as they ask for, and told by the annex the
//! contract was published with.

use serde_json::{Value as Json, json};

use crate::check_problem;
use crate::support::{Answer, B, Client, Lines, Request, Server, generous};
use crate::walk::{WALK, Walk};

const ANNEX: &str = "---
id: codes
version: \"1\"
for: walk
fact: message
zone: Asia/Shanghai
standing: final before temporary, then latest
---
| `class` | `stage` | `outcome` |
|---|---|---|
| `delivered` | `final` | `delivered` |
| `ambiguous` | `final` | |
| `no_receipt` | `temporary` | |

| `case` | `outcome` |
|---|---|
| `ambiguous` | `failed` |
| `no_receipt` | `pending` |

| `provider` | `carrier` | `code` | `from` | `class` | `words` |
|---|---|---|---|---|---|
| `*` | `*` | `DELIVERED` `DELIVRD` | 2020-01-01 | `delivered` | ok |
";
const ALIYUN: &str = r#"[{"phone_number":"13800000001","send_time":"2026-10-02 00:00:00","report_time":"2026-10-02 00:00:05","success":true,"err_code":"DELIVERED","err_msg":"-","sms_size":"1","biz_id":"1","out_id":"shop"},
{"phone_number":"13800000002","send_time":"2026-10-02 00:00:00","report_time":"2026-10-02 00:00:05","success":false,"err_code":"XA:0001","err_msg":"-","sms_size":"1","biz_id":"2","out_id":"shop"}]"#;

/// The walk's contract with messages in volume.
fn terms() -> String {
    WALK.replace(
        "fact maintenance",
        "fact message : event in volume { outcome: delivered | failed | pending }\nfact maintenance",
    )
}

/// Everything that was found is acknowledged.
fn publish(walk: &Walk, annexes: &[&str]) -> Answer {
    let input = |codes: &Json| json!({ "text": terms(), "acknowledge": codes, "annexes": annexes });
    let send =
        |codes: &Json| walk.send("owner", Request::new("POST", "/api/v1/agreements").json(&input(codes)));
    let first = send(&json!([]));
    if first.status != 422 || first.code() != "findings-open" {
        return first;
    }
    let found = first.json();
    send(&found["errors"].as_array().unwrap().iter().map(|it| it["code"].clone()).collect())
}

struct Called {
    walk: Walk,
    server: Server,
    subscription: String,
    lines: Lines,
    _data: tempfile::TempDir,
}

impl Called {
    fn new() -> Self {
        let walk = Walk::new();
        let published = publish(&walk, &[ANNEX]);
        assert_eq!(published.status, 201, "{}", published.text());
        let subscription = walk.subscribe(B, "walk");
        let data = tempfile::tempdir().unwrap();
        let platform = walk.house.platform.clone().with_data(data.path());
        let lines = Lines::default();
        let log = lines.log();
        let server = Server::start(move || web::router_logging_to(platform, generous(), log));
        Self { walk, server, subscription, lines, _data: data }
    }

    fn token(&self, scopes: &Json) -> String {
        let input = json!({ "name": "aliyun", "role": "customer_admin", "scopes": scopes });
        let made = self.walk.post("b-admin", &format!("/api/v1/tenants/{B}/tokens"), &input);
        made["token"].as_str().unwrap().to_owned()
    }

    /// As a vendor sends it: no header but the form of the body.
    fn call(&self, query: &str, (media, body): (&str, &str)) -> Answer {
        let target = format!("{}/evidence?{query}", self.subscription);
        Client::new(self.server.address).send(&Request::new("POST", target).bytes(media, body))
    }
}

#[test]
fn a_vendor_calls_an_address_and_is_answered_as_it_asks() {
    let called = Called::new();
    let token = called.token(&json!(["evidence:create"]));
    let answer = called.call(&format!("from=aliyun&token={token}"), ("application/json", ALIYUN));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!((&told["code"], &told["msg"]), (&json!(0), &json!("接收成功")));
    assert_eq!((&told["in_volume"], &told["refused"]), (&json!(1), &json!(1)));
    assert_eq!((&told["classes"], &told["unclassified"]), (&json!({ "delivered": 1 }), &json!(1)));
    let why = &told["rejected"][0];
    assert_eq!((&why["line"], &why["code"], &why["count"]), (&json!(2), &json!("V0149"), &json!(1)));
    let huawei = "sequence=1&total=1&orgCode=000&updateTime=2026-10-02T06%3A31%3A46Z&source=2&smsMsgId=7&status=DELIVRD";
    let form = ("application/x-www-form-urlencoded", huawei);
    let answer = called.call(&format!("from=huawei&token={token}"), form);
    // Huawei does not say when a message was sent, and the annex lets nothing stand in.
    assert_eq!((answer.status, &answer.json()["refused"]), (200, &json!(1)), "{}", answer.text());
    assert!(answer.json().get("msg").is_none() && answer.json().get("unclassified").is_none());
    let of = format!("{}/evidence/unseen-codes", called.subscription);
    let unseen = called.walk.see("b-member", &of);
    assert_eq!(
        (&unseen["items"][0]["code"], &unseen["items"][0]["receipts"]),
        (&json!("XA:0001"), &json!(1))
    );
    assert!(unseen["items"][1].is_null());
    for line in called.lines.all() {
        assert!(!line.contains(&token) && !line.contains("1380000"), "{line}");
    }
}

#[test]
fn a_token_in_an_address_is_looked_at_for_receipts_alone() {
    let called = Called::new();
    let token = called.token(&json!(["evidence:create"]));
    let json = ("application/json", ALIYUN);
    let refused = |query: &str, status: u16| {
        let answer = called.call(query, json);
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
    };
    refused("from=aliyun", 401);
    refused(&format!("token={token}"), 401);
    refused(&format!("from=aliyun&token={token}x"), 401);
    refused(&format!("from=elsewhere&token={token}"), 422);
    let other = called.token(&json!(["claim:create"]));
    refused(&format!("from=aliyun&token={other}"), 403);
    let session = called.walk.house.in_a_new_session(called.walk.house.who("b-admin")).headers[0].1.clone();
    let session = session.trim_start_matches("Bearer ").to_owned();
    refused(&format!("from=aliyun&token={session}"), 401);
    let elsewhere = format!("/api/v1/me?from=aliyun&token={token}");
    assert_eq!(Client::new(called.server.address).send(&Request::get(elsewhere)).status, 401);
}

#[test]
fn a_contract_is_published_with_its_annex_or_told_where_it_does_not_fit() {
    let walk = Walk::new();
    let wrong = publish(&walk, &[&ANNEX.replace("`failed`", "`fallen`")]);
    check_problem(&wrong, 422, "invalid");
    let first = &wrong.json()["errors"][0];
    assert_eq!((&first["code"], &first["place"]["file"]), (&json!("V0147"), &json!("annexes[0]")));
    let version = publish(&walk, &[ANNEX]);
    assert_eq!(version.status, 201, "{}", version.text());
    let annexes = version.json()["annexes"].clone();
    assert_eq!((&annexes[0]["id"], &annexes[0]["fact"]), (&json!("codes"), &json!("message")));
    check_problem(&publish(&walk, &[]), 409, "exists");
    let address = "/api/v1/agreements/walk/versions/1/annexes/codes";
    let text = walk.take("owner", address);
    assert_eq!((text.status, text.text()), (200, ANNEX.to_owned()));
    assert_eq!(walk.take("b-admin", address).status, 404, "of a contract b has nothing to do with");
    walk.subscribe(B, "walk");
    assert_eq!(walk.take("b-admin", address).status, 200);
}
