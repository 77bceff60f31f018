//! What would become of a body if it were sent: everything [`super::commit`] checks, and nothing kept.

use store::Tx;

use super::receipt::Receipt;
use super::{Body, Prepared, known, open, prepare, revisions};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::records::{self, RecordView};
use crate::refusal::Failure;
use crate::stream::Stream;

/// What would become of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// What would be answered: `accepted` would be kept.
    pub receipt: Receipt,
    /// The first records that would be kept, each with the line it begins at.
    pub records: Vec<(u32, RecordView)>,
}

/// Looks at a body without keeping it; at most `shown` records are read back.
pub fn look(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    stream: &Stream,
    (body, shown): (Body, usize),
) -> Result<Outlook, Failure> {
    let opened = open(platform, tx, who, stream)?;
    // What is wrong is told by line, also where it keeps everything out.
    let mut prepared = prepare(opened, who, Body { atomic: false, ..body })?;
    revisions::check(platform, tx, &mut prepared)?;
    let duplicates = known::look(tx, &mut prepared)?;
    Ok(Outlook { receipt: Receipt::of(&prepared, duplicates), records: first(&prepared, shown) })
}

fn first(prepared: &Prepared, shown: usize) -> Vec<(u32, RecordView)> {
    let schema = &prepared.opened.published.contract.schema;
    let mut from = 0;
    let mut read = Vec::new();
    for it in prepared.records.iter().take(shown) {
        let line = prepared.lines.get(from..it.until).unwrap_or_default();
        from = it.until;
        read.push((it.place, records::read_line(schema, line)));
    }
    read
}
