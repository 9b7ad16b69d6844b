//! The writer: one thread that owns the writing connection and commits in groups.
//!
//! The first change after a pause is committed at once; under load a commit takes all that came within
//! [`COMMIT_INTERVAL`]. A change that is refused leaves no trace in its batch. When the disk fails, the whole batch is
//! rolled back and every author of it is told; the next batch tries again, so that space that returns is enough.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode as SqliteCode, TransactionBehavior};
use tokio::sync::Notify;

use super::checkpoint::{self, Checkpointer};
use super::health::Health;
use super::resident::{Changes, Resident, Touched};
use super::rows::sql;
use super::search::Indexer;
use super::trouble::Trouble;
use super::{
    Busy, accounts, attachments, database, epochs, events, guests, history, invites, messages, monitor, removal, rooms,
    sessions, uploads,
};
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{COMMIT_BATCH_MAX, COMMIT_INTERVAL, READ_MARKER_INTERVAL};
use crate::proto::op::{
    AccountOp, EpochBegun, Fault, GuestOp, MessageOp, Millis, Op, Outcome, RemovalOp, RoomOp, UploadOp,
};
use crate::proto::receipt::ReadMarker;

/// Called on the writer's thread once the change is on the disk, or has failed.
type Callback = Box<dyn FnOnce(Result<Outcome, Fault>) + Send>;

/// What the thread is told.
pub(super) enum Command {
    /// People are let in from now on: keep the epoch of this run.
    Begin,
    /// Commit what is queued, read markers too, and end.
    Close,
    /// There are read markers to keep.
    Marks,
    /// Boxed: the queue has room for thousands from the start.
    Op(Box<Op>, Callback),
}

/// Whose a read marker is: who has left and come back has another.
type Membership = (RoomId, UserId, Millis);

/// Read markers on their way to the disk: one for each member of each room at most.
#[derive(Clone, Default)]
pub(super) struct Marks(Arc<Mutex<HashMap<Membership, ReadMarker>>>);

impl Marks {
    /// Adds a marker; says whether it is the first one waiting.
    pub(super) fn add(&self, of: Membership, read: ReadMarker) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.is_empty();
        let marker = waiting.entry(of).or_default();
        *marker = marker.later(read);
        first
    }

    fn take(&self) -> HashMap<Membership, ReadMarker> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// Queues a change, or says that the queue is full.
pub(super) fn submit(queue: &SyncSender<Command>, op: Op, reply: Callback) -> Result<(), Busy> {
    queue.try_send(Command::Op(Box::new(op), reply)).map_err(|e| match e {
        TrySendError::Full(_) | TrySendError::Disconnected(_) => Busy,
    })
}

pub(super) struct Writer {
    pub(super) dir: PathBuf,
    /// `None` after the disk failed, until the next batch opens it again.
    pub(super) connection: Option<Connection>,
    /// This run's, until it is kept.
    pub(super) epoch: Option<EpochBegun>,
    pub(super) commands: Receiver<Command>,
    /// The rows that the connection has touched since the last commit.
    pub(super) touched: Touched,
    pub(super) resident: Resident,
    pub(super) health: Arc<Health>,
    /// Told when blobs may be needed no more.
    pub(super) freed: Arc<Notify>,
    pub(super) marks: Marks,
    pub(super) checkpointer: Checkpointer,
    pub(super) indexer: Indexer,
    pub(super) clock: Box<dyn Fn() -> Millis + Send>,
    /// The earliest time for the next commit under load.
    pub(super) next_commit: Instant,
    /// When waiting read markers go to the disk by themselves.
    pub(super) marks_due: Option<Instant>,
    /// The earliest time for read markers to go to the disk with a commit.
    pub(super) next_marks: Instant,
    /// The last commit failed: the log has been told.
    pub(super) failing: bool,
}

/// One group of changes on its way to the disk.
#[derive(Default)]
struct Batch {
    /// Whether to commit without a change, for the epoch.
    begins: bool,
    ops: Vec<Op>,
    replies: Vec<Callback>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.ops.is_empty() && !self.begins
    }
}

/// What a commit changed that others must know of.
#[derive(Default)]
struct Effects {
    /// Whether messages or drafts were deleted, or messages' texts changed: what they said is to be in no file any more.
    deletions: bool,
    /// Whether blobs may be needed no more.
    frees: bool,
    /// Whether messages came or went.
    messages: bool,
}

impl Writer {
    /// Runs until told to close, or until every handle to the store is gone.
    pub(super) fn run(mut self) {
        loop {
            let (batch, closing) = self.gather();
            let marks = self.take_marks(closing);
            self.carry_out(batch, marks);
            if closing {
                break;
            }
        }
        self.indexer.close();
        drop(self.connection.take());
        self.checkpointer.close();
    }

