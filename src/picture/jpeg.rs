//! How a JPEG is put together, as far as its decoder does not tell: where the first picture in a file ends, and whether
//! it comes in several scans. ITU-T T.81, annex B.

/// A marker is 0xff and one of these.
const RESTARTS: std::ops::RangeInclusive<u8> = 0xd0..=0xd7;
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// Stands alone, without a length (B.1.1.3).
const TEMPORARY: u8 = 0x01;
const FRAMES: [u8; 2] = [0xc0, 0xc1];
const PROGRESSIVE: u8 = 0xc2;

/// The first picture of a file, from its start to its end marker; none where it is cut off. What stands in segments,
/// such as a thumbnail, and what follows, such as a film, is passed over.
pub(super) fn first_image(file: &[u8]) -> Option<&[u8]> {
    let mut at = 2;
    let mut has_scan = false;
    loop {
        at = next_marker(file, at)?;
        let marker = *file.get(at + 1)?;
        at += 2;
        match marker {
            END => return if has_scan { file.get(..at) } else { None },
            START | TEMPORARY => {}
            _ if RESTARTS.contains(&marker) => {}
            _ => {
                let length = usize::from(u16::from_be_bytes([*file.get(at)?, *file.get(at + 1)?]));
                // The length counts itself.
                at = at.checked_add(length).filter(|_| length >= 2)?;
                has_scan |= marker == SCAN;
            }
        }
    }
}

/// Where the next marker begins: in coded data a 0xff is followed by zero, and a marker by its code, which is never
/// 0xff itself. Decoders pass over stray bytes between segments in the same way.
fn next_marker(file: &[u8], from: usize) -> Option<usize> {
    let pairs = file.get(from..)?.windows(2);
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff);
    pairs.into_iter().position(is_marker).map(|offset| from + offset)
}

/// Whether a JPEG is progressive, or has its components one after the other. A damaged one counts as such.
pub(super) fn has_several_scans(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    let mut components = None;
    loop {
        // Any number of fill bytes may stand before a marker (ITU-T T.81, B.1.1.2).
        while let [0xff, 0xff, ..] = rest {
            rest = &rest[1..];
        }
        let [0xff, marker, high, low, payload @ ..] = rest else {
            return true;
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        match *marker {
            PROGRESSIVE => return true,
            SCAN => return components.is_none() || payload.first().copied() != components,
            frame if FRAMES.contains(&frame) => components = payload.get(5).copied(),
            _ => {}
        }
        let Some(next) = rest.get(2 + length..) else {
            return true;
        };
        rest = next;
    }
}
