//! Opens a picture file of any kind that we know, and gives its pixels row by row, within bounds.
//!
//! What a file is is told by its content. Its size in pixels, and the memory that decoding would take, are read from its
//! header before anything is decoded. A PNG comes row by row; the other decoders give a whole picture at once.

use std::io::{BufRead, Read, Seek};

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

use super::png::Png;
use super::white::White;
use super::{Bounds, PreviewFault, jpeg, webp};

/// Bytes by which a file's kind is known at most.
const START_BYTES: u64 = 16;

/// Bytes reserved for the pixels at least: above 32 MiB glibc gives memory back to the system as soon as it is free,
/// below it keeps a piece for each thread. Unused pages cost nothing.
const RESERVED_BYTES_MIN: usize = 33 << 20;

/// Bytes that a decoder keeps for each pixel beside it. A JPEG in several scans: coefficients of two bytes for each of four
/// components at most.
pub(super) const BESIDE_OF_SCANS: u64 = 8;
/// A GIF: its first frame may not be the whole picture.
pub(super) const BESIDE_OF_GIF: u64 = 4;
/// An animated WebP: a canvas and a frame on it.
pub(super) const BESIDE_OF_FRAMES: u64 = 8;
/// Any other WebP: planes of its components, or one of all four.
pub(super) const BESIDE_OF_PLANES: u64 = 4;

/// Bytes that are touched for each pixel of a PNG: it is read, and summed up.
const TOUCHED_OF_ROWS: u64 = 3;
/// Of one that is interlaced: its pixels come one by one, far from each other.
const TOUCHED_OF_PASSES: u64 = 8;

/// A picture whose header was read.
pub(super) struct Source<'a, R: BufRead + Seek + 'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    /// How it is to be turned.
    pub(super) orientation: Orientation,
    /// Bytes that decoding it touches, the file among them: what it costs, in memory or in time.
    pub(super) cost: u64,
    pixels: Pixels<'a, R>,
}

/// Where the pixels come from.
enum Pixels<'a, R: BufRead + Seek + 'a> {
    Rows(Box<Png<R>>),
    Whole { decoder: Box<dyn ImageDecoder + 'a>, white: White, memory_bytes: u64 },
}

/// Reads the header of a file of so many bytes.
pub(super) fn open<'a, R: BufRead + Seek + 'a>(
    mut file: R,
    bytes: u64,
    bounds: &Bounds,
) -> Result<Source<'a, R>, PreviewFault> {
    if bytes > bounds.bytes {
        return Err(PreviewFault::Large);
    }
    let mut start = Vec::new();
    file.by_ref().take(START_BYTES).read_to_end(&mut start)?;
    file.rewind()?;
    match image::guess_format(&start) {
        Ok(ImageFormat::Png) => {
            let png = Png::open(file, bounds)?;
            let (width, height) = png.size();
            let orientation = png.orientation().unwrap_or(Orientation::NoTransforms);
            let touched = if png.is_interlaced() { TOUCHED_OF_PASSES } else { TOUCHED_OF_ROWS };
            let cost = bytes + u64::from(width) * u64::from(height) * touched;
            Ok(Source { width, height, orientation, cost, pixels: Pixels::Rows(Box::new(png)) })
        }
        Ok(ImageFormat::Jpeg) => {
            let shape = jpeg::first_picture(&mut file)?.ok_or(PreviewFault::Unreadable)?;
            file.rewind()?;
            // What stands behind the picture is left off: cameras put films, depth and further pictures there.
            let mut decoder = decoder(file.take(shape.bytes), ImageFormat::Jpeg, bounds)?;
            let beside = if shape.has_several_scans { BESIDE_OF_SCANS } else { 0 };
            // A picture with a damaged EXIF is still a picture.
            let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
            Ok(Source { orientation, ..whole(decoder, bytes, beside, bounds)? })
        }
        Ok(ImageFormat::WebP) => {
            let shape = webp::shape(&mut file)?;
            file.rewind()?;
            let decoder = decoder(file, ImageFormat::WebP, bounds)?;
            let beside = if shape.is_animated { BESIDE_OF_FRAMES } else { BESIDE_OF_PLANES };
            let orientation = Orientation::from_exif_chunk(&shape.exif).unwrap_or(Orientation::NoTransforms);
            Ok(Source { orientation, ..whole(decoder, bytes, beside, bounds)? })
        }
        Ok(ImageFormat::Gif) => whole(decoder(file, ImageFormat::Gif, bounds)?, bytes, BESIDE_OF_GIF, bounds),
        Ok(ImageFormat::Bmp) => whole(decoder(file, ImageFormat::Bmp, bounds)?, bytes, 0, bounds),
        _ => Err(PreviewFault::NotDecoded),
    }
}

