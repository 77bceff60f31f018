//! Using a link that somebody was given: an invitation, or a new password. Open to whoever holds it.

use askama::Template;
use calendar::Zone;
use platform::people::{self, Accept};
use platform::{Failure, RefusalKind};
use web::Route;

use super::role_of;
use crate::frame::{Frame, Place};
use crate::page::{Rest, To, page, prepared};
use crate::view::View;

#[derive(Template)]
#[template(path = "people/link.html")]
struct Link {
    frame: Frame,
    token: String,
    about: String,
    how: String,
    expires: String,
    button: &'static str,
    asks_name: bool,
    known: bool,
    name: String,
}

#[derive(Template)]
#[template(path = "people/link-bad.html")]
struct Bad {
    frame: Frame,
}

pub(super) fn routes() -> Vec<Route> {
    let mut shown = page("/link", "linkPage", shown).open();
    shown.strict = true;
    let mut accept = prepared("/link", "linkForm", |platform, _, parts, fields| {
        let lang = parts.id("lang").to_owned();
        let input = Accept {
            secret: fields.text("token").to_owned(),
            password: fields.text("password").to_owned(),
            name: fields.text("name").to_owned(),
            lang: Some(lang),
        };
        let ready = people::prepare_accept(platform, input)?;
        let rest: Rest = Box::new(move |view| {
            people::accept(view.tx, view.who, ready)?;
            Ok(To::page("/sign-in").saying("linked"))
        });
        Ok(rest)
    })
    .open();
    accept.strict = true;
    vec![shown, accept]
}

fn shown(view: &mut View<'_, '_>) -> Result<web::Reply, Failure> {
    let token = view.filled("token", view.query("token").unwrap_or_default());
    let w = view.w;
    let it = match people::peek(view.tx, &token) {
        Ok(it) => it,
        Err(Failure::Refusal(it)) if matches!(it.kind, RefusalKind::NotFound | RefusalKind::WindowClosed) => {
            let mut frame = Frame::new(view, w.people_link_bad(), Place::Elsewhere)?;
            frame.refused = None;
            let mut reply = view.html(&Bad { frame })?;
            reply.status = Some(404);
            return Ok(reply);
        }
        Err(failure) => return Err(failure),
    };
    let role = role_of(w, &it.role);
    let about = match &it.house {
        _ if it.is_reset => w.people_link_reset(&it.email),
        Some(house) => w.people_link_invited(statement::display::half(house, view.lang), role),
        None => w.people_link_invited_ours(role),
    };
    let known = it.known && !it.is_reset;
    let title = if it.is_reset { w.people_link_reset_title() } else { w.people_link_title() };
    let page = Link {
        about,
        how: if known { w.people_link_known(&it.email) } else { w.people_link_new(&it.email) },
        expires: w.people_link_expires(view.show(&Zone::utc()).day(it.expires_at)),
        button: if it.is_reset { w.people_link_set() } else { w.people_link_accept() },
        asks_name: !it.is_reset && !it.known,
        known,
        name: view.filled("name", ""),
        token,
        frame: Frame::new(view, title, Place::Elsewhere)?,
    };
    view.html(&page)
}
