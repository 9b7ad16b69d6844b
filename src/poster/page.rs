//! The poster as HTML, and the small pages around it.

use crate::guide::{Lang, shell};
use crate::html::escape;
use crate::qr::svg;

use super::texts::{Texts, texts};
use super::{Paper, Poster, Wifi};

const STYLE: &str = include_str!("poster.css");

/// The style of everything here, for one paper.
pub fn style(paper: Paper) -> String {
    let size = match paper {
        Paper::A4 => "A4",
        Paper::Letter => "letter",
    };
    format!("@page {{ size: {size} portrait; margin: 0; }}\n{STYLE}")
}

/// How a poster is looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct View {
    pub lang: Lang,
    pub paper: Paper,
    /// The invite's number, for the links to the other language and paper.
    pub invite: Option<u64>,
    /// Whether it was opened with the stamp of an earlier poster.
    pub outdated: bool,
}

/// The sheet. None where what is to be said does not fit a QR code, which the limits of settings and configuration
/// exclude.
pub fn page(poster: &Poster, view: View) -> Option<String> {
    let t = texts(view.lang);
    let mut steps = Vec::new();
    match &poster.wifi {
        Some(wifi) => steps.push(wifi_step(wifi, t)?),
        None => steps.push(step("", t.network, &paragraph(t.network_how), "")),
    }
    steps.push(page_step(poster, t)?);
    steps.extend(trust_step(poster, t, view.lang));
    let begin = if poster.invite.is_some() { t.invited_how } else { t.begin_how };
    steps.push(step("", t.begin, &paragraph(begin), ""));
    let name = escape(&poster.box_name);
    let sheet = format!(
        "<main class=\"sheet\"><header><h1>{name}</h1><p class=\"lead\">{}</p></header>\n<ol class=\"{}\">{}</ol>\n\
         <footer><p>{}</p><p class=\"stamp\">{} {}</p></footer></main>",
        t.lead,
        if poster.wifi.is_some() { "two-codes" } else { "one-code" },
        steps.concat(),
        t.stuck,
        t.stamped,
        poster.stamp()
    );
    Some(document(&name, view, &format!("{}\n{sheet}", toolbar(t, view))))
}

fn wifi_step(wifi: &Wifi, t: &Texts) -> Option<String> {
    let key = if wifi.key.is_empty() { t.wifi_open.to_owned() } else { format!("<code>{}</code>", escape(&wifi.key)) };
    let hidden = if wifi.hidden { paragraph(t.wifi_hidden) } else { String::new() };
    let body = format!(
        "{}<dl><div><dt>{}</dt><dd><code>{}</code></dd></div><div><dt>{}</dt><dd>{key}</dd></div></dl>{hidden}",
        paragraph(t.wifi_how),
        t.wifi_name,
        escape(&wifi.name),
        t.wifi_key
    );
    Some(step("wifi", t.wifi, &body, &svg(&wifi.code(), t.wifi_code)?))
}

fn page_step(poster: &Poster, t: &Texts) -> Option<String> {
    let link = poster.link();
    let typed = [Some(poster.address()), poster.named()].into_iter().flatten();
    let typed: Vec<_> = typed.map(|address| format!("<code>{}</code>", escape(&address))).collect();
    let body = format!(
        "{}{}<p class=\"typed\">{}</p>",
        paragraph(t.open_how),
        paragraph(t.open_typed),
        typed.join(&format!(" <span>{}</span> ", t.or))
    );
    let code = format!("{}<p class=\"link\">{}</p>", svg(&link, t.open_code)?, escape(&link));
    Some(step("page", t.open, &body, &code))
}

/// None where there is nothing to trust: the owner brought a certificate that devices trust already.
fn trust_step(poster: &Poster, t: &Texts, lang: Lang) -> Option<String> {
    let fingerprint = poster.fingerprint.as_ref()?;
    let known_by = if poster.words.is_empty() {
        format!("<p class=\"fingerprint\"><code>{}</code></p>", escape(fingerprint))
    } else {
        let words: Vec<_> = poster.words.iter().map(|word| format!("<b>{}</b>", word.html(lang))).collect();
        format!("<p class=\"words\">{}</p>", words.join(" "))
    };
    Some(step("", t.trust, &format!("{}{}{known_by}", paragraph(t.trust_how), paragraph(t.trust_words)), ""))
}

fn step(class: &str, title: &str, body: &str, code: &str) -> String {
    let code = if code.is_empty() { String::new() } else { format!("<figure>{code}</figure>") };
    format!("<li class=\"{class}\"><div><h2>{title}</h2>{body}</div>{code}</li>\n")
}

fn paragraph(text: &str) -> String {
    format!("<p>{text}</p>")
}

/// What stands above the sheet on a screen, and is not printed.
fn toolbar(t: &Texts, view: View) -> String {
    let lang = match view.lang {
        Lang::En => Lang::Zh,
        Lang::Zh => Lang::En,
    };
    let (paper, paper_name) = match view.paper {
        Paper::A4 => (Paper::Letter, "Letter"),
        Paper::Letter => (Paper::A4, "A4"),
    };
    let changed = if view.outdated { format!("<p role=\"status\">{}</p>", t.changed) } else { String::new() };
    let (in_language, on_paper) = (View { lang, ..view }.query(), View { paper, ..view }.query());
    format!(
        "<nav class=\"screen\"><strong>{} (Ctrl+P, ⌘P)</strong> \
         <a href=\"/poster{}\" lang=\"{}\">{}</a> <a href=\"/poster{}\">{paper_name}</a>{changed}</nav>",
        t.print,
        escape(&in_language),
        lang.tag(),
        lang.name(),
        escape(&on_paper)
    )
}

