//! Who may do what in a room: one table for all acts, which the wire's `may` speaks of.

use crate::proto::code::ErrorCode;
use crate::proto::server::{Act, BoxRole, RoomKind, RoomRole};

/// Who somebody is in a room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Standing {
    pub(super) on_the_box: BoxRole,
    pub(super) in_the_room: RoomRole,
}

/// What of a room makes a difference.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct RoomFacts {
    pub(super) kind: RoomKind,
    pub(super) archived: bool,
    /// A direct room whose other person is gone: nobody would read what is written.
    pub(super) left_alone: bool,
}

/// Whether a member may do this in that room; else why not.
pub(super) fn may(act: Act, who: Standing, room: RoomFacts) -> Result<(), ErrorCode> {
    // The owner of the box steers what is not between two people.
    let steers =
        room.kind != RoomKind::Direct && (who.in_the_room == RoomRole::Owner || who.on_the_box == BoxRole::Owner);
    let allowed = match act {
        Act::AddMembers => {
            may(Act::Write, who, room)?;
            let kind = room.kind == RoomKind::Open || room.kind == RoomKind::Closed && steers;
            kind && who.on_the_box != BoxRole::Guest
        }
        Act::Archive => steers && room.kind != RoomKind::Everyone,
        Act::DeleteAny | Act::OpenToGuests | Act::Rename => steers,
        Act::Leave => matches!(room.kind, RoomKind::Closed | RoomKind::Open),
        Act::Write if room.left_alone => return Err(ErrorCode::PersonGone),
        Act::Write if room.archived => return Err(ErrorCode::RoomArchived),
        Act::Write => true,
    };
    if allowed { Ok(()) } else { Err(ErrorCode::Forbidden) }
}

/// All that a member may do in that room, in the order of the acts' names.
pub(super) fn all_that(who: Standing, room: RoomFacts) -> Vec<Act> {
    Act::ALL.into_iter().filter(|act| may(*act, who, room).is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Standing = Standing { on_the_box: BoxRole::Owner, in_the_room: RoomRole::Member };
    const MAKER: Standing = Standing { on_the_box: BoxRole::Member, in_the_room: RoomRole::Owner };
    const MEMBER: Standing = Standing { on_the_box: BoxRole::Member, in_the_room: RoomRole::Member };
    const GUEST: Standing = Standing { on_the_box: BoxRole::Guest, in_the_room: RoomRole::Member };

    fn there(kind: RoomKind) -> RoomFacts {
        RoomFacts { kind, archived: false, left_alone: false }
    }

    /// The acts by their first letters, but for `x`: delete any.
    fn letters(who: Standing, room: RoomFacts) -> String {
        let letter = |act| match act {
            Act::AddMembers => 'a',
            Act::Archive => 'A',
            Act::DeleteAny => 'x',
            Act::Leave => 'l',
            Act::OpenToGuests => 'g',
            Act::Rename => 'r',
            Act::Write => 'w',
        };
        all_that(who, room).into_iter().map(letter).collect()
    }

    #[test]
    fn the_table() {
        use RoomKind::{Closed, Direct, Everyone, Open};
        let table = [
            // kind, box owner, who made the room, member, guest
            (Everyone, "xgrw", "xgrw", "w", "w"),
            (Open, "aAxlgrw", "aAxlgrw", "alw", "lw"),
            (Closed, "aAxlgrw", "aAxlgrw", "lw", "lw"),
            (Direct, "w", "w", "w", "w"),
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
                let archived = letters(who, RoomFacts { archived: true, ..there(kind) });
                assert_eq!(archived, open.replace(['a', 'w'], ""));
            }
        }
        let archived = RoomFacts { archived: true, ..there(RoomKind::Closed) };
        assert_eq!(may(Act::Write, MEMBER, archived), Err(ErrorCode::RoomArchived));
        assert_eq!(may(Act::AddMembers, MEMBER, archived), Err(ErrorCode::RoomArchived));
    }

    #[test]
    fn where_the_other_one_is_gone_nothing_can_be_done() {
        let alone = RoomFacts { left_alone: true, ..there(RoomKind::Direct) };
        assert_eq!(letters(OWNER, alone), "");
        assert_eq!(may(Act::Write, OWNER, alone), Err(ErrorCode::PersonGone));
    }
}
