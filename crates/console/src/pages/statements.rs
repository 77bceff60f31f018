//! Statements: a customer's, by cycle, and each as it was sealed, with what proves it.

mod change;
mod list;
mod one;
pub(crate) mod said;

use std::sync::Arc;

use platform::contracts::Published;
use platform::page::{Listed, Page};
use platform::{Failure, tenants};
use web::Route;

use crate::view::View;

/// Parts of a list that are read at most: what is shown here is never longer.
const PARTS_MAX: usize = 25;

pub(crate) fn routes() -> Vec<Route> {
    [list::routes(), one::routes()].into_iter().flatten().collect()
}

/// A step of the way to a page.
pub(crate) struct Crumb {
    pub(crate) href: String,
    pub(crate) word: String,
}

/// The way to a page about a customer: for the provider's people it begins with the customer.
pub(crate) fn crumbs(
    view: &mut View<'_, '_>,
    tenant: &str,
    rest: &[(&str, &str)],
) -> Result<Vec<Crumb>, Failure> {
    let base = format!("/customers/{tenant}");
    let mut all = Vec::new();
    if view.is_provider() {
        let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
        all.push(Crumb { href: "/customers".to_owned(), word: view.w.nav_customers().to_owned() });
        all.push(Crumb { href: base.clone(), word: statement::display::half(&name, view.lang) });
    }
    let more =
        rest.iter().map(|(path, word)| Crumb { href: format!("{base}{path}"), word: (*word).to_owned() });
    all.extend(more);
    Ok(all)
}

/// The terms in a version, for their title and their zone.
pub(crate) fn terms(
    view: &mut View<'_, '_>,
    agreement: &str,
    version: &str,
) -> Result<Arc<Published>, Failure> {
    view.platform.contracts.get(view.tx, agreement, version)
}

/// Everything of a list, read part by part.
pub(crate) fn everything<T>(
    mut part: impl FnMut(&Page) -> Result<Listed<T>, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut page = Page { after: None, limit: platform::page::LIMIT_MAX };
    let mut all = Vec::new();
    for _ in 0..PARTS_MAX {
        let listed = part(&page)?;
        all.extend(listed.items);
        if listed.next.is_none() {
            break;
        }
        page.after = listed.next;
    }
    Ok(all)
}
