//! Small pictures made of large ones: those of people's profiles, and previews of what is sent.
//!
//! Enter by [`Pictures`] and [`previews`]. Nothing of a file but its pixels comes through: no EXIF, no place, no device;
//! and neither its bytes nor its decoder can take more memory than was allowed before. Imports only `fair` and `proto`.

mod decode;
mod jpeg;
mod png;
mod preview;
mod profile;
mod resize;
mod webp;
mod white;

use std::io;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageError, RgbImage};

pub use self::preview::{Previews, previews, previews_cost};
pub use self::profile::{Jpegs, Pictures, Upload};
use crate::proto::limits::PICTURE_EDGE_MAX;

/// Why nothing was made of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PreviewFault {
    /// It is of no kind that is decoded here: an AVIF, a film, a text.
    NotDecoded,
    /// It is of such a kind, and damaged or cut off.
    Unreadable,
    /// It has more bytes or pixels, or decoding it would take more memory, than is allowed.
    Large,
    /// The box's own: the disk did not give it, or there was no memory. Later it may go well.
    Failed,
}

impl From<io::Error> for PreviewFault {
    /// What the system says is the box's; that something is missing or wrong in a file, a decoder says in its own words.
    fn from(error: io::Error) -> Self {
        // A place in a file that cannot be is the file's fault, although the system is asked for it.
        let is_system = error.raw_os_error().is_some() && error.kind() != io::ErrorKind::InvalidInput;
        if is_system {
            log::error!("reading a picture failed: {error}");
            Self::Failed
        } else {
            Self::Unreadable
        }
    }
}

impl From<ImageError> for PreviewFault {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::IoError(error) => error.into(),
            ImageError::Limits(_) => Self::Large,
            _ => Self::Unreadable,
        }
    }
}

/// What a file may be and take at most.
struct Bounds {
    /// Of the file.
    bytes: u64,
    pixels: u64,
    /// For the decoded pixels and what a decoder keeps beside them; the file itself aside, which some keep whole.
    memory_bytes: u64,
}

impl Bounds {
    fn allow(&self, (width, height): (u32, u32)) -> bool {
        width.max(height) <= PICTURE_EDGE_MAX && u64::from(width) * u64::from(height) <= self.pixels
    }
}

/// The picture as people are to see it.
fn turned(picture: RgbImage, orientation: Orientation) -> RgbImage {
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

/// Writes pixels and nothing else.
fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, PreviewFault> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(picture).map_err(|fault| {
        log::error!("encoding a picture failed: {fault}");
        PreviewFault::Failed
    })?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests;
