//! How many of Aliyun's receipts one core reads and classifies a second: `cargo run --release -p formats --example speed`.

use std::hint::black_box;
use std::time::Instant;

use evidence::{Attribute, AttributeKind, FactKind, FactSchema};
use formats::{Classifier, Codes, Format, Key, Limits, Receipts};

const RECEIPTS: usize = 1_000_000;
const ROUNDS: usize = 5;

/// Most are delivered, as in life.
const CODES: [&str; 10] = [
    "DELIVERED",
    "DELIVERED",
    "DELIVERED",
    "DELIVERED",
    "DELIVERED",
    "DELIVERED",
    "MOBILE_NOT_ON_SERVICE",
    "MK:0010",
    "MOBILE_SEND_LIMIT",
    "REQUEST_SUCCESS",
];

fn body() -> String {
    let mut body = String::from("[");
    for index in 0..RECEIPTS {
        let code = CODES.get(index * 7919 % CODES.len()).copied().unwrap_or_default();
        let (minute, second) = (index / 60 % 60, index % 60);
        let comma = if index == 0 { "" } else { "," };
        body.push_str(&format!(
            r#"{comma}{{"phone_number":"138{:08}","send_time":"2026-10-01 08:{minute:02}:{second:02}","report_time":"2026-10-01 08:{minute:02}:{second:02}","success":true,"err_code":"{code}","err_msg":"用户接收成功","sms_size":"1","biz_id":"90000{index:012}^0","out_id":"app-{:04}"}}"#,
            index * 101 % 100_000_000,
            index % 1000,
        ));
    }
    body.push(']');
    body
}

fn message() -> FactSchema {
    let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
    let attribute = |name: &str, kind, optional| Attribute { name: name.to_owned(), kind, optional };
    FactSchema {
        name: "message".to_owned(),
        kind: FactKind::Event,
        attributes: vec![
            attribute("outcome", AttributeKind::OneOf(words(&["delivered", "failed", "pending"])), false),
            attribute(
                "number",
                AttributeKind::OneOf(words(&["valid", "not_exist", "unreachable", "blacklisted"])),
                false,
            ),
            attribute(
                "cause",
                AttributeKind::Cause(words(&["platform", "rule_breach", "guideline_breach"])),
                true,
            ),
            attribute("class", AttributeKind::Text, true),
        ],
        volume: true,
    }
}

/// Nanoseconds this thread has had a core, so that a busy machine measures the same; the clock's where that is not told.
fn on_core_ns(start: &Instant) -> u128 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|it| it.split(' ').next()?.parse().ok());
    told.unwrap_or_else(|| start.elapsed().as_nanos())
}

/// The best of some rounds of `work`, which gives how many receipts it saw.
fn measure(what: &str, bytes: usize, mut work: impl FnMut() -> usize) {
    let start = Instant::now();
    let rounds = (0..ROUNDS).map(|_| {
        let before = on_core_ns(&start);
        let count = work();
        ((on_core_ns(&start) - before) / 1000, count)
    });
    let Some((micros, count)) = rounds.min() else { return };
    let rate = count as u128 * 1_000_000 / micros.max(1);
    let megabytes = bytes as u128 / micros.max(1);
    println!(
        "{what}: {rate} receipts/s of core, {megabytes} MB/s, {} ns each",
        micros * 1000 / count.max(1) as u128
    );
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let body = body();
    let schema = message();
    let annex = include_str!("../../../contracts/codes/pingan-sms.md");
    let codes = Codes::read("receipts.md", annex, &schema).map_err(|mut it| it.swap_remove(0))?;
    let key = Key::new(b"a key of thirty-two random bytes");
    let classifier = Classifier::new(&codes, &schema, &key);
    println!("{RECEIPTS} receipts, {} bytes each", body.len() / RECEIPTS);
    let each = |take: &mut dyn FnMut(&formats::Receipt<'_>)| {
        let (mut bytes, mut count) = (body.as_bytes(), 0);
        let mut receipts = Receipts::new(&mut bytes, Format::Aliyun, Limits::default());
        let read = receipts.for_each(&mut |it| {
            if let Ok(receipt) = it {
                count += 1;
                take(&receipt);
            }
        });
        read.map_or(0, |()| count)
    };
    measure("read", body.len(), || {
        each(&mut |it| {
            black_box(it.sent_at);
        })
    });
    measure("read and classify", body.len(), || {
        each(&mut |it| {
            black_box(classifier.classify(it).is_ok());
        })
    });
    Ok(())
}
