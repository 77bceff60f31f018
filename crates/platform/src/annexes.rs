//! Annexes of a version: which class each code of a vendor's receipts is in, and which of several receipts of one message
//! stands. Published with the contract's text, and as unchangeable.

use diagnostic::{Bilingual, Diagnostic, Place, Severity};
use formats::{Codes, Key};
use lake::{Preference, Standing};
use language::Contract;
use proof::SigningKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settle::hex;
use store::{Fault, Tx, values};

use crate::kept::of_row;
use crate::objects;
use crate::platform::Platform;

/// What an annex is called where its text has no name of its own.
const FILE: &str = "annexes";

/// Most characters of an annex's id.
const ID_CHARS_MAX: usize = 63;

/// An annex a version was published with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Annex {
    /// Its id, from its front matter.
    pub id: String,
    /// Its own version.
    pub version: String,
    /// The fact whose records it makes of receipts.
    pub fact: String,
    /// SHA-256 of its text, in hexadecimal.
    pub sha256: String,
}

/// An annex as it is kept beside its version, with what merging asks of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) annex: Annex,
    standing: Standing,
}

/// An annex that is fit to be published.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) kept: Kept,
    pub(crate) text: String,
}

/// Reads the annexes of a contract, as an import does; everything that is wrong with them where they are not fit.
pub(crate) fn check(contract: &Contract, texts: &[String]) -> Result<Vec<Checked>, Vec<Diagnostic>> {
    let mut all: Vec<Checked> = Vec::new();
    let mut wrong = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let file = format!("{FILE}[{at}]");
        match read(contract, &file, text) {
            Ok((fact, codes)) => {
                let it = Checked { kept: kept(&codes, fact), text: text.clone() };
                let found = unfit(&it.kept.annex, &all);
                wrong.extend(found.map(|it| it.at(Place::in_text(&file, text, 0, 0))));
                all.push(it);
            }
            Err(found) => wrong.extend(found),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    all.sort_by(|left, right| left.kept.annex.fact.cmp(&right.kept.annex.fact));
    Ok(all)
}

/// The codes of an annex and the fact they are for.
fn read(contract: &Contract, file: &str, text: &str) -> Result<(String, Codes), Vec<Diagnostic>> {
    let facts = &contract.schema.facts;
    match Codes::of_contract(file, text, &contract.id, facts) {
        Ok((at, codes)) => Ok((facts.get(at).map_or_else(String::new, |it| it.name.clone()), codes)),
        Err(found) => Err(found.iter().map(diagnostic).collect()),
    }
}

fn diagnostic(it: &formats::Finding) -> Diagnostic {
    Diagnostic::new("V0147", Severity::Error, it.fault.message(), it.fault.help()).at(it.place.clone())
}

fn kept(codes: &Codes, fact: String) -> Kept {
    let annex = Annex {
        id: codes.id().to_owned(),
        version: codes.version().to_owned(),
        fact,
        sha256: hex(&codes.sha256()),
    };
    Kept { annex, standing: standing(codes) }
}

/// The rule of an annex in the words of the lake.
pub fn standing(codes: &Codes) -> Standing {
    let preference = |it: &formats::Standing| match it {
        formats::Standing::Rank { attribute, words } => {
            Preference::Rank { attribute: attribute.clone(), words: words.clone() }
        }
        formats::Standing::Latest => Preference::Latest,
        formats::Standing::Earliest => Preference::Earliest,
    };
    // What an annex says of a receipt is what its newest version says.
    let preferences = codes.standing().iter().map(preference);
    Standing { preferences: std::iter::once(Preference::Edition).chain(preferences).collect() }
}

/// Why an annex cannot be published beside those before it: its id is part of addresses, and each fact has one.
fn unfit(it: &Annex, before: &[Checked]) -> Option<Diagnostic> {
    let fits = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    let said = |en: String, zh: String, help: (&str, &str)| {
        let help = Bilingual::new(help.0, help.1);
        Some(Diagnostic::new("V0147", Severity::Error, Bilingual::new(en, zh), help))
    };
    if it.id.len() > ID_CHARS_MAX || !it.id.chars().all(fits) || it.id.starts_with('.') {
        return said(
            format!("the id `{}` fits into no address", it.id),
            format!("id `{}` 不能用于网址", it.id),
            (
                "use 1 to 63 letters, digits, dots, hyphens and underscores, no dot first",
                "请使用 1 至 63 个字母、数字、点、连字符或下划线，且不以点开头",
            ),
        );
    }
    if before.iter().any(|other| other.kept.annex.id == it.id) {
        return said(
            format!("two annexes are called `{}`", it.id),
            format!("有两份附件的 id 均为 `{}`", it.id),
            ("give each an id of its own", "请分别命名"),
        );
    }
    if before.iter().any(|other| other.kept.annex.fact == it.fact) {
        return said(
            format!("two annexes are for the fact `{}`", it.fact),
            format!("事实 `{}` 有两份附件", it.fact),
            ("a fact has one: put them together", "每个事实只能有一份，请合并"),
        );
    }
    None
}

/// What is kept of a version's annexes.
pub(crate) fn of_version(tx: &mut Tx<'_>, agreement: &str, version: &str) -> Result<Vec<Kept>, Fault> {
    let row = tx.row(
        "SELECT annexes FROM agreement_version WHERE agreement_id = $1 AND version = $2",
        values![agreement, version],
    )?;
    row.map_or_else(|| Ok(Vec::new()), |it| of_row(&it, 0))
}

/// The text of an annex, as it was published.
pub(crate) fn text(tx: &mut Tx<'_>, annex: &Annex) -> Result<String, Fault> {
    let sha256 = &annex.sha256;
    let bytes = objects::get(tx, sha256)?.ok_or_else(|| Fault::broken(format!("no object {sha256}")))?;
    String::from_utf8(bytes).map_err(|_| Fault::broken(format!("object {sha256} is no text")))
}

/// The codes of a version's annex.
pub(crate) fn codes(tx: &mut Tx<'_>, contract: &Contract, annex: &Annex) -> Result<Codes, Fault> {
    let text = text(tx, annex)?;
    let read = read(contract, &annex.id, &text);
    read.map(|it| it.1).map_err(|_| {
        Fault::broken(format!(
            "the annex {} {} can no longer be read by this program",
            annex.id, annex.version
        ))
    })
}

/// The key that hides phone numbers in a tenant's records. It follows from the platform's own, is kept nowhere, and is each
/// tenant's own: 64 hexadecimal digits, as an import reads them from a file.
pub fn phone_secret(platform: &SigningKey, tenant: &str) -> String {
    hex(&platform.secret(&format!("phone numbers of {tenant}")))
}

pub(crate) fn phone_key(platform: &Platform, tenant: &str) -> Key {
    Key::new(phone_secret(&platform.key, tenant).as_bytes())
}

/// Which of several records of one message stands, by the annex of the version a subscription holds; `None` where there is no
/// annex for the fact.
pub(crate) fn rule(tx: &mut Tx<'_>, place: &lake::Place) -> Result<Option<Standing>, Fault> {
    let row = tx.row(
        "SELECT v.annexes FROM subscription s
           JOIN agreement_version v ON v.agreement_id = s.agreement_id AND v.version = s.version
         WHERE s.tenant_id = $1 AND s.id = $2",
        values![&place.tenant, &place.stream],
    )?;
    let kept: Vec<Kept> = row.map_or_else(|| Ok(Vec::new()), |it| of_row(&it, 0))?;
    Ok(kept.into_iter().find(|it| it.annex.fact == place.fact).map(|it| it.standing))
}
