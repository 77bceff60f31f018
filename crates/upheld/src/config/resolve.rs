//! Which of several values holds, and where it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use platform::Settings;
use store::Location;
use web::Rates;

use super::nearest::nearest;
use super::role::Role;
use super::table::{DATA, Kind, SETTINGS, Setting};
use super::{Flag, Serving, file};

/// The variable that names the configuration file.
const FILE_VARIABLE: &str = "UPHELD_CONFIG";
/// Variables of ours that set nothing.
const OTHERS: &str = "UPHELD_TEST_";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value as it was given.
#[derive(Clone)]
pub(crate) struct Given {
    /// Of which setting.
    pub(crate) setting: &'static Setting,
    /// The text.
    pub(crate) text: String,
    /// From where.
    pub(crate) origin: Origin,
}

/// The values that hold.
pub(crate) struct Effective(BTreeMap<&'static str, Given>);

/// Reads the file that flags or environment name and lays environment and flags over it. Also answers what may be a mistake
/// and is none for certain.
pub(crate) fn resolve(
    file: Option<PathBuf>,
    environment: &[(String, String)],
    flags: Vec<Flag>,
) -> Result<(Effective, Vec<String>), Vec<String>> {
    let set =
        |name: &str| environment.iter().find(|it| it.0 == name && !it.1.is_empty()).map(|it| it.1.clone());
    let file = file.or_else(|| set(FILE_VARIABLE).map(PathBuf::from));
    let from_file = file.as_deref().map(read).transpose()?.unwrap_or_default();
    let of_environment = SETTINGS.iter().filter_map(|setting| {
        let name = setting.variable();
        Some(Given { setting, text: set(&name)?, origin: Origin::Environment(name) })
    });
    let of_flags = flags.into_iter().filter_map(|(key, text)| {
        let flag = format!("--{}", key.replace('_', "-"));
        Some(Given { setting: Setting::find(key)?, text, origin: Origin::Flag(flag) })
    });
    let mut held = BTreeMap::new();
    for layer in [defaults(), from_file, of_environment.collect(), of_flags.collect()] {
        lay(&mut held, layer).map_err(|it| vec![it])?;
    }
    let effective = Effective(held);
    effective.serving()?;
    Ok((effective, doubts(environment)))
}

fn defaults() -> Vec<Given> {
    let given = |setting: &'static Setting| {
        Some(Given { setting, text: setting.default()?, origin: Origin::Default })
    };
    SETTINGS.iter().filter_map(given).collect()
}

fn read(path: &Path) -> Result<Vec<Given>, Vec<String>> {
    let text = std::fs::read_to_string(path)
        .map_err(|it| vec![format!("{}: cannot read it: {it}", path.display())])?;
    file::read(path, &text)
}

/// Lays a stronger layer over what held so far. A database and the file that names it are two ways of one setting.
fn lay(held: &mut BTreeMap<&'static str, Given>, layer: Vec<Given>) -> Result<(), String> {
    let given = |key: &str| layer.iter().find(|it| it.setting.key == key);
    match (given("database"), given("database_file")) {
        (Some(one), Some(other)) => {
            return Err(format!("{} and {} both name the database: leave one out", one.origin, other.origin));
        }
        (Some(_), None) => drop(held.remove("database_file")),
        (None, Some(_)) => drop(held.remove("database")),
        (None, None) => {}
    }
    held.extend(layer.into_iter().map(|it| (it.setting.key, it)));
    Ok(())
}

/// Variables that look like ours and set nothing. They may be another program's, so they stop nothing.
fn doubts(environment: &[(String, String)]) -> Vec<String> {
    let known: Vec<String> =
        SETTINGS.iter().map(Setting::variable).chain([FILE_VARIABLE.to_owned()]).collect();
    let ours = |name: &str| name.starts_with("UPHELD_") && !name.starts_with(OTHERS);
    let strange = environment.iter().map(|it| &it.0).filter(|it| ours(it) && !known.contains(it));
    let told = strange.filter_map(|name| {
        let meant = nearest(name, known.iter().map(String::as_str))?;
        Some(format!("the variable {name} sets nothing; did you mean {meant}?"))
    });
    told.collect()
}

