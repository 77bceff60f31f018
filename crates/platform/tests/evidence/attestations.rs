//! Attestations with their files, until they expire.

use platform::attestations::{self, Attestation, NewAttestation, State};
use platform::files;
use platform::page::Page;
use platform::principal::Principal;
use platform::rights::Role;
use platform::time::Moment;
use platform::{Failure, RefusalKind};

use crate::support::{World, actions, at, customer, each, kind, member, ours, owner};
use crate::world::fill;

fn input(tenant: Option<&str>) -> NewAttestation {
    NewAttestation {
        tenant: tenant.map(str::to_owned),
        subject: "hosting".to_owned(),
        title: "ISO/IEC 27001".to_owned(),
        statement: "certified".to_owned(),
        from: Moment(at("2026-10-01T00:00:00Z")),
        expires_at: Moment(at("2027-10-01T00:00:00Z")),
    }
}

fn create(world: &World, who: &Principal, tenant: Option<&str>) -> Result<Attestation, Failure> {
    let (who, input) = (who.clone(), input(tenant));
    world.write(move |platform, tx| attestations::create(platform, tx, &who, &input))
}

fn attach(world: &World, id: &str, name: &str, bytes: &[u8]) -> Result<Attestation, Failure> {
    let (id, file) = (id.to_owned(), files::prepare(name, "application/pdf", bytes)?);
    world.write(move |platform, tx| attestations::attach(platform, tx, &owner(), (None, &id), file, None))
}

#[test]
fn an_attestation_holds_until_it_expires_or_is_withdrawn() {
    each(|world| {
        fill(world);
        let it = create(world, &owner(), None).unwrap();
        let state = || {
            let id = it.id.clone();
            world
                .read(move |platform, tx| attestations::get(platform, tx, &owner(), None, &id))
                .unwrap()
                .state
        };
        assert_eq!(state(), State::InForce);
        world.set("2027-10-01T00:00:00Z");
        assert_eq!(state(), State::Expired);
        let id = it.id.clone();
        let gone = world
            .write(move |platform, tx| {
                attestations::withdraw(platform, tx, &owner(), (None, &id), "replaced", Some(1))
            })
            .unwrap();
        assert_eq!((gone.state, gone.revision), (State::Withdrawn, 2));
        assert_eq!(kind(attach(world, &it.id, "a.pdf", b"x")), RefusalKind::UnfitState);
        assert_eq!(actions(world, ""), ["attestation.created", "attestation.withdrawn"]);
    });
}

#[test]
fn files_are_kept_by_their_content_under_a_safe_name() {
    each(|world| {
        fill(world);
        let it = create(world, &owner(), None).unwrap();
        attach(world, &it.id, "../certificate.pdf", b"%PDF").unwrap();
        let twice = attach(world, &it.id, "copy.pdf", b"%PDF").unwrap();
        assert_eq!((twice.files.len(), twice.revision), (1, 2), "the same content is attached once");
        let file = twice.files[0].clone();
        assert_eq!(
            (file.name.as_str(), file.media.as_str(), file.length),
            ("certificate.pdf", "application/pdf", 4)
        );
        let get = |who: Principal, sha256: String| {
            let id = it.id.clone();
            world.read(move |platform, tx| attestations::file(platform, tx, &who, (None, &id), &sha256))
        };
        assert_eq!(get(member("beta"), file.sha256.clone()).unwrap().1, b"%PDF");
        assert_eq!(kind(get(owner(), "0".repeat(64))), RefusalKind::NotFound);
        assert_eq!(kind(attach(world, &it.id, "empty", b"")), RefusalKind::Invalid);
    });
}

#[test]
fn what_is_for_one_customer_is_seen_by_no_other() {
    each(|world| {
        fill(world);
        let all = create(world, &owner(), None).unwrap();
        let acme = create(world, &ours(Role::ServiceManager), Some("acme")).unwrap();
        let list = |who: Principal, tenant: Option<&str>| {
            world.read(|platform, tx| attestations::list(platform, tx, &who, tenant, &Page::default()))
        };
        assert_eq!(list(member("acme"), None).unwrap().items, std::slice::from_ref(&all));
        assert_eq!(list(member("acme"), Some("acme")).unwrap().items, std::slice::from_ref(&acme));
        assert_eq!(kind(list(member("beta"), Some("acme"))), RefusalKind::NotFound);
        let get = |who: Principal, tenant: Option<&str>| {
            world.read(|platform, tx| attestations::get(platform, tx, &who, tenant, &acme.id))
        };
        assert_eq!(kind(get(member("beta"), None)), RefusalKind::NotFound);
        assert_eq!(kind(get(member("beta"), Some("beta"))), RefusalKind::NotFound);
        assert_eq!(kind(create(world, &customer("acme"), Some("acme"))), RefusalKind::Forbidden);
        assert_eq!(kind(create(world, &customer("acme"), None)), RefusalKind::NotFound);
    });
}
