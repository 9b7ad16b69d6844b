//! A film's own box: its tracks, and what is told of it beside (ISO/IEC 14496-12, section 8; QuickTime File Format).
//!
//! Phones write where a film was begun, cameras and drones where they were at each moment: as texts, and as tracks of their own
//! beside picture and sound; and when it was, in each head. The titles of music stay.

use super::Media;
use super::boxes::{Boxes, Frame, Head, Name};
use super::input::{Fault, Input, Walk};
use super::overwrites::Overwrites;
use super::samples;

const TRACK: Name = *b"trak";
const TEXTS: Name = *b"udta";
const META: Name = *b"meta";
const HANDLER: Name = *b"hdlr";
const MEDIA: Name = *b"mdia";
const LIST: Name = *b"ilst";
const UUID: Name = *b"uuid";
/// What says when it was made, of the film, of a track, and of what is in that.
const FILM_HEAD: Name = *b"mvhd";
const TRACK_HEAD: Name = *b"tkhd";
const MEDIA_HEAD: Name = *b"mdhd";

/// Compressed, so that nothing can be overwritten; nobody has written it for decades.
const COMPRESSED: Name = *b"cmov";
/// What a film consists of, beside its tracks, its texts and its head.
const KEPT: [Name; 5] = [*b"mvex", *b"iods", *b"pssh", *b"ctab", *b"clip"];
/// What a track consists of, beside its media, its texts and its head.
const KEPT_OF_TRACK: [Name; 8] = [*b"tref", *b"trgr", *b"edts", *b"load", *b"matt", *b"clip", *b"imap", *b"tapt"];
/// A piece of a track in a fragment, and what a fragment and such a piece consist of.
const PIECE: Name = *b"traf";
const KEPT_OF_FRAGMENT: [Name; 2] = [*b"mfhd", *b"pssh"];
const KEPT_OF_PIECE: [Name; 9] =
    [*b"tfhd", *b"tfdt", *b"trun", *b"sbgp", *b"sgpd", *b"subs", *b"saiz", *b"saio", *b"senc"];
/// What people have given a name to, or have to be told.
const KEPT_TEXTS: [Name; 15] = [
    META,
    *b"titl",
    *b"perf",
    *b"auth",
    *b"albm",
    *b"gnre",
    *b"cprt",
    *b"kind",
    *b"name",
    *b"chpl",
    *b"ludt",
    *b"\xa9nam",
    *b"\xa9ART",
    *b"\xa9alb",
    *b"\xa9cpy",
];
/// The same of music.
const KEPT_OF_MUSIC: [Name; 24] = [
    *b"\xa9nam",
    *b"\xa9ART",
    *b"\xa9alb",
    *b"\xa9gen",
    *b"\xa9day",
    *b"\xa9wrt",
    *b"\xa9grp",
    *b"\xa9lyr",
    *b"\xa9too",
    *b"\xa9cpy",
    *b"aART",
    *b"trkn",
    *b"disk",
    *b"cpil",
    *b"pgap",
    *b"tmpo",
    *b"gnre",
    *b"cprt",
    *b"covr",
    *b"desc",
    *b"stik",
    *b"rtng",
    *b"sonm",
    *b"soar",
];
/// Tracks by what they hold: all others tell something of the film.
const KEPT_TRACKS: [Name; 10] =
    [*b"vide", *b"soun", *b"text", *b"sbtl", *b"subt", *b"clcp", *b"tmcd", *b"auxv", *b"pict", *b"hint"];
/// Of a box by which a film surrounds whoever looks (Spherical Video V1).
const SPHERE: [u8; 16] = *b"\xff\xcc\x82\x63\xf8\x55\x4a\x93\x88\x14\x58\x7a\x02\x52\x1f\xdd";
/// Texts of one film or track; a dozen, usually.
const TEXTS_MAX: usize = 256;

/// Whether it is a film or only to be heard; none without a track of either.
pub(super) fn media(input: &mut Input<'_>, film: &Head) -> Walk<Option<Media>> {
    let (mut has_track, mut has_picture, mut has_sound) = (false, false, false);
    let mut boxes = film.children();
    while let Some(track) = boxes.find(input, TRACK)? {
        let name = holds(input, &track)?;
        has_track |= name.is_none_or(|name| KEPT_TRACKS.contains(&name));
        has_picture |= name == Some(*b"vide");
        has_sound |= name == Some(*b"soun");
    }
    let media = if has_sound && !has_picture { Media::Mp4Audio } else { Media::Mp4Video };
    Ok(has_track.then_some(media))
}

/// What a track holds, where it says so.
fn holds(input: &mut Input<'_>, track: &Head) -> Walk<Option<Name>> {
    let Some(media) = track.child(input, MEDIA)? else { return Ok(None) };
    let Some(handler) = media.child(input, HANDLER)? else { return Ok(None) };
    handled(input, &handler).map(Some)
}

fn handled(input: &mut Input<'_>, handler: &Head) -> Walk<Name> {
    input.go_to(handler.body)?;
    input.skip(8)?;
    let name = input.bytes()?;
    handler.held(input)?;
    Ok(name)
}

