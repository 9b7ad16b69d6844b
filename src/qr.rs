//! QR codes: for a terminal as half blocks, for a page as SVG.

use qrcode::bits::Bits;
use qrcode::render::unicode::Dense1x2;
use qrcode::{Color, EcLevel, QrCode, Version};

use crate::html::escape;

/// Modules of light around a code, which readers need (ISO/IEC 18004, section 6.3.8).
const QUIET_MODULES: usize = 4;

/// The number of UTF-8 among the encodings that a code can name (AIM ECI).
const ECI_UTF_8: u32 = 26;

/// The smallest code that holds the text, readable with 15 % of it damaged.
fn code(text: &str) -> Option<QrCode> {
    if text.is_ascii() {
        return QrCode::new(text).ok();
    }
    // Readers guess the encoding of what names none, and take short Chinese texts for Japanese ones.
    (1..=40).find_map(|version| {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_eci_designator(ECI_UTF_8).ok()?;
        bits.push_byte_data(text.as_bytes()).ok()?;
        bits.push_terminator(EcLevel::M).ok()?;
        QrCode::with_bits(bits, EcLevel::M).ok()
    })
}

/// In half blocks, dark on light whatever the terminal's colours. None when the text is too long for any code.
pub fn terminal(text: &str) -> Option<String> {
    let code = code(text)?;
    let drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Dark).light_color(Dense1x2::Light).build();
    const BLACK_ON_WHITE: &str = "\x1b[30;47m";
    const RESET: &str = "\x1b[0m";
    Some(drawn.lines().map(|line| format!("{BLACK_ON_WHITE}{line}{RESET}\n")).collect())
}

/// As an SVG element of the class `qr` with its quiet zone, one unit a module, to be given a size by whoever shows it. `label` is what
/// a screen reader says; it is escaped here. None when the text is too long for any code.
pub fn svg(text: &str, label: &str) -> Option<String> {
    let code = code(text)?;
    let width = code.width();
    let edge = width + 2 * QUIET_MODULES;
    let path: String = code.to_colors().chunks(width).enumerate().flat_map(|(y, row)| runs(row, y)).collect();
    Some(format!(
        "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {edge} {edge}\" role=\"img\" aria-label=\"{}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{edge}v{edge}H0z\"/><path fill=\"#000\" \
         d=\"{path}\"/></svg>",
        escape(label)
    ))
}

/// The dark runs of a row as pieces of an SVG path.
fn runs(row: &[Color], y: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut x = 0;
    for run in row.chunk_by(|a, b| a == b) {
        if run[0] == Color::Dark {
            let length = run.len();
            pieces.push(format!("M{} {}h{length}v1h-{length}z", x + QUIET_MODULES, y + QUIET_MODULES));
        }
        x += run.len();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_fits_a_terminal() {
        let code = terminal("https://192.168.100.100:8443").unwrap();
        assert!(code.lines().count() < 24);
        // The quiet zone around it is left as light as the background: phones do not read a negative.
        let first = code.lines().next().unwrap().trim_start_matches("\x1b[30;47m").trim_end_matches("\x1b[0m");
        assert!(first.chars().all(|c| c == ' '), "{first:?}");
    }

    #[test]
    fn an_svg_has_a_label_that_breaks_nothing() {
        let drawn = svg("https://192.168.1.5", "a \"b\" <c>").unwrap();
        assert!(drawn.contains("aria-label=\"a &quot;b&quot; &lt;c&gt;\""), "{drawn}");
        assert!(drawn.contains("viewBox=\"0 0 33 33\""), "{drawn}");
    }

    #[test]
    fn a_text_that_no_code_holds_gives_none() {
        let long = "x".repeat(3_000);
        assert_eq!((terminal(&long), svg(&long, "")), (None, None));
    }

    #[test]
    fn a_row_is_drawn_by_its_dark_runs() {
        use Color::{Dark, Light};
        assert_eq!(runs(&[Dark, Dark, Light, Dark], 0), ["M4 4h2v1h-2z", "M7 4h1v1h-1z"]);
    }
}
