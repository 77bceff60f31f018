//! Customers.

use platform::tenants;

use crate::route::{Right, Route, read, write};
use platform::rights::{Resource, Verb};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        read(
            "/tenants",
            "listTenants",
            "The customers the caller may see",
            Right::OfEach(Resource::Tenant, Verb::Read),
            |platform, tx, who, parts| tenants::list(platform, tx, who, &parts.page()?),
        )
        .paged(),
        write(
            "POST",
            "/tenants",
            "createTenant",
            "Makes a customer",
            Right::Of(Resource::Tenant, Verb::Create),
            |platform, tx, who, _, input| tenants::create(platform, tx, who, &input),
        )
        .created(),
        read(
            "/tenants/{tenant}",
            "getTenant",
            "A customer",
            Right::Of(Resource::Tenant, Verb::Read),
            |platform, tx, who, parts| tenants::get(platform, tx, who, parts.id("tenant")),
        ),
        write(
            "PUT",
            "/tenants/{tenant}/name",
            "renameTenant",
            "Gives a customer another name",
            Right::Of(Resource::Tenant, Verb::Change),
            |platform, tx, who, parts, input| {
                tenants::rename(platform, tx, who, parts.id("tenant"), &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/suspend",
            "suspendTenant",
            "Lets a customer take no new subscriptions",
            Right::OfProvider(Resource::Tenant, Verb::Change),
            |platform, tx, who, parts, input| {
                tenants::suspend(platform, tx, who, parts.id("tenant"), &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/resume",
            "resumeTenant",
            "Serves a suspended customer again",
            Right::OfProvider(Resource::Tenant, Verb::Change),
            |platform, tx, who, parts, input| {
                tenants::resume(platform, tx, who, parts.id("tenant"), &input, parts.expected)
            },
        ),
    ]
}
