//! What several tests share: the contracts of the repository, and a random sequence that is the same every time.

use std::fs;
use std::path::{Path, PathBuf};

/// Every contract of the repository, by path, in order.
pub(crate) fn contracts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let mut paths: Vec<PathBuf> = [root.clone(), root.join("library"), root.join("exam")]
        .iter()
        .flat_map(|it| files(it, "md"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 4, "no contracts under {}", root.display());
    paths.into_iter().map(|it| (it.clone(), fs::read_to_string(&it).unwrap())).collect()
}

/// The files of a directory with this extension; none when it does not exist.
pub(crate) fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == extension));
    paths.sort();
    paths
}

/// The splitmix64 sequence.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    /// A number below `limit`, which is not zero.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }
}
