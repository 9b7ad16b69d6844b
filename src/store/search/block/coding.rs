//! Numbers, places and words as bytes of a block, and back.
//!
//! A number has seven bits in each byte, the lowest first. A word begins with a byte that tells how much it shares with the
//! word before, and how many bytes are its own; these follow. A message that alone holds a word is its place; of several
//! there are the bytes that they take, and the gap from each to the next. Most words of a block are held by one message, and
//! share and have few bytes: such a word costs two bytes beside its own.

use super::Damaged;

pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Places of messages, one or more, in order.
pub(super) fn put_places(out: &mut Vec<u8>, places: &[u32]) {
    if let [alone] = places {
        return put(out, u64::from(*alone) << 1);
    }
    let mut coded = Vec::with_capacity(places.len() + 2);
    let mut before = 0;
    for place in places {
        put(&mut coded, u64::from(place - before));
        before = *place;
    }
    put(out, (coded.len() as u64) << 1 | SEVERAL);
    out.extend_from_slice(&coded);
}

/// What [`put_places`] has put: the bytes of one number that is the place, or of the gaps.
pub(super) fn take_places<'a>(bytes: &mut &'a [u8]) -> Result<CodedPlaces<'a>, Damaged> {
    let number = take(bytes)?;
    if number & SEVERAL == 0 {
        return Ok(CodedPlaces::Alone(number >> 1));
    }
    let len = usize::try_from(number >> 1).map_err(|_| Damaged)?;
    take_bytes(bytes, len).map(CodedPlaces::Gaps)
}

/// Places as they are stored.
#[derive(Clone, Copy)]
pub(super) enum CodedPlaces<'a> {
    Alone(u64),
    Gaps(&'a [u8]),
}

/// The lowest bit of the number before places: several follow.
const SEVERAL: u64 = 1;

pub(super) fn put_word(out: &mut Vec<u8>, last: &mut Vec<u8>, word: &[u8]) {
    let shared = last.iter().zip(word).take_while(|(a, b)| a == b).count();
    let own = word.len() - shared;
    out.push((shared.min(MORE) << 4 | own.min(MORE)) as u8);
    for length in [shared, own] {
        if length >= MORE {
            put(out, (length - MORE) as u64);
        }
    }
    out.extend_from_slice(&word[shared..]);
    last.truncate(shared);
    last.extend_from_slice(&word[shared..]);
}

/// Half a byte that says: so much, and what the next number adds.
const MORE: usize = 0xf;

pub(super) fn take(bytes: &mut &[u8]) -> Result<u64, Damaged> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(Damaged)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Damaged)
}

pub(super) fn take_len(bytes: &mut &[u8]) -> Result<usize, Damaged> {
    usize::try_from(take(bytes)?).map_err(|_| Damaged)
}

pub(super) fn take_bytes<'a>(bytes: &mut &'a [u8], len: usize) -> Result<&'a [u8], Damaged> {
    let (taken, rest) = bytes.split_at_checked(len).ok_or(Damaged)?;
    *bytes = rest;
    Ok(taken)
}

pub(super) fn take_word(bytes: &mut &[u8], word: &mut Vec<u8>) -> Result<(), Damaged> {
    let (&lengths, rest) = bytes.split_first().ok_or(Damaged)?;
    *bytes = rest;
    let shared = take_length(bytes, usize::from(lengths >> 4))?;
    let len = take_length(bytes, usize::from(lengths & 0xf))?;
    if shared > word.len() {
        return Err(Damaged);
    }
    word.truncate(shared);
    word.extend_from_slice(take_bytes(bytes, len)?);
    Ok(())
}

/// A length of which half a byte was read.
fn take_length(bytes: &mut &[u8], half: usize) -> Result<usize, Damaged> {
    if half < MORE { Ok(half) } else { take_len(bytes)?.checked_add(MORE).ok_or(Damaged) }
}
