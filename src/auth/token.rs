//! Secrets that let their holder in: a signed-in browser's, 32 random bytes in a cookie, known to the disk only by their
//! SHA-256; and an invite's, 16 random bytes in a link.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::proto::limits::SESSION_DAYS_MAX;

/// What the names of all boxes' cookies begin with. Browsers take `__Host-` only from HTTPS, for the whole host and no
/// other.
const COOKIE_PREFIX: &str = "__Host-porch";
/// Characters of a box's id in the name of its cookie, at most.
const COOKIE_ID_CHARS_MAX: usize = 16;
/// Cookies of a request that are looked at: the box's own, and those of a few others on its host.
const COOKIES_MAX: usize = 4;

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

    /// The token of a cookie's value, where it has the right form.
    fn parse(value: &str) -> Option<Self> {
        let mut bytes = [0; TOKEN_BYTES + 1];
        let length = BASE64_URL_SAFE_NO_PAD.decode_slice(value, &mut bytes).ok()?;
        Some(Self(bytes[..length].try_into().ok()?))
    }

    /// What the disk knows it by. A plain hash is enough: nobody guesses 32 random bytes.
    pub fn hash(&self) -> [u8; 32] {
        digest(&SHA256, &self.0).as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

/// The name of one box's cookie. Browsers keep cookies by host, whatever the port (RFC 6265, section 8.5): two boxes
/// behind one address would sign each other out if theirs were named alike.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CookieName(String);

/// A cookie that may be a session of this box.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cookie {
    pub name: CookieName,
    pub token: Token,
}

impl CookieName {
    /// The name for the box with this id, of letters and digits.
    pub fn of_box(id: &str) -> Self {
        Self(format!("{COOKIE_PREFIX}-{id}"))
    }

    /// The sessions that the values of `Cookie` headers speak of, the one in this box's own cookie first. The others may
    /// be another box's, or this one's from before its cookie was named after it, or after it got another CA.
    pub fn read<'a>(&self, headers: impl Iterator<Item = &'a str>) -> Vec<Cookie> {
        let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let read = |(name, value)| Some(Cookie { name: Self::parse(name)?, token: Token::parse(value)? });
        let (mut own, others): (Vec<_>, Vec<_>) = pairs.filter_map(read).partition(|cookie| cookie.name == *self);
        own.extend(others);
        own.truncate(COOKIES_MAX);
        own
    }

    fn parse(name: &str) -> Option<Self> {
        let id = name.strip_prefix(COOKIE_PREFIX)?;
        let is_id = |id: &str| {
            (1..=COOKIE_ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        (id.is_empty() || id.strip_prefix('-').is_some_and(is_id)).then(|| Self(name.to_owned()))
    }

    /// The value of the `Set-Cookie` header that gives a token.
    pub fn given(&self, token: &Token) -> String {
        let (name, value) = (&self.0, BASE64_URL_SAFE_NO_PAD.encode(token.0));
        let seconds = SESSION_DAYS_MAX * 24 * 60 * 60;
        format!("{name}={value}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age={seconds}")
    }

    /// The value of the `Set-Cookie` header that ends the cookie a browser has.
    pub fn cleared(&self) -> String {
        format!("{}=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0", self.0)
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

    fn own() -> CookieName {
        CookieName::of_box("7f3a")
    }

    fn sent_back(name: &CookieName, token: &Token) -> String {
        name.given(token).split(';').next().unwrap().to_owned()
    }

    fn read(header: &str) -> Vec<Token> {
        own().read([header].into_iter()).into_iter().map(|cookie| cookie.token).collect()
    }

    #[test]
    fn a_token_comes_back_in_its_cookie() {
        let token = Token::fresh().unwrap();
        let cookie = sent_back(&own(), &token);
        assert_eq!(read(&cookie), vec![token.clone()]);
        assert_eq!(read(&format!("a=b; {cookie};c=d")), [token]);
    }

    #[test]
    fn the_cookie_of_this_box_comes_before_those_of_others_on_its_host() {
        let [mine, old, other] = [0; 3].map(|_| Token::fresh().unwrap());
        let others = [
            sent_back(&CookieName("__Host-porch".into()), &old),
            sent_back(&CookieName::of_box("0001"), &other),
            sent_back(&own(), &mine),
        ];
        assert_eq!(read(&others.join("; ")), [mine.clone(), old.clone(), other.clone()]);
        let lines = own().read(others.iter().map(String::as_str));
        assert_eq!(lines.into_iter().map(|cookie| cookie.token).collect::<Vec<_>>(), [mine, old, other]);
        assert_ne!(own().cleared(), CookieName::of_box("0001").cleared());
        let many: Vec<_> = (0..9).map(|at| sent_back(&CookieName::of_box(&at.to_string()), &Token([at; 32]))).collect();
        assert_eq!(read(&many.join("; ")).len(), COOKIES_MAX);
    }

    #[test]
    fn two_tokens_differ_in_value_and_hash() {
        let [a, b] = [Token::fresh().unwrap(), Token::fresh().unwrap()];
        assert_ne!(a, b);
        assert_ne!(a.hash(), b.hash());
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_other_sites_and_plain_http() {
        let cookie = own().given(&Token::fresh().unwrap());
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}");
        }
        assert!(!cookie.contains("Domain"), "`__Host-` forbids it");
        let name = cookie.split('=').next().unwrap();
        assert!(name.starts_with("__Host-") && own().cleared().starts_with(&format!("{name}=;")), "{name}");
    }

    #[test]
    fn other_cookies_are_no_token() {
        let cookie = sent_back(&own(), &Token::fresh().unwrap());
        let value = cookie.strip_prefix("__Host-porch-7f3a=").unwrap();
        for header in [
            String::new(),
            "__Host-porch".into(),
            "__Host-porch=".into(),
            format!("porch={value}"),
            format!("x__Host-porch={value}"),
            format!("__Host-porch2={value}"),
            format!("__Host-porch-={value}"),
            format!("__Host-porch-7f,3a={value}"),
            format!("__Host-porch-{}={value}", "a".repeat(COOKIE_ID_CHARS_MAX + 1)),
            format!("{cookie}AA"),
            format!("{cookie}="),
            cookie[..cookie.len() - 1].into(),
            format!("__Host-porch=+{}", &value[1..]),
        ] {
            assert_eq!(read(&header), [], "{header}");
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
            let _ = read(&header);
            let _ = read(&format!("__Host-porch={value}"));
        }
    }
}
