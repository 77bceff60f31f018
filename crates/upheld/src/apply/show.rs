//! A plan for people and for programs.

use diagnostic::Lang;
use serde_json::{Value as Json, json};

use super::plan::{Part, Plan, Step, Unmet};
use crate::command::compare;

const PARTS: [(Part, &str, &str); 3] = [
    (Part::Contract, "contracts", "合同"),
    (Part::Tenant, "tenants", "客户"),
    (Part::Subscription, "subscriptions", "订阅"),
];

/// For people.
pub(crate) fn told(plan: &Plan, lang: Lang) -> String {
    let mut out = String::new();
    for (part, en, zh) in PARTS {
        let mut steps = plan.steps.iter().filter(|it| it.part == part).peekable();
        if steps.peek().is_some() {
            out.push_str(&format!("{}\n", if lang == Lang::Zh { zh } else { en }));
        }
        steps.for_each(|it| out.push_str(&step(it, lang)));
    }
    plan.unmet.iter().for_each(|it| out.push_str(&format!("! {}: {}\n", it.name, it.why.in_lang(lang))));
    out.push_str(&match (plan.steps.len(), lang) {
        (0, Lang::En) => "nothing changes\n".to_owned(),
        (0, Lang::Zh) => "没有变化\n".to_owned(),
        (count, Lang::En) => format!("{}\n", crate::print::counted(count, "change", "changes")),
        (count, Lang::Zh) => format!("{count} 处变化\n"),
    });
    out
}

fn step(it: &Step, lang: Lang) -> String {
    let mark = if it.new { '+' } else { '~' };
    let mut out = format!("{mark} {}: {}\n", it.name, it.what.in_lang(lang));
    if let Some(comparison) = &it.comparison {
        let indented = compare::told(comparison, lang).lines().map(indented).collect::<String>();
        out.push_str(&indented);
    }
    it.notes.iter().for_each(|it| out.push_str(&indented(it.in_lang(lang))));
    it.preview.iter().for_each(|it| out.push_str(&indented(&economics(it, lang))));
    out
}

/// What other terms would have come to, in a line.
fn economics(preview: &Json, lang: Lang) -> String {
    let text = |it: &Json, name: &str| it.get(name).and_then(Json::as_str).unwrap_or("–").to_owned();
    let all = |name: &str| preview.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
    let remedy = |it: &Json| {
        let name = match it.get("subject").and_then(Json::as_str) {
            Some(of) => format!("{} ({of})", text(it, "remedy")),
            None => text(it, "remedy"),
        };
        format!("{name} {} → {}", text(it, "before"), text(it, "after"))
    };
    let remedies: Vec<String> = all("remedies").iter().map(remedy).collect();
    let signed = |it: &Json| {
        let amount = it.as_str().unwrap_or("–");
        if amount.starts_with('-') { amount.to_owned() } else { format!("+{amount}") }
    };
    let sums: Vec<String> = all("difference").iter().map(signed).collect();
    let (label, sealed) = (text(preview, "label"), preview.get("sealed") == Some(&Json::Bool(true)));
    let (remedies, sums) =
        (remedies.join(", "), if sums.is_empty() { "±0".to_owned() } else { sums.join(", ") });
    match (lang, sealed) {
        (Lang::En, true) => format!("{label} settled again under these terms: {remedies}; in all {sums}"),
        (Lang::En, false) => format!("{label}, so far, under these terms: {remedies}; in all {sums}"),
        (Lang::Zh, true) => format!("{label} 按新约定重算：{remedies}；合计 {sums}"),
        (Lang::Zh, false) => format!("{label} 截至目前按新约定计算：{remedies}；合计 {sums}"),
    }
}

fn indented(line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }
}

/// For programs.
pub(crate) fn as_json(plan: &Plan) -> Json {
    json!({
        "steps": plan.steps.iter().map(step_json).collect::<Vec<_>>(),
        "unmet": plan.unmet.iter().map(unmet_json).collect::<Vec<_>>(),
    })
}

fn step_json(it: &Step) -> Json {
    let part = PARTS.iter().find(|part| part.0 == it.part).map(|it| it.1);
    json!({
        "part": part,
        "action": if it.new { "create" } else { "change" },
        "name": it.name,
        "what": it.what.en,
        "what_zh": it.what.zh,
        "notes": it.notes.iter().map(|it| it.en.as_str()).collect::<Vec<_>>(),
        "notes_zh": it.notes.iter().map(|it| it.zh.as_str()).collect::<Vec<_>>(),
        "preview": it.preview,
        "comparison": it.comparison.as_ref().map(compare::as_json),
    })
}

fn unmet_json(it: &Unmet) -> Json {
    json!({ "name": it.name, "why": it.why.en, "why_zh": it.why.zh })
}
