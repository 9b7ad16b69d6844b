//! Secrets that let their holder in: a signed-in browser's, 32 random bytes in a cookie, known to the disk only by their
//! SHA-256; and an invite's, 16 random bytes in a link.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::proto::limits::SESSION_DAYS_MAX;

/// The cookie's name. Browsers take `__Host-` only from HTTPS, for the whole host and no other.
pub const COOKIE: &str = "__Host-porch";

/// A cookie that ends the one the browser has.
pub const COOKIE_CLEARED: &str = "__Host-porch=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0";

const TOKEN_BYTES: usize = 32;

/// The random source of the system failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoRandomness;

/// A session's secret. Its `Debug` says nothing, so that it cannot end up in a log.
#[derive(Clone, Eq, PartialEq)]
pub struct Token([u8; TOKEN_BYTES]);

impl Token {
    /// A new secret.
    pub fn fresh() -> Result<Self, NoRandomness> {
        let mut bytes = [0; TOKEN_BYTES];
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(bytes))
    }

    /// The token in the value of a `Cookie` header, where there is one of the right form.
    pub fn of_cookies(header: &str) -> Option<Self> {
        let value = header.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
        let mut bytes = [0; TOKEN_BYTES + 1];
        let length = BASE64_URL_SAFE_NO_PAD.decode_slice(value, &mut bytes).ok()?;
        Some(Self(bytes[..length].try_into().ok()?))
    }

    /// The value of the `Set-Cookie` header that gives it.
    pub fn cookie(&self) -> String {
        let value = BASE64_URL_SAFE_NO_PAD.encode(self.0);
        let seconds = SESSION_DAYS_MAX * 24 * 60 * 60;
        format!("{COOKIE}={value}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age={seconds}")
    }

    /// What the disk knows it by. A plain hash is enough: nobody guesses 32 random bytes.
    pub fn hash(&self) -> [u8; 32] {
        digest(&SHA256, &self.0).as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

/// Random bytes of an invite: as many as a UUID has, which nobody guesses, and few enough for a small QR code.
const INVITE_BYTES: usize = 16;

/// What the link of an invite ends in. Kept readable on the disk, unlike a session's: the owner prints it again and
/// again, it lets its holder join and do nothing else, and it is withdrawn with one click.
#[derive(Clone, Eq, PartialEq)]
pub struct InviteToken([u8; INVITE_BYTES]);

impl InviteToken {
    /// A new one.
    pub fn fresh() -> Result<Self, NoRandomness> {
        let mut bytes = [0; INVITE_BYTES];
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(bytes))
    }

    /// The token of this text, where it has the right form: 22 characters of `A-Z a-z 0-9 _ -`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; INVITE_BYTES + 2];
        let length = BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        Some(Self(bytes[..length].try_into().ok()?))
    }

    /// As it stands in the link.
    pub fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What it is looked up by, so that the time a look-up takes tells nothing of the tokens there are.
    pub fn hash(&self) -> [u8; 32] {
        digest(&SHA256, &self.0).as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

impl fmt::Debug for InviteToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteToken(..)")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sent_back(token: &Token) -> String {
        token.cookie().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_token_comes_back_in_its_cookie() {
        let token = Token::fresh().unwrap();
        let cookie = sent_back(&token);
        assert_eq!(Token::of_cookies(&cookie), Some(token.clone()));
        assert_eq!(Token::of_cookies(&format!("a=b; {cookie};c=d")), Some(token));
    }

    #[test]
    fn two_tokens_differ_in_value_and_hash() {
        let [a, b] = [Token::fresh().unwrap(), Token::fresh().unwrap()];
        assert_ne!(a, b);
        assert_ne!(a.hash(), b.hash());
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_other_sites_and_plain_http() {
        let cookie = Token::fresh().unwrap().cookie();
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}");
        }
        assert!(!cookie.contains("Domain"), "`__Host-` forbids it");
        assert!(COOKIE_CLEARED.starts_with(COOKIE));
    }

    #[test]
    fn other_cookies_are_no_token() {
        let cookie = sent_back(&Token::fresh().unwrap());
        let value = cookie.strip_prefix("__Host-porch=").unwrap();
        for header in [
            String::new(),
            "__Host-porch".into(),
            "__Host-porch=".into(),
            format!("porch={value}"),
            format!("x__Host-porch={value}"),
            format!("__Host-porch2={value}"),
            format!("{cookie}AA"),
            format!("{cookie}="),
            cookie[..cookie.len() - 1].into(),
            format!("__Host-porch=+{}", &value[1..]),
        ] {
            assert_eq!(Token::of_cookies(&header), None, "{header}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        assert_eq!(format!("{:?}", Token([7; 32])), "Token(..)");
    }

    #[test]
    fn an_invites_token_is_22_characters_for_a_link_and_comes_back() {
        let token = InviteToken::fresh().unwrap();
        let text = token.text();
        assert!(
            text.len() == 22 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'),
            "{text}"
        );
        assert_eq!(InviteToken::parse(&text), Some(token.clone()));
        assert_ne!(InviteToken::fresh().unwrap().hash(), token.hash());
        assert_eq!(format!("{token:?}"), "InviteToken(..)");
    }

    #[test]
    fn what_is_no_invites_token_is_none() {
        let text = InviteToken([0; INVITE_BYTES]).text();
        assert!(InviteToken::parse(&text).is_some());
        // The last is another way to write the same bytes.
        let others = ["", "A", &text[1..], &format!("{text}A"), &format!("{text}=="), &text.replace('A', "+")];
        for other in others.into_iter().chain([&*format!("{}B", &text[1..])]) {
            assert_eq!(InviteToken::parse(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_an_invites_token_without_a_panic(text in "\\PC{0,40}", value in "[A-Za-z0-9_=-]{0,40}") {
            let _ = InviteToken::parse(&text);
            let _ = InviteToken::parse(&value);
        }

        #[test]
        fn any_header_is_read_without_a_panic(header in "\\PC{0,60}", value in "[A-Za-z0-9_=-]{0,90}") {
            let _ = Token::of_cookies(&header);
            let _ = Token::of_cookies(&format!("__Host-porch={value}"));
        }
    }
}
