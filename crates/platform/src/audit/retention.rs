//! How long what was done must be kept on record with who did it. Entries are never deleted; the personal data beside them
//! may be, when their time is over. The time can be made longer, never shorter.

use calendar::{Period, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, values};
use timeline::Instant;

use super::{Entry, append};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};

/// A length of time that records are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Six months: sign-ins and work of machines.
    SixMonths,
    /// One year: people and their rights.
    OneYear,
    /// Three years: agreements in use, evidence, notices.
    ThreeYears,
    /// Six years: terms in force, and who is a customer.
    SixYears,
    /// Ten years: whatever money follows from.
    TenYears,
}

/// The classes by how an action's name begins; the longest beginning holds.
const ACTIONS: [(&str, Class); 26] = [
    ("", Class::ThreeYears),
    ("agreement.", Class::SixYears),
    ("attestation.", Class::SixYears),
    ("claim.", Class::TenYears),
    ("correction.", Class::SixYears),
    ("cycle.", Class::TenYears),
    ("decision.", Class::TenYears),
    ("evidence.", Class::ThreeYears),
    ("job.", Class::SixMonths),
    ("ledger.", Class::TenYears),
    ("link.", Class::SixMonths),
    ("log.", Class::ThreeYears),
    ("maintenance.", Class::ThreeYears),
    ("notice.", Class::SixYears),
    ("payment.", Class::TenYears),
    ("person.", Class::OneYear),
    ("personal.", Class::ThreeYears),
    ("retention.", Class::TenYears),
    ("second_factor.", Class::SixMonths),
    ("session.", Class::SixMonths),
    ("settings.", Class::ThreeYears),
    ("statement.", Class::TenYears),
    ("subscription.", Class::SixYears),
    ("tenant.", Class::SixYears),
    ("token.", Class::OneYear),
    ("voucher.", Class::TenYears),
];

impl Class {
    /// All classes, the shortest first.
    pub const ALL: [Self; 5] =
        [Self::SixMonths, Self::OneYear, Self::ThreeYears, Self::SixYears, Self::TenYears];

    /// In calendar months: 6, 12, 36, 72, 120.
    pub fn months(self) -> i32 {
        match self {
            Self::SixMonths => 6,
            Self::OneYear => 12,
            Self::ThreeYears => 36,
            Self::SixYears => 72,
            Self::TenYears => 120,
        }
    }

    fn of_months(months: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|it| i64::from(it.months()) == months)
    }
}

/// How long entries of an action are kept unless a house keeps them longer.
pub fn retention(action: &str) -> Class {
    let fitting = ACTIONS.iter().filter(|it| action.starts_with(it.0));
    fitting.max_by_key(|it| it.0.len()).map_or(Class::TenYears, |it| it.1)
}

/// Until when an entry of a house's log must be kept.
pub fn kept_until(tx: &mut Tx<'_>, house: &str, action: &str, at: Instant) -> Result<Instant, Fault> {
    Ok(Kept::load(tx, house)?.until(action, at))
}

/// How long a house keeps what: the platform's classes, and where it keeps longer.
pub(super) struct Kept(Vec<(String, Class)>);

impl Kept {
    pub(super) fn load(tx: &mut Tx<'_>, house: &str) -> Result<Self, Fault> {
        let rows = tx.rows(
            "SELECT action, months FROM audit_retention WHERE log = $1 ORDER BY action",
            values![house],
        )?;
        let longer = rows.iter().map(|it| {
            let class = Class::of_months(it.get(1)?);
            Ok((it.get(0)?, class.ok_or_else(|| Fault::broken("a retention of no class"))?))
        });
        longer.collect::<Result<_, Fault>>().map(Self)
    }

    fn class(&self, action: &str) -> Class {
        let longer = self.0.iter().filter(|it| action.starts_with(&it.0)).map(|it| it.1);
        longer.fold(retention(action), Class::max)
    }

    pub(super) fn until(&self, action: &str, at: Instant) -> Instant {
        Period::add(&Zone::utc(), at, Period::months(self.class(action).months())).unwrap_or(Instant::MAX)
    }
}

/// How long a house keeps the entries of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Retention {
    /// How the names of the actions begin: `claim.`; the empty text is all others.
    pub action: String,
    /// How long.
    pub class: Class,
}

/// What is to be kept longer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRetention {
    /// How the names of the actions begin: `claim.`, or one whole name.
    pub action: String,
    /// How long.
    pub class: Class,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// How long the entries of a house's log are kept.
pub fn retentions(tx: &mut Tx<'_>, who: &Principal, house: &str) -> Result<Vec<Retention>, Failure> {
    super::search::enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    let kept = Kept::load(tx, house)?;
    let mut actions: Vec<&str> =
        ACTIONS.iter().map(|it| it.0).chain(kept.0.iter().map(|it| it.0.as_str())).collect();
    actions.sort_unstable();
    actions.dedup();
    let retention = |it: &str| Retention { action: it.to_owned(), class: kept.class(it) };
    Ok(actions.into_iter().map(retention).collect())
}

/// Keeps the entries of an action longer in a house's log, those that are there already too. Only the provider may; refused
/// when it would be shorter.
pub fn retain(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    input: NewRetention,
) -> Result<Retention, Failure> {
    super::search::enter(tx, who, house, Resource::Settings, Verb::Change)?;
    let NewRetention { action, class, reason } = input;
    check_name(&action)?;
    let kept = Kept::load(tx, house)?;
    let before = kept.class(&action);
    if class < before {
        return Err(shortened(&action, before));
    }
    tx.execute(
        "INSERT INTO audit_retention (tenant_id, log, action, months) VALUES ($1, $1, $2, $3)
         ON CONFLICT (log, action) DO UPDATE SET months = $3",
        values![house, &action, i64::from(class.months())],
    )?;
    let (old, new) = (serde_json::json!({ "class": before }), serde_json::json!({ "class": class }));
    append(
        tx,
        who,
        house,
        Entry {
            action: "retention.extended",
            subject: action.clone(),
            old,
            new,
            reason,
            personal: Vec::new(),
        },
    )?;
    Ok(Retention { action, class })
}

fn check_name(action: &str) -> Result<(), Refusal> {
    let fits = |it: char| it.is_ascii_lowercase() || it == '_' || it == '.';
    if (1..=60).contains(&action.len()) && action.chars().all(fits) {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!("action: `{action}` is no beginning of an action's name, such as `claim.`"),
        format!("action：`{action}` 不是操作名称的开头（例如 `claim.`）"),
    ))
}

fn shortened(action: &str, before: Class) -> Failure {
    let months = before.months();
    Refusal::new(
        RefusalKind::Retained,
        format!("`{action}` is kept for {months} months; it can be kept longer, not shorter"),
        format!("`{action}` 的保存期为 {months} 个月；可延长，不可缩短"),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_of_an_actions_name_holds() {
        let table = [
            ("claim.submitted", 120),
            ("session.begun", 6),
            ("person.created", 12),
            ("personal.erased", 36),
            ("something.new", 36),
            ("tenant.created", 72),
        ];
        for (action, months) in table {
            assert_eq!(retention(action).months(), months, "{action}");
        }
    }

    #[test]
    fn the_table_is_in_order_and_names_each_beginning_once() {
        assert!(ACTIONS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
