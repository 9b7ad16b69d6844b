//! A look inside the hub for its property tests and fuzz targets: what must hold between any two inputs.

use std::collections::BTreeSet;

use crate::proto::id::{ConnId, SessionId, UserId};
use crate::proto::limits::{SENDS_IN_FLIGHT_MAX, SESSION_CONNECTIONS_MAX};
use crate::proto::role::RoomRole;
use crate::proto::room::RoomKind;
use crate::proto::server::{Resume, ServerMessage};

use super::roster::Stage;
use super::{AnswerTo, Hub};

impl Hub {
    /// Panics when the parts of the state disagree with each other.
    pub(crate) fn audit(&self) {
        for (id, room) in &self.rooms.by_id {
            let members: BTreeSet<ConnId> =
                room.members.keys().flat_map(|user| self.roster.joined_conns(*user)).collect();
            let present: BTreeSet<ConnId> = room.present.iter().copied().collect();
            assert_eq!(present, members, "who is present in room {id} is not who has joined");
            assert_eq!(present.len(), room.present.len(), "room {id} has somebody twice");
            for (user, member) in &room.members {
                assert!(self.roster.people[user].rooms.contains(id), "person {user} does not know of room {id}");
                assert!(
                    member.read.n <= member.read.furthest_n && member.read.furthest_n <= room.last_n,
                    "person {user} has read what room {id} does not have"
                );
            }
            let owned = room.members.values().any(|member| member.role == RoomRole::Owner);
            let ownable = matches!(room.kind, RoomKind::Closed | RoomKind::Open);
            let only_guests = room.members.keys().all(|user| self.roster.is_guest(*user));
            assert!(owned || !ownable || only_guests, "room {id} has no owner");
            for (user, member) in room.members.iter().filter(|(user, _)| self.roster.is_guest(**user)) {
                assert!(
                    room.settings.guests || room.kind == RoomKind::Direct,
                    "guest {user} is in room {id}, which takes none"
                );
                assert_eq!(member.role, RoomRole::Member, "guest {user} owns room {id}");
            }
        }
        for (id, person) in &self.roster.people {
            for room in &person.rooms {
                assert!(self.rooms.by_id[room].members.contains_key(id), "room {room} does not know of person {id}");
            }
        }
        let open = self.rooms.by_id.values().filter(|room| room.kind == RoomKind::Open);
        assert_eq!(
            open.map(|room| room.id).collect::<BTreeSet<_>>(),
            self.rooms.open().map(|room| room.id).collect(),
            "the open rooms are not those that are listed"
        );
        for (pair, room) in &self.rooms.directs {
            assert_eq!(self.rooms.by_id[room].direct, Some(*pair), "room {room} is not the direct room of its pair");
        }
        self.audit_conns();
        self.reactions.audit();
    }

    fn audit_conns(&self) {
        let listed: Vec<ConnId> = self.roster.people.values().flat_map(|person| person.conns.iter().copied()).collect();
        assert_eq!(listed.len(), self.roster.conns.len(), "people and connections disagree");
        for id in listed {
            let conn = &self.roster.conns[&id];
            let same = self.roster.conns.values().filter(|other| other.session == conn.session).count();
            assert!(same <= SESSION_CONNECTIONS_MAX, "session {} has {same} connections", conn.session);
            assert!(self.roster.people[&conn.user].conns.contains(&id), "connection {id} belongs to somebody else");
            assert!(conn.in_flight <= SENDS_IN_FLIGHT_MAX, "connection {id} has too much in flight");
            let asked = |asked: &&AnswerTo| matches!(asked, AnswerTo::Send { conn, .. } if *conn == id);
            let waiting = self.unanswered.values().filter(asked).count();
            assert_eq!(conn.in_flight, waiting, "connection {id} counts what is in flight wrongly");
        }
    }

    /// Panics unless everything asked was answered and nobody waits for anything.
    pub(crate) fn audit_idle(&self) {
        assert!(self.unanswered.is_empty(), "answered questions are still remembered: {:?}", self.unanswered);
        assert_eq!(self.wake_at(), None, "a tick is due although nothing has changed");
        for (id, conn) in &self.roster.conns {
            assert_eq!(conn.in_flight, 0, "connection {id} waits for nothing");
            assert!(!matches!(conn.stage, Stage::Resuming { .. }), "connection {id} is never welcomed");
        }
    }

    /// What a person would be welcomed with.
    pub(crate) fn audit_welcome(&self, user: UserId) -> Option<ServerMessage> {
        self.roster.knows(user).then(|| self.welcome(user, SessionId(0), Resume::Fresh))
    }
}
