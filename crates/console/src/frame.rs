//! What every page has around it: navigation, who is signed in, the language, what was just done or refused.

use diagnostic::{Diagnostic, Lang};
use platform::rights::{Resource, Role, Verb};
use platform::{Failure, Refusal, audit, people};
use store::Fault;

use crate::assets;
use crate::guard;
use crate::view::View;
use crate::words::Words;

/// The cookie that remembers light or dark.
pub(crate) const THEME_COOKIE: &str = "upheld-theme";
/// The cookie that remembers how close rows stand.
pub(crate) const DENSITY_COOKIE: &str = "upheld-density";

/// Where in the navigation a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Now,
    Agreements,
    Customers,
    Claims,
    Money,
    Runs,
    Attestations,
    Log,
    Jobs,
    People,
    Settings,
    Home,
    Statements,
    Vouchers,
    Notices,
    Data,
    /// None of them: the sign-in, an error.
    Elsewhere,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) href: String,
    pub(crate) word: &'static str,
    pub(crate) here: bool,
}

/// Why something was not done.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) findings: Vec<Finding>,
}

/// A diagnostic in the reader's language.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) code: String,
    pub(crate) place: String,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// What stands around a page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) w: Words,
    /// `en` or `zh-Hans`, for the document.
    pub(crate) html_lang: &'static str,
    /// `/en` or `/zh`, which all paths begin with.
    pub(crate) base: &'static str,
    /// This page in the other language.
    pub(crate) other: String,
    pub(crate) title: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// Where the house's name leads.
    pub(crate) home: String,
    pub(crate) main: Vec<Entry>,
    pub(crate) more: Vec<Entry>,
    /// The name of whoever is signed in, and in what role.
    pub(crate) person: Option<(String, String)>,
    /// The token that forms of this page carry.
    pub(crate) token: String,
    pub(crate) done: Option<&'static str>,
    pub(crate) refused: Option<Refused>,
    pub(crate) theme: &'static str,
    pub(crate) density: &'static str,
    /// Where this page is, to come back to.
    pub(crate) here: String,
    /// What the page listens to for changes; empty for none.
    pub(crate) events: String,
    pub(crate) css: &'static str,
    pub(crate) scripts: Vec<&'static str>,
}

impl Frame {
    /// Of a page called `title` that stands at `place`; `tenant` is the customer it is about, or empty.
    pub(crate) fn new(
        view: &mut View<'_, '_>,
        title: impl Into<String>,
        place: Place,
    ) -> Result<Self, Failure> {
        let mut token = String::new();
        if let Some(session) = &view.parts.session {
            let mut mask = [0; 32];
            view.platform.store.chance().fill(&mut mask).map_err(Fault::broken)?;
            token = guard::token(session, mask);
        }
        let person = if view.is_signed_in() { Some(person(view)?) } else { None };
        let (main, more) = entries(view, place);
        let w = view.w;
        let home = match main.first() {
            Some(first) => first.href.clone(),
            None => format!("{}/status", base(view.lang)),
        };
        Ok(Self {
            w,
            html_lang: if view.lang == Lang::Zh { "zh-Hans" } else { "en" },
            base: base(view.lang),
            other: other_language(&view.parts.uri),
            title: title.into(),
            provider: provider(view),
            home,
            main,
            more,
            token,
            done: view.query("done").and_then(|it| said(w, it)),
            refused: view.parts.again.as_ref().map(|it| refused(w.lang, &it.refusal)),
            theme: match view.parts.cookies.get(THEME_COOKIE).map(String::as_str) {
                Some("dark") => "dark",
                Some("light") => "light",
                _ => "auto",
            },
            density: match view.parts.cookies.get(DENSITY_COOKIE).map(String::as_str) {
                Some("compact") => "compact",
                Some("roomy") => "roomy",
                _ => "normal",
            },
            here: without_done(&view.parts.uri),
            events: if person.is_some() {
                format!("{}/events?mark={}", base(view.lang), audit::mark(&audit::sizes(view.tx)?))
            } else {
                String::new()
            },
            person,
            css: assets::path("style.css"),
            scripts: ["htmx.js", "htmx-sse.js", "upheld.js"].map(assets::path).to_vec(),
        })
    }
}

fn provider(view: &View<'_, '_>) -> String {
    match view.platform.settings.provider.as_str() {
        "" => "Upheld".to_owned(),
        name => statement::display::half(name, view.lang),
    }
}

/// What paths of a language begin with.
pub(crate) fn base(lang: Lang) -> &'static str {
    if lang == Lang::Zh { "/zh" } else { "/en" }
}

fn other_language(uri: &str) -> String {
    let uri = without_done(uri);
    match (uri.strip_prefix("/en"), uri.strip_prefix("/zh")) {
        (Some(rest), _) => format!("/zh{rest}"),
        (_, Some(rest)) => format!("/en{rest}"),
        _ => "/zh".to_owned(),
    }
}

