//! The configuration file: TOML, read into keys with their lines. What it may not hold is told with line and nearest name.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::nearest::nearest;
use super::resolve::{Given, Origin};
use super::table::{Kind, SETTINGS, Setting};

/// The values of a file, or everything that is wrong with it.
pub(crate) fn read(path: &Path, text: &str) -> Result<Vec<Given>, Vec<String>> {
    let table = DeTable::parse(text).map_err(|it| {
        let line = line(text, it.span().map_or(0, |it| it.start));
        vec![format!("{}:{line}: {}", path.display(), it.message())]
    })?;
    let mut reader = Reader { path, text, given: Vec::new(), wrong: Vec::new() };
    reader.table("", table.get_ref());
    if reader.wrong.is_empty() { Ok(reader.given) } else { Err(reader.wrong) }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    given: Vec<Given>,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|it| it.0.span().start);
        for (name, value) in entries {
            let key = format!("{prefix}{}", name.get_ref());
            let line = line(self.text, name.span().start);
            let inside = format!("{key}.");
            match (Setting::find(&key), value.get_ref()) {
                (Some(setting), _) => self.value(setting, line, value),
                (None, DeValue::Table(below)) if SETTINGS.iter().any(|it| it.key.starts_with(&inside)) => {
                    self.table(&inside, below);
                }
                (None, _) => self.unknown(&key, line),
            }
        }
    }

    fn value(&mut self, setting: &'static Setting, line: usize, value: &Spanned<DeValue<'_>>) {
        let text = match (setting.kind, value.get_ref()) {
            (Kind::Switch, DeValue::Boolean(it)) => it.to_string(),
            (Kind::Count(_), DeValue::Integer(it)) if it.radix() == 10 => it.as_str().to_owned(),
            (Kind::Lake, DeValue::String(it)) if it.contains("://") => it.to_string(),
            (Kind::Path | Kind::Lake, DeValue::String(it)) => self.beside(it),
            (Kind::List(_), DeValue::Array(all)) => match texts(all) {
                Some(it) => it.join(" "),
                None => return self.other_type(setting, line, value.get_ref()),
            },
            (Kind::Switch | Kind::Count(_) | Kind::List(_), other) => {
                return self.other_type(setting, line, other);
            }
            (_, DeValue::String(it)) => it.to_string(),
            (_, other) => return self.other_type(setting, line, other),
        };
        let origin = Origin::File { path: self.path.to_path_buf(), line };
        self.given.push(Given { setting, text, origin });
    }

    /// A path in a file is meant from where the file stands.
    fn beside(&self, path: &str) -> String {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        if path.is_empty() { String::new() } else { folder.join(path).display().to_string() }
    }

    fn other_type(&mut self, setting: &Setting, line: usize, found: &DeValue<'_>) {
        let expected = match setting.kind {
            Kind::Switch => "true or false",
            Kind::Count(_) => "a whole number",
            Kind::List(_) => "a list of texts without blanks, [\"…\"]",
            _ => "a text in quotes",
        };
        let (path, key) = (self.path.display(), setting.key);
        self.wrong.push(format!("{path}:{line}: `{key}` is {expected}, not of type {}", found.type_str()));
    }

    fn unknown(&mut self, key: &str, line: usize) {
        let last = |it: &'static str| it.rsplit('.').next().unwrap_or(it);
        let whole = nearest(key, SETTINGS.iter().map(|it| it.key));
        let by_last = || SETTINGS.iter().map(|it| it.key).find(|it| last(it) == key);
        let meant = whole.or_else(by_last).map(|it| format!("; did you mean `{it}`?"));
        let help = meant.unwrap_or_else(|| "; `upheld config` lists all".to_owned());
        self.wrong.push(format!("{}:{line}: there is no setting `{key}`{help}", self.path.display()));
    }
}

/// The texts of a list; `None` when it holds anything else.
fn texts<'a>(all: &'a DeArray<'_>) -> Option<Vec<&'a str>> {
    let text =
        |it: &'a Spanned<DeValue<'_>>| it.get_ref().as_str().filter(|it| !it.contains(char::is_whitespace));
    all.iter().map(text).collect()
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|it| *it == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        match read(Path::new("etc/upheld.toml"), text) {
            Ok(given) => given
                .into_iter()
                .map(|it| format!("{} = {} ({})", it.setting.key, it.text, it.origin))
                .collect(),
            Err(wrong) => wrong,
        }
    }

    #[test]
    fn values_are_read_with_their_lines() {
        let text = "listen = \"[::1]:80\"\ndata = \"state\"\nlog = true\nwitnesses = [\"a\", \"b\"]\n[times]\ngrace = \"5 d\"\n[rates]\nread_burst = 7\n";
        assert_eq!(
            told(text),
            [
                "listen = [::1]:80 (etc/upheld.toml:1)",
                "data = etc/state (etc/upheld.toml:2)",
                "log = true (etc/upheld.toml:3)",
                "witnesses = a b (etc/upheld.toml:4)",
                "times.grace = 5 d (etc/upheld.toml:6)",
                "rates.read_burst = 7 (etc/upheld.toml:8)",
            ]
        );
    }

    #[test]
    fn everything_wrong_is_told_with_its_line() {
        let table = [
            ("a = \n", "etc/upheld.toml:1: "),
            ("\nlisen = \"x\"", "etc/upheld.toml:2: there is no setting `lisen`; did you mean `listen`?"),
            (
                "grace = \"1 d\"",
                "etc/upheld.toml:1: there is no setting `grace`; did you mean `times.grace`?",
            ),
            (
                "[times]\ngrac = \"1 d\"",
                "etc/upheld.toml:2: there is no setting `times.grac`; did you mean `times.grace`?",
            ),
            (
                "[tims]\ngrace = \"1 d\"",
                "etc/upheld.toml:1: there is no setting `tims`; `upheld config` lists all",
            ),
            ("log = \"true\"", "etc/upheld.toml:1: `log` is true or false, not of type string"),
            (
                "[times]\ngrace = 3",
                "etc/upheld.toml:2: `times.grace` is a text in quotes, not of type integer",
            ),
            ("witnesses = [\"a\", 1]", "etc/upheld.toml:1: `witnesses` is a list of texts without blanks"),
            ("data = \"a\"\ndata = \"b\"", "etc/upheld.toml:2: "),
        ];
        for (text, expected) in table {
            let told = told(text);
            assert!(told.len() == 1 && told[0].starts_with(expected), "{text}: {told:?}");
        }
    }

    #[test]
    fn two_mistakes_are_told_at_once() {
        assert_eq!(told("lisen = \"x\"\ndate = \"y\"").len(), 2);
    }
}
