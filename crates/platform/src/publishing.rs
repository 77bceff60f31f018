//! Publishing a version: read, reviewed, its worked cases run, its findings acknowledged by name; then it never changes.
//!
//! Checking a text takes the time it takes, so it is done before the transaction ([`check`]) and only what was found goes
//! into it ([`publish`]).

use diagnostic::{Bilingual, Diagnostic, Severity, has_errors};
use language::Contract;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use settle::hex;
use sha2::{Digest as _, Sha256};
use store::{Tx, values};

use crate::agreements::{self, AgreementKind, Amendment, Version};
use crate::annexes::{self, Annex};
use crate::audit::{self, Entry};
use crate::documents::{Document, DocumentKind};
use crate::kept::to_text;
use crate::objects;
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::text::Text;

/// Longest contract, in bytes.
pub const TEXT_BYTES_MAX: usize = 256 << 10;
/// Most characters of a version's name.
const VERSION_CHARS_MAX: usize = 63;

/// A contract to be published.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The contract, as Markdown with rules, at most 256 KiB. Id and version are those of its front matter.
    pub text: String,
    /// Who promises. An agreement keeps its kind.
    #[serde(default)]
    pub kind: AgreementKind,
    /// The warnings that are accepted: a code (`R0405`) accepts it wherever it shows, `R0405@4.1` only under the clause
    /// with this number or heading.
    #[serde(default)]
    pub acknowledge: Vec<String>,
    /// What codes of receipts mean, for each fact in volume that has receipts: annexes of the contract, as Markdown.
    #[serde(default)]
    pub annexes: Vec<String>,
}

/// How weighty a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingSeverity {
    /// Must be acknowledged by name.
    Warning,
    /// Worth knowing.
    Note,
}

/// What the review found in a published text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Its stable code.
    pub code: String,
    /// How weighty it is.
    pub severity: FindingSeverity,
    /// The heading it stands under; empty before the first.
    pub clause: String,
    /// The line of the text, from 1.
    pub line: Option<usize>,
    /// What was found.
    pub message: Text,
    /// What can be done about it.
    pub help: Text,
    /// Counterexamples and further remarks.
    pub notes: Vec<Text>,
}

/// A contract that can be published.
#[derive(Debug)]
pub struct Checked {
    text: String,
    sha256: String,
    kind: AgreementKind,
    acknowledged: Vec<String>,
    findings: Vec<Finding>,
    contract: Contract,
    annexes: Vec<annexes::Checked>,
}

/// Reads and reviews a contract and runs its worked cases. Refused with everything that is wrong when the text has errors
/// or a worked case fails, and with the open findings when a warning is not acknowledged by name. Only somebody who may
/// publish gets an answer.
pub fn check(who: &Principal, input: Publish) -> Result<Checked, Failure> {
    who.check_provider(Resource::Agreement, Verb::Create)?;
    Ok(checked(input)?)
}

fn checked(input: Publish) -> Result<Checked, Refusal> {
    let Publish { text, kind, acknowledge, annexes } = input;
    if text.len() > TEXT_BYTES_MAX {
        return Err(Refusal::new(
            RefusalKind::TooLarge,
            format!("text: {} bytes; a contract has at most {TEXT_BYTES_MAX}", text.len()),
            format!("text：{} 字节；合同最多 {TEXT_BYTES_MAX} 字节", text.len()),
        ));
    }
    let (contract, mut found) = language::read("text", &text);
    let Some(contract) = contract else { return Err(Refusal::findings(found)) };
    check_version(&contract.version)?;
    found.extend(review::review(&contract));
    diagnostic::sort(&mut found);
    if has_errors(&found) {
        return Err(Refusal::findings(found));
    }
    let annexes = annexes::check(&contract, &annexes).map_err(Refusal::findings)?;
    check_examples(&contract)?;
    check_acknowledged(&contract, &found, &acknowledge)?;
    let findings = found.iter().map(|it| finding(&contract, it)).collect();
    let sha256 = hex(&Sha256::digest(text.as_bytes()));
    Ok(Checked { text, sha256, kind, acknowledged: acknowledge, findings, contract, annexes })
}

