//! Pages that the provider and each customer have of their own house: the people, the log.

use platform::principal::PROVIDER;
use platform::rights::{Resource, Verb};

use crate::view::View;

/// The house whose page it is: a tenant's id, or the provider's.
pub(crate) fn house<'a>(view: &View<'a, '_>) -> &'a str {
    match view.id("tenant") {
        "" => PROVIDER,
        it => it,
    }
}

/// Where a page of a house is: `/log`, or the same of a customer.
pub(crate) fn path_in(house: &str, page: &str) -> String {
    if house == PROVIDER { page.to_owned() } else { format!("/customers/{house}{page}") }
}

/// Whether to offer something in a house.
pub(crate) fn may(view: &View<'_, '_>, house: &str, resource: Resource, verb: Verb) -> bool {
    if house == PROVIDER { view.may(resource, verb) } else { view.may_in(house, resource, verb) }
}
