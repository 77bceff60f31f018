//! `upheld owner create`: the first owner, made from the machine itself.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use diagnostic::Lang;
use platform::people;
use platform::principal::{PROVIDER, Principal};
use platform::rights::Role;
use platform::{Failure as Refused, Platform};
use trace::Tracer;

use crate::arguments::{OwnerArguments, OwnerCommand, OwnerCreateArguments, lang};
use crate::config;
use crate::failure::Failure;
use crate::{files, print, serve};

/// Who stands in the audit log as having done it.
const ACTOR: &str = "owner_create";

/// Runs the command.
pub(crate) fn run(arguments: &OwnerArguments) -> Result<(), Failure> {
    match &arguments.command {
        OwnerCommand::Create(it) => create(it),
    }
}

fn create(arguments: &OwnerCreateArguments) -> Result<(), Failure> {
    let serving = config::of_store(&arguments.store)?;
    let lang = lang(arguments.lang);
    let platform = serve::open(&serving, Tracer::default())?;
    let password = password(arguments.password_file.as_deref(), lang)?;
    let hash = people::hash_password(&platform, &password).map_err(|it| refused(it, lang))?;
    let id = written(&platform, arguments, lang, hash).map_err(|it| refused(it, lang))?;
    print::out(&match lang {
        Lang::En => format!("{} is an owner now ({id})\n", arguments.email),
        Lang::Zh => format!("{} 已成为所有者（{id}）\n", arguments.email),
    })
}

fn written(
    platform: &Platform,
    arguments: &OwnerCreateArguments,
    lang: Lang,
    hash: String,
) -> Result<String, Refused> {
    let email = arguments.email.clone();
    let name = arguments.name.clone().unwrap_or_else(|| email.clone());
    let lang = if lang == Lang::Zh { "zh" } else { "en" };
    platform.write(move |_, tx| {
        people::create(tx, &Principal::system(ACTOR), (&email, &name, lang), &hash, (PROVIDER, Role::Owner))
    })
}

fn password(file: Option<&Path>, lang: Lang) -> Result<String, Failure> {
    if let Some(file) = file {
        return Ok(files::text(file)?.trim_end_matches(['\r', '\n']).to_owned());
    }
    if std::io::stdin().is_terminal() { asked(lang) } else { from_input() }
}

fn from_input() -> Result<String, Failure> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|it| Failure::Fault(format!("standard input: cannot read the password: {it}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asked twice on the terminal, shown never.
fn asked(lang: Lang) -> Result<String, Failure> {
    let (first, again, differ) = match lang {
        Lang::En => ("Password: ", "Again: ", "the two passwords differ; nothing was made"),
        Lang::Zh => ("密码：", "再次输入：", "两次密码不一致，未创建"),
    };
    let ask = |text: &str| {
        rpassword::prompt_password(text)
            .map_err(|it| Failure::Fault(format!("cannot read the password: {it}")))
    };
    let password = ask(first)?;
    if ask(again)? == password { Ok(password) } else { Err(Failure::Usage(differ.to_owned())) }
}

/// A refusal in the reader's language is the user's to mend; anything else is a fault.
fn refused(failure: Refused, lang: Lang) -> Failure {
    match failure {
        Refused::Refusal(it) => {
            eprintln!("upheld: {}", it.detail.in_lang(lang));
            Failure::Text
        }
        Refused::Fault(it) => Failure::Fault(it.to_string()),
    }
}
