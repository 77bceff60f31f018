//! The arithmetic of a derivation, each step said once.

use diagnostic::Lang;
use settle::settlement::{Derivation, Outcome};
use settle::shown::Shown;

use crate::claim_window::reason;
use crate::time::Stamps;

/// An expression as written, and its value.
pub(crate) type Step<'a> = (String, &'a Outcome<Shown>);

/// The arithmetic without what is said twice: an earlier step, or the rule and its value.
pub(crate) fn steps(derivation: &Derivation) -> Vec<Step<'_>> {
    let rule = one_line(&derivation.rule);
    let mut steps: Vec<Step<'_>> = Vec::new();
    for (written, value) in &derivation.steps {
        let step = (one_line(written), value);
        let is_rule = step.0 == rule && *value == derivation.value;
        if !is_rule && !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// What came out, in words: instants as the settlement stamps them, and why there is no value.
pub(crate) fn came_out(value: &Outcome<Shown>, stamps: &Stamps<'_>, lang: Lang) -> String {
    match value {
        Ok(Shown::Instant(at)) => stamps.show(*at),
        Ok(Shown::Interval(it)) => stamps.span(it.from(), it.until()),
        Ok(value) => value.in_words(stamps.zone(), lang),
        Err(absent) => reason(absent, lang),
    }
}

/// A rule written over several lines as one.
pub(crate) fn one_line(rule: &str) -> String {
    rule.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_rule_or_an_earlier_step_says_is_not_said_again() {
        let text = |value: &str| Ok(Shown::Text(value.into()));
        let step = |written: &str, value: &str| (written.to_owned(), text(value));
        let derivation = Derivation {
            name: "uptime".to_owned(),
            subject: None,
            window: None,
            reading: None,
            clause: String::new(),
            rule: "down\n  / length".to_owned(),
            value: text("1/2"),
            steps: vec![
                step("length", "2 h"),
                step("down", "1 h"),
                step("length", "2 h"),
                step("down / length", "1/2"),
            ],
            uses: Vec::new(),
            evidence: Vec::new(),
        };
        let (two, one) = (text("2 h"), text("1 h"));
        assert_eq!(steps(&derivation), [("length".to_owned(), &two), ("down".to_owned(), &one)]);
    }
}
