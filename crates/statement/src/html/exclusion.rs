//! What was taken out of account: where in the cycle it lies, and every piece of it by cause.

use quantity::{Quantity, Ratio, Rounding};
use settle::Settlement;
use settle::settlement::{Excluded, ExcludedMeasure};
use timeline::{Instant, Interval};

use super::level::written;
use super::links::Links;
use super::markup::{Markup, both, el, element};
use crate::figure;
use crate::time::{Stamps, moment};
use crate::words::Word;

/// Pieces with one cause under one clause, in the order they first appear.
struct Cause<'a> {
    first: &'a Excluded,
    pieces: Vec<&'a Excluded>,
}

const WIDTH: i128 = 1000;

pub(super) fn exclusions(settlement: &Settlement, links: &Links) -> Markup {
    if settlement.excluded.is_empty() {
        return Markup::default();
    }
    let causes = causes(&settlement.excluded).into_iter().map(|cause| cause_block(&cause, settlement, links));
    Markup::all([strip(settlement).unwrap_or_default(), el("div", "causes", causes)])
}

fn causes(excluded: &[Excluded]) -> Vec<Cause<'_>> {
    let mut causes: Vec<Cause> = Vec::new();
    for piece in excluded {
        let same =
            |cause: &&mut Cause| cause.first.cause == piece.cause && cause.first.clause == piece.clause;
        match causes.iter_mut().find(same) {
            Some(cause) => cause.pieces.push(piece),
            None => causes.push(Cause { first: piece, pieces: vec![piece] }),
        }
    }
    causes
}

fn cause_block(cause: &Cause, settlement: &Settlement, links: &Links) -> Markup {
    let stamps = Stamps::new(settlement);
    let first = cause.first;
    let title = first.text.as_deref().map_or_else(|| Markup::text(&first.cause), written);
    let amount = |measure: &ExcludedMeasure| both(|lang| figure::excluded(measure, lang));
    let total = total(&cause.pieces).map(|total| amount(&total)).unwrap_or_default();
    let head =
        [el("h3", "", [title]), el("p", "sum", [total]), el("p", "source", [links.clause(&first.clause)])];
    let pieces = cause.pieces.iter().map(|piece| {
        let span = el("span", "span", [Markup::text(&stamps.span(piece.from, piece.until))]);
        let share = (cause.pieces.len() > 1).then(|| el("span", "amount", [amount(&piece.measure)]));
        el("li", "", [span, share.unwrap_or_default()])
    });
    let pieces = if is_whole(first, settlement) { Markup::default() } else { el("ul", "pieces", pieces) };
    el("section", "cause", [el("div", "cause-head", head), pieces])
}

/// Whether the piece says no more than that it lies in the cycle, as counts of events do.
fn is_whole(piece: &Excluded, settlement: &Settlement) -> bool {
    let cycle = settlement.cycle.counted;
    piece.from <= cycle.from() && cycle.until() <= piece.until
}

/// The sum of the pieces when they are all time or all events.
fn total(pieces: &[&Excluded]) -> Option<ExcludedMeasure> {
    let (first, rest) = pieces.split_first()?;
    rest.iter().try_fold(first.measure.clone(), |sum, piece| match (sum, &piece.measure) {
        (ExcludedMeasure::Seconds(sum), ExcludedMeasure::Seconds(more)) => {
            sum.add(more).ok().map(ExcludedMeasure::Seconds)
        }
        (ExcludedMeasure::Count(sum), ExcludedMeasure::Count(more)) => {
            sum.checked_add(*more).map(ExcludedMeasure::Count)
        }
        _ => None,
    })
}

/// The cycle from end to end with the pieces on it.
fn strip(settlement: &Settlement) -> Option<Markup> {
    let cycle = Some(settlement.cycle.counted).filter(Interval::is_bounded)?;
    let zone = &settlement.contract.zone;
    let placed: Vec<&Excluded> = settlement.excluded.iter().filter(|it| !is_whole(it, settlement)).collect();
    if placed.is_empty() {
        return None;
    }
    let mut shapes = vec![rectangle("track", &Ratio::ZERO, &Ratio::int(WIDTH))];
    shapes.extend(placed.into_iter().filter_map(|piece| {
        let (from, until) = (place(piece.from, cycle)?, place(piece.until, cycle)?);
        // A piece of minutes in a month is still to be seen.
        let width = until.sub(&from).ok()?.max(Ratio::int(3));
        let class = match piece.measure {
            ExcludedMeasure::Seconds(_) => "time",
            ExcludedMeasure::Count(_) => "events",
        };
        Some(rectangle(class, &from.min(Ratio::int(WIDTH - 3)), &width))
    }));
    let attributes = [("viewBox", "0 0 1000 24"), ("preserveAspectRatio", "none"), ("aria-hidden", "true")];
    let end = |class, at| el("span", class, [both(|lang| moment(zone, at, lang))]);
    let length = Ratio::new(cycle.nanos(), 1_000_000_000).ok().map(Quantity::seconds);
    let length = length.map(|length| both(|lang| figure::quantity(&length, lang))).unwrap_or_default();
    let label =
        el("span", "length", [both(|lang| Word::Cycle.in_lang(lang).to_owned()), Markup::text(" "), length]);
    let scale = el("div", "scale", [end("from", cycle.from()), label, end("until", cycle.until())]);
    Some(el("div", "strip", [element("svg", &attributes, shapes), scale]))
}

fn place(at: Instant, cycle: Interval) -> Option<Ratio> {
    let at = at.clamp(cycle.from(), cycle.until());
    let along = Ratio::new(at.nanos_since(cycle.from()), cycle.nanos()).ok()?;
    along.mul(&Ratio::int(WIDTH)).ok()
}

fn rectangle(class: &str, x: &Ratio, width: &Ratio) -> Markup {
    let coordinate = |at: &Ratio| at.decimal(2, Rounding::HalfEven);
    let (x, width) = (coordinate(x), coordinate(width));
    element("rect", &[("class", class), ("x", &x), ("y", "0"), ("width", &width), ("height", "24")], [])
}
