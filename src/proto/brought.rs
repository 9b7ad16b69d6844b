//! What messages bring, by which they are looked for (`has:picture`) and looked at together ([`Gallery`]).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::attachment::{Attachment, AttachmentType};
use super::link::has_link;

/// Something that a message brings: an attachment by its kind, or a link in its text.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Brought {
    Audio,
    File,
    Link,
    Picture,
    Video,
    Voice,
}

/// What of a room is looked at together.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Gallery {
    Files,
    Links,
    /// And films.
    Pictures,
    /// What members have pinned, whatever it brings.
    Pins,
    Sounds,
}

impl Brought {
    /// All there are.
    pub const ALL: [Self; 6] = [Self::Audio, Self::File, Self::Link, Self::Picture, Self::Video, Self::Voice];

    /// As it is written in a search.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::File => "file",
            Self::Link => "link",
            Self::Picture => "picture",
            Self::Video => "video",
            Self::Voice => "voice",
        }
    }

    /// What a message brings.
    pub fn by(body: &str, attachments: &[Attachment]) -> BTreeSet<Self> {
        let attached = attachments.iter().map(|attachment| attachment.what.name().into());
        attached.chain(has_link(body).then_some(Self::Link)).collect()
    }

    /// Where it is looked at.
    pub fn gallery(self) -> Gallery {
        match self {
            Self::Audio | Self::Voice => Gallery::Sounds,
            Self::File => Gallery::Files,
            Self::Link => Gallery::Links,
            Self::Picture | Self::Video => Gallery::Pictures,
        }
    }
}

impl From<AttachmentType> for Brought {
    fn from(kind: AttachmentType) -> Self {
        match kind {
            AttachmentType::Audio => Self::Audio,
            AttachmentType::File => Self::File,
            AttachmentType::Picture => Self::Picture,
            AttachmentType::Video => Self::Video,
            AttachmentType::Voice => Self::Voice,
        }
    }
}

impl Gallery {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Files, Self::Links, Self::Pictures, Self::Pins, Self::Sounds];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_written_as_it_is_on_the_wire() {
        for brought in Brought::ALL {
            assert_eq!(serde_json::to_string(&brought).unwrap(), format!("\"{}\"", brought.name()));
        }
    }
}
