//! The fact of a contract that holds maintenance windows: a span that says when it was announced.

use evidence::{AttributeKind, FactKind, FactSchema};
use serde_json::{Map, Value as Json};

use super::Window;
use super::record::{self, Occurrence};
use crate::refusal::{Failure, Refusal};
use crate::stream::Opened;

/// Names of the attribute that says when a window was announced.
const ANNOUNCED: [&str; 2] = ["announced_at", "announced"];
/// Keys of records that are not attributes.
const KEYS: [&str; 10] =
    ["fact", "id", "subject", "from", "until", "at", "source", "recorded_at", "supersedes", "reason"];

/// A fact that can hold windows.
#[derive(Debug, Clone)]
pub(super) struct Announced {
    pub(super) name: String,
    attribute: &'static str,
}

impl Announced {
    /// The fact called `name`, or the only one there is. Refused when there is none, or several and none was named.
    pub(super) fn find(opened: &Opened, name: Option<&str>) -> Result<Self, Failure> {
        let facts = &opened.published.contract.schema.facts;
        let all: Vec<Self> = facts.iter().filter_map(of_fact).collect();
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        let names = names.join(", ");
        match name {
            _ if all.is_empty() => Err(Refusal::unfit(
                "the contract has no fact for windows: a span with an attribute `announced_at: instant`",
                "合同没有维护窗口的事实：须为含 `announced_at: instant` 属性的 span",
            )
            .into()),
            None if all.len() > 1 => Err(Refusal::invalid(
                format!("fact: say which of {names}"),
                format!("fact：请从 {names} 中选择"),
            )
            .into()),
            None => all.into_iter().next().ok_or_else(|| Refusal::not_found().into()),
            Some(name) => all.into_iter().find(|it| it.name == name).ok_or_else(|| {
                Refusal::invalid(
                    format!("fact: `{name}` holds no windows; choose from {names}"),
                    format!("fact：`{name}` 不能表示维护窗口；请从 {names} 中选择"),
                )
                .into()
            }),
        }
    }

    /// Refuses attributes that the window says itself.
    pub(super) fn check_attributes(&self, attributes: &Map<String, Json>) -> Result<(), Failure> {
        let own =
            |it: &&String| KEYS.contains(&it.as_str()) || it.as_str() == self.attribute || *it == "withdrawn";
        match attributes.keys().find(own) {
            None => Ok(()),
            Some(key) => Err(Refusal::invalid(
                format!("attributes: leave `{key}` out; the platform writes it"),
                format!("attributes：请删去 `{key}`，由平台填写"),
            )
            .into()),
        }
    }

    /// The record of one window.
    pub(super) fn line(&self, window: &Window, it: &Occurrence, revises: Option<&str>) -> Json {
        record::line(window, self.attribute, it, revises)
    }
}

fn of_fact(fact: &FactSchema) -> Option<Announced> {
    let says = |name: &&&str| fact.attribute(name).is_some_and(|it| it.1.kind == AttributeKind::Instant);
    let attribute = ANNOUNCED.iter().find(says)?;
    (fact.kind == FactKind::Span).then(|| Announced { name: fact.name.clone(), attribute })
}
