//! `upheld explain`: what a code means and how to mend what it names.

use diagnostic::{Code, Lang, code, codes};
use serde_json::{Value, json};

use crate::arguments::{ExplainArguments, Format, lang};
use crate::failure::Failure;
use crate::print;

/// Runs the command.
pub(crate) fn run(arguments: &ExplainArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let found: Vec<&Code> = match &arguments.code {
        None => codes().iter().collect(),
        Some(name) => vec![
            code(name)
                .ok_or_else(|| Failure::Usage(format!("no code `{name}`; `upheld explain` lists all")))?,
        ],
    };
    match arguments.output.format {
        Format::Json => print::json(&Value::Array(found.iter().map(|it| as_json(it)).collect())),
        Format::Text if arguments.code.is_some() => {
            print::out(&found.iter().map(|it| told(it, lang)).collect::<String>())
        }
        Format::Text => {
            print::out(&found.iter().map(|it| format!("{}  {}\n", it.code, it.title)).collect::<String>())
        }
    }
}

fn told(it: &Code, lang: Lang) -> String {
    let text = match lang {
        Lang::En => &it.en,
        Lang::Zh => &it.zh,
    };
    format!("{}  {}\n\n{text}\n", it.code, it.title)
}

fn as_json(it: &Code) -> Value {
    json!({"code": it.code, "title": it.title, "en": it.en, "zh": it.zh})
}
