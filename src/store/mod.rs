//! What must outlive the process: accounts, rooms and messages in one SQLite database, and the search index beside it.
//!
//! One thread writes, in group commits with `synchronous=FULL`; a few connections read beside it, and whoever asks much
//! waits for their turn. Nothing is answered before it is on the disk, and nothing refused or failed leaves a trace.
//! [`Store`] is the way in; [`Reader`] holds every question that the disk is asked. Who is signed in, and what the owner
//! has decided, is known without it.

use std::io;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

use self::checkpoint::Checkpointer;
use self::health::Health;
use self::readers::Readers;
use self::resident::{Resident, Touched};
use self::search::Indexer;
use self::writer::{Command, Marks, Writer};
use crate::fair::Asker;
use crate::proto::account::{SearchPage, Settings};
use crate::proto::id::{RoomId, Seq, SessionId, UserId};
use crate::proto::limits::{SEARCH_REST_MAX, SEARCH_REST_TIMES, STORE_IN_FLIGHT_MAX};
use crate::proto::op::{Fault, Millis, Op, Outcome, Snapshot};
use crate::proto::receipt::ReadMarker;
use crate::proto::server::User;

mod accounts;
mod aside;
mod attachments;
mod chain;
mod check;
mod checkpoint;
mod codes;
mod database;
mod days;
mod drafts;
mod epochs;
mod error;
mod events;
mod galleries;
mod gallery_page;
mod guests;
mod health;
mod heard_marks;
mod history;
mod inspect;
mod invites;
mod lock;
mod loss;
mod members;
mod mentions;
mod messages;
mod missed;
mod monitor;
mod names;
mod people;
mod pins;
mod react;
mod reactions;
mod reader;
mod readers;
mod removal;
mod replies;
mod resident;
mod rooms;
mod rows;
mod search;
mod sent;
mod sessions;
mod settings;
#[cfg(test)]
mod tests;
mod told;
mod trouble;
mod uploads;
mod wal;
mod writer;

pub use aside::begin_anew;
pub use error::{ApplyError, Busy, OpenError, ReadError};
pub use inspect::{Database, database};
pub use lock::is_held;
pub use loss::Loss;
pub use reader::{Account, HistoryRefusal, Reader, Window};
pub use search::{Cursor, Filters, Query, QueryFault};
pub use trouble::Trouble;

/// How far a search stands back behind everything else when both want the processor (nice(2)): a tenth of its share.
const SEARCH_NICENESS: i32 = 10;

