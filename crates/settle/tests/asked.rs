//! Facts in volume answer questions; facts that are listed are read row by row. Both must give the same settlement.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stand outside the test functions"
)]

use std::collections::BTreeSet;

use evidence::{Facts, FactsError, Group, Memory, Question, Record, SourceFile, read};
use quantity::Quantity;
use settle::absent::status_word;
use settle::{Inputs, Overrides, Settlement, Shown, cycle_span, settle};

/// Evidence that refuses to be listed, so that every question that can be asked is asked.
struct InVolume(Memory);

impl Facts for InVolume {
    fn rows(&self, fact: usize) -> &[Record] {
        self.0.rows(fact)
    }
    fn aggregate(&self, question: &Question) -> Result<Vec<Group>, FactsError> {
        self.0.aggregate(question)
    }
    fn lists(&self, _fact: usize) -> bool {
        false
    }
    fn count_all(&self) -> usize {
        self.0.count_all()
    }
    fn digest(&self) -> [u8; 32] {
        self.0.digest()
    }
}

const CONTRACT: &str = r#"---
id: volume
version: "1"
zone: Asia/Shanghai
currency: CNY
rounding: half_up
---
# Volume
```sla
cycle calendar month
cause carrier excluded
cause own
fact message : event { outcome: delivered | failed | pending, parts: number, price: money, cause: cause?, note: text? }
fact ticket : request { cause: cause?, note: text? }
fact maintenance : span {}
exclusion announced : maintenance
valid = message where parts in (1, 2, 3) and not (outcome = pending)
counted = valid - excluded
level delivered = count(counted where outcome = delivered) / count(counted)
level share_delivered = share(outcome = delivered of counted)
level parts_sum = sum(parts of counted)
level parts_mean = mean(parts of message - excluded)
level dear = max(price of message where outcome != failed)
level cheap = min(price of message where parts >= 2)
level p95 = percentile(95, parts of message)
level noted = count(message where note = "x")
level of_a = count(message of "a")
level notes = count(message distinct by (note))
level noted_parts = count(counted distinct by (note, parts))
level last_word = count(message distinct by (note) where outcome = failed)
level slow = share(until > from + 2 d of ticket - excluded)
level late = count(ticket where full_length > 2 d)
level mean_wait = mean(full_length of ticket)
level median_wait = percentile(50, full_length of ticket)
level longest_wait = max(full_length of ticket where note = "x")
level ticket_notes = count(ticket distinct by (note))
promise quick: longest_wait <= 3 d
promise none_late: late = 0
promise good: delivered >= 90%
```
"#;

fn evidence_text(seed: u64) -> String {
    let mut state = seed;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut text = String::from(
        "{\"fact\":\"maintenance\",\"from\":\"2026-10-05T00:00:00+08:00\",\"until\":\"2026-10-06T12:00:00+08:00\"}\n",
    );
    for at in 0..400 {
        let outcome =
            ["delivered", "delivered", "delivered", "failed", "pending"][usize::try_from(next(5)).unwrap()];
        let cause = ["", ",\"cause\":\"carrier\"", ",\"cause\":\"own\""][usize::try_from(next(3)).unwrap()];
        let note = ["", ",\"note\":\"x\"", ",\"note\":\"y\""][usize::try_from(next(3)).unwrap()];
        let subject = ["a", "b"][usize::try_from(next(2)).unwrap()];
        text.push_str(&format!(
            "{{\"fact\":\"message\",\"id\":\"m{at}\",\"subject\":\"{subject}\",\"at\":\"2026-10-{:02}T{:02}:00:00+08:00\",\"outcome\":\"{outcome}\",\"parts\":{},\"price\":\"0.{:02} CNY\"{cause}{note}}}\n",
            next(31) + 1,
            next(24),
            next(5) + 1,
            next(100)
        ));
    }
    for at in 0..20 {
        let from = next(24 * 31);
        let (day, hour) = (from / 24 + 1, from % 24);
        let note = ["", ",\"note\":\"x\"", ",\"note\":\"y\""][usize::try_from(next(3)).unwrap()];
        let cause = ["", ",\"cause\":\"carrier\""][usize::try_from(next(2)).unwrap()];
        // One of four is still open, now and then on the last evening.
        let until = match next(4) {
            0 => String::new(),
            length => format!(",\"until\":\"2026-11-{:02}T{hour:02}:30:00+08:00\"", length)
                .replace("2026-11-01", &format!("2026-10-{day:02}")),
        };
        text.push_str(&format!(
            "{{\"fact\":\"ticket\",\"id\":\"t{at}\",\"from\":\"2026-10-{day:02}T{hour:02}:00:00+08:00\"{until}{note}{cause}}}\n",
        ));
    }
    text
}

