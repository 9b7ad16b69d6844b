//! What a browser is told of a file's name (RFC 6266, RFC 8187).
//!
//! Chromium, Firefox and Safari take `filename*` where it is there, whatever `filename` says, so that every name is saved
//! as it is, but for what their systems do not take (a dot in front, a colon). `filename` alone is taken to be more than it
//! says: some read `%41` in it as a letter, Chromium and Firefox an encoded word of mail (`=?UTF-8?B?…?=`), and programs
//! end it at a quote, escaped or not. So whoever reads it only gets a name without any of that (RFC 6266, appendix D).

use std::fmt::Write;

use axum::http::HeaderValue;

use crate::proto::blob::FileName;

/// In place of what older programs may not read.
const INSTEAD: char = '_';

/// The value of `Content-Disposition`; `kind` is `inline` or `attachment`. Without a name the page's own word for the file
/// counts, or the address.
pub(super) fn disposition(kind: &'static str, name: &FileName) -> HeaderValue {
    let name = name.as_str();
    if name.is_empty() {
        return HeaderValue::from_static(kind);
    }
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { INSTEAD }).collect();
    let mut value = format!("{kind}; filename=\"{plain}\"");
    if plain != name {
        value += "; filename*=UTF-8''";
        name.bytes().for_each(|byte| push(&mut value, byte));
    }
    // Visible ASCII throughout; were it not, the file would come without its name.
    HeaderValue::try_from(value).unwrap_or_else(|_| HeaderValue::from_static(kind))
}

/// Whether everybody reads it as it is, between quotes.
fn is_plain(c: char) -> bool {
    (c == ' ' || c.is_ascii_graphic()) && !"\"\\%?".contains(c)
}