impl Effective {
    /// Each setting in the order of the table: key, the value that holds where one does, and its origin. No secrets.
    pub(crate) fn shown(&self) -> Vec<(&'static str, Option<String>, Origin)> {
        let shown = |setting: &'static Setting| match self.0.get(setting.key) {
            Some(it) => (setting.key, Some(it.shown()), it.origin.clone()),
            None if setting.key == "key" => {
                (setting.key, Some(self.key().display().to_string()), Origin::Default)
            }
            None => (setting.key, None, Origin::Default),
        };
        SETTINGS.iter().map(shown).collect()
    }

    /// The values, ready for use; or everything that is wrong with them.
    pub(crate) fn serving(&self) -> Result<Serving, Vec<String>> {
        let (mut settings, mut rates) = (Settings::default(), Rates::default());
        let mut wrong = Vec::new();
        for it in self.0.values() {
            if let Err(expected) = it.setting.put(&it.text, &mut settings, &mut rates) {
                wrong.push(format!(
                    "{}: `{}` is {expected}; found `{}`",
                    it.origin,
                    it.setting.key,
                    it.shown()
                ));
            }
        }
        let location = self.location().unwrap_or_else(|it| {
            wrong.push(it);
            Location::Directory(PathBuf::new())
        });
        let role = self.role();
        if wrong.is_empty() {
            wrong.extend(self.unfit(role, &location).into_iter().flatten());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let shown = self.shown().into_iter();
        settings.shown =
            shown.map(|(key, value, origin)| (key.to_owned(), value, origin.to_string())).collect();
        Ok(Serving {
            listen: self.text("listen").unwrap_or_default().to_owned(),
            role,
            location,
            lake: self.text("lake").map(str::to_owned),
            data: self.data(),
            key: self.key(),
            log: self.text("log") == Some("true"),
            otlp: self.text("otlp").map(str::to_owned),
            settings,
            rates,
        })
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|it| it.text.as_str())
    }

    fn role(&self) -> Role {
        self.text("role").and_then(Role::parse).unwrap_or_default()
    }

    /// Why a process cannot do one part alone with the other settings, in both languages.
    fn unfit(&self, role: Role, location: &Location) -> Option<[String; 2]> {
        let origin = self.0.get("role").filter(|_| role != Role::All).map(|it| &it.origin)?;
        let name = role.name();
        let both = |en: &str, zh: &str| {
            Some([
                format!("{origin}: the role `{name}` is one of several processes, {en}"),
                format!("{origin}：角色 `{name}` 与其他进程协同工作，{zh}"),
            ])
        };
        if matches!(location, Location::Directory(_)) {
            return both(
                "and a SQLite file belongs to one alone: name the PostgreSQL database they share with `database`, or leave the role `all`",
                "而一个 SQLite 文件只能由一个进程使用：请用 `database` 指定共用的 PostgreSQL 数据库，或保留角色 `all`",
            );
        }
        if self.text("lake").is_none() {
            return both(
                "and what one accepts another puts into files: name the place they share with `lake`, a folder or s3://bucket/prefix",
                "一个进程接收的记录由另一个进程写入文件：请用 `lake` 指定共用的位置（目录或 s3://bucket/prefix）",
            );
        }
        None
    }

    fn data(&self) -> PathBuf {
        PathBuf::from(self.text("data").unwrap_or(DATA))
    }

    fn key(&self) -> PathBuf {
        self.text("key").map_or_else(|| self.data().join("sealing.key"), PathBuf::from)
    }

    fn location(&self) -> Result<Location, String> {
        let from_file = self.0.get("database_file").map(|it| {
            let read = std::fs::read_to_string(&it.text).map(|url| (it, url.trim().to_owned()));
            read.map_err(|error| format!("{}: {}: cannot read it: {error}", it.origin, it.text))
        });
        let given = match from_file.transpose()? {
            Some(it) => Some(it),
            None => self.0.get("database").map(|it| (it, it.text.clone())),
        };
        let Some((given, url)) = given else { return Ok(Location::Directory(self.data())) };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Location::Postgres(url));
        }
        let (origin, key) = (&given.origin, given.setting.key);
        Err(format!("{origin}: `{key}`: a database is named `postgres://user:password@host/name`"))
    }
}

