//! Stable codes: errors by blame, and the reasons for which a WebSocket is closed.

use serde::{Deserialize, Serialize};

/// What went wrong, for a program; [`ErrorCode::message`] says it for people without their own words.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    AttachmentsMany,
    BadRequest,
    BodyEmpty,
    BodyLong,
    Busy,
    ClockImpossible,
    ClockRefused,
    ClockSynchronized,
    CodeEnded,
    CodeWrong,
    DiskFull,
    DiskShare,
    EveryoneOften,
    FileLarge,
    FilesFull,
    Forbidden,
    GuestsNotHere,
    GuestsOff,
    InUseElsewhere,
    Internal,
    InviteEnded,
    InviteUnknown,
    InviteUsed,
    LastOwner,
    LastRoomOwner,
    LimitReached,
    NameInvalid,
    NameReserved,
    NameTaken,
    NotAMember,
    NotFound,
    NotSignedIn,
    OriginRefused,
    PasswordLong,
    PasswordShort,
    PasswordWrong,
    PersonGone,
    PictureLarge,
    PictureUncleaned,
    PictureUnreadable,
    QueryDate,
    QueryEmpty,
    QueryHas,
    QueryLong,
    QuotaFull,
    ReactionsMany,
    RegistrationClosed,
    RoomArchived,
    RoomsFull,
    SignInFailed,
    SlowDown,
    StorageFailed,
    TooLarge,
    UploadChecksum,
    UploadOffset,
    UploadType,
    UploadUnknown,
    UploadVersion,
}

