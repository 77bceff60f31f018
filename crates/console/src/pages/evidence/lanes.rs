//! What happened when, on lanes: by cause, by source, or by subject.

use std::collections::BTreeMap;

use calendar::Zone;
use evidence::{AttributeKind, FactKind};
use language::Contract;
use platform::live::Progress;
use platform::records::{Records, Seen};
use settle::settlement::ExcludedMeasure;
use timeline::{Instant, Interval};

use crate::chart::{Lane, Piece, Svg, Timeline};
use crate::pages::customers::actor::{self, People};
use crate::pages::subscription::waterfall::excluding;
use crate::show::Show;
use crate::tone::Tone;
use crate::view::View;

/// The fact that says when somebody was watching.
pub(super) const COVERAGE: &str = "coverage";
/// Most lanes of one drawing; what is rarest is put together in the last.
const LANES_MAX: usize = 12;
/// Pieces of one lane beyond which those close together are drawn as one.
const PIECES_MAX: usize = 240;
const HOUR_NANOS: i64 = 3_600_000_000_000;
const DAY_NANOS: i128 = 24 * 3_600_000_000_000;

/// What a lane is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Cause,
    Source,
    Subject,
}

/// A drawing with the names of its lanes.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) names: Vec<Named>,
    pub(crate) svg: Svg,
    pub(crate) from: String,
    pub(crate) until: String,
}

/// A lane's name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) tone: &'static str,
    pub(crate) count: String,
}

impl By {
    /// As the query names it.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "source" => Self::Source,
            "subject" => Self::Subject,
            _ => Self::Cause,
        }
    }

    /// Its name in the query.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Source => "source",
            Self::Subject => "subject",
        }
    }

    fn key<'a>(self, it: &Seen<'a>) -> &'a str {
        match self {
            Self::Cause => it.cause.unwrap_or_default(),
            Self::Source => it.source,
            Self::Subject => it.subject.unwrap_or_default(),
        }
    }
}

/// A stretch of time on its way into a lane.
struct Strip {
    name: String,
    tone: Tone,
    pieces: Vec<Piece>,
    count: usize,
}

/// The evidence of a stretch of time.
pub(super) fn of_window(
    view: &View<'_, '_>,
    records: &Records,
    within: Interval,
    (by, people): (By, &People),
) -> Drawn {
    let zone = records.published.contract.zone.clone();
    let mut all = strips(view, records, within, (by, people));
    // Before the first record there was nothing to watch.
    let watched = records.reach().and_then(|it| it.intersect(&within));
    all.extend(watched.and_then(|it| uncovered(view, records, Interval::new(it.from(), within.until())?)));
    draw(view, &zone, within, all)
}

/// The cycle in progress: what happened, and what of it was taken out of account. `None` when nothing did.
pub(crate) fn of_cycle(view: &View<'_, '_>, records: &Records, progress: &Progress) -> Option<Drawn> {
    let within = progress.cycle.counted;
    let zone = &progress.nothing_more.contract.zone;
    let mut strips = strips(view, records, within, (By::Cause, &People::new()));
    let out = excluded(view, progress);
    if !out.pieces.is_empty() {
        strips.push(out);
    }
    strips.extend(uncovered(view, records, within));
    (!strips.is_empty()).then(|| draw(view, zone, within, strips))
}

fn excluded(view: &View<'_, '_>, progress: &Progress) -> Strip {
    let show = view.show(&progress.nothing_more.contract.zone);
    let spans =
        progress.nothing_more.excluded.iter().filter(|it| matches!(it.measure, ExcludedMeasure::Seconds(_)));
    let piece = |it: &settle::settlement::Excluded| {
        let span = Interval::new(it.from, it.until)?;
        let cause = it.text.as_deref().map_or_else(|| it.cause.replace('_', " "), |text| show.half(text));
        let title = format!(
            "{} – {}: {cause} ({})",
            show.minute(it.from),
            show.minute(it.until),
            show.half(&it.clause)
        );
        Some(Piece { span, tone: Tone::Apart, title })
    };
    let pieces: Vec<Piece> = spans.filter_map(piece).collect();
    Strip { name: view.w.evidence_excluded().to_owned(), tone: Tone::Apart, count: pieces.len(), pieces }
}

