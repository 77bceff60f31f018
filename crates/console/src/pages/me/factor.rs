//! The second factor: taken into an authenticator by a QR code drawn here, put in force by a code of it.

use std::fmt::Write as _;

use askama::Template;
use fast_qr::QRBuilder;
use platform::people::{self, Code, Enrolment};
use platform::{Failure, Refusal};
use web::{Reply, Route};

use crate::chart::Svg;
use crate::fields::Fields;
use crate::frame::{Frame, Place, refused};
use crate::page::{To, answered, form};
use crate::view::View;

/// Empty modules around a code, as the standard asks for.
const QUIET: usize = 4;

#[derive(Template)]
#[template(path = "people/factor.html")]
struct Factor {
    frame: Frame,
    address: String,
    secret: String,
    /// The secret in groups of four, as it is typed.
    shown: String,
    qr: Option<Svg>,
}

#[derive(Template)]
#[template(path = "people/codes.html")]
struct Codes {
    frame: Frame,
    codes: Vec<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let enrol = answered("/me/second-factor", "enrolForm", |view, _| {
        let enrolment = people::enrol(view.platform, view.tx, view.who)?;
        shown(view, enrolment, None)
    });
    let mut confirm = answered("/me/second-factor/code", "enrolledForm", |view, fields| {
        let code = Code { code: fields.text("code").to_owned() };
        match people::enrolled(view.tx, view.who, &code) {
            Ok(made) => {
                let frame = Frame::new(view, view.w.people_codes_title(), Place::Elsewhere)?;
                view.html(&Codes { frame, codes: made.codes })
            }
            Err(Failure::Refusal(it)) => shown(view, again(fields), Some(&it)),
            Err(fault) => Err(fault),
        }
    });
    confirm.strict = true;
    let remove = form("/me/second-factor/remove", "unenrolForm", |view, _| {
        people::unenrol(view.platform, view.tx, view.who)?;
        Ok(To::page("/me").saying("removed"))
    });
    vec![enrol, confirm, remove]
}

/// What the page showed, which a wrong code does not change.
fn again(fields: &Fields) -> Enrolment {
    Enrolment { address: fields.text("address").to_owned(), secret: fields.text("secret").to_owned() }
}

fn shown(view: &mut View<'_, '_>, it: Enrolment, why: Option<&Refusal>) -> Result<Reply, Failure> {
    let mut frame = Frame::new(view, view.w.people_factor_title(), Place::Elsewhere)?;
    frame.refused = why.map(|it| refused(view.lang, it));
    let qr = drawn(&it.address, view.w.people_factor_qr());
    let groups: Vec<String> =
        it.secret.as_bytes().chunks(4).map(|it| String::from_utf8_lossy(it).into_owned()).collect();
    let shown = groups.join(" ");
    let mut reply = view.html(&Factor { frame, qr, shown, address: it.address, secret: it.secret })?;
    reply.status = why.map(|it| web::status(it.kind).as_u16());
    Ok(reply)
}

/// A QR code as one path, dark on light in either theme: readers look for that.
fn drawn(text: &str, title: &str) -> Option<Svg> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        let dark = |x: usize| code.data.get(y * code.size + x).is_some_and(|it| it.value());
        for x in (0..code.size).filter(|x| dark(*x)) {
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    Some(Svg::square("qr", code.size + 2 * QUIET, title, &path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_quiet_zone() {
        let svg = drawn("otpauth://totp/x:y?secret=ABC", "t").unwrap().to_string();
        assert!(svg.contains("M4 4h1v1h-1z"), "the first module of the finder is dark");
    }
}
