//! Prints the review of the contracts named; the last argument `zh` prints it in Chinese.
fn main() {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let lang =
        if files.last().is_some_and(|it| it == "zh") { diagnostic::Lang::Zh } else { diagnostic::Lang::En };
    files.retain(|it| it != "zh");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let (contract, found) = language::read(&file, &text);
        match contract {
            Some(contract) => {
                for it in review::review(&contract) {
                    print!("{}", diagnostic::render(&it, Some(&text), lang));
                }
            }
            None => {
                for it in &found {
                    print!("{}", diagnostic::render(it, Some(&text), lang));
                }
            }
        }
    }
}
