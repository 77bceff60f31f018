//! Rules over facts in volume: what the checker accepts is settled by questions, and comes to what a list of the same
//! records comes to, down to how many records each exclusion took.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

use std::collections::BTreeSet;
use std::fmt::Write;

use evidence::{Memory, SourceFile};
use settle::absent::status_word;
use settle::settlement::ExcludedMeasure;
use settle::{Inputs, Settlement, cycle_span, parameters};

/// What every contract here begins with; `VOLUME` stands where a fact says that it comes in volume.
const FACTS: &str = "\
cause carrier excluded
cause own
fact message : event VOLUME { outcome: delivered | failed | pending, route: a | b, parts: number, good: truth, cost: number?, owner: text?, cause: cause? }
fact receipt : event VOLUME { parts: number }
fact works : span {}
fact customer : event { limit: number? }
subject account = subjects(customer)
subject person = subjects(works)
limit_of_all = max(limit of customer)
limit_of_one per account = max(limit of customer of account)
";

fn contract_text(rules: &str, volume: bool) -> String {
    let facts = FACTS.replace("VOLUME", if volume { "in volume" } else { "" });
    format!(
        "---\nid: case\nversion: \"1\"\nzone: UTC\n---\n# 1 All\n\n```sla\ncycle calendar month\n{facts}{rules}\n```\n"
    )
}

/// Settled by questions, or by the list.
fn settled(rules: &str, evidence: &str, volume: bool) -> Settlement {
    let text = contract_text(rules, volume);
    let (contract, found) = language::read("case.md", &text);
    let contract = contract.unwrap_or_else(|| panic!("{found:#?}\n{text}"));
    let file = SourceFile { name: "case.ndjson".to_owned(), bytes: evidence.as_bytes().to_vec() };
    let (evidence, found) = evidence::read(&contract.schema, &[file]);
    assert!(!diagnostic::has_errors(&found), "{found:#?}");
    let inputs = Inputs::default();
    let cycle = cycle_span(&contract, &inputs, "2026-10").unwrap();
    let overrides = parameters(&contract, &inputs, &cycle).unwrap();
    settle::settle(&contract, &Memory::new(evidence.as_of(None)), &cycle, &inputs, &overrides)
}

/// The codes of what is wrong with rules over facts in volume.
fn refused(rules: &str, volume: bool) -> Vec<&'static str> {
    let found = language::read("case.md", &contract_text(rules, volume)).1;
    found.iter().filter(|it| it.severity == diagnostic::Severity::Error).map(|it| it.code).collect()
}

fn levels(of: &Settlement) -> Vec<(String, Option<String>, String)> {
    let value = |it: &settle::settlement::LevelResult| match &it.value {
        Ok(it) => it.value.fraction(),
        Err(absent) => status_word(absent.status).to_owned(),
    };
    of.levels.iter().map(|it| (it.name.clone(), it.subject.clone(), value(it))).collect()
}

/// How many records each exclusion took.
fn excluded(of: &Settlement) -> Vec<(String, u64)> {
    let counts = of.excluded.iter().filter_map(|it| match it.measure {
        ExcludedMeasure::Count(count) => Some((it.cause.clone(), count)),
        ExcludedMeasure::Seconds(_) => None,
    });
    counts.collect()
}

/// Settles by questions and by the list, which must agree.
fn both(rules: &str, evidence: &str) -> Settlement {
    let (asked, listed) = (settled(rules, evidence, true), settled(rules, evidence, false));
    assert_eq!(asked.levels, listed.levels, "{rules}");
    assert_eq!(asked.promises, listed.promises, "{rules}");
    assert_eq!(asked.excluded, listed.excluded, "{rules}");
    asked
}

