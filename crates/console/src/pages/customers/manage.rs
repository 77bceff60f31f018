//! What can be done with a customer: another name, suspended, served again; and another subscription for it.

use askama::Template;
use calendar::Zone;
use language::Contract;
use language::contract::ItemKind;
use platform::agreements::{self, AgreementKind};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::subscriptions::{self, NewSubscription, Renewal};
use platform::tenants::{self, Reason, Rename};
use platform::{Failure, Refusal};
use web::Route;

use super::promises::text;
use super::{clause::Clause, when};
use crate::fields::Fields;
use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::view::View;

/// What names of parameters begin with in forms.
pub(crate) const PARAMETER: &str = "parameter.";

#[derive(Template)]
#[template(path = "customers/subscribe.html")]
struct Subscribe {
    frame: Frame,
    tenant: String,
    name: String,
    agreements: Vec<Choice>,
    chosen: Option<Chosen>,
}

/// Something to choose from.
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) word: String,
    pub(crate) chosen: bool,
}

/// The agreement that was chosen, with what it asks for.
struct Chosen {
    agreement: String,
    title: String,
    version: String,
    zone: String,
    plans: Vec<Choice>,
    parameters: Vec<Parameter>,
    since: String,
    until: String,
    months: String,
    id: String,
}

/// A parameter of a contract.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) clause: Clause,
    pub(crate) value: String,
}

pub(crate) fn routes() -> Vec<Route> {
    let act = form("/customers/{tenant}", "changeCustomerForm", |view, fields| {
        let id = view.id("tenant").to_owned();
        let expected = fields.text("revision").parse().ok();
        let reason = Reason { reason: fields.text("reason").to_owned() };
        match fields.text("act") {
            "suspend" => tenants::suspend(view.platform, view.tx, view.who, &id, &reason, expected)?,
            "resume" => tenants::resume(view.platform, view.tx, view.who, &id, &reason, expected)?,
            _ => {
                let input = Rename { name: fields.text("name").to_owned() };
                tenants::rename(view.platform, view.tx, view.who, &id, &input, expected)?
            }
        };
        Ok(To::page(format!("/customers/{id}")).saying("saved"))
    });
    let show = page("/customers/{tenant}/subscribe", "subscribePage", |view| {
        let id = view.id("tenant");
        view.provider_only()?;
        let tenant = tenants::get(view.platform, view.tx, view.who, id)?;
        let asked = view.filled("agreement", view.query("agreement").unwrap_or_default());
        let title = view.w.customers_subscribe();
        let page = Subscribe {
            tenant: id.to_owned(),
            name: statement::display::half(&tenant.name, view.lang),
            agreements: agreements_to_choose(view, &asked)?,
            chosen: if asked.is_empty() { None } else { Some(chosen(view, &asked)?) },
            frame: Frame::new(view, title, Place::Customers)?,
        };
        view.html(&page)
    });
    let subscribe = form("/customers/{tenant}/subscribe", "subscribeForm", |view, fields| {
        let tenant = view.id("tenant").to_owned();
        let input = new_subscription(view, fields)?;
        let made = subscriptions::create(view.platform, view.tx, view.who, &tenant, &input)?;
        Ok(To::page(format!("/customers/{tenant}/subscriptions/{}", made.id)).saying("saved"))
    });
    vec![act, show, subscribe]
}

fn agreements_to_choose(view: &mut View<'_, '_>, asked: &str) -> Result<Vec<Choice>, Failure> {
    let page = Page { after: None, limit: LIMIT_MAX };
    let found = agreements::list(view.platform, view.tx, view.who, &page)?.items;
    let ours = found.into_iter().filter(|it| it.kind == AgreementKind::Ours && it.latest.is_some());
    Ok(ours.map(|it| Choice { word: text(view, &it.title), chosen: it.id == asked, id: it.id }).collect())
}

fn chosen(view: &mut View<'_, '_>, id: &str) -> Result<Chosen, Failure> {
    let agreement = agreements::get(view.platform, view.tx, view.who, id)?;
    let version = agreement.latest.ok_or_else(Refusal::not_found)?;
    let published = view.platform.contracts.get(view.tx, id, &version)?;
    let contract = &published.contract;
    let plan = view.filled("plan", "");
    Ok(Chosen {
        agreement: id.to_owned(),
        title: statement::display::half_of_pair(&contract.title, view.lang),
        zone: contract.zone.name().to_owned(),
        plans: plans(contract, &plan),
        parameters: parameters(view, contract, |_| String::new()),
        since: view.filled("since", &when::minute(&contract.zone, view.tx.now())),
        until: view.filled("until", ""),
        months: view.filled("months", ""),
        id: view.filled("id", ""),
        version,
    })
}

/// The plans of a contract.
pub(crate) fn plans(contract: &Contract, held: &str) -> Vec<Choice> {
    let choice = |it: &String| Choice { id: it.clone(), word: it.replace('_', " "), chosen: it == held };
    contract.plans.iter().map(choice).collect()
}

/// The parameters of a contract with what is filled in, or else what `known` says.
pub(crate) fn parameters(
    view: &View<'_, '_>,
    contract: &Contract,
    known: impl Fn(&str) -> String,
) -> Vec<Parameter> {
    let parameter = |name: &str, clause: &str| Parameter {
        label: name.replace('_', " "),
        clause: Clause::of(view, contract, clause),
        value: view.filled(&format!("{PARAMETER}{name}"), &known(name)),
        name: format!("{PARAMETER}{name}"),
    };
    contract.of_kind(ItemKind::Param).map(|(_, it)| parameter(&it.name, &it.clause)).collect()
}

fn new_subscription(view: &mut View<'_, '_>, fields: &Fields) -> Result<NewSubscription, Failure> {
    let agreement = fields.text("agreement").to_owned();
    let zone = zone(view, &agreement)?;
    let months = fields.text("months");
    let wrong = || Refusal::invalid("months: a number from 1 to 120", "续订月数：1 至 120");
    let renewal = match months {
        "" => Renewal::None,
        it => Renewal::Automatic { months: it.parse().map_err(|_| wrong())? },
    };
    Ok(NewSubscription {
        id: fields.given("id").map(str::to_owned),
        version: fields.given("version").map(str::to_owned),
        plan: fields.given("plan").map(str::to_owned),
        parameters: fields.beginning(PARAMETER),
        since: when::read("since", fields.text("since"), &zone)?,
        until: when::read("until", fields.text("until"), &zone)?,
        renewal,
        documents: Vec::new(),
        agreement,
    })
}

fn zone(view: &mut View<'_, '_>, agreement: &str) -> Result<Zone, Failure> {
    view.may(Resource::Subscription, Verb::Create).then_some(()).ok_or_else(Refusal::not_found)?;
    let found = agreements::get(view.platform, view.tx, view.who, agreement)?;
    let version = found.latest.ok_or_else(Refusal::not_found)?;
    Ok(view.platform.contracts.get(view.tx, agreement, &version)?.contract.zone.clone())
}
