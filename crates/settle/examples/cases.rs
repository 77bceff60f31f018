//! Runs the worked cases of the contracts named.
fn main() {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let (contract, found) = language::read(&file, &text);
        let Some(contract) = contract else {
            for it in found.iter().filter(|it| it.severity == diagnostic::Severity::Error) {
                print!("{}", diagnostic::render(it, Some(&text), diagnostic::Lang::En));
            }
            continue;
        };
        let results = settle::examples(&contract);
        let passed = results.iter().filter(|it| it.passed()).count();
        println!("{file}: {passed} of {} pass", results.len());
        for it in results.iter().filter(|it| !it.passed()) {
            println!("FAIL {}", it.title);
            for failure in &it.failures {
                print!("{}", diagnostic::render(failure, Some(&text), diagnostic::Lang::En));
            }
        }
    }
}
