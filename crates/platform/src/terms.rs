//! Which terms govern a subscription at an instant: its changes on record, folded. Pure.
//!
//! A cycle is governed by the version, plan and parameters in force at its beginning ([`at`] with the cycle's first
//! instant): what changes inside a cycle holds from the next one on. A cycle that began before the subscription did is
//! governed by the terms the subscription began with.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Instant;

use crate::time::Moment;

/// Values of the contract's parameters by name, each an expression of the language: `99.9%`, `12000 EUR`.
pub type Parameters = BTreeMap<String, String>;

/// Whether a subscription is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionState {
    /// Served, or going to be.
    Active,
    /// Not served for the time being.
    Suspended,
    /// Over.
    Ended,
}

/// One change on record. Only what changes is there; the first entry has everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// From when it holds.
    pub from: Moment,
    /// When it was put on record.
    pub at: Moment,
    /// Who put it there.
    pub by: String,
    /// The version of the agreement from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The plan from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The parameters from then on, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
    /// Served or not from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SubscriptionState>,
    /// The new end of the subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// The notice of change it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The terms in force at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Terms {
    /// The version of the agreement.
    pub version: String,
    /// The plan, where the agreement has plans.
    pub plan: Option<String>,
    /// The parameters.
    pub parameters: Parameters,
    /// Whether it is served.
    pub state: SubscriptionState,
    /// When it ends, as far as is known.
    pub until: Option<Moment>,
    /// Why it was last suspended, resumed or ended; empty when it never was.
    pub reason: String,
}

impl Change {
    /// Nothing yet, from `from`, put on record by `by` at `at`.
    pub fn new(from: Instant, at: Instant, by: &str, reason: &str) -> Self {
        Self {
            from: from.into(),
            at: at.into(),
            by: by.to_owned(),
            version: None,
            plan: None,
            parameters: None,
            state: None,
            until: None,
            notice: None,
            reason: reason.to_owned(),
        }
    }
}

/// The terms at `instant`, as they were known at `known_at`. The later entry wins where two hold from the same instant.
/// `None` when nothing was on record by then.
pub fn at(history: &[Change], instant: Instant, known_at: Instant) -> Option<Terms> {
    let mut known: Vec<&Change> = history.iter().filter(|it| it.at.0 <= known_at).collect();
    let first = known.first()?;
    let begun = instant.max(first.from.0);
    let until = known.iter().filter_map(|it| it.until).next_back();
    known.sort_by_key(|it| it.from);
    let mut terms = Terms {
        version: String::new(),
        plan: None,
        parameters: Parameters::new(),
        state: SubscriptionState::Active,
        until,
        reason: String::new(),
    };
    known.iter().filter(|it| it.from.0 <= begun).for_each(|it| terms.apply(it));
    if until.is_some_and(|it| it.0 <= instant) {
        terms.state = SubscriptionState::Ended;
    }
    Some(terms)
}

/// The first instant of [from, until] at which the subscription is served.
pub fn served_from(history: &[Change], from: Instant, until: Instant) -> Option<Instant> {
    let served =
        |at_: Instant| at(history, at_, Instant::MAX).is_some_and(|it| it.state == SubscriptionState::Active);
    let mut edges: Vec<Instant> =
        history.iter().map(|it| it.from.0).filter(|it| *it > from && *it <= until).collect();
    edges.push(from);
    edges.sort_unstable();
    edges.into_iter().find(|it| served(*it))
}

impl Terms {
    fn apply(&mut self, change: &Change) {
        if let Some(it) = &change.version {
            self.version.clone_from(it);
        }
        if change.plan.is_some() {
            self.plan.clone_from(&change.plan);
        }
        if let Some(it) = &change.parameters {
            self.parameters.clone_from(it);
        }
        if let Some(it) = change.state {
            self.state = it;
            self.reason.clone_from(&change.reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(at: i64) -> Instant {
        Instant::from_nanos(at)
    }

    fn change(from: i64, recorded: i64) -> Change {
        Change::new(instant(from), instant(recorded), "person:a", "")
    }

    fn begun() -> Change {
        let plan = Some("basic".to_owned());
        Change {
            version: Some("1".to_owned()),
            plan,
            state: Some(SubscriptionState::Active),
            ..change(10, 10)
        }
    }

    fn version(history: &[Change], instant_: i64, known: i64) -> String {
        at(history, instant(instant_), instant(known)).map(|it| it.version).unwrap_or_default()
    }

    #[test]
    fn a_change_holds_from_its_instant_and_leaves_everything_else() {
        let history = [
            begun(),
            Change { plan: Some("pro".to_owned()), ..change(30, 12) },
            Change { version: Some("2".to_owned()), ..change(20, 14) },
        ];
        let seen = |it| {
            let terms = at(&history, instant(it), Instant::MAX).unwrap();
            (terms.version, terms.plan.unwrap())
        };
        let pair = |version: &str, plan: &str| (version.to_owned(), plan.to_owned());
        assert_eq!(seen(19), pair("1", "basic"));
        assert_eq!(seen(20), pair("2", "basic"));
        assert_eq!(seen(29), pair("2", "basic"));
        assert_eq!(seen(30), pair("2", "pro"));
    }

    #[test]
    fn before_the_beginning_the_first_terms_hold() {
        assert_eq!(version(&[begun()], 1, 10), "1");
    }

    #[test]
    fn what_was_not_on_record_is_not_known() {
        let history = [begun(), Change { version: Some("2".to_owned()), ..change(20, 40) }];
        assert_eq!(version(&history, 25, 39), "1");
        assert_eq!(version(&history, 25, 40), "2");
        assert_eq!(at(&history, instant(25), instant(9)), None);
    }

    #[test]
    fn the_later_entry_wins_where_two_hold_from_the_same_instant() {
        let to =
            |version: &str, recorded| Change { version: Some(version.to_owned()), ..change(20, recorded) };
        assert_eq!(version(&[begun(), to("2", 11), to("3", 12)], 20, 99), "3");
    }

    #[test]
    fn from_its_end_on_a_subscription_is_ended_and_a_renewal_moves_the_end() {
        let mut history = vec![Change { until: Some(instant(50).into()), ..begun() }];
        let state = |history: &[Change], it| at(history, instant(it), Instant::MAX).unwrap().state;
        assert_eq!(state(&history, 49), SubscriptionState::Active);
        assert_eq!(state(&history, 50), SubscriptionState::Ended);
        history.push(Change { until: Some(instant(90).into()), ..change(50, 45) });
        assert_eq!(state(&history, 50), SubscriptionState::Active);
        assert_eq!(state(&history, 90), SubscriptionState::Ended);
    }

    #[test]
    fn service_is_used_again_from_the_end_of_the_suspension() {
        let turned = |from, state| Change { state: Some(state), ..change(from, from) };
        let history =
            [begun(), turned(20, SubscriptionState::Suspended), turned(40, SubscriptionState::Active)];
        let from = |a, b| served_from(&history, instant(a), instant(b)).map(Instant::nanos);
        assert_eq!(from(15, 60), Some(15));
        assert_eq!(from(25, 60), Some(40));
        assert_eq!(from(25, 39), None);
    }
}
