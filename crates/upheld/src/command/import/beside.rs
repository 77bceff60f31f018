//! The fact beside the one that is imported: receipts in no class, kept until a newer version of the annex has their codes.

use evidence::unclassified::{CLASSIFIED, OPEN};
use evidence::{FactSchema, RecordPlace};
use formats::Unplaced;
use lake::{Cell, Importer, LakeError, RowView, SeenIds, Standing, Target};
use language::Contract;

use super::failed;
use crate::failure::Failure;
use crate::open_lake::OpenLake;

/// Which receipts of earlier imports are in no class.
pub(super) struct Open(SeenIds);

/// Where they lie.
pub(super) fn target(place: &OpenLake, contract: &Contract, fact: &FactSchema) -> Target {
    place.target(contract, &fact.unclassified(), Standing::of_unclassified())
}

impl Open {
    /// Those that the lake knows.
    pub(super) fn of(place: &OpenLake, target: &Target) -> Result<Open, Failure> {
        let is_open = |row: &RowView<'_>| row.cells.first() == Some(&Cell::Word(OPEN));
        SeenIds::of(place.lake(), target, is_open).map(Open).map_err(|it| failed(&it))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes that a receipt is in a class, should it have been in none.
    pub(super) fn close(&self, receipt: &Unplaced, importer: &mut Importer) -> Result<(), LakeError> {
        if self.0.may_have(&receipt.id) { push(importer, receipt, CLASSIFIED) } else { Ok(()) }
    }
}

/// Keeps a receipt that is in no class.
pub(super) fn keep(receipt: &Unplaced, importer: &mut Importer) -> Result<(), LakeError> {
    push(importer, receipt, OPEN)
}

fn push(importer: &mut Importer, receipt: &Unplaced, state: &str) -> Result<(), LakeError> {
    importer.push_beside(&receipt.record(state, 0, RecordPlace { file: 0, line: 0 }))
}
