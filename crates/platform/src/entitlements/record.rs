//! What a sealed statement says of its remedies, written down beside what the one before said.

use std::collections::BTreeMap;

use desk::claim::Window;
use desk::{Of, Side, Worth};
use ledger::Money;
use quantity::Currency;
use settle::settlement::{ClaimResult, RemedyResult, RemedyStatus};
use store::{Fault, Tx};

use super::{Entitlement, Route, Status, row};
use crate::statements::Sealed;
use crate::vouchers::UPSTREAM;

/// An entitlement that a statement made or changed.
#[derive(Debug)]
pub(crate) struct Change {
    /// As the statement before had it.
    pub(crate) before: Option<Entitlement>,
    /// As it is now.
    pub(crate) now: Entitlement,
}

/// Writes down every remedy that came about, and those that did under an earlier statement and do not any more. A remedy the
/// settlement gives no figure for stays as it was: nothing is guessed.
pub(crate) fn record(tx: &mut Tx<'_>, sealed: &Sealed<'_>) -> Result<Vec<Change>, Fault> {
    let settlement = &sealed.settled.settlement;
    let subscription = &sealed.settled.terms.subscription;
    let known = row::of_cycle(tx, sealed.tenant, subscription, &settlement.cycle.label)?;
    let mut known: BTreeMap<(String, String), Entitlement> =
        known.into_iter().map(|it| ((it.remedy.clone(), it.subject.clone()), it)).collect();
    let currency = sealed.settled.terms.published.contract.schema.currency;
    let mut changes = Vec::new();
    for remedy in &settlement.remedies {
        let key = (remedy.name.clone(), remedy.subject.clone().unwrap_or_default());
        let before = known.remove(&key);
        let Some(standing) = standing(remedy, currency) else { continue };
        if before.is_none() && standing.status == Status::None {
            continue;
        }
        let id = match &before {
            Some(it) => it.id.clone(),
            None => tx.new_id("ent")?,
        };
        let now = made(sealed, remedy, standing, before.as_ref(), id);
        changes.push(Change { before, now });
    }
    for before in known.into_values() {
        let now = Entitlement {
            status: Status::None,
            due_minor: 0,
            statement: sealed.id.to_owned(),
            revision: before.revision + 1,
            ..before.clone()
        };
        changes.push(Change { before: Some(before), now });
    }
    for change in &changes {
        row::put(tx, &change.now)?;
    }
    Ok(changes)
}

struct Standing {
    status: Status,
    due_minor: i64,
    currency: Option<Currency>,
    in_kind: Option<String>,
    of: Option<Of>,
}

/// What the settlement says is due; nothing where it gives no figure.
fn standing(remedy: &RemedyResult, currency: Option<Currency>) -> Option<Standing> {
    let of =
        |status, due_minor, currency| Some(Standing { status, due_minor, currency, in_kind: None, of: None });
    let owed = |status| {
        let rounded = remedy.rounded.as_ref()?;
        match (Money::of_quantity(rounded), rounded.unit.currency()) {
            (Some(it), _) if it.minor == 0 => of(Status::None, 0, Some(it.currency)),
            (Some(it), _) => of(status, it.minor, Some(it.currency)),
            (None, Some(_)) => None,
            (None, None) => {
                let worth = Worth::in_kind(rounded);
                let (in_kind, of) = (Some(rounded.show()), Some(worth.of));
                Some(Standing { status, due_minor: worth.minor, currency, in_kind, of })
            }
        }
    };
    match remedy.status {
        RemedyStatus::Due => owed(Status::Due),
        RemedyStatus::Choice => owed(Status::Choice),
        RemedyStatus::Discretionary => of(Status::Discretionary, 0, currency),
        RemedyStatus::NotDue
        | RemedyStatus::Negative
        | RemedyStatus::Suppressed
        | RemedyStatus::Displaced
        | RemedyStatus::NotCovered => of(Status::None, 0, currency),
        RemedyStatus::NoRow
        | RemedyStatus::Ambiguous
        | RemedyStatus::NoData
        | RemedyStatus::NotComputable
        | RemedyStatus::Provisional => None,
    }
}

fn made(
    sealed: &Sealed<'_>,
    remedy: &RemedyResult,
    standing: Standing,
    before: Option<&Entitlement>,
    id: String,
) -> Entitlement {
    let settlement = &sealed.settled.settlement;
    let rules: Vec<&ClaimResult> = settlement
        .claims
        .iter()
        .filter(|it| it.remedy == remedy.name && it.subject == remedy.subject)
        .collect();
    let automatic = rules.iter().all(|it| it.automatic);
    // What a person decided holds as long as the text leaves it to a person.
    let decided = before.filter(|it| it.decided && standing.status == Status::Discretionary);
    let mut requires: Vec<String> = Vec::new();
    for name in rules.iter().flat_map(|it| &it.requires) {
        if !requires.contains(name) {
            requires.push(name.clone());
        }
    }
    Entitlement {
        tenant: sealed.tenant.to_owned(),
        id,
        side: if sealed.tenant == UPSTREAM { Side::Customer } else { Side::Provider },
        subscription: sealed.settled.terms.subscription.clone(),
        label: settlement.cycle.label.clone(),
        remedy: remedy.name.clone(),
        subject: remedy.subject.clone().unwrap_or_default(),
        statement: sealed.id.to_owned(),
        kind: remedy.kind.clone(),
        status: decided.map_or(standing.status, |it| it.status),
        due_minor: decided.map_or(standing.due_minor, |it| it.due_minor),
        currency: decided.and_then(|it| it.currency).or(standing.currency),
        // What is not due any more was due in some kind, and is taken back in that.
        of: standing.of.or_else(|| before.and_then(|it| it.of).filter(|_| standing.status == Status::None)),
        in_kind: standing.in_kind,
        needs_claim: !automatic || remedy.status == RemedyStatus::Choice,
        decided: decided.is_some(),
        windows: windows(sealed, &rules),
        requires,
        by: rules.iter().find_map(|it| it.by.clone()).unwrap_or_default(),
        clause: rules.first().map_or_else(|| remedy.clause.clone(), |it| it.clause.clone()),
        cycle_until: settlement.cycle.counted.until(),
        route: route(remedy),
        revision: before.map_or(1, |it| it.revision + 1),
    }
}

/// How the settlement says it is paid. What it could not find out is left for the next invoice.
fn route(remedy: &RemedyResult) -> Route {
    match remedy.directly {
        None => Route::Unsaid,
        Some(Ok(true)) => Route::Direct,
        Some(Ok(false) | Err(_)) => Route::Invoice,
    }
}

/// The windows the settlement knows; without a claim rule, from the end of the cycle without an end.
fn windows(sealed: &Sealed<'_>, rules: &[&ClaimResult]) -> Vec<Window> {
    let settlement = &sealed.settled.settlement;
    let zone = &settlement.contract.zone;
    if rules.is_empty() {
        return vec![Window { opens: settlement.cycle.counted.until(), closes: None, zone: zone.clone() }];
    }
    rules.iter().filter_map(|it| Window::of(it, zone.clone()).ok()).collect()
}
