//! Devices that have given an account's password before: a browser that signs in gets a cookie that says so, and from
//! then on strangers who guess at the account do not keep it waiting (OWASP, "Slow Down Online Guessing Attacks with
//! Device Cookies").
//!
//! A mark is no session: it lets nobody in. It is a random id and a code over that id, the account, and what the
//! account's password is checked against, made with a key that never leaves the box; so it needs no table, cannot be
//! made up or used at another account, and means nothing once the password is another.

use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::proto::id::UserId;
use crate::proto::limits::SESSION_DAYS_MAX;

use super::token::NoRandomness;

const ID_BYTES: usize = 16;
/// Bytes of the code: half of SHA-256's, as long as the id.
const CODE_BYTES: usize = 16;
/// Accounts that one browser is a known device of: a family's tablet.
const MARKS_MAX: usize = 4;
/// What the key is for, so that it is no other use's.
const PURPOSE: &[u8] = b"porch device mark 1";

/// Tells one device of an account from another.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct DeviceId(pub(super) [u8; ID_BYTES]);

/// Makes and reads marks.
pub struct DeviceKey(hmac::Key);

/// The marks that a browser has, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Marks(Vec<[u8; ID_BYTES + CODE_BYTES]>);

impl DeviceKey {
    /// The key of the box whose database has this secret.
    pub fn of(secret: &[u8]) -> Self {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), PURPOSE);
        Self(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }

    /// The device that these marks make of a browser for an account whose password is checked against `stored`.
    pub fn known(&self, marks: &Marks, user: UserId, stored: &str) -> Option<DeviceId> {
        marks.0.iter().find_map(|mark| {
            let id: [u8; ID_BYTES] = mark[..ID_BYTES].try_into().ok()?;
            let code = self.code(&id, user, stored);
            let same = aws_lc_rs::constant_time::verify_slices_are_equal(&code, &mark[ID_BYTES..]);
            same.ok().map(|()| DeviceId(id))
        })
    }

    /// The marks of a browser that has just given an account's password.
    pub fn mark(&self, marks: &Marks, user: UserId, stored: &str) -> Result<Marks, NoRandomness> {
        if self.known(marks, user, stored).is_some() {
            return Ok(marks.clone());
        }
        let mut mark = [0; ID_BYTES + CODE_BYTES];
        let (id, code) = mark.split_at_mut(ID_BYTES);
        rand::fill(id).map_err(|_| NoRandomness)?;
        code.copy_from_slice(&self.code(id, user, stored));
        Ok(Marks(std::iter::once(mark).chain(marks.0.iter().copied()).take(MARKS_MAX).collect()))
    }

    fn code(&self, id: &[u8], user: UserId, stored: &str) -> [u8; CODE_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(id);
        context.update(&user.0.to_be_bytes());
        context.update(stored.as_bytes());
        let mut code = [0; CODE_BYTES];
        code.copy_from_slice(&context.sign().as_ref()[..CODE_BYTES]);
        code
    }
}

/// The cookie that holds the marks.
#[derive(Clone, Debug)]
pub struct DeviceCookie(String);

impl DeviceCookie {
    /// That of the box with this id, as [`CookieName`](super::token::CookieName) is.
    pub fn of_box(id: &str) -> Self {
        Self(format!("__Host-porch-{id}-device"))
    }

    /// The marks that the values of `Cookie` headers hold.
    pub fn read<'a>(&self, headers: impl Iterator<Item = &'a str>) -> Marks {
        let mut pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.0).map(|(_, value)| Marks::parse(value)).unwrap_or_default()
    }

    /// The value of the `Set-Cookie` header that gives them.
    pub fn given(&self, marks: &Marks) -> String {
        let (name, value) = (&self.0, marks.text());
        let seconds = SESSION_DAYS_MAX * 24 * 60 * 60;
        format!("{name}={value}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age={seconds}")
    }
}

impl Marks {
    /// The marks in a cookie's value; what is none is left out.
    pub fn parse(value: &str) -> Self {
        let read = |text: &str| {
            let mut bytes = [0; ID_BYTES + CODE_BYTES + 1];
            let length = BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
            bytes[..length].try_into().ok()
        };
        Self(value.split('.').take(MARKS_MAX).filter_map(read).collect())
    }

    /// As they stand in the cookie.
    pub fn text(&self) -> String {
        self.0.iter().map(|mark| BASE64_URL_SAFE_NO_PAD.encode(mark)).collect::<Vec<_>>().join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: UserId = UserId(1);
    const STORED: &str = "$argon2id$v=19$a";

    #[test]
    fn a_device_is_known_at_its_account_while_the_password_is_the_same() {
        let key = DeviceKey::of(b"secret");
        let marks = Marks::parse(&key.mark(&Marks::default(), ADA, STORED).unwrap().text());
        let id = key.known(&marks, ADA, STORED).unwrap();
        assert_eq!(key.known(&key.mark(&marks, ADA, STORED).unwrap(), ADA, STORED), Some(id), "it stays the same");
        assert_eq!(key.known(&marks, UserId(2), STORED), None);
        assert_eq!(key.known(&marks, ADA, "$argon2id$v=19$b"), None);
        assert_eq!(DeviceKey::of(b"another box's").known(&marks, ADA, STORED), None);
    }

    #[test]
    fn a_devices_cookie_is_no_sessions() {
        let cookie = DeviceCookie::of_box("7f3a");
        let marks = DeviceKey::of(b"secret").mark(&Marks::default(), ADA, STORED).unwrap();
        let pair = cookie.given(&marks).split(';').next().unwrap().to_owned();
        assert_eq!(cookie.read([format!("a=b; {pair}").as_str()].into_iter()).text(), marks.text());
        assert_eq!(DeviceCookie::of_box("0001").read([pair.as_str()].into_iter()).text(), "");
        assert_eq!(super::super::token::CookieName::of_box("7f3a").read([pair.as_str()].into_iter()), []);
    }

    #[test]
    fn a_mark_cannot_be_made_up() {
        let key = DeviceKey::of(b"secret");
        let text = key.mark(&Marks::default(), ADA, STORED).unwrap().text();
        for made_up in ["", "A", &"A".repeat(43), &text[1..], &format!("{text}A"), &text.to_lowercase()] {
            assert_eq!(key.known(&Marks::parse(made_up), ADA, STORED), None, "{made_up}");
        }
        assert!(key.known(&Marks::parse(&format!("nonsense.{text}")), ADA, STORED).is_some());
    }

    #[test]
    fn a_familys_tablet_is_a_known_device_of_each_and_of_no_crowd() {
        let key = DeviceKey::of(b"secret");
        let mut marks = Marks::default();
        for user in 1..=MARKS_MAX as u64 + 1 {
            marks = Marks::parse(&key.mark(&marks, UserId(user), STORED).unwrap().text());
        }
        let known = |user| key.known(&marks, UserId(user), STORED).is_some();
        assert!(!known(1) && (2..=MARKS_MAX as u64 + 1).all(known), "the oldest made place");
        assert!(marks.text().len() < 200, "{}", marks.text());
    }
}
