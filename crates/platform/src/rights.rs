//! Who may do what: a table of resources and roles, and the handles that prove a right was checked.

use std::fmt;
use std::str::FromStr;

/// A role in the provider's house, or in a customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The provider's owner: everything.
    Owner,
    /// Runs the services: agreements, evidence, cycles.
    ServiceManager,
    /// Money: claims, ledger, vouchers, exports.
    Finance,
    /// Answers customers: sees, records evidence and claims on their behalf.
    Support,
    /// Sees everything, changes nothing.
    Auditor,
    /// A lawful authority: may export what a customer may only see; each use is on the record.
    Authority,
    /// The customer's administrator.
    CustomerAdmin,
    /// A customer's member.
    CustomerMember,
}

impl Role {
    /// All roles, in the order of the table's columns.
    pub const ALL: [Self; 8] = [
        Self::Owner,
        Self::ServiceManager,
        Self::Finance,
        Self::Support,
        Self::Auditor,
        Self::Authority,
        Self::CustomerAdmin,
        Self::CustomerMember,
    ];

    /// Its name in the store and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::ServiceManager => "service_manager",
            Self::Finance => "finance",
            Self::Support => "support",
            Self::Auditor => "auditor",
            Self::Authority => "authority",
            Self::CustomerAdmin => "customer_admin",
            Self::CustomerMember => "customer_member",
        }
    }

    /// Whether it is a role in the provider's house.
    pub fn is_provider(self) -> bool {
        !matches!(self, Self::CustomerAdmin | Self::CustomerMember)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|it| it.name() == text).ok_or(())
    }
}

/// What can be done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// See it.
    Read,
    /// Make a new one.
    Create,
    /// Change it.
    Change,
    /// Decide about it: accept, reject, consent, close.
    Decide,
    /// Take it away: delete, withdraw, revoke.
    Remove,
    /// Take a copy out of the system.
    Export,
}

impl Verb {
    /// Its letter in the table.
    pub fn letter(self) -> char {
        match self {
            Self::Read => 'r',
            Self::Create => 'c',
            Self::Change => 'u',
            Self::Decide => 'd',
            Self::Remove => 'x',
            Self::Export => 'e',
        }
    }

    /// Its name in scopes: `claim:create`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Change => "change",
            Self::Decide => "decide",
            Self::Remove => "remove",
            Self::Export => "export",
        }
    }
}

macro_rules! resources {
    ($($variant:ident $name:literal $doc:literal: $cells:expr;)*) => {
        /// The kinds of things rights are about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Resource { $(#[doc = $doc] $variant,)* }

        impl Resource {
            /// All resources, in the order of the table's rows.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in scopes and documents.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// What each role may do with it, as letters, in the order of [`Role::ALL`].
            fn cells(self) -> [&'static str; 8] {
                match self { $(Self::$variant => $cells,)* }
            }
        }
    };
}

// r see, c make, u change, d decide, x take away, e export. A customer's letters hold for its own tenant only.
//                                                owner     service   finance  support  auditor authority admin    member
resources! {
    Settings "settings" "The provider's settings":
                                               ["ru",     "r",      "r",     "",      "r",    "",       "",      ""];
    Person "person" "People and their roles":
                                               ["rcux",   "r",      "r",     "r",     "r",    "",       "rcux",  "r"];
    Token "token" "API tokens":
                                               ["rcx",    "rcx",    "rcx",   "rcx",   "r",    "",       "rcx",   ""];
    Tenant "tenant" "Customers":
                                               ["rcux",   "rcu",    "r",     "r",     "r",    "r",      "ru",    "r"];
    Agreement "agreement" "Agreements and their versions":
                                               ["rcu",    "rcu",    "r",     "r",     "r",    "r",      "r",     "r"];
    Notice "notice" "Notices of change":
                                               ["rcx",    "rcx",    "r",     "r",     "r",    "r",      "rd",    "r"];
    Subscription "subscription" "Subscriptions":
                                               ["rcux",   "rcu",    "r",     "r",     "r",    "r",      "r",     "r"];
    Evidence "evidence" "Evidence":
                                               ["rce",    "rce",    "re",    "rc",    "re",   "re",     "rce",   "rc"];
    Correction "correction" "Corrections of evidence":
                                               ["rcdx",   "rcdx",   "r",     "rc",    "r",    "r",      "rcdx",  "r"];
    Maintenance "maintenance" "Maintenance windows":
                                               ["rcux",   "rcux",   "r",     "rc",    "r",    "r",      "r",     "r"];
    Attestation "attestation" "Attestations":
                                               ["rcx",    "rcx",    "r",     "r",     "r",    "re",     "r",     "r"];
    Cycle "cycle" "Cycles and live levels":
                                               ["rd",     "rd",     "r",     "r",     "r",    "r",      "r",     "r"];
    Statement "statement" "Sealed statements":
                                               ["re",     "re",     "re",    "r",     "re",   "re",     "re",    "re"];
    Decision "decision" "Discretionary remedies":
                                               ["rd",     "r",      "rd",    "r",     "r",    "r",      "r",     "r"];
    Claim "claim" "Claims":
                                               ["rcudx",  "rc",     "rcudx", "rcu",   "r",    "r",      "rcux",  "rc"];
    Ledger "ledger" "The ledger and vouchers":
                                               ["rcde",   "r",      "rcde",  "r",     "re",   "re",     "r",     "r"];
    AuditLog "audit_log" "The audit log":
                                               ["re",     "r",      "r",     "",      "re",   "re",     "r",     ""];
    Job "job" "Jobs":
                                               ["rd",     "rd",     "r",     "r",     "r",    "",       "",      ""];
    Metrics "metrics" "What the process counts about itself":
                                               ["r",      "r",      "r",     "",      "r",    "",       "",      ""];
}

/// Whether a role may do something with a resource.
pub fn allows(role: Role, resource: Resource, verb: Verb) -> bool {
    let column = Role::ALL.iter().position(|it| *it == role).unwrap_or(usize::MAX);
    resource.cells().get(column).is_some_and(|it| it.contains(verb.letter()))
}

/// The table as Markdown, for the documentation.
pub fn matrix() -> String {
    let heads: Vec<&str> = Role::ALL.iter().map(|it| it.name()).collect();
    let mut text = format!("| resource | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for resource in Resource::ALL {
        let cells: Vec<String> = resource
            .cells()
            .iter()
            .map(|it| if it.is_empty() { "–".to_owned() } else { (*it).to_owned() })
            .collect();
        text.push_str(&format!("| {} | {} |\n", resource.name(), cells.join(" | ")));
    }
    text
}

/// Proof that the caller may do what it is about to do in the provider's house.
#[derive(Debug)]
pub struct ProviderHandle(pub(crate) ());

/// Proof that the caller may do what it is about to do with this tenant. Every row is looked up under its id.
#[derive(Debug, Clone)]
pub struct TenantHandle {
    pub(crate) id: String,
}

impl TenantHandle {
    /// The tenant.
    pub fn id(&self) -> &str {
        &self.id
    }
}
