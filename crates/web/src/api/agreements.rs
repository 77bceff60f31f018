//! Agreements and their versions.

use platform::agreements::{self, Version};
use platform::publishing::{self, Publish};

use crate::reply::Reply;
use crate::route::{Commit, Right, Route, Todo, read, read_bytes, write, write_bytes};
use platform::rights::{Resource, Verb};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        read(
            "/agreements",
            "listAgreements",
            "The agreements the caller may see",
            Right::OfEach(Resource::Agreement, Verb::Read),
            |platform, tx, who, parts| agreements::list(platform, tx, who, &parts.page()?),
        )
        .paged(),
        publish(),
        read(
            "/agreements/{agreement}",
            "getAgreement",
            "An agreement",
            Right::OfEach(Resource::Agreement, Verb::Read),
            |platform, tx, who, parts| agreements::get(platform, tx, who, parts.id("agreement")),
        ),
        write(
            "PUT",
            "/agreements/{agreement}/documents",
            "setDocuments",
            "Says which documents an agreement consists of, and their order",
            Right::Of(Resource::Agreement, Verb::Change),
            |platform, tx, who, parts, input| {
                agreements::set_documents(platform, tx, who, parts.id("agreement"), &input, parts.expected)
            },
        ),
        read(
            "/agreements/{agreement}/versions",
            "listVersions",
            "The versions of an agreement, the newest first",
            Right::OfEach(Resource::Agreement, Verb::Read),
            |platform, tx, who, parts| agreements::versions(platform, tx, who, parts.id("agreement")),
        ),
        read(
            "/agreements/{agreement}/versions/{version}",
            "getVersion",
            "A published version",
            Right::OfEach(Resource::Agreement, Verb::Read),
            |platform, tx, who, parts| {
                agreements::get_version(platform, tx, who, parts.id("agreement"), parts.id("version"))
            },
        ),
        read_bytes(
            "/agreements/{agreement}/versions/{version}/text",
            "getText",
            "The text of a version, as it was published",
            Right::OfEach(Resource::Agreement, Verb::Read),
            "text/markdown",
            |platform, tx, who, parts| {
                let (agreement, version) = (parts.id("agreement"), parts.id("version"));
                let text = agreements::text(platform, tx, who, agreement, version)?;
                let reply = Reply::bytes("text/markdown; charset=utf-8", text.into_bytes());
                Ok(reply.file(&format!("{agreement}-{version}.md")))
            },
        ),
        read_bytes(
            "/agreements/{agreement}/versions/{version}/annexes/{annex}",
            "getAnnex",
            "The text of an annex of a version, as it was published",
            Right::OfEach(Resource::Agreement, Verb::Read),
            "text/markdown",
            |platform, tx, who, parts| {
                let (agreement, version) = (parts.id("agreement"), parts.id("version"));
                let annex = parts.id("annex");
                let text = agreements::annex_text(platform, tx, who, (agreement, version), annex)?;
                let reply = Reply::bytes("text/markdown; charset=utf-8", text.into_bytes());
                Ok(reply.file(&format!("{agreement}-{version}-{annex}.md")))
            },
        ),
        read(
            "/agreements/{agreement}/comparison",
            "compareVersions",
            "What changes from one version to another, with witnesses",
            Right::OfEach(Resource::Agreement, Verb::Read),
            |platform, tx, who, parts| {
                let name = |it| parts.parameter(it).unwrap_or("");
                agreements::compare(platform, tx, who, parts.id("agreement"), name("from"), name("to"))
            },
        )
        .query("from", "The version left.")
        .query("to", "The version entered."),
    ]
}

/// The text is read and reviewed beside the writing thread.
fn publish() -> Route {
    let prepare = |_: &platform::Platform,
                   who: &platform::principal::Principal,
                   parts: &crate::parts::Parts,
                   body: axum::body::Bytes| {
        let input: Publish = parts.json(&body)?;
        let checked = publishing::check(who, input)?;
        let commit: Commit = Box::new(move |platform, tx, who, _| {
            publishing::publish(platform, tx, who, &checked).and_then(|it| Reply::json(&it))
        });
        Ok(Todo::Alone(commit))
    };
    let about = "Publishes a version; the same text again gets the same answer";
    let mut route = write_bytes::<Version>(
        "POST",
        "/agreements",
        "publish",
        about,
        Right::Of(Resource::Agreement, Verb::Create),
        &[],
        prepare,
    )
    .created();
    route.input = Some(|schemas| schemas.subschema_for::<Publish>());
    route
}
