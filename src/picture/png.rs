//! A PNG, row by row: it needs memory for a few of its rows only, whatever its size. One that is interlaced is decoded
//! whole.

use std::io::{BufRead, Seek};

use ::png::{Decoder, DecodingError, Limits, Reader, Transformations};
use image::metadata::Orientation;

use super::white::White;
use super::{Bounds, PreviewFault};
use crate::proto::limits::PICTURE_PNG_BYTES_MAX;

pub(super) struct Png<R: BufRead + Seek> {
    reader: Reader<R>,
    white: White,
    /// Bytes of a row.
    row_bytes: usize,
    /// Bytes of the picture, where all are needed at once.
    whole_bytes: Option<usize>,
}

impl From<DecodingError> for PreviewFault {
    fn from(error: DecodingError) -> Self {
        match error {
            DecodingError::IoError(error) => error.into(),
            DecodingError::LimitsExceeded => Self::Large,
            DecodingError::Format(_) | DecodingError::Parameter(_) => Self::Unreadable,
        }
    }
}

impl<R: BufRead + Seek> Png<R> {
    /// Reads what stands before the pixels.
    pub(super) fn open(file: R, bounds: &Bounds) -> Result<Self, PreviewFault> {
        let mut decoder = Decoder::new_with_limits(file, Limits { bytes: PICTURE_PNG_BYTES_MAX });
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        // Colours of a palette as such, and of 16 bits the upper 8.
        decoder.set_transformations(Transformations::normalize_to_color8());
        let (width, height) = decoder.read_header_info()?.size();
        if !bounds.allow((width, height)) {
            return Err(PreviewFault::Large);
        }
        let reader = decoder.read_info()?;
        let row_bytes = reader.output_line_size(width).ok_or(PreviewFault::Large)?;
        let whole_bytes = reader.output_buffer_size().ok_or(PreviewFault::Large)?;
        let whole_bytes = reader.info().interlaced.then_some(whole_bytes);
        if whole_bytes.is_some_and(|bytes| bytes as u64 > bounds.memory_bytes) {
            return Err(PreviewFault::Large);
        }
        let (color, _) = reader.output_color_type();
        let white = White::of(color.samples()).ok_or(PreviewFault::Unreadable)?;
        Ok(Self { reader, white, row_bytes, whole_bytes })
    }

    pub(super) fn size(&self) -> (u32, u32) {
        self.reader.info().size()
    }

    pub(super) fn orientation(&self) -> Option<Orientation> {
        Orientation::from_exif_chunk(self.reader.info().exif_metadata.as_deref()?)
    }

    pub(super) fn is_interlaced(&self) -> bool {
        self.whole_bytes.is_some()
    }

    /// Bytes for which a buffer is needed, or none.
    pub(super) fn whole_bytes(&self) -> usize {
        self.whole_bytes.unwrap_or(0)
    }

    /// Gives each row, from top to bottom. The buffer is as long as [`Png::whole_bytes`].
    pub(super) fn rows(mut self, whole: &mut [u8], mut take: impl FnMut(&[u8])) -> Result<(), PreviewFault> {
        if self.is_interlaced() {
            self.reader.next_frame(whole)?;
            whole.chunks_exact(self.row_bytes).for_each(|row| take(self.white.row(row)));
            return Ok(());
        }
        while let Some(row) = self.reader.next_row()? {
            // The first picture of an animation may say that it is smaller than the whole.
            if row.data().len() != self.row_bytes {
                return Err(PreviewFault::Unreadable);
            }
            take(self.white.row(row.data()));
        }
        Ok(())
    }
}
