//! What the statement rests on, so that the other side can compute it again.

use settle::Settlement;

use super::level::written;
use super::markup::{Markup, both, el, word};
use crate::figure;
use crate::words::Word;

pub(super) fn proof(settlement: &Settlement) -> Markup {
    let rows = [
        (Word::ContractDigest, digest(&settlement.contract.sha256)),
        (Word::EvidenceDigest, digest(&settlement.evidence.sha256)),
        (Word::Evidence, both(|lang| figure::records(settlement, lang))),
        (Word::TimeZoneDatabase, Markup::text(&settlement.tzdb)),
        (Word::HolidayCalendar, calendars(&settlement.calendars)),
    ];
    let rows = rows.map(|(label, value)| el("div", "", [el("dt", "", [word(label)]), el("dd", "", [value])]));
    Markup::all([el("dl", "facts proof", rows), el("p", "recompute", [word(Word::Recompute)])])
}

/// A digest in groups a person can compare; the groups are not part of what is copied.
fn digest(hex: &str) -> Markup {
    let mut groups = Vec::new();
    let mut rest = hex;
    while let Some((group, after)) = rest.split_at_checked(8).filter(|_| !rest.is_empty()) {
        groups.push(el("span", "", [Markup::text(group)]));
        rest = after;
    }
    groups.push(Markup::text(rest));
    el("code", "digest", groups)
}

fn calendars(calendars: &[(String, String)]) -> Markup {
    if calendars.is_empty() {
        return word(Word::NoneNamed);
    }
    let each = calendars.iter().map(|(name, provenance)| {
        el("li", "", [el("code", "", [Markup::text(name)]), Markup::text(" "), written(provenance)])
    });
    el("ul", "read", each)
}
