//! The audit log: entries, proofs, checkpoints and tiles of the provider's log and of each tenant's.

use axum::body::Bytes;
use platform::audit::{self, Checked, Erase, Erased, ExportLog, LogEntry, LogQuery, NewRetention, Retention};
use platform::page::Listed;
use platform::principal::Principal;
use platform::{Failure, Platform};
use store::Tx;

use crate::parts::Parts;
use crate::reply::Reply;
use crate::route::{Commit, Nothing, Right, Route, Todo, read, read_bytes, write, write_bytes};
use platform::rights::{Resource, Verb};

const TEXT: &str = "text/plain; charset=utf-8";
const NDJSON: &str = "application/x-ndjson";
/// A tile that is there never changes; who is not signed in must not get it from a cache.
const TILE_CACHE: &str = "private, max-age=31536000, immutable";

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        listed(read(
            "/log/entries",
            "listLogEntries",
            "Entries of the provider's log, newest first",
            Right::Of(Resource::AuditLog, Verb::Read),
            entries,
        )),
        listed(read(
            "/tenants/{tenant}/log/entries",
            "listTenantLogEntries",
            "Entries of a tenant's log, newest first",
            Right::Of(Resource::AuditLog, Verb::Read),
            entries,
        )),
        text(
            "/log/entries/{seq}/proof",
            "proveLogEntry",
            "The proof (C2SP tlog-proof) that an entry is in the provider's log",
            Right::Of(Resource::AuditLog, Verb::Read),
            proof,
        ),
        text(
            "/tenants/{tenant}/log/entries/{seq}/proof",
            "proveTenantLogEntry",
            "The proof (C2SP tlog-proof) that an entry is in a tenant's log",
            Right::Of(Resource::AuditLog, Verb::Read),
            proof,
        ),
        sized(text(
            "/log/consistency",
            "proveLogGrowth",
            "The proof that the provider's log only grew",
            Right::Of(Resource::AuditLog, Verb::Read),
            consistency,
        )),
        sized(text(
            "/tenants/{tenant}/log/consistency",
            "proveTenantLogGrowth",
            "The proof that a tenant's log only grew",
            Right::Of(Resource::AuditLog, Verb::Read),
            consistency,
        )),
        text(
            "/log/checkpoint",
            "logCheckpoint",
            "The checkpoint of the provider's log, signed",
            Right::Of(Resource::AuditLog, Verb::Read),
            checkpoint,
        ),
        text(
            "/tenants/{tenant}/log/checkpoint",
            "tenantLogCheckpoint",
            "The checkpoint of a tenant's log, signed",
            Right::Of(Resource::AuditLog, Verb::Read),
            checkpoint,
        ),
        text(
            "/log/log.pub",
            "logKey",
            "The public key of the provider's log",
            Right::Of(Resource::AuditLog, Verb::Read),
            key,
        ),
        text(
            "/tenants/{tenant}/log/log.pub",
            "tenantLogKey",
            "The public key of a tenant's log",
            Right::Of(Resource::AuditLog, Verb::Read),
            key,
        ),
        read_bytes(
            "/log/tile/{*path}",
            "logTile",
            "A tile or entry bundle of the provider's log (C2SP tlog-tiles)",
            Right::Of(Resource::AuditLog, Verb::Read),
            "application/octet-stream",
            tile,
        ),
        read_bytes(
            "/tenants/{tenant}/log/tile/{*path}",
            "tenantLogTile",
            "A tile or entry bundle of a tenant's log (C2SP tlog-tiles)",
            Right::Of(Resource::AuditLog, Verb::Read),
            "application/octet-stream",
            tile,
        ),
        read(
            "/log/retention",
            "listLogRetention",
            "How long the entries of the provider's log are kept",
            Right::Of(Resource::AuditLog, Verb::Read),
            retentions,
        ),
        read(
            "/tenants/{tenant}/log/retention",
            "listTenantLogRetention",
            "How long the entries of a tenant's log are kept",
            Right::Of(Resource::AuditLog, Verb::Read),
            retentions,
        ),
        write(
            "POST",
            "/log/retention",
            "extendLogRetention",
            "Keeps entries of the provider's log longer",
            Right::Of(Resource::Settings, Verb::Change),
            retain,
        ),
        write(
            "POST",
            "/tenants/{tenant}/log/retention",
            "extendTenantLogRetention",
            "Keeps entries of a tenant's log longer",
            Right::Of(Resource::Settings, Verb::Change),
            retain,
        ),
        write(
            "POST",
            "/log/erasures",
            "eraseLogPersonal",
            "Erases personal data beside the provider's log",
            Right::Of(Resource::Person, Verb::Remove),
            erase,
        ),
        write(
            "POST",
            "/tenants/{tenant}/log/erasures",
            "eraseTenantLogPersonal",
            "Erases personal data beside a tenant's log",
            Right::Of(Resource::Person, Verb::Remove),
            erase,
        ),
        write(
            "POST",
            "/log/cosignatures",
            "cosignLog",
            "Takes a witness's cosignature of a checkpoint",
            Right::Of(Resource::AuditLog, Verb::Read),
            |platform, tx, who, _, input| audit::cosign(platform, tx, who, &input),
        ),
    ];
    routes.extend([
        check("/log/check", "checkLog", "Counts the provider's log and the root log again"),
        check("/tenants/{tenant}/log/check", "checkTenantLog", "Counts a tenant's log again"),
        export("/log/export", "exportLog", "A copy of the provider's log, with its checkpoint"),
        export(
            "/tenants/{tenant}/log/export",
            "exportTenantLog",
            "A copy of a tenant's log, with its checkpoint",
        ),
    ]);
    routes
}

