//! Everything there is about a customer: what it is, who may take a copy, and the copy.

use std::collections::BTreeMap;

use askama::Template;
use platform::audit::{self, ExportLog};
use platform::page::{LIMIT_MAX, Page};
use platform::principal::Principal;
use platform::rights::{Resource, Verb, allows};
use platform::{Failure, Platform, billing, evidence, records, statements, subscriptions, tenants};
use store::Tx;
use timeline::Instant;
use web::{Reply, Route};

use crate::frame::{Frame, Place};
use crate::page::{Answer, page, prepared_answer};
use crate::view::View;

/// Most statements of one copy.
const STATEMENTS_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "customers/data.html")]
struct Data {
    frame: Frame,
    is_provider: bool,
    tenant: String,
    name: String,
    kinds: Vec<Kind>,
    streams: Vec<Stream>,
    may_copy: bool,
    may_copy_evidence: bool,
}

/// A kind of data.
struct Kind {
    name: &'static str,
    about: &'static str,
    count: String,
    href: String,
    /// In the copy, or only to be seen.
    copied: bool,
}

/// The evidence of a subscription.
struct Stream {
    id: String,
    href: String,
    records: String,
}

/// What one may take a copy of.
#[derive(Debug, Clone, Copy)]
struct May {
    evidence: bool,
    statements: bool,
    books: bool,
    log: bool,
}

pub(crate) fn routes() -> Vec<Route> {
    let show = page("/customers/{tenant}/data", "customerDataPage", |view| {
        let id = view.id("tenant");
        let tenant = tenants::get(view.platform, view.tx, view.who, id)?;
        let may = May::of(view.who, id);
        let is_provider = view.is_provider();
        let title = if is_provider { view.w.customers_data_of() } else { view.w.customers_data_title() };
        let streams = streams(view, id)?;
        let page = Data {
            is_provider,
            tenant: id.to_owned(),
            name: statement::display::half(&tenant.name, view.lang),
            kinds: kinds(view, id, may)?,
            streams,
            may_copy: may.evidence || may.statements || may.books || may.log,
            may_copy_evidence: may.evidence,
            frame: Frame::new(view, title, if is_provider { Place::Customers } else { Place::Data })?,
        };
        view.html(&page)
    });
    vec![show, copy()]
}

impl May {
    fn of(who: &Principal, tenant: &str) -> Self {
        let role = who.role_in(platform::principal::PROVIDER).or_else(|| who.role_in(tenant));
        let may = |resource| role.is_some_and(|it| allows(it, resource, Verb::Export));
        Self {
            evidence: may(Resource::Evidence),
            statements: may(Resource::Statement),
            books: may(Resource::Ledger),
            log: may(Resource::AuditLog),
        }
    }
}

fn streams(view: &mut View<'_, '_>, tenant: &str) -> Result<Vec<Stream>, Failure> {
    if !view.may_in(tenant, Resource::Evidence, Verb::Read) {
        return Ok(Vec::new());
    }
    let mut streams = Vec::new();
    for id in subscriptions_of(view.platform, view.tx, view.who, tenant)? {
        let found = records::open(view.platform, view.tx, view.who, (tenant, &id))?;
        let show = view.show(&calendar::Zone::utc());
        streams.push(Stream {
            href: format!("/customers/{tenant}/subscriptions/{id}/evidence"),
            records: show.count(i64::try_from(found.count()).unwrap_or(i64::MAX)),
            id,
        });
    }
    Ok(streams)
}

