//! The name that a misspelt one most resembles.

/// The nearest of `names`, when so little is different that it may have been meant.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: Vec<char> = name.chars().flat_map(char::to_lowercase).take(65).collect();
    if wrong.len() > 64 {
        return None;
    }
    let near =
        names.into_iter().map(|it| (distance(&wrong, &it.to_lowercase().chars().collect::<Vec<_>>()), it));
    let (edits, best) = near.min_by_key(|it| it.0)?;
    (edits <= (wrong.len() / 3).max(1)).then_some(best)
}

/// Insertions, deletions and replacements (Levenshtein).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut before = i;
        let mut row = vec![i + 1];
        for (b, over) in right.iter().zip(above.iter().skip(1)) {
            let last = row.last().copied().unwrap_or(0);
            row.push((before + usize::from(a != b)).min(over + 1).min(last + 1));
            before = *over;
        }
        above = row;
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_meant_is_found_or_none_is() {
        let names = ["listen", "data", "times.grace", "times.session"];
        for (wrong, meant) in [
            ("lisen", Some("listen")),
            ("Data", Some("data")),
            ("date", Some("data")),
            ("times.grase", Some("times.grace")),
            ("grace", None),
            ("port", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, names), meant, "{wrong}");
        }
        assert_eq!(nearest(&"a".repeat(100_000), names), None);
    }

    #[test]
    fn the_distance_counts_edits() {
        let count =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, edits) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("abc", "abc", 0), ("ab", "ba", 2)]
        {
            assert_eq!(count(a, b), edits, "{a} {b}");
            assert_eq!(count(b, a), edits, "{b} {a}");
        }
    }
}
