//! Every route, asked as every role and with tokens of every scope: what is refused is what the matrix of rights refuses.

use std::collections::{BTreeMap, BTreeSet};

use platform::principal::PROVIDER;
use platform::rights::{Resource, Role, Verb, allows};
use serde_json::json;
use web::{Right, RouteInfo, table};

use crate::attack::fill;
use crate::plant::{names, nobodys, plant};
use crate::sample::Samples;
use crate::support::{Answer, Client, D, House, Identity, Request};

/// Whoever makes a token gives it no more than their own role in that house, and a token with scopes makes none at all.
const MAKE_TOKENS: [&str; 2] = ["createToken", "createTenantToken"];

/// What some routes want to know before anything else.
const PERIOD: &str = "?from=2026-10-01T00:00:00Z&until=2026-11-01T00:00:00Z";

/// What came of a request, as far as rights go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nobody is known by this credential, or there is none.
    Unknown,
    /// The right is missing.
    Refused,
    /// There is nothing here.
    Absent,
    /// The right is there; what else is wrong is another matter.
    Let,
}

fn outcome(answer: &Answer) -> Outcome {
    match (answer.status, answer.code().as_str()) {
        (401, "unauthenticated") => Outcome::Unknown,
        (403, "forbidden") => Outcome::Refused,
        (404, _) => Outcome::Absent,
        _ => Outcome::Let,
    }
}

struct Trial {
    house: House,
    samples: Samples,
    /// Things that nobody has, in D's house: what is asked for comes to nothing once the right is found to be there.
    names: BTreeMap<String, String>,
    wrong: Vec<String>,
}

impl Trial {
    fn new() -> Self {
        let mut house = House::new();
        plant(&mut house);
        let mut names = nobodys(&house);
        names.insert("tenant".to_owned(), D.to_owned());
        Self { house, samples: Samples::new(), names, wrong: Vec::new() }
    }

    fn ask(&self, client: &mut Client, who: Option<&Identity>, route: &RouteInfo) -> Answer {
        let period = if route.query.contains(&"until") { PERIOD } else { "" };
        let request = Request::new(route.method, format!("{}{period}", fill(&route.path, &self.names)));
        let request = match self.body(who, route).filter(|_| route.writes) {
            Some((media, body)) => request.bytes(&media, body),
            None => request,
        };
        client.send(&who.map_or(request.clone(), |it| it.sign(request)))
    }

    fn body(&self, who: Option<&Identity>, route: &RouteInfo) -> Option<(String, Vec<u8>)> {
        if MAKE_TOKENS.contains(&route.id) {
            let own = who.and_then(|it| it.roles.first()).map_or(Role::Auditor, |it| it.1);
            let of_tenant = route.path.contains("{tenant}") && own.is_provider();
            let role = if of_tenant { Role::CustomerAdmin } else { own };
            let body = json!({ "name": "t", "role": role.name() });
            return Some(("application/json".to_owned(), body.to_string().into_bytes()));
        }
        self.samples.body(route, &BTreeMap::new())
    }

    fn expect(&mut self, who: &str, route: &RouteInfo, found: &Answer, expected: &[Outcome]) {
        if !expected.contains(&outcome(found)) {
            let text = found.text();
            self.wrong.push(format!(
                "{who} {} ({:?}): {} {text}, expected {expected:?}",
                route.id, route.right, found.status
            ));
        }
    }
}

/// What the matrix says of somebody and a route.
fn expected(who: &Identity, route: &RouteInfo) -> &'static [Outcome] {
    let (house, role) = &who.roles[0];
    let (resource, verb, own) = match route.right {
        Right::Nothing | Right::SignedIn => return found_or_not(route),
        Right::Of(resource, verb) => (resource, verb, route.path.contains("{tenant}")),
        Right::OfProvider(resource, verb) => (resource, verb, false),
        Right::OfEach(resource, verb) => (resource, verb, true),
    };
    if house != PROVIDER && !own {
        // In the tenant's path the tenant is found first, and what its people may not do at all is refused.
        let theirs = matches!(route.right, Right::OfProvider(..)) && !allows(*role, resource, verb);
        return if theirs { &[Outcome::Absent, Outcome::Refused] } else { &[Outcome::Absent] };
    }
    // A token has no more than its maker's role in its own house: of the provider's people only an owner makes one there.
    let elsewhere = route.id == "createTenantToken" && role.is_provider() && *role != Role::Owner;
    if allows(*role, resource, verb) && !elsewhere { found_or_not(route) } else { &[Outcome::Refused] }
}

