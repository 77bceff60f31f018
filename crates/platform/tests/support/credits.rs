//! A subscription with a breach in October 2026, its statement, and what people do about it.

use platform::claims::{self, ClaimView, Decide, Named, NewClaim};
use platform::entitlements::{self, Claimable};
use platform::intake::{self, Body};
use platform::page::Page;
use platform::principal::Principal;
use platform::statements::{self, StatementView};
use platform::stream::Stream;
use platform::vouchers::{self, ApplyVouchers, VoucherView};
use platform::{Failure, books, cycles, jobs};
use serde_json::{Value as Json, json};

use crate::support::{HOSTING, World, customer, owner, publish_as, subscribe, tenant};

const HANDLERS: [(&str, jobs::Handler); 5] = [
    ("cycle", cycles::open),
    ("close", cycles::close),
    ("late", cycles::late),
    (claims::DEADLINE_JOB, claims::run),
    (vouchers::EXPIRY_JOB, vouchers::expire),
];

/// A credit that is claimed, points that need no claim, days that are no money, and what a person decides.
const REMEDIES: &str = r#"
param another_invoice : truth = true

remedy credit : service_credit
  when availability breached
  pays 10% of sum(amount of fee)
  paid directly when not another_invoice
claim credit
  opens cycle.until
  closes cycle.until + 30 days
  by "mail"
  requires "dates and times"

remedy points : voucher
  when availability breached
  pays 5.00 CNY

remedy longer : extension
  when availability breached
  pays 2 * length(outage)
claim longer
  closes cycle.until + 30 days

remedy goodwill : compensation
  when availability breached
  discretionary "may be compensated appropriately"
claim goodwill
  closes cycle.until + 30 days
