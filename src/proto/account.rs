//! Bodies of the HTTP requests and answers under `/api`.

use serde::{Deserialize, Serialize};

use super::code::ErrorCode;
use super::event::Message;
use super::id::{InviteId, RoomId, SessionId, UserId};
use super::role::{BoxRole, RoomRole};
use super::server::{Room, User};
use super::session_end::SessionEnd;
use super::storage::StorageLimits;

/// Who may register.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    Closed,
    /// Nobody is here yet: the first account becomes the owner.
    First,
    Open,
}

/// `GET /api/box`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BoxInfo {
    pub name: String,
    pub version: String,
    pub registration: Registration,
    pub owner_exists: bool,
    /// Whether guests may come.
    pub guests: bool,
}

/// `POST /api/register` and `POST /api/login`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub name: String,
    pub password: String,
    /// A secret of the browser's own, by which the attempt is known when it is repeated.
    #[cfg_attr(test, ts(optional))]
    pub attempt: Option<String>,
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub takeover: bool,
}

/// `PATCH /api/me`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct PatchMe {
    #[cfg_attr(test, ts(optional))]
    pub name: Option<String>,
    #[cfg_attr(test, ts(optional))]
    pub new_password: Option<String>,
    #[cfg_attr(test, ts(optional))]
    pub password: Option<String>,
    /// Whether others are told how far one has read, and oneself of others.
    #[cfg_attr(test, ts(optional))]
    pub receipts: Option<bool>,
}

/// `DELETE /api/me`. The password, where the account has one.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DeleteMe {
    #[cfg_attr(test, ts(optional))]
    pub password: Option<String>,
}

/// `GET /api/me`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Me {
    pub user: User,
    /// Without one the account lives in this browser only.
    pub has_password: bool,
    /// Whether others are told how far one has read, and oneself of others.
    pub receipts: bool,
}

/// What somebody who comes by an invite becomes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum InviteRole {
    Guest,
    Member,
}

/// `POST /api/invites`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewInvite {
    pub role: InviteRole,
    /// For one person.
    pub once: bool,
    /// None: until it is withdrawn.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub ends_at: Option<i64>,
    /// Rooms the joiner becomes a member of.
    pub rooms: Vec<RoomId>,
    /// Seconds a guest may stay after joining; none: until the owner ends it.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub stay_s: Option<u32>,
    /// For the owner's eyes.
    pub note: String,
}

/// A way in that the owner has made: whoever has its token may join.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Invite {
    pub id: InviteId,
    pub token: String,
    pub role: InviteRole,
    pub once: bool,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub ends_at: Option<i64>,
    pub rooms: Vec<RoomId>,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub stay_s: Option<u32>,
    pub note: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub made_at: i64,
    /// How many have come by it.
    pub joined: u32,
}

/// `GET /api/join/{token}`: what one is invited to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Invited {
    pub role: InviteRole,
    /// The names of the rooms.
    pub rooms: Vec<String>,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub ends_at: Option<i64>,
    #[cfg_attr(test, ts(type = "number | null"))]
    pub stay_s: Option<u32>,
}

/// `POST /api/join/{token}`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Join {
    pub name: String,
    #[cfg_attr(test, ts(optional))]
    pub password: Option<String>,
    /// As in [`Credentials`].
    #[cfg_attr(test, ts(optional))]
    pub attempt: Option<String>,
}

/// `POST /api/reset`: a new password by a code.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    pub name: String,
    pub code: String,
    pub new_password: String,
    /// As in [`Credentials`].
    #[cfg_attr(test, ts(optional))]
    pub attempt: Option<String>,
}

/// `POST /api/people/{id}/code`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CodeAnswer {
    /// Told this once.
    pub code: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub ends_at: i64,
}

/// `PATCH /api/people/{id}`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct PatchPerson {
    pub role: BoxRole,
}

/// A place where an account is signed in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Session {
    pub id: SessionId,
    /// What the browser said of itself, made short.
    pub device: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub created_at: i64,
    pub current: bool,
    pub connected: bool,
}

/// What a new owner is shown to do first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FirstStep {
    /// Say whether one account may be used on several devices: done as soon as that is set.
    Devices,
    Invite,
    Poster,
    Room,
}

impl FirstStep {
    pub const ALL: [Self; 4] = [Self::Devices, Self::Invite, Self::Poster, Self::Room];
}

