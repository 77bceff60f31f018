//! Limits: a contract too large, too deep or too long is refused in words, never by running out of anything.

use std::fmt::Write;

const FRONT: &str = "---\nid: t\nversion: 1\nzone: UTC\n---\n```sla\ncycle calendar month\n";

/// The codes of what is said about a rule block, each once.
fn codes(rules: &str) -> Vec<&'static str> {
    let (contract, diagnostics) = language::read("limits.md", &format!("{FRONT}{rules}```\n"));
    assert_eq!(contract.is_none(), diagnostic::has_errors(&diagnostics));
    let mut codes: Vec<&'static str> = diagnostics.iter().map(|it| it.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn a_contract_of_256_kib_is_read_and_one_byte_more_is_refused() {
    let limit = language::syntax::document::CONTRACT_BYTES_MAX;
    let head = format!("{FRONT}```\n");
    let largest = head.clone() + &" ".repeat(limit - head.len());
    assert!(language::read("limits.md", &largest).0.is_some());
    let (contract, diagnostics) = language::read("limits.md", &(largest + " "));
    assert!(contract.is_none());
    assert_eq!(diagnostics.iter().map(|it| it.code).collect::<Vec<_>>(), ["E0010"]);
}

#[test]
fn brackets_nest_63_deep_and_no_deeper() {
    let nested = |depth: usize| format!("a = {}1{}\n", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(codes(&nested(63)), [""; 0]);
    assert_eq!(codes(&nested(64)), ["E0005"]);
    assert_eq!(codes(&nested(100_000)), ["E0005"]);
}

#[test]
fn every_way_to_make_a_tall_expression_is_refused() {
    let long = [
        format!("a = 1{}\n", " + 1".repeat(60_000)),
        format!("a = true{}\n", " and true".repeat(20_000)),
        format!("a = 1{}\n", " = 1".repeat(60_000)),
        format!("a = {}1\n", "- ".repeat(100_000)),
        format!("a = {}true\n", "not ".repeat(60_000)),
        format!("a = cycle{}\n", ".from".repeat(50_000)),
        format!("a = cycle{}\n", " of cycle".repeat(25_000)),
        format!("a = {}1\n", "if true then ".repeat(15_000)),
        format!("a = {}1\n", "for each x in (1): ".repeat(12_000)),
        format!("a = {}\n", "abs(".repeat(60_000)),
        format!("a = {}\n", "by 1 { 1: ".repeat(20_000)),
        format!("a = {}\n", "ladder 1 { [".repeat(20_000)),
        format!("a = {}1\n", "hours on working days of ".repeat(9_000)),
        format!("a = 1{}\n", " over cycle".repeat(20_000)),
        format!("a = 1{}\n", " where true".repeat(20_000)),
    ];
    for rules in long {
        let found = codes(&rules);
        assert!(!found.is_empty(), "{}", &rules[..40]);
    }
}

#[test]
fn a_sum_of_sixty_terms_is_read() {
    assert_eq!(codes(&format!("a = 1{}\n", " + 1".repeat(60))), [""; 0]);
}

#[test]
fn rules_build_on_each_other_256_steps_deep_and_no_deeper_in_whatever_order_they_stand() {
    let chain = |length: usize| -> Vec<String> {
        let links = (1..length).map(|at| format!("d{at} = d{} + 1\n", at - 1));
        std::iter::once("d0 = 1\n".to_owned()).chain(links).collect()
    };
    // A link is two steps deep: the sum and the name in it.
    for (length, wanted) in [(128, None), (129, Some("E0109")), (1_900, Some("E0109"))] {
        let forwards = chain(length);
        let backwards: Vec<String> = forwards.iter().rev().cloned().collect();
        for rules in [forwards, backwards] {
            assert_eq!(codes(&rules.concat()).first().copied(), wanted, "{length}");
        }
    }
}

#[test]
fn the_deepest_chain_of_the_deepest_expressions_fits_the_stack_of_a_thread() {
    // The two halves of what stands around the name of the definition before.
    let links = [
        ("- ", ""),
        ("abs(", ")"),
        ("(0 + ", ")"),
        ("(", " or 0 when none)"),
        ("if true then ", " otherwise 0"),
        ("by 1 { 1: ", " }"),
        ("ladder 1 { = 1: ", " }"),
        ("min(0, ", ")"),
        ("(", " over history)"),
        ("sum(for each x in (1, 2): ", ")"),
    ];
    for (open, close) in links {
        let mut rules = String::new();
        for at in (1..100).rev() {
            writeln!(rules, "d{at} = {}d{}{}", open.repeat(20), at - 1, close.repeat(20)).unwrap();
        }
        rules.push_str("d0 = 1\n");
        let read = move || codes(&rules);
        let found = std::thread::Builder::new().stack_size(2 << 20).spawn(read).unwrap().join().unwrap();
        assert!(found.contains(&"E0109"), "{open}: {found:?}");
    }
}

#[test]
fn more_than_2000_rules_are_refused() {
    let many: String = (0..15_000).fold(String::new(), |mut out, at| {
        writeln!(out, "d{at} = x{at}").unwrap();
        out
    });
    assert_eq!(codes(&many), ["E0020", "E0101"]);
}

#[test]
fn no_more_than_500_problems_are_told() {
    let mistakes = (0..30_000).map(|at| format!("x{at}")).collect::<Vec<_>>().join(", ");
    let text = format!("{FRONT}a = ({mistakes})\n```\n");
    assert_eq!(language::read("limits.md", &text).1.len(), 500);
}

#[test]
fn the_longest_blocks_are_laid_out_in_reasonable_time() {
    let blocks = ["-- a remark\n".repeat(20_000), "a = by 1 {\n  1: 2 -- x\n  }\n".repeat(9_000)];
    for rules in blocks {
        let text = format!("{FRONT}{rules}```\n");
        assert_eq!(language::format::format(&text).map(|it| it.len() > 100_000), Ok(true));
    }
}