```
"#;

pub(crate) fn run_jobs(world: &World) {
    jobs::run_due(world, &HANDLERS).unwrap();
}

/// The hosting contract with all four remedies.
pub(crate) fn contract() -> String {
    let (before, _) = HOSTING.split_once("remedy credit").unwrap();
    format!("{}{}", before.trim_end(), REMEDIES)
}

/// A customer subscribed to hosting since October.
pub(crate) fn ready(world: &World, id: &str) {
    publish_as(world, &contract(), platform::agreements::AgreementKind::Ours, &["R0407", "R0413"]).unwrap();
    join(world, id);
}

pub(crate) fn join(world: &World, id: &str) {
    tenant(world, id);
    let since = json!({ "id": format!("sub_{id}"), "since": "2026-10-01T00:00:00+08:00" });
    subscribe(world, id, since).unwrap();
    run_jobs(world);
}

pub(crate) fn send(world: &World, id: &str, lines: &[Json]) {
    let text: Vec<String> = lines.iter().map(Json::to_string).collect();
    let stream = Stream::Subscription { tenant: id.into(), id: format!("sub_{id}") };
    let shape = intake::shape("application/x-ndjson").unwrap();
    let body = Body { shape, bytes: text.join("\n").into_bytes(), atomic: true };
    intake::receive(world, &owner(), &stream, body).unwrap();
}

pub(crate) fn outage(id: &str, from: &str, until: &str) -> Json {
    json!({ "fact": "outage", "id": id, "from": from, "until": until })
}

pub(crate) fn fee(id: &str, amount: &str) -> Json {
    json!({ "fact": "fee", "id": id, "at": "2026-10-01T00:00:00+08:00", "amount": amount })
}

/// October with a day of outage and a fee, closed in November.
pub(crate) fn breached(world: &World, id: &str) -> StatementView {
    ready(world, id);
    sealed(world, id)
}

pub(crate) fn sealed(world: &World, id: &str) -> StatementView {
    send(
        world,
        id,
        &[
            fee("fee-10", "1000.00 CNY"),
            outage("o1", "2026-10-05T00:00:00+08:00", "2026-10-06T00:00:00+08:00"),
        ],
    );
    world.set("2026-11-02T00:00:00+08:00");
    run_jobs(world);
    statements::close(world, &owner(), id, &format!("sub_{id}"), "2026-10", None).unwrap()
}

pub(crate) fn new_claim(statement: &str, remedy: &str) -> NewClaim {
    let fields = json!({ "dates and times": "5 October, the whole day" });
    serde_json::from_value(json!({ "statement": statement, "remedy": remedy, "fields": fields })).unwrap()
}

pub(crate) fn submit_as(
    world: &World,
    who: &Principal,
    id: &str,
    input: NewClaim,
) -> Result<ClaimView, Failure> {
    let (who, id) = (who.clone(), id.to_owned());
    world.write(move |platform, tx| claims::submit(platform, tx, &who, &id, input))
}

pub(crate) fn submit(world: &World, id: &str, statement: &str, remedy: &str) -> Result<ClaimView, Failure> {
    submit_as(world, &customer(id), id, new_claim(statement, remedy))
}

pub(crate) fn decide(world: &World, claim: &ClaimView, decision: Json) -> Result<ClaimView, Failure> {
    let input: Decide = serde_json::from_value(decision).unwrap();
    let claim = claim.clone();
    world.write(move |platform, tx| claims::decide(platform, tx, &owner(), named(&claim), &input))
}

pub(crate) fn named(claim: &ClaimView) -> Named<'_> {
    Named { tenant: &claim.tenant, id: &claim.id, expected: None }
}

pub(crate) fn accept(world: &World, claim: &ClaimView) -> ClaimView {
    decide(world, claim, json!({ "verdict": "accept", "reason": "as the statement says" })).unwrap()
}

pub(crate) fn look(world: &World, claim: &ClaimView) -> ClaimView {
    world.read(|_, tx| claims::get(tx, &owner(), &claim.tenant, &claim.id)).unwrap()
}

pub(crate) fn claimable(world: &World, id: &str) -> Vec<Claimable> {
    world.read(|platform, tx| entitlements::claimable(platform, tx, &customer(id), id)).unwrap().items
}

pub(crate) fn vouchers_of(world: &World, id: &str) -> Vec<VoucherView> {
    world.read(|_, tx| vouchers::list(tx, &customer(id), id, &Page::default())).unwrap().items
}

/// What is left of each voucher with its state, the dearest first.
pub(crate) fn left(world: &World, id: &str) -> Vec<(String, String)> {
    let mut all = vouchers_of(world, id);
    all.sort_by_key(|it| std::cmp::Reverse(it.original.minor));
    all.iter().map(|it| (it.remaining.to_string(), it.state.clone())).collect()
}

pub(crate) fn transactions(world: &World, id: &str) -> Vec<books::TransactionView> {
    world.read(|_, tx| books::list(tx, &owner(), id, &Page::default())).unwrap().items
}

pub(crate) fn apply(world: &World, id: &str, input: Json) -> Result<vouchers::Applied, Failure> {
    let input: ApplyVouchers = serde_json::from_value(input).unwrap();
    let id = id.to_owned();
    world.write(move |_, tx| vouchers::apply(tx, &owner(), &id, &input))
}

/// Every transaction sums to zero, every account is the sum of its postings, debits are credits.
pub(crate) fn check_books(world: &World) {
    let trial = world.read(|_, tx| books::trial_balance(tx, &owner())).unwrap();
    assert!(trial.balanced, "{trial:?}");
    let rows = world
        .read(|_, tx| tx.rows("SELECT postings FROM ledger_transaction", &[]).map_err(Failure::from))
        .unwrap();
    for row in rows {
        let postings: Vec<(String, String, i64)> =
            serde_json::from_str(&row.get::<String>(0).unwrap()).unwrap();
        let mut sums = std::collections::BTreeMap::<&str, i64>::new();
        postings.iter().for_each(|it| *sums.entry(&it.1).or_default() += it.2);
        assert!(sums.values().all(|it| *it == 0), "{postings:?}");
    }
}
