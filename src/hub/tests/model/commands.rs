//! What the people of the world say.

use crate::proto::attachment::NewAttachment;
use crate::proto::blob::UploadId;
use crate::proto::client::{Access, ClientMessage, Command};
use crate::proto::id::{ClientMsgId, RoomId, Seq};
use crate::proto::role::RoomRole;
use crate::proto::room::{Notify, RoomSetting};
use crate::proto::text::RawBody;

use super::World;
use super::step::Step;

impl World {
    /// A command, by a device that connects first where it must.
    pub(super) fn command(&mut self, step: Step) {
        let re = self.next_message as u32;
        let (device, message) = match step {
            Step::AddMembers { device, room, people } => (
                device,
                ClientMessage::Command {
                    re,
                    command: Command::AddMembers { room: self.room(room), users: self.people(people) },
                },
            ),
            Step::Archive { device, room, archived } => (
                device,
                ClientMessage::Command {
                    re,
                    command: Command::SetRoom { room: self.room(room), setting: RoomSetting::Archived(archived) },
                },
            ),
            Step::CreateRoom { device, open, people } => {
                let (access, members) = (if open { Access::Open } else { Access::Closed }, self.people(people));
                (
                    device,
                    ClientMessage::Command {
                        re,
                        command: Command::CreateRoom { name: format!("room {re}"), access, members },
                    },
                )
            }
            Step::Delete { device, room, message } => {
                let (room, message) = self.message(room, message);
                (device, ClientMessage::Command { re, command: Command::Delete { room, message } })
            }
            Step::Edit { device, room, message } => {
                let (room, at) = self.message(room, message);
                let body = RawBody(
                    [" ".to_owned(), format!("other words {re}"), "the same".to_owned()][re as usize % 3].clone(),
                );
                (device, ClientMessage::Command { re, command: Command::Edit { room, message: at, body } })
            }
            Step::Forward { device, room, message } => {
                let (from, at) = self.message(room, message);
                let sent = &self.devices[self.device(device)].sent;
                let again = sent.last().filter(|_| re.is_multiple_of(4)).cloned();
                let new = || ClientMsgId::try_from(format!("forward-{re}")).expect("letters, a dash and digits");
                let client_msg_id = again.unwrap_or_else(new);
                let command = Command::Forward { from, message: at, room: self.room(message), client_msg_id };
                (device, ClientMessage::Command { re, command })
            }
            Step::Join { device, room } => {
                (device, ClientMessage::Command { re, command: Command::JoinRoom { room: self.room(room) } })
            }
            Step::Leave { device, room } => {
                (device, ClientMessage::Command { re, command: Command::LeaveRoom { room: self.room(room) } })
            }
            Step::MarkHeard { device, room, message } => {
                let (room, message) = self.message(room, message);
                (device, ClientMessage::Command { re, command: Command::MarkHeard { room, message } })
            }
            Step::OpenDirect { device, person } => {
                (device, ClientMessage::Command { re, command: Command::OpenDirect { user: self.person(person) } })
            }
            Step::OpenToGuests { device, room, guests } => (
                device,
                ClientMessage::Command {
                    re,
                    command: Command::SetRoom { room: self.room(room), setting: RoomSetting::Guests(guests) },
                },
            ),
            Step::Pin { device, room, message } => {
                let on = message % 3 != 2;
                let (room, message) = self.message(room, message);
                (device, ClientMessage::Command { re, command: Command::Pin { room, message, on } })
            }
            Step::React { device, room, message } => {
                let on = message % 4 != 3;
                let (room, message) = self.message(room, message);
                let emoji = ["👍", "❤️", "🇨🇳"][re as usize % 3].to_owned();
                (device, ClientMessage::Command { re, command: Command::React { room, message, emoji, on } })
            }
            Step::Read { device, room, back } => {
                let room = self.room(room);
                let n = (self.truth.last_n(room) + 1).saturating_sub(u64::from(back % 8));
                let set_back = None;
                let says = match back % 4 {
                    3 => ClientMessage::Unread { room, n, set_back },
                    _ => ClientMessage::Read { room, n, set_back },
                };
                (device, says)
            }
            Step::RemoveMember { device, room, person } => (
                device,
                ClientMessage::Command {
                    re,
                    command: Command::RemoveMember { room: self.room(room), user: self.person(person) },
                },
            ),
            Step::Rename { device, room } => (
                device,
                ClientMessage::Command {
                    re,
                    command: Command::SetRoom {
                        room: self.room(room),
                        setting: RoomSetting::Name(format!("name {re}")),
                    },
                },
            ),
            Step::Send { device, room, empty } => (device, self.draft(device, room, empty)),
            Step::SendAgain { device, room, back } => {
                let sent = &self.devices[self.device(device)].sent;
                let again = sent.len().checked_sub(1 + usize::from(back % 4)).map(|at| sent[at].clone());
                match (again, self.draft(device, room, false)) {
                    (Some(client_msg_id), ClientMessage::Send { room, body, attachments, reply_to, .. }) => {
                        (device, ClientMessage::Send { room, client_msg_id, body, attachments, reply_to })
                    }
                    (_, draft) => (device, draft),
                }
            }
            Step::KeepDraft { device, room, what } => {
                let body = RawBody(["", "begun", "begun anew"][usize::from(what) % 3].to_owned());
                (device, ClientMessage::Command { re, command: Command::KeepDraft { room: self.room(room), body } })
            }
            Step::SetNotify { device, room, what } => {
                let notify = [Notify::All, Notify::Mine, Notify::None][usize::from(what) % 3];
                let command = Command::SetNotify { room: self.room(room), notify };
                (device, ClientMessage::Command { re, command })
            }
            Step::SetRole { device, room, person, owner } => {
                let (room, user) = (self.room(room), self.person(person));
                let role = if owner { RoomRole::Owner } else { RoomRole::Member };
                (device, ClientMessage::Command { re, command: Command::SetRoomRole { room, user, role } })
            }
            Step::Typing { device, room } => (device, ClientMessage::Typing { room: self.room(room) }),
            other => unreachable!("{other:?} is not a command"),
        };
        self.next_message += 1;
        let device = self.device(device);
        if let ClientMessage::Send { client_msg_id, .. }
        | ClientMessage::Command { command: Command::Forward { client_msg_id, .. }, .. } = &message
        {
            self.devices[device].sent.push(client_msg_id.clone());
        }
        if let Some(conn) = self.arrive(device) {
            self.say(conn, message);
        }
    }

