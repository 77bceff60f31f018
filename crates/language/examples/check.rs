//! Prints what the checker says of the files named.
fn main() {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let (contract, found) = language::read(&file, &text);
        for it in &found {
            if it.severity == diagnostic::Severity::Error {
                print!("{}", diagnostic::render(it, Some(&text), diagnostic::Lang::En));
            }
        }
        println!("{file}: {} findings, {}", found.len(), if contract.is_some() { "ok" } else { "ERRORS" });
    }
}
