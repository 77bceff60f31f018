//! The declared name a misspelt one most resembles.

/// Longer names are not compared; nobody misspells them by a letter or two on purpose to be helped.
const CHARS_MAX: usize = 64;

/// The nearest of `names` when it is near enough to have been meant; the first of equally near ones.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = lower(name)?;
    let near = names.into_iter().filter_map(|it| Some((distance(&wrong, &lower(it)?), it)));
    let (edits, best) = near.min_by_key(|(edits, _)| *edits)?;
    (edits <= (wrong.len() / 3).max(1)).then_some(best)
}

fn lower(name: &str) -> Option<Vec<char>> {
    let chars: Vec<char> = name.chars().flat_map(char::to_lowercase).take(CHARS_MAX + 1).collect();
    (1..=CHARS_MAX).contains(&chars.len()).then_some(chars)
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut edits = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && left[i - 1] == *b && right[j - 1] == *a {
                edits = edits.min(before[j - 1] + 1);
            }
            row.push(edits);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_meant_is_found_or_none_is() {
        let names = ["outage", "request", "单位", "from"];
        for (wrong, meant) in [
            ("outgae", Some("outage")),
            ("Outage", Some("outage")),
            ("requests", Some("request")),
            ("单価", Some("单位")),
            ("form", Some("from")),
            ("x", None),
            ("", None),
            ("maintenance", None),
        ] {
            assert_eq!(nearest(wrong, names), meant, "{wrong}");
        }
        assert_eq!(nearest(&"a".repeat(100_000), names), None);
    }
}
