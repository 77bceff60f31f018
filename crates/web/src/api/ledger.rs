//! The ledger, vouchers, and the export for billing.

use platform::vouchers::{self, UPSTREAM};
use platform::{Failure, Refusal, billing, books, in_kind, time};
use timeline::Instant;

use crate::parts::Parts;
use crate::reply::Reply;
use crate::route::{Right, Route, read, read_bytes, write};
use platform::rights::{Resource, Verb};

const FROM: &str = "From this instant on (RFC 3339).";
const UNTIL: &str = "Until this instant, exclusive (RFC 3339).";

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = books_routes();
    routes.extend(voucher_routes());
    routes.extend(export_routes());
    routes
}

fn books_routes() -> Vec<Route> {
    vec![
        read(
            "/tenants/{tenant}/transactions",
            "listTransactions",
            "The transactions of a tenant",
            Right::Of(Resource::Ledger, Verb::Read),
            |_, tx, who, parts| books::list(tx, who, parts.id("tenant"), &parts.page()?),
        )
        .paged(),
        read(
            "/tenants/{tenant}/transactions/{transaction}",
            "getTransaction",
            "A transaction",
            Right::Of(Resource::Ledger, Verb::Read),
            |_, tx, who, parts| books::get(tx, who, parts.id("tenant"), parts.id("transaction")),
        ),
        write(
            "POST",
            "/tenants/{tenant}/transactions/{transaction}/reversal",
            "reverseTransaction",
            "Undoes a transaction by a new one",
            Right::Of(Resource::Ledger, Verb::Decide),
            |_, tx, who, parts, input| {
                vouchers::reverse(tx, who, parts.id("tenant"), parts.id("transaction"), &input)
            },
        )
        .created(),
        read(
            "/tenants/{tenant}/accounts",
            "listAccounts",
            "The accounts of a tenant with their balances",
            Right::Of(Resource::Ledger, Verb::Read),
            |_, tx, who, parts| books::accounts(tx, who, parts.id("tenant"), &parts.page()?),
        )
        .paged(),
        read(
            "/tenants/{tenant}/in-kind",
            "listInKind",
            "What was given to a tenant that is no money",
            Right::Of(Resource::Ledger, Verb::Read),
            |_, tx, who, parts| in_kind::list(tx, who, parts.id("tenant"), &parts.page()?),
        )
        .paged(),
        read(
            "/ledger/trial-balance",
            "trialBalance",
            "Whether the books balance",
            Right::Of(Resource::Ledger, Verb::Read),
            |_, tx, who, _| books::trial_balance(tx, who),
        ),
    ]
}

fn voucher_routes() -> Vec<Route> {
    vec![
        read("/tenants/{tenant}/vouchers", "listVouchers", "The vouchers of a tenant", Right::Of(Resource::Ledger, Verb::Read), |_, tx, who, parts| {
            vouchers::list(tx, who, parts.id("tenant"), &parts.page()?)
        })
        .paged(),
        read("/tenants/{tenant}/vouchers/{voucher}", "getVoucher", "A voucher", Right::Of(Resource::Ledger, Verb::Read), |_, tx, who, parts| {
            vouchers::get(tx, who, parts.id("tenant"), parts.id("voucher"))
        }),
        write("POST", "/tenants/{tenant}/invoices", "applyVouchers", "Uses vouchers on an invoice, in their order of use", Right::Of(Resource::Ledger, Verb::Create), |_, tx, who, parts, input| {
            vouchers::apply(tx, who, parts.id("tenant"), &input)
        })
        .created(),
        write("POST", "/tenants/{tenant}/payments", "recordPayment", "Records that cash owed was paid; for the house `upstream`, that a provider of ours has given a credit", Right::Of(Resource::Ledger, Verb::Create), |_, tx, who, parts, input| {
            match parts.id("tenant") {
                UPSTREAM => vouchers::receive_upstream(tx, who, input),
                tenant => vouchers::pay_out(tx, who, tenant, input),
            }
        })
        .created(),
    ]
}

fn export_routes() -> Vec<Route> {
    vec![
        read(
            "/tenants/{tenant}/billing",
            "exportTenantBilling",
            "The postings of a tenant in a period",
            Right::Of(Resource::Ledger, Verb::Export),
            |_, tx, who, parts| billing::export(tx, who, Some(parts.id("tenant")), period(parts)?),
        )
        .query("from", FROM)
        .query("until", UNTIL),
        read_bytes(
            "/tenants/{tenant}/billing.csv",
            "exportTenantBillingCsv",
            "The postings of a tenant in a period, as CSV",
            Right::Of(Resource::Ledger, Verb::Export),
            "text/csv",
            |_, tx, who, parts| csv(&billing::export(tx, who, Some(parts.id("tenant")), period(parts)?)?),
        )
        .query("from", FROM)
        .query("until", UNTIL),
        read(
            "/ledger/billing",
            "exportBilling",
            "The postings of all tenants in a period",
            Right::Of(Resource::Ledger, Verb::Export),
            |_, tx, who, parts| billing::export(tx, who, None, period(parts)?),
        )
        .query("from", FROM)
        .query("until", UNTIL),
        read_bytes(
            "/ledger/billing.csv",
            "exportBillingCsv",
            "The postings of all tenants in a period, as CSV",
            Right::Of(Resource::Ledger, Verb::Export),
            "text/csv",
            |_, tx, who, parts| csv(&billing::export(tx, who, None, period(parts)?)?),
        )
        .query("from", FROM)
        .query("until", UNTIL),
    ]
}

fn csv(export: &billing::Export) -> Result<Reply, Failure> {
    Ok(Reply::bytes("text/csv; charset=utf-8", billing::csv(export).into_bytes()).file("billing.csv"))
}

fn period(parts: &Parts) -> Result<(Instant, Instant), Failure> {
    let instant = |name: &str| match parts.parameter(name) {
        Some(text) => time::read(name, text),
        None => Err(Refusal::invalid(
            format!("{name}: say it, like 2026-10-01T00:00:00Z"),
            format!("{name}：请写明，如 2026-10-01T00:00:00Z"),
        )),
    };
    let (from, until) = (instant("from")?, instant("until")?);
    if from < until {
        return Ok((from, until));
    }
    Err(Refusal::invalid("until: after `from`", "until：须晚于 from").into())
}
