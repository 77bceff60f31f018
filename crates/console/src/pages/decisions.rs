//! Discretionary remedies: the contract leaves the amount to a person, who decides here and says why.

use std::collections::BTreeMap;

use askama::Template;
use platform::decisions::{self, Decide, DecisionView};
use platform::rights::{Resource, Verb};
use platform::{Failure, Refusal, tenants};
use statement::display;
use web::Route;

use super::claims::{about, amount_of};
use super::statements::everything;
use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::tone::{Chip, Tone};
use crate::view::View;

const STATES: [&str; 4] = ["open", "decided", "declined", "superseded"];

#[derive(Template)]
#[template(path = "money/decisions.html")]
struct Decisions {
    frame: Frame,
    lead: &'static str,
    tabs: Vec<(String, &'static str, bool)>,
    rows: Vec<Row>,
    may_decide: bool,
    is_open: bool,
}

/// A question to a person.
struct Row {
    id: String,
    tenant: String,
    customer: String,
    statement: String,
    label: String,
    agreement: String,
    clause: String,
    question: String,
    chip: Chip,
    currency: String,
    amount: Option<String>,
    reason: Option<String>,
    since: String,
    filled: (String, String),
}

pub(super) fn routes() -> Vec<Route> {
    let show = page("/decisions", "decisions", |view| {
        view.provider_only()?;
        let state = view.query("state").and_then(|it| STATES.into_iter().find(|one| *one == it));
        let state = state.unwrap_or("open");
        let all = everything(|page| decisions::list(view.tx, view.who, Some(state), page))?;
        let mut names = BTreeMap::new();
        let mut rows = Vec::new();
        for it in &all {
            rows.push(row(view, it, &mut names)?);
        }
        let w = view.w;
        let word = |it: &str| match it {
            "open" => w.money_decisions_open(),
            "decided" => w.money_decisions_decided(),
            "declined" => w.money_decisions_declined(),
            _ => w.money_decisions_superseded(),
        };
        let tabs = STATES.iter().map(|it| (format!("/decisions?state={it}"), word(it), *it == state));
        let tabs = tabs.collect();
        let title = w.money_decisions();
        let frame = Frame::new(view, title, Place::Claims)?;
        let may_decide = view.may(Resource::Decision, Verb::Decide);
        let lead = w.money_decisions_lead();
        view.html(&Decisions { frame, lead, tabs, rows, may_decide, is_open: state == "open" })
    });
    let decide = form("/decisions", "decisionForm", |view, fields| {
        let grants = fields.text("act") == "grant";
        let amount = if grants { amount_of(fields)? } else { None };
        if grants && amount.is_none() {
            return Err(
                Refusal::invalid("say how much, or grant nothing", "请写明金额，或选择不予给付").into()
            );
        }
        let input = Decide { amount, reason: fields.text("reason").to_owned() };
        let (tenant, id) = (fields.text("tenant"), fields.text("decision"));
        decisions::decide(view.platform, view.tx, view.who, tenant, id, input)?;
        Ok(To::page("/decisions").saying("decided"))
    });
    vec![show, decide]
}

fn row(
    view: &mut View<'_, '_>,
    it: &DecisionView,
    names: &mut BTreeMap<String, String>,
) -> Result<Row, Failure> {
    if !names.contains_key(&it.tenant) {
        let name = tenants::get(view.platform, view.tx, view.who, &it.tenant)?.name;
        names.insert(it.tenant.clone(), display::half(&name, view.lang));
    }
    let subject = Some(it.subject.as_str()).filter(|it| !it.is_empty());
    let about = about(view, &it.tenant, &it.statement, (&it.remedy, subject))?;
    let (w, show) = (view.w, view.show(&about.zone));
    let again = view.filled("decision", "") == it.id;
    let filled = |name: &str| if again { view.filled(name, "") } else { String::new() };
    Ok(Row {
        id: it.id.clone(),
        tenant: it.tenant.clone(),
        customer: names.get(&it.tenant).cloned().unwrap_or_default(),
        statement: format!("/customers/{}/statements/{}", it.tenant, it.statement),
        label: it.label.clone(),
        agreement: about.title,
        clause: about.clause,
        question: question(view, &it.question),
        chip: match it.state.as_str() {
            "open" => Chip::new(Tone::Open, w.money_decision_open()),
            "decided" => Chip::new(Tone::Good, w.money_decision_decided()),
            "declined" => Chip::new(Tone::Apart, w.money_decision_declined()),
            _ => Chip::new(Tone::Apart, w.money_decision_superseded()),
        },
        currency: about.currency,
        amount: it.amount.map(|it| it.to_string()),
        reason: it.reason.as_ref().map(|it| display::half(it, view.lang)),
        since: show.day(it.created_at),
        filled: (filled("amount"), filled("reason")),
    })
}

/// The question is kept as `English / Chinese`, of which each may be written in two halves itself.
fn question(view: &View<'_, '_>, text: &str) -> String {
    let middle = text.len().saturating_sub(3) / 2;
    let halves = text.get(..middle).zip(text.get(middle.saturating_add(3)..));
    let pair = match halves {
        Some((one, other)) if one == other => Some((one, other)),
        _ => text.split_once(" / "),
    };
    let half = pair.map_or(text, |(en, zh)| if view.lang_name() == "zh" { zh } else { en });
    display::half(half, view.lang)
}
