//! Every question the store answers.

use super::ReadError;
use super::search::Query;
use crate::proto::account::{HistoryPage, ListedRoom, Member, SearchPage, Settings};
use crate::proto::id::{RoomId, Seq, SessionId, UserId};
use crate::proto::op::{Millis, Missed};
use crate::proto::server::User;

/// A person's account with the password's PHC string.
#[derive(Clone)]
pub struct Account {
    pub user: User,
    pub password: String,
}

/// Where a page of history lies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Window {
    After(Seq),
    /// The message itself in the middle.
    Around(Seq),
    Before(Seq),
    Newest,
}

/// Why a page of history is not given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HistoryRefusal {
    NotAMember,
    /// [`Window::Around`] a message that is not in that room.
    NotFound,
}

/// One connection that reads, in one consistent view.
pub struct Reader {}

impl Reader {
    /// The unexpired session with this token, and whose it is.
    pub fn session_by_token(&self, _hash: &[u8; 32], _now: Millis) -> Result<Option<(SessionId, User)>, ReadError> {
        Ok(None)
    }

    /// The account with this name, by what names are compared by.
    pub fn account_by_key(&self, _name_key: &str) -> Result<Option<Account>, ReadError> {
        Ok(None)
    }

    /// The account with this id, unless it was deleted.
    pub fn account(&self, _user: UserId) -> Result<Option<Account>, ReadError> {
        Ok(None)
    }

    /// Where an account is signed in: session, device, since when; the oldest first.
    pub fn sessions_of(&self, _user: UserId) -> Result<Vec<(SessionId, String, Millis)>, ReadError> {
        Ok(Vec::new())
    }

    /// Everyone with an account, by id.
    pub fn people(&self) -> Result<Vec<User>, ReadError> {
        Ok(Vec::new())
    }

    /// The open rooms that are not archived, by name.
    pub fn listed_rooms(&self, _asker: UserId) -> Result<Vec<ListedRoom>, ReadError> {
        Ok(Vec::new())
    }

    /// Who is in a room, by id; `None` when the asker is not in it and it is not open.
    pub fn room_members(&self, _asker: UserId, _room: RoomId) -> Result<Option<Vec<Member>>, ReadError> {
        Ok(None)
    }

    /// A page of a room's history of at most `limit` messages.
    pub fn history(
        &self,
        _asker: UserId,
        _room: RoomId,
        _window: Window,
        _limit: u32,
    ) -> Result<Result<HistoryPage, HistoryRefusal>, ReadError> {
        Ok(Err(HistoryRefusal::NotAMember))
    }

    /// What happened in the asker's rooms after `after` and up to `upto`, in order.
    pub fn missed(&self, _asker: UserId, _after: Seq, _upto: Seq) -> Result<Missed, ReadError> {
        Ok(Missed::TooMany)
    }

    /// Messages of the asker's rooms that answer the query, newest first, older than `cursor`.
    ///
    /// A page may hold fewer than `limit` hits, even none, and still have a `next`: the work of one call is bounded.
    pub fn search(
        &self,
        _asker: UserId,
        _query: &Query,
        _cursor: Option<Seq>,
        _limit: u32,
    ) -> Result<SearchPage, ReadError> {
        Ok(SearchPage { hits: Vec::new(), next: None })
    }

    /// The JPEG of this person's picture number `picture` with this edge in pixels.
    pub fn picture(&self, _user: UserId, _picture: u32, _edge: u32) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(None)
    }

    /// What the owner has decided.
    pub fn settings(&self) -> Result<Settings, ReadError> {
        Ok(Settings::default())
    }
}
