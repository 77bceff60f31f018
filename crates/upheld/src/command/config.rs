//! `upheld config`: every setting, its value, and where it came from.

use serde_json::{Value, json};

use crate::arguments::{ConfigArguments, Format};
use crate::config::{self, Origin};
use crate::failure::Failure;
use crate::print;

/// A setting as it is shown.
type Shown = (&'static str, Option<String>, Origin);

/// Runs the command.
pub(crate) fn run(arguments: &ConfigArguments) -> Result<(), Failure> {
    let serving = &arguments.serving;
    let shown = config::effective(serving.flags(), serving.store.config.clone())?.shown();
    match arguments.format {
        Format::Text => print::out(&text(&shown)),
        Format::Json => print::json(&Value::Array(shown.iter().map(document).collect())),
    }
}

fn text(shown: &[Shown]) -> String {
    let value = |it: &Shown| it.1.clone().filter(|it| !it.is_empty()).unwrap_or_else(|| "—".to_owned());
    let keys = shown.iter().map(|it| it.0.len()).max().unwrap_or(0);
    let values = shown.iter().map(|it| value(it).chars().count()).max().unwrap_or(0);
    let line = |it: &Shown| format!("{:keys$}  {:values$}  {}\n", it.0, value(it), it.2);
    shown.iter().map(line).collect()
}

fn document(it: &Shown) -> Value {
    let (from, place) = match &it.2 {
        Origin::Default => ("default", None),
        Origin::File { .. } => ("file", Some(it.2.to_string())),
        Origin::Environment(name) => ("environment", Some(name.clone())),
        Origin::Flag(name) => ("flag", Some(name.clone())),
    };
    json!({ "key": it.0, "value": it.1, "from": from, "place": place })
}
