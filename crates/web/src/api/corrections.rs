//! Corrections of evidence, proposed and answered.

use platform::corrections;

use crate::route::{Nothing, Right, Route, read, write};
use platform::rights::{Resource, Verb};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        write(
            "POST",
            "/tenants/{tenant}/subscriptions/{subscription}/corrections",
            "proposeCorrection",
            "Proposes a correction of evidence to the other party",
            Right::Of(Resource::Correction, Verb::Create),
            |platform, tx, who, parts, input| {
                corrections::propose(
                    platform,
                    tx,
                    who,
                    (parts.id("tenant"), parts.id("subscription")),
                    &input,
                )
            },
        )
        .created(),
        read(
            "/tenants/{tenant}/corrections",
            "listCorrections",
            "Corrections of a tenant's evidence",
            Right::Of(Resource::Correction, Verb::Read),
            |platform, tx, who, parts| {
                corrections::list(
                    platform,
                    tx,
                    who,
                    parts.id("tenant"),
                    parts.parameter("subscription"),
                    &parts.page()?,
                )
            },
        )
        .query("subscription", "Only of this subscription.")
        .paged(),
        read(
            "/tenants/{tenant}/corrections/{correction}",
            "getCorrection",
            "A correction",
            Right::Of(Resource::Correction, Verb::Read),
            |platform, tx, who, parts| {
                corrections::get(platform, tx, who, parts.id("tenant"), parts.id("correction"))
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/corrections/{correction}/consent",
            "consentCorrection",
            "Consents to the other party's correction: it is on record from now on",
            Right::Of(Resource::Correction, Verb::Decide),
            |platform, tx, who, parts, input| {
                let of = (parts.id("tenant"), parts.id("correction"));
                corrections::consent(platform, tx, who, of, &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/corrections/{correction}/refusal",
            "refuseCorrection",
            "Refuses the other party's correction",
            Right::Of(Resource::Correction, Verb::Decide),
            |platform, tx, who, parts, input| {
                let of = (parts.id("tenant"), parts.id("correction"));
                corrections::refuse(platform, tx, who, of, &input, parts.expected)
            },
        ),
        write(
            "POST",
            "/tenants/{tenant}/corrections/{correction}/withdrawal",
            "withdrawCorrection",
            "Takes an own proposal back",
            Right::Of(Resource::Correction, Verb::Remove),
            |platform, tx, who, parts, Nothing {}| {
                let of = (parts.id("tenant"), parts.id("correction"));
                corrections::withdraw(platform, tx, who, of, parts.expected)
            },
        ),
    ]
}
