//! What the box is called, and the DNS label made of it.

use std::fmt;

use crate::proto::fold::fold;
use crate::proto::limits::BOX_NAME_CHARS_MAX;

/// The name of the box as people see it: 1 to 32 visible characters of any script.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BoxName {
    text: String,
    label: String,
}

impl BoxName {
    /// What is allowed, for error messages.
    pub const ALLOWED: &str = "1 to 32 visible characters";
    /// The name, and the label, of a box that nobody named.
    pub const DEFAULT: &str = "porch";

    /// Takes a name, without white space around it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_sized = (1..=BOX_NAME_CHARS_MAX).contains(&text.chars().count());
        (is_sized && !text.chars().any(char::is_control)).then(|| Self { text: text.into(), label: label(text) })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name as one ASCII label: what stands before `.local`.
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl Default for BoxName {
    fn default() -> Self {
        Self { text: Self::DEFAULT.into(), label: Self::DEFAULT.into() }
    }
}

impl fmt::Display for BoxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// ASCII letters and digits of the folded name, hyphens for what lies between.
/// A name without any becomes `porch`: an address that nobody can type on every keyboard is no address.
fn label(text: &str) -> String {
    let words = fold(text).replace(|c: char| !c.is_ascii_alphanumeric(), " ");
    // One character may have become many, and a DNS label has 63 at most.
    let label: String =
        words.split_ascii_whitespace().collect::<Vec<_>>().join("-").chars().take(BOX_NAME_CHARS_MAX).collect();
    match label.trim_end_matches('-') {
        "" => BoxName::DEFAULT.into(),
        label => label.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::name::DnsName;

    #[test]
    fn a_name_becomes_a_label_that_anyone_can_type() {
        let cases = [
            ("porch", "porch"),
            ("Class 7b", "class-7b"),
            ("  Café Zoë! ", "cafe-zoe"),
            ("Ｆｕｌｌ", "full"),
            ("Łódź", "lodz"),
            ("Smørrebrød Þór", "smorrebrod-thor"),
            ("Straße 7", "strasse-7"),
            ("教室", "porch"),
            ("教室 2", "2"),
            ("--", "porch"),
            ("xn--p1ai", "xn-p1ai"),
            (&"㎑".repeat(32), "khzkhzkhzkhzkhzkhzkhzkhzkhzkhzkh"),
            (&"㏂ ".repeat(16), "a-m-a-m-a-m-a-m-a-m-a-m-a-m-a-m"),
        ];
        for (name, label) in cases {
            let name = BoxName::parse(name).unwrap();
            assert_eq!(name.label(), label);
            assert!(DnsName::parse(&format!("{label}.local")).is_some(), "{label}");
        }
    }

    #[test]
    fn a_name_without_or_with_too_many_characters_is_refused() {
        assert_eq!(BoxName::parse(" \u{3000}"), None);
        assert_eq!(BoxName::parse("a\nb"), None);
        assert_eq!(BoxName::parse(&"好".repeat(33)), None);
        assert!(BoxName::parse(&"好".repeat(32)).is_some());
    }
}
