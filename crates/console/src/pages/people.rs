//! The people of a house and its API tokens: who holds which role, invitations, new passwords, what programs may do.

mod link;
mod once;
mod tokens;

use askama::Template;
use calendar::Zone;
use platform::page::{LIMIT_MAX, Page};
use platform::people::{self, Invite, Member, SetRole};
use platform::principal::PROVIDER;
use platform::rights::{Resource, Role, Verb};
use platform::{Failure, tenants};
use web::{Reply, Route};

use crate::frame::{Frame, Place, role_word};
use crate::house::{house, may, path_in};
use crate::page::{To, answered, form, page};
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;
use crate::words::Words;

#[derive(Template)]
#[template(path = "people/people.html")]
struct People {
    frame: Frame,
    lead: String,
    path: String,
    crumb: Option<(String, String)>,
    members: Vec<Row>,
    roles: Vec<(&'static str, &'static str)>,
    may_invite: bool,
    may_change: bool,
    may_remove: bool,
    email: String,
    /// `None`: tokens are not for the caller to see.
    tokens: Option<tokens::Tokens>,
}

/// A member as the page shows it.
struct Row {
    id: String,
    name: String,
    email: String,
    role: String,
    role_word: &'static str,
    since: String,
    factor: Chip,
    is_me: bool,
}

/// Paths of the provider's house and of a customer's.
macro_rules! both {
    ($path:literal) => {
        [concat!("/people", $path), concat!("/customers/{tenant}/people", $path)]
    };
}
use both;

pub(crate) fn routes() -> Vec<Route> {
    let ([ours, theirs], [invite, their_invite]) = (both!(""), both!("/invite"));
    let ([role, their_role], [reset, their_reset]) = (both!("/{person}/role"), both!("/{person}/reset"));
    let [remove, their_remove] = both!("/{person}/remove");
    let mut routes = vec![
        page(ours, "people", shown),
        page(theirs, "customerPeople", shown),
        answered(invite, "invitePerson", invited),
        answered(their_invite, "inviteCustomerPerson", invited),
        answered(reset, "resetPerson", reset_offered),
        answered(their_reset, "resetCustomerPerson", reset_offered),
        form(role, "setPersonRole", set_role),
        form(their_role, "setCustomerPersonRole", set_role),
        form(remove, "removePersonForm", removed),
        form(their_remove, "removeCustomerPerson", removed),
    ];
    routes.extend(tokens::routes());
    routes.extend(link::routes());
    routes
}

/// Where the people of a house are.
fn path(house: &str) -> String {
    path_in(house, "/people")
}

/// The roles of a house, with their words.
fn roles(w: Words, house: &str) -> Vec<(&'static str, &'static str)> {
    let fits = Role::ALL.into_iter().filter(|it| it.is_provider() == (house == PROVIDER));
    fits.map(|it| (it.name(), role_word(w, it))).collect()
}

fn role_of(w: Words, name: &str) -> &'static str {
    Role::ALL.into_iter().find(|it| it.name() == name).map_or("", |it| role_word(w, it))
}

fn shown(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let house = house(view);
    let whole = Page { limit: LIMIT_MAX, ..Page::default() };
    let members = people::members(view.tx, view.who, house, &whole)?.items;
    let (w, show) = (view.w, view.show(&Zone::utc()));
    let customer = match house {
        PROVIDER => None,
        _ => Some(show.half(&tenants::get(view.platform, view.tx, view.who, house)?.name)),
    };
    let page = People {
        lead: customer.as_ref().map_or_else(|| w.people_lead().to_owned(), |it| w.people_lead_customer(it)),
        crumb: customer.map(|it| (format!("/customers/{house}"), it)),
        path: path(house),
        members: members.iter().map(|it| row(w, &show, &view.who.person, it)).collect(),
        roles: roles(w, house),
        may_invite: may(view, house, Resource::Person, Verb::Create),
        may_change: may(view, house, Resource::Person, Verb::Change),
        may_remove: may(view, house, Resource::Person, Verb::Remove),
        email: view.filled("email", ""),
        tokens: tokens::of_house(view, house)?,
        frame: Frame::new(view, w.people_title(), Place::People)?,
    };
    view.html(&page)
}

fn row(w: Words, show: &Show, me: &str, it: &Member) -> Row {
    let factor = if it.second_factor {
        Chip::new(Tone::Good, w.people_second_factor_on())
    } else {
        Chip::new(Tone::Nothing, w.people_second_factor_off())
    };
    Row {
        id: it.id.clone(),
        name: show.half(&it.name),
        email: it.email.clone(),
        role: it.role.clone(),
        role_word: role_of(w, &it.role),
        since: show.day(it.since),
        factor,
        is_me: it.id == me,
    }
}

fn invited(view: &mut View<'_, '_>, fields: &crate::fields::Fields) -> Result<Reply, Failure> {
    let house = house(view);
    let input = Invite { email: fields.text("email").to_owned(), role: fields.text("role").to_owned() };
    let made = people::invite(view.platform, view.tx, view.who, house, &input)?;
    once::link(view, house, view.w.people_once_invite_title(), &made)
}

fn reset_offered(view: &mut View<'_, '_>, _: &crate::fields::Fields) -> Result<Reply, Failure> {
    let (house, person) = (house(view), view.id("person"));
    let made = people::reset(view.platform, view.tx, view.who, house, person)?;
    once::link(view, house, view.w.people_once_reset_title(), &made)
}

fn set_role(view: &mut View<'_, '_>, fields: &crate::fields::Fields) -> Result<To, Failure> {
    let (house, person) = (house(view), view.id("person"));
    let input = SetRole { role: fields.text("role").to_owned() };
    people::set_role(view.tx, view.who, house, person, &input)?;
    Ok(To::page(path(house)).saying("saved"))
}

fn removed(view: &mut View<'_, '_>, _: &crate::fields::Fields) -> Result<To, Failure> {
    let (house, person) = (house(view), view.id("person"));
    people::remove(view.tx, view.who, house, person)?;
    Ok(To::page(path(house)).saying("removed"))
}
