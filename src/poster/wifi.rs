//! The Wi-Fi that a poster invites into, and the code by which phones join it.

/// A network as its owner described it. An empty key is an open network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wifi {
    pub name: String,
    pub key: String,
    pub hidden: bool,
}

impl Wifi {
    /// The text that phones' cameras know (Wi-Fi Alliance, WPA3 specification, section 7, as ZXing began it). A key of 64
    /// hexadecimal digits they take for the key itself: no passphrase is as long.
    pub fn code(&self) -> String {
        let kind = if self.key.is_empty() { "nopass" } else { "WPA" };
        let key = if self.key.is_empty() { String::new() } else { format!("P:{};", escaped(&self.key)) };
        let hidden = if self.hidden { "H:true;" } else { "" };
        format!("WIFI:T:{kind};S:{};{key}{hidden};", escaped(&self.name))
    }
}

/// A backslash before what has a meaning there.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| "\\;,:\"".contains(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str, key: &str, hidden: bool) -> String {
        Wifi { name: name.into(), key: key.into(), hidden }.code()
    }

    #[test]
    fn a_network_is_written_as_phones_read_it() {
        assert_eq!(code("Home", "correct horse", false), "WIFI:T:WPA;S:Home;P:correct horse;;");
        let digits = "0123456789abcdef".repeat(4);
        assert_eq!(code("Home", &digits, false), format!("WIFI:T:WPA;S:Home;P:{digits};;"));
        assert_eq!(code("Home", "", false), "WIFI:T:nopass;S:Home;;");
        assert_eq!(code("Home", "correct horse", true), "WIFI:T:WPA;S:Home;P:correct horse;H:true;;");
    }

    #[test]
    fn what_has_a_meaning_there_is_escaped() {
        assert_eq!(code(r#"a;b,c:d"e\f"#, "12345;78", false), r#"WIFI:T:WPA;S:a\;b\,c\:d\"e\\f;P:12345\;78;;"#);
        assert_eq!(code("厨房 Wi-Fi", "", true), "WIFI:T:nopass;S:厨房 Wi-Fi;H:true;;");
    }
}