/// Publishes a checked contract. The same text again gets the same answer; another text under a version that is published
/// is refused.
pub fn publish(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    checked: &Checked,
) -> Result<Version, Failure> {
    who.provider(tx, Resource::Agreement, Verb::Create)?;
    let (id, version) = (&checked.contract.id, &checked.contract.version);
    let known = tx.row(
        "SELECT sha256 FROM agreement_version WHERE agreement_id = $1 AND version = $2",
        values![id, version],
    )?;
    if let Some(row) = known {
        let sha256: String = row.get(0)?;
        if sha256 != checked.sha256 {
            return Err(taken(id, version).into());
        }
        let found = agreements::found_version(tx, id, version)?;
        return if found.annexes == checked.annexes() {
            Ok(found)
        } else {
            Err(other_annexes(id, version).into())
        };
    }
    check_facts_stay(platform, tx, checked)?;
    put_agreement(tx, checked)?;
    objects::put(tx, checked.text.as_bytes())?;
    for it in &checked.annexes {
        objects::put(tx, it.text.as_bytes())?;
    }
    tx.execute(
        "INSERT INTO agreement_version (agreement_id, version, seq, sha256, effective, amendment, published_at, published_by,
           acknowledged, findings, annexes)
         VALUES ($1, $2, (SELECT coalesce(max(seq), 0) + 1 FROM agreement_version WHERE agreement_id = $1), $3, $4, $5, $6,
           $7, $8, $9, $10)",
        values![
            id,
            version,
            &checked.sha256,
            checked.contract.effective.map_or_else(String::new, |it| it.to_string()),
            Amendment::of(checked.contract.amendment.as_deref()).name(),
            tx.now(),
            &who.actor,
            to_text(&checked.acknowledged)?,
            to_text(&checked.findings)?,
            to_text(&checked.annexes.iter().map(|it| &it.kept).collect::<Vec<_>>())?,
        ],
    )?;
    let mut new = json!({ "version": version, "sha256": checked.sha256, "kind": checked.kind, "acknowledged": checked.acknowledged });
    if !checked.annexes.is_empty() {
        new["annexes"] = json!(checked.annexes());
    }
    let subject = id.clone();
    let entry = Entry { action: "agreement.published", subject, old: Json::Null, new, ..Entry::default() };
    audit::append(tx, who, PROVIDER, entry)?;
    agreements::found_version(tx, id, version)
}

/// Records in volume lie in files, all others in the store. A fact that changed from one to the other would leave the records
/// behind that came under the versions before.
fn check_facts_stay(platform: &Platform, tx: &mut Tx<'_>, checked: &Checked) -> Result<(), Failure> {
    let id = &checked.contract.id;
    let versions = tx.rows("SELECT version FROM agreement_version WHERE agreement_id = $1", values![id])?;
    for row in versions {
        let version: String = row.get(0)?;
        let before = platform.contracts.get(tx, id, &version)?;
        let facts = &checked.contract.schema.facts;
        let changed = facts.iter().find(|it| {
            before.contract.schema.fact(&it.name).is_some_and(|(_, other)| other.volume != it.volume)
        });
        if let Some(fact) = changed {
            return Err(moved(&fact.name, &version, fact.volume).into());
        }
    }
    Ok(())
}

impl Checked {
    fn annexes(&self) -> Vec<Annex> {
        self.annexes.iter().map(|it| it.kept.annex.clone()).collect()
    }
}

/// Makes the agreement with its first version; a later one leaves it as it is.
fn put_agreement(tx: &mut Tx<'_>, checked: &Checked) -> Result<(), Failure> {
    let contract = &checked.contract;
    if let Some(row) = tx.row("SELECT kind FROM agreement WHERE id = $1", values![&contract.id])? {
        let kind: String = row.get(0)?;
        return if kind == checked.kind.name() {
            Ok(())
        } else {
            Err(other_kind(&contract.id, &kind).into())
        };
    }
    let sla = Document { kind: DocumentKind::Sla, title: contract.title.en.clone(), sha256: None, rank: 1 };
    tx.execute(
        "INSERT INTO agreement (id, kind, title, title_zh, documents, created_at, revision) VALUES ($1, $2, $3, $4, $5, $6, 1)",
        values![
            &contract.id,
            checked.kind.name(),
            &contract.title.en,
            &contract.title.zh,
            to_text(&[sla])?,
            tx.now(),
        ],
    )?;
    Ok(())
}

/// A version is part of addresses and file names.
fn check_version(version: &str) -> Result<(), Refusal> {
    let fits = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    if (1..=VERSION_CHARS_MAX).contains(&version.len())
        && version.chars().all(fits)
        && !version.starts_with('.')
    {
        return Ok(());
    }
    Err(Refusal::invalid(
        format!(
            "version `{version}`: use 1 to {VERSION_CHARS_MAX} letters, digits, dots, hyphens and underscores, no dot first"
        ),
        format!(
            "version `{version}`：请使用 1 至 {VERSION_CHARS_MAX} 个字母、数字、点、连字符或下划线，且不以点开头"
        ),
    ))
}

/// A worked case that fails shows that the rules do not say what the text means. One the provider printed may be wrong
/// itself: that is a finding of the review.
fn check_examples(contract: &Contract) -> Result<(), Refusal> {
    let results = settle::examples(contract).into_iter().filter(|it| !it.printed);
    let failures: Vec<Diagnostic> = results.flat_map(|it| it.failures).collect();
    if failures.is_empty() { Ok(()) } else { Err(Refusal::findings(failures)) }
}

