//! What a file is, told by its content alone, and copies of pictures and films without what they tell beside what is seen:
//! where they were made above all.
//!
//! [`recognise`] reads as little of a file as says what it is. [`clean`] copies a picture byte for byte, without its metadata
//! and without what stands behind its end; nothing is decoded, so nothing gets worse. Where the parts of a format say at which
//! byte of the file others begin (HEIC, AVIF, TIFF, films), nothing may move: there, what is to go is overwritten with zeros,
//! in a copy or [in place](clean_in_place).
//!
//! A file may be of any size, and hostile: a few dozen KiB of it are in memory, no number in it is believed, and each step
//! through it goes forward or is counted. What one cannot be sure of is [`Media::Other`]; but what begins as a picture is taken
//! for one, and cleaned up to where it is damaged.

mod boxes;
mod exif;
mod film;
mod gif;
mod ifd;
mod input;
mod iso;
mod items;
mod jpeg;
mod ogg;
mod output;
mod overwrites;
mod png;
mod samples;
mod tiff;
mod webm;
mod webp;

use std::io::{self, Read, Seek, Write};

use crate::proto::limits::{
    MEDIA_LOOKS_MAX, MEDIA_STEPS_MAX, SHOWN_FRAME_PIXELS_MAX, SHOWN_FRAMES_MAX, SHOWN_SCANS_MAX,
};

use input::{Fault, Input, Walk};
use output::Output;
use overwrites::Overwrites;

/// What a file is. All that browsers are trusted to show within the page is named here, and what is cleaned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Media {
    Jpeg,
    Png,
    WebP,
    Gif,
    Avif,
    /// MP4, and what is made like it: QuickTime, 3GPP.
    Mp4Video,
    Mp4Audio,
    WebmVideo,
    WebmAudio,
    OggVideo,
    OggAudio,
    /// HEIC and HEIF: no browser but Safari shows it.
    Heic,
    /// TIFF, and what cameras make of it: DNG and other raw pictures.
    Tiff,
    Other,
}

/// What a file is to people.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Picture,
    Audio,
    Video,
    /// To be downloaded.
    Other,
}

impl Media {
    /// As what it is served.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
            Self::Mp4Video => "video/mp4",
            Self::Mp4Audio => "audio/mp4",
            Self::WebmVideo => "video/webm",
            Self::WebmAudio => "audio/webm",
            Self::OggVideo => "video/ogg",
            Self::OggAudio => "audio/ogg",
            Self::Heic | Self::Tiff | Self::Other => "application/octet-stream",
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::Jpeg | Self::Png | Self::WebP | Self::Gif | Self::Avif => Kind::Picture,
            Self::Mp4Audio | Self::WebmAudio | Self::OggAudio => Kind::Audio,
            Self::Mp4Video | Self::WebmVideo | Self::OggVideo => Kind::Video,
            Self::Heic | Self::Tiff | Self::Other => Kind::Other,
        }
    }
}

/// Pixels of a picture; neither is zero.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// None of a picture without pixels.
    fn new(width: impl Into<u32>, height: impl Into<u32>) -> Option<Self> {
        let size = Self { width: width.into(), height: height.into() };
        if size.width == 0 || size.height == 0 { None } else { Some(size) }
    }

    fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

/// What is known of a picture before anything of it is decoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PictureFacts {
    /// As it is shown.
    pub shown: Size,
    /// As its pixels are stored.
    pub stored: Size,
    pub is_animated: bool,
    /// Whether a sample of it has more than 8 bits, which takes browsers twice the memory.
    pub is_deep: bool,
    /// How what is stored is turned to be shown: 1 to 8, as EXIF counts them. An AVIF turns itself as it is decoded: 1.
    pub orientation: u8,
}

impl PictureFacts {
    fn new(stored: Size, orientation: u8) -> Self {
        let shown = if orientation > 4 { stored.turned() } else { stored };
        Self { shown, stored, is_animated: false, is_deep: false, orientation }
    }
}

/// What [`recognise`] tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Found {
    pub media: Media,
    /// Of each picture that is shown; of nothing else.
    pub picture: Option<PictureFacts>,
}

impl Found {
    const OTHER: Self = Self { media: Media::Other, picture: None };

    fn picture(media: Media, facts: PictureFacts) -> Self {
        Self { media, picture: Some(facts) }
    }

    fn without_facts(media: Media) -> Self {
        Self { media, picture: None }
    }
}

/// What came of cleaning a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// All of it was written, and is clean.
    Cleaned,
    /// The same of one that takes whoever looks at it too long, for all its frames or scans: it is only to be saved.
    CleanedHeavy,
    /// It is clean as it stands; nothing was written.
    CleanBefore,
    /// It is of no kind that is cleaned; nothing was written.
    NotAPicture,
    /// It cannot be gone through to its end. What was written is of no use, and the file may tell where it was made.
    Damaged,
    /// It is made in a way, or of more pieces, than is followed here. What was written is of no use, and the file may tell
    /// where it was made.
    PlacesLeft,
}

