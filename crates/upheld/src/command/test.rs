//! `upheld test`: the worked examples of contracts, run.

use diagnostic::{Lang, Severity, has_errors};
use serde_json::{Value, json};
use settle::ExampleResult;

use crate::arguments::{FilesArguments, Format, lang};
use crate::failure::Failure;
use crate::{files, print};

/// Runs the command.
pub(crate) fn run(arguments: &FilesArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let mut documents = Vec::new();
    let (mut total, mut failed, mut unreadable) = (0usize, 0usize, false);
    for file in &arguments.files {
        let text = files::text(file)?;
        let name = file.display().to_string();
        let (contract, found) = language::read(&name, &text);
        unreadable |= has_errors(&found);
        let results = contract.as_ref().map(settle::examples).unwrap_or_default();
        total += results.len();
        failed += results.iter().filter(|it| fails(it)).count();
        match arguments.output.format {
            Format::Json => documents.push(json!({
                "file": name,
                "examples": results.iter().map(example_json).collect::<Vec<_>>(),
                "diagnostics": found.iter().filter(|it| it.severity == Severity::Error).map(print::diagnostic_json).collect::<Vec<_>>(),
            })),
            Format::Text => {
                let errors: Vec<_> = found.into_iter().filter(|it| it.severity == Severity::Error).collect();
                print::diagnostics(&errors, Some(&text), lang);
                print::out(&told(&name, &results, &text, lang))?;
            }
        }
    }
    match arguments.output.format {
        Format::Json => print::json(&Value::Array(documents))?,
        Format::Text => print::out(&summary(total, failed, lang))?,
    }
    if failed > 0 || unreadable { Err(Failure::Text) } else { Ok(()) }
}

/// A printed example that contradicts its formula is the contract's defect, reported but not failed.
fn fails(it: &ExampleResult) -> bool {
    !it.passed() && !it.printed
}

fn told(name: &str, results: &[ExampleResult], text: &str, lang: Lang) -> String {
    let mut out = format!("{name}\n");
    for it in results {
        let word = match (it.passed(), it.printed, lang) {
            (true, _, Lang::En) => "ok",
            (true, _, Lang::Zh) => "通过",
            (false, true, Lang::En) => "differs from the printed text",
            (false, true, Lang::Zh) => "与印刷文本不符",
            (false, false, Lang::En) => "FAILED",
            (false, false, Lang::Zh) => "未通过",
        };
        out.push_str(&format!("  {word}  {}\n", it.title));
        for failure in &it.failures {
            out.push_str(&diagnostic::render(failure, Some(text), lang));
        }
    }
    out
}

fn summary(total: usize, failed: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{} passed, {failed} failed\n", total - failed),
        Lang::Zh => format!("{} 个通过，{failed} 个未通过\n", total - failed),
    }
}

fn example_json(it: &ExampleResult) -> Value {
    json!({
        "title": it.title,
        "clause": it.clause,
        "printed": it.printed,
        "passed": it.passed(),
        "expectations": it.expectations,
        "failures": it.failures.iter().map(print::diagnostic_json).collect::<Vec<_>>(),
    })
}
