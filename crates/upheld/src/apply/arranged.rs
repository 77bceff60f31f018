//! What is agreed about a subscription beside its plan: its term, what happens at its end, and its documents.

use diagnostic::Bilingual;
use platform::documents::{Document, Precedence, precedence};
use platform::subscriptions::Renewal;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::directory::WantedSubscription;
use super::plan::{REASON, Step, moment, path, revision, step, text};
use super::server::Request;
use crate::failure::Failure;

/// A further term, another rule for its end, other documents; `placed` answers all documents there are, in their places.
pub(super) fn steps(
    it: &WantedSubscription,
    there: &Json,
    name: &str,
    placed: impl FnOnce() -> Result<Option<Json>, Failure>,
) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    steps.extend(longer(it, there, name));
    steps.extend(renewal(it, there, name));
    if let Some(wanted) = it.documents.as_ref().filter(|wanted| json!(wanted) != there["documents"]) {
        let shared = shared(placed()?.as_ref());
        steps.push(documents(it, there, name, wanted, &shared));
    }
    Ok(steps)
}

/// Whether a further term is asked for: a later end than the one there is.
pub(super) fn is_longer(it: &WantedSubscription, there: &Json) -> bool {
    let (wanted, found) = (moment(it.until.as_deref()), moment(text(there, "until")));
    wanted.zip(found).is_some_and(|(wanted, found)| wanted > found)
}

fn longer(it: &WantedSubscription, there: &Json, name: &str) -> Option<Step> {
    let until = it.until.as_deref().filter(|_| is_longer(it, there))?;
    let found = text(there, "until").unwrap_or("–");
    let what = Bilingual::new(
        format!("a further term, until {until} instead of {found}, under the terms then in force"),
        format!("续期至 {until}（原为 {found}），依届时有效的约定"),
    );
    let body = json!({ "until": until, "reason": REASON });
    Some(step(false, name.to_owned(), what, request("POST", it, there, "renew", body)))
}

fn renewal(it: &WantedSubscription, there: &Json, name: &str) -> Option<Step> {
    let wanted = it.renewal?;
    let found: Option<Renewal> = serde_json::from_value(there["renewal"].clone()).ok();
    if found == Some(wanted) {
        return None;
    }
    let (was, is) = (found.map(told), told(wanted));
    let (was_en, was_zh) = was.map_or(("–".to_owned(), "–".to_owned()), |it| (it.en, it.zh));
    let what = Bilingual::new(
        format!("at the end of its term: {} instead of {was_en}", is.en),
        format!("订阅期届满时：{}（原为：{was_zh}）", is.zh),
    );
    let body = json!({ "renewal": wanted, "reason": REASON });
    Some(step(false, name.to_owned(), what, request("PUT", it, there, "renewal", body)))
}

fn told(it: Renewal) -> Bilingual {
    match it {
        Renewal::None => Bilingual::new("it ends", "终止"),
        Renewal::Automatic { months } => {
            Bilingual::new(format!("it goes on by {months} months"), format!("自动续期 {months} 个月"))
        }
    }
}

/// The whole order after the change, and what contradicts in it.
fn documents(
    it: &WantedSubscription,
    there: &Json,
    name: &str,
    wanted: &[Document],
    shared: &[Document],
) -> Step {
    let count = there["documents"].as_array().map_or(0, Vec::len);
    let what = Bilingual::new(
        format!("documents of its own: {} instead of {count}", wanted.len()),
        format!("自有文件：{} 份（原为 {count} 份）", wanted.len()),
    );
    let body = json!({ "documents": wanted, "reason": REASON });
    let mut step = step(false, name.to_owned(), what, request("PUT", it, there, "documents", body));
    step.notes = order(&precedence(wanted, shared));
    step
}

fn order(it: &Precedence) -> Vec<Bilingual> {
    let titles: Vec<&str> = it.order.iter().map(|it| it.document.title.as_str()).collect();
    let titles = titles.join(" > ");
    let mut notes = vec![Bilingual::new(format!("which prevails: {titles}"), format!("优先次序：{titles}"))];
    notes.extend(it.contradictions.iter().map(|it| Bilingual::new(&it.en, &it.zh)));
    notes
}

/// The documents of the agreement, among all that the server has put into their places.
fn shared(placed: Option<&Json>) -> Vec<Document> {
    #[derive(Deserialize)]
    struct Placed {
        origin: String,
        document: Document,
    }
    let order = placed.and_then(|it| it.get("order")).cloned().unwrap_or_default();
    let all: Vec<Placed> = serde_json::from_value(order).unwrap_or_default();
    all.into_iter().filter(|it| it.origin == "agreement").map(|it| it.document).collect()
}

fn request(method: &'static str, it: &WantedSubscription, there: &Json, what: &str, body: Json) -> Request {
    Request { method, path: format!("{}/{what}", path(it)), body, revision: revision(there) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(more: &str) -> WantedSubscription {
        toml::from_str(&format!("tenant = \"a\"\nid = \"s\"\nagreement = \"mwe\"\n{more}")).unwrap()
    }

    fn there() -> Json {
        json!({ "until": "2027-01-01T00:00:00Z", "renewal": { "rule": "none" }, "revision": 3,
            "documents": [{ "kind": "order", "title": "Order 7", "rank": 1 }] })
    }

    fn planned(more: &str) -> Vec<Step> {
        let placed = json!({ "order": [
            { "position": 1, "origin": "subscription", "document": { "kind": "order", "title": "Order 7", "rank": 1 } },
            { "position": 2, "origin": "agreement", "document": { "kind": "sla", "title": "SLA", "rank": 2 } },
        ] });
        steps(&wanted(more), &there(), "a/s", || Ok(Some(placed))).unwrap()
    }

    #[test]
    fn what_is_not_said_or_is_so_already_is_left_alone() {
        for it in [
            "",
            "until = \"2027-01-01T08:00:00+08:00\"",
            "renewal = { rule = \"none\" }",
            "[[documents]]\nkind = \"order\"\ntitle = \"Order 7\"\nrank = 1",
        ] {
            assert!(planned(it).is_empty(), "{it}: {:?}", planned(it));
        }
        assert!(
            !is_longer(&wanted("until = \"2026-06-01T00:00:00Z\""), &there()),
            "an earlier end is no further term"
        );
    }

    #[test]
    fn a_later_end_is_a_further_term_and_the_rule_for_it_another_step() {
        let steps =
            planned("until = \"2028-01-01T00:00:00Z\"\nrenewal = { rule = \"automatic\", months = 12 }");
        let requests: Vec<_> = steps.iter().map(|it| (it.request.method, it.request.path.as_str())).collect();
        assert_eq!(
            requests,
            [("POST", "/tenants/a/subscriptions/s/renew"), ("PUT", "/tenants/a/subscriptions/s/renewal")]
        );
        assert_eq!(steps[1].request.body["renewal"], json!({ "rule": "automatic", "months": 12 }));
        assert_eq!(steps[1].what.en, "at the end of its term: it goes on by 12 months instead of it ends");
    }

    #[test]
    fn other_documents_show_the_order_that_will_hold_and_what_contradicts() {
        let steps = planned("[[documents]]\nkind = \"sealed\"\ntitle = \"Contract 12\"\nrank = 3");
        let [step] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!(step.notes[0].en, "which prevails: Contract 12 > SLA");
        assert_eq!(
            (step.notes.len(), step.request.path.as_str()),
            (2, "/tenants/a/subscriptions/s/documents")
        );
    }
}
