//! Which part of a file is asked for (RFC 9110, section 14).
//!
//! One range of bytes is answered. Several at once get the whole, as the RFC allows: no browser asks for them, and each
//! would be read for itself. So does what is no range, or is one of another version of the file.

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue, IF_RANGE, RANGE};

/// What of a file is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Portion {
    /// All of it.
    Whole,
    /// These bytes of it: at least one, and none beyond its end.
    Part(Range<u64>),
    /// It has none of the bytes that were asked for.
    Beyond,
}

/// The part of a file of so many bytes, with this tag, that these headers ask for.
pub(super) fn portion(headers: &HeaderMap, etag: &HeaderValue, bytes: u64) -> Portion {
    let Some(asked) = only(headers, RANGE) else { return Portion::Whole };
    if headers.contains_key(IF_RANGE) && only(headers, IF_RANGE) != Some(etag) {
        // Another tag, a weak one, or a date: what the client has is not surely of this file (section 13.1.5).
        return Portion::Whole;
    }
    asked.to_str().ok().and_then(|asked| part(asked, bytes)).unwrap_or(Portion::Whole)
}

/// The value of a header that is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// The one range of bytes in a `Range` header; none where there is something else.
fn part(header: &str, bytes: u64) -> Option<Portion> {
    let (unit, ranges) = header.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    // Empty places in a list count for nothing (section 5.6.1).
    let mut ranges = ranges.split(',').map(|range| range.trim_matches([' ', '\t'])).filter(|range| !range.is_empty());
    let (first, last) = ranges.next()?.split_once('-')?;
    if ranges.next().is_some() {
        return None;
    }
    let (start, end) = if first.is_empty() {
        let last_bytes = number(last)?;
        // There are no last bytes of an empty file, but all of it was asked for.
        if bytes == 0 && last_bytes > 0 {
            return None;
        }
        (bytes.saturating_sub(last_bytes), bytes)
    } else {
        let start = number(first)?;
        let last = if last.is_empty() { u64::MAX } else { number(last)? };
        if last < start {
            return None;
        }
        (start, last.saturating_add(1).min(bytes))
    };
    Some(if start < end { Portion::Part(start..end) } else { Portion::Beyond })
}

