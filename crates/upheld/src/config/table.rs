//! Every setting there is: its key, what it may be, and where its value goes.

use platform::Settings;
use proof::WitnessKey;
use web::Rates;

use super::length;
use super::role::Role;

/// What a setting may be.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// `address:port`.
    Address,
    /// A file or directory; in a file, relative to that file.
    Path,
    /// An address that may hold a password, or the file that holds it.
    Secret,
    /// The address of a collector of spans, which may hold a password.
    Collector,
    /// What a process does of all there is to do.
    Role,
    /// Where evidence in volume is kept: a folder, in a file relative to that file, or a store of objects.
    Lake,
    /// `true` or `false`.
    Switch,
    /// Public keys of witnesses; in one text, separated by blanks.
    List(fn(&mut Settings) -> &mut Vec<String>),
    /// Words that go into the platform's settings.
    Words(fn(&mut Settings) -> &mut String),
    /// A length of time.
    Length(fn(&mut Settings) -> &mut i64),
    /// A length of time, or `forever`.
    LengthOrForever(fn(&mut Settings) -> &mut Option<i64>),
    /// A whole number from 1 on.
    Count(fn(&mut Rates) -> &mut u32),
}

/// A setting.
pub(crate) struct Setting {
    /// Its name in the file: `grace` in the table `times` is `times.grace`.
    pub(crate) key: &'static str,
    /// What it may be.
    pub(crate) kind: Kind,
}

/// Where state is kept when nothing is said: a directory where the process was started.
pub(crate) const DATA: &str = "upheld-data";
/// Begins the address of a store of objects.
pub(crate) const S3: &str = "s3://";
/// What stands for an unlimited time.
pub(crate) const FOREVER: &str = "forever";

const fn setting(key: &'static str, kind: Kind) -> Setting {
    Setting { key, kind }
}

/// All settings, in the order they are shown.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("listen", Kind::Address),
    setting("role", Kind::Role),
    setting("data", Kind::Path),
    setting("database", Kind::Secret),
    setting("database_file", Kind::Path),
    setting("key", Kind::Path),
    setting("lake", Kind::Lake),
    setting("log", Kind::Switch),
    setting("otlp", Kind::Collector),
    setting("provider", Kind::Words(|it| &mut it.provider)),
    setting("origin", Kind::Words(|it| &mut it.origin)),
    setting("witnesses", Kind::List(|it| &mut it.witnesses)),
    setting("times.grace", Kind::Length(|it| &mut it.grace_seconds)),
    setting("times.session_idle", Kind::Length(|it| &mut it.session_idle_seconds)),
    setting("times.session", Kind::Length(|it| &mut it.session_seconds)),
    setting("times.confirmation", Kind::Length(|it| &mut it.confirmation_seconds)),
    setting("times.link", Kind::Length(|it| &mut it.link_seconds)),
    setting("times.adjudication", Kind::Length(|it| &mut it.adjudication_seconds)),
    setting("times.answer", Kind::Length(|it| &mut it.answer_seconds)),
    setting("times.appeal", Kind::Length(|it| &mut it.appeal_seconds)),
    setting("times.voucher", Kind::LengthOrForever(|it| &mut it.voucher_seconds)),
    setting("times.idempotency", Kind::Length(|it| &mut it.idempotency_seconds)),
    setting("times.consent", Kind::Length(|it| &mut it.consent_seconds)),
    setting("rates.address_per_second", Kind::Count(|it| &mut it.address.per_second)),
    setting("rates.address_burst", Kind::Count(|it| &mut it.address.burst)),
    setting("rates.read_per_second", Kind::Count(|it| &mut it.read.per_second)),
    setting("rates.read_burst", Kind::Count(|it| &mut it.read.burst)),
    setting("rates.write_per_second", Kind::Count(|it| &mut it.write.per_second)),
    setting("rates.write_burst", Kind::Count(|it| &mut it.write.burst)),
];

