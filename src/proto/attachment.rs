//! What a message brings beside words: pictures, voice messages, files.
//!
//! An [`Attachment`] is told with its message, and its bytes are asked for by the message and the place in it. A client that
//! sends one names the upload that brought it ([`NewAttachment`]); what it is is told by its content alone.

use serde::{Deserialize, Serialize};

use super::blob::{BlobHash, FileName, UploadId};
use super::limits::{ALT_CHARS_MAX, ATTACHMENT_OVERHEAD_BYTES, ATTACHMENTS_MAX, VOICE_LEVELS_MAX, VOICE_MS_MAX};
use super::text::line;

/// One of a message's attachments.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Attachment {
    /// As it was called where it comes from; may be empty.
    pub name: FileName,
    #[cfg_attr(test, ts(type = "number"))]
    pub bytes: u64,
    /// What it is served as.
    pub media_type: String,
    pub what: AttachmentKind,
}

/// What an attachment is to people.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AttachmentKind {
    Audio {},
    /// Anything else: to be saved, and shown by whatever can.
    File {},
    Picture {
        #[serde(flatten)]
        facts: PictureFacts,
        /// What is to be seen, for whoever does not see it; empty where the author has not said.
        alt: String,
    },
    Video {},
    Voice(Voice),
}

/// What is known of a picture before it is loaded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PictureFacts {
    /// Pixels, as it is shown.
    pub width: u32,
    pub height: u32,
    /// Red, green, blue on average; none where the box could not decode it.
    pub color: Option<[u8; 3]>,
    /// Whether it moves, as a GIF may.
    pub moves: bool,
}

/// What the recorder knows of a voice message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// Milliseconds.
    pub ms: u32,
    /// How loud it is over its length, 0 to 255 each.
    pub levels: Vec<u8>,
}

/// The kinds by name.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AttachmentType {
    Audio,
    File,
    Picture,
    Video,
    Voice,
}

impl Attachment {
    /// Bytes that what is said of it takes in the database, about; its file counts elsewhere.
    pub fn said_bytes(&self) -> usize {
        let said = match &self.what {
            AttachmentKind::Picture { alt, .. } => alt.len(),
            AttachmentKind::Voice(voice) => voice.said_bytes(),
            AttachmentKind::Audio {} | AttachmentKind::File {} | AttachmentKind::Video {} => 0,
        };
        said + ATTACHMENT_OVERHEAD_BYTES
    }
}

impl Voice {
    fn said_bytes(&self) -> usize {
        4 * self.levels.len()
    }
}

impl AttachmentKind {
    /// Its name.
    pub fn name(&self) -> AttachmentType {
        match self {
            Self::Audio {} => AttachmentType::Audio,
            Self::File {} => AttachmentType::File,
            Self::Picture { .. } => AttachmentType::Picture,
            Self::Video {} => AttachmentType::Video,
            Self::Voice(_) => AttachmentType::Voice,
        }
    }
}

/// The attachments of a message in short, for the chat list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Attached {
    /// What the first is.
    pub first: AttachmentType,
    pub count: u32,
}

impl Attached {
    /// None of a message without any.
    pub fn of(attachments: &[Attachment]) -> Option<Self> {
        let first = attachments.first()?.what.name();
        Some(Self { first, count: u32::try_from(attachments.len()).unwrap_or(u32::MAX) })
    }
}

/// What an upload has become, as the store keeps it until it is sent and from then on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct BlobFile {
    pub blob: BlobHash,
    pub bytes: u64,
    pub name: FileName,
    pub media_type: String,
    pub what: BlobKind,
}

/// What a file is by its content.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BlobKind {
    Audio {},
    Other {},
    Picture(PictureFacts),
    Video {},
}

/// An attachment to be sent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct NewAttachment {
    pub upload: UploadId,
    /// Of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub alt: Option<String>,
    /// The upload is a voice message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub voice: Option<Voice>,
}

impl NewAttachment {
    /// What becomes of the file when it is sent.
    pub fn attach(self, file: BlobFile) -> Attachment {
        let BlobFile { blob: _, bytes, name, media_type, what } = file;
        let what = match (what, self.voice) {
            // Recorders of browsers put sound into what may hold pictures as well.
            (BlobKind::Audio {} | BlobKind::Video {}, Some(voice)) => AttachmentKind::Voice(voice),
            (BlobKind::Audio {}, None) => AttachmentKind::Audio {},
            (BlobKind::Video {}, None) => AttachmentKind::Video {},
            (BlobKind::Other {}, _) => AttachmentKind::File {},
            (BlobKind::Picture(facts), _) => AttachmentKind::Picture { facts, alt: self.alt.unwrap_or_default() },
        };
        Attachment { name, bytes, media_type, what }
    }
}

/// Attachments to be sent, within their limits.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NewAttachments(Vec<NewAttachment>);

/// Attachments that no message can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AttachmentsFault {
    /// More than [`ATTACHMENTS_MAX`].
    Many,
    /// Something that no page sends: one upload twice, a text or a voice message beyond its limits.
    Wrong,
}

