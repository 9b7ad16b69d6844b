//! Profile pictures: any file a person gives becomes three small square JPEGs, or a clear refusal.
//!
//! What a file is is told by its content. Its size in pixels, and the memory that decoding would take, are read from
//! its header before anything is decoded. Nothing of the file but its pixels comes through: no EXIF, no place, no
//! device. Imports only `fair` and `proto`.

mod jpeg;

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use tokio::sync::oneshot;
use tokio::task;

use crate::fair::{self, AllKept, Asker, Lane, LaneMax, Network, Places, Seat, TurnMax};
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::{
    PICTURE_BYTES_MAX, PICTURE_EDGES, PICTURE_MEMORY_BYTES_MAX, PICTURE_PIXELS_MAX, PICTURE_UPLOADS_MAX,
    PICTURES_AT_ONCE,
};

/// The picture in each of [`PICTURE_EDGES`], as JPEG.
pub type Jpegs = [Vec<u8>; 3];

/// Of 100: no blocks to be seen on a face, and 96 pixels in 4 KiB.
const JPEG_QUALITY: u8 = 85;

/// Pixels of the edge to which a picture is averaged down before the sizes are cut from it: twice the largest.
const MIDDLE_EDGE: u32 = 512;

/// Bytes reserved for the pixels at least: above 32 MiB glibc gives memory back to the system as soon as it is free,
/// below it keeps a piece for each thread. Unused pages cost nothing.
const RESERVED_BYTES_MIN: usize = 33 << 20;

/// Makes pictures, [`PICTURES_AT_ONCE`] at a time.
#[derive(Clone)]
pub struct Pictures {
    turns: Lane,
    uploads: Arc<Mutex<Uploads>>,
}

/// Those under way.
struct Uploads {
    people: HashSet<UserId>,
    places: Places<oneshot::Sender<()>>,
}

/// Leave to hold an upload in memory; gives its place back when dropped.
pub struct Upload {
    user: UserId,
    network: Network,
    seat: Seat,
    /// Whether its turn has come to be decoded.
    is_kept: bool,
    /// Whether a newcomer has the place.
    is_out: bool,
    told: Option<oneshot::Receiver<()>>,
    uploads: Arc<Mutex<Uploads>>,
}

impl Upload {
    /// Waits until a newcomer has the place of this one, which came first of those of the network with the most.
    pub async fn put_out(&mut self) {
        if let Some(told) = &mut self.told {
            self.is_out = told.await.is_ok();
            self.told = None;
        }
        if !self.is_out {
            std::future::pending().await
        }
    }

    /// It is decoded next, and keeps its place until that is done; false where it has lost it.
    fn keep(&mut self) -> bool {
        self.is_kept = lock(&self.uploads).places.keep(self.seat);
        self.is_kept
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut uploads = lock(&self.uploads);
        uploads.people.remove(&self.user);
        if self.is_kept {
            uploads.places.leave_kept();
        } else {
            uploads.places.leave(self.seat);
        }
    }
}

impl Default for Pictures {
    fn default() -> Self {
        let uploads = Uploads { people: HashSet::new(), places: Places::new(PICTURE_UPLOADS_MAX) };
        let waiting = TurnMax { of_one: PICTURE_UPLOADS_MAX, in_all: PICTURE_UPLOADS_MAX };
        let max = LaneMax { at_once: PICTURES_AT_ONCE, at_once_of_one: PICTURES_AT_ONCE, waiting };
        Self { turns: Lane::new(max), uploads: Arc::new(Mutex::new(uploads)) }
    }
}

