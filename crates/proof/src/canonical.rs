//! JSON as canonical bytes: RFC 8785 over the values we emit, which hold integers and no floats.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Map, Number, Value};

/// Largest magnitude of an integer: 2^53 − 1, which every reader of JSON keeps exact (RFC 7493 §2.2).
pub const INTEGER_MAX: i64 = (1 << 53) - 1;

/// Deepest nesting of arrays and objects; the reader of `serde_json` stops at the same depth.
pub const DEPTH_MAX: usize = 127;

/// A value that has no canonical form here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalError {
    /// Where: a JSON pointer (RFC 6901), empty for the whole value.
    pub pointer: String,
    /// What is wrong there.
    pub problem: CanonicalProblem,
}

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanonicalProblem {
    /// A number with a fraction, an exponent or a negative zero, as it was written.
    NotAnInteger(String),
    /// An integer beyond ±[`INTEGER_MAX`]; write it as a string.
    IntegerTooLarge(String),
    /// Nesting beyond [`DEPTH_MAX`].
    TooDeep,
}

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            CanonicalProblem::NotAnInteger(text) => write!(f, "number `{text}` is not an integer")?,
            CanonicalProblem::IntegerTooLarge(text) => write!(f, "integer `{text}` is beyond ±(2^53 − 1)")?,
            CanonicalProblem::TooDeep => write!(f, "nesting is deeper than {DEPTH_MAX}")?,
        }
        write!(f, " at `{}`", self.pointer)
    }
}

impl std::error::Error for CanonicalError {}

/// The canonical UTF-8 bytes of `value` (RFC 8785): no white space, keys sorted by UTF-16 code units,
/// shortest escapes. Two equal values have equal bytes whatever the order of their keys.
///
/// Fails on floats, on integers beyond ±[`INTEGER_MAX`] and on nesting beyond [`DEPTH_MAX`].
///
/// ```
/// let value = serde_json::json!({ "b": [1, true, null], "a": "下线" });
/// assert_eq!(proof::canonical_bytes(&value)?, r#"{"a":"下线","b":[1,true,null]}"#.as_bytes());
/// # Ok::<(), proof::CanonicalError>(())
/// ```
pub fn canonical_bytes(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut out = String::new();
    push_canonical(value, &mut out)?;
    Ok(out.into_bytes())
}

/// Writes what [`canonical_bytes`] returns behind `out`; when it fails, `out` is as it was.
pub fn push_canonical(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    let before = out.len();
    write_value(value, 0, out).inspect_err(|_| out.truncate(before))
}

fn write_value(value: &Value, depth: usize, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&integer_text(number).map_err(here)?),
        Value::String(text) => write_string(text, out),
        Value::Array(_) | Value::Object(_) if depth >= DEPTH_MAX => {
            return Err(here(CanonicalProblem::TooDeep));
        }
        Value::Array(items) => write_array(items, depth + 1, out)?,
        Value::Object(members) => write_object(members, depth + 1, out)?,
    }
    Ok(())
}

fn write_array(items: &[Value], depth: usize, out: &mut String) -> Result<(), CanonicalError> {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_value(item, depth, out).map_err(|it| it.inside(&at.to_string()))?;
    }
    out.push(']');
    Ok(())
}

fn write_object(members: &Map<String, Value>, depth: usize, out: &mut String) -> Result<(), CanonicalError> {
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    sorted.sort_by(|(a, _), (b, _)| in_order(a, b));
    out.push('{');
    for (at, (key, value)) in sorted.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(key, out);
        out.push(':');
        write_value(value, depth, out).map_err(|it| it.inside(key))?;
    }
    out.push('}');
    Ok(())
}

/// By UTF-16 code units, which is by bytes where both are ASCII.
fn in_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

/// The text is compared with the number's own, so that `-0` is refused whichever way `serde_json` keeps
/// numbers in this build.
fn integer_text(number: &Number) -> Result<String, CanonicalProblem> {
    let written = number.to_string();
    match number.as_i64() {
        Some(it) if it.to_string() != written => Err(CanonicalProblem::NotAnInteger(written)),
        Some(it) if (-INTEGER_MAX..=INTEGER_MAX).contains(&it) => Ok(written),
        Some(_) => Err(CanonicalProblem::IntegerTooLarge(written)),
        None if written.contains(['.', 'e', 'E']) => Err(CanonicalProblem::NotAnInteger(written)),
        None => Err(CanonicalProblem::IntegerTooLarge(written)),
    }
}

/// RFC 8785 §3.2.2.2. Most texts have nothing to escape.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    if !text.bytes().any(|it| it < b' ' || it == b'"' || it == b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..'\u{20}' => out.push_str(&format!("\\u{:04x}", u32::from(it))),
            _ => out.push(it),
        }
    }
    out.push('"');
}

fn here(problem: CanonicalProblem) -> CanonicalError {
    CanonicalError { pointer: String::new(), problem }
}

