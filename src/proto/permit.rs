//! Who may do what in a room: one table for all acts. The wire's `may` tells what it says, and the hub asks it before a
//! change, the store again when it makes it: much may have changed meanwhile.

use serde::{Deserialize, Serialize};

use super::code::ErrorCode;
use super::role::{BoxRole, RoomRole};
use super::room::{RoomKind, RoomSetting, RoomSettings};

/// What a member may do in a room.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Act {
    AddMembers,
    /// And bring it back.
    Archive,
    /// Messages of others too; one's own can always be deleted.
    DeleteAny,
    Leave,
    /// Call all who are there, by a message.
    MentionEveryone,
    OpenToGuests,
    /// Messages, and take them down.
    Pin,
    /// Put emoji to messages.
    React,
    /// Others; oneself by leaving.
    RemoveMembers,
    Rename,
    /// Say who owns the room.
    SetRoles,
    Write,
}

impl Act {
    pub const ALL: [Self; 12] = [
        Self::AddMembers,
        Self::Archive,
        Self::DeleteAny,
        Self::Leave,
        Self::MentionEveryone,
        Self::OpenToGuests,
        Self::Pin,
        Self::React,
        Self::RemoveMembers,
        Self::Rename,
        Self::SetRoles,
        Self::Write,
    ];
}

/// Who somebody is in a room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    pub on_the_box: BoxRole,
    pub in_the_room: RoomRole,
}

/// What of a room makes a difference.
#[derive(Clone, Copy, Debug)]
pub struct RoomFacts<'a> {
    pub kind: RoomKind,
    pub settings: &'a RoomSettings,
    /// A direct room whose other person is gone: nobody would read what is written.
    pub left_alone: bool,
}

