//! Lines the reader takes and lines it refuses, with the place it points to.

use super::*;

fn values(line: &str) -> Vec<(String, Value<'_>)> {
    object(line, 0).unwrap().into_iter().map(|it| (it.key.into_owned(), it.value)).collect()
}

#[test]
fn numbers_keep_the_text_they_were_written_with() {
    let line = r#" {"a": 0.10000000000000000000000000001, "b":-0,"c":1E+2 , "d": 12345678901234567890} "#;
    let texts: Vec<_> = values(line).into_iter().map(|it| it.1).collect();
    let expected = ["0.10000000000000000000000000001", "-0", "1E+2", "12345678901234567890"];
    assert_eq!(texts, expected.map(Value::Number));
}

#[test]
fn escapes_and_pairs_are_read() {
    let line = r#"{"\u0061\n":"\ud83d\ude00\"\\\/\b\f\r\t中","x":null,"y":[true,[],{}],"z":{"y":false}}"#;
    assert_eq!(
        values(line),
        [
            ("a\n".to_owned(), Value::Text("😀\"\\/\u{8}\u{c}\r\t中".into())),
            ("x".to_owned(), Value::Null),
            ("y".to_owned(), Value::List),
            ("z".to_owned(), Value::Object),
        ]
    );
}

#[test]
fn spans_are_bytes_of_the_file() {
    let cells = object(r#"{"中": 17}"#, 100).unwrap();
    assert_eq!(cells[0].key_span, Span { from: 101, until: 106 });
    assert_eq!(cells[0].span, Span { from: 108, until: 110 });
}

#[test]
fn what_is_not_strict_json_is_refused_where_it_stands() {
    use Expected::*;
    let wrong = |what| Fault::Expected(what);
    let word = |it: &str| Fault::Word(it.to_owned());
    let number = |it: &str| Fault::Number(it.to_owned());
    let table: Vec<(&str, Fault, usize)> = vec![
        ("", wrong(Value), 0),
        ("[1]", Fault::NotAnObject, 0),
        (" 17", Fault::NotAnObject, 1),
        ("{", wrong(Key), 1),
        ("{a:1}", wrong(Key), 1),
        (r#"{"a"}"#, wrong(Colon), 4),
        (r#"{"a":}"#, wrong(Value), 5),
        (r#"{"a":1"#, wrong(CommaOrBrace), 6),
        (r#"{"a":1,}"#, wrong(Key), 7),
        (r#"{"a":[1,]}"#, wrong(Value), 8),
        (r#"{"a":[1 2]}"#, wrong(CommaOrBracket), 8),
        (r#"{"a":1} {"#, wrong(EndOfLine), 8),
        (r#"{"a":'b'}"#, wrong(Value), 5),
        (r#"{"a":1 // x"#, wrong(CommaOrBrace), 7),
        (r#"{"a":NaN}"#, word("NaN"), 5),
        (r#"{"a":-Infinity}"#, word("-Infinity"), 5),
        (r#"{"a":True}"#, word("True"), 5),
        (r#"{"a":01}"#, number("01"), 5),
        (r#"{"a":1.}"#, number("1."), 5),
        (r#"{"a":.5}"#, wrong(Value), 5),
        (r#"{"a":1e}"#, number("1e"), 5),
        (r#"{"a":0x10}"#, number("0x10"), 5),
        (r#"{"a":1-2}"#, number("1-2"), 5),
        (r#"{"a":"b}"#, wrong(ClosingQuote), 5),
        (r#"{"a":"\x"}"#, Fault::Escape, 6),
        (r#"{"a":"\u12g4"}"#, Fault::Escape, 6),
        (r#"{"a":"\中"}"#, Fault::Escape, 6),
        (r#"{"a":"\ud800"}"#, Fault::LoneSurrogate, 6),
        (r#"{"a":"\ud800\u0041"}"#, Fault::LoneSurrogate, 6),
        (r#"{"a":"\udc00"}"#, Fault::LoneSurrogate, 6),
        ("{\"a\":\"\t\"}", Fault::Control('\t'), 6),
        (r#"{"a":1,"\u0061":2}"#, Fault::DuplicateKey("a".to_owned()), 7),
        (r#"{"a":{"b":1,"b":2}}"#, Fault::DuplicateKey("b".to_owned()), 12),
    ];
    for (line, fault, from) in table {
        let error = object(line, 0).unwrap_err();
        assert_eq!((&error.fault, error.span.from), (&fault, from), "{line}");
    }
}

#[test]
fn depth_and_number_of_keys_are_bounded() {
    let nested = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert!(object(&nested(DEPTH_MAX), 0).is_ok());
    assert_eq!(object(&nested(DEPTH_MAX + 1), 0).unwrap_err().fault, Fault::TooDeep);
    let brackets = format!(r#"{{"a":{}"#, "[".repeat(60_000));
    assert_eq!(object(&brackets, 0).unwrap_err().fault, Fault::TooDeep);
    let wide = |keys: usize| {
        let members: Vec<String> = (0..keys).map(|key| format!("\"{key}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(object(&wide(KEYS_MAX), 0).is_ok());
    assert_eq!(object(&wide(KEYS_MAX + 1), 0).unwrap_err().fault, Fault::TooManyKeys);
}