fn settled(facts: &dyn Facts) -> Settlement {
    let contract = language::read("volume.md", CONTRACT).0.expect("the contract is sound");
    let inputs = Inputs::default();
    let cycle = cycle_span(&contract, &inputs, "2026-10").expect("a month");
    settle(&contract, facts, &cycle, &inputs, &Overrides::default())
}

#[test]
fn asking_and_listing_give_the_same_settlement() {
    let contract = language::read("volume.md", CONTRACT).0.expect("the contract is sound");
    let mut met = BTreeSet::new();
    for seed in 1..40 {
        let file = SourceFile { name: "e.ndjson".to_owned(), bytes: evidence_text(seed).into_bytes() };
        let (evidence, found) = read(&contract.schema, &[file]);
        assert!(found.is_empty(), "{found:?}");
        let memory = Memory::new(evidence.as_of(None));
        let listed = settled(&memory);
        let asked = settled(&InVolume(memory));
        assert_eq!(listed.levels, asked.levels, "seed {seed}");
        assert_eq!(listed.promises, asked.promises);
        assert_eq!(listed.excluded, asked.excluded);
        met.extend(listed.levels.iter().map(|it| match &it.value {
            Ok(_) => "a number".to_owned(),
            Err(absent) => format!("{} {}", it.name, status_word(absent.status)),
        }));
        met.extend(listed.promises.iter().map(|it| format!("{} {}", it.name, it.verdict.word())));
    }
    let levels = ["a number", "mean_wait no_data", "late provisional", "slow provisional"];
    for wanted in levels.into_iter().chain(["quick breached", "none_late provisional"]) {
        assert!(met.contains(wanted), "never met: {wanted}");
    }
}

#[test]
fn a_question_lists_no_records_in_the_derivation() {
    let contract = language::read("volume.md", CONTRACT).0.expect("the contract is sound");
    let file = SourceFile { name: "e.ndjson".to_owned(), bytes: evidence_text(7).into_bytes() };
    let asked = settled(&InVolume(Memory::new(read(&contract.schema, &[file]).0.as_of(None))));
    let counted = asked.derivation.iter().find(|it| it.name == "delivered").expect("it is derived");
    assert!(
        counted.evidence.iter().all(|it| it.records.is_empty() && it.count > 0),
        "{:?}",
        counted.evidence
    );
}

#[test]
fn a_share_says_of_how_many_whether_asked_or_listed() {
    let contract = language::read("volume.md", CONTRACT).0.expect("the contract is sound");
    let file = SourceFile { name: "e.ndjson".to_owned(), bytes: evidence_text(7).into_bytes() };
    let memory = Memory::new(read(&contract.schema, &[file]).0.as_of(None));
    let counts = |of: &Settlement| {
        let share =
            of.derivation.iter().find(|it| it.name == "share_delivered").expect("it is derived").clone();
        let texts: Vec<String> = share.steps.iter().map(|it| it.0.clone()).collect();
        let share_itself = "share(outcome = delivered of counted)";
        assert_eq!(texts, ["count(counted)", "count(counted where outcome = delivered)", share_itself]);
        let numbers: Vec<_> = share.steps.into_iter().map(|it| it.1.expect("it is counted")).collect();
        let [Shown::Quantity(all), Shown::Quantity(matching), Shown::Quantity(part)] = &numbers[..] else {
            panic!("{numbers:?}");
        };
        let said = matching.value.div(&all.value).expect("there are records");
        assert_eq!(*part, Quantity::number(said));
        assert_eq!(share.value, Ok(Shown::Quantity(part.clone())));
        numbers
    };
    assert_eq!(counts(&settled(&memory)), counts(&settled(&InVolume(memory))));
}
