//! Every code the language gives is in the registry, and the examples there do what their entry says.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

use std::fs;
use std::path::Path;

/// What the examples of the registry may use.
const PRELUDE: &str = r#"---
id: t
version: 1
zone: Asia/Shanghai
currency: CNY
rounding: half_up
---
```sla
plan basic | pro
fact outage : span {}
fact fee : event { amount: money }
fact ticket : request { due: instant }
fact message : event in volume { outcome: delivered | failed, parts: number }
level uptime = 1 - length(outage) / length(cycle)
promise availability: uptime >= 99.9%
monthly_fee = sum(amount of fee)
```
"#;

#[test]
fn every_code_in_the_sources_is_in_the_registry() {
    let mut found = Vec::new();
    codes_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found.dedup();
    assert!(found.len() > 50, "{found:?}");
    let missing: Vec<&String> = found.iter().filter(|it| diagnostic::code(it).is_none()).collect();
    assert!(missing.is_empty(), "not in codes.md: {missing:?}");
}

#[test]
fn every_code_of_the_language_in_the_registry_is_in_the_sources() {
    let mut found = Vec::new();
    codes_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let idle =
        |it: &&diagnostic::Code| it.code.starts_with(['E', 'W']) && !found.iter().any(|code| code == it.code);
    let idle: Vec<&str> = diagnostic::codes().iter().filter(idle).map(|it| it.code).collect();
    assert!(idle.is_empty(), "never given: {idle:?}");
}

#[test]
fn wrong_examples_of_the_registry_are_wrong_in_that_way_and_right_ones_are_right() {
    let mut tried = 0;
    for code in diagnostic::codes().iter().filter(|it| it.code.starts_with(['E', 'W'])) {
        for (text, wrong, right) in [(&code.en, "Wrong:", "Right:"), (&code.zh, "误：", "正：")] {
            for example in examples(text, wrong) {
                let given = given(&example);
                assert!(given.contains(&code.code), "{}: {example}\n{given:?}", code.code);
                tried += 1;
            }
            for example in examples(text, right) {
                assert!(given(&example).is_empty(), "{}: {example}\n{:?}", code.code, given(&example));
            }
        }
    }
    assert!(tried > 80, "{tried}");
}

/// Codes in double quotes in every source file of a folder.
fn codes_under(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_under(&path, found);
        } else {
            let text = fs::read_to_string(path).unwrap();
            found.extend(text.split('"').filter(|it| is_code(it)).map(str::to_owned));
        }
    }
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.starts_with(['E', 'W']) && text[1..].bytes().all(|it| it.is_ascii_digit())
}

/// The pieces of code after a word: in back-quotes on its line, or in a fence below it.
fn examples(text: &str, word: &str) -> Vec<String> {
    let after = text.split(word).skip(1);
    after.filter_map(|it| fenced(it).or_else(|| it.split('`').nth(1).map(str::to_owned))).collect()
}

fn fenced(text: &str) -> Option<String> {
    let inside = text.strip_prefix("\n```sla\n")?;
    inside.split("```").next().map(str::to_owned)
}

/// The codes given for an example.
fn given(example: &str) -> Vec<&'static str> {
    let key = example.split_once(": ").map_or("", |(key, _)| key);
    let (front, rules) = match key {
        "currency" | "curency" => {
            (PRELUDE.replace("currency: CNY", &format!("currency: CNY\n{example}")), "")
        }
        "title" => (PRELUDE.replace("id: t", &format!("id: t\n{example}")), ""),
        _ => (PRELUDE.to_owned(), example.trim_end()),
    };
    let front = if key == "currency" { front.replacen("currency: CNY\n", "", 1) } else { front };
    let cycle = if rules.starts_with("cycle ") { "" } else { "cycle calendar month\n" };
    let text = format!("{front}```sla\n{cycle}{rules}\n```\n");
    language::read("codes.md", &text).1.iter().map(|it| it.code).collect()
}