/// Messages of accounts a and b on two routes, two of them by a carrier at fault.
const MESSAGES: &str = r#"{"fact":"customer","id":"c1","subject":"a","at":"2026-10-01T00:00:00Z","limit":2}
{"fact":"customer","id":"c2","subject":"b","at":"2026-10-01T00:00:00Z"}
{"fact":"message","id":"1","subject":"a","at":"2026-10-02T00:00:00Z","outcome":"delivered","route":"a","parts":1,"good":true,"owner":"b"}
{"fact":"message","id":"2","subject":"a","at":"2026-10-02T01:00:00Z","outcome":"failed","route":"a","parts":3,"good":true}
{"fact":"message","id":"3","subject":"a","at":"2026-10-03T00:00:00Z","outcome":"failed","route":"b","parts":2,"good":false,"cause":"carrier"}
{"fact":"message","id":"4","subject":"b","at":"2026-10-03T01:00:00Z","outcome":"failed","route":"a","parts":3,"good":true,"cause":"carrier"}
{"fact":"message","id":"5","subject":"b","at":"2026-10-04T00:00:00Z","outcome":"delivered","route":"b","parts":5,"good":false,"cost":3}
{"fact":"message","id":"6","at":"2026-10-05T00:00:00Z","outcome":"pending","route":"b","parts":1,"good":true,"cost":1}
{"fact":"receipt","id":"r","subject":"a","at":"2026-10-02T00:00:00Z","parts":1}
{"fact":"works","id":"w","subject":"a","from":"2026-10-02T00:30:00Z","until":"2026-10-02T02:00:00Z"}
{"fact":"works","id":"x","subject":"b","from":"2026-10-03T00:30:00Z","until":"2026-10-03T02:00:00Z"}
"#;

#[test]
fn an_exclusion_per_account_is_taken_for_all_accounts_where_a_rule_is_about_none() {
    let rules = "exclusion big per account : message of account where parts >= 3\nlevel n = count(message - excluded)";
    let it = both(rules, MESSAGES);
    assert_eq!(levels(&it), [("n".to_owned(), None, "2/1".to_owned())]);
    assert_eq!(excluded(&it), [("big".to_owned(), 3), ("carrier".to_owned(), 1)]);
}

#[test]
fn an_exclusion_per_account_is_taken_for_the_account_a_rule_is_about() {
    let rules = "exclusion others per account : message where owner = account\n\
                 level n per account = count(message - excluded)";
    let it = both(rules, MESSAGES);
    let of = |name: &str, value: &str| ("n".to_owned(), Some(name.to_owned()), value.to_owned());
    // The message that names b is left out of the count of b alone.
    assert_eq!(levels(&it), [of("a", "4/1"), of("b", "3/1")]);
    assert_eq!(excluded(&it), [("others".to_owned(), 1), ("carrier".to_owned(), 2)]);
}

#[test]
fn time_excluded_per_account_is_taken_for_the_account_a_rule_is_about() {
    let rules = "exclusion own_works per account : works of account\n\
                 level n per account = count(message of account - excluded)\n\
                 level of_all = count(message - excluded)";
    both(rules, MESSAGES);
}

#[test]
fn each_record_is_excluded_once_however_many_rules_it_is_taken_from() {
    for (rules, count) in [
        // One account each: they are different records.
        ("level n per account = count(message of account - excluded)", 2),
        // Different records of two rules.
        (
            "level n = count((message where route = a) - excluded)\nlevel m = count((message where route = b) - excluded)",
            2,
        ),
        // The records of one rule are among those of the other.
        ("level n = count((message where route = a) - excluded)\nlevel m = count(message - excluded)", 2),
        // They overlap.
        (
            "level n = count((message where parts >= 2) - excluded)\nlevel m = count((message where parts <= 2) - excluded)",
            2,
        ),
        ("level n = max(for each 1 d of cycle: count((message where route = a) - excluded))", 1),
    ] {
        let it = both(rules, MESSAGES);
        assert_eq!(excluded(&it), [("carrier".to_owned(), count)], "{rules}");
    }
}

