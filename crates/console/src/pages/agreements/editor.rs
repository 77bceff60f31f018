//! The editor of a contract: checked as one types, its worked cases run, its warnings acknowledged by name, published.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use platform::agreements::{self, AgreementKind};
use platform::drafts::{self, Draft};
use platform::principal::Principal;
use platform::publishing::{self, Publish};
use platform::rights::{Resource, Verb};
use platform::{Failure, Refusal};
use web::{Parts, Reply, Route};

use super::{Head, Tab};
use crate::fields::Fields;
use crate::frame::{Frame, Place};
use crate::page::{Rest, To, page, prepared, preview};
use crate::view::View;

mod panel;

use panel::Panel;

/// A small contract to begin with.
const BEGINNING: &str = include_str!("editor/beginning.md");
/// What fields that acknowledge a warning begin with.
const ACKNOWLEDGE: &str = "ack:";
/// What fields that hold an annex begin with.
const ANNEX: &str = "annex:";

#[derive(Template)]
#[template(path = "agreements/editor.html")]
struct Editor {
    frame: Frame,
    /// Of an agreement that is there already.
    head: Option<Head>,
    path: String,
    lead: String,
    text: String,
    /// The annexes, and room for one more.
    annexes: Vec<Written>,
    upstream: bool,
    panel: Panel,
}

/// A field with an annex.
struct Written {
    label: String,
    text: String,
}

/// What was typed.
struct Typed {
    text: String,
    kind: AgreementKind,
    acknowledged: BTreeSet<String>,
    annexes: Vec<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        page("/agreements/new", "newAgreement", |view| opened(view, None)),
        page("/agreements/{agreement}/edit", "editAgreement", |view| {
            opened(view, Some(view.id("agreement")))
        }),
        page("/agreements/new/check", "newAgreementUnchecked", |view| Ok(back(view))),
        page("/agreements/{agreement}/edit/check", "editAgreementUnchecked", |view| Ok(back(view))),
        preview("/agreements/new/check", "checkNewAgreement", |view, fields| {
            checked(view, None, &Typed::of(fields))
        }),
        preview("/agreements/{agreement}/edit/check", "checkAgreement", |view, fields| {
            checked(view, Some(view.id("agreement")), &Typed::of(fields))
        }),
        prepared("/agreements/new", "publishNewAgreement", |_, who, parts, fields| {
            publish(who, parts, &fields)
        }),
        prepared("/agreements/{agreement}/edit", "publishAgreement", |_, who, parts, fields| {
            publish(who, parts, &fields)
        }),
    ]
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        Self {
            text: fields.lines("text"),
            kind: kind(fields.text("kind")),
            acknowledged: fields.beginning(ACKNOWLEDGE).into_keys().collect(),
            annexes: fields
                .beginning(ANNEX)
                .into_keys()
                .map(|it| fields.lines(&format!("{ANNEX}{it}")))
                .collect(),
        }
    }
}

fn kind(name: &str) -> AgreementKind {
    if name == AgreementKind::Upstream.name() { AgreementKind::Upstream } else { AgreementKind::Ours }
}

/// The check shows what was typed; asked for by its address there is nothing typed.
fn back(view: &View<'_, '_>) -> Reply {
    let path = view.parts.uri.split("/check").next().unwrap_or_default().to_owned();
    let mut reply = Reply::bytes("text/plain; charset=utf-8", Vec::new());
    reply.status = Some(303);
    reply.header("location", path)
}

/// The editor with a text to begin with, or with what was refused.
fn opened(view: &mut View<'_, '_>, agreement: Option<&str>) -> Result<Reply, Failure> {
    if !view.may(Resource::Agreement, Verb::Create) {
        return Err(Refusal::not_found().into());
    }
    let again = view.parts.again.as_ref().map(|it| &it.fields);
    let typed = match (again, agreement) {
        (Some(fields), _) => Typed {
            text: fields.get("text").map(|it| it.replace("\r\n", "\n")).unwrap_or_default(),
            kind: kind(fields.get("kind").map_or("", String::as_str)),
            acknowledged: named(fields),
            annexes: annexes(fields),
        },
        (None, None) => Typed {
            text: BEGINNING.to_owned(),
            kind: AgreementKind::Ours,
            acknowledged: BTreeSet::new(),
            annexes: Vec::new(),
        },
        (None, Some(id)) => latest(view, id)?,
    };
    checked(view, agreement, &typed)
}

fn named(fields: &BTreeMap<String, String>) -> BTreeSet<String> {
    fields.keys().filter_map(|it| it.strip_prefix(ACKNOWLEDGE)).map(str::to_owned).collect()
}

fn annexes(fields: &BTreeMap<String, String>) -> Vec<String> {
    let filled = fields.iter().filter(|it| it.0.starts_with(ANNEX) && !it.1.trim().is_empty());
    filled.map(|it| it.1.replace("\r\n", "\n")).collect()
}

fn written(view: &View<'_, '_>, annexes: &[String]) -> Vec<Written> {
    let all = annexes.iter().cloned().chain([String::new()]).zip(1..);
    all.map(|(text, number)| Written { label: view.w.agreements_editor_annex(number), text }).collect()
}

