//! What is to be done so that the server has what a directory asks for, and what cannot be done this way.

use std::collections::BTreeMap;

use diagnostic::Bilingual;
use language::Contract;
use platform::time::Moment;
use review::Comparison;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::directory::{Wanted, WantedContract, WantedSubscription, WantedTenant};
use super::server::{Request, Server};
use super::{annexes, arranged, calendars};
use crate::failure::Failure;

/// What stands in the record as the reason of a change.
pub(super) const REASON: &str = "upheld apply";

/// What is to be done, in order.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The steps.
    pub(crate) steps: Vec<Step>,
    /// What is otherwise than asked for, and not for this command to change.
    pub(crate) unmet: Vec<Unmet>,
}

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A version of a contract.
    Contract,
    /// A customer.
    Tenant,
    /// A subscription.
    Subscription,
}

/// One thing to be done.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it is about.
    pub(crate) part: Part,
    /// Whether something new comes to be; otherwise something is changed.
    pub(crate) new: bool,
    /// Its name.
    pub(crate) name: String,
    /// What happens to it.
    pub(crate) what: Bilingual,
    /// What a new version does to the customer, held against the one before.
    pub(crate) comparison: Option<Comparison>,
    /// What follows from it, and what to look at before it is done.
    pub(crate) notes: Vec<Bilingual>,
    /// What it would have come to in the latest settled cycle, as the server computes it.
    pub(crate) preview: Option<Json>,
    /// How it is done.
    pub(crate) request: Request,
}

/// Something that is otherwise than asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unmet {
    /// Its name.
    pub(crate) name: String,
    /// What differs, and what can be done about it.
    pub(crate) why: Bilingual,
}

/// Looks at the server and plans.
pub(crate) fn plan(wanted: &Wanted, server: &Server) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let mut newest: BTreeMap<&str, &Contract> = BTreeMap::new();
    for it in &wanted.contracts {
        contract(it, server, &mut newest, &mut plan)?;
    }
    for it in &wanted.tenants {
        let there = server.get(&format!("/tenants/{}", it.id))?;
        plan.steps.extend(tenant(it, there.as_ref()));
    }
    for it in &wanted.subscriptions {
        let there = server.get(&format!("/tenants/{}/subscriptions/{}", it.tenant, it.id))?;
        subscription(it, there.as_ref(), server, &mut plan)?;
    }
    Ok(plan)
}

fn contract<'a>(
    it: &'a WantedContract,
    server: &Server,
    newest: &mut BTreeMap<&'a str, &'a Contract>,
    plan: &mut Plan,
) -> Result<(), Failure> {
    let (id, version) = (&it.contract.id, &it.contract.version);
    if let Some(there) = server.get(&format!("/agreements/{id}/versions/{version}"))? {
        let sha256 = settle::hex(&Sha256::digest(it.text.as_bytes()));
        if text(&there, "sha256") != Some(&sha256) {
            plan.unmet.push(Unmet {
                name: format!("{id} {version}"),
                why: Bilingual::new(
                    "is published with another text, and what is published never changes: give this text a new version",
                    "已以另一文本发布，发布后不再更改：请为此文本换一个版本号",
                ),
            });
        } else if annexes::differ(&there, &it.annexes) {
            plan.unmet.push(Unmet {
                name: format!("{id} {version}"),
                why: Bilingual::new(
                    "is published with other annexes, and what is published never changes: give the text a new version",
                    "已随其他附件发布，发布后不再更改：请为文本换一个版本号",
                ),
            });
        }
        return Ok(());
    }
    let before = match newest.get(id.as_str()) {
        Some(it) => Some((*it).clone()),
        None => published(id, server)?,
    };
    newest.insert(id, &it.contract);
    plan.steps.push(publish(it, before.as_ref()));
    Ok(())
}

/// The contract published last under an id.
fn published(id: &str, server: &Server) -> Result<Option<Contract>, Failure> {
    let agreement = server.get(&format!("/agreements/{id}"))?;
    let Some(latest) = agreement.as_ref().and_then(|it| text(it, "latest")) else { return Ok(None) };
    let contract = server.get_text(&format!("/agreements/{id}/versions/{latest}/text"))?;
    Ok(contract.and_then(|it| language::read(latest, &it).0))
}

fn publish(it: &WantedContract, before: Option<&Contract>) -> Step {
    let version = &it.contract.version;
    let what = match before {
        None => Bilingual::new(format!("version {version}, the first"), format!("版本 {version}，首次发布")),
        Some(old) => Bilingual::new(
            format!("version {version} after {}", old.version),
            format!("版本 {version}，此前为 {}", old.version),
        ),
    };
    Step {
        part: Part::Contract,
        new: before.is_none(),
        name: it.contract.id.clone(),
        what,
        comparison: before.map(|old| review::compare(old, &it.contract)),
        notes: calendars::notes(&it.contract),
        preview: None,
        request: Request { method: "POST", path: "/agreements".to_owned(), body: body(it), revision: None },
    }
}

