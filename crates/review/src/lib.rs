//! What a contract does to money: economic checks with counterexamples, and comparison of two versions.
