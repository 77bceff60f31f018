//! Agreements no rule was written for: every worked case of `contracts/exam` comes out as it was worked by hand.

use std::fs;
use std::path::Path;

use diagnostic::{Lang, Severity, render};

#[test]
fn every_case_of_the_exam_comes_out_as_worked_by_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/exam");
    let (mut wrong, mut cases) = (String::new(), 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (name, text) = (path.display().to_string(), fs::read_to_string(&path).unwrap());
        let (contract, problems) = language::read(&name, &text);
        for it in problems.iter().filter(|it| it.severity != Severity::Note) {
            wrong.push_str(&render(it, Some(&text), Lang::En));
        }
        for result in contract.iter().flat_map(settle::examples) {
            cases += 1;
            for it in &result.failures {
                wrong.push_str(&render(it, Some(&text), Lang::En));
            }
        }
    }
    assert_eq!(wrong, "");
    assert!(cases > 60, "only {cases} cases were found");
}