/// Time gone by in which nobody was watching, where the contract has the fact that says who was.
fn uncovered(view: &View<'_, '_>, records: &Records, within: Interval) -> Option<Strip> {
    let contract = &records.published.contract;
    contract.schema.fact(COVERAGE)?;
    let past = Interval::new(within.from(), within.until().min(view.tx.now()))?;
    let watched = records.within(past).filter(|it| it.fact == COVERAGE);
    let gaps = gaps(past, watched.filter_map(|it| Interval::new(it.from, it.until)));
    let show = view.show(&contract.zone);
    let title = |it: &Interval| {
        let (from, until) = (show.minute(it.from()), show.minute(it.until()));
        view.w.evidence_gap(from, until, show.span(it.from(), it.until()))
    };
    let pieces: Vec<Piece> =
        gaps.into_iter().map(|span| Piece { tone: Tone::Nothing, title: title(&span), span }).collect();
    let strip =
        Strip { name: view.w.evidence_gaps().to_owned(), tone: Tone::Nothing, count: pieces.len(), pieces };
    (!strip.pieces.is_empty()).then_some(strip)
}

/// The time of `past` that nothing covers.
fn gaps(past: Interval, covered: impl Iterator<Item = Interval>) -> Vec<Interval> {
    let covered = ::timeline::Timeline::from_intervals(covered);
    ::timeline::Timeline::of(past).difference(&covered).runs().to_vec()
}

fn strips(
    view: &View<'_, '_>,
    records: &Records,
    within: Interval,
    (by, people): (By, &People),
) -> Vec<Strip> {
    let contract = &records.published.contract;
    let show = view.show(&contract.zone);
    let mut found: BTreeMap<(&str, &str), Strip> = BTreeMap::new();
    for it in records.within(within) {
        let key = by.key(&it);
        let strip = found.entry((it.fact, key)).or_insert_with(|| Strip {
            name: name(contract, view, it.fact, key, (by, people)),
            tone: tone(contract, &it),
            pieces: Vec::new(),
            count: 0,
        });
        let tone = tone(contract, &it);
        strip.tone = strip.tone.min(tone);
        strip.count += 1;
        let until = it.until.max(Instant::from_nanos(it.from.nanos().saturating_add(1)));
        if let Some(span) = Interval::new(it.from, until) {
            strip.pieces.push(Piece { span, tone, title: title(&show, &it) });
        }
    }
    let mut all: Vec<Strip> = found.into_values().collect();
    if all.len() > LANES_MAX {
        all.sort_by_key(|it| std::cmp::Reverse(it.count));
        let rest = all.split_off(LANES_MAX - 1);
        let count = rest.iter().map(|it| it.count).sum();
        let pieces = rest.into_iter().flat_map(|it| it.pieces).collect();
        all.push(Strip { name: view.w.evidence_other_lanes().to_owned(), tone: Tone::Apart, pieces, count });
    }
    all.iter_mut().for_each(|it| thin(view, it, within));
    all
}

/// What a lane is called: the fact, and the cause, source or subject.
fn name(
    contract: &Contract,
    view: &View<'_, '_>,
    fact: &str,
    key: &str,
    (by, people): (By, &People),
) -> String {
    let fact = fact.replace('_', " ");
    if key.is_empty() {
        return fact;
    }
    if by == By::Source {
        return format!("{fact} · {}", actor::named(view, people, key));
    }
    let cause = contract.causes.iter().find(|it| by == By::Cause && it.name == key);
    let text = cause.and_then(|it| it.text.as_deref()).map(|it| statement::display::half(it, view.lang));
    format!("{fact} · {}", text.unwrap_or_else(|| key.replace('_', " ")))
}

/// What a record is for the promises: counts against them, is excluded by its cause, is an exclusion itself, or neither.
fn tone(contract: &Contract, it: &Seen<'_>) -> Tone {
    let fact = contract.schema.fact(it.fact);
    if fact.is_some_and(|(at, _)| excluding(contract).contains(&at)) {
        return Tone::Works;
    }
    let has_cause =
        fact.is_some_and(|(_, it)| it.attributes.iter().any(|it| matches!(it.kind, AttributeKind::Cause(_))));
    let cause = it.cause.and_then(|name| contract.causes.iter().find(|it| it.name == name));
    match cause {
        Some(it) if it.excluded => Tone::Apart,
        Some(_) => Tone::Bad,
        None if has_cause && it.kind == FactKind::Span => Tone::Bad,
        None => Tone::Owing,
    }
}

