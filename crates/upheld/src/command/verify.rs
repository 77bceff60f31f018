//! `upheld verify`: a sealed statement checked offline: signature, digests, and the settlement computed again.

use std::collections::BTreeMap;

use diagnostic::{Bilingual, Diagnostic, Lang, Severity};
use evidence::SourceFile;
use serde_json::{Value, json};

use crate::arguments::{Format, VerifyArguments, lang};
use crate::command::growth;
use crate::failure::Failure;
use crate::settlement::{Kept, Request, Settled, TextInputs, Told, settlement};
use crate::volume::Lake;
use crate::{files, key, log, print, volume};

/// Runs the command.
pub(crate) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let Some(dir) = &arguments.dir else { return growth::run(arguments) };
    let lang = lang(arguments.output.lang);
    let trust = proof::Trust {
        seal: key::public("--key", arguments.key.as_deref())?,
        log: key::public("--log-key", arguments.log_key.as_deref())?,
        witnesses: key::witnesses(&arguments.witness)?,
    };
    let tree = files::tree(dir)?;
    let count = tree.keys().filter(|it| !proof::LOG_FILES.contains(&it.as_str())).count();
    let (findings, opened) = verify(tree, &trust);
    let signer = opened.as_ref().map(|it| it.key().to_string()).unwrap_or_default();
    let logged = opened.as_ref().and_then(proof::Opened::log);
    match arguments.output.format {
        Format::Json => print::json(&json!({
            "ok": findings.is_empty(),
            "files": count,
            "signer": signer,
            "log": logged.map(log::json),
            "findings": findings.iter().map(print::diagnostic_json).collect::<Vec<_>>(),
        }))?,
        Format::Text if findings.is_empty() => {
            let logged = logged.map(|it| log::text(it, trust.log.is_some(), lang)).unwrap_or_default();
            print::out(&format!("{}{logged}", praise(count, &signer, trust.seal.is_some(), lang)))?;
        }
        Format::Text => print::diagnostics(&findings, None, lang),
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::Text) }
}

fn praise(files: usize, signer: &str, pinned: bool, lang: Lang) -> String {
    match lang {
        Lang::En => {
            let key = if pinned {
                "the key you named"
            } else {
                "the key in the package; compare it with the one your provider published"
            };
            format!(
                "verified: {files} files unchanged, signed by {signer}\n          ({key})\n          the settlement, computed again from contract and evidence, is the same to the byte\n"
            )
        }
        Lang::Zh => {
            let key = if pinned {
                "与您指定的公钥一致"
            } else {
                "公钥取自本包，请与服务方公布的公钥核对"
            };
            format!(
                "验证通过：{files} 个文件未被改动，签名者 {signer}\n          （{key}）\n          依据合同与证据重新计算，结果逐字节一致\n"
            )
        }
    }
}

/// Everything wrong with a package, and the package if its files are as they were sealed and logged.
fn verify(tree: BTreeMap<String, Vec<u8>>, trust: &proof::Trust) -> (Vec<Diagnostic>, Option<proof::Opened>) {
    match proof::open_trusting(tree, trust) {
        Ok(opened) => (recompute(&opened).err().map(|it| *it).into_iter().collect(), Some(opened)),
        Err(findings) => (findings.iter().map(proof::Finding::diagnostic).collect(), None),
    }
}

fn finding(
    code: &'static str,
    en: impl Into<String>,
    zh: impl Into<String>,
    help: (&str, &str),
) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code, Severity::Error, Bilingual::new(en, zh), Bilingual::new(help.0, help.1)))
}

/// Settles again from what the package holds and compares the bytes.
fn recompute(opened: &proof::Opened) -> Result<(), Box<Diagnostic>> {
    let told = volume::told(opened.files()).map_err(Box::new)?;
    recomputed(opened, told.as_ref().map_or(Kept::Listed, Kept::Told)).map(|_| ())
}

/// The same with records in volume asked in a lake; what was asked and answered.
pub(crate) fn recomputed_with(opened: &proof::Opened, lake: &dyn Lake) -> Result<Told, Box<Diagnostic>> {
    recomputed(opened, Kept::Lake(lake)).map(Option::unwrap_or_default)
}

/// What the settlement asks of a lake, and is answered, whatever the statement says.
pub(crate) fn asked_of(opened: &proof::Opened, lake: &dyn Lake) -> Result<Told, Box<Diagnostic>> {
    Ok(settled(opened, &sealed(opened)?.1, Kept::Lake(lake))?.told.unwrap_or_default())
}

