//! Entitlements: what the latest statement of a cycle says of each remedy that came about, and when it may be claimed.

mod record;
mod row;

use desk::claim::{Due, Window, WindowState};
use desk::{Of, Worth};
use ledger::Money as Amount;
use quantity::Currency;
use schemars::JsonSchema;
use serde::Serialize;
use store::Tx;
use timeline::Instant;

use crate::money::Money;
use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

pub(crate) use desk::Side;
pub(crate) use record::{Change, record};
pub(crate) use row::{decided, find, named};

/// A remedy of one cycle as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entitlement {
    pub(crate) tenant: String,
    pub(crate) id: String,
    /// Which side we are.
    pub(crate) side: Side,
    pub(crate) subscription: String,
    pub(crate) label: String,
    pub(crate) remedy: String,
    pub(crate) subject: String,
    /// The latest statement that speaks of it.
    pub(crate) statement: String,
    pub(crate) kind: String,
    pub(crate) status: Status,
    /// Minor units, or units of what is given in kind; 0 where nothing is due or a person decides.
    pub(crate) due_minor: i64,
    /// Absent where the contract has none.
    pub(crate) currency: Option<Currency>,
    /// What is given instead of money, as the statement shows it.
    pub(crate) in_kind: Option<String>,
    /// What that is counted in.
    pub(crate) of: Option<Of>,
    pub(crate) needs_claim: bool,
    /// A person set the amount.
    pub(crate) decided: bool,
    pub(crate) windows: Vec<Window>,
    pub(crate) requires: Vec<String>,
    pub(crate) by: String,
    pub(crate) clause: String,
    pub(crate) cycle_until: Instant,
    pub(crate) route: Route,
    pub(crate) revision: i64,
}

/// How the contract says a credit is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// It does not say.
    Unsaid,
    /// On the next invoice.
    Invoice,
    /// Directly.
    Direct,
}

impl Route {
    const ALL: [Self; 3] = [Self::Unsaid, Self::Invoice, Self::Direct];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unsaid => "",
            Self::Invoice => "invoice",
            Self::Direct => "direct",
        }
    }
}

/// How a remedy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is owed.
    Due,
    /// One of several the customer may choose from.
    Choice,
    /// A person decides the amount.
    Discretionary,
    /// A person gave nothing.
    Declined,
    /// It was owed under an earlier statement, and is not any more.
    None,
}

impl Status {
    const ALL: [Self; 5] = [Self::Due, Self::Choice, Self::Discretionary, Self::Declined, Self::None];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Choice => "choice",
            Self::Discretionary => "discretionary",
            Self::Declined => "declined",
            Self::None => "none",
        }
    }

    /// Whether there is something to claim.
    pub(crate) fn stands(self) -> bool {
        matches!(self, Self::Due | Self::Choice | Self::Discretionary)
    }
}

impl Entitlement {
    /// What is due in money; nothing where something else is given.
    pub(crate) fn amount(&self) -> Option<Amount> {
        self.currency.filter(|_| self.of.is_none()).map(|it| Amount::new(self.due_minor, it))
    }

    /// What is due in kind.
    pub(crate) fn due_in_kind(&self) -> Option<Worth> {
        self.of.map(|it| Worth::new(self.due_minor, it))
    }

    /// What may be awarded.
    pub(crate) fn due(&self) -> Result<Due, Refusal> {
        let of = self.of.or(self.currency.map(Of::Money)).ok_or_else(|| {
            Refusal::unfit(
                "the contract names no currency, so nothing can be awarded",
                "合同未写明货币，无法给予金额",
            )
        })?;
        Ok(match (self.status, of) {
            (Status::None | Status::Declined, _) => Due::Amount { amount: Worth::new(0, of) },
            (Status::Discretionary, Of::Money(currency)) => Due::Discretionary { currency, at_most: None },
            (_, of) => Due::Amount { amount: Worth::new(self.due_minor, of) },
        })
    }

    /// What a transaction about it says.
    pub(crate) fn memo(&self) -> String {
        let subject = if self.subject.is_empty() { String::new() } else { format!(" ({})", self.subject) };
        format!("{} {}{subject}", self.label, self.remedy)
    }
}

