//! Who did something or says so, by name where the reader may know it.

use std::collections::BTreeMap;

use platform::{Failure, people};

use crate::view::View;

/// Names of people by their ids.
pub(crate) type People = BTreeMap<String, String>;

/// The names behind actors and sources such as `person:…` and `customer:person:…`.
pub(crate) fn known<'a>(
    view: &mut View<'_, '_>,
    actors: impl IntoIterator<Item = &'a str>,
) -> Result<People, Failure> {
    let ids = actors.into_iter().filter_map(|it| without_side(it).1.strip_prefix("person:"));
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    people::names(view.tx, view.who, ids)
}

/// An actor or a source in words; a source somebody named stays as it is.
pub(crate) fn named(view: &View<'_, '_>, people: &People, actor: &str) -> String {
    let (side, rest) = without_side(actor);
    let name = match rest.split_once(':') {
        Some(("person", id)) => match people.get(id) {
            Some(name) => statement::display::half(name, view.lang),
            None => view.w.customers_somebody().to_owned(),
        },
        Some(("token", _)) => view.w.customers_token().to_owned(),
        Some(("system", job)) => view.w.customers_system(job.replace('_', " ")),
        _ => rest.to_owned(),
    };
    match side {
        "customer" => view.w.customers_said_by_customer(name),
        "agreed" => view.w.customers_said_by_both(name),
        _ => name,
    }
}

/// The side a source says it is of, and the rest.
fn without_side(actor: &str) -> (&str, &str) {
    match actor.split_once(':') {
        Some((side @ ("customer" | "agreed"), rest)) => (side, rest),
        _ => ("", actor),
    }
}
