//! Who did something or says so, by name where the reader may know it.

use std::collections::BTreeMap;

use platform::{Failure, people};

use crate::by_itself;
use crate::view::View;

/// What the actor of a person begins with.
const PERSON: &str = "person:";

/// Names of people by their ids.
pub(crate) type People = BTreeMap<String, String>;

/// The names behind actors and sources such as `person:…` and `customer:person:…`.
pub(crate) fn known<'a>(
    view: &mut View<'_, '_>,
    actors: impl IntoIterator<Item = &'a str>,
) -> Result<People, Failure> {
    let ids: Vec<String> = actors.into_iter().flat_map(mentioned).map(str::to_owned).collect();
    people::names(view.tx, view.who, ids)
}

/// An actor or a source in words; a source somebody named stays as it is.
pub(crate) fn named(view: &View<'_, '_>, people: &People, actor: &str) -> String {
    let (side, rest) = without_side(actor);
    let name = match rest.split_once(':') {
        Some(("person", id)) => match people.get(id) {
            Some(name) => statement::display::half(name, view.lang),
            None => somebody(view).to_owned(),
        },
        Some(("token", _)) => view.w.customers_token().to_owned(),
        Some(("system", job)) => view.w.customers_system(by_itself::work(view.w, job)),
        _ => match rest {
            "agreed" => view.w.evidence_side_agreed().to_owned(),
            "customer" => view.w.evidence_side_customer().to_owned(),
            _ => rest.to_owned(),
        },
    };
    match side {
        "customer" => view.w.customers_said_by_customer(name),
        "agreed" => view.w.customers_said_by_both(name),
        _ => name,
    }
}

/// A text with people by their names.
pub(crate) fn with_names(view: &View<'_, '_>, people: &People, text: &str) -> String {
    mentioned(text).fold(text.to_owned(), |text, id| {
        let name = people.get(id).map(|it| statement::display::half(it, view.lang));
        text.replace(&format!("{PERSON}{id}"), name.as_deref().unwrap_or_else(|| somebody(view)))
    })
}

/// Whom a customer may not know by name is one of ours.
fn somebody(view: &View<'_, '_>) -> &'static str {
    if view.is_provider() { view.w.customers_somebody() } else { view.w.customers_somebody_ours() }
}

/// The ids of people in a text.
fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    let is_id = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.split(PERSON)
        .skip(1)
        .filter_map(move |it| it.split(|it| !is_id(it)).next())
        .filter(|it| !it.is_empty())
}

/// The side a source says it is of, and the rest.
fn without_side(actor: &str) -> (&str, &str) {
    match actor.split_once(':') {
        Some((side @ ("customer" | "agreed"), rest)) => (side, rest),
        _ => ("", actor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_wherever_they_are_mentioned() {
        let found = |text| mentioned(text).collect::<Vec<_>>();
        assert_eq!(found("person:psn_1"), ["psn_1"]);
        assert_eq!(found("customer:person:psn_1"), ["psn_1"]);
        assert_eq!(found("wrong (by person:psn_1; consented by person:psn_2)"), ["psn_1", "psn_2"]);
        assert!(found("a person: nobody").is_empty() && found("system:demo").is_empty());
    }
}
