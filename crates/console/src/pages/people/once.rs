//! A secret that is shown this once: a link, or a token.

use askama::Template;
use calendar::Zone;
use platform::Failure;
use platform::people::{Invitation, TokenMade};
use web::Reply;

use super::path;
use crate::frame::{Frame, Place};
use crate::view::View;

#[derive(Template)]
#[template(path = "people/once.html")]
struct Once {
    frame: Frame,
    label: &'static str,
    secret: String,
    until: String,
    /// How a program sends it; empty for a link.
    header: String,
    back: String,
}

/// A link that was made.
pub(super) fn link(
    view: &mut View<'_, '_>,
    house: &str,
    title: &'static str,
    made: &Invitation,
) -> Result<Reply, Failure> {
    let token = serde_urlencoded::to_string([("token", made.secret.as_str())]).unwrap_or_default();
    let site = crate::address::site(view.parts);
    let page = Once {
        label: view.w.people_once_link(),
        secret: format!("{site}/{}/link?{token}", view.lang_name()),
        until: view.w.people_once_until(view.show(&Zone::utc()).day(made.expires_at)),
        header: String::new(),
        back: path(house),
        frame: Frame::new(view, title, Place::People)?,
    };
    view.html(&page)
}

/// A token that was made.
pub(super) fn token(view: &mut View<'_, '_>, house: &str, made: &TokenMade) -> Result<Reply, Failure> {
    let show = view.show(&Zone::utc());
    let until = made.kept.expires_at.map(|it| view.w.people_once_until(show.day(it)));
    let title = view.w.people_once_token_title();
    let page = Once {
        label: view.w.people_once_token(),
        header: format!("Authorization: Bearer {}", made.token),
        secret: made.token.clone(),
        until: until.unwrap_or_default(),
        back: path(house),
        frame: Frame::new(view, title, Place::People)?,
    };
    view.html(&page)
}
