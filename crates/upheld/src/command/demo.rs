//! `upheld demo`: fills a fresh directory with a provider, twelve customers and three past months, and serves it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant as Moment;

use diagnostic::Lang;
use platform::Platform;
use store::{Clock, Context, Location, ManualClock, Scope, SeededChance, Store, SystemClock};

use crate::arguments::{DemoArguments, ServingArguments, StoreArguments, lang};
use crate::config::{self, Serving};
use crate::demo::{CUSTOMERS, PASSWORD, PROVIDER, STAFF, play};
use crate::failure::Failure;
use crate::{key, serve};

/// What all chance in the demonstration begins with.
const SEED: u64 = 20_260_301;

/// Runs the command.
pub(crate) fn run(arguments: &DemoArguments) -> Result<(), Failure> {
    if let Some(out) = &arguments.out {
        return super::statements::run(out, &arguments.output);
    }
    let data = arguments.data.clone().unwrap_or_else(|| PathBuf::from("upheld-demo"));
    let mut serving = config::serving(&serving_arguments(&data, arguments))?;
    PROVIDER.clone_into(&mut serving.settings.provider);
    let lang = lang(arguments.output.lang);
    if is_fresh(&data) {
        fill(&serving, &data, lang)?;
    }
    let (tracer, _sender) = serve::otlp::start(serving.otlp.as_deref())?;
    let platform = serve::open(&serving, tracer)?;
    serve::run(platform, &serving, |url| sign_ins(url, lang))
}

fn serving_arguments(data: &Path, arguments: &DemoArguments) -> ServingArguments {
    ServingArguments {
        store: StoreArguments {
            data: Some(data.to_owned()),
            database: None,
            database_file: None,
            key: None,
            config: None,
        },
        listen: arguments.listen.clone(),
        role: None,
        lake: None,
        log: false,
    }
}

fn is_fresh(data: &Path) -> bool {
    !data.join("upheld.sqlite").exists()
}

/// Plays the months with a clock and chance of its own. What was half played when it failed is taken away again.
fn fill(serving: &Serving, data: &Path, lang: Lang) -> Result<(), Failure> {
    let began = Moment::now();
    let dir = data.display();
    match lang {
        Lang::En => eprintln!("filling {dir} with three past months …"),
        Lang::Zh => eprintln!("正在向 {dir} 写入过去三个月的数据……"),
    }
    let now = SystemClock.now();
    let clock = Arc::new(ManualClock::default());
    let context = Context { clock: clock.clone(), chance: Arc::new(SeededChance::new(SEED)) };
    let fault = |it: &dyn std::fmt::Display| Failure::Fault(it.to_string());
    let played = Store::open(&Location::Directory(data.to_owned()), context)
        .map_err(|it| fault(&it))
        .and_then(|store| {
            let key = key::sealing_key(&serving.key, &serving.settings.origin)?;
            let platform = Platform::new(store, serving.settings.clone(), key).with_data(data);
            play(&platform, &clock, now).map_err(|it| fault(&it))?;
            count(&platform)
        });
    match played {
        Ok(statements) => {
            let took = began.elapsed();
            let seconds = format!("{}.{} s", took.as_secs(), took.subsec_millis() / 100);
            match lang {
                Lang::En => eprintln!("{statements} statements sealed in {seconds}"),
                Lang::Zh => eprintln!("已封存 {statements} 份结算单，用时 {seconds}"),
            }
            Ok(())
        }
        Err(failure) => {
            for name in ["upheld.sqlite", "upheld.sqlite-wal", "upheld.sqlite-shm"] {
                // What cannot be taken away is told by the next start.
                let _ = std::fs::remove_file(data.join(name));
            }
            for name in ["lake", "journal"] {
                let _ = std::fs::remove_dir_all(data.join(name));
            }
            Err(failure)
        }
    }
}

fn count(platform: &Platform) -> Result<i64, Failure> {
    let count: Result<i64, store::Fault> = platform.store.read(Scope::Provider, |tx| {
        tx.row("SELECT count(*) FROM statement", &[])?.map_or(Ok(0), |it| it.get(0))
    });
    count.map_err(|it| Failure::Fault(it.to_string()))
}

/// The people who can sign in, as a table, and a first request to try.
fn sign_ins(url: &str, lang: Lang) -> String {
    let (with, next) = match lang {
        Lang::En => ("sign in with the password", "A first request, and the way from there: docs/tour.md"),
        Lang::Zh => ("登录密码", "第一个请求；后续步骤见 docs/tour.md"),
    };
    let mut text = format!("\n{with} `{PASSWORD}`:\n\n");
    for (email, name, role) in STAFF {
        text.push_str(&format!("  {email:<28} {role:<16} {name}\n"));
    }
    for it in &CUSTOMERS {
        text.push_str(&format!("  {:<28} {:<16} {}\n", it.admin, "customer_admin", it.name));
    }
    let sign_in = format!(r#"{{"email": "{}", "password": "{PASSWORD}"}}"#, STAFF[0].0);
    text.push_str(&format!("\n{next}\n\n  curl {url}/api/v1/sessions --json '{sign_in}'\n"));
    text
}