impl NewAttachments {
    /// Takes what a client names, or says why not.
    pub fn parse(named: Vec<NewAttachment>) -> Result<Self, AttachmentsFault> {
        if named.len() > ATTACHMENTS_MAX {
            return Err(AttachmentsFault::Many);
        }
        let is_twice = |at: usize| named[..at].iter().any(|other| other.upload == named[at].upload);
        let is_good =
            |new: &NewAttachment| new.alt.as_deref().is_none_or(is_alt) && new.voice.as_ref().is_none_or(is_voice);
        if (0..named.len()).any(is_twice) || !named.iter().all(is_good) {
            return Err(AttachmentsFault::Wrong);
        }
        let plain = |alt: Option<String>| alt.map(|alt| line(&alt)).filter(|alt| !alt.is_empty());
        Ok(Self(named.into_iter().map(|new| NewAttachment { alt: plain(new.alt), ..new }).collect()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes that what is said of them takes in the database, about; their files count elsewhere.
    pub fn bytes(&self) -> u64 {
        let of = |new: &NewAttachment| {
            new.alt.as_ref().map_or(0, String::len)
                + new.voice.as_ref().map_or(0, Voice::said_bytes)
                + ATTACHMENT_OVERHEAD_BYTES
        };
        self.0.iter().map(of).sum::<usize>() as u64
    }

    /// Each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &NewAttachment> {
        self.0.iter()
    }

    /// Each of them, in order.
    pub fn into_vec(self) -> Vec<NewAttachment> {
        self.0
    }
}

fn is_alt(text: &str) -> bool {
    text.chars().count() <= ALT_CHARS_MAX && !text.contains('\0')
}

fn is_voice(voice: &Voice) -> bool {
    voice.ms <= VOICE_MS_MAX && voice.levels.len() <= VOICE_LEVELS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(upload: u8) -> NewAttachment {
        NewAttachment { upload: UploadId([upload; 16]), alt: None, voice: None }
    }

    #[test]
    fn a_message_has_up_to_ten_attachments_and_each_once() {
        let named = |ids: &[u8]| NewAttachments::parse(ids.iter().copied().map(new).collect());
        assert!(named(&[]).is_ok_and(|none| none.is_empty()));
        assert!(named(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).is_ok());
        assert_eq!(named(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), Err(AttachmentsFault::Many));
        assert_eq!(named(&[1, 2, 1]), Err(AttachmentsFault::Wrong));
    }

    #[test]
    fn what_is_said_of_one_has_an_end() {
        let with = |alt: Option<String>, voice: Option<(u32, usize)>| {
            let voice = voice.map(|(ms, levels)| Voice { ms, levels: vec![9; levels] });
            NewAttachments::parse(vec![NewAttachment { alt, voice, ..new(1) }])
        };
        assert!(with(Some("猫".repeat(ALT_CHARS_MAX)), Some((VOICE_MS_MAX, VOICE_LEVELS_MAX))).is_ok());
        for (alt, voice) in [
            (Some("猫".repeat(ALT_CHARS_MAX + 1)), None),
            (Some("a\0".into()), None),
            (None, Some((VOICE_MS_MAX + 1, 0))),
            (None, Some((0, VOICE_LEVELS_MAX + 1))),
        ] {
            assert_eq!(with(alt, voice), Err(AttachmentsFault::Wrong));
        }
    }

    #[test]
    fn what_a_file_is_is_told_by_its_content_and_not_by_who_sends_it() {
        let file = |what| BlobFile {
            blob: BlobHash([0; 32]),
            bytes: 3,
            name: FileName::default(),
            media_type: "x/y".into(),
            what,
        };
        let voice = || Some(Voice { ms: 5, levels: vec![] });
        let sent = |what, voice| NewAttachment { voice, ..new(1) }.attach(file(what)).what.name();
        assert_eq!(sent(BlobKind::Audio {}, voice()), AttachmentType::Voice);
        assert_eq!(sent(BlobKind::Video {}, None), AttachmentType::Video);
        assert_eq!(sent(BlobKind::Other {}, voice()), AttachmentType::File);
    }

    #[test]
    fn an_attachment_is_kept_as_it_is_told() {
        let facts = PictureFacts { width: 3, height: 2, color: Some([1, 2, 3]), moves: false };
        let what = AttachmentKind::Picture { facts, alt: "a cat".into() };
        let attachment =
            Attachment { name: "猫.png".to_owned().into(), bytes: 9, media_type: "image/png".into(), what };
        let json = r#"{"name":"猫.png","bytes":9,"media_type":"image/png","what":{"type":"picture","width":3,"height":2,"color":[1,2,3],"moves":false,"alt":"a cat"}}"#;
        assert_eq!(serde_json::to_string(&attachment).unwrap(), json);
        assert_eq!(serde_json::from_str::<Attachment>(json).unwrap(), attachment);
    }
}