impl CanonicalError {
    /// The same, seen from the value that holds the failing one under `key`.
    fn inside(self, key: &str) -> Self {
        let step = key.replace('~', "~0").replace('/', "~1");
        Self { pointer: format!("/{step}{}", self.pointer), problem: self.problem }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn canonical(text: &str) -> Result<String, String> {
        let value: Value = serde_json::from_str(text).unwrap();
        canonical_bytes(&value).map(|it| String::from_utf8(it).unwrap()).map_err(|it| it.to_string())
    }

    #[test]
    fn vectors_of_rfc_8785_and_its_author_are_met() {
        let table = [
            // §3.2.2: the escapes and literals of the first example.
            (
                r#"{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"#,
                r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#,
            ),
            // §3.2.3: the order of keys; the emoji's surrogates sort before U+FB33.
            (
                r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
                    "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
                    "\u00f6":"Latin Small Letter O With Diaeresis"}"#,
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
                  \"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\
                  \"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
            ),
            // json-canonicalization, testdata: arrays, french, structures, unicode, weird.
            (r#"[ 56, { "d": true, "10": null, "1": [ ] } ]"#, r#"[56,{"1":[],"10":null,"d":true}]"#),
            (
                r#"{"peach":"a","péché":"b","pêche":"c","sin":"d"}"#,
                r#"{"peach":"a","péché":"b","pêche":"c","sin":"d"}"#,
            ),
            (
                r#"{"1": {"f": {"f": "hi","F": 5} ,"\n": 56}, "10": { }, "": "empty", "a": { }, "111": [ { } ], "A": { } }"#,
                r#"{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}"#,
            ),
            ("{\"Unnormalized Unicode\":\"A\u{30a}\"}", "{\"Unnormalized Unicode\":\"A\u{30a}\"}"),
            (
                r#"{"</script>":"Browser Challenge","\u0080":"Control\u007f","\n":"Newline"}"#,
                "{\"\\n\":\"Newline\",\"</script>\":\"Browser Challenge\",\"\u{80}\":\"Control\u{7f}\"}",
            ),
            // All control characters, shortest form each.
            (
                r#""\u0000\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u001f\u0020""#,
                r#""\u0000\u0007\b\t\n\u000b\f\r\u001f ""#,
            ),
            ("[0, -1, 9007199254740991, -9007199254740991]", "[0,-1,9007199254740991,-9007199254740991]"),
        ];
        for (given, expected) in table {
            assert_eq!(canonical(given).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn floats_and_unsafe_integers_are_refused_with_their_place() {
        let table = [
            ("1.5", "number `1.5` is not an integer at ``"),
            (r#"{"a/b":[0,{"~":1.0}]}"#, "number `1.0` is not an integer at `/a~1b/1/~0`"),
            ("[-0]", "at `/0`"),
            ("1e2", "is not an integer at ``"),
            ("9007199254740992", "integer `9007199254740992` is beyond ±(2^53 − 1) at ``"),
            ("[-9007199254740992]", "integer `-9007199254740992` is beyond ±(2^53 − 1) at `/0`"),
            ("18446744073709551615", "integer `18446744073709551615` is beyond ±(2^53 − 1) at ``"),
        ];
        for (given, expected) in table {
            let said = canonical(given).unwrap_err();
            assert!(said.contains(expected), "{given}: {said}");
        }
    }

    #[test]
    fn nesting_is_limited_to_what_can_be_read_again() {
        let nested = |depth: usize| (0..depth).fold(json!(1), |it, _| json!([it]));
        let bytes = canonical_bytes(&nested(DEPTH_MAX)).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), nested(DEPTH_MAX));
        let error = canonical_bytes(&nested(DEPTH_MAX + 1)).unwrap_err();
        assert_eq!(error.problem, CanonicalProblem::TooDeep);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-INTEGER_MAX..=INTEGER_MAX).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    /// The same value with the keys of every object met the other way round.
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(reversed).collect(),
            Value::Object(members) => {
                let mut turned: Vec<_> = members.iter().map(|(k, v)| (k.clone(), reversed(v))).collect();
                turned.reverse();
                Value::Object(turned.into_iter().collect())
            }
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn canonical_bytes_read_back_as_the_same_value(value in any_value()) {
            let bytes = canonical_bytes(&value).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
        }

        #[test]
        fn the_order_of_keys_never_shows(value in any_value()) {
            prop_assert_eq!(canonical_bytes(&reversed(&value)).unwrap(), canonical_bytes(&value).unwrap());
        }

        #[test]
        fn strings_are_written_as_serde_json_writes_them(text in any::<String>()) {
            let oracle = serde_json::to_vec(&text).unwrap();
            prop_assert_eq!(canonical_bytes(&Value::from(text)).unwrap(), oracle);
        }

        #[test]
        fn keys_sort_by_utf16_code_units(a in "\\PC{0,3}", b in "\\PC{0,3}") {
            prop_assume!(a != b);
            let bytes = canonical_bytes(&json!({ (a.as_str()): 0, (b.as_str()): 1 })).unwrap();
            let a_is_first = bytes.ends_with(b"1}");
            let units = |it: &str| it.encode_utf16().collect::<Vec<u16>>();
            prop_assert_eq!(a_is_first, units(&a) < units(&b));
        }
    }
}