/// Nothing is found only where something is named beside the tenant, in the path or in a body.
fn found_or_not(route: &RouteInfo) -> &'static [Outcome] {
    let named = names(&route.path).iter().any(|it| it != "tenant");
    if named || route.writes { &[Outcome::Let, Outcome::Absent] } else { &[Outcome::Let] }
}

#[test]
fn every_route_refuses_whom_the_matrix_of_rights_refuses() {
    let mut trial = Trial::new();
    let mut client = trial.house.client();
    let mut roles = BTreeSet::new();
    let names =
        ["owner", "service_manager", "finance", "support", "auditor", "authority", "d-admin", "d-member"];
    for name in names {
        let who = trial.house.who(name).clone();
        roles.insert(who.roles[0].1);
        for route in table().iter().filter(|it| !it.strict && it.id != "signOut") {
            let found = trial.ask(&mut client, Some(&who), route);
            trial.expect(name, route, &found, expected(&who, route));
        }
    }
    assert_eq!(roles.len(), Role::ALL.len(), "every role is tried");
    assert!(trial.wrong.is_empty(), "{}", trial.wrong.join("\n"));
}

#[test]
fn only_open_routes_answer_who_is_not_signed_in() {
    let mut trial = Trial::new();
    let mut client = trial.house.client();
    for route in &table() {
        let found = trial.ask(&mut client, None, route);
        let open = route.right == Right::Nothing;
        assert!(open || !route.strict || route.id == "confirmSession", "{} tries out secrets", route.id);
        trial.expect(
            "nobody",
            route,
            &found,
            if open { &[Outcome::Let, Outcome::Absent] } else { &[Outcome::Unknown] },
        );
    }
    assert!(trial.wrong.is_empty(), "{}", trial.wrong.join("\n"));
}

/// A token with one scope reaches the routes that declare it; one with all other scopes reaches everything else.
#[test]
fn a_route_needs_the_scope_it_declares_and_no_other() {
    let mut trial = Trial::new();
    let mut client = trial.house.client();
    let all: BTreeSet<String> = Resource::ALL
        .iter()
        .flat_map(|resource| {
            let verbs = [Verb::Read, Verb::Create, Verb::Change, Verb::Decide, Verb::Remove, Verb::Export];
            verbs.into_iter().filter_map(|it| Right::Of(*resource, it).scope())
        })
        .collect();
    let declared: BTreeSet<String> = table().iter().filter_map(|it| it.right.scope()).collect();
    for scope in declared {
        let others: Vec<&String> = all.iter().filter(|it| **it != scope).collect();
        for route in table().iter().filter(|it| it.right.scope().as_ref() == Some(&scope)) {
            // Some rights only a customer's people have.
            let (house, role) = holder(route.right);
            let only = token(&trial.house, house, role, &json!([scope]));
            let rest = token(&trial.house, house, role, &json!(others));
            let refused = MAKE_TOKENS.contains(&route.id);
            let found = trial.ask(&mut client, Some(&only), route);
            let let_in: &[Outcome] = if refused { &[Outcome::Refused] } else { found_or_not(route) };
            trial.expect(&format!("a token for {scope}"), route, &found, let_in);
            let found = trial.ask(&mut client, Some(&rest), route);
            trial.expect(&format!("a token for all but {scope}"), route, &found, &[Outcome::Refused]);
        }
    }
    assert!(trial.wrong.is_empty(), "{}", trial.wrong.join("\n"));
}

fn holder(right: Right) -> (&'static str, Role) {
    match right {
        Right::Of(resource, verb) if !allows(Role::Owner, resource, verb) => (D, Role::CustomerAdmin),
        _ => (PROVIDER, Role::Owner),
    }
}

fn token(house: &House, of: &str, role: Role, scopes: &serde_json::Value) -> Identity {
    let input = json!({ "name": "scoped", "role": role.name(), "scopes": scopes });
    let path =
        if of == PROVIDER { "/api/v1/tokens".to_owned() } else { format!("/api/v1/tenants/{of}/tokens") };
    let made = house.ask("owner", Request::new("POST", path).json(&input));
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    Identity {
        name: "scoped".to_owned(),
        headers: vec![("authorization".to_owned(), bearer)],
        roles: vec![(of.to_owned(), role)],
        ..Identity::default()
    }
}
