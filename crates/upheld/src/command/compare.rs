//! `upheld compare`: where a new version pays less, promises less or claims shorter, with a witness for each.

use std::path::Path;

use diagnostic::Lang;
use language::Contract;
use review::{Change, Comparison, Effect, Version};
use serde_json::{Value, json};

use crate::arguments::{CompareArguments, Format, lang};
use crate::failure::Failure;
use crate::{files, print};

/// Runs the command. That a new version is worse is an answer, not a failure.
pub(crate) fn run(arguments: &CompareArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let (old, new) = (contract(&arguments.old, lang)?, contract(&arguments.new, lang)?);
    let comparison = review::compare(&old, &new);
    match arguments.output.format {
        Format::Json => print::json(&as_json(&comparison)),
        Format::Text => print::out(&told(&comparison, lang)),
    }
}

fn contract(file: &Path, lang: Lang) -> Result<Contract, Failure> {
    let text = files::text(file)?;
    let (contract, found) = language::read(&file.display().to_string(), &text);
    contract.ok_or_else(|| {
        print::diagnostics(&found, Some(&text), lang);
        Failure::Text
    })
}

/// For people.
pub(crate) fn told(comparison: &Comparison, lang: Lang) -> String {
    let mut out = format!("{} → {}\n\n", named(&comparison.old), named(&comparison.new));
    for change in &comparison.changes {
        out.push_str(&change_told(change, lang));
    }
    out.push_str(match (comparison.changes.is_empty(), comparison.materially_worse, lang) {
        (true, _, Lang::En) => "nothing changes that a settlement could show\n",
        (true, _, Lang::Zh) => "没有任何会影响结算的变化\n",
        (_, true, Lang::En) => "the new version is materially worse for the customer\n",
        (_, true, Lang::Zh) => "新版本对客户有实质性降低\n",
        (_, false, Lang::En) => "nothing was found that is worse for the customer\n",
        (_, false, Lang::Zh) => "未发现对客户更差之处\n",
    });
    out
}

fn named(version: &Version) -> String {
    let effective = version.effective.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    format!("{} {}{effective}", version.id, version.version)
}

fn change_told(change: &Change, lang: Lang) -> String {
    let sign = match (change.effect, lang) {
        (Effect::Worse, Lang::En) => "▼ worse    ",
        (Effect::Worse, Lang::Zh) => "▼ 更差",
        (Effect::Better, Lang::En) => "▲ better   ",
        (Effect::Better, Lang::Zh) => "▲ 更好",
        (Effect::Different, Lang::En) => "· different",
        (Effect::Different, Lang::Zh) => "· 不同",
    };
    let clauses = match (&change.old_clause, &change.new_clause) {
        (Some(old), Some(new)) if old == new => format!("    [{old}]\n"),
        (None, None) => String::new(),
        (old, new) => {
            format!("    [{} → {}]\n", old.as_deref().unwrap_or("–"), new.as_deref().unwrap_or("–"))
        }
    };
    format!("{sign}  {}\n{clauses}\n", change.message.in_lang(lang))
}

/// For programs: what the API answers too.
pub(crate) fn as_json(comparison: &Comparison) -> Value {
    json!(platform::comparison::Comparison::from(comparison.clone()))
}