/// What the owner decides.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Settings {
    pub registration_open: bool,
    /// Off: a second sign-in ends the first.
    pub several_devices: bool,
    /// Off: nobody comes as a guest, and whoever was one has gone.
    pub guests: bool,
    /// The name of the Wi-Fi that leads to the box, for the poster; empty: none.
    pub wifi_name: String,
    /// Its key; empty: an open network.
    pub wifi_key: String,
    /// Whether the network does not tell its name.
    pub wifi_hidden: bool,
    /// Which of the first steps are done, in their order; all of them also where they were put away.
    pub steps_done: Vec<FirstStep>,
    #[cfg_attr(test, ts(flatten))]
    #[serde(flatten)]
    pub storage: StorageLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            registration_open: true,
            several_devices: false,
            guests: true,
            wifi_name: String::new(),
            wifi_key: String::new(),
            wifi_hidden: false,
            steps_done: Vec::new(),
            storage: StorageLimits::default(),
        }
    }
}

/// `PATCH /api/settings`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct PatchSettings {
    #[cfg_attr(test, ts(optional))]
    pub registration_open: Option<bool>,
    #[cfg_attr(test, ts(optional))]
    pub several_devices: Option<bool>,
    #[cfg_attr(test, ts(optional))]
    pub guests: Option<bool>,
    #[cfg_attr(test, ts(optional))]
    pub wifi_name: Option<String>,
    #[cfg_attr(test, ts(optional))]
    pub wifi_key: Option<String>,
    #[cfg_attr(test, ts(optional))]
    pub wifi_hidden: Option<bool>,
    /// These too are done: none is ever taken back.
    #[cfg_attr(test, ts(optional))]
    pub steps_done: Option<Vec<FirstStep>>,
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub file_bytes_max: Option<u64>,
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub person_bytes_max: Option<u64>,
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub all_bytes_max: Option<u64>,
}

/// A room one could join.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ListedRoom {
    pub id: RoomId,
    pub name: String,
    pub member_count: u32,
    pub joined: bool,
    /// Whether guests may be in it.
    pub guests: bool,
}

/// A person in a room.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Member {
    pub user: UserId,
    pub role: RoomRole,
    #[cfg_attr(test, ts(type = "number"))]
    pub joined_at: i64,
}

/// A page of the rooms one is in, the newest first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoomPage {
    pub rooms: Vec<Room>,
    pub more: bool,
}

/// A page of history, in ascending order of id.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryPage {
    pub messages: Vec<Message>,
    pub more_before: bool,
    pub more_after: bool,
}

/// A message found by a search.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Hit {
    pub message: Message,
    /// [start, end) in UTF-16 code units of the body.
    pub marks: Vec<[u32; 2]>,
    /// The same in what is said of its attachments: those in which something was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<AttachmentMarks>>"))]
    pub attachment_marks: Vec<AttachmentMarks>,
}

/// Where something was found in what is said of an attachment: [start, end) in UTF-16 code units.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AttachmentMarks {
    /// Which of the message's attachments.
    pub place: u32,
    pub name: Vec<[u32; 2]>,
    pub alt: Vec<[u32; 2]>,
}

/// A page of hits, newest first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SearchPage {
    pub hits: Vec<Hit>,
    /// The `cursor` of the next page.
    pub next: Option<String>,
    /// Words and names at the end of the query that were too many and were left out.
    pub cut: u32,
}

/// An error's body: `{"error": …}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// See [`ErrorBody`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ErrorDetail {
    pub code: ErrorCode,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub retry_ms: Option<u32>,
    /// With `not_signed_in`, where the request came with a session that has ended: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub ended: Option<SessionEnd>,
    /// With `in_use_elsewhere`: where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub sessions: Option<Vec<Session>>,
    /// Where an upload is refused for what it would take: bytes that one may have, of this file or by this limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub limit_bytes: Option<u64>,
    /// The same: bytes that are left of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub left_bytes: Option<u64>,
}

/// `{"user": …}`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UserAnswer {
    pub user: User,
}

/// `GET /api/cookie`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CookieProbe {
    /// Whether the cookie that the answer sets came with the request already.
    pub kept: bool,
}

/// What somebody has begun to write in a room; empty: nothing any more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Draft {
    pub room: RoomId,
    pub body: String,
}

/// All that somebody has begun to write, the newest first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Drafts {
    pub drafts: Vec<Draft>,
}