impl Pictures {
    /// Asks for leave to take in a file, before it is: one for each person and [`PICTURE_UPLOADS_MAX`] in all, since
    /// files wait in memory. When there are as many, the network with the most gives up the oldest that is not being
    /// decoded: an honest one takes a moment.
    pub fn upload(&self, user: UserId, network: Network) -> Result<Upload, ErrorCode> {
        let mut uploads = lock(&self.uploads);
        if uploads.people.contains(&user) {
            return Err(ErrorCode::Busy);
        }
        let (tell, told) = oneshot::channel();
        let (seat, put_out) = uploads.places.enter(network, tell).map_err(|AllKept| ErrorCode::Busy)?;
        uploads.people.insert(user);
        drop(uploads);
        if let Some(other) = put_out {
            // An error says that it is ending by itself.
            let _ = other.send(());
        }
        Ok(Upload {
            user,
            network,
            seat,
            is_kept: false,
            is_out: false,
            told: Some(told),
            uploads: Arc::clone(&self.uploads),
        })
    }

    /// Makes the sizes of a picture on a blocking thread: or `picture_large`, `picture_unreadable`.
    pub async fn make(&self, mut upload: Upload, file: Bytes) -> Result<Jpegs, ErrorCode> {
        let turn = tokio::select! {
            turn = self.turns.enter(Asker::Network(upload.network)) => turn.map_err(|fair::Busy| ErrorCode::Busy)?,
            () = upload.put_out() => return Err(ErrorCode::Busy),
        };
        if !upload.keep() {
            return Err(ErrorCode::Busy);
        }
        // The file stays in memory until it is decoded, whether or not anyone still waits for it.
        let work = move || {
            let jpegs = make(&file);
            drop((file, upload, turn));
            jpegs
        };
        task::spawn_blocking(work).await.unwrap_or_else(|fault| {
            // A decoder that panics has met a file its authors have not.
            log::error!("decoding a picture failed: {fault}");
            Err(ErrorCode::PictureUnreadable)
        })
    }
}

/// Held for a few moves that do not panic; were it poisoned, it would still be whole.
fn lock(uploads: &Mutex<Uploads>) -> MutexGuard<'_, Uploads> {
    uploads.lock().unwrap_or_else(PoisonError::into_inner)
}

/// See [`Pictures::make`].
fn make(file: &[u8]) -> Result<Jpegs, ErrorCode> {
    let (square, orientation) = decode(file)?;
    let mut middle = DynamicImage::ImageRgb8(square);
    middle.apply_orientation(orientation);
    let middle = middle.into_rgb8();
    let mut jpegs = Jpegs::default();
    for (jpeg, edge) in jpegs.iter_mut().zip(PICTURE_EDGES) {
        let sized = imageops::resize(&middle, edge, edge, FilterType::CatmullRom);
        JpegEncoder::new_with_quality(jpeg, JPEG_QUALITY).encode_image(&sized).map_err(|fault| {
            log::error!("encoding a picture failed: {fault}");
            ErrorCode::Internal
        })?;
    }
    Ok(jpegs)
}

/// The middle square of a picture, at most [`MIDDLE_EDGE`] wide, and how it is to be turned.
fn decode(file: &[u8]) -> Result<(RgbImage, Orientation), ErrorCode> {
    const UNREADABLE: ErrorCode = ErrorCode::PictureUnreadable;
    if file.len() > PICTURE_BYTES_MAX {
        return Err(ErrorCode::PictureLarge);
    }
    let format = image::guess_format(file).map_err(|_| UNREADABLE)?;
    let file = whole(file, format).ok_or(UNREADABLE)?;
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(allocating(PICTURE_MEMORY_BYTES_MAX));
    let mut decoder = reader.into_decoder().map_err(|_| UNREADABLE)?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let pixels = u64::from(width) * u64::from(height);
    let memory = pixels.saturating_mul(bytes_per_pixel(file, format, color));
    if pixels > PICTURE_PIXELS_MAX || memory > PICTURE_MEMORY_BYTES_MAX {
        return Err(ErrorCode::PictureLarge);
    }
    let length = usize::try_from(decoder.total_bytes()).map_err(|_| ErrorCode::PictureLarge)?;
    decoder.set_limits(allocating(PICTURE_MEMORY_BYTES_MAX - length as u64)).map_err(|_| UNREADABLE)?;
    // A picture with a damaged EXIF is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length.max(RESERVED_BYTES_MIN)).map_err(|_| ErrorCode::Busy)?;
    bytes.resize(length, 0);
    decoder.read_image(&mut bytes).map_err(|_| UNREADABLE)?;
    let square = Square::of(&bytes, color, width, height).ok_or(UNREADABLE)?;
    Ok((square.shrunk(), orientation))
}

