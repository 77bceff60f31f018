//! Signing in, people, tokens, links.

use platform::people::{self, Accept, Code, Invite, NewToken, SetRole, SignIn};
use platform::principal::PROVIDER;
use platform::rights::{Resource, Verb};
use platform::{Refusal, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::SESSION_COOKIE;
use crate::parts::Parts;
use crate::reply::Reply;
use crate::route::{Commit, Nothing, Right, Route, Todo, read, write, write_bytes};

/// That it was done.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Done {
    /// Always true.
    done: bool,
}

pub(crate) const DONE: Done = Done { done: true };

/// A list that needs no pages.
#[derive(Debug, Serialize, JsonSchema)]
struct All<T> {
    items: Vec<T>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Confirm {
    /// The password.
    password: String,
    /// The e-mail address of the signed-in person.
    email: String,
}

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        sign_in(),
        read("/sessions", "listSessions", "The caller's own sessions", Right::SignedIn, |_, tx, who, _| {
            Ok(All { items: people::sessions(tx, who)? })
        }),
        write(
            "DELETE",
            "/sessions/current",
            "signOut",
            "Ends the session the request came with",
            Right::SignedIn,
            |_, tx, who, parts, Nothing {}| {
                people::end(tx, who, session_token(parts)?)?;
                Ok(DONE)
            },
        ),
        write(
            "DELETE",
            "/sessions/{session}",
            "endSession",
            "Ends a session of the caller's own",
            Right::SignedIn,
            |_, tx, who, parts, Nothing {}| {
                people::revoke(tx, who, parts.id("session"))?;
                Ok(DONE)
            },
        ),
        confirm(),
        read("/me", "me", "Who the caller is", Right::SignedIn, |_, tx, who, _| people::me(tx, who)),
        write(
            "POST",
            "/me/second-factor",
            "enrolSecondFactor",
            "Begins to set up a second factor",
            Right::SignedIn,
            |platform, tx, who, _, Nothing {}| people::enrol(platform, tx, who),
        ),
        write(
            "POST",
            "/me/second-factor/confirmation",
            "confirmSecondFactor",
            "Puts the second factor in force",
            Right::SignedIn,
            |_, tx, who, _, input: Code| people::enrolled(tx, who, &input),
        ),
        write(
            "DELETE",
            "/me/second-factor",
            "removeSecondFactor",
            "Takes the second factor away",
            Right::SignedIn,
            |platform, tx, who, _, Nothing {}| {
                people::unenrol(platform, tx, who)?;
                Ok(DONE)
            },
        ),
        accept(),
    ];
    routes.extend(of_house(
        &paths!(""),
        [
            "listPeople",
            "setRole",
            "removePerson",
            "offerReset",
            "invite",
            "listTokens",
            "createToken",
            "revokeToken",
        ],
    ));
    routes.extend(of_house(
        &paths!("/tenants/{tenant}"),
        [
            "listTenantPeople",
            "setTenantRole",
            "removeTenantPerson",
            "offerTenantReset",
            "inviteToTenant",
            "listTenantTokens",
            "createTenantToken",
            "revokeTenantToken",
        ],
    ));
    routes
}

/// The paths of a house.
struct Paths {
    people: &'static str,
    person: &'static str,
    role: &'static str,
    reset: &'static str,
    invitations: &'static str,
    tokens: &'static str,
    token: &'static str,
}

macro_rules! paths {
    ($house:literal) => {
        Paths {
            people: concat!($house, "/people"),
            person: concat!($house, "/people/{person}"),
            role: concat!($house, "/people/{person}/role"),
            reset: concat!($house, "/people/{person}/reset"),
            invitations: concat!($house, "/invitations"),
            tokens: concat!($house, "/tokens"),
            token: concat!($house, "/tokens/{token}"),
        }
    };
}
use paths;

