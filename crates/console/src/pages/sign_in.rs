//! The door: signing in and out.

use askama::Template;
use platform::Refusal;
use platform::people::{self, SignIn};
use web::{Parts, Route, SESSION_COOKIE};

use crate::fields::Fields;
use crate::frame::{Frame, Place};
use crate::page::{Rest, To, form, page, prepared};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct Door {
    frame: Frame,
    email: String,
    next: String,
    /// Whoever signs in here is not signed in on the next page.
    is_unsafe: bool,
}

pub(crate) fn routes() -> Vec<Route> {
    let show = page("/sign-in", "signInPage", |view| {
        let title = view.w.sign_in_title();
        let frame = Frame::new(view, title, Place::Elsewhere)?;
        let next = view.filled("next", view.query("next").unwrap_or_default());
        let is_unsafe = view.parts.is_unsafe;
        view.html(&Door { frame, email: view.filled("email", ""), next, is_unsafe })
    });
    let sign_in = prepared("/sign-in", "signInForm", |platform, _, parts, fields| {
        let input = SignIn {
            email: fields.text("email").to_owned(),
            password: fields.text("password").to_owned(),
            code: fields.given("code").map(str::to_owned),
        };
        let proven = people::prove(platform, input)?;
        let (agent, address) = (parts.agent.clone(), parts.address.clone());
        let to = next(&fields);
        let rest: Rest = Box::new(move |view| {
            let session = people::begin(view.platform, view.tx, proven, &agent, &address)?;
            Ok(To::page(to).header("set-cookie", cookie(&session.token, "")))
        });
        Ok(rest)
    });
    let sign_out = form("/sign-out", "signOutForm", |view, _| {
        people::end(view.tx, view.who, session(view.parts)?)?;
        Ok(To::page("/sign-in").saying("signed-out").header("set-cookie", cookie("", "; Max-Age=0")))
    });
    let mut sign_in = sign_in.open();
    sign_in.strict = true;
    vec![show.open(), sign_in, sign_out]
}

fn session(parts: &Parts) -> Result<&str, Refusal> {
    parts.session.as_deref().ok_or_else(Refusal::not_found)
}

fn cookie(token: &str, more: &str) -> String {
    format!("{SESSION_COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax{more}")
}

/// Where somebody wanted to go: a path of ours, the language taken off; never another site.
fn next(fields: &Fields) -> String {
    let next = fields.text("next");
    let own = ["/en/", "/zh/"].iter().find_map(|it| next.strip_prefix(it));
    own.map(|it| format!("/{it}"))
        .filter(|it| !it.starts_with("//") && !it.contains('\\'))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;

    #[test]
    fn a_sign_in_leads_to_a_page_of_ours_or_to_the_first() {
        for (asked, to) in [
            ("/en/now", "/now"),
            ("/zh/claims?state=open", "/claims?state=open"),
            ("https://elsewhere.example/en/now", ""),
            ("//elsewhere.example", ""),
            ("/en//elsewhere.example", ""),
            ("/en/\\elsewhere.example", ""),
            ("", ""),
        ] {
            let body = serde_urlencoded::to_string([("next", asked)]).unwrap();
            let fields = Fields::read("application/x-www-form-urlencoded", Bytes::from(body)).unwrap();
            assert_eq!(next(&fields), to, "{asked}");
        }
    }
}
