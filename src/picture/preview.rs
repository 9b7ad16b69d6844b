//! Previews of pictures that people send: what a room shows of them before somebody wants the original.

use std::io::{BufRead, Seek};
use std::panic::{self, AssertUnwindSafe};

use image::RgbImage;
use image::metadata::Orientation;

use super::resize::{Resize, resized};
use super::{Bounds, PreviewFault, decode, encode, turned};
use crate::proto::limits::{PREVIEW_BYTES_MAX, PREVIEW_EDGES, PREVIEW_MEMORY_BYTES_MAX, PREVIEW_PIXELS_MAX};

/// Of 100: no blocks to be seen on a phone, at the size at which it is drawn.
const JPEG_QUALITY: u8 = 80;

/// Of [`PREVIEW_EDGES`]; the smaller ones are made of it.
const LARGEST_EDGE: u32 = PREVIEW_EDGES[PREVIEW_EDGES.len() - 1];

const BOUNDS: Bounds =
    Bounds { bytes: PREVIEW_BYTES_MAX, pixels: PREVIEW_PIXELS_MAX, memory_bytes: PREVIEW_MEMORY_BYTES_MAX };

/// What is shown of a picture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Previews {
    /// Pixels of the picture itself, the way it is to be seen.
    pub width: u32,
    pub height: u32,
    /// Red, green and blue of all of it together: what stands in its place until a preview has come.
    pub color: [u8; 3],
    /// For each of [`PREVIEW_EDGES`] that the picture is larger than: its longer edge, and a JPEG of pixels alone.
    pub jpegs: Vec<(u32, Vec<u8>)>,
}

/// Makes the previews of a file of so many bytes, from where it stands in it: the start.
///
/// Takes the processor for up to seconds and up to [`PREVIEW_MEMORY_BYTES_MAX`] and the file of memory: to be called on a
/// thread for what blocks, and one at a time.
pub fn previews(file: impl BufRead + Seek, bytes: u64) -> Result<Previews, PreviewFault> {
    safely(|| make(file, bytes))
}

/// Bytes that making them would touch, of memory or again and again: how long it takes. Reads the header, and decodes nothing.
pub fn previews_cost(file: impl BufRead + Seek, bytes: u64) -> Result<u64, PreviewFault> {
    safely(|| decode::open(file, bytes, &BOUNDS).map(|source| source.cost))
}

fn safely<T>(work: impl FnOnce() -> Result<T, PreviewFault>) -> Result<T, PreviewFault> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        // A decoder that panics has met a file its authors have not. It has told of it itself.
        log::error!("decoding a picture failed");
        Err(PreviewFault::Unreadable)
    })
}

fn make(file: impl BufRead + Seek, bytes: u64) -> Result<Previews, PreviewFault> {
    let source = decode::open(file, bytes, &BOUNDS)?;
    let (size, orientation) = (source.size(), source.orientation);
    let mut resize = Resize::new(size, within(size, LARGEST_EDGE));
    source.rows(|row| resize.row(row))?;
    let picture = turned(resize.finish().ok_or(PreviewFault::Unreadable)?, orientation);
    let (width, height) = if lies_on_its_side(orientation) { (size.1, size.0) } else { size };
    let mut jpegs = Vec::new();
    for edge in PREVIEW_EDGES.into_iter().filter(|&edge| edge < width.max(height)) {
        let jpeg = if edge == LARGEST_EDGE {
            encode(&picture, JPEG_QUALITY)?
        } else {
            encode(&resized(&picture, within(picture.dimensions(), edge)), JPEG_QUALITY)?
        };
        jpegs.push((edge, jpeg));
    }
    Ok(Previews { width, height, color: average(&picture), jpegs })
}

/// A size of the same shape whose longer edge is at most so long; never larger, and never without pixels.
fn within((width, height): (u32, u32), edge: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= edge {
        return (width, height);
    }
    let scaled = |length: u32| {
        let rounded = (u64::from(length) * u64::from(edge) + u64::from(longer) / 2) / u64::from(longer);
        // At most the edge.
        (rounded as u32).max(1)
    };
    (scaled(width), scaled(height))
}

fn lies_on_its_side(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn average(picture: &RgbImage) -> [u8; 3] {
    let mut sums = [0_u64; 3];
    for pixel in picture.pixels() {
        for (sum, sample) in sums.iter_mut().zip(pixel.0) {
            *sum += u64::from(sample);
        }
    }
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    sums.map(|sum| ((sum + pixels / 2) / pixels.max(1)) as u8)
}

#[cfg(test)]
mod tests;
