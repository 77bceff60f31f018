//! What binds tighter: each expression has the tree of its bracketed form, and not of the other one.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

#[path = "support/invariants.rs"]
mod invariants;

/// The tree of `a = EXPRESSION`, without spans.
fn tree(expression: &str) -> String {
    let text = format!("---\nid: t\n---\n```sla\nx = {expression}\n```\n");
    invariants::check(&text);
    let tree = invariants::trees(&text).remove(0);
    assert!(!tree.contains("Problem"), "{expression}: {tree}");
    tree
}

#[test]
fn every_operator_binds_as_the_language_book_says() {
    let cases = [
        ("a or b and c", "a or (b and c)", "(a or b) and c"),
        ("a and b = c", "a and (b = c)", "(a and b) = c"),
        ("not a = b", "not (a = b)", "(not a) = b"),
        ("not a and b", "(not a) and b", "not (a and b)"),
        ("not a or b", "(not a) or b", "not (a or b)"),
        ("a + b * c", "a + (b * c)", "(a + b) * c"),
        ("a - b - c", "(a - b) - c", "a - (b - c)"),
        ("a / b * c", "(a / b) * c", "a / (b * c)"),
        ("a / b / c", "(a / b) / c", "a / (b / c)"),
        ("a < b + c", "a < (b + c)", "(a < b) + c"),
        ("-a * b", "(-a) * b", "-(a * b)"),
        ("-a - b", "(-a) - b", "-(a - b)"),
        ("-a.b", "-(a.b)", "(-a).b"),
        ("a where b and c", "a where (b and c)", "(a where b) and c"),
        ("a where b or c", "(a where b) or c", "a where (b or c)"),
        ("a where b = c", "a where (b = c)", "(a where b) = c"),
        ("a where b + c = d", "a where ((b + c) = d)", "(a where b) + (c = d)"),
        ("a where b over history", "a where (b over history)", "(a where b) over history"),
        ("a - b where c", "a - (b where c)", "(a - b) where c"),
        ("a where b ordered by c", "(a where b) ordered by c", "a where (b ordered by c)"),
        (
            "a ordered by b descending where c",
            "(a ordered by b descending) where c",
            "(a where c) ordered by b descending",
        ),
        ("a ordered by b - c descending", "a ordered by (b - c) descending", "(a ordered by b) - c"),
        ("a ordered by b except c", "(a ordered by b) except c", "a ordered by (b except c)"),
        ("a except b ordered by c", "(a except b) ordered by c", "a except (b ordered by c)"),
        ("a except b where c", "a except (b where c)", "(a except b) where c"),
        ("a where b except c", "(a where b) except c", "a where (b except c)"),
        ("a - b except c", "(a - b) except c", "a - (b except c)"),
        ("a ordered by b over history", "a ordered by (b over history)", "(a ordered by b) over history"),
        ("a over previous 3 cycles - b", "(a over previous 3 cycles) - b", "(a - b) over previous 3 cycles"),
        (
            "for each v in a ordered by b descending: c",
            "for each v in (a ordered by b descending): c",
            "(for each v in a: c) ordered by b descending",
        ),
        ("sum(a of b ordered by c)", "sum(a of (b ordered by c))", "sum((a of b) ordered by c)"),
        (
            "first(3, a of b ordered by c)",
            "first(3, (a of b) ordered by c)",
            "first(3, a of (b ordered by c))",
        ),
        ("a lasting >= 60 s and b", "(a lasting >= 60 s) and b", "a lasting >= (60 s and b)"),
        ("a of b of c", "(a of b) of c", "a of (b of c)"),
        ("a of b + c", "(a of b) + c", "a of (b + c)"),
        ("a + 8 h of b", "a + (8 h of b)", "(a + 8 h) of b"),
        ("5% of a * b", "(5% of a) * b", "5% of (a * b)"),
        ("a over history - b", "(a over history) - b", "(a - b) over history"),
        ("a - b over history", "a - (b over history)", "(a - b) over history"),
        ("if a then b otherwise c + d", "if a then b otherwise (c + d)", "(if a then b otherwise c) + d"),
        ("for any v in a: b and c", "for any v in a: (b and c)", "(for any v in a: b) and c"),
        (
            "slices 1 min of cycle where a and b",
            "slices 1 min of cycle where (a and b)",
            "(slices 1 min of cycle where a) and b",
        ),
        ("a in (1, 2) and b", "(a in (1, 2)) and b", "a in ((1, 2) and b)"),
        ("a in [1, 2) or b", "(a in [1, 2)) or b", "not (a in [1, 2) or b)"),
        ("a is no data or b", "(a is no data) or b", "not (a is no data or b)"),
        ("a breached and b met", "(a breached) and (b met)", "(a breached and b) met"),
        ("a + b or c when none", "(a + b) or c when none", "a + (b or c when none)"),
        ("a or b or c when none", "(a or b) or c when none", "a or (b or c when none)"),
        ("a = b or c when none", "(a = b) or c when none", "a = (b or c when none)"),
        ("ladder a + b { >= 1: 2 }", "ladder (a + b) { >= 1: 2 }", "ladder a { >= 1: 2 }"),
        ("sum(a + b of c)", "sum((a + b) of (c))", "sum(a + (b of c))"),
        ("sum(a of b where c)", "sum(a of (b where c))", "sum((a of b) where c)"),
        ("date(a) + 30 days", "(date(a)) + (30 days)", "date(a + 30 days)"),
        ("1 h 30 min + a", "(1 h 30 min) + a", "1 h + (30 min + a)"),
    ];
    for (written, meant, other) in cases {
        assert_eq!(tree(written), tree(meant), "{written}");
        assert_ne!(tree(written), tree(other), "{written}");
    }
}