/// Says what a file is.
pub fn recognise(file: &mut (impl Read + Seek)) -> io::Result<Found> {
    let mut input = Input::new(file, MEDIA_LOOKS_MAX)?;
    match found(&mut input) {
        Ok(found) => Ok(found.unwrap_or(Found::OTHER)),
        Err(Fault::Damaged | Fault::Beyond) => Ok(Found::OTHER),
        Err(Fault::Disk(fault)) => Err(fault),
    }
}

/// Looks at the first bytes, and leaves what is not its own to the others.
type Looker = fn(&mut Input<'_>) -> Walk<Option<Found>>;

fn found(input: &mut Input<'_>) -> Walk<Option<Found>> {
    let pictures: [(Looker, Media); 4] =
        [(jpeg::found, Media::Jpeg), (png::found, Media::Png), (webp::found, Media::WebP), (gif::found, Media::Gif)];
    for (look, media) in pictures {
        match look(input) {
            Ok(None) => {}
            // It begins as one, and tells where it was made as one that is whole does.
            Err(Fault::Damaged | Fault::Beyond) => return Ok(Some(Found::without_facts(media))),
            found => return found,
        }
    }
    let others: [Looker; 4] = [iso::found, tiff::found, webm::found, ogg::found];
    for look in others {
        match look(input) {
            Ok(None) => {}
            found => return found,
        }
    }
    Ok(None)
}

/// Writes a file that was [found](recognise) to be a picture or a film without its metadata.
pub fn clean(found: &Found, from: &mut (impl Read + Seek), to: &mut impl Write) -> io::Result<Outcome> {
    let mut input = Input::new(from, MEDIA_STEPS_MAX)?;
    let mut output = Output::new(to);
    let orientation = found.picture.map_or(exif::UPRIGHT, |facts| facts.orientation);
    let cleaned = match found.media {
        Media::Jpeg => jpeg::clean(&mut input, orientation, &mut output),
        Media::Png => png::clean(&mut input, orientation, &mut output),
        Media::WebP => webp::clean(&mut input, orientation, &mut output),
        Media::Gif => gif::clean(&mut input, &mut output),
        media => match overwrites(media, &mut input) {
            Ok(None) => return Ok(Outcome::NotAPicture),
            Ok(Some(overwrites)) if overwrites.is_empty() => return Ok(Outcome::CleanBefore),
            Ok(Some(overwrites)) => overwrites.copy(&mut input, &mut output),
            Err(fault) => Err(fault),
        },
    };
    if let Err(fault) = cleaned {
        return outcome(fault);
    }
    let is_heavy = is_heavy(found, output.turns());
    output.finish()?;
    Ok(if is_heavy { Outcome::CleanedHeavy } else { Outcome::Cleaned })
}

/// Whether a picture that is drawn so many times, by frames or by scans, is too much for whoever looks at it.
fn is_heavy(found: &Found, turns: u32) -> bool {
    let pixels = found.picture.map_or(0, |facts| u64::from(facts.stored.width) * u64::from(facts.stored.height));
    match found.media {
        Media::Jpeg => turns > SHOWN_SCANS_MAX,
        _ => turns > SHOWN_FRAMES_MAX || (turns > 1 && pixels * u64::from(turns) > SHOWN_FRAME_PIXELS_MAX),
    }
}

/// Does to the file itself what [`clean`] does to a copy: spares a large film its copy. Pictures whose parts move are
/// [`Outcome::NotAPicture`] here. What breaks off can be done again.
pub fn clean_in_place(found: &Found, file: &mut (impl Read + Seek + Write)) -> io::Result<Outcome> {
    let mut input = Input::new(file, MEDIA_STEPS_MAX)?;
    match overwrites(found.media, &mut input) {
        Ok(None) => Ok(Outcome::NotAPicture),
        Ok(Some(overwrites)) if overwrites.is_empty() => Ok(Outcome::CleanBefore),
        Ok(Some(overwrites)) => overwrites.write(file).map(|()| Outcome::Cleaned),
        Err(fault) => outcome(fault),
    }
}

/// What is to be overwritten, where nothing of a file may move; none of any other.
fn overwrites(media: Media, input: &mut Input<'_>) -> Walk<Option<Overwrites>> {
    let overwrites = match media {
        Media::Avif | Media::Heic | Media::Mp4Video | Media::Mp4Audio => iso::overwrites(input)?,
        Media::Tiff => tiff::overwrites(input)?,
        Media::WebmVideo | Media::WebmAudio => webm::overwrites(input)?,
        _ => return Ok(None),
    };
    overwrites.settle(input).map(Some)
}

fn outcome(fault: Fault) -> io::Result<Outcome> {
    match fault {
        Fault::Damaged => Ok(Outcome::Damaged),
        Fault::Beyond => Ok(Outcome::PlacesLeft),
        Fault::Disk(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests;