#[test]
fn what_is_excluded_before_a_condition_is_excluded_whether_it_holds_or_not() {
    let it = both("level n = count((message - excluded) where route = a)", MESSAGES);
    assert_eq!(levels(&it), [("n".to_owned(), None, "2/1".to_owned())]);
    assert_eq!(excluded(&it), [("carrier".to_owned(), 2)]);
    let it = both("level n = count((message where route = a) - excluded)", MESSAGES);
    assert_eq!(excluded(&it), [("carrier".to_owned(), 1)]);
}

#[test]
fn exclusions_that_are_events_in_volume_cover_no_time() {
    let rules = "exclusion small : receipt where parts < 2\nlevel down = length(works - excluded)\n\
                 level n = count(message - excluded)\nlevel r = count(receipt - excluded)";
    both(rules, MESSAGES);
}

#[test]
fn a_condition_on_what_has_no_data_holds_for_no_record() {
    let without: String =
        MESSAGES.lines().filter(|it| !it.contains("limit")).fold(String::new(), |all, it| all + it + "\n");
    let rules = "level n = count(message where parts >= limit_of_all)\n\
                 level m = count(message where not (parts >= limit_of_all))\n\
                 level o = count(message where not (parts >= limit_of_all and good))\n\
                 level s = share(parts in (1, limit_of_all) of message)";
    let it = both(rules, &without);
    let value = |at: usize| levels(&it)[at].2.clone();
    assert_eq!([value(0), value(1), value(2), value(3)], ["0/1", "0/1", "2/1", "1/3"]);
}

#[test]
fn what_can_never_be_settled_is_refused() {
    for rules in [
        "u = message distinct by (route)\nlevel n = count(u where outcome = delivered)",
        "u = message distinct by (route)\nlevel n = share(outcome = delivered of u)",
        "u = message distinct by (route)\nlevel n = sum(parts of u)",
        "u = message distinct by (route)\nlevel n = count(u - excluded)",
        "u = message distinct by (route)\nexclusion x : u\nlevel n = count(message - excluded)",
        "level n = percentile(99.95, parts of message)",
        "level n = percentile(limit_of_all, parts of message)",
        "level n = percentile(101, parts of message)",
        "level n = count(message where parts > first(parts of message))",
        "level n = reading one \"one way\" in force: count(message)\n  reading two \"another way\": first(parts of message)",
    ] {
        assert_eq!(refused(rules, true), ["E0141"], "{rules}");
        assert_eq!(refused(rules, false), [""; 0], "{rules}");
    }
    for rules in [
        "exclusion x per account : message of account\nlevel n per account = count(message - excluded)",
        "mine per account = message of account where good\nlevel n per account = share(outcome = delivered of mine)",
        "rank = 99.9\nlevel n = percentile(rank, parts of message)",
    ] {
        assert_eq!(refused(rules, true), [""; 0], "{rules}");
        both(rules, MESSAGES);
    }
}

const SEEDS: u64 = 400;

/// Whom a rule is taken for.
type Per = Option<&'static str>;

