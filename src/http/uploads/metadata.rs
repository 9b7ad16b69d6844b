//! What is said of a file beside its bytes (tus, Upload-Metadata): pairs of a key and base64.

use axum::http::HeaderValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::proto::blob::FileName;
use crate::proto::code::ErrorCode;
use crate::proto::limits::{MEDIA_TYPE_BYTES_MAX, UPLOAD_METADATA_BYTES_MAX};

/// The keys that browsers' clients send.
const NAME: &str = "filename";
const MEDIA_TYPE: &str = "filetype";

#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Metadata {
    pub(super) name: FileName,
    pub(super) media_type: String,
}

/// Reads the header; what else a client says in it is passed over.
pub(super) fn read(header: Option<&HeaderValue>) -> Result<Metadata, ErrorCode> {
    let Some(header) = header else { return Ok(Metadata::default()) };
    let text = header.to_str().map_err(|_| ErrorCode::BadRequest)?;
    if text.len() > UPLOAD_METADATA_BYTES_MAX {
        return Err(ErrorCode::BadRequest);
    }
    let mut read = Metadata::default();
    for pair in text.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or_else(|| (pair.trim(), ""));
        if ![NAME, MEDIA_TYPE].contains(&key) {
            continue;
        }
        let value = BASE64_STANDARD.decode(value.trim()).map_err(|_| ErrorCode::BadRequest)?;
        let value = String::from_utf8(value).map_err(|_| ErrorCode::BadRequest)?;
        match key {
            NAME => read.name = value.into(),
            _ if is_media_type(&value) => read.media_type = value,
            _ => {}
        }
    }
    Ok(read)
}

/// The same, as it was taken.
pub(super) fn written(name: &FileName, media_type: &str) -> HeaderValue {
    let pairs = [(NAME, name.as_str()), (MEDIA_TYPE, media_type)];
    let said: Vec<_> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key} {}", BASE64_STANDARD.encode(value)))
        .collect();
    HeaderValue::try_from(said.join(",")).unwrap_or(HeaderValue::from_static(""))
}

/// Whether this is a media type, without parameters (RFC 6838, section 4.2).
fn is_media_type(text: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.len() <= MEDIA_TYPE_BYTES_MAX && text.split_once('/').is_some_and(|(kind, sub)| is_name(kind) && is_name(sub))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &'static str) -> Result<Metadata, ErrorCode> {
        read(Some(&HeaderValue::from_static(text)))
    }

    #[test]
    fn a_files_name_and_kind_are_read_and_told_again() {
        // "图.png", "image/png".
        let header = "filename 5Zu+LnBuZw==,filetype aW1hZ2UvcG5n";
        let metadata = of(header).unwrap();
        assert_eq!((metadata.name.as_str(), metadata.media_type.as_str()), ("图.png", "image/png"));
        assert_eq!(written(&metadata.name, &metadata.media_type), header);
        assert_eq!(of("is_confidential, filename 5Zu+LnBuZw==").unwrap().name.as_str(), "图.png");
        assert_eq!(of("").unwrap(), Metadata::default());
        assert_eq!(read(None).unwrap(), Metadata::default());
    }

    #[test]
    fn what_is_no_text_is_refused_and_what_is_no_kind_is_left_out() {
        for wrong in ["filename ???", "filename /w=="] {
            assert_eq!(of(wrong), Err(ErrorCode::BadRequest), "{wrong}");
        }
        for (text, fits) in [("image/png", true), ("text/html; charset=utf-8", false), ("image", false), ("/", false)] {
            assert_eq!(is_media_type(text), fits, "{text}");
        }
    }
}
