//! Plays three months in seconds: the same use-cases as a served platform, with the clock set from event to event.

use std::collections::BTreeMap;
use std::sync::Arc;

use calendar::{Date, Zone};
use platform::intake::{self, Body};
use platform::principal::{PROVIDER, Principal};
use platform::publishing::{self, Publish};
use platform::rights::Role;
use platform::stream::Stream;
use platform::{
    Failure, Platform, RefusalKind, agreements, claims, entitlements, jobs, people, subscriptions, tenants,
};
use serde_json::json;
use store::{Clock, ManualClock};
use timeline::Instant;

use super::cast::{Agreement, CUSTOMERS, Customer, PASSWORD, STAFF};
use super::month::{self, Known};
use super::shared;
use crate::serve::handlers;

/// Past months.
const MONTHS: usize = 3;
/// Customers that have claimed nothing in so many last months, so that whoever signs in as them can. The last two are owed
/// something every month and may claim it for two, so that there is something to claim on every day of the year.
const YET_TO_CLAIM: [(&str, usize); 3] =
    [("northfield-clinic", 1), ("minle-bank", 2), ("qingniao-express", 2)];
/// Evidence comes in so many bodies a month.
const BODIES: i64 = 3;
const MINUTE: i64 = 60_000_000_000;

/// Fills an empty platform with what has happened until `now`. The platform's clock is `clock`.
pub(crate) fn play(platform: &Platform, clock: &Arc<ManualClock>, now: Instant) -> Result<(), Failure> {
    let months = months(now);
    let Some(first) = months.first().copied() else { return Ok(()) };
    let opening = midnight(first, 0).map_or(now, |it| platform::time::after(it, -14 * 86_400));
    clock.set(opening);
    people(platform)?;
    for agreement in Agreement::ALL {
        publish(platform, agreement)?;
    }
    for customer in &CUSTOMERS {
        admit(platform, customer, first)?;
    }
    shared::publish(platform, &director())?;
    for (after, it) in (0..months.len()).rev().zip(&months) {
        live(platform, clock, (*it, after), now)?;
    }
    clock.set(now);
    shared::announce(platform, &director(), now)?;
    run_jobs(platform)
}

/// The first days of the past months and of the one in progress.
fn months(now: Instant) -> Vec<Date> {
    let mut first = Zone::utc().date(now).first_of_month();
    let mut months = vec![first];
    for _ in 0..MONTHS {
        let Some(day) = first.previous_day() else { break };
        first = day.first_of_month();
        months.insert(0, first);
    }
    months
}

/// The first instant of a date, so many hours ahead of UTC.
fn midnight(date: Date, offset_hours: i64) -> Option<Instant> {
    let midnight = Zone::utc().start_of_day(date)?;
    midnight.checked_sub(offset_hours * 60 * MINUTE)
}

fn director() -> Principal {
    Principal::system("demo")
}

fn people(platform: &Platform) -> Result<(), Failure> {
    let hash = people::hash_password(platform, PASSWORD)?;
    platform.write(move |_, tx| {
        for (email, name, role) in STAFF {
            let role: Role = role.parse().map_err(|()| store::Fault::broken("no such role"))?;
            people::create(tx, &director(), (email, name, "en"), &hash, (PROVIDER, role))?;
        }
        Ok(())
    })
}

/// Publishes a shipped agreement, acknowledging its findings by name: they are what the demonstration shows.
fn publish(platform: &Platform, agreement: Agreement) -> Result<(), Failure> {
    let input = |acknowledge: Vec<String>| Publish {
        text: agreement.text().to_owned(),
        kind: agreements::AgreementKind::Ours,
        acknowledge,
        annexes: Vec::new(),
    };
    let checked = match publishing::check(&director(), input(Vec::new())) {
        Err(Failure::Refusal(it)) if it.kind == RefusalKind::FindingsOpen => {
            let codes = it.findings.iter().map(|it| it.code.to_owned()).collect();
            publishing::check(&director(), input(codes))?
        }
        other => other?,
    };
    platform.write(move |platform, tx| publishing::publish(platform, tx, &director(), &checked).map(|_| ()))
}

/// Makes the customer, its administrator and its subscription, which begins with the first month.
fn admit(platform: &Platform, customer: &'static Customer, first: Date) -> Result<(), Failure> {
    let hash = people::hash_password(platform, PASSWORD)?;
    let offset = customer.agreement.offset_hours();
    let since = format!("{first}T00:00:00{}{:02}:00", if offset < 0 { '-' } else { '+' }, offset.abs());
    platform.write(move |platform, tx| {
        let tenant = tenants::NewTenant { id: customer.id.to_owned(), name: customer.name.to_owned() };
        tenants::create(platform, tx, &director(), &tenant)?;
        let (admin, lang) = (customer.admin, if customer.agreement == Agreement::Mwe { "en" } else { "zh" });
        people::create(tx, &director(), (admin, customer.name, lang), &hash, (customer.id, Role::CustomerAdmin))?;
        let input = json!({
            "id": subscription(customer), "agreement": customer.agreement.id(), "plan": customer.plan, "since": since,
        });
        let input: subscriptions::NewSubscription =
            serde_json::from_value(input).map_err(|it| store::Fault::broken(it.to_string()))?;
        subscriptions::create(platform, tx, &director(), customer.id, &input).map(|_| ())
    })
}