/// Contracts and evidence, different ones, the same each time.
struct Random {
    state: u64,
    /// Something was written that can only be listed.
    lists: bool,
}

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap() % n
    }

    fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }

    /// Now and then, something that only a list answers.
    fn listing(&mut self) -> bool {
        let lists = self.below(60) == 0;
        self.lists |= lists;
        lists
    }

    /// A condition on a message; `certain`: on what every message says.
    fn condition(&mut self, depth: usize, per: Per, certain: bool) -> String {
        if self.listing() {
            return self
                .one(&["not (cost > 1)", "owner != \"b\"", "at > cycle.from", "parts + 1 > 2"])
                .to_owned();
        }
        if depth > 0 && self.below(3) == 0 {
            let (a, b) = (self.condition(depth - 1, per, certain), self.condition(depth - 1, per, certain));
            return format!("({a} {} {b})", self.one(&["and", "or"]));
        }
        if depth > 0 && self.below(5) == 0 {
            return format!("not ({})", self.condition(depth - 1, per, true));
        }
        match per {
            Some("account") if certain && self.below(4) == 0 => return "parts <= limit_of_one".to_owned(),
            Some(per) if !certain && self.below(4) == 0 => {
                return format!("{} = {per}", self.one(&["owner", "subject"]));
            }
            _ => {}
        }
        let said = [
            "outcome = delivered",
            "outcome != failed",
            "route in (a)",
            "parts >= 2",
            "good",
            "parts <= limit_of_all",
            "parts in (1, limit_of_all, 3)",
        ];
        let perhaps = ["cost > 1", "owner = \"b\"", "cause = own", "subject = \"a\"", "cost in (1, 2)"];
        if certain || self.below(2) == 0 { self.one(&said) } else { self.one(&perhaps) }.to_owned()
    }

    /// Messages: of a name or of all, narrowed.
    fn rows(&mut self, per: Per, excluding: bool) -> String {
        let mut rows = self
            .one(if excluding { &["message", "message", "named", "counted"] } else { &["message"] })
            .to_owned();
        if excluding && self.below(4) == 0 {
            rows = match per {
                Some("account") => self.one(&["mine", "left", "(mine of \"b\")", "(left of account)"]),
                _ => self.one(&["(mine of \"a\")", "(left of \"b\")"]),
            }
            .to_owned();
        }
        for _ in 0..self.below(4) {
            rows = match self.below(5) {
                0 | 1 => format!("({rows} where {})", self.condition(2, per, false)),
                2 => format!("({rows} of {})", per.unwrap_or("\"a\"")),
                _ if excluding => format!("({rows} - excluded)"),
                _ => format!("({rows} where {})", self.condition(1, per, false)),
            };
        }
        if self.listing() { format!("(({rows} distinct by (route)) where good)") } else { rows }
    }

    fn number(&mut self, per: Per) -> String {
        let rows = self.rows(per, true);
        if self.listing() {
            let form = self.one(&[
                "first(parts of R)",
                "sum(cost of R)",
                "percentile(99.95, parts of R)",
                "sum(parts + 1 of R)",
            ]);
            return form.replace('R', &rows);
        }
        match self.below(9) {
            0 | 1 => format!("count({rows})"),
            8 => format!("count({rows}) over history"),
            2 => format!("count({rows} distinct by ({}))", self.one(&["route", "owner, parts", "subject"])),
            3 => format!("share({} of {rows})", self.condition(2, per, false)),
            4 => format!("{}(parts of {rows})", self.one(&["sum", "mean", "min", "max"])),
            5 => format!("percentile({}, parts of {rows})", self.one(&["50", "99.9", "0", "100"])),
            6 => format!("max(for each 7 d of cycle: count({rows}))"),
            _ => format!("count({rows}) / count({rows})"),
        }
    }

    fn rules(&mut self) -> String {
        let mut rules = String::new();
        let condition = self.condition(1, None, false);
        writeln!(rules, "named = message where {condition}\ncounted = message - excluded").unwrap();
        writeln!(
            rules,
            "mine per account = message of account where {}",
            self.condition(1, Some("account"), false)
        )
        .unwrap();
        writeln!(rules, "left per account = message of account - excluded").unwrap();
        for at in 0..self.below(4) {
            let exclusion = match self.below(8) {
                0 => format!("x{at} : works"),
                1 => format!("x{at} per account : works of account"),
                2 => format!("x{at} : receipt where parts > 1"),
                3 if self.listing() => format!("x{at} : message distinct by (route)"),
                3 => format!("x{at} : {}", self.rows(None, false)),
                4 | 5 => format!("x{at} per person : {}", self.rows(Some("person"), false)),
                _ => format!("x{at} per account : {}", self.rows(Some("account"), false)),
            };
            writeln!(rules, "exclusion {exclusion}").unwrap();
        }
        for at in 0..=self.below(3) {
            let per = [None, None, Some("account"), Some("account"), Some("person")][self.below(5)];
            let of = per.map(|it| format!(" per {it}")).unwrap_or_default();
            let number = self.number(per);
            writeln!(rules, "level l{at}{of} = {number}").unwrap();
            writeln!(rules, "promise p{at}{of}: l{at} <= {}", self.below(4)).unwrap();
        }
        rules + "level down = length(works - excluded)\nlevel r = count(receipt - excluded)"
    }

    fn evidence(&mut self) -> String {
        let mut text = String::new();
        let at = |it: &mut Self| format!("2026-10-{:02}T{:02}:00:00Z", it.below(31) + 1, it.below(24));
        for (id, account) in ["a", "b", "c"].iter().enumerate().take(self.below(4)) {
            let limit = self.one(&["", ",\"limit\":2", ",\"limit\":3"]);
            let at = at(self);
            writeln!(text, r#"{{"fact":"customer","id":"c{id}","subject":"{account}","at":"{at}"{limit}}}"#)
                .unwrap();
        }
        for id in 0..self.below(3) {
            let (account, day) = (self.one(&["a", "b"]), self.below(28) + 1);
            writeln!(text, r#"{{"fact":"works","id":"w{id}","subject":"{account}","from":"2026-10-{day:02}T05:00:00Z","until":"2026-10-{:02}T05:00:00Z"}}"#, day + 3).unwrap();
        }
        for id in 0..self.below(4) {
            let (at, parts) = (at(self), self.below(3));
            writeln!(text, r#"{{"fact":"receipt","id":"r{id}","at":"{at}","parts":{parts}}}"#).unwrap();
        }
        for id in 0..self.below(40) {
            let subject = self.one(&["", r#","subject":"a""#, r#","subject":"b""#, r#","subject":"d""#]);
            let cause = self.one(&["", "", r#","cause":"carrier""#, r#","cause":"own""#]);
            let cost = self.one(&["", r#","cost":1"#, r#","cost":2"#]);
            let owner = self.one(&["", r#","owner":"a""#, r#","owner":"b""#]);
            let (outcome, route) = (self.one(&["delivered", "failed", "pending"]), self.one(&["a", "b"]));
            let (at, parts, good) = (at(self), self.below(5), self.below(2) == 0);
            writeln!(text, r#"{{"fact":"message","id":"m{id}"{subject},"at":"{at}","outcome":"{outcome}","route":"{route}","parts":{parts},"good":{good}{cost}{owner}{cause}}}"#).unwrap();
        }
        text
    }
}

#[test]
fn whatever_the_checker_accepts_is_settled_as_the_list_is() {
    let mut met = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut random = Random { state: seed * 7_919 + 1, lists: false };
        let (rules, evidence) = (random.rules(), random.evidence());
        assert_eq!(refused(&rules, false), [""; 0], "seed {seed}\n{rules}");
        let found = refused(&rules, true);
        assert_eq!(!found.is_empty(), random.lists, "seed {seed}: {found:?}\n{rules}");
        assert!(found.iter().all(|it| *it == "E0141"), "seed {seed}: {found:?}\n{rules}");
        if random.lists {
            met.insert("refused".to_owned());
            continue;
        }
        let (asked, listed) = (settled(&rules, &evidence, true), settled(&rules, &evidence, false));
        assert_eq!(levels(&asked), levels(&listed), "seed {seed}\n{rules}\n{evidence}");
        assert_eq!(asked.levels, listed.levels, "seed {seed}\n{rules}\n{evidence}");
        assert_eq!(asked.promises, listed.promises, "seed {seed}\n{rules}\n{evidence}");
        assert_eq!(asked.excluded, listed.excluded, "seed {seed}\n{rules}\n{evidence}");
        met.extend(excluded(&asked).into_iter().map(|it| it.0));
        met.extend(asked.promises.iter().map(|it| it.verdict.word().to_owned()));
    }
    for wanted in ["refused", "carrier", "x0", "x1", "x2", "met", "breached", "no_data"] {
        assert!(met.contains(wanted), "never met: {wanted} among {met:?}");
    }
}
