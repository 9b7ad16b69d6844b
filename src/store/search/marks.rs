//! The places in a text that are shown as found.

use std::ops::Range;

use crate::proto::limits::SEARCH_MARKS_MAX;

/// Places in order, those that overlap as one; no more than anybody looks at.
pub(super) fn joined(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_unstable_by_key(|place| (place.start, place.end));
    places.dedup_by(|next, kept| {
        let overlap = next.start < kept.end;
        if overlap {
            kept.end = kept.end.max(next.end);
        }
        overlap
    });
    places.truncate(SEARCH_MARKS_MAX);
    places
}

/// Bytes of a text as UTF-16 code units of it; the places are in order and apart.
pub(super) fn in_utf16(text: &str, places: Vec<Range<usize>>) -> Vec<[u32; 2]> {
    let (mut bytes, mut units) = (0, 0_u32);
    let mut upto = |end: usize| {
        // A body has at most 16,000 code units.
        units += text[bytes..end].chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        bytes = end;
        units
    };
    places.into_iter().map(|place| [upto(place.start), upto(place.end)]).collect()
}
