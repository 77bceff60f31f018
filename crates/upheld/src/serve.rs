//! A server: opened from its settings, run until it is told to stop.

mod handlers;
mod lake;
mod listen;
pub(crate) mod otlp;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use handlers::handlers;
use platform::jobs::Runner;
use platform::{Platform, sealing};
use proof::SigningKey;
use sd_notify::NotifyState;
use store::{Context, Location, OpenError, Scope, Store};
use trace::Tracer;

use crate::config::{self, Serving};
use crate::failure::Failure;
use crate::{key, print};

/// How often the jobs look for work that has become due.
const PAUSE: Duration = Duration::from_secs(1);

/// Opens the store and the key. What the process does is recorded with `tracer`.
pub(crate) fn open(serving: &Serving, tracer: Tracer) -> Result<Platform, Failure> {
    let store = Store::open_traced(&serving.location, Context::default(), tracer)
        .map_err(|it| unopened(&serving.location, &it))?;
    keep_the_key(serving, &store)?;
    let fresh = !serving.key.exists();
    let key = key::sealing_key(&serving.key, &serving.settings.origin)?;
    if let Err(failure) = one_key(serving, &store, &key) {
        if fresh {
            // Nothing was sealed with the key just made, and it never may be.
            let _ = std::fs::remove_file(&serving.key);
        }
        return Err(failure);
    }
    let platform = Platform::new(store, serving.settings.clone(), key);
    match &serving.lake {
        None => Ok(platform.with_data(&serving.data)),
        Some(address) => Ok(platform.with_lake(lake::open(address)?, &serving.data)),
    }
}

/// Why the store did not open, without its password.
fn unopened(location: &Location, error: &OpenError) -> Failure {
    match error {
        OpenError::InUse(place) => Failure::Fault(format!(
            "{place} is in use by another process: stop it first, or choose another --data directory; while a server runs, its owner invites people from inside"
        )),
        _ => Failure::Fault(format!("{}: {error}", config::without_password(&location.show()))),
    }
}

/// A store whose key is on record and no key has lost it, or is another process's: making another one in silence would
/// break the chain of seals.
fn keep_the_key(serving: &Serving, store: &Store) -> Result<(), Failure> {
    if serving.key.exists() {
        return Ok(());
    }
    let recorded = store.read(Scope::Provider, sealing::recorded).map_err(|it| fault(&it))?;
    match recorded {
        None => Ok(()),
        Some(public) => Err(Failure::Fault(format!(
            "{}: the sealing key is missing, and this store is sealed with {public}: put it back from the backup, or name it with --key; a second process on one database needs the first one's key",
            serving.key.display()
        ))),
    }
}

/// The first process to start puts its key on record; all others must have the same.
fn one_key(serving: &Serving, store: &Store, key: &SigningKey) -> Result<(), Failure> {
    let ours = key.verifying_key().to_string();
    let public = ours.clone();
    let recorded = store.write(Scope::Provider, move |tx| sealing::record(tx, &public));
    let recorded = recorded.map_err(|it| fault(&it))?;
    if recorded == ours {
        return Ok(());
    }
    Err(Failure::Fault(format!(
        "{}: this key is {ours}, and this store is sealed with {recorded}: use the key file of the process that was started first, copied here or named with --key",
        serving.key.display()
    )))
}

fn fault(it: &store::Fault) -> Failure {
    Failure::Fault(it.to_string())
}

/// Serves until the process is told to stop: prints one line with the address when requests are taken,
/// and the greeting after it.
pub(crate) fn run(
    platform: Platform,
    serving: &Serving,
    greeting: impl FnOnce(&str) -> String,
) -> Result<(), Failure> {
    let fault = |it: std::io::Error| Failure::Fault(it.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(fault)?;
    let listener = runtime.block_on(listen::listen(&serving.listen))?;
    let address = listener.local_addr().map_err(fault)?;
    if !address.ip().is_loopback() {
        eprintln!(
            "upheld: warning: {address} can be reached from other machines, and nothing is encrypted: browsers there send no sign-in back, so nobody can stay signed in; put a TLS proxy before it, or listen on 127.0.0.1"
        );
    }
    if serving.lake.is_some() {
        let unfit = |why: String| Failure::Fault(format!("{}: {why}", serving.data.display()));
        platform.volume.prepare().map_err(unfit)?;
    }
    // Let go of when nothing runs any more: its connections cannot be ended within the runtime.
    let store = platform.store.clone();
    let jobs = serving.role.works().then(|| work(&platform)).transpose()?;
    let options = web::Options { rates: serving.rates, log: serving.log };
    let app = web::App::new(platform, options, Arc::new(web::to_stderr));
    let app = Arc::new(app.serving(serving.role.serves()));
    let pages = console::router(&app);
    let router = web::router_with(app, pages);
    let served = runtime.block_on(async {
        let stop = listen::stop().map_err(fault)?;
        let url = format!("http://{address}");
        print::out(&format!("listening on {url}\n{}", greeting(&url)))?;
        tell(NotifyState::Ready);
        web::serve(listener, router, stop).await.map_err(fault)
    });
    tell(NotifyState::Stopping);
    drop(jobs);
    // Ends the requests that outlived the farewell, and lets go of the store they hold.
    runtime.shutdown_timeout(PAUSE);
    drop(store);
    served
}

/// Starts the jobs.
fn work(platform: &Platform) -> Result<Runner, Failure> {
    platform::housekeeping::schedule(platform).map_err(|it| Failure::Fault(it.to_string()))?;
    Runner::start(platform.clone(), handlers(), PAUSE).map_err(|it| Failure::Fault(it.to_string()))
}

/// Tells the service manager, where there is one.
fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        eprintln!("upheld: warning: the service manager was not told: {error}");
    }
}