/// The address without the note that something was done.
fn without_done(uri: &str) -> String {
    let Some((path, query)) = uri.split_once('?') else { return uri.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|it| !it.starts_with("done=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

fn person(view: &mut View<'_, '_>) -> Result<(String, String), Failure> {
    let me = people::me(view.tx, view.who)?;
    let role = view.who.roles.first().map_or("", |it| role_word(view.w, it.1));
    Ok((statement::display::half(&me.name, view.lang), role.to_owned()))
}

/// A role in words.
pub(crate) fn role_word(w: Words, role: Role) -> &'static str {
    match role {
        Role::Owner => w.role_owner(),
        Role::ServiceManager => w.role_service_manager(),
        Role::Finance => w.role_finance(),
        Role::Support => w.role_support(),
        Role::Auditor => w.role_auditor(),
        Role::Authority => w.role_authority(),
        Role::CustomerAdmin => w.role_customer_admin(),
        Role::CustomerMember => w.role_customer_member(),
    }
}

/// A refusal in the reader's language.
pub(crate) fn refused(lang: Lang, refusal: &Refusal) -> Refused {
    let finding = |it: &Diagnostic| {
        let place = it.place.as_ref();
        Finding {
            code: it.code.to_string(),
            place: place.map_or_else(String::new, |it| format!("{}:{}:{}", it.file, it.line, it.column)),
            message: it.message.in_lang(lang).to_owned(),
            help: it.help.in_lang(lang).to_owned(),
        }
    };
    Refused {
        title: refusal.kind.title().in_lang(lang).to_owned(),
        detail: refusal.detail.in_lang(lang).to_owned(),
        findings: refusal.findings.iter().map(finding).collect(),
    }
}

fn entries(view: &View<'_, '_>, place: Place) -> (Vec<Entry>, Vec<Entry>) {
    if !view.is_signed_in() {
        return (Vec::new(), Vec::new());
    }
    match view.who.tenants() {
        None => of_provider(view, place),
        Some(tenants) => {
            let asked = view.id("tenant");
            let tenant = tenants.iter().find(|it| **it == asked).or(tenants.first()).copied();
            let more = tenant.map_or_else(Vec::new, |it| more_of_customer(view, it, place));
            (tenant.map_or_else(Vec::new, |it| of_customer(view, it, place)), more)
        }
    }
}

fn of_provider(view: &View<'_, '_>, place: Place) -> (Vec<Entry>, Vec<Entry>) {
    let w = view.w;
    let entry = |path: &str, word, its: Place, resource| {
        let href = format!("{}{path}", base(view.lang));
        view.may(resource, Verb::Read).then_some(Entry { href, word, here: place == its })
    };
    let main = [
        entry("/now", w.nav_now(), Place::Now, Resource::Cycle),
        entry("/agreements", w.nav_agreements(), Place::Agreements, Resource::Agreement),
        entry("/customers", w.nav_customers(), Place::Customers, Resource::Tenant),
        entry("/claims", w.nav_claims(), Place::Claims, Resource::Claim),
        entry("/money", w.nav_money(), Place::Money, Resource::Ledger),
        entry("/runs", w.nav_runs(), Place::Runs, Resource::Cycle),
    ];
    let more = [
        entry("/attestations", w.nav_attestations(), Place::Attestations, Resource::Attestation),
        entry("/log", w.nav_log(), Place::Log, Resource::AuditLog),
        entry("/jobs", w.nav_jobs(), Place::Jobs, Resource::Job),
        entry("/people", w.nav_people(), Place::People, Resource::Person),
        entry("/settings", w.nav_settings(), Place::Settings, Resource::Settings),
    ];
    (main.into_iter().flatten().collect(), more.into_iter().flatten().collect())
}

fn of_customer(view: &View<'_, '_>, tenant: &str, place: Place) -> Vec<Entry> {
    let w = view.w;
    let entry = |path: &str, word, its: Place, resource| {
        let href = format!("{}/customers/{tenant}{path}", base(view.lang));
        view.may_in(tenant, resource, Verb::Read).then_some(Entry { href, word, here: place == its })
    };
    let all = [
        entry("", w.nav_home(), Place::Home, Resource::Cycle),
        entry("/statements", w.nav_statements(), Place::Statements, Resource::Statement),
        entry("/claims", w.nav_claims(), Place::Claims, Resource::Claim),
        entry("/vouchers", w.nav_vouchers(), Place::Vouchers, Resource::Ledger),
        entry("/notices", w.nav_notices(), Place::Notices, Resource::Notice),
        entry("/data", w.nav_data(), Place::Data, Resource::Evidence),
        entry("/people", w.nav_people(), Place::People, Resource::Person),
    ];
    all.into_iter().flatten().collect()
}

fn more_of_customer(view: &View<'_, '_>, tenant: &str, place: Place) -> Vec<Entry> {
    let (href, may) = (
        format!("{}/customers/{tenant}/log", base(view.lang)),
        view.may_in(tenant, Resource::AuditLog, Verb::Read),
    );
    let log = Entry { href, word: view.w.nav_log(), here: place == Place::Log };
    may.then_some(log).into_iter().collect()
}

/// What a page says was done.
fn said(w: Words, key: &str) -> Option<&'static str> {
    Some(match key {
        "signed-out" => w.done_signed_out(),
        "saved" => w.done_saved(),
        "claimed" => w.done_claimed(),
        "decided" => w.done_decided(),
        "published" => w.done_published(),
        "sent" => w.done_sent(),
        "imported" => w.done_imported(),
        "closed" => w.done_closed(),
        "retried" => w.done_retried(),
        "started" => w.done_started(),
        "removed" => w.done_removed(),
        "invited" => w.done_invited(),
        "withdrawn" => w.done_withdrawn(),
        "announced" => w.done_announced(),
        "linked" => w.done_linked(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_language_is_the_same_page_without_what_was_just_done() {
        for (uri, other) in [
            ("/en/now", "/zh/now"),
            ("/zh/claims?state=open&done=saved", "/en/claims?state=open"),
            ("/en/now?done=saved", "/zh/now"),
            ("/en", "/zh"),
            ("/", "/zh"),
        ] {
            assert_eq!(other_language(uri), other);
        }
    }
}
