//! The texts of a message in which words are found: its own, and what is said of its attachments. Whether all that is
//! looked for stands in them, and where.

use super::marks;
use super::query::Query;
use super::segment::Segments;
use super::sieve::Cost;
use crate::proto::account::{AttachmentMarks, Hit};
use crate::proto::attachment::{Attachment, AttachmentKind};
use crate::proto::event::Message;
use crate::proto::limits::{SEARCH_COMPARED_UNIT, SEARCH_MARKS_MAX, SEARCH_MESSAGE_UNIT_BYTES};

type Marks = Vec<[u32; 2]>;

/// What is said of an attachment: its name, and what is to be seen.
pub(super) fn of_attachment(attachment: &Attachment) -> [&str; 2] {
    let alt = match &attachment.what {
        AttachmentKind::Picture { alt, .. } => alt,
        AttachmentKind::Audio {} | AttachmentKind::File {} | AttachmentKind::Video {} | AttachmentKind::Voice(_) => "",
    };
    [attachment.name.as_str(), alt]
}

/// The places of all phrases, each text's by itself; `None` when a phrase stands in none of them.
pub(super) fn find(
    query: &Query,
    (body, attachments): (&str, &[Attachment]),
    segments: &mut Segments,
    cost: &mut Cost,
) -> Option<Vec<Marks>> {
    let texts: Vec<&str> = std::iter::once(body).chain(attachments.iter().flat_map(of_attachment)).collect();
    let last = texts.iter().rposition(|text| !text.is_empty()).unwrap_or(0);
    let mut is_found = vec![false; query.phrases.len()];
    let mut marks_left = SEARCH_MARKS_MAX;
    let mut found = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        let mut places = Vec::new();
        if !text.is_empty() && !query.phrases.is_empty() {
            segments.read(text);
            cost.add(u32::try_from(text.len() / SEARCH_MESSAGE_UNIT_BYTES).unwrap_or(u32::MAX));
        }
        for (phrase, is_found) in query.phrases.iter().zip(&mut is_found).filter(|_| !text.is_empty()) {
            let before = places.len();
            let compared = phrase.find(segments, |place| {
                places.push(place);
                places.len() < before + SEARCH_MARKS_MAX
            });
            cost.add(u32::try_from(compared / SEARCH_COMPARED_UNIT).unwrap_or(u32::MAX));
            *is_found |= places.len() > before;
            if at == last && !*is_found {
                return None;
            }
        }
        let mut marks = marks::in_utf16(text, marks::joined(places));
        marks.truncate(marks_left);
        marks_left -= marks.len();
        found.push(marks);
    }
    is_found.iter().all(|found| *found).then_some(found)
}

/// The hit that a message is, with the marks of its texts in their order.
pub(super) fn hit(message: Message, found: Vec<Marks>) -> Hit {
    let mut found = found.into_iter();
    let marks = found.next().unwrap_or_default();
    let mut attachment_marks = Vec::new();
    for place in 0..message.attachments.len() as u32 {
        let (name, alt) = (found.next().unwrap_or_default(), found.next().unwrap_or_default());
        if !name.is_empty() || !alt.is_empty() {
            attachment_marks.push(AttachmentMarks { place, name, alt });
        }
    }
    Hit { message, marks, attachment_marks }
}