    /// Waits for the next group, which is empty when only read markers are due; `true`: it is the last one.
    fn gather(&mut self) -> (Batch, bool) {
        let mut batch = Batch::default();
        let mut closing = false;
        while batch.ops.len() < COMMIT_BATCH_MAX && !closing {
            match self.next_command(&batch) {
                Ok(Command::Begin) => batch.begins = true,
                Ok(Command::Op(op, reply)) => {
                    batch.ops.push(*op);
                    batch.replies.push(reply);
                }
                Ok(Command::Marks) => {
                    self.marks_due.get_or_insert_with(|| Instant::now() + READ_MARKER_INTERVAL);
                }
                Ok(Command::Close) | Err(RecvTimeoutError::Disconnected) => closing = true,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        (batch, closing)
    }

    /// The next command, waiting as long as the group may still grow.
    fn next_command(&self, batch: &Batch) -> Result<Command, RecvTimeoutError> {
        match self.commands.try_recv() {
            Ok(command) => return Ok(command),
            Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
            Err(TryRecvError::Empty) => {}
        }
        let until = if batch.is_empty() { self.marks_due } else { Some(self.next_commit) };
        match until {
            None => self.commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => self.commands.recv_timeout(until.saturating_duration_since(Instant::now())),
        }
    }

    /// The read markers to write with this commit.
    fn take_marks(&mut self, closing: bool) -> HashMap<Membership, ReadMarker> {
        let now = Instant::now();
        if !closing && now < self.next_marks {
            return HashMap::new();
        }
        self.marks_due = None;
        self.next_marks = now + READ_MARKER_INTERVAL;
        self.marks.take()
    }

    fn carry_out(&mut self, batch: Batch, marks: HashMap<Membership, ReadMarker>) {
        if batch.is_empty() && marks.is_empty() {
            return;
        }
        self.next_commit = Instant::now() + COMMIT_INTERVAL;
        let Batch { ops, replies, .. } = batch;
        match self.commit(ops, &marks) {
            Ok((outcomes, effects)) => {
                if std::mem::take(&mut self.failing) {
                    self.health.is_well();
                    log::warn!("the disk takes commits again");
                }
                for (reply, outcome) in replies.into_iter().zip(outcomes) {
                    reply(outcome);
                }
                self.tell(effects);
            }
            Err(e) => {
                let fault = self.fail(&e);
                for reply in replies {
                    reply(Err(fault));
                }
                for (of, read) in marks {
                    self.marks.add(of, read);
                }
            }
        }
        if self.marks_due.is_none() && !self.marks.is_empty() {
            self.marks_due = Some(Instant::now() + READ_MARKER_INTERVAL);
        }
    }

    /// Applies and commits all, or nothing. The inner results are changes that could not be made although the disk
    /// works: a defect of ours, which must not take its neighbours with it.
    fn commit(
        &mut self,
        ops: Vec<Op>,
        marks: &HashMap<Membership, ReadMarker>,
    ) -> rusqlite::Result<(Vec<Result<Outcome, Fault>>, Effects)> {
        let now = (self.clock)();
        self.touched.clear();
        let connection = match &mut self.connection {
            Some(connection) => connection,
            closed => {
                let mut opened = database::reopen_database(&self.dir)?;
                self.touched.watch(&mut opened)?;
                // Whether the commit that failed is on the disk after all is not known until now.
                self.resident.reload(&opened)?;
                closed.insert(opened)
            }
        };
        let mut effects = Effects::default();
        let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(begun) = self.epoch {
            epochs::keep(&transaction, begun)?;
        }
        let mut outcomes = Vec::with_capacity(ops.len());
        for op in ops {
            outcomes.push(apply_alone(&mut transaction, op, now, &mut effects)?);
        }
        if effects.messages {
            history::file(&transaction)?;
        }
        for (&(room, user, joined_at), read) in marks {
            transaction
                .prepare_cached(
                    "UPDATE members SET read_n = ?3, furthest_n = iif(?5 > 0, ?4, 0), set_back = ?5, took_part = 1
                     WHERE user = ?2 AND room = ?1 AND joined_at = ?6 AND (set_back < ?5 OR (set_back = ?5 AND read_n < ?3))",
                )?
                .execute([
                    sql(room.0),
                    sql(user.0),
                    sql(read.n),
                    sql(read.furthest_n),
                    i64::from(read.set_back),
                    joined_at,
                ])?;
        }
        let changes = Changes::read(&transaction, &self.touched)?;
        transaction.commit()?;
        self.epoch = None;
        self.resident.apply(changes);
        #[cfg(test)]
        assert!(self.resident.is_in_step(connection), "what is known without asking the disk is not what is on it");
        Ok((outcomes, effects))
    }

    /// Tells the other threads of a commit.
    fn tell(&self, effects: Effects) {
        let Some(db) = &self.connection else { return };
        if effects.frees {
            match attachments::are_freed(db) {
                Ok(true) => self.freed.notify_one(),
                Ok(false) => {}
                Err(e) => log::warn!("whether files are to be removed is not known: {e}"),
            }
        }
        match checkpoint::measure(db) {
            Ok(wal) => self.checkpointer.committed(wal, effects.deletions),
            Err(e) => log::warn!("the size of the write-ahead log is not known: {e}"),
        }
        if effects.messages {
            match events::newest_seq(db) {
                Ok(newest) => self.indexer.committed(newest, effects.deletions),
                Err(e) => log::warn!("the search index was not told of new messages: {e}"),
            }
        }
    }

    /// Gives up on a batch: says whose fault it is, and makes ready for the next one.
    fn fail(&mut self, error: &rusqlite::Error) -> Fault {
        if !std::mem::replace(&mut self.failing, true) {
            log::error!("a commit failed, nothing of it was stored, and others may follow: {error}");
        }
        let trouble = Trouble::of(error, &self.dir);
        self.health.is(trouble);
        match error.sqlite_error_code() {
            Some(SqliteCode::DiskFull) => Fault::DiskFull,
            Some(SqliteCode::DatabaseBusy) => Fault::Storage,
            _ => {
                // After an input or output error nothing that SQLite remembers of the file is to be trusted.
                self.connection = None;
                Fault::Storage
            }
        }
    }
}

/// Applies one change so that it leaves no trace when it fails by itself. An error is the disk's or the database's,
/// and concerns the whole batch.
fn apply_alone(
    transaction: &mut rusqlite::Transaction<'_>,
    op: Op,
    now: Millis,
    effects: &mut Effects,
) -> rusqlite::Result<Result<Outcome, Fault>> {
    let savepoint = transaction.savepoint()?;
    match apply(&savepoint, op, now, effects) {
        Ok(outcome) => {
            savepoint.commit()?;
            Ok(Ok(outcome))
        }
        Err(e) if is_own(&e) => {
            log::error!("a change could not be made: {e}");
            // Dropping the savepoint rolls it back.
            Ok(Err(Fault::Storage))
        }
        Err(e) => Err(e),
    }
}

/// Whether an error comes from the change itself and not from the disk.
fn is_own(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => {
            matches!(code, SqliteCode::ConstraintViolation | SqliteCode::TooBig | SqliteCode::TypeMismatch)
        }
        None => true,
    }
}

fn apply(db: &Connection, op: Op, now: Millis, effects: &mut Effects) -> rusqlite::Result<Outcome> {
    match op {
        Op::Account(op) => {
            effects.deletions |= matches!(op, AccountOp::Delete { .. });
            accounts::apply(db, op, now)
        }
        Op::Asked { by, needs, op } => match sessions::may_not_ask(db, by, needs, now)? {
            Some(refusal) => Ok(Outcome::Refused(refusal)),
            None => apply(db, *op, now, effects),
        },
        Op::Guest(op) => {
            effects.deletions |= matches!(op, GuestOp::EndStay { .. });
            guests::apply(db, op)
        }
        Op::Invite(op) => invites::apply(db, op),
        Op::Message(op) => {
            effects.messages |=
                !matches!(op, MessageOp::MarkHeard { .. } | MessageOp::Pin { .. } | MessageOp::React { .. });
            effects.deletions |= matches!(op, MessageOp::Delete { .. } | MessageOp::Edit { .. });
            effects.frees |= matches!(op, MessageOp::Delete { .. });
            messages::apply(db, op)
        }
        Op::Monitor(op) => monitor::apply(db, op),
        Op::Removal(op) => {
            let erases = matches!(op, RemovalOp::Messages { .. });
            effects.messages |= erases;
            effects.deletions = true;
            effects.frees |= erases;
            removal::apply(db, op)
        }
        Op::Room(op) => {
            // Drafts go with the membership.
            effects.deletions |= matches!(op, RoomOp::KeepDraft { .. } | RoomOp::RemoveMember { .. });
            rooms::apply(db, op)
        }
        Op::Session(op) => sessions::apply(db, op, now),
        Op::Upload(op) => {
            effects.frees |= !matches!(op, UploadOp::TakeFreed);
            uploads::apply(db, op)
        }
        Op::SetSettings { change, at } => guests::change_settings(db, change, at),
    }
}
