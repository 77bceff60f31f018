//! What is public: which agreements stand on the status page, and which customers' pages are open.

use askama::Template;
use calendar::Zone;
use platform::agreements::{self, AgreementKind};
use platform::page::{LIMIT_MAX, Page};
use platform::rights::{Resource, Verb};
use platform::text::Text;
use platform::{Failure, Platform, status, tenants};
use web::Route;

use crate::frame::{Frame, Place};
use crate::page::{To, form, page};
use crate::view::View;

#[derive(Template)]
#[template(path = "status/settings.html")]
struct Settings {
    frame: Frame,
    agreements: Vec<Agreement>,
    customers: Vec<Customer>,
    site: String,
}

struct Agreement {
    id: String,
    title: String,
    name: String,
    name_zh: String,
    published: bool,
    /// Nothing could be said of its state.
    silent: bool,
    since: String,
}

struct Customer {
    id: String,
    name: String,
    page: Option<String>,
    since: String,
}

pub(super) fn may(view: &View<'_, '_>) -> bool {
    view.may(Resource::Agreement, Verb::Change)
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        page("/settings/status", "statusSettings", shown),
        form("/settings/status", "publishComponent", |view, fields| {
            let agreement = fields.text("agreement").to_owned();
            if fields.text("act") == "unpublish" {
                status::unpublish(view.tx, view.who, &agreement)?;
                return Ok(To::page("/settings/status").saying("removed"));
            }
            let name = Text::new(fields.text("name"), fields.text("name_zh"));
            status::publish(view.platform, view.tx, view.who, &agreement, &name)?;
            Ok(To::page("/settings/status").saying("published"))
        }),
        form("/settings/status/pages", "openStatusPage", |view, fields| {
            let tenant = fields.text("tenant").to_owned();
            if fields.text("act") == "close" {
                status::close_page(view.tx, view.who, &tenant)?;
                return Ok(To::page("/settings/status").saying("removed"));
            }
            status::open_page(view.tx, view.who, &tenant, fields.given("page"))?;
            Ok(To::page("/settings/status").saying("published"))
        }),
    ]
}

fn shown(view: &mut View<'_, '_>) -> Result<web::Reply, Failure> {
    view.provider_only()?;
    let page = Settings {
        agreements: of_agreements(view)?,
        customers: of_customers(view)?,
        site: crate::address::site(view.parts),
        frame: Frame::new(view, view.w.status_settings_title(), Place::Settings)?,
    };
    view.html(&page)
}

fn of_agreements(view: &mut View<'_, '_>) -> Result<Vec<Agreement>, Failure> {
    let whole = Page { limit: LIMIT_MAX, ..Page::default() };
    let listed = agreements::list(view.platform, view.tx, view.who, &whole)?;
    let published = status::components(view.tx, view.who)?;
    let show = view.show(&Zone::utc());
    let mut all = Vec::new();
    for it in listed.items.into_iter().filter(|it| it.kind == AgreementKind::Ours) {
        let platform: &Platform = view.platform;
        let silent = !status::records_outages(platform, view.tx, view.who, &it.id)?;
        let public = published.iter().find(|public| public.agreement == it.id);
        let halves = |zh: bool| {
            let lang = if zh { diagnostic::Lang::Zh } else { diagnostic::Lang::En };
            statement::display::half(if zh { &it.title.zh } else { &it.title.en }, lang)
        };
        all.push(Agreement {
            title: show.half(if view.lang_name() == "zh" { &it.title.zh } else { &it.title.en }),
            name: public.map_or_else(|| halves(false), |it| it.name.en.clone()),
            name_zh: public.map_or_else(|| halves(true), |it| it.name.zh.clone()),
            published: public.is_some(),
            silent,
            since: public.map_or_else(String::new, |it| view.w.status_published_since(show.day(it.since))),
            id: it.id,
        });
    }
    Ok(all)
}

fn of_customers(view: &mut View<'_, '_>) -> Result<Vec<Customer>, Failure> {
    let whole = Page { limit: LIMIT_MAX, ..Page::default() };
    let listed = tenants::list(view.platform, view.tx, view.who, &whole)?;
    let open = status::pages(view.tx, view.who)?;
    let show = view.show(&Zone::utc());
    let customer = |it: tenants::Tenant| {
        let page = open.iter().find(|page| page.tenant == it.id);
        Customer {
            name: show.half(&it.name),
            page: page.map(|it| it.name.clone()),
            since: page.map_or_else(String::new, |it| view.w.status_open_since(show.day(it.since))),
            id: it.id,
        }
    };
    Ok(listed.items.into_iter().map(customer).collect())
}
