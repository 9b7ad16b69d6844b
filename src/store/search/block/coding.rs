//! Numbers, places and words as bytes of a block, and back.
//!
//! A number has seven bits in each byte, the lowest first. Of places there are the bytes that they take, and the gap from
//! each to the next. Of a word there is how much it shares with the word before, and the rest.

use super::Damaged;

pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn put_places(out: &mut Vec<u8>, places: &[u32]) {
    let mut coded = Vec::with_capacity(places.len() + 2);
    let mut before = 0;
    for place in places {
        put(&mut coded, u64::from(place - before));
        before = *place;
    }
    put(out, coded.len() as u64);
    out.extend_from_slice(&coded);
}

pub(super) fn put_word(out: &mut Vec<u8>, last: &mut Vec<u8>, word: &[u8]) {
    let shared = last.iter().zip(word).take_while(|(a, b)| a == b).count();
    put(out, shared as u64);
    put(out, (word.len() - shared) as u64);
    out.extend_from_slice(&word[shared..]);
    last.truncate(shared);
    last.extend_from_slice(&word[shared..]);
}

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
    let shared = take_len(bytes)?;
    let len = take_len(bytes)?;
    if shared > word.len() {
        return Err(Damaged);
    }
    word.truncate(shared);
    word.extend_from_slice(take_bytes(bytes, len)?);
    Ok(())
}
