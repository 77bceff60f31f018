//! API tokens of a house: what programs may do in somebody's name.

use calendar::{Date, Zone};
use platform::page::{LIMIT_MAX, Page};
use platform::people::{self, NewToken, Token};
use platform::principal::PROVIDER;
use platform::rights::{Resource, Role, Verb, allows};
use platform::{Failure, Refusal};
use timeline::Instant;
use web::{Reply, Route};

use super::{both, house, may, once, path, role_of};
use crate::fields::Fields;
use crate::frame::role_word;
use crate::page::{To, answered, form};
use crate::pages::settings::rights;
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;
use crate::words::Words;

/// The tokens of a house, and what can be done about them.
pub(super) struct Tokens {
    pub(super) rows: Vec<Row>,
    pub(super) may_create: bool,
    pub(super) may_revoke: bool,
    pub(super) roles: Vec<(&'static str, &'static str)>,
    pub(super) scopes: Vec<Scopes>,
}

/// A token as the page shows it.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) limits: String,
    pub(super) made: String,
    pub(super) expires: String,
    pub(super) used: String,
    pub(super) chip: Chip,
    pub(super) is_good: bool,
}

/// What a token can be limited to, of one kind of things.
pub(super) struct Scopes {
    pub(super) resource: &'static str,
    pub(super) choices: Vec<(String, &'static str)>,
}

pub(super) fn routes() -> Vec<Route> {
    let ([create, their_create], [revoke, their_revoke]) =
        (both!("/tokens"), both!("/tokens/{token}/revoke"));
    vec![
        answered(create, "createTokenForm", created),
        answered(their_create, "createCustomerTokenForm", created),
        form(revoke, "revokeTokenForm", revoked),
        form(their_revoke, "revokeCustomerTokenForm", revoked),
    ]
}

/// The tokens of a house; nothing for who may not see them.
pub(super) fn of_house(view: &mut View<'_, '_>, house: &str) -> Result<Option<Tokens>, Failure> {
    if !may(view, house, Resource::Token, Verb::Read) {
        return Ok(None);
    }
    let whole = Page { limit: LIMIT_MAX, ..Page::default() };
    let listed = people::tokens(view.tx, view.who, house, &whole)?;
    let (w, show, now) = (view.w, view.show(&Zone::utc()), view.tx.now());
    let own = view.who.role_in(house).or_else(|| view.who.role_in(PROVIDER));
    Ok(Some(Tokens {
        rows: listed.items.iter().map(|it| row(w, &show, now, it)).collect(),
        may_create: may(view, house, Resource::Token, Verb::Create),
        may_revoke: may(view, house, Resource::Token, Verb::Remove),
        roles: roles(w, house, own),
        scopes: scopes(w, house),
    }))
}

/// The roles the caller can give a token: its own, all below an owner, a member's below an administrator.
fn roles(w: Words, house: &str, own: Option<Role>) -> Vec<(&'static str, &'static str)> {
    let given = |role: &Role| {
        own == Some(Role::Owner)
            || own == Some(*role)
            || (own == Some(Role::CustomerAdmin) && *role == Role::CustomerMember)
    };
    let fits = Role::ALL.into_iter().filter(|it| it.is_provider() == (house == PROVIDER)).filter(given);
    fits.map(|it| (it.name(), role_word(w, it))).collect()
}

fn scopes(w: Words, house: &str) -> Vec<Scopes> {
    let of_house = |verb: Verb, resource: Resource| {
        Role::ALL.into_iter().any(|it| it.is_provider() == (house == PROVIDER) && allows(it, resource, verb))
    };
    let scopes = |resource: &Resource| Scopes {
        resource: rights::resource(w, *resource),
        choices: rights::VERBS
            .into_iter()
            .filter(|verb| of_house(*verb, *resource))
            .map(|verb| (format!("{}:{}", resource.name(), verb.name()), rights::verb(w, verb)))
            .collect(),
    };
    Resource::ALL.iter().map(scopes).filter(|it| !it.choices.is_empty()).collect()
}

fn row(w: Words, show: &Show, now: Instant, it: &Token) -> Row {
    let expired = it.expires_at.is_some_and(|it| it.0 <= now);
    let chip = match (it.revoked_at.is_some(), expired) {
        (true, _) => Chip::new(Tone::Apart, w.people_token_revoked()),
        (_, true) => Chip::new(Tone::Apart, w.people_token_expired()),
        _ => Chip::new(Tone::Good, w.people_token_good()),
    };
    let limit = |it: &String| match it.split_once(':') {
        Some((resource, verb)) => rights::scope(w, resource, verb),
        None => it.clone(),
    };
    let limits = it.scopes.as_ref().map(|all| all.iter().map(limit).collect::<Vec<_>>().join(", "));
    Row {
        id: it.id.clone(),
        name: it.name.clone(),
        role: role_of(w, &it.role),
        limits: limits.unwrap_or_else(|| w.people_token_no_limits().to_owned()),
        made: show.day(it.created_at),
        expires: it.expires_at.map_or_else(|| w.people_token_for_ever().to_owned(), |it| show.day(it)),
        used: it.used_at.map_or_else(|| w.people_token_never().to_owned(), |it| show.minute(it)),
        is_good: it.revoked_at.is_none() && !expired,
        chip,
    }
}

fn created(view: &mut View<'_, '_>, fields: &Fields) -> Result<Reply, Failure> {
    let house = house(view);
    let scopes: Vec<String> = fields.all("scope").into_iter().map(str::to_owned).collect();
    let name = fields.text("name").to_owned();
    if name.is_empty() {
        return Err(Refusal::invalid("name: say what the token is for", "name：请填写令牌的用途").into());
    }
    let expires_at = fields.given("expires").map(end_of_day).transpose()?;
    let input = NewToken {
        name,
        role: fields.text("role").to_owned(),
        scopes: Some(scopes).filter(|it| !it.is_empty()),
        expires_at: expires_at.map(Into::into),
    };
    let made = people::create_token(view.platform, view.tx, view.who, house, input)?;
    once::token(view, house, &made)
}

/// The end of a day in UTC.
fn end_of_day(text: &str) -> Result<Instant, Refusal> {
    let next = Date::parse(text).and_then(Date::next_day).and_then(|it| Zone::utc().start_of_day(it));
    next.ok_or_else(|| {
        Refusal::invalid(format!("expires: `{text}` is no day"), format!("expires：`{text}` 不是日期"))
    })
}

fn revoked(view: &mut View<'_, '_>, _: &Fields) -> Result<To, Failure> {
    let (house, token) = (house(view), view.id("token"));
    people::revoke_token(view.tx, view.who, house, token)?;
    Ok(To::page(path(house)).saying("removed"))
}
