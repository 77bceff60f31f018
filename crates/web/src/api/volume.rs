//! Records in volume at a glance.

use platform::volume::overview::{Overview, Wanted, look};
use platform::{Failure, Platform, Refusal};

use crate::parts::Parts;
use crate::route::{Asked, Right, Route, ask};
use platform::rights::{Resource, Verb};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        ask(
            "/tenants/{tenant}/subscriptions/{subscription}/volume",
            "getVolume",
            "A cycle's records of a fact in volume: from those submitted to those that count and succeed",
            Right::Of(Resource::Evidence, Verb::Read),
            |platform, tx, who, parts| {
                let of = (parts.id("tenant"), parts.id("subscription"));
                let look = look(platform, tx, who, of, &wanted(parts)?)?;
                let later: Asked<Overview> = Box::new(move |platform: &Platform| look.answer(platform));
                Ok(later)
            },
        )
        .query("cycle", "The cycle's label; the one in progress when absent.")
        .query("fact", "The fact; the contract's first in volume when absent.")
        .query(
            "rule",
            "The place of the rule to count by, from 0; the first that takes a share when absent.",
        ),
    ]
}

fn wanted(parts: &Parts) -> Result<Wanted, Failure> {
    let rule = parts.parameter("rule").map(|it| it.parse().map_err(|_| no_rule())).transpose()?;
    let text = |name: &str| parts.parameter(name).map(str::to_owned);
    Ok(Wanted { cycle: text("cycle"), fact: text("fact"), rule })
}

fn no_rule() -> Refusal {
    Refusal::invalid(
        "rule: a number from 0, the place in `rules`",
        "rule：应为从 0 起的数字，即 `rules` 中的位置",
    )
}
