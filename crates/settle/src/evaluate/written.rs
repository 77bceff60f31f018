//! A rule as written, on one line: entries of a table parted by commas, comments left out.

/// The text on one line, single spaces.
pub(crate) fn one_line(text: &str) -> String {
    if is_one_line(text) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len());
    let mut open = Vec::new();
    for written in text.lines() {
        let mut words = without_comment(written).split_whitespace().peekable();
        if let Some(first) = words.peek()
            && open.last() == Some(&'{')
            && begins_entry(&line, first)
        {
            line.push(',');
        }
        for word in words {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        brackets(written, &mut open);
    }
    line
}

/// Whether it stands so already, as most rules do: no line ends, no second space, no comment.
fn is_one_line(text: &str) -> bool {
    let twice = |pair: &[u8]| matches!(pair, b"  " | b"--");
    let is_other_space = |it: &u8| it.is_ascii_whitespace() && *it != b' ';
    text.trim().len() == text.len()
        && !text.bytes().any(|it| is_other_space(&it))
        && !text.as_bytes().windows(2).any(twice)
}

fn without_comment(written: &str) -> &str {
    match written.find("--").and_then(|at| written.get(..at)) {
        Some(before) if before.matches('"').count().is_multiple_of(2) => before,
        _ => written,
    }
}

/// Whether a line of a table begins another entry, rather than going on with the one before.
fn begins_entry(before: &str, first: &str) -> bool {
    let goes_on = before.ends_with(['{', ',', ':', '+', '-', '*', '/', '=', '<', '>']);
    !goes_on && !first.starts_with(['}', '+', '*', '/']) && !matches!(first, "and" | "or" | "when")
}

/// The brackets still open after a line; a band may open with one sort and close with the other.
fn brackets(written: &str, open: &mut Vec<char>) {
    let mut quoted = false;
    for c in without_comment(written).chars() {
        match c {
            '"' => quoted = !quoted,
            '{' | '(' | '[' if !quoted => open.push(c),
            '}' | ')' | ']' if !quoted => {
                open.pop();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_several_lines_reads_as_one() {
        for (written, line) in [
            ("", ""),
            ("(up -  down)\n  / up", "(up - down) / up"),
            ("by plan {\n  small: 99%\n  large: 99.9%\n}", "by plan { small: 99%, large: 99.9% }"),
            ("by plan { small: 99%, large: 99.9% }", "by plan { small: 99%, large: 99.9% }"),
            (
                "by plan {\n  a: min(1,\n    2)\n  b: 3\n    + 4,\n  c: 5 }",
                "by plan { a: min(1, 2), b: 3 + 4, c: 5 }",
            ),
            (
                "by plan {\n  a, b: ladder x {\n    < 98%: 1\n    [98%, 99%): 2\n    (99%, 100%]: 3\n  }\n  c: 3\n}",
                "by plan { a, b: ladder x { < 98%: 1, [98%, 99%): 2, (99%, 100%]: 3 }, c: 3 }",
            ),
            ("a -- the first\n  + b", "a + b"),
            ("name = \"a -- b {\"\n  or c", "name = \"a -- b {\" or c"),
        ] {
            assert_eq!(one_line(written), line);
        }
    }
}
