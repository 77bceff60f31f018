//! One's own account: name, second factor, and where one is signed in.

mod factor;

use askama::Template;
use calendar::Zone;
use platform::Failure;
use platform::people::{self, SessionView};
use platform::rights::Role;
use web::{Reply, Route};

use crate::frame::{Frame, Place, role_word};
use crate::page::{To, form, page};
use crate::show::Show;
use crate::view::View;

#[derive(Template)]
#[template(path = "people/me.html")]
struct Me {
    frame: Frame,
    email: String,
    name: String,
    is_chinese: bool,
    roles: Vec<(String, &'static str)>,
    second_factor: bool,
    sessions: Vec<Session>,
}

struct Session {
    id: String,
    agent: String,
    address: String,
    begun: String,
    seen: String,
}

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        page("/me", "mePage", shown),
        form("/me", "saveProfile", |view, fields| {
            people::set_profile(view.tx, view.who, fields.text("name"), fields.text("lang"))?;
            Ok(To::page("/me").saying("saved"))
        }),
        form("/me/sessions/{session}/end", "endSessionForm", |view, _| {
            let session = view.id("session");
            people::revoke(view.tx, view.who, session)?;
            Ok(To::page("/me").saying("removed"))
        }),
    ];
    routes.extend(factor::routes());
    routes
}

fn shown(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let me = people::me(view.tx, view.who)?;
    let sessions = people::sessions(view.tx, view.who)?;
    let (w, show) = (view.w, view.show(&Zone::utc()));
    let mut roles = Vec::new();
    for it in &me.roles {
        let role = it.role.parse::<Role>().map_or("", |it| role_word(w, it));
        let house = match &it.tenant {
            Some(id) => show.half(&platform::tenants::get(view.platform, view.tx, view.who, id)?.name),
            None => w.people_me_provider().to_owned(),
        };
        roles.push((house, role));
    }
    let page = Me {
        email: me.email,
        name: view.filled("name", &me.name),
        is_chinese: view.filled("lang", &me.lang) == "zh",
        roles,
        second_factor: me.second_factor,
        sessions: sessions.iter().rev().map(|it| session(&show, w.people_me_session_unknown(), it)).collect(),
        frame: Frame::new(view, w.me_title(), Place::Elsewhere)?,
    };
    view.html(&page)
}

fn session(show: &Show, unknown: &str, it: &SessionView) -> Session {
    Session {
        id: it.id.clone(),
        agent: program(&it.agent).unwrap_or(unknown).to_owned(),
        address: it.address.clone(),
        begun: show.minute(it.created_at),
        seen: show.minute(it.seen_at),
    }
}

/// The program's name from what it says of itself, which is longer than anybody reads.
fn program(agent: &str) -> Option<&str> {
    let known = ["Edg", "OPR", "Firefox", "Chrome", "Safari", "curl"];
    if let Some(name) = known.into_iter().find(|it| agent.contains(&format!("{it}/"))) {
        return Some(match name {
            "Edg" => "Edge",
            "OPR" => "Opera",
            it => it,
        });
    }
    agent.split(['/', ' ']).next().filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_the_name_people_know() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
                Some("Chrome"),
            ),
            ("Mozilla/5.0 Chrome/140.0 Safari/537.36 Edg/140.0", Some("Edge")),
            ("curl/8.14", Some("curl")),
            ("tool/1", Some("tool")),
            ("", None),
        ] {
            assert_eq!(program(agent), name, "{agent}");
        }
    }
}