/// What is to be overwritten of a film.
pub(super) fn overwrites(input: &mut Input<'_>, film: &Head, frame: &Frame, to: &mut Overwrites) -> Walk<()> {
    let mut boxes = film.children();
    while let Some(head) = boxes.next(input)? {
        match head.name {
            TRACK => of_one_track(input, &head, frame, to)?,
            TEXTS => of_texts(input, &head, to)?,
            COMPRESSED => return Err(Fault::Beyond),
            FILM_HEAD => of_times(input, &head, to)?,
            name if KEPT.contains(&name) => {}
            _ => head.free(to)?,
        }
    }
    Ok(())
}

fn of_one_track(input: &mut Input<'_>, track: &Head, frame: &Frame, to: &mut Overwrites) -> Walk<()> {
    if holds(input, track)?.is_some_and(|name| !KEPT_TRACKS.contains(&name)) {
        if let Some(media) = track.child(input, MEDIA)? {
            samples::erase(input, &media, frame, to)?;
        }
        return track.free(to);
    }
    let mut boxes = track.children();
    while let Some(head) = boxes.next(input)? {
        input.go_to(head.body)?;
        match head.name {
            TEXTS => of_texts(input, &head, to)?,
            TRACK_HEAD => of_times(input, &head, to)?,
            MEDIA => {
                if let Some(head) = head.child(input, MEDIA_HEAD)? {
                    of_times(input, &head, to)?;
                }
            }
            UUID if input.begins(&SPHERE)? => {}
            name if KEPT_OF_TRACK.contains(&name) => {}
            _ => head.free(to)?,
        }
    }
    Ok(())
}

/// What is to be overwritten of a fragment: all that says nothing of its samples.
pub(super) fn of_fragment(input: &mut Input<'_>, fragment: &Head, to: &mut Overwrites) -> Walk<()> {
    let mut boxes = fragment.children();
    while let Some(head) = boxes.next(input)? {
        match head.name {
            PIECE => {
                let mut boxes = head.children();
                while let Some(head) = boxes.next(input)? {
                    if !KEPT_OF_PIECE.contains(&head.name) {
                        head.free(to)?;
                    }
                }
            }
            name if KEPT_OF_FRAGMENT.contains(&name) => {}
            _ => head.free(to)?,
        }
    }
    Ok(())
}

/// When it was made and changed stands behind the version of each head: without it, it is of 1904.
fn of_times(input: &mut Input<'_>, head: &Head, to: &mut Overwrites) -> Walk<()> {
    let bytes = if head.version(input)? == 1 { 16 } else { 8 };
    let start = (head.body + 4).min(head.end);
    to.zeros(start..(start + bytes).min(head.end))
}

/// All but titles go; where one cannot say what there is, all of it does.
fn of_texts(input: &mut Input<'_>, texts: &Head, to: &mut Overwrites) -> Walk<()> {
    let (heads, rest) = match texts_of(input, texts) {
        Err(Fault::Damaged) => return texts.free(to),
        found => found?,
    };
    for head in heads {
        match head.name {
            META => of_meta(input, &head, to)?,
            name if KEPT_TEXTS.contains(&name) => {}
            _ => head.free(to)?,
        }
    }
    to.zeros(rest..texts.end)
}

/// The boxes of texts, up to the zero with which QuickTime ends them, and where they end.
fn texts_of(input: &mut Input<'_>, texts: &Head) -> Walk<(Vec<Head>, u64)> {
    let mut heads = Vec::new();
    let mut at = texts.body;
    while texts.end - at >= 8 {
        input.go_to(at)?;
        if input.u32()? == 0 {
            break;
        }
        if heads.len() >= TEXTS_MAX {
            return Err(Fault::Beyond);
        }
        let head = Head::read(input, at..texts.end)?;
        at = head.end;
        heads.push(head);
    }
    Ok((heads, at))
}

/// A list of what is told: that of music keeps its titles, and no other is kept.
fn of_meta(input: &mut Input<'_>, meta: &Head, to: &mut Overwrites) -> Walk<()> {
    let handler = match children_of_meta(input, meta)?.find(input, HANDLER) {
        Err(Fault::Damaged) => None,
        found => found?,
    };
    let is_music = match handler {
        Some(handler) => &handled(input, &handler)? == b"mdir",
        None => false,
    };
    if !is_music {
        return meta.free(to);
    }
    let mut boxes = children_of_meta(input, meta)?;
    while let Some(head) = boxes.next(input)? {
        match head.name {
            HANDLER => {}
            LIST => {
                let mut boxes = head.children();
                while let Some(head) = boxes.next(input)? {
                    if !KEPT_OF_MUSIC.contains(&head.name) {
                        head.free(to)?;
                    }
                }
            }
            _ => head.free(to)?,
        }
    }
    Ok(())
}

/// In QuickTime it has no version before its boxes.
fn children_of_meta(input: &mut Input<'_>, meta: &Head) -> Walk<Boxes> {
    input.go_to(meta.body)?;
    input.skip(4)?;
    let has_version = !input.begins(&HANDLER)?;
    Ok(meta.children_behind(if has_version { 4 } else { 0 }))
}