impl View {
    /// The part of its address behind the path.
    pub fn query(self) -> String {
        let invite = self.invite.map(|invite| format!("&invite={invite}")).unwrap_or_default();
        format!("?lang={}&paper={}{invite}", self.lang.key(), self.paper.name())
    }
}

/// Whom an old poster has led here, and where to.
pub struct OldPoster<'a> {
    /// Addresses of the box by now.
    pub addresses: &'a [String],
    pub for_owner: bool,
}

/// Tells somebody who followed an old poster's link where the box is.
pub fn notice(box_name: &str, old: &OldPoster<'_>, lang: Lang) -> String {
    let t = texts(lang);
    let address = |address: &String| format!("<li><a class=\"door\" href=\"{0}\">{0}</a></li>\n", escape(address));
    let addresses: String = old.addresses.iter().map(address).collect();
    let print =
        if old.for_owner { format!("{}\n", button(t.old_print, "/poster", "button quiet")) } else { String::new() };
    let body = format!(
        "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n<ul class=\"doors\">\n{addresses}</ul>\n{}\n{print}",
        t.old,
        t.old_how,
        button(t.old_go, "/", "button")
    );
    shell(lang, box_name, t.old, "", &body)
}

fn button(text: &str, to: &str, class: &str) -> String {
    format!("<p><a class=\"{class}\" href=\"{to}\">{text}</a></p>")
}

/// Why there is no poster.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    NoInvite,
    Nowhere,
    OwnerOnly,
}

/// Says why there is no poster.
pub fn note(box_name: &str, refused: Refused, lang: Lang) -> String {
    let t = texts(lang);
    let why = match refused {
        Refused::NoInvite => t.no_invite,
        Refused::Nowhere => t.nowhere,
        Refused::OwnerOnly => t.owner_only,
    };
    let body = format!("<h1>{why}</h1>\n{}", button(t.home, "/", "button"));
    shell(lang, box_name, why, "", &body)
}

/// The sheet's own page: `title` and `body` are HTML.
fn document(title: &str, view: View, body: &str) -> String {
    let (lang, paper) = (view.lang.tag(), view.paper.name());
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=850\"><link rel=\"icon\" href=\"/icon.svg\" \
         type=\"image/svg+xml\"><link rel=\"stylesheet\" href=\"/poster/{paper}.css\"></head>\n\
         <body class=\"{paper}\">\n{body}\n</body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use crate::guide::words;

    use super::*;

    fn poster() -> Poster {
        Poster {
            box_name: "<b>Ann's & Bob's</b>".into(),
            door: "192.168.1.5:80".parse().unwrap(),
            label: Some("kitchen".into()),
            fingerprint: Some("AB:CD".into()),
            words: Vec::new(),
            wifi: Some(Wifi { name: "<script>".into(), key: "a\"b&c<d>".into(), hidden: true }),
            invite: None,
            secret: vec![7; 16],
        }
    }

    #[test]
    fn what_people_wrote_is_text_and_never_markup() {
        let page = page(&poster(), View::default()).unwrap();
        assert!(page.contains("&lt;b&gt;Ann&#39;s &amp; Bob&#39;s&lt;/b&gt;"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<b>") && page.contains("&lt;script&gt;"), "{page}");
        assert!(page.contains("a&quot;b&amp;c&lt;d&gt;"), "{page}");
        assert!(!notice("<i>", &OldPoster { addresses: &[], for_owner: true }, Lang::Zh).contains("<i>"));
        assert!(!note("<i>", Refused::OwnerOnly, Lang::En).contains("<i>"));
    }

    #[test]
    fn nothing_inline_that_the_policy_refuses() {
        let page = page(&poster(), View { outdated: true, ..View::default() }).unwrap();
        assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("<script"), "{page}");
    }

    #[test]
    fn what_is_not_there_is_not_printed() {
        let all = page(&poster(), View::default()).unwrap();
        let t = texts(Lang::En);
        assert!(all.contains(t.wifi_how) && all.contains(t.trust_how) && all.contains("AB:CD"));
        let bare = Poster { wifi: None, fingerprint: None, label: None, ..poster() };
        let bare = page(&bare, View::default()).unwrap();
        assert!(!bare.contains(t.wifi_how) && !bare.contains(t.trust_how) && !bare.contains(".local"));
        let words = Poster { words: words::of(&[7; 32]).to_vec(), ..poster() };
        let in_english = page(&words, View::default()).unwrap();
        assert!(in_english.contains(">noodle<") && !in_english.contains("面条") && !in_english.contains("AB:CD"));
        let in_chinese = page(&words, View { lang: Lang::Zh, ..View::default() }).unwrap();
        assert!(in_chinese.contains(">noodle<") && in_chinese.contains("面条"));
        assert!(!all.contains(t.changed));
        let outdated = View { outdated: true, ..View::default() };
        assert!(page(&poster(), outdated).unwrap().contains(t.changed));
    }

    #[test]
    fn the_other_language_and_paper_are_of_the_same_invite() {
        let view = View { invite: Some(7), ..View::default() };
        let page = page(&poster(), view).unwrap();
        assert!(page.contains("href=\"/poster?lang=zh&amp;paper=a4&amp;invite=7\""), "{page}");
        assert!(page.contains("href=\"/poster?lang=en&amp;paper=letter&amp;invite=7\""), "{page}");
    }
}
