//! What all pages have around them.

use crate::html::escape;

use super::lang::Lang;

/// A door ajar, as an icon of 24 by 24.
const DOOR: &str = r#"<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 21V4a1 1 0 0 1 1-1h12a1 1 0 0 1 1 1v17M3 21h18M9 21V6l7-2v17M12.5 12.5v1"/></svg>"#;

/// A whole page: `title` as plain text, `above` and `body` as HTML.
pub fn shell(lang: Lang, box_name: &str, title: &str, above: &str, body: &str) -> String {
    let (tag, title, name) = (lang.tag(), escape(title), escape(box_name));
    format!(
        r#"<!doctype html>
<html lang="{tag}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/guide.css">
</head>
<body>
<header><p class="brand">{DOOR}<bdi>{name}</bdi></p>{above}</header>
<main>
{body}
</main>
</body>
</html>
"#
    )
}