/// A number of bytes; one that is too large to be counted is beyond every file.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Portion::{Beyond, Part, Whole};
    use super::*;

    const TAG: &str = "\"aa11\"";

    fn of(ranges: &[&[u8]], if_ranges: &[&[u8]], bytes: u64) -> Portion {
        let mut headers = HeaderMap::new();
        let value = |text: &[u8]| HeaderValue::from_bytes(text).unwrap();
        ranges.iter().for_each(|range| _ = headers.append(RANGE, value(range)));
        if_ranges.iter().for_each(|tag| _ = headers.append(IF_RANGE, value(tag)));
        portion(&headers, &HeaderValue::from_static(TAG), bytes)
    }

    #[test]
    fn one_range_is_the_part_of_the_file_that_it_has() {
        for (range, start, end) in [
            ("bytes=0-0", 0, 1),
            ("bytes=0-1", 0, 2),
            ("bytes=0-499", 0, 500),
            ("bytes=500-999", 500, 1_000),
            ("bytes=0-999", 0, 1_000),
            ("bytes=0-1000", 0, 1_000),
            ("bytes=999-999", 999, 1_000),
            ("bytes=999-5000", 999, 1_000),
            ("bytes=0-", 0, 1_000),
            ("bytes=1-", 1, 1_000),
            ("bytes=999-", 999, 1_000),
            ("bytes=-1", 999, 1_000),
            ("bytes=-500", 500, 1_000),
            ("bytes=-1000", 0, 1_000),
            ("bytes=-1001", 0, 1_000),
            ("bytes=-18446744073709551615", 0, 1_000),
            ("bytes=-99999999999999999999999", 0, 1_000),
            ("bytes=5-18446744073709551614", 5, 1_000),
            ("bytes=5-18446744073709551615", 5, 1_000),
            ("bytes=5-99999999999999999999999", 5, 1_000),
            ("bytes=007-0010", 7, 11),
            ("bytes=0000000000000000000000000000007-10", 7, 11),
            ("Bytes=1-2", 1, 3),
            ("BYTES=1-2", 1, 3),
            ("bytes= 1-2", 1, 3),
            ("bytes=1-2 ", 1, 3),
            ("bytes=\t1-2", 1, 3),
            ("bytes=,1-2", 1, 3),
            ("bytes=1-2,", 1, 3),
            ("bytes=, ,1-2 , ,", 1, 3),
        ] {
            assert_eq!(of(&[range.as_bytes()], &[], 1_000), Part(start..end), "{range}");
        }
        assert_eq!(of(&[b"bytes=4294967296-"], &[], (1 << 32) + 1), Part(1 << 32..(1 << 32) + 1));
        assert_eq!(of(&[b"bytes=0-"], &[], u64::MAX), Part(0..u64::MAX));
    }

    #[test]
    fn what_the_file_does_not_have_is_beyond_it() {
        for range in [
            "bytes=1000-",
            "bytes=1000-1000",
            "bytes=1000-2000",
            "bytes=5000-",
            "bytes=18446744073709551615-",
            "bytes=18446744073709551615-18446744073709551615",
            "bytes=99999999999999999999999-",
            "bytes=-0",
            "bytes=-000",
        ] {
            assert_eq!(of(&[range.as_bytes()], &[], 1_000), Beyond, "{range}");
        }
        assert_eq!(of(&[b"bytes=0-"], &[], 0), Beyond);
        assert_eq!(of(&[b"bytes=0-0"], &[], 0), Beyond);
        assert_eq!(of(&[b"bytes=-0"], &[], 0), Beyond);
        assert_eq!(of(&[b"bytes=-5"], &[], 0), Whole, "all of an empty file");
    }

    #[test]
    fn what_is_no_range_of_bytes_is_passed_over() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=--1",
            "bytes=1",
            "bytes=1-2-3",
            "bytes=2-1",
            "bytes=999-0",
            "bytes=2000-1999",
            "bytes=a-b",
            "bytes=1-b",
            "bytes=a-1",
            "bytes=0x1-0x2",
            "bytes=+1-2",
            "bytes=1-+2",
            "bytes=1.0-2",
            "bytes=1 - 2",
            "bytes=1- 2",
            "bytes=- 5",
            "bytes:1-2",
            "bytes 1-2",
            " bytes =1-2",
            "bytes=bytes=1-2",
            "=1-2",
            "items=1-2",
            "seconds=1-2",
            "none",
        ] {
            assert_eq!(of(&[range.as_bytes()], &[], 1_000), Whole, "{range}");
        }
        assert_eq!(of(&[], &[], 1_000), Whole);
        assert_eq!(of(&["bytes=１-２".as_bytes()], &[], 1_000), Whole, "digits of another script");
        assert_eq!(of(&[b"bytes=1-2\xff"], &[], 1_000), Whole);
    }

    #[test]
    fn several_ranges_are_answered_with_the_whole() {
        for range in ["bytes=0-1,3-4", "bytes=0-0,-1", "bytes=0-,0-", "bytes=5000-,6000-", "bytes=0-1,x", "bytes=x,0-1"]
        {
            assert_eq!(of(&[range.as_bytes()], &[], 1_000), Whole, "{range}");
        }
        assert_eq!(of(&[b"bytes=0-1", b"bytes=3-4"], &[], 1_000), Whole);
        assert_eq!(of(&[b"bytes=0-1", b"bytes=0-1"], &[], 1_000), Whole);
    }

    #[test]
    fn a_part_is_given_to_whoever_has_the_rest_of_the_same_file() {
        let cases: [(&[&[u8]], Portion); 14] = [
            (&[], Part(1..3)),
            (&[b"\"aa11\""], Part(1..3)),
            (&[b"W/\"aa11\""], Whole),
            (&[b"\"bb22\""], Whole),
            (&[b"aa11"], Whole),
            (&[b"\"AA11\""], Whole),
            (&[b"*"], Whole),
            (&[b""], Whole),
            (&[b"\"aa11\", \"bb22\""], Whole),
            (&[b"\"aa11\"", b"\"aa11\""], Whole),
            (&[b"Sun, 06 Nov 1994 08:49:37 GMT"], Whole),
            (&[b"Sunday, 06-Nov-94 08:49:37 GMT"], Whole),
            (&[b"0"], Whole),
            (&[b"\"\xff\""], Whole),
        ];
        for (if_ranges, wanted) in cases {
            assert_eq!(of(&[b"bytes=1-2"], if_ranges, 1_000), wanted, "{if_ranges:?}");
        }
        assert_eq!(of(&[b"bytes=5000-"], &[b"\"aa11\""], 1_000), Beyond);
        assert_eq!(of(&[b"bytes=5000-"], &[b"\"bb22\""], 1_000), Whole, "of another file it may be there");
        assert_eq!(of(&[], &[b"\"aa11\""], 1_000), Whole, "without a range it asks for nothing");
    }

    proptest! {
        /// Whatever is asked for, and as it is most often asked.
        #[test]
        fn a_part_is_never_empty_and_never_beyond_the_file(
            range in prop_oneof![
                "\\PC*",
                "bytes=[-0-9, ]{0,30}",
                "bytes=[0-9]{0,20}-[0-9]{0,20}",
                (any::<u64>(), any::<u64>()).prop_map(|(first, last)| format!("bytes={first}-{last}")),
            ],
            bytes in prop_oneof![0_u64..100, any::<u64>()],
        ) {
            let Ok(value) = HeaderValue::from_bytes(range.as_bytes()) else { return Ok(()) };
            if let Part(part) = of(&[value.as_bytes()], &[], bytes) {
                prop_assert!(part.start < part.end && part.end <= bytes, "{part:?} of {bytes}");
            }
        }

        #[test]
        fn a_range_within_the_file_is_given_as_it_is(bytes in 1_u64.., at in any::<[u64; 2]>()) {
            let [first, last] = [at[0].min(at[1]) % bytes, at[0].max(at[1]) % bytes];
            let (first, last) = (first.min(last), first.max(last));
            prop_assert_eq!(of(&[format!("bytes={first}-{last}").as_bytes()], &[], bytes), Part(first..last + 1));
        }
    }
}