fn title(show: &Show, it: &Seen<'_>) -> String {
    let from = show.minute(it.from);
    let when = match it.kind {
        FactKind::Event => from,
        _ if !it.until.is_bounded() => format!("{from} –"),
        _ => format!("{from} – {} ({})", show.minute(it.until), show.span(it.from, it.until)),
    };
    [it.id, it.subject].into_iter().flatten().fold(when, |all, it| format!("{all} · {it}"))
}

/// Puts pieces that could not be told apart into one, so that a busy lane stays a small drawing.
fn thin(view: &View<'_, '_>, strip: &mut Strip, within: Interval) {
    if strip.pieces.len() <= PIECES_MAX {
        return;
    }
    let step = (within.nanos() / 200).max(1);
    let mut merged: Vec<(i128, i64, Piece)> = Vec::new();
    strip.pieces.sort_by_key(|it| it.span);
    for piece in strip.pieces.drain(..) {
        let bucket = piece.span.from().nanos_since(within.from()) / step;
        match merged.iter_mut().rev().take(8).find(|it| it.0 == bucket && it.2.tone == piece.tone) {
            Some((_, count, before)) => {
                *count += 1;
                before.span = before.span.hull(&piece.span);
                before.title = view.w.evidence_merged(*count);
            }
            None => merged.push((bucket, 1, piece)),
        }
    }
    strip.pieces = merged.into_iter().map(|it| it.2).collect();
}

fn draw(view: &View<'_, '_>, zone: &Zone, within: Interval, strips: Vec<Strip>) -> Drawn {
    let show = view.show(zone);
    let now = Some(view.tx.now()).filter(|it| within.contains(*it));
    let count = |it: usize| show.count(i64::try_from(it).unwrap_or(i64::MAX));
    let names = strips
        .iter()
        .map(|it| Named { name: it.name.clone(), tone: it.tone.class(), count: count(it.count) })
        .collect();
    let lanes = strips.into_iter().map(|it| Lane { pieces: it.pieces }).collect();
    let title = view.w.evidence_timeline_title(show.minute(within.from()), show.minute(within.until()));
    let drawing = Timeline { title, within, lanes, ticks: ticks(zone, within), now };
    Drawn { names, svg: drawing.draw(), from: show.minute(within.from()), until: show.minute(within.until()) }
}

/// Lines where days, weeks or months begin; hours in a short stretch.
fn ticks(zone: &Zone, within: Interval) -> Vec<Instant> {
    let days = within.nanos() / DAY_NANOS;
    let mut ticks = Vec::new();
    if days < 2 {
        let mut at = zone.start_of_day(zone.date(within.from()));
        while let Some(it) = at.filter(|it| *it < within.until()) {
            ticks.push(it);
            at = it.checked_add(HOUR_NANOS * if days == 0 { 1 } else { 6 });
        }
        return ticks;
    }
    let mut date = zone.date(within.from());
    for _ in 0..800 {
        let begins = match days {
            0..=21 => true,
            22..=160 => date.weekday().index() == 0,
            _ => date.day() == 1,
        };
        let Some(at) = zone.start_of_day(date).filter(|it| *it < within.until()) else { break };
        if begins {
            ticks.push(at);
        }
        let Some(next) = date.next_day() else { break };
        date = next;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_record_of_coverage_covers_is_a_gap() {
        let span =
            |from, until| Interval::new(Instant::from_nanos(from), Instant::from_nanos(until)).unwrap();
        let of = |covered: &[(i64, i64)]| gaps(span(10, 100), covered.iter().map(|it| span(it.0, it.1)));
        assert_eq!(of(&[]), [span(10, 100)]);
        assert_eq!(of(&[(0, 200)]), []);
        assert_eq!(of(&[(0, 30), (20, 40), (60, 90)]), [span(40, 60), span(90, 100)]);
    }
}