/// The newest version, under the next number, with what was acknowledged for it.
fn latest(view: &mut View<'_, '_>, id: &str) -> Result<Typed, Failure> {
    let agreement = agreements::get(view.platform, view.tx, view.who, id)?;
    let all = agreements::versions(view.platform, view.tx, view.who, id)?.items;
    let newest = all.first().ok_or_else(Refusal::not_found)?;
    let text = agreements::text(view.platform, view.tx, view.who, id, &newest.version)?;
    let names: BTreeSet<&str> = all.iter().map(|it| it.version.as_str()).collect();
    let text = match following(&newest.version, &names) {
        Some(next) => with_version(&text, &next),
        None => text,
    };
    let mut annexes = Vec::new();
    for it in &newest.annexes {
        let of = (id, newest.version.as_str());
        annexes.push(agreements::annex_text(view.platform, view.tx, view.who, of, &it.id)?);
    }
    Ok(Typed { text, kind: agreement.kind, acknowledged: BTreeSet::new(), annexes })
}

/// The version after a whole number or a number with dots, when it is free: `1` → `2`, `2.3` → `2.4`.
fn following(version: &str, taken: &BTreeSet<&str>) -> Option<String> {
    let (before, last) = version.rsplit_once('.').map_or(("", version), |(it, last)| (it, last));
    let next = last.parse::<u64>().ok()?.checked_add(1)?;
    let next = if before.is_empty() { next.to_string() } else { format!("{before}.{next}") };
    (!taken.contains(next.as_str())).then_some(next)
}

/// The text with another version in its front matter.
fn with_version(text: &str, version: &str) -> String {
    let Some(rest) = text.strip_prefix("---\n") else { return text.to_owned() };
    let Some(end) = rest.find("\n---") else { return text.to_owned() };
    let (front, body) = rest.split_at(end);
    let line = |line: &str| match line.split_once(':') {
        Some(("version", _)) => format!("version: \"{version}\""),
        _ => line.to_owned(),
    };
    let front: Vec<String> = front.lines().map(line).collect();
    format!("---\n{}{body}", front.join("\n"))
}

fn checked(view: &mut View<'_, '_>, agreement: Option<&str>, typed: &Typed) -> Result<Reply, Failure> {
    let draft = drafts::examine(view.who, &typed.text, &typed.annexes)?;
    let w = view.w;
    let (head, path, title) = match agreement {
        None => (None, "/agreements/new".to_owned(), w.agreements_new_title().to_owned()),
        Some(id) => {
            let found = agreements::get(view.platform, view.tx, view.who, id)?;
            let head = Head::new(view, &found, Tab::Edit);
            let title = format!("{} · {}", w.agreements_tab_edit(), head.title);
            (Some(head), format!("/agreements/{id}/edit"), title)
        }
    };
    let mut frame = Frame::new(view, title, Place::Agreements)?;
    // The panel has them, with links to their lines.
    if let Some(refused) = &mut frame.refused {
        refused.findings.clear();
    }
    let page = Editor {
        frame,
        head,
        path,
        lead: if agreement.is_some() { w.agreements_edit_lead() } else { w.agreements_new_lead() }.to_owned(),
        text: typed.text.clone(),
        annexes: written(view, &typed.annexes),
        upstream: typed.kind == AgreementKind::Upstream,
        panel: Panel::new(view, &draft, typed),
    };
    view.html(&page)
}

/// Checks beside the writing thread, publishes in it.
fn publish(who: &Principal, parts: &Parts, fields: &Fields) -> Result<Rest, Failure> {
    let typed = Typed::of(fields);
    let id = parts.id("agreement");
    if !id.is_empty() {
        check_id(id, &drafts::examine(who, &typed.text, &[])?)?;
    }
    let acknowledge = typed.acknowledged.into_iter().collect();
    let checked = {
        let Typed { text, kind, annexes, .. } = typed;
        publishing::check(who, Publish { text, kind, acknowledge, annexes })?
    };
    Ok(Box::new(move |view| {
        let version = publishing::publish(view.platform, view.tx, view.who, &checked)?;
        Ok(To::page(format!("/agreements/{}?version={}", version.agreement, version.version))
            .saying("published"))
    }))
}

/// A version of this agreement, not the first of another.
fn check_id(id: &str, draft: &Draft) -> Result<(), Refusal> {
    match &draft.name {
        Some(name) if name.id != id => Err(Refusal::invalid(
            format!("id: the text calls itself `{}`; a version of this agreement has `id: {id}`", name.id),
            format!("id：文本的 id 为 `{}`；本合同的版本须写 `id: {id}`", name.id),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_is_a_free_number() {
        let taken = BTreeSet::from(["1", "2", "3", "2.9"]);
        for (version, next) in [("3", Some("4")), ("1", None), ("2.9", Some("2.10")), ("2026-a", None)] {
            assert_eq!(following(version, &taken).as_deref(), next, "{version}");
        }
    }

    #[test]
    fn only_the_version_of_the_front_matter_changes() {
        let text = "---\nid: x\nversion: \"1\"\n---\nversion: 1\n";
        assert_eq!(with_version(text, "2"), "---\nid: x\nversion: \"2\"\n---\nversion: 1\n");
        assert_eq!(with_version("no front", "2"), "no front");
    }

    #[test]
    fn the_contract_to_begin_with_can_be_published_as_it_is() {
        let (contract, found) = language::read("text", BEGINNING);
        let contract = contract.unwrap();
        assert_eq!(found, []);
        assert!(settle::examples(&contract).iter().all(settle::ExampleResult::passed));
    }
}
