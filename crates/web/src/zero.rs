//! Where a JSON document has a text with U+0000: PostgreSQL keeps none, so none is taken on either database.

use serde_json::Value as Json;

/// How a document without raw control characters has to write it.
const ESCAPE: &[u8] = b"\\u0000";

/// The first text or name with U+0000, by its place: `names[1].en`; a name that has one is shown without it.
/// None where the document is no JSON.
pub(crate) fn in_json(body: &[u8]) -> Option<String> {
    // Nearly every body ends here.
    if !body.windows(ESCAPE.len()).any(|it| it == ESCAPE) {
        return None;
    }
    within("", &serde_json::from_slice(body).ok()?)
}

fn within(at: &str, value: &Json) -> Option<String> {
    match value {
        Json::String(it) => it.contains('\0').then(|| if at.is_empty() { "body" } else { at }.to_owned()),
        Json::Array(all) => {
            (0_usize..).zip(all).find_map(|(index, it)| within(&format!("{at}[{index}]"), it))
        }
        Json::Object(all) => all.iter().find_map(|(name, it)| {
            let dot = if at.is_empty() { "" } else { "." };
            let at = format!("{at}{dot}{}", name.replace('\0', ""));
            if name.contains('\0') { Some(at) } else { within(&at, it) }
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_zero_is_told_and_an_escaped_backslash_is_none() {
        for (body, place) in [
            (r#"{"a":"b"}"#, None),
            (r#"{"a":"\\u0000"}"#, None),
            (r#"{"a":"b\u0000"}"#, Some("a")),
            (r#"{"a":[{"b":"c"},{"b":["","\u0000"]}]}"#, Some("a[1].b[1]")),
            (r#"{"a":{"b\u0000c":1}}"#, Some("a.bc")),
            (r#""\u0000""#, Some("body")),
            (r#"["\u0000"]"#, Some("[0]")),
            (r#"{"a":"\u0000""#, None),
        ] {
            assert_eq!(in_json(body.as_bytes()).as_deref(), place, "{body}");
        }
    }
}
