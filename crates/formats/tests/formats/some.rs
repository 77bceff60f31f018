//! What the tests share: the contract's fact, its annex, and readings of a body shown as text.

use std::fmt::Write as _;

use evidence::{Attribute, AttributeKind, FactKind, FactSchema};
use formats::{Classifier, Codes, Format, Key, Limits, Receipts};

/// The annex of the SMS contract.
pub(crate) const ANNEX: &str = include_str!("../../../../contracts/codes/pingan-sms.md");

pub(crate) fn one_of(name: &str, words: &[&str]) -> Attribute {
    let kind = AttributeKind::OneOf(words.iter().map(|it| (*it).to_owned()).collect());
    Attribute { name: name.to_owned(), kind, optional: false }
}

pub(crate) fn optional(name: &str, kind: AttributeKind) -> Attribute {
    Attribute { name: name.to_owned(), kind, optional: true }
}

/// The fact `message` as the contract declares it.
pub(crate) fn message() -> FactSchema {
    let causes = ["platform", "rule_breach", "guideline_breach", "illegal_content", "force_majeure"];
    FactSchema {
        name: "message".to_owned(),
        kind: FactKind::Event,
        attributes: vec![
            one_of("outcome", &["delivered", "failed", "pending"]),
            one_of("number", &["valid", "not_exist", "unreachable", "blacklisted"]),
            optional("cause", AttributeKind::Cause(causes.iter().map(|it| (*it).to_owned()).collect())),
        ],
        volume: true,
    }
}

/// The same with all a receipt can say itself.
pub(crate) fn message_in_full() -> FactSchema {
    let mut message = message();
    for name in ["class", "phone", "carrier", "code", "provider"] {
        message.attributes.push(optional(name, AttributeKind::Text));
    }
    message.attributes.push(optional("parts", AttributeKind::Number));
    message
}

pub(crate) fn annex(schema: &FactSchema) -> Codes {
    Codes::read("receipts.md", ANNEX, schema).expect("the annex has no fault")
}

/// Every receipt and reject of a body, one a paragraph.
pub(crate) fn shown(body: &[u8], format: Format<'_>) -> String {
    let mut text = String::new();
    let mut body = body;
    let mut receipts = Receipts::new(&mut body, format, Limits::default());
    let read = receipts.for_each(&mut |it| match it {
        Ok(receipt) => writeln!(text, "{receipt:#?}").expect("a string"),
        Err(reject) => writeln!(text, "{reject}").expect("a string"),
    });
    read.expect("a body in memory can be read");
    text
}

/// Codes of the receipts, `line!reason` of the rejects.
pub(crate) fn outline(body: &[u8], format: Format<'_>) -> Vec<String> {
    outline_of(&mut &*body, format, Limits::default())
}

pub(crate) fn outline_of(
    reader: &mut dyn std::io::BufRead,
    format: Format<'_>,
    limits: Limits,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut receipts = Receipts::new(reader, format, limits);
    let read = receipts.for_each(&mut |it| {
        lines.push(match it {
            Ok(receipt) => receipt.code.to_string(),
            Err(reject) => format!("{}!{}", reject.spot.line, reject.reason.name()),
        });
    });
    read.expect("a body in memory can be read");
    lines
}

/// Ids and cells of the records a body makes, or why it makes none.
pub(crate) fn classified(body: &[u8], format: Format<'_>, schema: &FactSchema, annex: &str) -> Vec<String> {
    let codes = Codes::read("receipts.md", annex, schema).expect("an annex without fault");
    let key = Key::new(b"key");
    let classifier = Classifier::new(&codes, schema, &key);
    let mut lines = Vec::new();
    let mut body = body;
    let mut receipts = Receipts::new(&mut body, format, Limits::default());
    let read = receipts.for_each(&mut |it| {
        let receipt = it.expect("a receipt");
        lines.push(match classifier.classify(&receipt) {
            Ok(it) => format!("{} {:?} {} {:?}", it.id, it.subject, it.class, it.cells),
            Err(error) => error.to_string(),
        });
    });
    read.expect("a body in memory can be read");
    lines
}
