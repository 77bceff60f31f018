//! What can be done with a subscription: another plan, suspended, served again, renewed, ended, a cycle closed now.

use platform::principal::Principal;
use platform::subscriptions::{self, ChangePlan, End, Renew};
use platform::tenants::Reason;
use platform::{Failure, Platform, Refusal, statements};
use web::{Parts, Route};

use crate::fields::Fields;
use crate::page::{Rest, To, prepared};
use crate::pages::customers::manage::PARAMETER;
use crate::pages::customers::when;
use crate::view::View;

pub(super) fn route() -> Route {
    prepared("/customers/{tenant}/subscriptions/{subscription}", "changeSubscriptionForm", prepare)
}

/// A cycle is settled beside the writing thread; everything else is one change.
fn prepare(platform: &Platform, who: &Principal, parts: &Parts, fields: Fields) -> Result<Rest, Failure> {
    let (tenant, id) = (parts.id("tenant"), parts.id("subscription"));
    let here = format!("/customers/{tenant}/subscriptions/{id}");
    if fields.text("act") == "close" {
        let accept = fields.given("accept").map(str::to_owned);
        let made = statements::close(platform, who, tenant, id, fields.text("label"), accept)?;
        let to = format!("/customers/{tenant}/statements/{}", made.id);
        return Ok(Box::new(move |_| Ok(To::page(to).saying("closed"))));
    }
    Ok(Box::new(move |view| {
        change(view, &fields)?;
        Ok(To::page(here).saying("saved"))
    }))
}

fn change(view: &mut View<'_, '_>, fields: &Fields) -> Result<(), Failure> {
    let (tenant, id) = (view.id("tenant"), view.id("subscription"));
    let it = subscriptions::get(view.platform, view.tx, view.who, tenant, id)?;
    let zone = view.platform.contracts.get(view.tx, &it.agreement, &it.terms.version)?.contract.zone.clone();
    let time = |name: &str| when::read(name, fields.text(name), &zone);
    let reason = fields.text("reason").to_owned();
    let expected = fields.text("revision").parse().ok();
    let (platform, who) = (view.platform, view.who);
    match fields.text("act") {
        "plan" => {
            let given = fields.beginning(PARAMETER);
            let changed = given != it.terms.parameters;
            let plan =
                fields.given("plan").map(str::to_owned).filter(|plan| Some(plan) != it.terms.plan.as_ref());
            let input =
                ChangePlan { plan, parameters: changed.then_some(given), from: time("from")?, reason };
            subscriptions::change_plan(platform, view.tx, who, tenant, id, &input, expected)?
        }
        "suspend" => {
            subscriptions::suspend(platform, view.tx, who, tenant, id, &Reason { reason }, expected)?
        }
        "resume" => subscriptions::resume(platform, view.tx, who, tenant, id, &Reason { reason }, expected)?,
        "renew" => {
            let input = Renew { until: time("until")?, reason };
            subscriptions::renew(platform, view.tx, who, tenant, id, &input, expected)?
        }
        "end" => {
            let input = End { at: time("at")?, reason };
            subscriptions::end(platform, view.tx, who, tenant, id, &input, expected)?
        }
        _ => return Err(Refusal::invalid("choose what to do", "请选择操作").into()),
    };
    Ok(())
}
