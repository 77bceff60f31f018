//! The attack on servers that are broken on purpose: where it finds nothing, it could find nothing elsewhere either.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use platform::rights::Role;
use store::values;

use crate::attack::{Report, attack_as};
use crate::keys::told_apart;
use crate::plant::plant;
use crate::support::{A, House, MARKER, Server, generous};

fn planted() -> House {
    let mut house = House::new();
    plant(&mut house);
    house
}

/// The house behind another server.
fn behind(
    mut house: House,
    layer: impl FnOnce(axum::Router, String) -> axum::Router + Send + 'static,
) -> Report {
    let platform = house.platform.clone();
    let of_a = house.who(&format!("{MARKER}-token")).headers[0].1.clone();
    let log = house.lines.log();
    house.server = Server::start(move || layer(web::router_logging_to(platform, generous(), log), of_a));
    by_two(&house)
}

/// Two attackers are enough where something is to be found.
fn by_two(house: &House) -> Report {
    attack_as(house, |it| it == "b-admin" || it == "b-member")
}

fn names_a(request: &Request) -> bool {
    request.uri().path().contains(A)
}

#[test]
fn a_server_that_does_not_look_who_asks_is_found_out() {
    let report = behind(planted(), |router, of_a| {
        let of_a = HeaderValue::try_from(of_a).unwrap();
        router.layer(from_fn(move |mut request: Request, next: Next| {
            if names_a(&request) && request.method() == "GET" {
                request.headers_mut().insert(AUTHORIZATION, of_a.clone());
            }
            next.run(request)
        }))
    });
    assert!(
        report.leaks.iter().filter(|it| it.contains("shows")).count() > 100,
        "{} leaks",
        report.leaks.len()
    );
}

#[test]
fn a_server_that_refuses_what_is_there_in_other_words_is_found_out() {
    let report = behind(planted(), |router, _| {
        router.layer(from_fn(async |request: Request, next: Next| {
            let there = names_a(&request);
            let response: Response = next.run(request).await;
            if there && response.status() == StatusCode::NOT_FOUND {
                let (parts, _) = response.into_parts();
                return Response::from_parts(parts, Body::from("{}"));
            }
            response
        }))
    });
    assert!(
        report.leaks.iter().filter(|it| it.contains("can tell")).count() > 100,
        "{} leaks",
        report.leaks.len()
    );
}

#[test]
fn a_membership_too_many_is_found_out() {
    let house = planted();
    house
        .platform
        .write(|_, tx| {
            let person = tx.row("SELECT id FROM person WHERE email = 'b-member@example.com'", &[])?;
            let person: String = person.map_or(Ok(String::new()), |it| it.get(0))?;
            tx.housekeeping(
                "INSERT INTO membership (tenant_id, person_id, role, created_at) VALUES ($1, $2, $3, 0)",
                values![A, person, Role::CustomerMember.name()],
            )?;
            Ok(())
        })
        .unwrap();
    let report = by_two(&house);
    assert!(
        report.leaks.iter().any(|it| it.starts_with("b-member ") && it.contains(&MARKER.to_lowercase())),
        "{} leaks",
        report.leaks.len()
    );
}

#[test]
fn a_row_under_the_wrong_tenant_is_found_out() {
    let house = planted();
    let statement = house.ids["statement"].clone();
    house
        .platform
        .write(move |_, tx| {
            tx.housekeeping(
                "UPDATE statement SET tenant_id = $1 WHERE id = $2",
                values![crate::support::B, statement],
            )?;
            Ok(())
        })
        .unwrap();
    let report = by_two(&house);
    assert!(report.leaks.iter().any(|it| it.contains("statement")), "{} leaks", report.leaks.len());
}

#[test]
fn a_server_that_puts_paths_into_its_log_is_found_out() {
    let house = planted();
    let log = house.lines.log();
    let report = behind(house, move |router, _| {
        router.layer(from_fn(move |request: Request, next: Next| {
            log(&request.uri().to_string());
            next.run(request)
        }))
    });
    assert!(report.leaks.iter().any(|it| it.starts_with("the log shows")), "{} leaks", report.leaks.len());
}

#[test]
fn a_server_whose_keys_belong_to_nobody_is_found_out() {
    let mut house = House::new();
    let sent = plant(&mut house);
    let (platform, log) = (house.platform.clone(), house.lines.log());
    let of_a = HeaderValue::try_from(house.who(&format!("{MARKER}-admin")).headers[0].1.clone()).unwrap();
    house.server = Server::start(move || {
        web::router_logging_to(platform, generous(), log).layer(from_fn(
            move |mut request: Request, next: Next| {
                let theirs = request
                    .headers()
                    .get("idempotency-key")
                    .is_some_and(|it| it.as_bytes().starts_with(b"of-a-"));
                if theirs {
                    request.headers_mut().insert(AUTHORIZATION, of_a.clone());
                }
                next.run(request)
            },
        ))
    });
    let wrong = told_apart(&house, &sent);
    assert!(wrong.iter().any(|it| it.contains("is given again what")), "{} wrong", wrong.len());
}