    /// A room, and something that has a place in it.
    fn message(&self, room: u8, message: u8) -> (RoomId, Seq) {
        let room = self.room(room);
        let events = self.store.events_of(room, Seq(0));
        (room, events.get(usize::from(message) % events.len().max(1)).copied().unwrap_or(Seq(7)))
    }

    fn draft(&self, device: u8, room: u8, empty: bool) -> ClientMessage {
        let name = format!("{}-{}", self.device(device), self.next_message);
        let body = RawBody(if empty { " ".to_owned() } else { format!("words {name}") });
        let client_msg_id = ClientMsgId::try_from(name).expect("digits and a dash");
        // Some bring something, and of those some what is not there.
        let upload = |last| NewAttachment { upload: UploadId([last; 16]), alt: None, voice: None };
        let attachments = match self.next_message % 5 {
            number @ 3..=4 => vec![upload(number as u8)],
            _ => Vec::new(),
        };
        // Some are replies, and of those some to what is no message of that room.
        let reply_to = match self.next_message % 7 {
            number @ 5..=6 => Some(self.message(room + u8::from(number == 6 && room < 9), self.next_message as u8).1),
            _ => None,
        };
        ClientMessage::Send { room: self.room(room), client_msg_id, body, attachments, reply_to }
    }
}
