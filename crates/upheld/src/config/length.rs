//! Lengths of time as operators write them: `30 min`, `12 h`, `3 d`.

/// Units with their seconds, the longest first.
const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
/// A hundred years of 366 days: nothing longer is meant.
const SECONDS_MAX: i64 = 100 * 366 * 86_400;

/// The seconds of a text such as `30 min` or `1 d 12 h`; `None` when it is none, is empty, or is longer than a century.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let spaced = spaced(text);
    let words: Vec<&str> = spaced.split_whitespace().collect();
    if words.is_empty() {
        return None;
    }
    let mut sum = 0_i64;
    for pair in words.chunks(2) {
        let [number, unit] = pair else { return None };
        let count: u32 = number.parse().ok().filter(|_| number.bytes().all(|it| it.is_ascii_digit()))?;
        let seconds = UNITS.iter().find(|it| it.0 == *unit)?.1;
        sum = sum.checked_add(i64::from(count).checked_mul(seconds)?)?;
    }
    (0..=SECONDS_MAX).contains(&sum).then_some(sum)
}

/// The text of so many seconds, in the longest unit that holds them whole.
pub(crate) fn show(seconds: i64) -> String {
    let unit = UNITS.iter().find(|it| seconds != 0 && seconds % it.1 == 0).unwrap_or(&("s", 1));
    format!("{} {}", seconds / unit.1, unit.0)
}

/// With a blank between each number and its unit, so that `30min` is read too.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 4);
    let mut digit_before = None;
    for it in text.chars() {
        if digit_before.is_some_and(|before| before != it.is_ascii_digit()) {
            spaced.push(' ');
        }
        digit_before = Some(it.is_ascii_digit());
        spaced.push(it);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_whole_numbers_with_units() {
        for (text, seconds) in [
            ("30 min", Some(1_800)),
            ("30min", Some(1_800)),
            ("  3  d ", Some(259_200)),
            ("1 d 12 h", Some(129_600)),
            ("0 s", Some(0)),
            ("36525 d", Some(3_155_760_000)),
            ("", None),
            ("3", None),
            ("d", None),
            ("3 days", None),
            ("-3 d", None),
            ("+3 d", None),
            ("1.5 h", None),
            ("99999 d", None),
            ("4294967296 s", None),
        ] {
            assert_eq!(parse(text), seconds, "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for (seconds, text) in
            [(1_800, "30 min"), (259_200, "3 d"), (5_400, "90 min"), (61, "61 s"), (0, "0 s")]
        {
            assert_eq!(show(seconds), text);
            assert_eq!(parse(text), Some(seconds));
        }
    }
}
