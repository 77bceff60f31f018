//! What holds for evidence as a whole: bad input, laws, answers against an oracle.

mod answers;
mod bad_csv;
mod bad_lines;
mod bad_revisions;
#[path = "../fixture/mod.rs"]
mod fixture;
mod laws;
mod made;
mod windows;