/// Whether a member may do this in that room; else why not.
pub fn may(act: Act, who: Standing, room: RoomFacts<'_>) -> Result<(), ErrorCode> {
    // The owner of the box steers what is not between two people.
    let steers =
        room.kind != RoomKind::Direct && (who.in_the_room == RoomRole::Owner || who.on_the_box == BoxRole::Owner);
    let allowed = match act {
        Act::AddMembers => {
            goes_on(room)?;
            let kind = room.kind == RoomKind::Open || room.kind == RoomKind::Closed && steers;
            kind && who.on_the_box != BoxRole::Guest
        }
        Act::Archive => steers && room.kind != RoomKind::Everyone,
        Act::DeleteAny | Act::OpenToGuests | Act::Rename => steers,
        Act::Leave => can_be_left(room.kind),
        Act::MentionEveryone => {
            goes_on(room)?;
            steers
        }
        Act::RemoveMembers | Act::SetRoles => steers && can_be_left(room.kind),
        Act::Pin => {
            goes_on(room)?;
            room.kind == RoomKind::Direct || who.on_the_box != BoxRole::Guest
        }
        Act::React | Act::Write => {
            goes_on(room)?;
            true
        }
    };
    if allowed { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// All that a member may do in that room, in the order of the acts' names.
pub fn all_that(who: Standing, room: RoomFacts<'_>) -> Vec<Act> {
    Act::ALL.into_iter().filter(|act| may(*act, who, room).is_ok()).collect()
}

/// Whether somebody may look into a room they are not in, seeing who is in it and what was said there, and come in; else why
/// not. One that is not open to them looks as if it were not there.
pub fn is_open_to(on_the_box: BoxRole, kind: RoomKind, settings: &RoomSettings) -> Result<(), ErrorCode> {
    if kind != RoomKind::Open || (on_the_box == BoxRole::Guest && !settings.guests) {
        return Err(ErrorCode::NotFound);
    }
    if settings.archived { Err(ErrorCode::RoomArchived) } else { Ok(()) }
}

/// The act by which this is set.
pub fn act_of(setting: &RoomSetting) -> Act {
    match setting {
        RoomSetting::Archived(_) => Act::Archive,
        RoomSetting::Guests(_) => Act::OpenToGuests,
        RoomSetting::Name(_) => Act::Rename,
    }
}

/// Whether members come and go there, and somebody owns it.
fn can_be_left(kind: RoomKind) -> bool {
    matches!(kind, RoomKind::Closed | RoomKind::Open)
}

/// Whether anything is still to happen in a room.
fn goes_on(room: RoomFacts<'_>) -> Result<(), ErrorCode> {
    match room {
        RoomFacts { left_alone: true, .. } => Err(ErrorCode::PersonGone),
        RoomFacts { settings: RoomSettings { archived: true, .. }, .. } => Err(ErrorCode::RoomArchived),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Standing = Standing { on_the_box: BoxRole::Owner, in_the_room: RoomRole::Member };
    const MAKER: Standing = Standing { on_the_box: BoxRole::Member, in_the_room: RoomRole::Owner };
    const MEMBER: Standing = Standing { on_the_box: BoxRole::Member, in_the_room: RoomRole::Member };
    const GUEST: Standing = Standing { on_the_box: BoxRole::Guest, in_the_room: RoomRole::Member };

    static PLAIN: RoomSettings = RoomSettings { archived: false, guests: false, name: String::new() };
    static ARCHIVED: RoomSettings = RoomSettings { archived: true, guests: false, name: String::new() };

    fn there(kind: RoomKind) -> RoomFacts<'static> {
        RoomFacts { kind, settings: &PLAIN, left_alone: false }
    }

    /// The acts by their first letters, but for `x`, delete any, `c`, call everyone, `e`, react, and `m`, remove members.
    fn letters(who: Standing, room: RoomFacts<'_>) -> String {
        let letter = |act| match act {
            Act::AddMembers => 'a',
            Act::Archive => 'A',
            Act::DeleteAny => 'x',
            Act::Leave => 'l',
            Act::MentionEveryone => 'c',
            Act::OpenToGuests => 'g',
            Act::Pin => 'p',
            Act::React => 'e',
            Act::RemoveMembers => 'm',
            Act::Rename => 'r',
            Act::SetRoles => 's',
            Act::Write => 'w',
        };
        all_that(who, room).into_iter().map(letter).collect()
    }

    #[test]
    fn the_table() {
        use RoomKind::{Closed, Direct, Everyone, Open};
        let table = [
            // kind, box owner, who made the room, member, guest
            (Everyone, "xcgperw", "xcgperw", "pew", "ew"),
            (Open, "aAxlcgpemrsw", "aAxlcgpemrsw", "alpew", "lew"),
            (Closed, "aAxlcgpemrsw", "aAxlcgpemrsw", "lpew", "lew"),
            (Direct, "pew", "pew", "pew", "pew"),
        ];
        for (kind, owner, maker, member, guest) in table {
            let room = there(kind);
            let all = [OWNER, MAKER, MEMBER, GUEST].map(|who| letters(who, room));
            assert_eq!(all, [owner, maker, member, guest], "{kind:?}");
        }
    }

    #[test]
    fn in_an_archived_room_nobody_writes_or_adds_and_the_rest_stays() {
        for kind in [RoomKind::Open, RoomKind::Closed] {
            for who in [OWNER, MAKER, MEMBER, GUEST] {
                let open = letters(who, there(kind));
                let archived = letters(who, RoomFacts { settings: &ARCHIVED, ..there(kind) });
                assert_eq!(archived, open.replace(['a', 'c', 'e', 'p', 'w'], ""));
            }
        }
        let archived = RoomFacts { settings: &ARCHIVED, ..there(RoomKind::Closed) };
        assert_eq!(may(Act::Write, MEMBER, archived), Err(ErrorCode::RoomArchived));
        assert_eq!(may(Act::AddMembers, MEMBER, archived), Err(ErrorCode::RoomArchived));
    }

    #[test]
    fn only_open_rooms_are_open_to_who_is_not_in_them_and_to_guests_only_those_for_guests() {
        let guests = RoomSettings { guests: true, ..PLAIN.clone() };
        for kind in [RoomKind::Closed, RoomKind::Direct, RoomKind::Everyone, RoomKind::Open] {
            for (role, settings) in [
                (BoxRole::Owner, &PLAIN),
                (BoxRole::Member, &PLAIN),
                (BoxRole::Member, &guests),
                (BoxRole::Guest, &PLAIN),
                (BoxRole::Guest, &guests),
            ] {
                let open = kind == RoomKind::Open && (role != BoxRole::Guest || settings.guests);
                let want = if open { Ok(()) } else { Err(ErrorCode::NotFound) };
                assert_eq!(is_open_to(role, kind, settings), want, "{kind:?}, {role:?}, {settings:?}");
            }
        }
        assert_eq!(is_open_to(BoxRole::Owner, RoomKind::Open, &ARCHIVED), Err(ErrorCode::RoomArchived));
        assert_eq!(is_open_to(BoxRole::Guest, RoomKind::Open, &ARCHIVED), Err(ErrorCode::NotFound));
    }

    #[test]
    fn where_the_other_one_is_gone_nothing_can_be_done() {
        let alone = RoomFacts { left_alone: true, ..there(RoomKind::Direct) };
        assert_eq!(letters(OWNER, alone), "");
        assert_eq!(may(Act::Write, OWNER, alone), Err(ErrorCode::PersonGone));
    }
}
