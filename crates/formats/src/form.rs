//! The body of a form: `key=value` joined by `&`, in percent encoding.

use std::borrow::Cow;

use crate::Reason;

/// Calls `pair` with each key and value.
pub(crate) fn pairs<'a>(
    body: &'a str,
    mut pair: impl FnMut(&str, Cow<'a, str>) -> Result<(), Reason>,
) -> Result<(), Reason> {
    for part in body.split('&').filter(|it| !it.is_empty()) {
        let (key, value) = part.split_once('=').ok_or(Reason::NotAForm)?;
        pair(&decoded(key)?, decoded(value)?)?;
    }
    Ok(())
}

fn decoded(text: &str) -> Result<Cow<'_, str>, Reason> {
    if !text.bytes().any(|it| matches!(it, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                bytes.push(hex(*high)? << 4 | hex(*low)?);
                rest = after;
            }
            (b'%', _) => return Err(Reason::NotAForm),
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Reason::NotAForm)
}

fn hex(digit: u8) -> Result<u8, Reason> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(Reason::NotAForm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_plus_are_decoded() {
        let mut found = Vec::new();
        let outcome = pairs("a=1&&b=%E5%9B%9E+x&c=", |key, value| {
            found.push(format!("{key}:{value}"));
            Ok(())
        });
        assert_eq!((outcome, found), (Ok(()), vec!["a:1".into(), "b:回 x".into(), "c:".into()]));
        for wrong in ["a", "a=%", "a=%4", "a=%zz", "a=%FF"] {
            assert_eq!(pairs(wrong, |_, _| Ok(())), Err(Reason::NotAForm), "{wrong}");
        }
    }
}
