//! The table of rights, as the documentation shows it.

use platform::rights::{Resource, Role, Verb, allows, matrix};

#[test]
fn the_documentation_shows_the_table_as_it_is() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights.md");
    let text = std::fs::read_to_string(page).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let head = text.split("| resource").next().unwrap_or_default();
        std::fs::write(page, format!("{head}{}", matrix())).unwrap();
        return;
    }
    assert!(
        text.ends_with(&matrix()),
        "docs/rights.md is not the table; run this test with UPDATE=1 and look at the difference"
    );
}

#[test]
fn an_auditor_changes_nothing_and_an_authority_only_sees_and_takes_copies() {
    for resource in Resource::ALL {
        for verb in [Verb::Create, Verb::Change, Verb::Decide, Verb::Remove] {
            assert!(!allows(Role::Auditor, *resource, verb), "auditor {resource:?} {verb:?}");
            assert!(!allows(Role::Authority, *resource, verb), "authority {resource:?} {verb:?}");
        }
    }
}

#[test]
fn a_customer_decides_nothing_about_its_own_money() {
    for role in [Role::CustomerAdmin, Role::CustomerMember] {
        for resource in [Resource::Claim, Resource::Decision, Resource::Ledger, Resource::Cycle] {
            assert!(!allows(role, resource, Verb::Decide), "{role} {resource:?}");
        }
        assert!(!allows(role, Resource::Settings, Verb::Read) && !allows(role, Resource::Job, Verb::Read));
    }
}
