//! Time as a dimension: instants become the numbers of stretches between which no answer changes.

use super::chunk::Cursor;
use super::error::Problem;
use super::plan::Time;

/// More stretches than this in one row group are not laid out; every instant is then a code of its own.
const STRETCHES_MAX: u64 = 1 << 16;

/// The stretches of one row group: the first before the first cut, each next from one cut on.
#[derive(Clone, Debug)]
pub(super) struct Stretches {
    cuts: Vec<i64>,
    first: i64,
}

impl Stretches {
    /// Those that instants from `min` to `max` fall into; `None` when there are too many.
    pub(super) fn between<'s>(
        time: &Time,
        spans: impl Iterator<Item = &'s [(i64, i64)]>,
        min: i64,
        max: i64,
    ) -> Option<Stretches> {
        let mut cuts = vec![time.from, time.until];
        cuts.extend(spans.flatten().flat_map(|(from, until)| [*from, *until]));
        if let Some(slice) = time.slice {
            let (from, until) = (min.max(time.from), max.min(time.until));
            let offset = i128::from(from) - i128::from(slice.origin);
            let length = i128::from(slice.length.max(1));
            let count = (i128::from(until) - i128::from(from)) / length + 2;
            if u64::try_from(count).unwrap_or(0) > STRETCHES_MAX {
                return None;
            }
            let first = i128::from(slice.origin) + offset.div_euclid(length) * length;
            cuts.extend((0..=count).filter_map(|it| i64::try_from(first + it * length).ok()));
        }
        cuts.retain(|it| min < *it && *it <= max);
        cuts.sort_unstable();
        cuts.dedup();
        Some(Stretches { cuts, first: min })
    }

    pub(super) fn len(&self) -> usize {
        self.cuts.len() + 1
    }

    /// An instant within each stretch, by its code.
    pub(super) fn instants(&self) -> Vec<i64> {
        std::iter::once(self.first).chain(self.cuts.iter().copied()).collect()
    }

    fn code_of(&self, at: i64) -> usize {
        self.cuts.partition_point(|it| *it <= at)
    }

    /// From where until where a stretch reaches, both included.
    fn bounds(&self, code: usize) -> (i64, i64) {
        let from = code.checked_sub(1).and_then(|it| self.cuts.get(it)).copied().unwrap_or(i64::MIN);
        let last = self.cuts.get(code).map_or(i64::MAX, |it| it.saturating_sub(1));
        (from, last)
    }
}

/// Which slice an instant at or after the origin lies in.
pub(crate) fn slice_of(time: &Time, at: i64) -> Option<u64> {
    let slice = time.slice?;
    let since = i128::from(at) - i128::from(slice.origin);
    u64::try_from(since.checked_div_euclid(i128::from(slice.length))?).ok()
}

/// Whether an instant lies within the plan's window.
pub(crate) fn counts(time: &Time, at: i64) -> bool {
    time.from <= at && at < time.until
}

/// Whether an instant lies in one of the spans, which are in order.
pub(crate) fn during(spans: &[(i64, i64)], at: i64) -> bool {
    let after = spans.partition_point(|(from, _)| *from <= at);
    after.checked_sub(1).and_then(|it| spans.get(it)).is_some_and(|(_, until)| at < *until)
}

/// The codes of the next instants: all the same, or written into `codes`; absent ones become the code past the last.
pub(super) fn codes(
    cursor: &mut Cursor,
    stretches: &Stretches,
    codes: &mut [u32],
    scratch: &mut Vec<i64>,
) -> Result<Option<u32>, Problem> {
    scratch.resize(codes.len(), 0);
    let mut there = [0_u8; super::BLOCK];
    let there = there.get_mut(..codes.len()).unwrap_or_default();
    let sparse = cursor.ints(scratch, there)?;
    let mut code = stretches.code_of(scratch.first().copied().unwrap_or(0));
    let (mut from, mut last) = stretches.bounds(code);
    if !sparse && within(scratch, from, last) {
        return Ok(Some(narrow(code)));
    }
    for (to, at) in codes.iter_mut().zip(&*scratch) {
        if *at < from || *at > last {
            code = stretches.code_of(*at);
            (from, last) = stretches.bounds(code);
        }
        *to = narrow(code);
    }
    if sparse {
        let absent = narrow(stretches.len());
        codes.iter_mut().zip(there).filter(|(_, there)| **there != 1).for_each(|(to, _)| *to = absent);
    }
    Ok(None)
}

fn narrow(code: usize) -> u32 {
    u32::try_from(code).unwrap_or(u32::MAX)
}

fn within(instants: &[i64], from: i64, last: i64) -> bool {
    instants.iter().fold(true, |all, at| all & (from <= *at) & (*at <= last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Slice;

    #[test]
    fn stretches_change_wherever_an_answer_may_change() {
        let slice = Some(Slice { origin: 5, length: 10 });
        let time = Time { column: "at".into(), from: 0, until: 100, slice };
        let spans: [&[(i64, i64)]; 1] = [&[(12, 13), (50, 60)]];
        let stretches = Stretches::between(&time, spans.into_iter(), 8, 26).unwrap();
        assert_eq!(stretches.cuts, [12, 13, 15, 25]);
        let found: Vec<_> = [8, 11, 12, 13, 14, 15, 24, 25, 26].map(|it| stretches.code_of(it)).into();
        assert_eq!(found, [0, 0, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!(stretches.instants(), [8, 12, 13, 15, 25]);
    }

    #[test]
    fn slices_without_number_are_not_laid_out() {
        let slice = Some(Slice { origin: 0, length: 1 });
        let time = Time { column: "at".into(), from: 0, until: i64::MAX, slice };
        assert!(Stretches::between(&time, std::iter::empty(), 0, i64::MAX).is_none());
    }

    #[test]
    fn spans_are_half_open() {
        let spans = [(10, 20), (30, 40)];
        let found: Vec<_> = [9, 10, 19, 20, 30, 40].map(|it| during(&spans, it)).into();
        assert_eq!(found, [false, true, true, false, true, false]);
    }
}