/// The way to the disk. Clones share one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    queue: SyncSender<Command>,
    marks: Marks,
    resident: Resident,
    looks: Readers,
    searches: Readers,
    health: Arc<Health>,
    freed: Arc<Notify>,
    loss: Option<Loss>,
    /// Joined by [`Store::close`].
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Store {
    /// Opens or makes the database in `dir`, which exists and is ours alone. Blocks for some milliseconds.
    ///
    /// `clock` is asked on the writer's thread which sign-ins have expired.
    pub fn open(dir: &Path, clock: impl Fn() -> Millis + Send + 'static) -> Result<(Self, Snapshot), OpenError> {
        let lock = lock::take(dir)?;
        let database = dir.join(database::DATABASE_FILE);
        let before = loss::Before::look(dir);
        let mut connection = database::open_database(dir)?;
        let sqlite = |e: rusqlite::Error| OpenError::sqlite(dir, &e);
        let touched = Touched::default();
        touched.watch(&mut connection).map_err(sqlite)?;
        let mut snapshot = snapshot(&connection).map_err(sqlite)?;
        snapshot.epochs = epochs::next(&connection, Seq(snapshot.seq)).map_err(sqlite)?;
        let resident = Resident::load(&connection).map_err(sqlite)?;
        let loss = loss::notice(dir, &connection, &before, snapshot.seq);
        let health = Arc::new(Health::default());
        let freed = Arc::new(Notify::new());
        let begin = |e: io::Error| OpenError::Disk {
            path: database.clone(),
            reason: format!("a thread could not begin: {e}"),
            trouble: Trouble::of_io(&e),
        };
        let (checkpointer, checkpoint_thread) = Checkpointer::start(database.clone()).map_err(begin)?;
        let (indexer, index_thread) = Indexer::start(dir, snapshot.seq).map_err(begin)?;
        let mut beside = vec![index_thread, checkpoint_thread];
        if before.is_unclean() {
            beside.push(check::start(database.clone(), health.clone()).map_err(begin)?);
        }
        let (queue, commands) = sync_channel(STORE_IN_FLIGHT_MAX);
        let marks = Marks::default();
        let now = Instant::now();
        let writer = Writer {
            dir: dir.into(),
            connection: Some(connection),
            epoch: snapshot.epochs.last().copied(),
            commands,
            touched,
            resident: resident.clone(),
            health: health.clone(),
            freed: freed.clone(),
            marks: marks.clone(),
            checkpointer,
            indexer: indexer.clone(),
            clock: Box::new(clock),
            next_commit: now,
            marks_due: None,
            next_marks: now,
            failing: false,
        };
        let writer_thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || {
                // Held as long as anything may be written.
                let _lock = lock;
                writer.run();
                for thread in beside {
                    if thread.join().is_err() {
                        log::error!("a thread of the store had ended early");
                    }
                }
            })
            .map_err(begin)?;
        let looks = Readers::new(dir, indexer.clone(), readers::LOOKS);
        let searches = Readers::new(dir, indexer, readers::SEARCHES);
        let threads = Mutex::new(vec![writer_thread]);
        let inner = Inner { queue, marks, resident, looks, searches, health, freed, loss, threads };
        Ok((Self { inner: Arc::new(inner) }, snapshot))
    }

    /// What keeps the store from its work at the moment.
    pub fn trouble(&self) -> Option<Trouble> {
        self.inner.health.trouble()
    }

    /// What the database had lost when it was opened, now or not long ago.
    pub fn loss(&self) -> Option<Loss> {
        self.inner.loss
    }

    /// Told when blobs are needed no more: see [`UploadOp::TakeFreed`](crate::proto::op::UploadOp::TakeFreed).
    pub fn freed(&self) -> &Notify {
        &self.inner.freed
    }

    /// People are let in from now on: has this run known to those after it. Never blocks on the disk.
    pub fn begin(&self) {
        // A full queue holds changes, and the first of them does the same.
        let _ = self.inner.queue.try_send(Command::Begin);
    }

    /// Queues a change; never blocks. `reply` runs on the writer's thread after the commit that holds the change, or
    /// after its failure; it must not wait for the store.
    pub fn submit(&self, op: Op, reply: impl FnOnce(Result<Outcome, Fault>) + Send + 'static) -> Result<(), Busy> {
        if self.inner.health.is_closing() {
            return Err(Busy);
        }
        writer::submit(&self.inner.queue, op, Box::new(reply))
    }

    /// [`Self::submit`], awaited.
    pub async fn apply(&self, op: Op) -> Result<Outcome, ApplyError> {
        let (tell, told) = oneshot::channel();
        let reply = move |result| {
            // Nobody waits any more: the change is made all the same.
            let _ = tell.send(result);
        };
        self.submit(op, reply).map_err(|Busy| ApplyError::Busy)?;
        match told.await {
            Ok(result) => result.map_err(ApplyError::Fault),
            // The store closed at this moment, and did not take the change.
            Err(_) => Err(ApplyError::Busy),
        }
    }

    /// Moves a read marker forward to message number `n`, some time later: see
    /// [`READ_MARKER_INTERVAL`](crate::proto::limits::READ_MARKER_INTERVAL). Never blocks on the disk.
    pub fn mark_read(&self, room: RoomId, user: UserId, joined_at: Millis, read: impl Into<ReadMarker>) {
        if self.inner.marks.add((room, user, joined_at), read.into()) {
            // A full queue means that the writer is awake, and looks at the markers by itself.
            let _ = self.inner.queue.try_send(Command::Marks);
        }
    }

    /// Runs `f` on a blocking thread with one of a few connections, in one consistent view of the database, when it is
    /// the asker's turn.
    pub async fn read<T: Send + 'static>(
        &self,
        asker: Asker,
        f: impl FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        self.read_from(|inner| &inner.looks, asker, f).await
    }

    /// [`Reader::search`], in turn with others' searches only: a look-up never waits behind one. Given up when this is
    /// not waited for any more.
    pub async fn search(
        &self,
        asker: UserId,
        query: Query,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<SearchPage, ReadError> {
        let waiting = Arc::new(());
        let awaited = Arc::downgrade(&waiting);
        let nobody_waits = move || awaited.strong_count() == 0;
        let search = move |reader: &Reader| reader.search(asker, &query, (cursor, limit), nobody_waits);
        let page = self.read_aside(Asker::Person(asker), search).await;
        // Until here: with this future.
        drop(waiting);
        page
    }

    async fn read_from<T: Send + 'static>(
        &self,
        readers: fn(&Inner) -> &Readers,
        asker: Asker,
        f: impl FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let turn = readers(&self.inner).enter(asker).await?;
        let inner = Arc::clone(&self.inner);
        let work = move || {
            let _turn = turn;
            readers(&inner).read(f)
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| ReadError::Failed(e.to_string()))?
    }

    /// [`Self::read_from`] the searches, on a thread of its own that leaves the processor to whatever else has to be
    /// done: to one that works for long, a system gives as much as to all who answer quickly. Making the thread takes a
    /// hundredth of the search.
    async fn read_aside<T: Send + 'static>(
        &self,
        asker: Asker,
        f: impl FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let turn = self.inner.searches.enter(asker).await?;
        let inner = Arc::clone(&self.inner);
        let (tell, told) = oneshot::channel();
        let resting = tokio::runtime::Handle::current();
        let work = move || {
            let mut turn = turn;
            let begun = Instant::now();
            // On Linux of this thread alone. Where it is not allowed, the search is only a worse neighbour.
            let _ = rustix::process::nice(SEARCH_NICENESS);
            // Nobody waits any more: it was given up.
            let _ = tell.send(inner.searches.read(f));
            // What is made of the answer costs as well: whoever searches on and on leaves the others most of the time.
            let rest = (begun.elapsed() * SEARCH_REST_TIMES).min(SEARCH_REST_MAX);
            turn.rest();
            resting.spawn(async move {
                let _turn = turn;
                tokio::time::sleep(rest).await;
            });
        };
        let begun = thread::Builder::new().name("search".into()).spawn(work);
        begun.map_err(|e| ReadError::Failed(e.to_string()))?;
        told.await.map_err(|_| ReadError::Failed("a search broke off".into()))?
    }

    /// The unexpired session with this token, and whose it is. A guest's ends with the stay, to the millisecond.
    ///
    /// Never waits, as all that follows: it is known without asking the disk.
    pub fn session(&self, token_hash: &[u8; 32], now: Millis) -> Option<(SessionId, User)> {
        self.inner.resident.session(token_hash, now)
    }

    /// Whether one can sign in to this account with a password.
    pub fn has_password(&self, user: UserId) -> bool {
        self.inner.resident.has_password(user)
    }

    /// Whether others are told how far this person has read, and this person of others.
    pub fn has_receipts(&self, user: UserId) -> bool {
        self.inner.resident.has_receipts(user)
    }

    /// Whether anybody but guests has an account.
    pub fn has_member(&self) -> bool {
        self.inner.resident.has_member()
    }

    /// Whether somebody owns the box.
    pub fn has_owner(&self) -> bool {
        self.inner.resident.has_owner()
    }

    /// What the owner has decided.
    pub fn settings(&self) -> Settings {
        self.inner.resident.settings()
    }

    /// Random bytes that this database alone has, and that never leave the box.
    pub fn mark(&self) -> Vec<u8> {
        self.inner.resident.mark()
    }

    /// Commits what is queued, read markers too, checkpoints, and ends the threads. Blocks; may be called again.
    pub fn close(&self) {
        self.inner.health.close();
        self.inner.looks.close();
        self.inner.searches.close();
        let mut threads = self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if threads.is_empty() {
            return;
        }
        // Waits for a place in a full queue; fails only when the writer has gone.
        let _ = self.inner.queue.send(Command::Close);
        for thread in threads.drain(..) {
            if thread.join().is_err() {
                log::error!("the writer's thread had ended early");
            }
        }
    }
}

/// Everything the hub begins with. Reads no message but each room's newest.
fn snapshot(db: &Connection) -> rusqlite::Result<Snapshot> {
    let members = format!("SELECT {} FROM members ORDER BY user, room", members::MEMBER_COLUMNS);
    Ok(Snapshot {
        users: people::present(db)?,
        newest_sessions: sessions::newest(db)?,
        receipts_off: people::without_receipts(db)?,
        with_drafts: drafts::people(db)?,
        rooms: rooms::records(db)?,
        members: db.prepare(&members)?.query_map([], members::member)?.collect::<rusqlite::Result<_>>()?,
        seq: events::newest_seq(db)?,
        epochs: Vec::new(),
        settings: settings::read(db)?,
    })
}