impl Given {
    /// What may be shown of it.
    fn shown(&self) -> String {
        match self.setting.kind {
            // What is no address may be a password alone.
            Kind::Secret if !self.text.contains("://") => "…".to_owned(),
            Kind::Secret | Kind::Collector => without_password(&self.text),
            _ => self.text.clone(),
        }
    }
}

/// An address without who signs in, and without what follows `?`: a password may stand in both.
pub(crate) fn without_password(url: &str) -> String {
    let (plain, query) = url.split_once('?').map_or((url, ""), |it| (it.0, "?…"));
    match (plain.find("://"), plain.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            let (scheme, rest) = plain.split_at(scheme + "://".len());
            let host = rest.rsplit_once('@').map_or("", |it| it.1);
            format!("{scheme}…@{host}{query}")
        }
        (Some(_), _) => format!("{plain}{query}"),
        // What is no address is a place on this machine.
        (None, _) => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
    }

    fn shown(effective: &Effective, key: &str) -> (Option<String>, String) {
        let found = effective.shown().into_iter().find(|it| it.0 == key).unwrap();
        (found.1, found.2.to_string())
    }

    #[test]
    fn flags_win_over_the_environment_over_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upheld.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nprovider = \"File\"\norigin = \"file.example\"\n")
            .unwrap();
        let environment = variables(&[("UPHELD_LISTEN", "127.0.0.1:2"), ("UPHELD_PROVIDER", "Environment")]);
        let flags = vec![("listen", "127.0.0.1:3".to_owned())];
        let (effective, doubts) = resolve(Some(path.clone()), &environment, flags).unwrap();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shown(&effective, "listen"), (some("127.0.0.1:3"), "--listen".to_owned()));
        assert_eq!(shown(&effective, "provider"), (some("Environment"), "UPHELD_PROVIDER".to_owned()));
        assert_eq!(shown(&effective, "origin"), (some("file.example"), format!("{}:3", path.display())));
        assert_eq!(shown(&effective, "times.grace"), (some("3 d"), "default".to_owned()));
        assert_eq!(doubts, Vec::<String>::new());
    }

    #[test]
    fn the_file_can_be_named_by_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upheld.toml");
        std::fs::write(&path, "log = true").unwrap();
        let environment = variables(&[("UPHELD_CONFIG", path.to_str().unwrap())]);
        let (effective, _) = resolve(None, &environment, Vec::new()).unwrap();
        assert!(effective.serving().unwrap().log);
    }

    #[test]
    fn a_secret_is_read_from_its_file_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("url");
        std::fs::write(&secret, "postgres://u:hunter2@db.example/upheld\n").unwrap();
        let environment = variables(&[("UPHELD_DATABASE_FILE", secret.to_str().unwrap())]);
        let (effective, _) = resolve(None, &environment, Vec::new()).unwrap();
        let expected = Location::Postgres("postgres://u:hunter2@db.example/upheld".to_owned());
        assert_eq!(effective.serving().unwrap().location, expected);
        let flags = vec![("database", "postgres://u:other@db/x?password=y".to_owned())];
        let (effective, _) = resolve(None, &environment, flags).unwrap();
        assert_eq!(
            effective.serving().unwrap().location,
            Location::Postgres("postgres://u:other@db/x?password=y".to_owned())
        );
        assert_eq!(shown(&effective, "database").0.as_deref(), Some("postgres://…@db/x?…"));
        assert_eq!(shown(&effective, "database_file").0, None, "the flag replaces the file");
    }

    #[test]
    fn two_databases_in_one_place_are_a_mistake() {
        let environment = variables(&[("UPHELD_DATABASE", "postgres://a/b"), ("UPHELD_DATABASE_FILE", "x")]);
        let wrong = resolve(None, &environment, Vec::new()).err().unwrap();
        assert_eq!(wrong, ["UPHELD_DATABASE and UPHELD_DATABASE_FILE both name the database: leave one out"]);
    }

    #[test]
    fn a_wrong_value_is_told_with_its_origin_and_what_is_expected() {
        let environment = variables(&[("UPHELD_TIMES_GRACE", "soon"), ("UPHELD_DATABASE", "hunter2")]);
        let wrong = resolve(None, &environment, vec![("listen", "here".to_owned())]).err().unwrap();
        assert_eq!(
            wrong,
            [
                "--listen: `listen` is an address with its port, such as `127.0.0.1:7480`; found `here`",
                "UPHELD_TIMES_GRACE: `times.grace` is a length of time such as `30 min`, `12 h` or `3 d`; found `soon`",
                "UPHELD_DATABASE: `database`: a database is named `postgres://user:password@host/name`",
            ]
        );
    }

    #[test]
    fn a_variable_that_sets_nothing_is_told_when_it_resembles_one_that_does() {
        let environment = variables(&[
            ("UPHELD_LISTN", "x"),
            ("UPHELD_SERVICE_HOST_FOR_WHATEVER", "x"),
            ("UPHELD_TEST_POSTGRES", "x"),
        ]);
        let (_, doubts) = resolve(None, &environment, Vec::new()).unwrap();
        assert_eq!(doubts, ["the variable UPHELD_LISTN sets nothing; did you mean UPHELD_LISTEN?"]);
    }

    #[test]
    fn a_part_alone_needs_a_database_and_a_lake_that_others_share() {
        let resolved = |flags: &[(&'static str, &str)]| {
            let flags = flags.iter().map(|it| (it.0, it.1.to_owned())).collect();
            resolve(None, &[], flags).map(|it| it.0.serving().unwrap())
        };
        let database = ("database", "postgres://db/upheld");
        for role in ["intake", "worker", "web"] {
            let wrong = resolved(&[("role", role)]).err().unwrap();
            assert!(wrong[0].contains("PostgreSQL") && wrong[1].contains("只能由一个进程使用"), "{wrong:?}");
            let wrong = resolved(&[("role", role), database]).err().unwrap();
            assert!(wrong[0].contains("`lake`") && wrong[1].contains("共用的位置"), "{wrong:?}");
            assert!(wrong[0].starts_with("--role: ") && wrong.len() == 2, "{wrong:?}");
            let serving = resolved(&[("role", role), database, ("lake", "s3://b/p")]).unwrap();
            assert_eq!((serving.role.name(), serving.lake.as_deref()), (role, Some("s3://b/p")));
        }
        assert_eq!(resolved(&[]).unwrap().role, Role::All);
        assert_eq!(
            resolved(&[("role", "both"), ("lake", "https://x")]).err().unwrap(),
            [
                "--lake: `lake` is a folder, or a bucket and what paths in it begin with, such as `s3://bucket/lake`; found `https://x`",
                "--role: `role` is `all`, `intake`, `worker` or `web`; found `both`",
            ]
        );
    }

    #[test]
    fn a_lake_in_a_file_is_meant_from_where_the_file_stands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upheld.toml");
        for (written, read) in [
            ("shared/lake", folder.path().join("shared/lake").display().to_string()),
            ("/mnt/lake", "/mnt/lake".to_owned()),
            ("s3://b/p", "s3://b/p".to_owned()),
        ] {
            std::fs::write(&path, format!("lake = \"{written}\"\n")).unwrap();
            let (effective, _) = resolve(Some(path.clone()), &[], Vec::new()).unwrap();
            assert_eq!(effective.serving().unwrap().lake, Some(read));
        }
    }

    #[test]
    fn the_sealing_key_lies_in_the_data_directory_unless_named() {
        let key = |flags| resolve(None, &[], flags).unwrap().0.serving().unwrap().key;
        assert_eq!(key(vec![("data", "d".to_owned())]), PathBuf::from("d/sealing.key"));
        assert_eq!(key(vec![("data", "d".to_owned()), ("key", "k".to_owned())]), PathBuf::from("k"));
    }

    #[test]
    fn nothing_of_a_password_is_shown() {
        for (url, shown) in [
            ("postgres://u:p@h/d", "postgres://…@h/d"),
            ("postgres://u:p@x@h/d", "postgres://…@h/d"),
            ("postgres://h/d?password=p", "postgres://h/d?…"),
            ("http://collector:4318", "http://collector:4318"),
            ("upheld-data", "upheld-data"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