impl Setting {
    /// The setting of this key.
    pub(crate) fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|it| it.key == key)
    }

    /// Its name in the environment: `UPHELD_TIMES_GRACE`.
    pub(crate) fn variable(&self) -> String {
        format!("UPHELD_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// The text that holds when nothing is set; `None` where nothing does.
    pub(crate) fn default(&self) -> Option<String> {
        let (mut settings, mut rates) = (Settings::default(), Rates::default());
        match self.kind {
            Kind::Address => Some("127.0.0.1:7480".to_owned()),
            Kind::Path => (self.key == "data").then(|| DATA.to_owned()),
            Kind::Role => Some(Role::All.name().to_owned()),
            Kind::Secret | Kind::Collector | Kind::Lake => None,
            Kind::Switch => Some("false".to_owned()),
            Kind::List(at) => Some(at(&mut settings).join(" ")),
            Kind::Words(at) => Some(at(&mut settings).clone()),
            Kind::Length(at) => Some(length::show(*at(&mut settings))),
            Kind::LengthOrForever(at) => Some(at(&mut settings).map_or(FOREVER.to_owned(), length::show)),
            Kind::Count(at) => Some(at(&mut rates).to_string()),
        }
    }

    /// Puts a text where its value goes; `Err` says what is expected instead. Texts without a place of their own are only
    /// checked.
    pub(crate) fn put(
        &self,
        text: &str,
        settings: &mut Settings,
        rates: &mut Rates,
    ) -> Result<(), &'static str> {
        const LENGTH: &str = "a length of time such as `30 min`, `12 h` or `3 d`";
        match self.kind {
            Kind::Address => {
                let port = text.rsplit_once(':').filter(|it| !it.0.is_empty()).map(|it| it.1.parse::<u16>());
                port.is_some_and(|it| it.is_ok())
                    .then_some(())
                    .ok_or("an address with its port, such as `127.0.0.1:7480`")
            }
            Kind::Role => Role::parse(text).map(drop).ok_or("`all`, `intake`, `worker` or `web`"),
            Kind::Lake => (!text.is_empty() && (!text.contains("://") || text.starts_with(S3)))
                .then_some(())
                .ok_or("a folder, or a bucket and what paths in it begin with, such as `s3://bucket/lake`"),
            Kind::Path | Kind::Secret => (!text.is_empty()).then_some(()).ok_or("not empty"),
            Kind::Collector => {
                let host = text.strip_prefix("http://").and_then(|it| it.split(['/', '?', '#']).next());
                host.is_some_and(|it| !it.is_empty())
                    .then_some(())
                    .ok_or("the address of an OTLP collector, such as `http://127.0.0.1:4318`; only http:// is spoken")
            }
            Kind::Switch => matches!(text, "true" | "false").then_some(()).ok_or("`true` or `false`"),
            Kind::List(at) => {
                *at(settings) = text.split_whitespace().map(str::to_owned).collect();
                let fit = at(settings).iter().all(|it| it.parse::<WitnessKey>().is_ok());
                fit.then_some(()).ok_or("public keys of witnesses, `name+hash+key`, separated by blanks")
            }
            Kind::Words(at) => {
                if text.trim().is_empty() {
                    return Err("not empty");
                }
                text.clone_into(at(settings));
                Ok(())
            }
            Kind::Length(at) => length::parse(text).map(|it| *at(settings) = it).ok_or(LENGTH),
            Kind::LengthOrForever(at) if text == FOREVER => {
                *at(settings) = None;
                Ok(())
            }
            Kind::LengthOrForever(at) => length::parse(text)
                .map(|it| *at(settings) = Some(it))
                .ok_or("a length of time such as `365 d`, or `forever`"),
            Kind::Count(at) => {
                let count = text.parse::<u32>().ok().filter(|it| *it > 0);
                count.map(|it| *at(rates) = it).ok_or("a whole number from 1 on")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_read_back_as_the_settings_that_hold_when_nothing_is_set() {
        let (mut settings, mut rates) = (Settings::default(), Rates::default());
        for it in SETTINGS {
            if let Some(text) = it.default() {
                assert_eq!(it.put(&text, &mut settings, &mut rates), Ok(()), "{}", it.key);
            }
        }
        assert_eq!((settings, rates), (Settings::default(), Rates::default()));
    }

    #[test]
    fn each_setting_has_a_place_of_its_own() {
        let witness = proof::WitnessSigningKey::from_seed("witness.example", [1; 32]).unwrap();
        let witness = witness.verifying_key().to_string();
        for it in SETTINGS {
            let (mut settings, mut rates) = (Settings::default(), Rates::default());
            let text = match it.kind {
                Kind::Words(_) => "other.example/name",
                Kind::List(_) => &witness,
                Kind::Length(_) | Kind::LengthOrForever(_) => "12345 s",
                Kind::Count(_) => "12345",
                _ => continue,
            };
            assert_eq!(it.put(text, &mut settings, &mut rates), Ok(()), "{}", it.key);
            assert_ne!((settings, rates), (Settings::default(), Rates::default()), "{}", it.key);
        }
    }
}
