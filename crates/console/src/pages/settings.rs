//! What the process was told and from where, and who may do what.

pub(crate) mod rights;

use askama::Template;
use platform::Failure;
use platform::rights::{Resource, Role, Verb};
use web::{Reply, Route};

use crate::frame::{Frame, Place, role_word};
use crate::page::page;
use crate::view::View;
use crate::words::Words;

#[derive(Template)]
#[template(path = "settings/settings.html")]
struct Settings {
    frame: Frame,
    settings: Vec<Setting>,
    roles: Vec<Head>,
    rows: Vec<Row>,
    may_publish: bool,
    style: bool,
}

struct Setting {
    key: String,
    about: String,
    value: String,
    origin: String,
    is_default: bool,
}

struct Head {
    word: &'static str,
    is_mine: bool,
}

struct Row {
    about: &'static str,
    cells: Vec<Cell>,
}

struct Cell {
    verbs: String,
    is_mine: bool,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![page("/settings", "settingsPage", shown)]
}

fn shown(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    view.who.provider(view.tx, Resource::Settings, Verb::Read)?;
    let (w, mine) = (view.w, view.who.role_in(platform::principal::PROVIDER));
    let head = |role: Role| Head { word: role_word(w, role), is_mine: mine == Some(role) };
    let row = |resource: &Resource| Row {
        about: rights::resource(w, *resource),
        cells: Role::ALL
            .into_iter()
            .map(|role| Cell { verbs: rights::verbs(w, role, *resource), is_mine: mine == Some(role) })
            .collect(),
    };
    let page = Settings {
        settings: settings(view),
        roles: Role::ALL.into_iter().map(head).collect(),
        rows: Resource::ALL.iter().map(row).collect(),
        may_publish: view.may(Resource::Agreement, Verb::Change),
        style: cfg!(debug_assertions),
        frame: Frame::new(view, w.settings_title(), Place::Settings)?,
    };
    view.html(&page)
}

fn settings(view: &View<'_, '_>) -> Vec<Setting> {
    let told = &view.platform.settings;
    let mut all: Vec<Setting> = told.shown.iter().map(|it| setting(view.w, it)).collect();
    // The demonstration names its own provider, whatever was told.
    for it in all.iter_mut().filter(|it| it.key == "provider" && it.value != told.provider) {
        it.value.clone_from(&told.provider);
        view.w.settings_demonstration().clone_into(&mut it.origin);
    }
    all
}

fn setting(w: Words, (key, value, origin): &(String, Option<String>, String)) -> Setting {
    let is_default = origin == "default";
    Setting {
        about: about(w, key),
        value: value.as_deref().filter(|it| !it.is_empty()).unwrap_or("–").to_owned(),
        origin: if is_default { w.settings_default().to_owned() } else { origin.clone() },
        key: key.clone(),
        is_default,
    }
}

fn about(w: Words, key: &str) -> String {
    let words = match key {
        "listen" => w.settings_listen(),
        "data" => w.settings_data(),
        "database" => w.settings_database(),
        "database_file" => w.settings_database_file(),
        "key" => w.settings_key(),
        "log" => w.settings_log(),
        "otlp" => w.settings_otlp(),
        "provider" => w.settings_provider(),
        "origin" => w.settings_origin(),
        "witnesses" => w.settings_witnesses(),
        "times.grace" => w.settings_times_grace(),
        "times.session_idle" => w.settings_times_session_idle(),
        "times.session" => w.settings_times_session(),
        "times.confirmation" => w.settings_times_confirmation(),
        "times.link" => w.settings_times_link(),
        "times.adjudication" => w.settings_times_adjudication(),
        "times.answer" => w.settings_times_answer(),
        "times.appeal" => w.settings_times_appeal(),
        "times.voucher" => w.settings_times_voucher(),
        "times.idempotency" => w.settings_times_idempotency(),
        "times.consent" => w.settings_times_consent(),
        "rates.address_per_second" => w.settings_rates_address_per_second(),
        "rates.address_burst" => w.settings_rates_address_burst(),
        "rates.read_per_second" => w.settings_rates_read_per_second(),
        "rates.read_burst" => w.settings_rates_read_burst(),
        "rates.write_per_second" => w.settings_rates_write_per_second(),
        "rates.write_burst" => w.settings_rates_write_burst(),
        _ => return key.replace(['.', '_'], " "),
    };
    words.to_owned()
}
