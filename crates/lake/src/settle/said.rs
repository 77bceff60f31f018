//! What a row says, whenever that was said and, where a source names its editions, by whichever of them.

use sha2::{Digest as _, Sha256};

use super::identity::push_hashes;
use crate::layout::Layout;
use crate::rows::{RowView, Rows, push_canonical, read_canonical};
use crate::standing::Standing;

/// Equal where the same is said.
pub(super) type Said = [u8; 16];

/// What a row of these canonical bytes says.
pub(super) fn said(layout: &Layout, standing: &Standing, canonical: &[u8]) -> Said {
    let (mut cells, mut bytes) = (Vec::new(), Vec::new());
    match read_canonical(&mut &*canonical, layout, &mut cells) {
        Ok(row) => {
            let source = row.source.map(|it| standing.reporter(it));
            push_canonical(&RowView { recorded_at: None, source, ..row }, &mut bytes);
        }
        Err(_) => bytes.extend_from_slice(canonical),
    }
    let mut said = Said::default();
    said.iter_mut().zip(Sha256::digest(&bytes)).for_each(|(to, from)| *to = from);
    said
}

/// Appends the hash of each row: rows that may not stand beside each other have equal ones.
pub(super) fn push_hashes_of(layout: &Layout, standing: &Standing, rows: &Rows, out: &mut Vec<u64>) {
    if !standing.keeps_each() {
        return push_hashes(rows, out);
    }
    let mut canonical = Vec::new();
    for row in 0..rows.len() {
        canonical.clear();
        rows.push_canonical(row, &mut canonical);
        let said = said(layout, standing, &canonical);
        out.push(said.first_chunk().map_or(0, |it| u64::from_le_bytes(*it)));
    }
}
