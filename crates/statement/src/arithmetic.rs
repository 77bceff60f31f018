//! The arithmetic of a derivation, each step said once.

use settle::settlement::Derivation;

/// The arithmetic without what is said twice: an earlier step, or the rule and its value.
pub(crate) fn steps(derivation: &Derivation) -> Vec<(String, &str)> {
    let rule = one_line(&derivation.rule);
    let mut steps: Vec<(String, &str)> = Vec::new();
    for (written, value) in &derivation.steps {
        let step = (one_line(written), &**value);
        let is_rule = step.0 == rule && *value == derivation.value;
        if !is_rule && !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
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
        let step = |written: &str, value: &str| (written.to_owned(), value.to_owned());
        let derivation = Derivation {
            name: "uptime".to_owned(),
            subject: None,
            window: None,
            reading: None,
            clause: String::new(),
            rule: "down\n  / length".to_owned(),
            value: "1/2".to_owned(),
            steps: vec![
                step("length", "2 h"),
                step("down", "1 h"),
                step("length", "2 h"),
                step("down / length", "1/2"),
            ],
            uses: Vec::new(),
            evidence: Vec::new(),
        };
        assert_eq!(steps(&derivation), [("length".to_owned(), "2 h"), ("down".to_owned(), "1 h")]);
    }
}
