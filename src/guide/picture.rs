//! The pictures of the steps: plain drawings of what to look for on a screen, made here, no system's own looks.

use crate::html::escape;

use super::lang::{Lang, Said};

/// Units of the drawing's width; what is written in it fits up to some 38 letters.
const WIDTH: usize = 300;
const BAR: usize = 34;
const ROW: usize = 36;
const LINE: usize = 20;

/// One line of a list.
#[derive(Clone, Copy, Debug)]
pub(super) enum Row {
    /// There for orientation.
    Plain(Said),
    /// To be pressed.
    Press(Said),
    /// A switch to be turned on.
    Switch(Said),
    /// A box to be ticked.
    Tick(Said),
}

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Picture {
    /// A page of settings: what stands above it, and its rows.
    List(Said, &'static [Row]),
    /// A question: what it says, the button beside, and the one to press.
    Question(&'static [Said], Said, Said),
}

impl Picture {
    pub(super) fn draw(&self, lang: Lang) -> String {
        let (height, title, inside) = match self {
            Self::List(above, rows) => list(lang, *above, rows),
            Self::Question(lines, other, press) => question(lang, lines, *other, *press),
        };
        let title = escape(&title);
        let (frame_width, frame_height) = (WIDTH - 2, height - 2);
        format!(
            r#"<svg class="picture" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}"><title>{title}</title><rect class="frame" x="1" y="1" width="{frame_width}" height="{frame_height}" rx="14"/>{inside}</svg>"#
        )
    }
}

fn list(lang: Lang, above: Said, rows: &[Row]) -> (usize, String, String) {
    let height = BAR + rows.len() * ROW + 10;
    let above = lang.of(above);
    let mut title = above.to_owned();
    let mut drawn = format!(
        r#"<path class="rule" d="M1 {BAR}h298"/><text class="bold mid" x="150" y="22">{}</text>"#,
        escape(above)
    );
    for (i, row) in rows.iter().enumerate() {
        let top = BAR + 5 + i * ROW;
        let (said, weight, mark) = match row {
            Row::Plain(said) => (said, "faint", chevron(top)),
            Row::Press(said) => (said, "bold", finger(274, top + 18)),
            Row::Switch(said) => (said, "bold", switch(top)),
            Row::Tick(said) => (said, "bold", String::new()),
        };
        let text = lang.of(*said);
        let is_goal = !matches!(row, Row::Plain(_));
        if is_goal {
            title = format!("{title} → {text}");
            drawn.push_str(&format!(
                r#"<rect class="chosen" x="8" y="{}" width="284" height="{}" rx="8"/>"#,
                top + 2,
                ROW - 4
            ));
        } else {
            drawn.push_str(&format!(r#"<path class="rule" d="M18 {}h264"/>"#, top + ROW));
        }
        let x = if matches!(row, Row::Tick(_)) { 44 } else { 20 };
        if x == 44 {
            drawn.push_str(&tick(top));
        }
        let y = top + 23;
        let class = format!("{weight}{}", tight(text, 250 - x));
        drawn.push_str(&format!(r#"<text class="{class}" x="{x}" y="{y}">{}</text>{mark}"#, escape(text)));
    }
    (height, title, drawn)
}

fn question(lang: Lang, lines: &[Said], other: Said, press: Said) -> (usize, String, String) {
    let height = 24 + lines.len() * LINE + 52;
    let mut drawn = String::new();
    for (i, line) in lines.iter().enumerate() {
        let class = format!("{} mid{}", if i == 0 { "bold" } else { "faint" }, tight(lang.of(*line), 272));
        let y = 30 + i * LINE;
        drawn.push_str(&format!(r#"<text class="{class}" x="150" y="{y}">{}</text>"#, escape(lang.of(*line))));
    }
    let (top, text) = (height - 46, height - 26);
    let (other, press) = (lang.of(other), lang.of(press));
    drawn.push_str(&format!(
        r#"<rect class="edge" x="14" y="{top}" width="130" height="32" rx="8"/><text class="mid{}" x="79" y="{text}">{}</text><rect class="press" x="156" y="{top}" width="130" height="32" rx="8"/><text class="press-text mid{}" x="221" y="{text}">{}</text>"#,
        tight(other, 122),
        escape(other),
        tight(press, 122),
        escape(press)
    ));
    let said: Vec<_> = lines.iter().map(|line| lang.of(*line)).collect();
    (height, format!("{} → {press}", said.join(" ")), drawn)
}

/// A further class for what would not fit into so many units in full size, by the widths of a wide font.
fn tight(text: &str, room: usize) -> &'static str {
    let tenths: usize = text.chars().map(|c| if c.is_ascii() { 78 } else { 130 }).sum();
    if tenths > room * 10 { " tight" } else { "" }
}

fn chevron(top: usize) -> String {
    format!(r#"<path class="edge" d="M274 {}l5 5-5 5"/>"#, top + 13)
}

/// Where to press.
fn finger(x: usize, y: usize) -> String {
    format!(r#"<circle class="press" cx="{x}" cy="{y}" r="4"/><circle class="finger" cx="{x}" cy="{y}" r="9"/>"#)
}

fn switch(top: usize) -> String {
    let (y, knob) = (top + 8, top + 18);
    format!(
        r#"<rect class="press" x="246" y="{y}" width="36" height="20" rx="10"/><circle class="knob" cx="272" cy="{knob}" r="7"/>"#
    )
}

fn tick(top: usize) -> String {
    let (y, start) = (top + 10, top + 18);
    format!(
        r#"<rect class="press" x="20" y="{y}" width="16" height="16" rx="3"/><path class="tick" d="M23.5 {start}l3 3.5 6-7"/>"#
    )
}

#[cfg(test)]
mod tests {
    use super::super::lang::said;
    use super::*;

    #[test]
    fn a_picture_says_in_words_what_it_shows() {
        const ROWS: &[Row] = &[Row::Plain(said("Wi-Fi", "无线局域网")), Row::Press(said("A & B", "甲"))];
        let drawn = Picture::List(said("Settings", "设置"), ROWS).draw(Lang::En);
        assert!(drawn.contains(r#"role="img" aria-label="Settings → A &amp; B""#), "{drawn}");
        assert!(drawn.contains("<title>Settings → A &amp; B</title>"), "{drawn}");
        assert!(!drawn.contains("设置"));
    }
}
