//! Rights in words: kinds of things, and what can be done with them.

use platform::rights::{Resource, Role, Verb, allows};

use crate::words::Words;

/// All that can be done, in the order it is told.
pub(crate) const VERBS: [Verb; 6] =
    [Verb::Read, Verb::Create, Verb::Change, Verb::Decide, Verb::Remove, Verb::Export];

pub(crate) fn verb(w: Words, verb: Verb) -> &'static str {
    match verb {
        Verb::Read => w.rights_read(),
        Verb::Create => w.rights_create(),
        Verb::Change => w.rights_change(),
        Verb::Decide => w.rights_decide(),
        Verb::Remove => w.rights_remove(),
        Verb::Export => w.rights_export(),
    }
}

pub(crate) fn resource(w: Words, resource: Resource) -> &'static str {
    match resource {
        Resource::Settings => w.rights_of_settings(),
        Resource::Person => w.rights_of_person(),
        Resource::Token => w.rights_of_token(),
        Resource::Tenant => w.rights_of_tenant(),
        Resource::Agreement => w.rights_of_agreement(),
        Resource::Notice => w.rights_of_notice(),
        Resource::Subscription => w.rights_of_subscription(),
        Resource::Evidence => w.rights_of_evidence(),
        Resource::Correction => w.rights_of_correction(),
        Resource::Maintenance => w.rights_of_maintenance(),
        Resource::Attestation => w.rights_of_attestation(),
        Resource::Cycle => w.rights_of_cycle(),
        Resource::Statement => w.rights_of_statement(),
        Resource::Decision => w.rights_of_decision(),
        Resource::Claim => w.rights_of_claim(),
        Resource::Ledger => w.rights_of_ledger(),
        Resource::AuditLog => w.rights_of_audit_log(),
        Resource::Job => w.rights_of_job(),
        Resource::Metrics => w.rights_of_metrics(),
    }
}

/// What a role may do with a kind of things: `see · make`; empty for nothing.
pub(crate) fn verbs(w: Words, role: Role, of: Resource) -> String {
    let may = VERBS.into_iter().filter(|it| allows(role, of, *it));
    may.map(|it| verb(w, it)).collect::<Vec<_>>().join(" · ")
}

/// A scope of a token in words; as it is written where it is unknown.
pub(crate) fn scope(w: Words, of: &str, may: &str) -> String {
    let found = Resource::ALL.iter().find(|it| it.name() == of).map(|it| resource(w, *it));
    let verb = VERBS.into_iter().find(|it| it.name() == may).map(|it| verb(w, it));
    match (found, verb) {
        (Some(of), Some(verb)) => w.rights_scope(of, verb),
        (Some(of), None) => of.to_owned(),
        _ => format!("{of}:{may}"),
    }
}
