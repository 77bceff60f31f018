//! Ranges of one object as requests: neighbours are asked for together, long ones in pieces, several requests at once.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

/// Bytes between two ranges that are fetched with them rather than asking twice.
const GAP_BYTES_MAX: u64 = 1 << 20;
/// Bytes of one request.
const REQUEST_BYTES_MAX: u64 = 8 << 20;
/// Requests of one call under way at once.
const REQUESTS_AT_ONCE: usize = 8;

/// What is asked for, ascending and without overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requests(pub(crate) Vec<Range<u64>>);

impl Requests {
    pub(crate) fn of(ranges: &[Range<u64>]) -> Requests {
        let mut wanted: Vec<Range<u64>> = ranges.iter().filter(|it| !it.is_empty()).cloned().collect();
        wanted.sort_unstable_by_key(|it| (it.start, it.end));
        let mut joined: Vec<Range<u64>> = Vec::new();
        for range in wanted {
            match joined.last_mut() {
                Some(last) if range.start <= last.end.saturating_add(GAP_BYTES_MAX) => {
                    last.end = last.end.max(range.end);
                }
                _ => joined.push(range),
            }
        }
        Requests(joined.into_iter().flat_map(pieces).collect())
    }

    /// The bytes of a range out of what was fetched; `None` when they are not all there.
    pub(crate) fn cut(&self, fetched: &[Bytes], range: &Range<u64>) -> Option<Bytes> {
        let first = self.0.partition_point(|it| it.end <= range.start);
        let mut whole = BytesMut::new();
        let mut next = range.start;
        for (request, bytes) in self.0.iter().zip(fetched).skip(first) {
            if next >= range.end {
                break;
            }
            let from = usize::try_from(next.checked_sub(request.start)?).ok()?;
            let until = usize::try_from(range.end.min(request.end).checked_sub(request.start)?).ok()?;
            if from > until || until > bytes.len() {
                return None;
            }
            if next == range.start && range.end <= request.end {
                return Some(bytes.slice(from..until));
            }
            whole.extend_from_slice(bytes.get(from..until)?);
            next = request.end;
        }
        (next >= range.end).then(|| whole.freeze())
    }
}

/// Equal pieces of a range, none longer than a request may be.
fn pieces(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let length = range.end.saturating_sub(range.start);
    let count = length.div_ceil(REQUEST_BYTES_MAX).max(1);
    let piece = length.div_ceil(count).max(1);
    let starts = (0..count).map(move |it| range.start.saturating_add(it.saturating_mul(piece)));
    starts.map(move |start| start..range.end.min(start.saturating_add(piece))).filter(|it| !it.is_empty())
}

/// Fetches all of them; what comes back may be shorter than asked for.
pub(crate) async fn fetch(
    store: Arc<dyn ObjectStore>,
    location: Path,
    requests: Vec<Range<u64>>,
) -> object_store::Result<Vec<Bytes>> {
    let one = |range| {
        let (store, location) = (Arc::clone(&store), location.clone());
        async move { store.get_range(&location, range).await }
    };
    futures_util::stream::iter(requests).map(one).buffered(REQUESTS_AT_ONCE).try_collect().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_asked_for_together_and_long_ranges_in_pieces() {
        let far = 3 << 20;
        let requests = |ranges: &[Range<u64>]| Requests::of(ranges).0;
        assert_eq!(requests(&[]), vec![]);
        assert_eq!(requests(&[0..0, 7..7]), vec![]);
        assert_eq!(requests(&[500..600, 0..10, 5..20]), vec![0..600]);
        assert_eq!(requests(&[0..10, far..far + 10]), vec![0..10, far..far + 10]);
        let long = requests(&[5..5, 0..(20 << 20)]);
        assert_eq!(long.len(), 3);
        assert!(long.iter().all(|it| it.end - it.start <= REQUEST_BYTES_MAX));
        assert_eq!((long[0].start, long[0].end, long[2].end), (0, long[1].start, 20 << 20));
    }

    #[test]
    fn what_is_cut_out_is_what_was_asked_for() {
        let object: Vec<u8> =
            (0..(20_u32 << 20)).map(|it| (it.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let at = |range: &Range<u64>| object[range.start as usize..range.end as usize].to_vec();
        let ranges =
            [0..5, 3..3, 6_990_000..7_000_000, 19 << 20..20 << 20, 10 << 20..(18 << 20) + 3, 0..20 << 20];
        let requests = Requests::of(&ranges);
        let fetched: Vec<Bytes> = requests.0.iter().map(|it| Bytes::from(at(it))).collect();
        for range in &ranges {
            assert!(requests.cut(&fetched, range).unwrap() == at(range), "{range:?}");
        }
        let mut short = fetched.clone();
        let last = short.last_mut().unwrap();
        *last = last.slice(..last.len() - 1);
        assert_eq!(requests.cut(&short, &(0..20 << 20)), None);
        assert!(requests.cut(&short, &(0..5)).is_some());
    }
}
