//! QR codes as drawings in a page.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

use super::escape::escape;

/// Modules of light around a code (ISO/IEC 18004, section 6.3.8).
const QUIET: usize = 4;

/// The code of a text, dark on light in every scheme, with `label` for those who do not see it. None where the text is
/// too long for one.
pub(super) fn svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (i, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", i % width + QUIET, i / width + QUIET);
        }
    }
    let (side, label) = (width + 2 * QUIET, escape(label));
    Some(format!(
        r##"<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_has_no_code() {
        assert!(svg("http://192.168.1.7/", "scan").is_some_and(|svg| svg.contains("viewBox=\"0 0 33 33\"")));
        assert_eq!(svg(&"a".repeat(5_000), "scan"), None);
    }
}
