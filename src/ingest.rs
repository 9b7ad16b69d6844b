//! What becomes of an upload that is complete: what it is, told by its content; its bytes without what nobody is to see;
//! and how it looks made smaller.
//!
//! Everything here waits for the disk, and a picture takes memory: callers do it on a thread that may, one at a time.

use std::fs::File;
use std::io::{self, BufReader, Seek};

use crate::blobs::{Complete, Stored};
use crate::media::{self, Found, Kind, Media, Outcome};
use crate::picture::{PreviewFault, Previews, previews};
use crate::proto::attachment::{BlobFile, BlobKind, PictureFacts};
use crate::proto::limits::SHOWN_MEMORY_BYTES_MAX;

/// What a file is called that is only ever saved.
const UNKNOWN: &str = "application/octet-stream";

/// What became of an upload.
#[derive(Debug)]
pub enum Ingested {
    Kept(BlobFile),
    /// It is a picture, and nobody can take out of it where it was made: nothing is kept.
    Uncleaned,
}

/// Looks into a complete upload and keeps it as a blob. Once more it does the same.
pub fn ingest(complete: &Complete) -> io::Result<Ingested> {
    let (mut file, stored) = complete.as_it_came()?;
    let found = media::recognise(&mut BufReader::new(&mut file))?;
    let Some((stored, is_clean)) = cleaned(complete, stored, &mut file, &found)? else {
        return Ok(Ingested::Uncleaned);
    };
    let shown = if is_clean { shown(&found, &stored)? } else { Shown::NOTHING };
    complete.keep(&stored, &shown.previews)?;
    Ok(Ingested::Kept(BlobFile {
        blob: stored.hash,
        bytes: stored.bytes,
        name: complete.note().upload.name.clone(),
        media_type: shown.media_type.to_owned(),
        what: shown.what,
    }))
}

/// The bytes that are kept, and whether they may be shown: what cannot be gone through to its end is only ever saved. None of a
/// picture that may tell where it was made.
fn cleaned(complete: &Complete, stored: Stored, file: &mut File, found: &Found) -> io::Result<Option<(Stored, bool)>> {
    // Where nothing moves, no copy of a film is written.
    let outcome = complete.in_place(&stored, |file| media::clean_in_place(found, file))?;
    let (outcome, stored) = match outcome {
        Outcome::NotAPicture => {
            file.rewind()?;
            let (outcome, anew) = complete.anew(|mut to| media::clean(found, &mut BufReader::new(file), &mut to))?;
            let is_anew = matches!(outcome, Outcome::Cleaned | Outcome::CleanedHeavy);
            (outcome, if is_anew { anew } else { stored })
        }
        outcome => (outcome, stored),
    };
    let is_picture = found.media.kind() == Kind::Picture || found.media == Media::Heic;
    let is_clean = match outcome {
        Outcome::Cleaned | Outcome::CleanBefore => true,
        Outcome::CleanedHeavy => false,
        Outcome::NotAPicture => found.media.kind() != Kind::Picture,
        Outcome::Damaged if is_picture || found.media == Media::Tiff => return Ok(None),
        Outcome::PlacesLeft if is_picture => return Ok(None),
        // A film, or a raw picture that is nothing without what its camera wrote: a file like any other.
        Outcome::Damaged | Outcome::PlacesLeft => false,
    };
    Ok(Some((stored, is_clean)))
}

/// As what a file is shown.
struct Shown {
    what: BlobKind,
    media_type: &'static str,
    previews: Vec<(u32, Vec<u8>)>,
}

impl Shown {
    const NOTHING: Self = Self { what: BlobKind::Other {}, media_type: UNKNOWN, previews: Vec::new() };
}

fn shown(found: &Found, stored: &Stored) -> io::Result<Shown> {
    let media_type = found.media.media_type();
    let of = |what| Shown { what, media_type, previews: Vec::new() };
    Ok(match found.media.kind() {
        Kind::Audio => of(BlobKind::Audio {}),
        Kind::Video => of(BlobKind::Video {}),
        Kind::Other => Shown::NOTHING,
        Kind::Picture => {
            let Some(facts) = found.picture else { return Ok(Shown::NOTHING) };
            let size = facts.shown;
            // What would fill the memory of whoever looks is shown to nobody.
            let bytes = u64::from(size.width) * u64::from(size.height) * if facts.is_deep { 8 } else { 4 };
            if bytes > SHOWN_MEMORY_BYTES_MAX {
                return Ok(Shown::NOTHING);
            }
            let made = match previews(BufReader::new(stored.open()?), stored.bytes) {
                Ok(made) => Some(made),
                Err(PreviewFault::Large) => return Ok(Shown::NOTHING),
                // Browsers may show it all the same.
                Err(PreviewFault::Failed | PreviewFault::NotDecoded | PreviewFault::Unreadable) => None,
            };
            let color = made.as_ref().map(|made| made.color);
            let facts = PictureFacts { width: size.width, height: size.height, color, moves: facts.is_animated };
            let previews = made.map(|Previews { jpegs, .. }| jpegs).unwrap_or_default();
            Shown { what: BlobKind::Picture(facts), media_type, previews }
        }
    })
}
