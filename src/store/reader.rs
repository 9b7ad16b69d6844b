//! Every question the store answers. Which connection answers it, and whose turn it is: see `readers`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::database::{self, DATABASE_FILE};
use super::rows::{self, USER_COLUMNS, sql};
use super::search::{self, Cursor, INDEX_FILE, Indexer, Query, Search, Segments};
use super::{ReadError, attachments, events, guests, invites, members, monitor, people, removal, sessions, uploads};
use crate::proto::account::{Invite, Invited, Member, SearchPage};
use crate::proto::blob::{BlobHash, UploadId};
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, Seq, SessionId, UserId};
use crate::proto::limits::SEARCH_PAGE_MAX;
use crate::proto::op::{CompleteFile, Millis, MonitorRows};
use crate::proto::server::User;
use crate::proto::session_end::SessionEnd;
use crate::proto::storage::StorageOf;

mod messages;

/// A person's account with the password's PHC string.
#[derive(Clone)]
pub struct Account {
    pub user: User,
    /// Empty where there is none.
    pub password: String,
    /// The PHC string of a code that was given for a new password and not used; empty where there is none.
    pub code: String,
}

impl Account {
    /// Whether one can sign in to it.
    pub fn has_password(&self) -> bool {
        !self.password.is_empty()
    }
}

/// A room as `porch room list` shows it.
pub struct BoardRoom {
    pub id: RoomId,
    pub kind: String,
    pub name: String,
    pub archived: bool,
    pub members: u64,
    /// The maker's name, where there is one.
    pub made_by: Option<String>,
}

/// Where a page of history lies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Window {
    After(Seq),
    /// The message itself in the middle.
    Around(Seq),
    /// The message with this number of the room in the middle, or the next there is.
    AroundNumber(u64),
    Before(Seq),
    Newest,
    /// From the first message on that was sent at this time or later.
    Since(Millis),
}

/// Why a page of history is not given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HistoryRefusal {
    NotAMember,
    /// [`Window::Around`] a message that is not in that room, or a number beyond its newest.
    NotFound,
}

/// One connection that reads, in one consistent view.
pub struct Reader {
    db: Connection,
    dir: PathBuf,
    indexer: Indexer,
    /// The index file that is open, with its generation.
    index: RefCell<Option<(u64, Connection)>>,
    segments: RefCell<Segments>,
}

impl Reader {
    /// The account with this name, by what names are compared by.
    pub fn account_by_key(&self, name_key: &str) -> Result<Option<Account>, ReadError> {
        let query = format!("SELECT {USER_COLUMNS}, password, code FROM users WHERE name_key = ?");
        Ok(self.db.prepare_cached(&query)?.query_row([name_key], account).optional()?)
    }

    /// The account with this id, unless it was deleted.
    pub fn account(&self, user: UserId) -> Result<Option<Account>, ReadError> {
        let query = format!("SELECT {USER_COLUMNS}, password, code FROM users WHERE id = ? AND name_key IS NOT NULL");
        Ok(self.db.prepare_cached(&query)?.query_row([sql(user.0)], account).optional()?)
    }

    /// Whether an attempt to come in has made a session already, and may be repeated.
    pub fn was_attempted(&self, attempt_hash: &[u8; 32], now: Millis) -> Result<bool, ReadError> {
        Ok(sessions::attempted(&self.db, attempt_hash, now)?.is_some())
    }

    /// Why the session with this token has ended, if that is known.
    pub fn why_ended(&self, token_hash: &[u8; 32], now: Millis) -> Result<Option<SessionEnd>, ReadError> {
        Ok(sessions::why_ended(&self.db, token_hash, now)?)
    }