fn subscription(customer: &Customer) -> String {
    format!("{}-{}", customer.id, customer.agreement.id())
}

/// One month, with so many after it: evidence in a few bodies, each sent when the last of its records is known; then what is
/// due.
fn live(
    platform: &Platform,
    clock: &Arc<ManualClock>,
    (first, after): (Date, usize),
    now: Instant,
) -> Result<(), Failure> {
    let days = i64::from(first.days_in_month());
    for part in 0..BODIES {
        let (from, until) = (part * days * 1_440 / BODIES, (part + 1) * days * 1_440 / BODIES);
        let sent = midnight(first, -6).and_then(|it| it.checked_add(until * MINUTE)).unwrap_or(now);
        clock.set(sent.min(now).max(clock.now()));
        for customer in &CUSTOMERS {
            let begins = midnight(first, customer.agreement.offset_hours()).unwrap_or(now);
            let elapsed = now.nanos_since(begins) / i128::from(MINUTE);
            let known = month::evidence(customer, first, days);
            let due = |it: &&Known| it.minute >= from && it.minute < until && i128::from(it.minute) < elapsed;
            send(platform, customer, known.iter().filter(due))?;
        }
        if part == 1 {
            shared::month(platform, &director(), first, clock.now())?;
        }
        run_jobs(platform)?;
        if part == 0 {
            claim(platform, after)?;
        }
    }
    Ok(())
}

/// Customers claim what they can, some days after the statement, in a month with so many after it; finance accepts two claims
/// of three and has yet to look at the last.
fn claim(platform: &Platform, after: usize) -> Result<(), Failure> {
    let finance = Principal { roles: vec![(PROVIDER.to_owned(), Role::Finance)], ..director() };
    let waits = |customer: &Customer| YET_TO_CLAIM.iter().any(|it| it.0 == customer.id && it.1 > after);
    for (turn, customer) in CUSTOMERS.iter().enumerate().filter(|it| !waits(it.1)) {
        let due =
            platform.read(|platform, tx| entitlements::claimable(platform, tx, &director(), customer.id))?;
        for it in due.items.into_iter().filter(|it| it.amount.is_some()) {
            let fields = it
                .requires
                .iter()
                .map(|name| (name.clone(), "see the statement ／ 见结算单".to_owned()))
                .collect();
            let input = claims::NewClaim {
                statement: it.statement,
                remedy: it.remedy,
                subject: it.subject,
                window: Some(it.window),
                fields,
                note: String::new(),
            };
            let finance = finance.clone();
            platform.write(move |platform, tx| {
                let claim = claims::submit(platform, tx, &director(), customer.id, input)?;
                if turn % 3 != 2 {
                    let decide = claims::Decide {
                        verdict: claims::Verdict::Accept,
                        amount: None,
                        in_kind: None,
                        reason: "as the statement says ／ 与结算单一致".to_owned(),
                    };
                    claims::decide(
                        platform,
                        tx,
                        &finance,
                        claims::Named { tenant: customer.id, id: &claim.id, expected: None },
                        &decide,
                    )?;
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

fn send<'a>(
    platform: &Platform,
    customer: &Customer,
    known: impl Iterator<Item = &'a Known>,
) -> Result<(), Failure> {
    // Each fact in a body of its own, for records in volume are not kept whole together with others.
    let mut bodies: BTreeMap<&str, String> = BTreeMap::new();
    for it in known {
        let fact = it.record.get("fact").and_then(|it| it.as_str()).unwrap_or_default();
        let body = bodies.entry(fact).or_default();
        body.push_str(&it.record.to_string());
        body.push('\n');
    }
    let stream = Stream::Subscription { tenant: customer.id.to_owned(), id: subscription(customer) };
    for lines in bodies.into_values() {
        let shape = intake::shape("application/x-ndjson")?;
        let body = Body { shape, bytes: lines.into_bytes(), atomic: true };
        let receipt = intake::receive(platform, &director(), &stream, body)?;
        if receipt.refused > 0 {
            return Err(store::Fault::broken(format!("{}: shipped evidence was refused", customer.id)).into());
        }
    }
    Ok(())
}

fn run_jobs(platform: &Platform) -> Result<(), Failure> {
    jobs::run_due(platform, &handlers()).map(|_| ())
}
