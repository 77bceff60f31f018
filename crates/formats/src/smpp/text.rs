//! The text of a receipt: `id:… sub:001 dlvrd:001 submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DELIVRD err:000 text:…`.

use std::borrow::Cow;

use super::Options;
use crate::{Reason, Receipt, Spot};

/// The keys in the order vendors write them; a value ends where the next key begins.
const KEYS: [&str; 8] = ["id:", "sub:", "dlvrd:", "submit date:", "done date:", "stat:", "err:", "text:"];

/// One receipt from its text. What follows `text:` is the beginning of the message itself and is left out.
pub fn text<'a>(record: &'a [u8], options: &Options, spot: Spot) -> Result<Receipt<'a>, Reason> {
    let text = str::from_utf8(record).map_err(|_| Reason::NotUtf8)?;
    let fields = Fields::read(text);
    let stat = fields.value("stat:").ok_or(Reason::Missing { field: "stat" })?;
    let time = |key, field| match fields.value(key) {
        None => Ok(None),
        Some(digits) => options.offset.compact(digits).map(Some).ok_or(Reason::NotATime { field }),
    };
    Ok(Receipt {
        provider: "smpp".into(),
        account: None,
        tag: None,
        message_id: options.id.read(fields.value("id:").ok_or(Reason::Missing { field: "id" })?).into(),
        part: None,
        phone: None,
        sent_at: time("submit date:", "submit date")?,
        reported_at: time("done date:", "done date")?,
        code: code(stat, fields.value("err:")),
        text: None,
        carrier: None,
        parts: None,
        status: Some(stat.into()),
        spot,
    })
}

/// Operators put their own code into `err`; digits there mean another thing with every vendor, so then the state decides.
fn code<'a>(stat: &'a str, err: Option<&'a str>) -> Cow<'a, str> {
    err.filter(|it| stat != "DELIVRD" && it.contains(':')).unwrap_or(stat).into()
}

/// Values by key.
struct Fields<'a>([Option<&'a str>; KEYS.len()]);

impl<'a> Fields<'a> {
    /// Keys count at the beginning of a word only; the last key, `text:`, takes the rest.
    fn read(text: &'a str) -> Fields<'a> {
        let mut fields = Fields([None; KEYS.len()]);
        let mut open: Option<(usize, usize)> = None;
        let mut at = 0;
        while at < text.len() {
            let Some(key) = key_at(text, at) else {
                at += 1;
                continue;
            };
            fields.close(text, open, at);
            at += KEYS[key].len();
            open = Some((key, at));
            if KEYS[key] == "text:" {
                break;
            }
        }
        fields.close(text, open, text.len());
        fields
    }

    /// The first of several values of one key stands.
    fn close(&mut self, text: &'a str, open: Option<(usize, usize)>, until: usize) {
        let Some((key, from)) = open else { return };
        let value = text.get(from..until).unwrap_or_default().trim();
        self.0[key] = self.0[key].or(Some(value).filter(|it| !it.is_empty()));
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        KEYS.iter().position(|it| *it == key).and_then(|it| self.0[it])
    }
}

/// The key that begins at a byte; keys are ASCII and written in any case.
fn key_at(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if at > 0 && bytes.get(at - 1).is_some_and(|it| !it.is_ascii_whitespace()) {
        return None;
    }
    KEYS.iter().position(|it| {
        bytes.get(at..at + it.len()).is_some_and(|found| found.eq_ignore_ascii_case(it.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_message_itself_are_no_fields() {
        let fields = Fields::read("id:1 stat:DELIVRD err:000 text:stat:UNDELIV id:2");
        assert_eq!((fields.value("id:"), fields.value("stat:")), (Some("1"), Some("DELIVRD")));
        assert_eq!(Fields::read("id:1 ID:2").value("id:"), Some("1"));
        assert_eq!(Fields::read("ID:1 sub: err:").value("err:"), None);
    }

    #[test]
    fn the_operators_own_code_stands_before_the_state() {
        for (stat, err, expected) in [
            ("DELIVRD", Some("000"), "DELIVRD"),
            ("UNDELIV", Some("MK:0001"), "MK:0001"),
            ("UNDELIV", Some("001"), "UNDELIV"),
            ("MK:0001", None, "MK:0001"),
            ("DELIVRD", Some("MK:0000"), "DELIVRD"),
        ] {
            assert_eq!(code(stat, err), expected);
        }
    }
}