/// The tenant of the path; without one it is the provider's own house.
fn house(parts: &Parts) -> &str {
    parts.id("tenant")
}

fn text(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    right: Right,
    work: fn(&Platform, &mut Tx<'_>, &Principal, &Parts) -> Result<String, Failure>,
) -> Route {
    read_bytes(path, id, summary, right, "text/plain", move |platform, tx, who, parts| {
        Ok(Reply::bytes(TEXT, work(platform, tx, who, parts)?.into_bytes()))
    })
}

fn listed(route: Route) -> Route {
    route
        .query("actor", "Only by this one: `person:<id>`, `token:<id>`, `system:<job>`.")
        .query("action", "Only this action; all that begin so when it ends with a dot: `claim.`.")
        .query("subject", "Only about the thing with this id.")
        .query("from", "Only at this instant or later.")
        .query("until", "Only before this instant.")
        .paged()
}

fn sized(route: Route) -> Route {
    route
        .query("old", "The size of the older log.")
        .query("new", "The size of the newer; all entries when absent.")
}

fn entries(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    parts: &Parts,
) -> Result<Listed<LogEntry>, Failure> {
    let query = LogQuery {
        actor: parts.parameter("actor"),
        action: parts.parameter("action"),
        subject: parts.parameter("subject"),
        from: parts.parameter("from"),
        until: parts.parameter("until"),
    };
    audit::entries(tx, who, house(parts), &query, &parts.page()?)
}

fn proof(platform: &Platform, tx: &mut Tx<'_>, who: &Principal, parts: &Parts) -> Result<String, Failure> {
    audit::entry_proof(platform, tx, who, house(parts), parts.id("seq"))
}

fn consistency(_: &Platform, tx: &mut Tx<'_>, who: &Principal, parts: &Parts) -> Result<String, Failure> {
    audit::consistency(tx, who, house(parts), parts.parameter("old"), parts.parameter("new"))
}

fn checkpoint(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    parts: &Parts,
) -> Result<String, Failure> {
    audit::checkpoint(platform, tx, who, house(parts))
}

fn key(platform: &Platform, tx: &mut Tx<'_>, who: &Principal, parts: &Parts) -> Result<String, Failure> {
    audit::log_key(platform, tx, who, house(parts))
}

fn tile(_: &Platform, tx: &mut Tx<'_>, who: &Principal, parts: &Parts) -> Result<Reply, Failure> {
    let path = format!("tile/{}", parts.id("path"));
    let bytes = if path.starts_with("tile/entries/") {
        audit::bundle(tx, who, house(parts), &path)
    } else {
        audit::tile(tx, who, house(parts), &path)
    };
    Ok(Reply::bytes("application/octet-stream", bytes?).header("cache-control", TILE_CACHE))
}

fn retentions(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    parts: &Parts,
) -> Result<Vec<Retention>, Failure> {
    audit::retentions(tx, who, house(parts))
}

fn retain(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    parts: &Parts,
    input: NewRetention,
) -> Result<Retention, Failure> {
    audit::retain(tx, who, house(parts), input)
}

fn erase(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    parts: &Parts,
    input: Erase,
) -> Result<Erased, Failure> {
    audit::erase_personal(tx, who, house(parts), input)
}

/// A log is counted beside the writing thread; that it was is put on record.
fn check(path: &'static str, id: &'static str, summary: &'static str) -> Route {
    let prepare = |platform: &Platform, who: &Principal, parts: &Parts, body: Bytes| {
        let Nothing {} = parts.json(&body)?;
        let checked = platform.read(|platform, tx| audit::checked(platform, tx, who, house(parts)))?;
        let commit: Commit =
            Box::new(move |_, tx, who, parts| Reply::json(&audit::check(tx, who, house(parts), checked)?));
        Ok(Todo::Alone(commit))
    };
    let right = Right::Of(Resource::AuditLog, Verb::Read);
    let mut route = write_bytes::<Checked>("POST", path, id, summary, right, &[], prepare);
    route.input = Some(|schemas| schemas.subschema_for::<Nothing>());
    route
}

/// A copy is written beside the writing thread, and given out once its use is on record.
fn export(path: &'static str, id: &'static str, summary: &'static str) -> Route {
    let prepare = |platform: &Platform, who: &Principal, parts: &Parts, body: Bytes| {
        let input: ExportLog = parts.json(&body)?;
        let copy = platform.read(|platform, tx| audit::export(platform, tx, who, house(parts), &input))?;
        let commit: Commit = Box::new(move |_, tx, who, parts| {
            audit::exported(tx, who, house(parts), input)?;
            Ok(Reply::bytes(NDJSON, copy).file("log.ndjson"))
        });
        Ok(Todo::Alone(commit))
    };
    let right = Right::Of(Resource::AuditLog, Verb::Export);
    let mut route = write_bytes::<ExportLog>("POST", path, id, summary, right, &[], prepare).answers(NDJSON);
    route.input = Some(|schemas| schemas.subschema_for::<ExportLog>());
    route
}
