//! Customers.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use platform::page::Page;
use platform::tenants::{self, NewTenant, Reason, Rename, Tenant, TenantState};
use platform::{Failure, RefusalKind};
use support::{World, actions, customer, each, kind, member, owner, tenant};

fn create(world: &World, id: &str, name: &str) -> Result<Tenant, Failure> {
    let input = NewTenant { id: id.to_owned(), name: name.to_owned() };
    world.write(move |platform, tx| tenants::create(platform, tx, &owner(), &input))
}

fn reason() -> Reason {
    Reason { reason: "unpaid".to_owned() }
}

#[test]
fn a_tenant_is_made_once_under_an_id_of_plain_letters() {
    each(|world| {
        let made = create(world, "acme-1", "Acme").unwrap();
        assert_eq!((made.id.as_str(), made.state, made.revision), ("acme-1", TenantState::Active, 1));
        assert_eq!(kind(create(world, "acme-1", "Other")), RefusalKind::Exists);
        for wrong in ["", "Acme", "a_b", "a/b", "ä", &"a".repeat(64)] {
            assert_eq!(kind(create(world, wrong, "x")), RefusalKind::Invalid, "{wrong}");
        }
        for wrong in ["", "  ", "a\nb", &"a".repeat(201)] {
            assert_eq!(kind(create(world, "b", wrong)), RefusalKind::Invalid, "{wrong}");
        }
        assert_eq!(kind(create(world, "upstream", "x")), RefusalKind::Exists);
        assert_eq!(actions(world, "acme-1"), ["tenant.created"]);
    });
}

#[test]
fn only_the_provider_makes_and_suspends_tenants() {
    each(|world| {
        tenant(world, "acme");
        let input = NewTenant { id: "b".to_owned(), name: "B".to_owned() };
        let made = world.write(move |platform, tx| tenants::create(platform, tx, &customer("acme"), &input));
        assert_eq!(kind(made), RefusalKind::NotFound);
        let turned = world
            .write(|platform, tx| tenants::suspend(platform, tx, &customer("acme"), "acme", &reason(), None));
        assert_eq!(kind(turned), RefusalKind::NotFound);
    });
}

#[test]
fn a_rename_needs_the_revision_somebody_looked_at() {
    each(|world| {
        tenant(world, "acme");
        let rename = |who: platform::principal::Principal, name: &str, expected| {
            let input = Rename { name: name.to_owned() };
            world.write(move |platform, tx| tenants::rename(platform, tx, &who, "acme", &input, expected))
        };
        let renamed = rename(customer("acme"), "Acme GmbH", Some(1)).unwrap();
        assert_eq!((renamed.name.as_str(), renamed.revision), ("Acme GmbH", 2));
        assert_eq!(kind(rename(owner(), "Late", Some(1))), RefusalKind::Outdated);
        assert_eq!(kind(rename(member("acme"), "Mine", None)), RefusalKind::Forbidden);
        assert_eq!(kind(rename(customer("other"), "Theirs", None)), RefusalKind::NotFound);
        assert_eq!(actions(world, "acme"), ["tenant.created", "tenant.renamed"]);
    });
}

#[test]
fn a_suspended_tenant_takes_no_new_subscription_until_it_is_resumed() {
    each(|world| {
        tenant(world, "acme");
        support::publish(world, support::HOSTING).unwrap();
        let turn = |to_suspended: bool| {
            world.write(move |platform, tx| {
                let turn = if to_suspended { tenants::suspend } else { tenants::resume };
                turn(platform, tx, &owner(), "acme", &reason(), None)
            })
        };
        assert_eq!(turn(true).unwrap().state, TenantState::Suspended);
        assert_eq!(kind(turn(true)), RefusalKind::UnfitState);
        assert_eq!(kind(support::subscribe(world, "acme", serde_json::json!({}))), RefusalKind::UnfitState);
        assert_eq!(turn(false).unwrap().state, TenantState::Active);
        support::subscribe(world, "acme", serde_json::json!({})).unwrap();
    });
}

#[test]
fn our_own_house_is_there_but_in_no_list_and_cannot_be_changed() {
    each(|world| {
        tenant(world, "zeta");
        let all = world.read(|platform, tx| tenants::list(platform, tx, &owner(), &Page::default())).unwrap();
        assert_eq!(all.items.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["zeta"]);
        assert!(world.read(|platform, tx| tenants::get(platform, tx, &owner(), "upstream")).is_ok());
        let turned =
            world.write(|platform, tx| tenants::suspend(platform, tx, &owner(), "upstream", &reason(), None));
        assert_eq!(kind(turned), RefusalKind::UnfitState);
    });
}

#[test]
fn a_customer_sees_its_own_house_only() {
    each(|world| {
        for id in ["acme", "beta", "gamma"] {
            tenant(world, id);
        }
        let list = |who, limit, after: Option<&str>| {
            let page = Page { after: after.map(str::to_owned), limit };
            let found = world.read(|platform, tx| tenants::list(platform, tx, &who, &page)).unwrap();
            (found.items.into_iter().map(|it| it.id).collect::<Vec<_>>(), found.next)
        };
        assert_eq!(list(customer("beta"), 50, None), (vec!["beta".to_owned()], None));
        assert_eq!(
            list(owner(), 2, None),
            (vec!["acme".to_owned(), "beta".to_owned()], Some("beta".to_owned()))
        );
        assert_eq!(list(owner(), 2, Some("beta")), (vec!["gamma".to_owned()], None));
        let get = |who, id: &str| world.read(|platform, tx| tenants::get(platform, tx, &who, id));
        assert!(get(member("beta"), "beta").is_ok());
        let foreign = support::refusal(get(customer("beta"), "acme"));
        let unknown = support::refusal(get(customer("beta"), "nobody"));
        assert_eq!((foreign.kind, foreign.detail), (unknown.kind, unknown.detail));
    });
}
