//! The versions of an agreement: which text, when, by whom, and what was acknowledged to publish it.

use askama::Template;
use platform::Failure;
use platform::agreements::{self, Version};
use platform::annexes::Annex;
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
    annexes: Vec<Beside>,
    before: Option<String>,
}

/// An annex published with a version.
struct Beside {
    name: String,
    file: String,
    sha256: String,
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
        page("/agreements/{agreement}/versions/{version}/annexes/{annex}", "agreementAnnex", |view| {
            let (id, version, annex) = (view.id("agreement"), view.id("version"), view.id("annex"));
            let text = agreements::annex_text(view.platform, view.tx, view.who, (id, version), annex)?;
            let reply = Reply::bytes("text/markdown; charset=utf-8", text.into_bytes());
            Ok(reply.file(&format!("{id}-{version}-{annex}.md")))
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
        annexes: it.annexes.iter().map(|annex| beside(view, annex, &path, &it.version)).collect(),
        before: before.map(|query| format!("{path}/comparison?{query}")),
    }
}

fn beside(view: &View<'_, '_>, it: &Annex, path: &str, version: &str) -> Beside {
    Beside {
        name: view.w.agreements_annex_of(it.id.as_str(), it.version.as_str(), it.fact.as_str()),
        file: format!("{path}/versions/{version}/annexes/{}", it.id),
        sha256: it.sha256.clone(),
    }
}
