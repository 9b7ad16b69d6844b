//! Reactions, replies and pins.

use std::time::Duration;

/// Bytes of an emoji: the longest of Unicode's, a kiss of two people of different skin, has 35; families to come have room.
pub const EMOJI_BYTES_MAX: usize = 64;
/// Kinds of emoji at one message: three rows under it on a phone.
pub const REACTION_KINDS_MAX: usize = 20;
/// Of them one person's at most: nobody takes all places at somebody's message.
pub const REACTION_KINDS_OF_ONE_MAX: usize = 5;
/// Reactions to one message, of all kinds: a hall that claps. They are kept as one text of some KiB, written anew with each.
pub const REACTIONS_MAX: usize = 1_000;
/// How often what people put to messages of a room is stored and told, gathered: 200 people who clap cost each of them 4
/// frames a second, and the disk 4 commits.
pub const REACTIONS_INTERVAL: Duration = Duration::from_millis(250);
/// Messages of a room whose reactions are stored and told at once; the others with the next: 64 frames a second, whatever
/// people put to how many messages.
pub const REACTED_AT_ONCE_MAX: usize = 16;
/// Reactions that wait in all, some 100 bytes each; beyond it `busy`.
pub const REACTIONS_WAITING_MAX: usize = 4_096;
/// Reactions of one person at once: a chat of a day, looked through.
pub const REACTIONS_BURST: u32 = 60;
/// How soon a person may react once more: quicker than anyone chooses.
pub const REACTION_INTERVAL: Duration = Duration::from_millis(200);
/// People of each kind who are named to whoever asks who has reacted: more names nobody reads.
pub const REACTED_BY_MAX: usize = 100;
/// Characters of a message that a reply quotes: two lines on a phone.
pub const QUOTE_CHARS_MAX: usize = 80;
/// Pinned messages of a room: what is more nobody looks through.
pub const PINS_MAX: u32 = 100;
