//! What a directory asks for: `upheld.toml`, and the contracts it names or that lie in `contracts/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, Lang, render};
use language::Contract;
use platform::agreements::AgreementKind;
use platform::documents::Document;
use platform::principal::Principal;
use platform::publishing::{self, Publish};
use platform::subscriptions::Renewal;
use platform::{Failure as Refused, Refusal};
use serde::{Deserialize, Serialize};

use super::annexes;
use crate::failure::Failure;
use crate::files;

/// The file that lists what is wanted.
const FILE: &str = "upheld.toml";
/// Where contracts lie that the file does not name.
const CONTRACTS: &str = "contracts";

/// What a directory asks for, in the order in which it must come to be.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Versions of contracts.
    pub(crate) contracts: Vec<WantedContract>,
    /// Customers.
    pub(crate) tenants: Vec<WantedTenant>,
    /// What customers subscribe to.
    pub(crate) subscriptions: Vec<WantedSubscription>,
}

/// A version of a contract that is fit to be published.
#[derive(Debug)]
pub(crate) struct WantedContract {
    /// As read.
    pub(crate) contract: Contract,
    /// Its text.
    pub(crate) text: String,
    /// Who promises.
    pub(crate) kind: AgreementKind,
    /// The warnings that are accepted.
    pub(crate) acknowledge: Vec<String>,
    /// The texts of its annexes.
    pub(crate) annexes: Vec<String>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedTenant {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
}

/// What a customer subscribes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedSubscription {
    /// The customer.
    #[serde(skip_serializing)]
    pub(crate) tenant: String,
    /// Its id: without one, the same file would subscribe again each time.
    pub(crate) id: String,
    /// The agreement.
    pub(crate) agreement: String,
    /// The version to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<String>,
    /// Values of the contract's parameters.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// When it begins, as an instant with its offset, in quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<String>,
    /// The end of its term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// What happens then; left as it is when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) renewal: Option<Renewal>,
    /// Documents of this subscription alone, all of them; left as they are when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) documents: Option<Vec<Document>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    contract: Vec<FileContract>,
    #[serde(default)]
    tenant: Vec<WantedTenant>,
    #[serde(default)]
    subscription: Vec<WantedSubscription>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileContract {
    file: PathBuf,
    #[serde(default)]
    kind: AgreementKind,
    #[serde(default)]
    acknowledge: Vec<String>,
    /// Its annexes of codes; where nothing is said, those of `contracts/codes` that are for it.
    codes: Option<Vec<PathBuf>>,
}

/// Reads a directory. Everything that is wrong with its contracts is printed before it is refused.
pub(crate) fn read(dir: &Path, lang: Lang) -> Result<Wanted, Failure> {
    let path = dir.join(FILE);
    let file = if path.exists() { parse(&path, &files::text(&path)?)? } else { File::default() };
    if !path.exists() && !dir.join(CONTRACTS).is_dir() {
        return Err(Failure::Usage(format!("{}: neither {FILE} nor {CONTRACTS}/ is there", dir.display())));
    }
    let mut contracts = Vec::new();
    let mut all_fit = true;
    for entry in with_found(dir, file.contract)? {
        match contract(dir, entry, lang) {
            Err(Failure::Text) => all_fit = false,
            other => contracts.push(other?),
        }
    }
    if all_fit {
        Ok(Wanted { contracts, tenants: file.tenant, subscriptions: file.subscription })
    } else {
        Err(Failure::Text)
    }
}

fn parse(path: &Path, text: &str) -> Result<File, Failure> {
    toml::from_str(text).map_err(|it: toml::de::Error| {
        let at = it.span().map_or(0, |it| it.start);
        let line = text.bytes().take(at).filter(|it| *it == b'\n').count() + 1;
        Failure::Usage(format!("{}:{line}: {}", path.display(), it.message()))
    })
}

/// The contracts named, and after them those that lie in the folder unnamed, by name.
fn with_found(dir: &Path, named: Vec<FileContract>) -> Result<Vec<FileContract>, Failure> {
    let folder = dir.join(CONTRACTS);
    let mut found: Vec<PathBuf> = Vec::new();
    if folder.is_dir() {
        let entries = std::fs::read_dir(&folder).map_err(|it| Failure::io(&folder, "list it", &it))?;
        for entry in entries {
            let path = entry.map_err(|it| Failure::io(&folder, "list it", &it))?.path();
            let markdown = path.extension().is_some_and(|it| it == "md");
            let name = path.file_name().map(|it| Path::new(CONTRACTS).join(it));
            found.extend(name.filter(|name| markdown && !named.iter().any(|it| it.file == *name)));
        }
    }
    found.sort();
    let unnamed = found.into_iter().map(|file| FileContract {
        file,
        kind: AgreementKind::Ours,
        acknowledge: Vec::new(),
        codes: None,
    });
    Ok(named.into_iter().chain(unnamed).collect())
}

/// A contract that passes every check the server makes before it publishes one.
fn contract(dir: &Path, entry: FileContract, lang: Lang) -> Result<WantedContract, Failure> {
    let path = dir.join(&entry.file);
    let text = files::text(&path)?;
    let FileContract { kind, acknowledge, codes, .. } = entry;
    let (contract, _) = language::read(&path.display().to_string(), &text);
    let id = contract.as_ref().map_or("", |it| it.id.as_str());
    let beside = annexes::of(dir, id, codes.as_deref())?;
    let annexes: Vec<String> = beside.iter().map(|it| it.1.clone()).collect();
    let publish =
        Publish { text: text.clone(), kind, acknowledge: acknowledge.clone(), annexes: annexes.clone() };
    match publishing::check(&Principal::system("apply"), publish) {
        Ok(_) => {}
        Err(Refused::Refusal(it)) => return Err(refused((&path, &text), &beside, &it, lang)),
        Err(Refused::Fault(it)) => return Err(Failure::Fault(it.to_string())),
    }
    let contract = contract.ok_or(Failure::Text)?;
    Ok(WantedContract { contract, text, kind, acknowledge, annexes })
}

fn refused(
    (path, text): (&Path, &str),
    annexes: &[(PathBuf, String)],
    refusal: &Refusal,
    lang: Lang,
) -> Failure {
    eprintln!("upheld: {}: {}", path.display(), refusal.detail.in_lang(lang));
    for it in &refusal.findings {
        let file = it.place.as_ref().map_or("", |it| it.file.as_str());
        let (path, text) = annexes::named(annexes, file).unwrap_or((path, text));
        eprint!("{}", render(&placed(it, path), Some(text), lang));
    }
    Failure::Text
}

/// The finding, with the file's name in the place of the text's.
fn placed(it: &Diagnostic, path: &Path) -> Diagnostic {
    let mut it = it.clone();
    if let Some(place) = &mut it.place {
        place.file = path.display().to_string();
    }
    it
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match parse(Path::new("upheld.toml"), text) {
            Ok(it) => format!("{} {} {}", it.contract.len(), it.tenant.len(), it.subscription.len()),
            Err(Failure::Usage(it)) => it,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_lists_contracts_tenants_and_subscriptions() {
        let text = "[[tenant]]\nid = \"a\"\nname = \"A\"\n[[subscription]]\ntenant = \"a\"\nid = \"a-mwe\"\nagreement = \"mwe\"\n\
                    parameters = { seats = \"12\" }\nrenewal = { rule = \"automatic\", months = 12 }\n";
        assert_eq!(told(text), "0 1 1");
        assert_eq!(told(""), "0 0 0");
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, expected) in [
            ("[[tenant]]\nid = \"a\"\nnam = \"A\"\n", "upheld.toml:3: unknown field `nam`"),
            ("[[subscription]]\ntenant = \"a\"\nagreement = \"mwe\"\n", "upheld.toml:1: missing field `id`"),
            ("[[tenants]]\n", "upheld.toml:1: unknown field `tenants`"),
        ] {
            assert!(told(text).starts_with(expected), "{}", told(text));
        }
    }

    #[test]
    fn contracts_in_the_folder_come_after_those_named_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("contracts")).unwrap();
        for name in ["b.md", "a.md", "z.md", "notes.txt"] {
            std::fs::write(folder.path().join("contracts").join(name), "").unwrap();
        }
        let named = |file: &str| FileContract {
            file: file.into(),
            kind: AgreementKind::Ours,
            acknowledge: Vec::new(),
            codes: None,
        };
        let found = with_found(folder.path(), vec![named("contracts/z.md"), named("other/c.md")]).unwrap();
        let names: Vec<String> = found.iter().map(|it| it.file.display().to_string()).collect();
        assert_eq!(names, ["contracts/z.md", "other/c.md", "contracts/a.md", "contracts/b.md"]);
    }
}
