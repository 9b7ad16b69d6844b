//! Answers that a client may keep and asks about again: by a tag made of their bytes (RFC 9110, section 8.8.3).

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderMap;
use axum::http::header::{HeaderValue, IF_NONE_MATCH};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Bytes of the content's hash in a tag: no two answers meet by chance.
const HASH_BYTES: usize = 16;

/// The tag of an answer with these bytes. `form` tells forms of one content apart, and is of visible ASCII.
pub(super) fn of(bytes: &[u8], form: &str) -> HeaderValue {
    let hash = BASE64_URL_SAFE_NO_PAD.encode(&digest(&SHA256, bytes).as_ref()[..HASH_BYTES]);
    HeaderValue::try_from(format!("\"{hash}{form}\"")).expect("base64 and a form's name are visible ASCII")
}

/// Whether the client has the answer with this tag already (RFC 9110, section 13.1.2: a weak comparison).
pub(super) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut known = lines.flat_map(|line| line.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_of_the_bytes_and_the_form() {
        assert_eq!(of(b"a", ""), of(b"a", ""));
        assert_ne!(of(b"a", ""), of(b"b", ""));
        assert_ne!(of(b"a", ""), of(b"a", ".br"));
        assert!(of(b"a", ".br").to_str().unwrap().ends_with(".br\""));
    }

    #[test]
    fn a_tag_is_known_however_it_stands_there() {
        let tag = of(b"a", "");
        let text = tag.to_str().unwrap();
        let known = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(IF_NONE_MATCH, line.parse().unwrap());
            }
            is_known(&headers, &tag)
        };
        assert!(known(&[text]) && known(&[&format!("W/{text}")]) && known(&["*"]));
        assert!(known(&[&format!("\"other\", {text}")]) && known(&["\"other\"", text]));
        assert!(!known(&[]) && !known(&["\"other\""]) && !known(&[text.trim_matches('"')]));
    }
}