fn body(it: &WantedContract) -> Json {
    let mut body = json!({ "text": it.text, "kind": it.kind, "acknowledge": it.acknowledge });
    if !it.annexes.is_empty() {
        body["annexes"] = json!(it.annexes);
    }
    body
}

fn tenant(it: &WantedTenant, there: Option<&Json>) -> Option<Step> {
    let step = |new, what, request| Step {
        part: Part::Tenant,
        new,
        name: it.id.clone(),
        what,
        comparison: None,
        notes: Vec::new(),
        preview: None,
        request,
    };
    let Some(there) = there else {
        let body = json!({ "id": it.id, "name": it.name });
        let request = Request { method: "POST", path: "/tenants".to_owned(), body, revision: None };
        return Some(step(true, Bilingual::new(&it.name, &it.name), request));
    };
    let name = text(there, "name").unwrap_or_default();
    if name == it.name {
        return None;
    }
    let path = format!("/tenants/{}/name", it.id);
    let request =
        Request { method: "PUT", path, body: json!({ "name": it.name }), revision: revision(there) };
    let what = format!("{name} → {}", it.name);
    Some(step(false, Bilingual::new(&what, &what), request))
}

fn subscription(
    it: &WantedSubscription,
    there: Option<&Json>,
    server: &Server,
    plan: &mut Plan,
) -> Result<(), Failure> {
    let name = format!("{}/{}", it.tenant, it.id);
    let Some(there) = there else {
        let body = serde_json::to_value(it).map_err(|it| Failure::Fault(it.to_string()))?;
        let path = format!("/tenants/{}/subscriptions", it.tenant);
        let request = Request { method: "POST", path, body, revision: None };
        plan.steps.push(step(true, name, terms(it), request));
        return Ok(());
    };
    plan.unmet.extend(unmet(it, there).into_iter().map(|why| Unmet { name: name.clone(), why }));
    let mut steps: Vec<Step> = changed(it, there, &name).into_iter().collect();
    for it in &mut steps {
        it.preview = server.get(&preview_path(&it.request))?;
    }
    steps.extend(arranged::steps(it, there, &name, || server.get(&format!("{}/documents", path(it))))?);
    // Each of them makes one revision more.
    for (it, before) in steps.iter_mut().zip(0..) {
        it.request.revision = it.request.revision.map(|it| it + before);
    }
    plan.steps.extend(steps);
    Ok(())
}

/// A step about a subscription.
pub(super) fn step(new: bool, name: String, what: Bilingual, request: Request) -> Step {
    let part = Part::Subscription;
    Step { part, new, name, what, comparison: None, notes: Vec::new(), preview: None, request }
}

/// Where a subscription stands.
pub(super) fn path(it: &WantedSubscription) -> String {
    format!("/tenants/{}/subscriptions/{}", it.tenant, it.id)
}

/// Where the server says what a change of plan or parameters would have come to.
fn preview_path(change: &Request) -> String {
    let base = change.path.strip_suffix("/plan").unwrap_or(&change.path);
    let mut query = Vec::new();
    if let Some(plan) = change.body.get("plan").and_then(Json::as_str) {
        query.push(format!("plan={}", encoded(plan)));
    }
    if let Some(parameters) = change.body.get("parameters") {
        query.push(format!("parameters={}", encoded(&parameters.to_string())));
    }
    format!("{base}/preview?{}", query.join("&"))
}

