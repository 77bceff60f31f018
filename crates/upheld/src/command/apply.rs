//! `upheld apply`: contracts, tenants and subscriptions from files, after showing what will change.

use diagnostic::Lang;

use crate::apply::{self, Plan, Server};
use crate::arguments::{ApplyArguments, Format, lang};
use crate::failure::Failure;
use crate::{files, print};

/// Runs the command. What the server already has is left alone, so that the same files can be applied again.
pub(crate) fn run(arguments: &ApplyArguments) -> Result<(), Failure> {
    let lang = lang(arguments.output.lang);
    let wanted = apply::read(&arguments.dir, lang)?;
    let server = Server::new(&arguments.url, &files::text(&arguments.token_file)?, lang)?;
    let plan = apply::plan(&wanted, &server)?;
    match arguments.output.format {
        Format::Text => print::out(&apply::told(&plan, lang))?,
        Format::Json => print::json(&apply::as_json(&plan))?,
    }
    if !arguments.plan {
        carry_out(&plan, &server, arguments.output.format, lang)?;
    }
    if plan.unmet.is_empty() { Ok(()) } else { Err(Failure::Text) }
}

/// Does the steps in order, and stops at the first that is refused; the next run goes on from there.
fn carry_out(plan: &Plan, server: &Server, format: Format, lang: Lang) -> Result<(), Failure> {
    for step in &plan.steps {
        server.change(&step.request)?;
    }
    match (format, plan.steps.len(), lang) {
        (Format::Json, _, _) | (_, 0, _) => Ok(()),
        (_, _, Lang::En) => print::out("done\n"),
        (_, _, Lang::Zh) => print::out("已完成\n"),
    }
}