    /// Where an account is signed in: session, device, since when; the oldest first. Those that have expired are
    /// listed until the next sign-in clears them.
    pub fn sessions_of(&self, user: UserId) -> Result<Vec<(SessionId, String, Millis)>, ReadError> {
        Ok(self
            .db
            .prepare_cached("SELECT id, device, created_at FROM sessions WHERE user = ? ORDER BY id")?
            .query_map([sql(user.0)], |row| Ok((rows::session_id(row, 0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// Everyone with an account, by id, and the guests whose name is kept though their stay has ended.
    pub fn people(&self) -> Result<Vec<User>, ReadError> {
        Ok(people::shown(&self.db)?)
    }

    /// Everyone with an account, by id.
    pub fn present(&self) -> Result<Vec<User>, ReadError> {
        Ok(people::present(&self.db)?)
    }

    /// The people whom this guest shares a room with, and the guest, by id.
    pub fn people_known_to(&self, guest: UserId) -> Result<Vec<User>, ReadError> {
        Ok(people::known_to(&self.db, guest)?)
    }

    /// Whether two people are in a room together.
    pub fn share_a_room(&self, one: UserId, other: UserId) -> Result<bool, ReadError> {
        Ok(people::share_a_room(&self.db, one, other)?)
    }

    /// When [`GuestOp::EndStays`](crate::proto::op::GuestOp::EndStays) next has something to do.
    pub fn next_end_of_stay(&self) -> Result<Option<Millis>, ReadError> {
        Ok(guests::next_due(&self.db)?)
    }

    /// All that the owner may still want to see, newest first.
    pub fn invites(&self, now: Millis) -> Result<Vec<Invite>, ReadError> {
        Ok(invites::listed(&self.db, now)?)
    }

    /// What one is invited to with the token that has this hash, or why not.
    pub fn invited(&self, token_hash: &[u8; 32], now: Millis) -> Result<Result<Invited, ErrorCode>, ReadError> {
        Ok(invites::invited(&self.db, token_hash, now)?)
    }

    /// How many rooms this person has made; `None` where there never was such a person.
    pub fn rooms_made_by(&self, user: UserId) -> Result<Option<u64>, ReadError> {
        Ok(removal::made_by(&self.db, user)?)
    }

    /// Every room but direct ones, by id, for whoever sits at the board.
    pub fn rooms_there_are(&self) -> Result<Vec<BoardRoom>, ReadError> {
        Ok(self
            .db
            .prepare(
                "SELECT rooms.id, kind, rooms.name, archived, (SELECT count(*) FROM members WHERE room = rooms.id),
                        users.name
                 FROM rooms LEFT JOIN users ON users.id = made_by
                 WHERE erased_upto IS NULL AND low IS NULL ORDER BY rooms.id",
            )?
            .query_map([], |row| {
                Ok(BoardRoom {
                    id: rows::room_id(row, 0)?,
                    kind: row.get(1)?,
                    name: row.get(2)?,
                    archived: row.get(3)?,
                    members: rows::number(row, 4)?,
                    made_by: row.get(5)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// Who is in a room, by id; `None` when the asker may not look into it.
    pub fn room_members(&self, asker: UserId, room: RoomId) -> Result<Option<Vec<Member>>, ReadError> {
        if !self.may_look_into(room, asker)? {
            return Ok(None);
        }
        let members = self
            .db
            .prepare_cached("SELECT user, role, joined_at FROM members WHERE room = ? ORDER BY user")?
            .query_map([sql(room.0)], |row| {
                Ok(Member { user: rows::user_id(row, 0)?, role: rows::room_role(row, 1)?, joined_at: row.get(2)? })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Some(members))
    }

    /// Messages of the asker's rooms that answer the query, newest first, older than `cursor`.
    ///
    /// A page may hold fewer than `limit` hits, even none, and still have a `next`: the work of one call is bounded, and
    /// ends early once `nobody_waits` for it.
    pub fn search(
        &self,
        asker: UserId,
        query: &Query,
        (cursor, limit): (Option<Cursor>, u32),
        nobody_waits: impl Fn() -> bool,
    ) -> Result<SearchPage, ReadError> {
        self.searched(asker, query, &nobody_waits, |search| {
            search.page(cursor, limit.clamp(1, SEARCH_PAGE_MAX) as usize)
        })
    }

    /// [`Self::search`] by whom `ask` is given.
    pub(super) fn searched<T>(
        &self,
        asker: UserId,
        query: &Query,
        nobody_waits: &dyn Fn() -> bool,
        ask: impl FnOnce(&mut Search<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, ReadError> {
        let rooms = self.rooms_of(asker)?;
        let mut index = self.index.borrow_mut();
        self.open_index(&mut index);
        let index = index.as_ref().map(|(_, index)| index);
        // Blocks may be merged meanwhile: the search sees them as they were.
        let view = index.map(Connection::unchecked_transaction).transpose()?;
        let mut segments = self.segments.borrow_mut();
        let mut search = Search::new(&self.db, index, &mut segments, (asker, rooms), query, nobody_waits)?;
        let answer = ask(&mut search)?;
        if search.index_is_damaged() {
            self.indexer.damaged();
        }
        view.map(Transaction::finish).transpose()?;
        Ok(answer)
    }

    /// The JPEG of this person's picture number `picture` with this edge in pixels.
    pub fn picture(&self, user: UserId, picture: u32, edge: u32) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self
            .db
            .prepare_cached(
                "SELECT jpeg FROM pictures JOIN users ON users.id = pictures.user
                 WHERE user = ? AND edge = ? AND picture = ?",
            )?
            .query_row(params![sql(user.0), edge, picture], |row| row.get(0))
            .optional()?)
    }

    /// What has become of an upload of this person's that is complete and not sent, and since when it is complete.
    pub fn complete_upload(&self, id: UploadId, by: UserId) -> Result<Option<(CompleteFile, Millis)>, ReadError> {
        Ok(uploads::found(&self.db, id, by)?)
    }

    /// Uploads of a person's that are complete and not sent, and the bytes of each.
    pub fn unsent_uploads(&self, by: UserId) -> Result<HashMap<UploadId, u64>, ReadError> {
        Ok(uploads::unsent(&self.db, by)?)
    }

    /// Bytes of what a person has sent and not deleted.
    pub fn stored_bytes(&self, by: UserId) -> Result<u64, ReadError> {
        Ok(attachments::stored_bytes(&self.db, by)?)
    }

    /// Those who have sent the most and not deleted it, and the bytes of all others.
    pub fn stored_by(&self, count: usize) -> Result<(Vec<StorageOf>, u64), ReadError> {
        Ok(attachments::stored_by(&self.db, count)?)
    }

    /// Blobs that messages need, of those whose hash begins with this byte.
    pub fn needed_blobs(&self, first: u8) -> Result<Vec<BlobHash>, ReadError> {
        Ok(attachments::needed(&self.db, first)?)
    }

    /// Whether a message needs this blob, or an upload that can be sent.
    pub fn is_blob_needed(&self, blob: BlobHash) -> Result<bool, ReadError> {
        Ok(attachments::is_needed(&self.db, blob)?)
    }

    /// What is kept of what pages have told.
    pub fn monitored(&self) -> Result<MonitorRows, ReadError> {
        Ok(monitor::read(&self.db)?)
    }

    /// The newest event's place; 0 before the first.
    pub fn newest_seq(&self) -> Result<Seq, ReadError> {
        Ok(Seq(events::newest_seq(&self.db)?))
    }

    pub(super) fn open(dir: &Path, indexer: Indexer) -> rusqlite::Result<Self> {
        Ok(Self {
            db: database::open_reader(&dir.join(DATABASE_FILE), database::READER_CACHE_KIB)?,
            dir: dir.into(),
            indexer,
            index: RefCell::default(),
            segments: RefCell::default(),
        })
    }

    /// Runs `f` in one consistent view.
    pub(super) fn in_one_view<T>(&self, f: impl FnOnce(&Self) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let view = self.db.unchecked_transaction()?;
        let answer = f(self)?;
        view.finish()?;
        Ok(answer)
    }

    /// Makes sure that the newest index file is open, if it can be.
    fn open_index(&self, index: &mut Option<(u64, Connection)>) {
        let generation = self.indexer.generation();
        if index.as_ref().is_some_and(|(of, _)| *of == generation) {
            return;
        }
        *index = match database::open_reader(&self.dir.join(INDEX_FILE), search::READER_CACHE_KIB) {
            Ok(connection) => Some((generation, connection)),
            // Not made yet: the search reads the messages themselves.
            Err(_) => None,
        };
    }

    /// Whether this person is in that room, or it is open to them.
    fn may_look_into(&self, room: RoomId, user: UserId) -> rusqlite::Result<bool> {
        Ok(members::is_member(&self.db, room, user)? || members::is_open_to(&self.db, room, user)?)
    }

    fn rooms_of(&self, user: UserId) -> rusqlite::Result<Vec<RoomId>> {
        self.db
            .prepare_cached("SELECT room FROM members WHERE user = ?")?
            .query_map([sql(user.0)], |row| rows::room_id(row, 0))?
            .collect()
    }
}

fn account(row: &rusqlite::Row<'_>) -> rusqlite::Result<Account> {
    let [password, code] = [rows::USER_COLUMNS_COUNT, rows::USER_COLUMNS_COUNT + 1];
    Ok(Account { user: rows::user(row, 0)?, password: row.get(password)?, code: row.get(code)? })
}