fn recomputed(opened: &proof::Opened, kept: Kept<'_>) -> Result<Option<Told>, Box<Diagnostic>> {
    let (sealed, statement) = sealed(opened)?;
    let settled = settled(opened, &statement, kept)?;
    let again = proof::canonical_bytes(&statement::json(&settled.settlement))
        .map_err(|it| unreadable(&it.to_string()))?;
    if again == sealed { Ok(settled.told) } else { Err(difference(&statement, &again)) }
}

/// The statement, as bytes and read.
fn sealed(opened: &proof::Opened) -> Result<(&[u8], Value), Box<Diagnostic>> {
    let sealed = opened.file("statement.json").ok_or_else(|| missing("statement.json"))?;
    let statement = serde_json::from_slice(sealed).map_err(|it| unreadable(&it.to_string()))?;
    Ok((sealed, statement))
}

fn missing(name: &str) -> Box<Diagnostic> {
    finding(
        "P0201",
        format!("the package lacks {name}"),
        format!("包中缺少 {name}"),
        ("ask for a complete package", "请索取完整的包"),
    )
}

/// Contract, evidence and inputs of the package, settled again.
fn settled(opened: &proof::Opened, statement: &Value, kept: Kept<'_>) -> Result<Settled, Box<Diagnostic>> {
    let contract = opened.file("contract.md").ok_or_else(|| missing("contract.md"))?;
    let contract = String::from_utf8_lossy(contract);
    let evidence: Vec<SourceFile> = opened
        .files()
        .iter()
        .filter(|(name, _)| name.starts_with("evidence/"))
        .map(|(name, bytes)| SourceFile { name: name.clone(), bytes: bytes.clone() })
        .collect();
    let label = statement.pointer("/cycle/label").and_then(Value::as_str).unwrap_or_default();
    let request = Request {
        contract: ("contract.md", &contract),
        evidence: &evidence,
        cycle: label,
        inputs: inputs(statement),
        kept,
    };
    settlement(&request).map_err(|found| {
        let first = found.into_iter().find(|it| it.severity == Severity::Error);
        first.map_or_else(|| unreadable("the settlement cannot be computed"), Box::new)
    })
}

fn unreadable(why: &str) -> Box<Diagnostic> {
    finding(
        "P0202",
        format!("statement.json cannot be read: {why}"),
        format!("无法读取 statement.json：{why}"),
        ("ask for a complete package", "请索取完整的包"),
    )
}

/// Names the first field that came out otherwise.
fn difference(sealed: &Value, again: &[u8]) -> Box<Diagnostic> {
    let again: Value = serde_json::from_slice(again).unwrap_or(Value::Null);
    let at = first_difference(sealed, &again, String::new()).unwrap_or_default();
    let help = if at == "/tzdb" {
        (
            "this program carries another time-zone database; verify with the version that sealed it",
            "本程序的时区数据库版本不同；请使用封存时的版本验证",
        )
    } else {
        (
            "the statement does not follow from its own contract and evidence; ask the provider",
            "对账单与其合同和证据不符；请联系服务方",
        )
    };
    finding(
        "P0203",
        format!("computed again, the statement differs at {at}"),
        format!("重新计算后，对账单在 {at} 处不同"),
        help,
    )
}

fn first_difference(a: &Value, b: &Value, at: String) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let mut keys: Vec<&String> = x.keys().chain(y.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                first_difference(
                    x.get(key).unwrap_or(&Value::Null),
                    y.get(key).unwrap_or(&Value::Null),
                    format!("{at}/{key}"),
                )
            })
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => x
            .iter()
            .zip(y)
            .enumerate()
            .find_map(|(index, (x, y))| first_difference(x, y, format!("{at}/{index}"))),
        _ if a == b => None,
        _ => Some(at),
    }
}

/// The inputs a statement names.
fn inputs(statement: &Value) -> TextInputs {
    let text =
        |name: &str| statement.pointer(&format!("/inputs/{name}")).and_then(Value::as_str).map(str::to_owned);
    let named = statement.pointer("/inputs/parameters").and_then(Value::as_object);
    let parameter = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    TextInputs {
        plan: text("plan"),
        tenant: text("tenant"),
        since: text("since"),
        as_of: text("as_of"),
        parameters: named.map(|it| it.iter().filter_map(parameter).collect()).unwrap_or_default(),
    }
}
