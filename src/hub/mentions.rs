//! Whom messages call.

use std::time::Duration;

use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, UserId};
use crate::proto::mention::{self, Mention};
use crate::proto::permit::Act;
use crate::proto::text::Body;

use super::Hub;
use super::quota::EVERYONE;

impl Hub {
    /// Those of a room whom a text calls that `author` writes there; all of them only where the author may.
    pub(super) fn mentions(&self, author: UserId, room: RoomId, body: &Body) -> Vec<Mention> {
        let Some(members) = self.rooms.get(room).map(|room| &room.members) else { return Vec::new() };
        let of_the_room = |name: &str| self.roster.called(name).filter(|user| members.contains_key(user));
        let mut mentions = mention::mentions(body.as_str(), of_the_room);
        if mentions.iter().any(|mention| mention.user.is_none())
            && self.may(Act::MentionEveryone, author, room).is_err()
        {
            // What it says is a word like any other then.
            mentions.retain(|mention| mention.user.is_some());
        }
        mentions
    }

    /// What was counted of a message that was sent before is none.
    pub(super) fn was_sent_before(&mut self, author: UserId, mentions: &[Mention]) {
        if mentions.iter().any(|mention| mention.user.is_none())
            && let Some(person) = self.roster.people.get_mut(&author)
        {
            person.quota.everyone.give_back(EVERYONE, 1);
        }
    }

    /// Counts that a new message calls everyone. An edit calls nobody who was not called, so nothing is counted of that.
    pub(super) fn meter_everyone(
        &mut self,
        author: UserId,
        mentions: &[Mention],
        now: Duration,
    ) -> Result<(), ErrorCode> {
        let calls_all = mentions.iter().any(|mention| mention.user.is_none());
        match self.roster.people.get_mut(&author).filter(|_| calls_all) {
            Some(person) => person.quota.everyone.take(EVERYONE, 1, now).map_err(|_| ErrorCode::EveryoneOften),
            None => Ok(()),
        }
    }
}
