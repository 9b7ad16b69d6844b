//! What becomes of an upload that is complete: what it is, told by its content; its bytes without what nobody is to see;
//! and how it looks made smaller.
//!
//! Everything here waits for the disk: callers do it on a thread that may. Decoding a picture takes memory and time, too, and is
//! a step of its own: what needs none does not wait for it.

use std::fs::File;
use std::io::{self, BufReader, Seek};

use crate::blobs::{Complete, Stored};
use crate::media::{self, Found, Kind, Media, Outcome};
use crate::picture::{PreviewFault, Previews, previews, previews_cost};
use crate::proto::attachment::{BlobFile, BlobKind, PictureFacts};
use crate::proto::limits::SHOWN_MEMORY_BYTES_MAX;

/// What a file is called that is only ever saved.
const UNKNOWN: &str = "application/octet-stream";

/// What became of an upload.
#[derive(Debug)]
pub enum Ingested {
    Kept(BlobFile),
    /// A picture that is clean, and is to be decoded before it is kept.
    Undecoded(Box<Undecoded>),
    /// It is a picture, and nobody can take out of it where it was made: nothing is kept.
    Uncleaned,
}

/// A picture of which previews are to be made.
#[derive(Debug)]
pub struct Undecoded {
    complete: Complete,
    stored: Stored,
    media_type: &'static str,
    facts: PictureFacts,
    /// Bytes that decoding it touches.
    pub cost: u64,
}

/// Looks into a complete upload, and keeps it as a blob if nothing of it is to be decoded. Once more it does the same.
pub fn ingest(complete: Complete) -> io::Result<Ingested> {
    let (mut file, stored) = complete.as_it_came()?;
    let found = media::recognise(&mut BufReader::new(&mut file))?;
    let Some((stored, is_clean)) = cleaned(&complete, stored, &mut file, &found)? else {
        return Ok(Ingested::Uncleaned);
    };
    let media_type = found.media.media_type();
    let what = if is_clean { what(&found) } else { BlobKind::Other {} };
    let BlobKind::Picture(facts) = what else {
        let media_type = if matches!(what, BlobKind::Other {}) { UNKNOWN } else { media_type };
        return keep(&complete, &stored, &[], media_type, what).map(Ingested::Kept);
    };
    match previews_cost(BufReader::new(stored.open()?), stored.bytes) {
        Ok(cost) => Ok(Ingested::Undecoded(Box::new(Undecoded { complete, stored, media_type, facts, cost }))),
        Err(fault) => keep_unseen(&complete, &stored, fault, media_type, facts).map(Ingested::Kept),
    }
}

impl Undecoded {
    /// Makes the previews, and keeps the picture with them as a blob.
    pub fn ingest(self) -> io::Result<BlobFile> {
        let Self { complete, stored, media_type, facts, .. } = self;
        match previews(BufReader::new(stored.open()?), stored.bytes) {
            Ok(Previews { color, jpegs, .. }) => {
                let facts = PictureFacts { color: Some(color), ..facts };
                keep(&complete, &stored, &jpegs, media_type, BlobKind::Picture(facts))
            }
            Err(fault) => keep_unseen(&complete, &stored, fault, media_type, facts),
        }
    }
}

/// Keeps a picture of which there are no previews.
fn keep_unseen(
    complete: &Complete,
    stored: &Stored,
    fault: PreviewFault,
    media_type: &'static str,
    facts: PictureFacts,
) -> io::Result<BlobFile> {
    match fault {
        PreviewFault::Large => keep(complete, stored, &[], UNKNOWN, BlobKind::Other {}),
        // Browsers may show it all the same.
        PreviewFault::Failed | PreviewFault::NotDecoded | PreviewFault::Unreadable => {
            keep(complete, stored, &[], media_type, BlobKind::Picture(facts))
        }
    }
}

fn keep(
    complete: &Complete,
    stored: &Stored,
    previews: &[(u32, Vec<u8>)],
    media_type: &str,
    what: BlobKind,
) -> io::Result<BlobFile> {
    complete.keep(stored, previews)?;
    let name = complete.note().upload.name.clone();
    Ok(BlobFile { blob: stored.hash, bytes: stored.bytes, name, media_type: media_type.to_owned(), what })
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

/// As what a file that is clean is shown.
fn what(found: &Found) -> BlobKind {
    match (found.media.kind(), found.picture) {
        (Kind::Audio, _) => BlobKind::Audio {},
        (Kind::Video, _) => BlobKind::Video {},
        (Kind::Other, _) | (Kind::Picture, None) => BlobKind::Other {},
        (Kind::Picture, Some(facts)) => {
            let size = facts.shown;
            // What would fill the memory of whoever looks is shown to nobody.
            let bytes = u64::from(size.width) * u64::from(size.height) * if facts.is_deep { 8 } else { 4 };
            if bytes > SHOWN_MEMORY_BYTES_MAX {
                return BlobKind::Other {};
            }
            let moves = facts.is_animated;
            BlobKind::Picture(PictureFacts { width: size.width, height: size.height, color: None, moves })
        }
    }
}
