//! What the console shows of how rules count records in volume: each condition once, where it stands, and what succeeds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

use evidence::{Memory, Predicate, SourceFile};
use settle::counted::{CountedBy, Why, counted};
use settle::{Inputs, Overrides, cycle_span};

const FACTS: &str = "\
cause carrier excluded
fact message : event in volume { outcome: delivered | failed, route: a | b, owner: text?, cause: cause? }
fact customer : event {}
subject account = subjects(customer)
";

/// The ways in which rules count, each with its steps in words: a condition as it is written, an exclusion by its name.
fn ways(rules: &str) -> Vec<(CountedBy, Vec<String>, Option<String>)> {
    let text = format!(
        "---\nid: case\nversion: \"1\"\nzone: UTC\n---\n# 1 All\n\n```sla\ncycle calendar month\n{FACTS}{rules}\n```\n"
    );
    let (contract, found) = language::read("case.md", &text);
    let contract = contract.unwrap_or_else(|| panic!("{found:#?}\n{text}"));
    let lines = ["a", "b"].map(|it| {
        format!(
            "{{\"fact\":\"customer\",\"id\":\"{it}\",\"subject\":\"{it}\",\"at\":\"2026-10-01T00:00:00Z\"}}\n"
        )
    });
    let file = SourceFile { name: "case.ndjson".to_owned(), bytes: lines.concat().into_bytes() };
    let facts = Memory::new(evidence::read(&contract.schema, &[file]).0.as_of(None));
    let inputs = Inputs::default();
    let cycle = cycle_span(&contract, &inputs, "2026-10").unwrap();
    let found = counted(&contract, &facts, &cycle, &inputs, &Overrides::default());
    let said = |it: CountedBy| {
        let steps = it.steps.iter().map(|it| match &it.why {
            Why::Condition(span) => contract.source(*span).to_owned(),
            Why::Excluded { name, .. } => format!("- {name}"),
        });
        let steps = steps.collect();
        let success = it.success.as_ref().map(|it| contract.source(it.condition).to_owned());
        (it, steps, success)
    };
    found.into_iter().map(said).collect()
}

#[test]
fn exclusions_stand_where_the_rule_takes_them_out() {
    let rules = "level n = share(outcome = delivered of ((message where route = a) - excluded) where owner = \"x\" and outcome in (delivered, failed))";
    let found = ways(rules);
    let [(_, steps, success)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        *steps,
        ["route = a", "- carrier", "owner = \"x\"", "outcome in (delivered, failed)"].map(str::to_owned)
    );
    assert_eq!(success.as_deref(), Some("outcome = delivered"));
}

#[test]
fn a_condition_that_chooses_the_subject_is_left_out_however_it_is_written() {
    for rows in
        ["message of account", "message where subject = account", "message where subject in (account)"]
    {
        let found =
            ways(&format!("level n per account = share(outcome = delivered of ({rows}) where route = a)"));
        let [(way, steps, success)] = &found[..] else { panic!("{rows}: {found:?}") };
        assert!(way.per_subject, "{rows}");
        assert_eq!(*steps, ["route = a".to_owned()], "{rows}");
        assert_eq!(success.as_deref(), Some("outcome = delivered"), "{rows}");
    }
    let found =
        ways("mine per account = message of account\nlevel n = share(outcome = delivered of mine of \"a\")");
    let [(way, steps, _)] = &found[..] else { panic!("{found:?}") };
    assert!(!way.per_subject);
    assert_eq!(*steps, ["message of account".to_owned()]);
}

#[test]
fn the_part_that_one_subject_has_of_all_is_no_success() {
    for part in ["message of account", "message where owner = account"] {
        let found = ways(&format!("level n per account = count({part}) / count(message)"));
        assert!(found.iter().all(|it| it.2.is_none()), "{part}: {found:?}");
        let per: Vec<bool> = found.iter().map(|it| it.0.per_subject).collect();
        assert_eq!(per, [true, false], "{part}");
    }
    let found = ways("level n per account = share(owner = account of message)");
    assert!(found.iter().all(|it| it.2.is_none() && it.1.is_empty()), "{found:?}");
}

#[test]
fn of_two_counts_what_the_one_asks_beyond_the_other_succeeds() {
    let found = ways(
        "level n = count(message where route = a and outcome = delivered) / count(message where route = a)",
    );
    let [(_, steps, success)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        (&steps[..], success.as_deref()),
        (&["route = a".to_owned()][..], Some("outcome = delivered"))
    );
    // What is left after exclusions, of all, is none.
    let found = ways("level n = count(message - excluded) / count(message)");
    assert!(found.len() == 2 && found.iter().all(|it| it.2.is_none()), "{found:?}");
}

#[test]
fn an_exclusion_per_subject_is_shown_for_all_of_them() {
    let rules = "exclusion own per account : message of account where route = b\n\
                 level n per account = share(outcome = delivered of message of account - excluded)";
    let found = ways(rules);
    let [(way, steps, _)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(*steps, ["- own".to_owned(), "- carrier".to_owned()]);
    let taken = format!("{:?}", way.steps[0].keeps);
    for account in ["Text(\"a\")", "Text(\"b\")"] {
        assert!(taken.contains(account), "{taken}");
    }
    assert!(matches!(&way.steps[0].keeps, Predicate::Not(_)), "{taken}");
}