/// A text as it may stand in a query.
fn encoded(text: &str) -> String {
    let one = |it: u8| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(it).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// What a new subscription is to be, in a line.
fn terms(it: &WantedSubscription) -> Bilingual {
    let version = it.version.as_deref();
    let mut en = format!("{} {}", it.agreement, version.unwrap_or("in its newest version"));
    let mut zh = format!("{} {}", it.agreement, version.unwrap_or("最新版本"));
    if let Some(plan) = &it.plan {
        en.push_str(&format!(", plan {plan}"));
        zh.push_str(&format!("，套餐 {plan}"));
    }
    for (name, value) in &it.parameters {
        en.push_str(&format!(", {name} = {value}"));
        zh.push_str(&format!("，{name} = {value}"));
    }
    if let Some(since) = &it.since {
        en.push_str(&format!(", from {since}"));
        zh.push_str(&format!("，自 {since} 起"));
    }
    Bilingual::new(en, zh)
}

/// Another plan or other parameters, from now on.
fn changed(it: &WantedSubscription, there: &Json, name: &str) -> Option<Step> {
    let (plan, parameters) = (text(there, "plan"), there.get("parameters").unwrap_or(&Json::Null));
    let wanted = json!(it.parameters);
    let mut body = json!({ "reason": REASON });
    let mut what = Vec::new();
    if it.plan.is_some() && it.plan.as_deref() != plan {
        body["plan"] = json!(it.plan);
        what.push(format!("{} → {}", plan.unwrap_or("–"), it.plan.as_deref().unwrap_or("–")));
    }
    if *parameters != wanted {
        body["parameters"] = wanted.clone();
        what.push(format!("{parameters} → {wanted}"));
    }
    if what.is_empty() {
        return None;
    }
    let what = what.join("; ");
    let path = format!("/tenants/{}/subscriptions/{}/plan", it.tenant, it.id);
    let request = Request { method: "POST", path, body, revision: revision(there) };
    let what = Bilingual::new(format!("{what}, from now on"), format!("{what}，即日起"));
    Some(step(false, name.to_owned(), what, request))
}

/// What differs and follows a procedure of its own.
fn unmet(it: &WantedSubscription, there: &Json) -> Vec<Bilingual> {
    let mut all = Vec::new();
    let mut differs = |field: &str, wanted: Option<&str>, same: bool, en: &str, zh: &str| {
        if let Some(wanted) = wanted.filter(|_| !same) {
            let found = text(there, field).unwrap_or("–");
            all.push(Bilingual::new(
                format!("{field} is {found}, not {wanted}: {en}"),
                format!("{field} 为 {found}，而非 {wanted}：{zh}"),
            ));
        }
    };
    let same = |field: &str, wanted: Option<&str>| text(there, field) == wanted;
    let same_time = |field: &str, wanted: Option<&str>| moment(text(there, field)) == moment(wanted);
    let agreement = Some(it.agreement.as_str());
    differs("agreement", agreement, same("agreement", agreement), "make another subscription", "请另建订阅");
    let version = it.version.as_deref();
    differs("version", version, same("version", version), "send a notice of change", "请发出变更通知");
    let since = it.since.as_deref();
    differs("since", since, same_time("since", since), "the beginning stays what it was", "开始时间不可更改");
    let until = it.until.as_deref();
    let goes_on = arranged::is_longer(it, there);
    differs("until", until, same_time("until", until) || goes_on, "end the subscription", "请终止订阅");
    all
}

pub(super) fn moment(text: Option<&str>) -> Option<Moment> {
    serde_json::from_value(Json::from(text?)).ok()
}

pub(super) fn text<'a>(document: &'a Json, name: &str) -> Option<&'a str> {
    document.get(name).and_then(Json::as_str)
}

pub(super) fn revision(document: &Json) -> Option<i64> {
    document.get("revision").and_then(Json::as_i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> WantedSubscription {
        WantedSubscription {
            tenant: "a".to_owned(),
            id: "a-mwe".to_owned(),
            agreement: "mwe".to_owned(),
            version: Some("4".to_owned()),
            plan: Some("basic".to_owned()),
            parameters: [("seats".to_owned(), "12".to_owned())].into(),
            since: Some("2026-01-01T08:00:00+08:00".to_owned()),
            until: None,
            renewal: None,
            documents: None,
        }
    }

    fn there() -> Json {
        json!({
            "agreement": "mwe", "version": "4", "plan": "basic", "parameters": { "seats": "12" },
            "since": "2026-01-01T00:00:00Z", "until": null, "revision": 3,
        })
    }

    fn changed_to(there: &Json) -> Option<Step> {
        changed(&wanted(), there, "a/a-mwe")
    }

    #[test]
    fn what_is_there_already_needs_no_step() {
        assert!(changed_to(&there()).is_none() && unmet(&wanted(), &there()).is_empty());
        let tenant_there = json!({ "name": "A", "revision": 1 });
        assert!(
            tenant(&WantedTenant { id: "a".to_owned(), name: "A".to_owned() }, Some(&tenant_there)).is_none()
        );
    }

    #[test]
    fn a_new_plan_is_changed_at_the_revision_that_was_seen_and_tried_before() {
        let mut there = there();
        there["plan"] = json!("pro");
        there["parameters"] = json!({});
        let request = changed_to(&there).unwrap().request;
        assert_eq!(
            (request.path.as_str(), request.revision),
            ("/tenants/a/subscriptions/a-mwe/plan", Some(3))
        );
        let body = json!({ "reason": "upheld apply", "plan": "basic", "parameters": { "seats": "12" } });
        assert_eq!(request.body, body);
        assert_eq!(
            preview_path(&request),
            "/tenants/a/subscriptions/a-mwe/preview?plan=basic&parameters=%7B%22seats%22%3A%2212%22%7D"
        );
    }

    #[test]
    fn what_follows_a_procedure_of_its_own_is_told_and_left_alone() {
        for (field, value) in [("version", "3"), ("since", "2026-02-01T00:00:00Z"), ("agreement", "taimei")] {
            let mut there = there();
            there[field] = json!(value);
            assert!(changed_to(&there).is_none());
            let unmet = unmet(&wanted(), &there);
            assert!(unmet.len() == 1 && unmet[0].en.starts_with(field), "{unmet:?}");
        }
    }

    #[test]
    fn what_is_made_names_its_tenant_in_the_path() {
        let body = serde_json::to_value(wanted()).unwrap();
        assert_eq!(body.get("tenant"), None);
        assert_eq!(body.get("id"), Some(&json!("a-mwe")));
        assert_eq!((body.get("until"), body.get("documents")), (None, None));
    }
}
