//! Prints the contract named, laid out.
fn main() {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if let Ok(formatted) = language::format::format(&text) {
            print!("{formatted}");
        }
    }
}