fn decoder<'a>(
    file: impl BufRead + Seek + 'a,
    format: ImageFormat,
    bounds: &Bounds,
) -> Result<Box<dyn ImageDecoder + 'a>, PreviewFault> {
    let mut reader = ImageReader::with_format(file, format);
    reader.limits(allocating(bounds.memory_bytes));
    Ok(Box::new(reader.into_decoder()?))
}

/// A picture in a file of so many bytes, whose decoder gives all of it at once and keeps so many bytes beside each pixel.
fn whole<'a, R: BufRead + Seek + 'a>(
    decoder: Box<dyn ImageDecoder + 'a>,
    bytes: u64,
    beside: u64,
    bounds: &Bounds,
) -> Result<Source<'a, R>, PreviewFault> {
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let count = u64::from(width) * u64::from(height);
    if count == 0 {
        return Err(PreviewFault::Unreadable);
    }
    let memory = count.saturating_mul(u64::from(color.bytes_per_pixel()) + beside);
    if !bounds.allow((width, height)) || memory > bounds.memory_bytes {
        return Err(PreviewFault::Large);
    }
    // Samples of 16 bits are PNG's alone.
    let is_known = color.bytes_per_pixel() == color.channel_count();
    let white = White::of(color.channel_count().into()).filter(|_| is_known).ok_or(PreviewFault::Unreadable)?;
    let pixels = Pixels::Whole { decoder, white, memory_bytes: bounds.memory_bytes };
    Ok(Source { width, height, orientation: Orientation::NoTransforms, cost: bytes + memory, pixels })
}

impl<'a, R: BufRead + Seek + 'a> Source<'a, R> {
    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Gives each row, from top to bottom, in red, green and blue on white. Where the file turns out to be damaged, some
    /// may have been given before.
    pub(super) fn rows(self, mut take: impl FnMut(&[u8])) -> Result<(), PreviewFault> {
        match self.pixels {
            Pixels::Rows(png) => {
                let mut whole = buffer(png.whole_bytes())?;
                png.rows(&mut whole, take)
            }
            Pixels::Whole { mut decoder, mut white, memory_bytes } => {
                let length = usize::try_from(decoder.total_bytes()).map_err(|_| PreviewFault::Large)?;
                let row_bytes = length / self.height as usize;
                decoder.set_limits(allocating(memory_bytes.saturating_sub(length as u64)))?;
                let mut whole = buffer(length)?;
                decoder.read_image(&mut whole)?;
                whole.chunks_exact(row_bytes).for_each(|row| take(white.row(row)));
                Ok(())
            }
        }
    }
}

fn allocating(bytes: u64) -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(bytes);
    limits
}

/// Zeros, or a fault where there is no memory for them.
fn buffer(bytes: usize) -> Result<Vec<u8>, PreviewFault> {
    let mut buffer = Vec::new();
    if bytes > 0 {
        buffer.try_reserve_exact(bytes.max(RESERVED_BYTES_MIN)).map_err(|_| PreviewFault::Failed)?;
        buffer.resize(bytes, 0);
    }
    Ok(buffer)
}
