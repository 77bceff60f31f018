//! Prints what changes from the first contract named to the second.
fn main() {
    let mut files = std::env::args().skip(1);
    let mut next = || {
        let file = files.next().unwrap_or_default();
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        language::read(&file, &text).0
    };
    let (Some(old), Some(new)) = (next(), next()) else { return };
    let comparison = review::compare(&old, &new);
    for change in &comparison.changes {
        println!("{} {}: {}", change.effect.word(), change.aspect.word(), change.message.en);
        println!("    {}", change.message.zh);
    }
    println!("materially worse: {}", comparison.materially_worse);
}