impl ErrorCode {
    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::AttachmentsMany
            | Self::BadRequest
            | Self::BodyEmpty
            | Self::BodyLong
            | Self::ClockImpossible
            | Self::NameInvalid
            | Self::NameReserved
            | Self::PasswordShort
            | Self::PasswordLong
            | Self::QueryDate
            | Self::QueryEmpty
            | Self::QueryHas
            | Self::QueryLong
            | Self::PictureUncleaned
            | Self::PictureUnreadable => 400,
            Self::CodeWrong | Self::NotSignedIn | Self::SignInFailed => 401,
            Self::PasswordWrong
            | Self::ClockRefused
            | Self::CodeEnded
            | Self::OriginRefused
            | Self::PersonGone
            | Self::RegistrationClosed
            | Self::Forbidden
            | Self::GuestsNotHere
            | Self::GuestsOff
            | Self::InviteEnded
            | Self::NotAMember
            | Self::RoomArchived => 403,
            Self::InviteUnknown | Self::NotFound | Self::UploadUnknown => 404,
            Self::ClockSynchronized
            | Self::FilesFull
            | Self::NameTaken
            | Self::InUseElsewhere
            | Self::InviteUsed
            | Self::LastOwner
            | Self::LastRoomOwner
            | Self::LimitReached
            | Self::QuotaFull
            | Self::ReactionsMany
            | Self::RoomsFull
            | Self::UploadOffset => 409,
            Self::UploadVersion => 412,
            Self::FileLarge | Self::PictureLarge | Self::TooLarge => 413,
            Self::UploadType => 415,
            Self::DiskShare | Self::EveryoneOften | Self::SlowDown => 429,
            // Of tus: no registered status says it.
            Self::UploadChecksum => 460,
            Self::Internal => 500,
            Self::Busy | Self::DiskFull | Self::StorageFailed => 503,
        }
    }

    /// One English sentence for a client without its own words.
    pub fn message(self) -> &'static str {
        match self {
            Self::AttachmentsMany => "A message has at most ten attachments.",
            Self::BadRequest => "The request is malformed.",
            Self::BodyEmpty => "There is nothing to send.",
            Self::BodyLong => "A message has at most 8,000 characters.",
            Self::Busy => "The box is busy. Try again in a moment.",
            Self::ClockImpossible => {
                "It cannot be this time: this version of porch did not exist then, or is long gone."
            }
            Self::ClockRefused => "The system does not let porch set its clock.",
            Self::ClockSynchronized => "A time server keeps the clock.",
            Self::CodeEnded => "The time of this code is over.",
            Self::CodeWrong => "The name or the code is not right, or the code has been used.",
            Self::DiskFull => "The box has no space left. Nothing was stored.",
            Self::DiskShare => "You have written as much as one person may for now. It will go on, little by little.",
            Self::EveryoneOften => {
                "You have called everyone several times. Wait a few minutes, or send it without the @."
            }
            Self::FileLarge => "The file is larger than this box takes.",
            Self::FilesFull => "There is no room for this file among the files of this box.",
            Self::Forbidden => "You may not do this.",
            Self::GuestsNotHere => "This room is not open to guests.",
            Self::GuestsOff => "There are no guests here now.",
            Self::InUseElsewhere => "This account is signed in elsewhere.",
            Self::Internal => "Something went wrong on the box.",
            Self::InviteEnded => "This invite has ended.",
            Self::InviteUnknown => "There is no such invite.",
            Self::InviteUsed => "This invite was for one person, and has been used.",
            Self::LastOwner => "The box needs an owner.",
            Self::LastRoomOwner => "The room needs an owner.",
            Self::LimitReached => "There are too many of these already.",
            Self::NameInvalid => "This name cannot be used.",
            Self::NameReserved => "porch itself uses this word in place of a name.",
            Self::NameTaken => "Somebody here already has this name.",
            Self::NotAMember => "You are not in this room.",
            Self::NotFound => "There is no such thing here.",
            Self::NotSignedIn => "Sign in first.",
            Self::OriginRefused => "This request came from another site.",
            Self::PasswordLong => "A password has at most 256 characters.",
            Self::PasswordShort => "A password has at least 8 characters.",
            Self::PasswordWrong => "The password is not right.",
            Self::PersonGone => "This person is not here any more.",
            Self::PictureLarge => "A picture has at most 8 MiB and 40 megapixels; some kinds 16 megapixels.",
            Self::PictureUncleaned => {
                "This picture is damaged, or made in a way that porch does not know: it cannot take out where it was made. \
                 Packed into an archive it can be sent as it is."
            }
            Self::PictureUnreadable => "This file is not a picture that can be read.",
            Self::QueryDate => "A day is written like 2026-11-20, and must be one of the calendar.",
            Self::QueryEmpty => "There is nothing to look for: punctuation alone is not searched.",
            Self::QueryHas => "After has: stands audio, file, link, picture, video or voice.",
            Self::QueryLong => "A search has at most 200 characters.",
            Self::QuotaFull => "With this file you would have stored more than one person may. Delete some of yours.",
            Self::ReactionsMany => "There are as many reactions here as fit under a message.",
            Self::RegistrationClosed => "The owner has closed registration.",
            Self::RoomArchived => "This room is archived.",
            Self::RoomsFull => "One of these people cannot be put into more rooms by you.",
            Self::SignInFailed => "The name or the password is not right.",
            Self::SlowDown => "Too many requests. Wait a moment.",
            Self::StorageFailed => "The box's disk does not work. Nothing was stored.",
            Self::TooLarge => "The request is too large.",
            Self::UploadChecksum => "What arrived is not what was sent. Nothing of it was kept.",
            Self::UploadOffset => "The upload goes on elsewhere: ask how far it is.",
            Self::UploadType => "The bytes of an upload come as application/offset+octet-stream.",
            Self::UploadUnknown => "One of these files is not on the box any more. Add it again.",
            Self::UploadVersion => "Uploads are made by tus 1.0.0.",
        }
    }
}

/// Why the server closes a WebSocket (RFC 6455, section 7.4; 4000 and up are porch's own).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u16)]
pub enum CloseCode {
    GoingAway = 1001,
    Protocol = 1002,
    Binary = 1003,
    BadText = 1007,
    TooBig = 1009,
    BadMessage = 4000,
    TakenOver = 4001,
    Lagging = 4002,
    SignedOut = 4003,
    Silent = 4004,
    Version = 4005,
    Flood = 4006,
    TooMany = 4008,
}

impl CloseCode {
    /// The reason sent with the code: for a developer's eyes.
    pub fn reason(self) -> &'static str {
        match self {
            Self::GoingAway => "going away",
            Self::Protocol => "protocol error",
            Self::Binary => "binary frame",
            Self::BadText => "not UTF-8",
            Self::TooBig => "frame too big",
            Self::BadMessage => "bad message",
            Self::TakenOver => "taken over",
            Self::Lagging => "lagging",
            Self::SignedOut => "signed out",
            Self::Silent => "silent",
            Self::Version => "version",
            Self::Flood => "flood",
            Self::TooMany => "too many connections",
        }
    }
}
