//! Profile pictures: any file a person gives becomes three small square JPEGs, or a clear refusal.

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use image::RgbImage;
use tokio::sync::oneshot;
use tokio::task;

use super::resize::{Resize, resized};
use super::{Bounds, PreviewFault, decode, encode, turned};
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

/// Of [`PICTURE_EDGES`]; the smaller ones are made of it.
const LARGEST_EDGE: u32 = PICTURE_EDGES[PICTURE_EDGES.len() - 1];

const BOUNDS: Bounds =
    Bounds { bytes: PICTURE_BYTES_MAX as u64, pixels: PICTURE_PIXELS_MAX, memory_bytes: PICTURE_MEMORY_BYTES_MAX };

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

impl From<PreviewFault> for ErrorCode {
    fn from(fault: PreviewFault) -> Self {
        match fault {
            PreviewFault::NotDecoded | PreviewFault::Unreadable => Self::PictureUnreadable,
            PreviewFault::Large => Self::PictureLarge,
            PreviewFault::Failed => Self::Busy,
        }
    }
}

/// See [`Pictures::make`].
fn make(file: &[u8]) -> Result<Jpegs, ErrorCode> {
    let largest = square(file)?;
    let mut jpegs = Jpegs::default();
    for (jpeg, edge) in jpegs.iter_mut().zip(PICTURE_EDGES) {
        *jpeg = encode(&resized(&largest, (edge, edge)), JPEG_QUALITY)?;
    }
    Ok(jpegs)
}

/// The middle square of a picture in the largest size, the right way up.
fn square(file: &[u8]) -> Result<RgbImage, PreviewFault> {
    let source = decode::open(Cursor::new(file), file.len() as u64, &BOUNDS)?;
    let edge = source.width.min(source.height);
    let [left, top] = [source.width, source.height].map(|length| ((length - edge) / 2) as usize);
    let (rows, columns) = (top..top + edge as usize, 3 * left..3 * (left + edge as usize));
    let orientation = source.orientation;
    let mut resize = Resize::new((edge, edge), (LARGEST_EDGE, LARGEST_EDGE));
    let mut y = 0;
    source.rows(|row| {
        if rows.contains(&y) {
            resize.row(&row[columns.clone()]);
        }
        y += 1;
    })?;
    let square = resize.finish().ok_or(PreviewFault::Unreadable)?;
    Ok(turned(square, orientation))
}

#[cfg(test)]
mod tests;
