//! Cycles, live levels, statements, decisions, jobs.

use platform::statements::{self, Close};
use platform::{cycles, decisions, jobs, live};

use crate::reply::Reply;
use crate::route::{Commit, Nothing, Right, Route, Todo, read, read_bytes, write, write_bytes};
use platform::rights::{Resource, Verb};

const TENANT_STATEMENT: &str = "/tenants/{tenant}/statements/{statement}";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        read(
            "/tenants/{tenant}/subscriptions/{subscription}/live",
            "live",
            "The cycle in progress: levels, budgets, money at risk, forecast",
            Right::Of(Resource::Cycle, Verb::Read),
            |platform, tx, who, parts| {
                live::of(platform, tx, who, parts.id("tenant"), parts.id("subscription"))
            },
        ),
        read(
            "/tenants/{tenant}/subscriptions/{subscription}/cycles",
            "listCycles",
            "The cycles of a subscription",
            Right::Of(Resource::Cycle, Verb::Read),
            |_, tx, who, parts| {
                cycles::list(tx, who, parts.id("tenant"), parts.id("subscription"), &parts.page()?)
            },
        )
        .paged(),
        close(),
        read(
            "/tenants/{tenant}/statements",
            "listStatements",
            "The statements of a tenant",
            Right::Of(Resource::Statement, Verb::Read),
            |_, tx, who, parts| {
                statements::list(tx, who, parts.id("tenant"), parts.parameter("subscription"), &parts.page()?)
            },
        )
        .query("subscription", "Only of this subscription.")
        .paged(),
        read(
            TENANT_STATEMENT,
            "getStatement",
            "A sealed statement",
            Right::Of(Resource::Statement, Verb::Read),
            |_, tx, who, parts| statements::get(tx, who, parts.id("tenant"), parts.id("statement")),
        ),
        read(
            "/tenants/{tenant}/statements/{statement}/replay",
            "replayStatement",
            "The statement made again from what was known when it was sealed",
            Right::Of(Resource::Statement, Verb::Read),
            |platform, tx, who, parts| {
                statements::replay(platform, tx, who, parts.id("tenant"), parts.id("statement"))
            },
        ),
        read_bytes(
            "/tenants/{tenant}/statements/{statement}/package",
            "downloadStatement",
            "The sealed package, for `upheld verify`",
            Right::Of(Resource::Statement, Verb::Export),
            "application/x-tar",
            |platform, tx, who, parts| {
                let id = parts.id("statement");
                let files = statements::files(platform, tx, who, parts.id("tenant"), id)?;
                Ok(Reply::bytes("application/x-tar", tarball(id, &files)?).file(&format!("{id}.tar")))
            },
        ),
        read_bytes(
            "/tenants/{tenant}/statements/{statement}/html",
            "readStatement",
            "The statement to read and print",
            Right::Of(Resource::Statement, Verb::Export),
            "text/html",
            |_, tx, who, parts| {
                let html =
                    statements::file(tx, who, parts.id("tenant"), parts.id("statement"), "statement.html")?;
                let page = Reply::bytes("text/html; charset=utf-8", html);
                Ok(page.header(
                    "content-security-policy",
                    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
                ))
            },
        ),
        read(
            "/decisions",
            "listDecisions",
            "Discretionary remedies of all tenants",
            Right::Of(Resource::Decision, Verb::Read),
            |_, tx, who, parts| decisions::list(tx, who, parts.parameter("state"), &parts.page()?),
        )
        .query("state", "Only in this state: open, decided, declined.")
        .paged(),
        read(
            "/tenants/{tenant}/decisions",
            "listTenantDecisions",
            "Discretionary remedies of a tenant",
            Right::Of(Resource::Decision, Verb::Read),
            |_, tx, who, parts| decisions::of_tenant(tx, who, parts.id("tenant"), &parts.page()?),
        )
        .paged(),
        write(
            "POST",
            "/tenants/{tenant}/decisions/{decision}",
            "decide",
            "Answers a discretionary remedy",
            Right::Of(Resource::Decision, Verb::Decide),
            |platform, tx, who, parts, input| {
                decisions::decide(platform, tx, who, parts.id("tenant"), parts.id("decision"), input)
            },
        ),
        read(
            "/jobs",
            "listJobs",
            "Work that waits, runs, or ended",
            Right::Of(Resource::Job, Verb::Read),
            |_, tx, who, parts| jobs::list(tx, who, parts.parameter("state"), &parts.page()?),
        )
        .query("state", "Only in this state: waiting, running, done, failed.")
        .paged(),
        write(
            "POST",
            "/jobs/{job}/retry",
            "retryJob",
            "Tries a job again that was given up",
            Right::Of(Resource::Job, Verb::Decide),
            |_, tx, who, parts, Nothing {}| jobs::retry(tx, who, parts.id("job")),
        ),
    ]
}

/// Settling takes its own transactions, beside the writing thread; the answer is what was sealed.
fn close() -> Route {
    let prepare = |platform: &platform::Platform,
                   who: &platform::principal::Principal,
                   parts: &crate::parts::Parts,
                   body: axum::body::Bytes| {
        let input: Close = parts.json(&body)?;
        let (tenant, subscription, label) = (parts.id("tenant"), parts.id("subscription"), parts.id("cycle"));
        let sealed = statements::close(platform, who, tenant, subscription, label, input.accept_incomplete)?;
        let commit: Commit = Box::new(move |_, _, _, _| Reply::json(&sealed));
        Ok(Todo::Alone(commit))
    };
    let path = "/tenants/{tenant}/subscriptions/{subscription}/cycles/{cycle}/close";
    let about = "Settles a cycle that is over and seals its statement, without waiting for the grace";
    let mut route = write_bytes::<statements::StatementView>(
        "POST",
        path,
        "closeCycle",
        about,
        Right::Of(Resource::Cycle, Verb::Decide),
        &[],
        prepare,
    )
    .created();
    route.input = Some(|schemas| schemas.subschema_for::<Close>());
    route
}

/// The files in a directory of the statement's name.
pub fn tarball(
    id: &str,
    files: &std::collections::BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, platform::Failure> {
    let broken = |it: std::io::Error| store::Fault::broken(it.to_string());
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, format!("{id}/{name}"), bytes.as_slice()).map_err(broken)?;
    }
    Ok(archive.into_inner().map_err(broken)?)
}
