//! The languages of the pages, and a text in all of them.

use serde::Deserialize;

/// A language the pages are written in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// A text in every language: none can be forgotten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    en: &'static str,
    zh: &'static str,
}

pub(super) const fn said(en: &'static str, zh: &'static str) -> Said {
    Said { en, zh }
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The one that an `Accept-Language` header prefers (RFC 9110, section 12.5.4); English where it names neither.
    pub fn of_header(accepted: &str) -> Self {
        let mut best = (Self::En, 0.0);
        for item in accepted.split(',') {
            let mut parts = item.split(';').map(str::trim);
            let range = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let lang = Self::ALL.into_iter().find(|lang| {
                let primary = range.split('-').next().unwrap_or_default();
                primary.eq_ignore_ascii_case(lang.key())
            });
            if let Some(lang) = lang.filter(|_| weight > best.1) {
                best = (lang, weight);
            }
        }
        best.0
    }

    /// By the name it has in a page's address.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.key() == key)
    }

    /// The name in a page's address.
    pub fn key(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// For `lang` attributes (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
        }
    }

    /// What its speakers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    pub(super) fn of(self, said: Said) -> &'static str {
        match self {
            Self::En => said.en,
            Self::Zh => said.zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_that_there_is_wins() {
        for (accepted, lang) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("en-GB,en;q=0.9,zh-CN;q=0.8", Lang::En),
            ("de-DE,zh-TW;q=0.7,en;q=0.3", Lang::Zh),
            ("fr, ZH;q=0.1", Lang::Zh),
            ("zh;q=0, en;q=0.1", Lang::En),
            ("de", Lang::En),
            ("zho", Lang::En),
            ("", Lang::En),
            (";;,,q=", Lang::En),
        ] {
            assert_eq!(Lang::of_header(accepted), lang, "{accepted}");
        }
    }
}
