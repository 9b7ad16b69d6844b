//! The checksum of what one request brings (tus, Checksum).

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use axum::http::HeaderValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::proto::code::ErrorCode;

/// Those of which a client may choose; tus wants the first of every server.
pub(super) const ALGORITHMS: &str = "sha1,sha256";

/// What was said, and what has come.
pub(super) struct Checksum {
    expected: Vec<u8>,
    came: Context,
}

impl Checksum {
    /// Reads `Upload-Checksum`.
    pub(super) fn expected(header: &HeaderValue) -> Result<Self, ErrorCode> {
        let text = header.to_str().map_err(|_| ErrorCode::BadRequest)?;
        let (algorithm, digest) = text.split_once(' ').ok_or(ErrorCode::BadRequest)?;
        let algorithm = match algorithm {
            "sha1" => &SHA1_FOR_LEGACY_USE_ONLY,
            "sha256" => &SHA256,
            _ => return Err(ErrorCode::BadRequest),
        };
        let expected = BASE64_STANDARD.decode(digest.trim()).map_err(|_| ErrorCode::BadRequest)?;
        Ok(Self { expected, came: Context::new(algorithm) })
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.came.update(bytes);
    }

    pub(super) fn fits(self) -> bool {
        self.came.finish().as_ref() == self.expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_is_compared_by_the_algorithm_that_was_named() {
        let judged = |header: &'static str| {
            let mut checksum = Checksum::expected(&HeaderValue::from_static(header))?;
            checksum.update(b"hello ");
            checksum.update(b"world");
            Ok(checksum.fits())
        };
        // The example of tus.
        assert_eq!(judged("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="), Ok(true));
        assert_eq!(judged("sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="), Ok(true));
        assert_eq!(judged("sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0="), Ok(false));
        for wrong in ["md5 XrY7u+Ae7tCTyyK7j1rNww==", "sha1", "sha1 ???", ""] {
            assert_eq!(judged(wrong), Err(ErrorCode::BadRequest), "{wrong}");
        }
    }
}