fn allocating(bytes: u64) -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(bytes);
    limits
}

/// The picture in a file, where the format is one we take and it is not cut short in a way that its decoder would
/// overlook. What stands behind a JPEG is left off: cameras put films, depth and further pictures there.
fn whole(file: &[u8], format: ImageFormat) -> Option<&[u8]> {
    match format {
        // The decoder paints what is missing grey.
        ImageFormat::Jpeg => jpeg::first_image(file),
        ImageFormat::Bmp | ImageFormat::Gif | ImageFormat::Png | ImageFormat::WebP => Some(file),
        _ => None,
    }
}

/// Bytes of memory that each pixel takes while it is decoded: the pixel itself, and what its decoder keeps beside it.
fn bytes_per_pixel(file: &[u8], format: ImageFormat, color: ColorType) -> u64 {
    let beside = match format {
        // Coefficients of two bytes for each component, where they come in more than one scan.
        ImageFormat::Jpeg if jpeg::has_several_scans(file) => 8,
        // The first frame may not be the whole picture.
        ImageFormat::Gif => 4,
        // A canvas and a frame on it; or a plane of all four colours.
        ImageFormat::WebP if file.get(12..16) == Some(b"VP8X") && file.get(20).is_some_and(|flags| flags & 2 != 0) => 8,
        ImageFormat::WebP => 4,
        _ => 0,
    };
    u64::from(color.bytes_per_pixel()) + beside
}

/// The middle square of decoded pixels, seen as opaque on white. Copies nothing.
struct Square<'a> {
    bytes: &'a [u8],
    /// Pixels of a row of the whole picture.
    width: u32,
    left: u32,
    top: u32,
    edge: u32,
    channels: usize,
    sample_bytes: usize,
}

impl<'a> Square<'a> {
    /// `None` for a picture without pixels, or of a kind that none of our formats has.
    fn of(bytes: &'a [u8], color: ColorType, width: u32, height: u32) -> Option<Self> {
        let edge = width.min(height);
        let channels = usize::from(color.channel_count());
        let sample_bytes = usize::from(color.bytes_per_pixel()) / channels;
        let known = edge > 0 && (1..=4).contains(&channels) && (1..=2).contains(&sample_bytes);
        let (left, top) = ((width - edge) / 2, (height - edge) / 2);
        if known { Some(Self { bytes, width, left, top, edge, channels, sample_bytes }) } else { None }
    }

    fn shrunk(&self) -> RgbImage {
        // Averaging reads each pixel once; the finer filter would hold rows of numbers for all of them.
        let edge = self.edge.min(MIDDLE_EDGE);
        imageops::thumbnail(self, edge, edge)
    }
}

impl GenericImageView for Square<'_> {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.edge, self.edge)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let pixel = (self.top + y) as usize * self.width as usize + (self.left + x) as usize;
        let at = pixel * self.channels * self.sample_bytes;
        let sample = |channel: usize| match self.sample_bytes {
            1 => self.bytes[at + channel],
            // Of 16 bits in the machine's order, the upper 8.
            _ => (u16::from_ne_bytes([self.bytes[at + 2 * channel], self.bytes[at + 2 * channel + 1]]) >> 8) as u8,
        };
        let opacity = if self.channels.is_multiple_of(2) { sample(self.channels - 1) } else { u8::MAX };
        let on_white = |value: u8| {
            let (value, opacity) = (u16::from(value), u16::from(opacity));
            ((value * opacity + 255 * (255 - opacity)) / 255) as u8
        };
        let rgb = if self.channels < 3 { [0, 0, 0] } else { [0, 1, 2] };
        Rgb(rgb.map(|channel| on_white(sample(channel))))
    }
}

#[cfg(test)]
mod tests;
