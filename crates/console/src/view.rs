//! What a page sees: the platform, a transaction, who asks, and in which language.

use askama::Template;
use calendar::Zone;
use diagnostic::Lang;
use platform::principal::{PROVIDER, Principal};
use platform::rights::{Resource, Role, Verb, allows};
use platform::{Failure, Platform, Refusal};
use store::{Fault, Tx};
use web::{Parts, Reply};

use crate::show::Show;
use crate::words::Words;

const HTML: &str = "text/html; charset=utf-8";

/// A page in the making.
pub(crate) struct View<'a, 'tx> {
    pub(crate) platform: &'a Platform,
    pub(crate) tx: &'a mut Tx<'tx>,
    pub(crate) who: &'a Principal,
    pub(crate) parts: &'a Parts,
    pub(crate) lang: Lang,
    pub(crate) w: Words,
}

impl<'a, 'tx> View<'a, 'tx> {
    pub(crate) fn new(
        platform: &'a Platform,
        tx: &'a mut Tx<'tx>,
        who: &'a Principal,
        parts: &'a Parts,
    ) -> Self {
        let lang = if parts.id("lang") == "zh" { Lang::Zh } else { Lang::En };
        Self { platform, tx, who, parts, lang, w: Words { lang } }
    }

    /// What stands for `{name}` in the path.
    pub(crate) fn id(&self, name: &str) -> &'a str {
        self.parts.id(name)
    }

    /// A parameter of the query that is not empty.
    pub(crate) fn query(&self, name: &str) -> Option<&'a str> {
        self.parts.parameter(name).filter(|it| !it.is_empty())
    }

    /// `zh` or `en`, as it stands in paths.
    pub(crate) fn lang_name(&self) -> &'static str {
        if self.lang == Lang::Zh { "zh" } else { "en" }
    }

    /// Figures and times in this language; times of day in `zone`.
    pub(crate) fn show(&self, zone: &Zone) -> Show {
        Show::new(self.lang, zone.clone())
    }

    /// The page, filled.
    pub(crate) fn html(&self, template: &impl Template) -> Result<Reply, Failure> {
        html(template)
    }

    /// Whether somebody has signed in.
    pub(crate) fn is_signed_in(&self) -> bool {
        !self.who.person.is_empty()
    }

    /// Whether the caller belongs to the provider's house.
    pub(crate) fn is_provider(&self) -> bool {
        self.who.is_provider()
    }

    /// The role that counts in a customer's house: the provider's own, or the one held there.
    pub(crate) fn role(&self, tenant: &str) -> Option<Role> {
        self.who.role_in(PROVIDER).or_else(|| self.who.role_in(tenant))
    }

    /// Whether to offer something in the provider's house.
    pub(crate) fn may(&self, resource: Resource, verb: Verb) -> bool {
        self.who.role_in(PROVIDER).is_some_and(|it| allows(it, resource, verb))
    }

    /// Whether to offer something in a customer's house.
    pub(crate) fn may_in(&self, tenant: &str, resource: Resource, verb: Verb) -> bool {
        self.role(tenant).is_some_and(|it| allows(it, resource, verb))
    }

    /// What was filled in before the page was refused; `otherwise` on a fresh page.
    pub(crate) fn filled(&self, name: &str, otherwise: &str) -> String {
        let again = self.parts.again.as_ref().and_then(|it| it.fields.get(name));
        again.cloned().unwrap_or_else(|| otherwise.to_owned())
    }

    /// Only the provider's people go on.
    pub(crate) fn provider_only(&self) -> Result<(), Failure> {
        if self.is_provider() { Ok(()) } else { Err(Refusal::not_found().into()) }
    }
}

/// A page, filled, where no view is left.
pub(crate) fn html(template: &impl Template) -> Result<Reply, Failure> {
    let text = template.render().map_err(|it| Fault::broken(it.to_string()))?;
    Ok(Reply::bytes(HTML, text.into_bytes()))
}