/// Writes one byte of a name as an `ext-value` has it (RFC 8187, section 3.2.1).
fn push(value: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
        value.push(char::from(byte));
    } else {
        // A string takes everything.
        let _ = write!(value, "%{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::proto::limits::FILE_NAME_BYTES_MAX;

    fn said(name: &str) -> String {
        let name = FileName::from(name.to_owned());
        disposition("attachment", &name).to_str().expect("visible ASCII").to_owned()
    }

    #[test]
    fn a_name_that_everybody_reads_stands_there_once() {
        for name in [
            "a.txt",
            "report.pdf",
            "My holiday 2026.jpg",
            "archive.tar.gz",
            "no-ending",
            ".bashrc",
            "a..b",
            "name.",
            "semi;colon.txt",
            "a=b, c=d.csv",
            "it's here.txt",
            "(1) [2] {3}.txt",
            "a&b#c@d!e$f^g`h~i+j.txt",
            "<b>.html",
            "a|b:c*d.txt",
            "CON.txt",
            "~",
        ] {
            assert_eq!(said(name), format!("attachment; filename=\"{name}\""));
        }
    }

    #[test]
    fn any_other_name_stands_there_for_those_who_can_read_it_and_for_those_who_cannot() {
        for (name, plain, encoded) in [
            ("报告.pdf", "__.pdf", "%E6%8A%A5%E5%91%8A.pdf"),
            ("报告 (1).pdf", "__ (1).pdf", "%E6%8A%A5%E5%91%8A%20%281%29.pdf"),
            ("café.txt", "caf_.txt", "caf%C3%A9.txt"),
            ("cafe\u{301}.txt", "cafe_.txt", "cafe%CC%81.txt"),
            ("Übung.txt", "_bung.txt", "%C3%9Cbung.txt"),
            ("naïve façade.md", "na_ve fa_ade.md", "na%C3%AFve%20fa%C3%A7ade.md"),
            ("отчёт.doc", "_____.doc", "%D0%BE%D1%82%D1%87%D1%91%D1%82.doc"),
            ("صورة.png", "____.png", "%D8%B5%D9%88%D8%B1%D8%A9.png"),
            ("שלום.txt", "____.txt", "%D7%A9%D7%9C%D7%95%D7%9D.txt"),
            ("कख", "__", "%E0%A4%95%E0%A4%96"),
            ("日本.zip", "__.zip", "%E6%97%A5%E6%9C%AC.zip"),
            ("한.txt", "_.txt", "%ED%95%9C.txt"),
            ("🎉.gif", "_.gif", "%F0%9F%8E%89.gif"),
            ("👩\u{200d}💻.png", "___.png", "%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB.png"),
            ("€.txt", "_.txt", "%E2%82%AC.txt"),
            ("a\u{a0}b.txt", "a_b.txt", "a%C2%A0b.txt"),
            ("…", "_", "%E2%80%A6"),
            ("say \"hi\".txt", "say _hi_.txt", "say%20%22hi%22.txt"),
            ("\"", "_", "%22"),
            ("\".exe", "_.exe", "%22.exe"),
            ("100%.txt", "100_.txt", "100%25.txt"),
            ("%41.txt", "_41.txt", "%2541.txt"),
            ("%00.txt", "_00.txt", "%2500.txt"),
            ("a%2Fb.txt", "a_2Fb.txt", "a%252Fb.txt"),
            ("what?.txt", "what_.txt", "what%3F.txt"),
            ("=?UTF-8?B?YQ==?=", "=_UTF-8_B_YQ==_=", "%3D%3FUTF-8%3FB%3FYQ%3D%3D%3F%3D"),
            ("é'; filename=x.exe", "_'; filename=x.exe", "%C3%A9%27%3B%20filename%3Dx.exe"),
            ("é\"; filename=\"x.exe", "__; filename=_x.exe", "%C3%A9%22%3B%20filename%3D%22x.exe"),
            ("é!#$&+-.^_`|~", "_!#$&+-.^_`|~", "%C3%A9!#$&+-.^_`|~"),
            ("é*'()@,:<>[]{}=", "_*'()@,:<>[]{}=", "%C3%A9%2A%27%28%29%40%2C%3A%3C%3E%5B%5D%7B%7D%3D"),
        ] {
            assert_eq!(said(name), format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"), "{name}");
        }
    }

    #[test]
    fn without_a_name_none_is_told() {
        for name in ["", " ", ".", "..", "...", "/", "a/", "\r\n", "\u{202e}"] {
            assert_eq!(said(name), "attachment", "{name:?}");
        }
    }

    #[test]
    fn nothing_ends_the_header_or_becomes_a_path() {
        assert_eq!(said("a\r\nset-cookie: b"), "attachment; filename=\"aset-cookie: b\"");
        assert_eq!(said("../../etc/passwd"), "attachment; filename=\"passwd\"");
        assert_eq!(said("C:\\a\\b.txt"), "attachment; filename=\"b.txt\"");
        let name = FileName::from("é.png".to_owned());
        assert_eq!(disposition("inline", &name), "inline; filename=\"_.png\"; filename*=UTF-8''%C3%A9.png");
    }

    proptest! {
        #[test]
        fn every_name_is_told_whole(text in "\\PC{0,300}") {
            let name = FileName::from(text);
            let said = disposition("inline", &name);
            let said = said.to_str().unwrap();
            prop_assert!(said.len() <= 64 + 4 * FILE_NAME_BYTES_MAX);
            let quoted = said.split('"').nth(1).unwrap_or_default();
            let told = said.split_once("UTF-8''").map_or_else(|| quoted.as_bytes().to_vec(), |(_, encoded)| decoded(encoded));
            prop_assert_eq!(told, name.as_str().as_bytes());
            let quotes = said.matches('"').count();
            prop_assert_eq!(quotes, if name.as_str().is_empty() { 0 } else { 2 });
        }
    }

    /// As a browser reads it.
    fn decoded(text: &str) -> Vec<u8> {
        let mut parts = text.split('%');
        let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        }
        bytes
    }
}
