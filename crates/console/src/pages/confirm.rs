//! The password once more: a form whose act must be confirmed comes here, with what was filled in, and goes on from here.

use std::sync::Arc;

use askama::Template;
use platform::people::{self, SignIn};
use platform::{Refusal, RefusalKind};
use web::Route;

use crate::frame::{Frame, Place, refused};
use crate::guard::PASSWORD;
use crate::page::{self, Rest, To, prepared};

#[derive(Template)]
#[template(path = "people/confirm.html")]
struct Confirm {
    frame: Frame,
    /// Where the form goes on to.
    action: String,
    carried: Vec<(String, String)>,
    field: &'static str,
}

/// The page, with the fields it carries along; a wrong password is told.
pub(crate) fn page(carried: Vec<(String, String)>, refusal: Refusal) -> Route {
    let (carried, refusal) = (Arc::new(carried), Arc::new(refusal));
    page::page("", "confirmPage", move |view| {
        let title = view.w.people_confirm_title();
        let mut frame = Frame::new(view, title, Place::Elsewhere)?;
        if refusal.kind != RefusalKind::ConfirmationNeeded {
            frame.refused = Some(refused(view.lang, &refusal));
        }
        let action = view.parts.uri.clone();
        view.html(&Confirm { frame, action, carried: carried.to_vec(), field: PASSWORD })
    })
}

/// Compares the password and puts the confirmation on the session.
pub(crate) fn route() -> Route {
    let mut route = prepared("", "confirmForm", |platform, who, parts, fields| {
        let me = platform.read(|_, tx| people::me(tx, who))?;
        let password = fields.text(PASSWORD).to_owned();
        let proven = people::prove(platform, SignIn { email: me.email, password, code: None })?;
        let session = parts.session.clone().unwrap_or_default();
        let rest: Rest = Box::new(move |view| {
            people::confirm(view.tx, view.who, &proven, &session)?;
            Ok(To::page(""))
        });
        Ok(rest)
    });
    route.strict = true;
    route
}