/// The same routes for the provider's house and for a tenant's.
fn of_house(paths: &Paths, ids: [&'static str; 8]) -> Vec<Route> {
    vec![
        read(
            paths.people,
            ids[0],
            "The people of the house",
            Right::Of(Resource::Person, Verb::Read),
            |_, tx, who, parts| people::members(tx, who, house(parts), &parts.page()?),
        )
        .paged(),
        write(
            "PUT",
            paths.role,
            ids[1],
            "Gives a person another role",
            Right::Of(Resource::Person, Verb::Change),
            |_, tx, who, parts, input: SetRole| {
                people::set_role(tx, who, house(parts), parts.id("person"), &input)?;
                Ok(DONE)
            },
        ),
        write(
            "DELETE",
            paths.person,
            ids[2],
            "Takes a person out of the house",
            Right::Of(Resource::Person, Verb::Remove),
            |_, tx, who, parts, Nothing {}| {
                people::remove(tx, who, house(parts), parts.id("person"))?;
                Ok(DONE)
            },
        ),
        write(
            "POST",
            paths.reset,
            ids[3],
            "Makes a one-time link for a new password",
            Right::Of(Resource::Person, Verb::Change),
            |platform, tx, who, parts, Nothing {}| {
                people::reset(platform, tx, who, house(parts), parts.id("person"))
            },
        )
        .created(),
        write(
            "POST",
            paths.invitations,
            ids[4],
            "Makes a one-time link that invites a person",
            Right::Of(Resource::Person, Verb::Create),
            |platform, tx, who, parts, input: Invite| people::invite(platform, tx, who, house(parts), &input),
        )
        .created(),
        read(
            paths.tokens,
            ids[5],
            "The API tokens of the house",
            Right::Of(Resource::Token, Verb::Read),
            |_, tx, who, parts| people::tokens(tx, who, house(parts), &parts.page()?),
        )
        .paged(),
        write(
            "POST",
            paths.tokens,
            ids[6],
            "Makes an API token; its text is shown once",
            Right::Of(Resource::Token, Verb::Create),
            |platform, tx, who, parts, input: NewToken| {
                people::create_token(platform, tx, who, house(parts), input)
            },
        )
        .created(),
        write(
            "DELETE",
            paths.token,
            ids[7],
            "Takes an API token back",
            Right::Of(Resource::Token, Verb::Remove),
            |_, tx, who, parts, Nothing {}| {
                people::revoke_token(tx, who, house(parts), parts.id("token"))?;
                Ok(DONE)
            },
        ),
    ]
}

fn house(parts: &Parts) -> &str {
    parts.path.get("tenant").map_or(PROVIDER, String::as_str)
}

/// The password is compared beside the writing thread; the session begins in it.
fn sign_in() -> Route {
    let prepare = |platform: &platform::Platform, _: &_, parts: &Parts, body: axum::body::Bytes| {
        let input: SignIn = parts.json(&body)?;
        let proven = people::prove(platform, input)?;
        let commit: Commit = Box::new(move |platform, tx, _, parts| {
            let session = people::begin(platform, tx, proven, &parts.agent, &parts.address)?;
            let seconds = platform.settings.session_seconds;
            let cookie = format!(
                "{SESSION_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}",
                session.token
            );
            Ok(Reply::json(&session)?.header("set-cookie", cookie))
        });
        Ok(Todo::Alone(commit))
    };
    let mut route = write_bytes::<people::Session>(
        "POST",
        "/sessions",
        "signIn",
        "Signs in",
        Right::Nothing,
        &[],
        prepare,
    )
    .created();
    route.input = Some(|schemas| schemas.subschema_for::<SignIn>());
    route.strict = true;
    route
}

fn confirm() -> Route {
    let prepare = |platform: &platform::Platform, _: &_, parts: &Parts, body: axum::body::Bytes| {
        let input: Confirm = parts.json(&body)?;
        let proven =
            people::prove(platform, SignIn { email: input.email, password: input.password, code: None })?;
        let commit: Commit = Box::new(move |_, tx, who, parts| {
            people::confirm(tx, who, &proven, session_token(parts)?)?;
            Reply::json(&DONE)
        });
        Ok(Todo::Alone(commit))
    };
    let about = "Gives the password once more, which opens dangerous acts for a while";
    let mut route = write_bytes::<Done>(
        "POST",
        "/sessions/current/confirmation",
        "confirmSession",
        about,
        Right::SignedIn,
        &[],
        prepare,
    );
    route.input = Some(|schemas| schemas.subschema_for::<Confirm>());
    route.strict = true;
    route
}

fn accept() -> Route {
    let prepare = |platform: &platform::Platform, _: &_, parts: &Parts, body: axum::body::Bytes| {
        let input: Accept = parts.json(&body)?;
        let ready = people::prepare_accept(platform, input)?;
        let commit: Commit = Box::new(move |_, tx, who, _| {
            people::accept(tx, who, ready)?;
            Reply::json(&DONE)
        });
        Ok(Todo::Alone(commit))
    };
    let about = "Uses a one-time link: an invitation, or a new password";
    let mut route = write_bytes::<Done>("POST", "/links", "useLink", about, Right::Nothing, &[], prepare);
    route.input = Some(|schemas| schemas.subschema_for::<Accept>());
    route.strict = true;
    route
}

fn session_token(parts: &Parts) -> Result<&str, Refusal> {
    parts.session.as_deref().ok_or_else(|| {
        Refusal::new(RefusalKind::UnfitState, "the request came with no session", "请求未携带会话")
    })
}