fn check_acknowledged(
    contract: &Contract,
    found: &[Diagnostic],
    acknowledge: &[String],
) -> Result<(), Refusal> {
    let open: Vec<Diagnostic> = found
        .iter()
        .filter(|it| it.severity == Severity::Warning)
        .filter(|it| !acknowledge.iter().any(|name| acknowledges(name, it.code, clause_of(contract, it))))
        .map(|it| named(contract, it))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let mut codes: Vec<&str> = open.iter().map(|it| it.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let codes = codes.join(", ");
    let mut refusal = Refusal::new(
        RefusalKind::FindingsOpen,
        format!("{} warnings are open ({codes}); mend the text, or name them in `acknowledge`", open.len()),
        format!("有 {} 条警告未处理（{codes}）；请修改文本，或在 `acknowledge` 中逐项确认", open.len()),
    );
    refusal.findings = open;
    Err(refusal)
}

/// The finding, with the name that acknowledges it.
fn named(contract: &Contract, it: &Diagnostic) -> Diagnostic {
    let name = format!("{}@{}", it.code, clause_of(contract, it));
    it.clone().note(Bilingual::new(
        format!("acknowledge as `{}` or `{name}`", it.code),
        format!("可确认为 `{}` 或 `{name}`", it.code),
    ))
}

/// Whether a name in `acknowledge` means the finding with this code under this clause.
fn acknowledges(name: &str, code: &str, clause: &str) -> bool {
    match name.split_once('@') {
        None => name == code,
        Some((of, at)) => of == code && (at == clause || Some(at) == clause.split_whitespace().next()),
    }
}

/// The heading a finding stands under.
fn clause_of<'a>(contract: &'a Contract, it: &Diagnostic) -> &'a str {
    let at = it.place.as_ref().map_or(0, |it| it.from);
    let above = contract.headings.iter().rfind(|it| it.span.from <= at);
    above.map_or("", |it| it.text.as_str())
}

fn finding(contract: &Contract, it: &Diagnostic) -> Finding {
    let severity =
        if it.severity == Severity::Note { FindingSeverity::Note } else { FindingSeverity::Warning };
    Finding {
        code: it.code.to_owned(),
        severity,
        clause: clause_of(contract, it).to_owned(),
        line: it.place.as_ref().map(|it| it.line),
        message: (&it.message).into(),
        help: (&it.help).into(),
        notes: it.notes.iter().map(Text::from).collect(),
    }
}

fn taken(id: &str, version: &str) -> Refusal {
    Refusal::new(
        RefusalKind::Exists,
        format!(
            "{id} {version} is published with another text; a published version never changes: give this text a new version"
        ),
        format!("{id} {version} 已以其他文本发布；已发布的版本不可更改，请使用新的版本号"),
    )
}

fn moved(fact: &str, version: &str, in_volume: bool) -> Refusal {
    let (now, then) = if in_volume { ("in volume", "listed") } else { ("listed", "in volume") };
    let (now_zh, then_zh) =
        if in_volume { ("大量记录", "逐条列出") } else { ("逐条列出", "大量记录") };
    Refusal::invalid(
        format!(
            "`{fact}` is {now} here and {then} in version {version}; records that came under that version would not count: give the fact another name"
        ),
        format!(
            "`{fact}` 在此为{now_zh}，而在版本 {version} 中为{then_zh}；该版本下到来的记录将不被计入：请为此事实另取名称"
        ),
    )
}

fn other_annexes(id: &str, version: &str) -> Refusal {
    Refusal::new(
        RefusalKind::Exists,
        format!(
            "{id} {version} is published with other annexes; what is published never changes: give text and annexes a new version"
        ),
        format!("{id} {version} 已随其他附件发布；发布后不可更改，请为文本和附件使用新的版本号"),
    )
}

fn other_kind(id: &str, kind: &str) -> Refusal {
    Refusal::new(
        RefusalKind::Exists,
        format!("agreement `{id}` is of kind `{kind}`; give this contract another id"),
        format!("协议 `{id}` 的类别为 `{kind}`；请为该合同使用其他 id"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_acknowledged_by_its_code_or_its_code_at_a_clause() {
        let clause = "4.1 Credits · 赔付";
        let table = [
            ("R0405", true),
            ("R0405@4.1", true),
            ("R0405@4.1 Credits · 赔付", true),
            ("R0405@4", false),
            ("R0405@", false),
            ("R0406", false),
            ("R0406@4.1", false),
            ("r0405", false),
            ("", false),
        ];
        for (name, expected) in table {
            assert_eq!(acknowledges(name, "R0405", clause), expected, "{name}");
        }
    }

    #[test]
    fn a_version_fits_an_address_and_a_file_name() {
        for fine in ["1", "1.1", "2026-10_a"] {
            assert!(check_version(fine).is_ok(), "{fine}");
        }
        for wrong in ["", "..", "1/2", "1 2", "版本", &"1".repeat(64)] {
            assert!(check_version(wrong).is_err(), "{wrong}");
        }
    }
}
