//! The versions of an agreement: which text, when, by whom, and what was acknowledged to publish it.

use askama::Template;
use platform::Failure;
use platform::agreements::{self, Version};
use platform::publishing::FindingSeverity;
use web::{Reply, Route};

use super::list::place;
use super::{Head, Names, Tab, amendment_word, count};
use crate::frame::Frame;
use crate::page::page;
use crate::view::View;

#[derive(Template)]
#[template(path = "agreements/versions.html")]
struct Versions {
    frame: Frame,
    head: Head,
    rows: Vec<Row>,
    is_provider: bool,
}

struct Row {
    version: String,
    text: String,
    file: String,
    effective: String,
    amendment: &'static str,
    published: String,
    by: String,
    findings: String,
    acknowledged: Vec<String>,
    sha256: String,
    before: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        page("/agreements/{agreement}/versions", "agreementVersions", versions),
        page("/agreements/{agreement}/versions/{version}/text", "agreementText", |view| {
            let (id, version) = (view.id("agreement"), view.id("version"));
            let text = agreements::text(view.platform, view.tx, view.who, id, version)?;
            let reply = Reply::bytes("text/markdown; charset=utf-8", text.into_bytes());
            Ok(reply.file(&format!("{id}-{version}.md")))
        }),
    ]
}

fn versions(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let id = view.id("agreement");
    let agreement = agreements::get(view.platform, view.tx, view.who, id)?;
    let all = agreements::versions(view.platform, view.tx, view.who, id)?.items;
    let names = Names::of_provider(view)?;
    let mut rows = Vec::new();
    for (at, it) in all.iter().enumerate() {
        let zone = view.platform.contracts.get(view.tx, id, &it.version)?.contract.zone.clone();
        let before = all.get(at + 1).map(|older| format!("old={}&new={}", older.version, it.version));
        rows.push(row(view, it, &zone, &names, before));
    }
    let w = view.w;
    let head = Head::new(view, &agreement, Tab::Versions);
    let frame = Frame::new(view, format!("{} · {}", w.agreements_tab_versions(), head.title), place(view))?;
    view.html(&Versions { frame, head, rows, is_provider: view.is_provider() })
}

fn row(
    view: &View<'_, '_>,
    it: &Version,
    zone: &calendar::Zone,
    names: &Names,
    before: Option<String>,
) -> Row {
    let (w, show) = (view.w, view.show(zone));
    let effective = it.effective.as_deref().and_then(calendar::Date::parse);
    let warnings = it.findings.iter().filter(|it| it.severity == FindingSeverity::Warning).count();
    let path = format!("/agreements/{}", it.agreement);
    Row {
        text: format!("{path}?version={}", it.version),
        file: format!("{path}/versions/{}/text", it.version),
        version: it.version.clone(),
        effective: effective.map_or_else(
            || w.agreements_effective_unsaid().to_owned(),
            |it| statement::display::day(it, view.lang),
        ),
        amendment: amendment_word(w, it.amendment),
        published: show.minute(it.published_at),
        by: names.show(w, &it.published_by),
        findings: w.agreements_findings(count(warnings), count(it.findings.len().saturating_sub(warnings))),
        acknowledged: it.acknowledged.clone(),
        sha256: it.sha256.clone(),
        before: before.map(|query| format!("{path}/comparison?{query}")),
    }
}
