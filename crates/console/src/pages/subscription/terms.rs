//! The terms of a subscription, how they came about, and the documents they stand in.

use language::Contract;
use platform::subscriptions::{Renewal, Subscription};
use platform::terms::{Change, SubscriptionState};

use crate::by_itself;
use crate::show::Show;
use crate::view::View;

/// A change on record.
pub(super) struct Changed {
    pub(super) from: String,
    pub(super) what: String,
    pub(super) reason: String,
    pub(super) recorded: String,
}

/// A document of the subscription.
pub(super) struct Document {
    pub(super) title: String,
    pub(super) kind: String,
}

/// What holds now, as names and values.
pub(super) fn pairs(
    view: &View<'_, '_>,
    it: &Subscription,
    contract: &Contract,
) -> Vec<(&'static str, String)> {
    let (w, show) = (view.w, view.show(&contract.zone));
    let parameters: Vec<String> = it
        .terms
        .parameters
        .iter()
        .map(|(name, value)| format!("{} = {value}", name.replace('_', " ")))
        .collect();
    let renewal = match it.renewal {
        Renewal::None => w.customers_renewal_none().to_owned(),
        Renewal::Automatic { months } => w.customers_renewal_automatic(i64::from(months)),
    };
    let until = it.terms.until.map_or_else(|| w.customers_no_end().to_owned(), |at| show.moment(at));
    let mut pairs = vec![(w.customers_version(), it.terms.version.clone())];
    if let Some(plan) = &it.terms.plan {
        pairs.push((w.customers_plan(), plan.replace('_', " ")));
    }
    if !parameters.is_empty() {
        pairs.push((w.customers_parameters(), parameters.join(", ")));
    }
    pairs.extend([
        (w.customers_since_label(), show.moment(it.since)),
        (w.customers_until_label(), until),
        (w.customers_renewal(), renewal),
        (w.customers_zone(), contract.zone.name().to_owned()),
    ]);
    if !it.terms.reason.is_empty() {
        pairs.push((w.customers_reason(), by_itself::reason(w, &it.terms.reason)));
    }
    pairs
}

/// Every change of the terms, the latest first.
pub(super) fn history(view: &View<'_, '_>, it: &Subscription, show: &Show) -> Vec<Changed> {
    let changed = |it: &Change| Changed {
        from: show.moment(it.from),
        what: what(view, it, show),
        reason: by_itself::reason(view.w, &it.reason),
        recorded: show.minute(it.at),
    };
    it.history.iter().rev().map(changed).collect()
}

fn what(view: &View<'_, '_>, it: &Change, show: &Show) -> String {
    let w = view.w;
    let mut parts = Vec::new();
    if let Some(version) = &it.version {
        parts.push(w.customers_changed_version(version));
    }
    if let Some(plan) = &it.plan {
        parts.push(w.customers_changed_plan(plan));
    }
    if let Some(all) = it.parameters.as_ref().filter(|it| !it.is_empty()) {
        let all: Vec<String> = all.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        parts.push(all.join(", "));
    }
    match it.state {
        Some(SubscriptionState::Suspended) => parts.push(w.customers_suspended().to_owned()),
        Some(SubscriptionState::Ended) => parts.push(w.customers_ended().to_owned()),
        Some(SubscriptionState::Active) => parts.push(w.customers_served().to_owned()),
        None => {}
    }
    if let Some(until) = it.until {
        parts.push(w.customers_changed_until(show.moment(until)));
    }
    parts.join(" · ")
}

/// The documents of this subscription alone.
pub(super) fn documents(view: &View<'_, '_>, it: &Subscription) -> Vec<Document> {
    let show = view.show(&calendar::Zone::utc());
    let document = |it: &platform::documents::Document| {
        let kind =
            serde_json::to_value(it.kind).ok().and_then(|it| it.as_str().map(|it| it.replace('_', " ")));
        Document { title: show.half(&it.title), kind: kind.unwrap_or_default() }
    };
    it.documents.iter().map(document).collect()
}
