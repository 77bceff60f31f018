//! What was filled into a form.

use std::collections::BTreeMap;

use axum::body::Bytes;
use platform::{Failure, Refusal};

/// A file that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The name it had.
    pub(crate) name: String,
    /// The media type the browser took it for.
    pub(crate) media: String,
    /// What is in it.
    pub(crate) bytes: Bytes,
}

/// The fields of a form, spaces around them taken off; of a name that comes twice the last counts, and
/// [`Fields::all`] has every one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
    files: BTreeMap<String, Chosen>,
}

impl Fields {
    /// Reads a form's body.
    pub(crate) fn read(content_type: &str, body: Bytes) -> Result<Self, Failure> {
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media.as_str() {
            "application/x-www-form-urlencoded" => Ok(Self {
                pairs: serde_urlencoded::from_bytes(&body).map_err(|_| unreadable())?,
                files: BTreeMap::new(),
            }),
            "multipart/form-data" => Self::of_parts(content_type, body),
            _ => Err(unreadable().into()),
        }
    }

    /// Refuses a text, or the name of a file, with U+0000. What is in a file is its reader's business.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let texts = self.pairs.iter().map(|(name, text)| (name, text));
        let names = self.files.iter().map(|(name, file)| (name, &file.name));
        match texts.chain(names).find(|it| it.0.contains('\0') || it.1.contains('\0')) {
            Some((name, _)) => Err(Refusal::zero(&name.replace('\0', "")).into()),
            None => Ok(()),
        }
    }

    fn of_parts(content_type: &str, body: Bytes) -> Result<Self, Failure> {
        let boundary = multer::parse_boundary(content_type).map_err(|_| unreadable())?;
        let whole = futures_util::stream::once(async move { Ok::<_, std::io::Error>(body) });
        let mut parts = multer::Multipart::new(whole, boundary);
        let mut fields = Self::default();
        // The body is there already: nothing is waited for.
        futures_executor::block_on(async {
            while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
                let name = part.name().unwrap_or_default().to_owned();
                let file = part.file_name().map(str::to_owned);
                let media = part.content_type().map(ToString::to_string).unwrap_or_default();
                let bytes = part.bytes().await.map_err(|_| unreadable())?;
                match file {
                    Some(file) if !(file.is_empty() && bytes.is_empty()) => {
                        fields.files.insert(name, Chosen { name: file, media, bytes });
                    }
                    Some(_) => {}
                    None => fields.pairs.push((name, String::from_utf8_lossy(&bytes).into_owned())),
                }
            }
            Ok::<_, Refusal>(())
        })?;
        Ok(fields)
    }

    /// A field; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.pairs.iter().rev().find(|it| it.0 == name).map_or("", |it| it.1.trim())
    }

    /// A field with its line breaks as the contract language has them, untrimmed.
    pub(crate) fn lines(&self, name: &str) -> String {
        let text = self.pairs.iter().rev().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
        text.replace("\r\n", "\n")
    }

    /// A field that was filled in.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|it| !it.is_empty())
    }

    /// Every value of a field.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.pairs.iter().filter(|it| it.0 == name).map(|it| it.1.trim()).collect()
    }

    /// The fields whose names begin with `prefix`, without it.
    pub(crate) fn beginning(&self, prefix: &str) -> BTreeMap<String, String> {
        let rest = |(name, value): &(String, String)| {
            let name = name.strip_prefix(prefix)?;
            let value = value.trim();
            (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
        };
        self.pairs.iter().filter_map(rest).collect()
    }

    /// A file that was chosen.
    pub(crate) fn file(&self, name: &str) -> Option<&Chosen> {
        self.files.get(name)
    }

    /// Every field but those that prove who sends them: what a page carries along while it asks for a password.
    pub(crate) fn carried(self) -> Vec<(String, String)> {
        let proof = |name: &str| name == crate::guard::FIELD || name == crate::guard::PASSWORD;
        self.pairs.into_iter().filter(|it| !proof(&it.0)).collect()
    }

    /// Everything that can be shown again; never a password.
    pub(crate) fn shown_again(self) -> BTreeMap<String, String> {
        let secret = |name: &str| name.contains("password") || name == "code" || name == crate::guard::FIELD;
        let shown = self.pairs.into_iter().filter(|it| !secret(&it.0));
        shown.map(|(name, text)| (name, text.replace('\0', ""))).collect()
    }
}

fn unreadable() -> Refusal {
    Refusal::invalid("the form could not be read: send it from its page", "表单无法读取：请从其页面提交")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &'static str) -> Fields {
        Fields::read("application/x-www-form-urlencoded", Bytes::from_static(text.as_bytes())).unwrap()
    }

    #[test]
    fn fields_are_read_without_the_spaces_around_them() {
        let fields = form("name=+a+b+&empty=&name2=%E5%AE%A2%E6%88%B7&tick=x&tick=y");
        assert_eq!(fields.text("name"), "a b");
        assert_eq!(fields.given("empty"), None);
        assert_eq!(fields.text("name2"), "客户");
        assert_eq!(fields.all("tick"), ["x", "y"]);
        assert_eq!(fields.text("absent"), "");
    }

    #[test]
    fn a_form_with_a_file_has_both() {
        let body = "--X\r\nContent-Disposition: form-data; name=\"fact\"\r\n\r\noutage\r\n--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\nid,from\n\r\n--X--\r\n";
        let fields = Fields::read("multipart/form-data; boundary=X", Bytes::from(body)).unwrap();
        assert_eq!(fields.text("fact"), "outage");
        let file = fields.file("file").unwrap();
        assert_eq!(
            (file.name.as_str(), file.media.as_str(), &file.bytes[..]),
            ("a.csv", "text/csv", &b"id,from\n"[..])
        );
    }

    #[test]
    fn a_body_that_is_no_form_is_refused() {
        for (media, body) in [
            ("application/json", "{}"),
            ("multipart/form-data", "x"),
            ("multipart/form-data; boundary=X", "--X\r\nbroken"),
        ] {
            assert!(Fields::read(media, Bytes::from_static(body.as_bytes())).is_err(), "{media}");
        }
    }

    #[test]
    fn a_zero_is_refused_with_the_name_of_its_field() {
        let parts = "--X\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na\0b\r\n--X--\r\n";
        for (media, body) in [
            ("application/x-www-form-urlencoded", "act=x&note=a%00b"),
            ("application/x-www-form-urlencoded", "act=x&no%00te=a"),
            ("multipart/form-data; boundary=X", parts),
        ] {
            match Fields::read(media, Bytes::from_static(body.as_bytes())).unwrap().check() {
                Err(Failure::Refusal(it)) => {
                    assert!(it.detail.en.starts_with("note: "), "{}", it.detail.en);
                    assert!(it.detail.zh.starts_with("note："), "{}", it.detail.zh);
                }
                other => panic!("{body}: {other:?}"),
            }
        }
        let file = "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\na\0b\r\n--X--\r\n";
        assert!(Fields::read("multipart/form-data; boundary=X", Bytes::from(file)).unwrap().check().is_ok());
    }

    #[test]
    fn passwords_and_codes_are_not_shown_again() {
        let again = form("email=a%40b&password=secret&code=123456&form=token&new_password=x").shown_again();
        assert_eq!(again.into_iter().collect::<Vec<_>>(), [("email".to_owned(), "a@b".to_owned())]);
    }
}
