//! How long entries of a kind are kept with who did them, and keeping them longer.

use platform::audit::{self, Class, NewRetention};
use platform::{Failure, Refusal};
use web::Route;

use super::{Choice, both, house, path, words};
use crate::page::{To, form};
use crate::view::View;
use crate::words::Words;

/// A kind of entries and how long it is kept.
pub(super) struct Kept {
    pub(super) action: String,
    pub(super) about: String,
    pub(super) long: &'static str,
}

pub(super) fn routes() -> Vec<Route> {
    let [ours, theirs] = both!("/retention");
    let extend = |view: &mut View<'_, '_>, fields: &crate::fields::Fields| {
        let house = house(view);
        let class = Class::ALL.into_iter().find(|it| it.months().to_string() == fields.text("class"));
        let class = class.ok_or_else(|| Refusal::invalid("class: choose one", "class：请选择"))?;
        let reason = fields.given("reason").map(str::to_owned);
        let input = NewRetention { action: fields.text("action").to_owned(), class, reason };
        audit::retain(view.tx, view.who, house, input)?;
        Ok(To::page(path(house)).saying("saved"))
    };
    vec![form(ours, "extendRetention", extend), form(theirs, "extendCustomerRetention", extend)]
}

pub(super) fn kept(view: &mut View<'_, '_>, house: &str) -> Result<Vec<Kept>, Failure> {
    let w = view.w;
    let kept = |it: audit::Retention| Kept {
        about: if it.action.is_empty() {
            w.log_retention_others().to_owned()
        } else {
            words::kind(w, &it.action)
        },
        long: class(w, it.class),
        action: it.action,
    };
    Ok(audit::retentions(view.tx, view.who, house)?.into_iter().map(kept).collect())
}

/// The classes to choose from.
pub(super) fn classes(w: Words) -> Vec<Choice> {
    let choice =
        |it: Class| Choice { value: it.months().to_string(), word: class(w, it).to_owned(), chosen: false };
    Class::ALL.into_iter().map(choice).collect()
}

fn class(w: Words, class: Class) -> &'static str {
    match class {
        Class::SixMonths => w.log_class_six_months(),
        Class::OneYear => w.log_class_one_year(),
        Class::ThreeYears => w.log_class_three_years(),
        Class::SixYears => w.log_class_six_years(),
        Class::TenYears => w.log_class_ten_years(),
    }
}
