//! Light or dark, and how close rows stand: kept in the browser alone.

use web::Route;

use crate::frame::{DENSITY_COOKIE, THEME_COOKIE};
use crate::page::{To, form};

const YEAR: u32 = 31_536_000;

pub(crate) fn routes() -> Vec<Route> {
    let save = form("/preferences", "savePreferences", |view, fields| {
        let one_of = |name: &str, all: [&'static str; 3]| {
            all.into_iter().find(|it| *it == fields.text(name)).unwrap_or(all[0])
        };
        let cookie = |name: &str, value: &str| {
            format!("{name}={value}; Path=/; Max-Age={YEAR}; SameSite=Lax; HttpOnly")
        };
        let back = fields.text("back");
        let back = ["/en", "/zh"].iter().find_map(|it| back.strip_prefix(it)).unwrap_or_default();
        let theme = cookie(THEME_COOKIE, one_of("theme", ["auto", "light", "dark"]));
        let density = cookie(DENSITY_COOKIE, one_of("density", ["normal", "compact", "roomy"]));
        let _ = view;
        Ok(To::page(back).header("set-cookie", theme).header("set-cookie", density))
    });
    vec![save.open()]
}