/// Something that can be claimed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Claimable {
    /// The entitlement.
    pub entitlement: String,
    /// The statement that says so.
    pub statement: String,
    /// The subscription.
    pub subscription: String,
    /// The cycle.
    pub label: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what; absent for the whole.
    pub subject: Option<String>,
    /// What is given: `service_credit`, `voucher`, `cash`, `extension`, …
    pub kind: String,
    /// How much money; absent where a person decides or something else is given.
    pub amount: Option<Money>,
    /// What is given instead of money.
    pub in_kind: Option<String>,
    /// One of several of which the customer may choose one.
    pub choice: bool,
    /// Which window, from 1: there are several where each incident has its own.
    pub window: u32,
    /// When claims open.
    pub opens_at: Moment,
    /// The first instant too late; absent where the text sets no end.
    pub closes_at: Option<Moment>,
    /// What must be supplied, by name.
    pub requires: Vec<String>,
    /// How it is filed, in the contract's words.
    pub by: String,
    /// The clause.
    pub clause: String,
}

/// A remedy that came about in a cycle, as the latest statement has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EntitlementView {
    /// Its id.
    pub id: String,
    /// The statement that speaks of it.
    pub statement: String,
    /// The subscription.
    pub subscription: String,
    /// The cycle.
    pub label: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what; absent for the whole.
    pub subject: Option<String>,
    /// What is given.
    pub kind: String,
    /// due, choice, discretionary, declined or none.
    pub status: String,
    /// How much money.
    pub amount: Option<Money>,
    /// What is given instead of money.
    pub in_kind: Option<String>,
    /// Whether somebody must claim it; it is given by itself otherwise.
    pub needs_claim: bool,
    /// How the contract says it is paid: `invoice` or `direct`; absent where it does not say. What was to go onto an invoice is
    /// paid directly once the subscription is over.
    pub route: Option<String>,
    /// The clause.
    pub clause: String,
    /// Its revision.
    pub revision: i64,
}

/// The entitlements of a tenant, oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
    page: &Page,
) -> Result<Listed<EntitlementView>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Read)?;
    let found = row::page(tx, tenant.id(), page.after(), page.rows()?)?;
    Ok(page.cut(found.into_iter().map(view).collect(), |it: &EntitlementView| it.id.clone()))
}

/// What can be claimed now: its window is open, and no claim for it, or for another remedy of the same choice, is under way or
/// has succeeded.
pub fn claimable(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    tenant: &str,
) -> Result<Listed<Claimable>, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Claim, Verb::Read)?;
    let now = tx.now();
    let mut items = Vec::new();
    for it in row::open(tx, tenant.id())? {
        if crate::claims::chosen_instead(platform, tx, &it)?.is_some() {
            continue;
        }
        let taken = crate::claims::windows_taken(tx, &it)?;
        for (window, number) in it.windows.iter().zip(1_u32..) {
            if window.at(now) == WindowState::Open && !taken.contains(&(window.opens, window.closes)) {
                items.push(offer(&it, window, number));
            }
        }
    }
    Ok(Listed { items, next: None })
}

fn offer(it: &Entitlement, window: &Window, number: u32) -> Claimable {
    let view = view(it.clone());
    Claimable {
        entitlement: view.id,
        statement: view.statement,
        subscription: view.subscription,
        label: view.label,
        remedy: view.remedy,
        subject: view.subject,
        kind: view.kind,
        amount: view.amount,
        in_kind: view.in_kind,
        choice: it.status == Status::Choice,
        window: number,
        opens_at: window.opens.into(),
        closes_at: window.closes.map(Moment),
        requires: it.requires.clone(),
        by: it.by.clone(),
        clause: view.clause,
    }
}

fn view(it: Entitlement) -> EntitlementView {
    let in_money = it.in_kind.is_none() && matches!(it.status, Status::Due | Status::Choice);
    EntitlementView {
        amount: it.amount().filter(|_| in_money).map(Money::from),
        id: it.id,
        statement: it.statement,
        subscription: it.subscription,
        label: it.label,
        remedy: it.remedy,
        subject: Some(it.subject).filter(|it| !it.is_empty()),
        kind: it.kind,
        status: it.status.word().to_owned(),
        in_kind: it.in_kind,
        needs_claim: it.needs_claim,
        route: Some(it.route.word().to_owned()).filter(|it| !it.is_empty()),
        clause: it.clause,
        revision: it.revision,
    }
}