fn kinds(view: &mut View<'_, '_>, tenant: &str, may: May) -> Result<Vec<Kind>, Failure> {
    let w = view.w;
    let sealed = statement_ids(view.tx, view.who, tenant)?.len();
    let show = view.show(&calendar::Zone::utc());
    let of = |path: &str| format!("/customers/{tenant}{path}");
    let kind = |name, about, href: String, copied, count| Kind { name, about, count, href, copied };
    let sealed = show.count(i64::try_from(sealed).unwrap_or(i64::MAX));
    let log = if view.is_provider() { format!("/log?house={tenant}") } else { String::new() };
    Ok(vec![
        kind(
            w.customers_data_evidence(),
            w.customers_data_evidence_about(),
            "#streams".to_owned(),
            may.evidence,
            String::new(),
        ),
        kind(
            w.customers_data_statements(),
            w.customers_data_statements_about(),
            of("/statements"),
            may.statements,
            sealed,
        ),
        kind(w.customers_data_claims(), w.customers_data_claims_about(), of("/claims"), false, String::new()),
        kind(
            w.customers_data_books(),
            w.customers_data_books_about(),
            of("/vouchers"),
            may.books,
            String::new(),
        ),
        kind(w.customers_data_log(), w.customers_data_log_about(), log, may.log, String::new()),
    ])
}

fn subscriptions_of(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
) -> Result<Vec<String>, Failure> {
    let page = Page { after: None, limit: LIMIT_MAX };
    let found = subscriptions::list(platform, tx, who, tenant, &page)?.items;
    Ok(found.into_iter().map(|it| it.id).collect())
}

/// Label and id of every statement, superseded ones among them.
fn statement_ids(tx: &mut Tx<'_>, who: &Principal, tenant: &str) -> Result<Vec<(String, String)>, Failure> {
    let (mut ids, mut page) = (Vec::new(), Page { after: None, limit: LIMIT_MAX });
    loop {
        let listed = statements::list(tx, who, tenant, None, &page)?;
        ids.extend(listed.items.into_iter().map(|it| (it.label, it.id)));
        page.after = listed.next;
        if page.after.is_none() || ids.len() >= STATEMENTS_MAX {
            return Ok(ids);
        }
    }
}

type Files = BTreeMap<String, Vec<u8>>;

/// One archive of everything the caller may take a copy of. What needs no writing is read beside the writing thread; that a
/// copy was taken is put on record with it.
fn copy() -> Route {
    let media: &[&str] = &["application/x-www-form-urlencoded"];
    prepared_answer(
        "/customers/{tenant}/data",
        "copyCustomerDataForm",
        (media, 64 << 10),
        |platform, who, parts, _| {
            let tenant = parts.id("tenant").to_owned();
            let may = May::of(who, &tenant);
            let files = platform.read(|platform, tx| files(platform, tx, who, &tenant, may))?;
            let answer: Answer = Box::new(move |view| {
                let mut files = files;
                if may.evidence {
                    for id in subscriptions_of(view.platform, view.tx, view.who, &tenant)? {
                        let lines = evidence::export(view.platform, view.tx, view.who, (&tenant, &id), None)?;
                        files.insert(format!("evidence/{id}.ndjson"), lines);
                    }
                }
                if may.log {
                    audit::exported(view.tx, view.who, &tenant, reason())?;
                }
                let tar = web::tarball(&tenant, &files)?;
                Ok(Reply::bytes("application/x-tar", tar).file(&format!("{tenant}.tar")))
            });
            Ok(answer)
        },
    )
}

fn reason() -> ExportLog {
    ExportLog { from: 0, until: None, reason: "a copy of all data of the customer".to_owned() }
}

fn files(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    may: May,
) -> Result<Files, Failure> {
    let mut files = Files::new();
    let customer = tenants::get(platform, tx, who, tenant)?;
    let text = serde_json::to_vec_pretty(&customer).map_err(|it| store::Fault::broken(it.to_string()))?;
    files.insert("customer.json".to_owned(), text);
    if may.statements {
        for (label, id) in statement_ids(tx, who, tenant)? {
            for (name, bytes) in statements::files(platform, tx, who, tenant, &id)? {
                files.insert(format!("statements/{label}-{id}/{name}"), bytes);
            }
        }
    }
    if may.books {
        let export = billing::export(tx, who, Some(tenant), (Instant::EPOCH, tx_end()))?;
        files.insert("postings.csv".to_owned(), billing::csv(&export).into_bytes());
    }
    if may.log {
        files.insert("log.ndjson".to_owned(), audit::export(platform, tx, who, tenant, &reason())?);
    }
    Ok(files)
}

/// Later than anything that has been posted.
fn tx_end() -> Instant {
    Instant::from_nanos(i64::MAX - 1)
}
