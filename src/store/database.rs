//! The database's file: opening it, and bringing an older layout to today's.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{OpenError, galleries, names, sent};

/// The main database's file in the data folder.
pub(super) const DATABASE_FILE: &str = "porch.db";

/// Each brings the layout from its place in the list to the next; never changed once released.
const MIGRATIONS: [Migration; 26] = [
    Migration::of(include_str!("migrations/0001_first.sql")),
    Migration::of(include_str!("migrations/0002_invites.sql")),
    Migration { sql: include_str!("migrations/0003_accounts.sql"), fill: Some(names::claim_looks) },
    Migration::of(include_str!("migrations/0004_last_names.sql")),
    Migration::of(include_str!("migrations/0005_hub.sql")),
    Migration::of(include_str!("migrations/0006_took_part.sql")),
    Migration::of(include_str!("migrations/0007_events.sql")),
    Migration::of(include_str!("migrations/0008_roles.sql")),
    Migration::of(include_str!("migrations/0009_monitor.sql")),
    Migration::of(include_str!("migrations/0010_first_steps.sql")),
    Migration::of(include_str!("migrations/0011_owners.sql")),
    Migration::of(include_str!("migrations/0012_notify.sql")),
    Migration::of(include_str!("migrations/0013_epochs.sql")),
    Migration::of(include_str!("migrations/0014_sent.sql")),
    Migration::of(include_str!("migrations/0015_attachments.sql")),
    Migration::of(include_str!("migrations/0016_storage_limits.sql")),
    Migration::of(include_str!("migrations/0017_heard_marks.sql")),
    Migration { sql: include_str!("migrations/0018_links.sql"), fill: Some(galleries::add_links) },
    Migration::of(include_str!("migrations/0019_edits.sql")),
    Migration::of(include_str!("migrations/0020_reactions.sql")),
    Migration::of(include_str!("migrations/0021_receipts.sql")),
    Migration::of(include_str!("migrations/0022_forwarded.sql")),
    Migration::of(include_str!("migrations/0023_saved.sql")),
    Migration::of(include_str!("migrations/0024_mentions.sql")),
    Migration::of(include_str!("migrations/0025_unread.sql")),
    Migration::of(include_str!("migrations/0026_drafts.sql")),
];

/// Bytes of a page, chosen when the database is made. Small pages, because a commit writes whole ones: measured with
/// `cargo bench --bench store`.
const PAGE_BYTES: u32 = 1_024;

/// KiB of pages the writer keeps.
const WRITER_CACHE_KIB: i32 = 1_024;

/// KiB of the messages' pages each reader keeps; the kernel keeps the rest.
pub(super) const READER_CACHE_KIB: i32 = 512;

/// How long a statement waits for another connection's lock: a checkpoint, or a backup taken by hand.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Bytes that a reset WAL may keep.
const WAL_KEPT_BYTES: u32 = 8 << 20;

/// Statements each connection keeps prepared: about all there are.
const STATEMENTS_KEPT: usize = 64;

/// A step from one layout to the next, in one transaction.
struct Migration {
    sql: &'static str,
    /// What SQL cannot work out.
    fill: Option<fn(&Connection) -> rusqlite::Result<()>>,
}

impl Migration {
    const fn of(sql: &'static str) -> Self {
        Self { sql, fill: None }
    }
}

/// The number of the layout that this porch makes.
pub(super) fn newest_layout() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Opens the database for the writer, making or migrating it as needed. A newer one is not touched.
pub(super) fn open_database(dir: &Path) -> Result<Connection, OpenError> {
    let path = dir.join(DATABASE_FILE);
    let at = |e: rusqlite::Error| OpenError::sqlite(dir, &e);
    let mut connection = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(at)?;
    connection.busy_timeout(LOCK_WAIT).map_err(at)?;
    let known = newest_layout();
    let found = user_version(&connection).map_err(at)?;
    if found > known {
        return Err(OpenError::Newer { path, found, known });
    }
    (|| {
        prepare_writer(&connection)?;
        migrate(&mut connection, found, &MIGRATIONS)?;
        sent::prepare(&connection)
    })()
    .map_err(at)?;
    Ok(connection)
}

/// Opens it again, for the writer, after its disk failed.
pub(super) fn reopen_database(dir: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        dir.join(DATABASE_FILE),
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(LOCK_WAIT)?;
    prepare_writer(&connection)?;
    sent::prepare(&connection)?;
    Ok(connection)
}

/// A connection that only copies the WAL into the database.
pub(super) fn open_checkpointer(path: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(LOCK_WAIT)?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

/// A connection that only reads, and keeps so many KiB of pages.
pub(super) fn open_reader(path: &Path, cache_kib: i32) -> rusqlite::Result<Connection> {
    // Not opened read-only: a reader must be able to make the WAL's shared index when it comes first.
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(LOCK_WAIT)?;
    keep_plans(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

/// Has SQLite plan a statement once, whatever it is asked with. Else it peeks at parameters for its guesses, and, because
/// it has, prepares the statement anew each time it is taken from the cache: 20 us for each message, twice.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

fn prepare_writer(connection: &Connection) -> rusqlite::Result<()> {
    keep_plans(connection)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // The checkpointer's own thread does it: a commit that must wait for one is a commit that people wait for.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_KEPT_BYTES, |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(())
}

fn user_version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn migrate(connection: &mut Connection, found: u32, migrations: &[Migration]) -> rusqlite::Result<()> {
    for (version, migration) in (1_u32..).zip(migrations).filter(|&(version, _)| version > found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration.sql)?;
        if let Some(fill) = migration.fill {
            fill(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The steps SQLite takes for a query. Parameters stay unbound: the plan does not depend on them.
#[cfg(test)]
pub(super) fn plan(db: &Connection, query: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
    statement.raw_query().mapped(|row| row.get(3)).collect::<rusqlite::Result<_>>().unwrap()
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::super::{accounts, gallery_page, guests, people, rooms, settings};
    use super::*;
    use crate::proto::account::FirstStep;
    use crate::proto::brought::Gallery;
    use crate::proto::id::{ClientMsgId, RoomId, Seq, UserId};
    use crate::proto::role::BoxRole;
    use crate::proto::server::User;

    #[test]
    fn a_new_database_has_the_newest_layout_and_the_room_for_everybody() {
        let dir = tempfile::tempdir().unwrap();
        let connection = open_database(dir.path()).unwrap();
        assert_eq!(user_version(&connection).unwrap() as usize, MIGRATIONS.len());
        let kind: String = connection.query_row("SELECT kind FROM rooms WHERE id = 1", [], |row| row.get(0)).unwrap();
        assert_eq!(kind, "everyone");
    }

    #[test]
    fn a_box_of_before_invites_keeps_everyone_and_everything_and_takes_guests() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        let mut before = Connection::open(&path).unwrap();
        migrate(&mut before, 0, &MIGRATIONS[..1]).unwrap();
        before
            .execute_batch(
                "UPDATE settings SET registration_open = 0, several_devices = 1;
                 INSERT INTO users VALUES (1, 'Ada', 'ada', 'hash', 1, 3, 4, 100), (2, '', NULL, '', 0, 0, 0, 200);
                 INSERT INTO rooms VALUES (2, 'open', 'Kitchen', 1, 1, NULL, NULL);
                 INSERT INTO members VALUES (1, 1, 0, 100, 0), (1, 2, 1, 100, 1);
                 INSERT INTO messages VALUES (1, 2, 1, 1, 300, NULL, 'a', 'hello');",
            )
            .unwrap();
        drop(before);
        let db = open_database(dir.path()).unwrap();
        assert_eq!(user_version(&db).unwrap() as usize, MIGRATIONS.len());
        let ada =
            User { id: UserId(1), name: "Ada".into(), role: BoxRole::Owner, picture: 3, since: 100, ends_at: None };
        assert_eq!(people::shown(&db).unwrap(), [ada], "the deleted one is no guest");
        let settings = settings::read(&db).unwrap();
        assert!(!settings.registration_open && settings.several_devices && settings.guests);
        assert_eq!(settings.steps_done, FirstStep::ALL, "whoever has been here for long is shown no first steps");
        assert_eq!((settings.wifi_name.as_str(), settings.wifi_key.as_str(), settings.wifi_hidden), ("", "", false));
        let records = rooms::records(&db).unwrap();
        let shown: Vec<_> =
            records.iter().map(|room| (room.id.0, room.settings.archived, room.settings.guests, room.last_n)).collect();
        assert_eq!(shown, [(1, false, false, 0), (2, true, false, 1)]);
        assert_eq!(guests::next_due(&db).unwrap(), None);
    }

    #[test]
    fn messages_of_before_the_register_of_ids_are_known_when_they_are_sent_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut before = Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
        migrate(&mut before, 0, &MIGRATIONS[..13]).unwrap();
        // The first is in the register of rooms, the second is not yet.
        before
            .execute_batch(
                "INSERT INTO messages (id, room, n, author, sent_at, client_msg_id, body) VALUES
                     (1, 1, 1, 7, 300, 'old', 'hello'), (2, 1, 2, 7, 300, 'new', 'hello');
                 INSERT INTO filed VALUES (1, 1);
                 UPDATE filing SET upto = 1;",
            )
            .unwrap();
        drop(before);
        let db = open_database(dir.path()).unwrap();
        let found = |author, id: &str| {
            sent::find(&db, UserId(author), &ClientMsgId::try_from(id.to_owned()).unwrap()).unwrap().map(|m| m.id.0)
        };
        assert_eq!(
            [found(7, "old"), found(7, "new"), found(8, "new"), found(7, "none")],
            [Some(1), Some(2), None, None]
        );
    }

    #[test]
    fn links_of_before_their_gallery_are_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut before = Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
        migrate(&mut before, 0, &MIGRATIONS[..15]).unwrap();
        before
            .execute_batch(
                "INSERT INTO messages (id, room, n, author, sent_at, deleted_at, client_msg_id, body) VALUES
                     (1, 1, 1, 7, 300, NULL, 'a', 'https://example.com'), (2, 1, 2, 7, 300, NULL, 'b', 'hello'),
                     (3, 1, 3, 7, 300, 400, 'c', ''), (4, 2, 1, 7, 300, NULL, 'd', 'see example.com/x');",
            )
            .unwrap();
        drop(before);
        let db = open_database(dir.path()).unwrap();
        let links = |room| {
            let page = gallery_page::read(&db, UserId(1), RoomId(room), Gallery::Links, Seq(u64::MAX), 9).unwrap();
            page.messages.into_iter().map(|message| message.id.0).collect::<Vec<_>>()
        };
        assert_eq!((links(1), links(2)), (vec![1], vec![4]));
    }

    #[test]
    fn people_who_looked_alike_before_it_was_checked_keep_their_names_and_the_first_holds_the_look() {
        let dir = tempfile::tempdir().unwrap();
        let mut before = Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
        migrate(&mut before, 0, &MIGRATIONS[..2]).unwrap();
        before
            .execute_batch(
                "INSERT INTO users (id, name, name_key, password, owner, picture, pictures_made, created_at) VALUES
                     (1, 'Ada', 'ada', '', 1, 0, 0, 0), (2, 'KaI', 'kai', '', 0, 0, 0, 0),
                     (3, 'Kal', 'kal', '', 0, 0, 0, 0), (4, '', NULL, '', 0, 0, 0, 0);",
            )
            .unwrap();
        drop(before);
        let db = open_database(dir.path()).unwrap();
        let people = || -> Vec<(String, Option<String>)> {
            let mut statement = db.prepare("SELECT name, name_look FROM users WHERE name <> '' ORDER BY id").unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            rows.collect::<rusqlite::Result<_>>().unwrap()
        };
        let look = |look: Option<&str>| look.map(str::to_owned);
        let shown = |name: &str, held| (name.to_owned(), look(held));
        assert_eq!(people(), [shown("Ada", Some("ada")), shown("KaI", Some("kal")), shown("Kal", None)]);
        accounts::erase(&db, UserId(2)).unwrap();
        assert_eq!(people(), [shown("Ada", Some("ada")), shown("Kal", Some("kal"))], "it is free");
    }

    #[test]
    fn whether_a_name_is_free_is_told_by_indexes_alone() {
        let dir = tempfile::tempdir().unwrap();
        let db = open_database(dir.path()).unwrap();
        for (query, wanted) in
            [(names::TAKEN_QUERY, "users_by_look"), (names::WITHOUT_LOOK_QUERY, "users_without_look")]
        {
            let steps = plan(&db, query);
            let reads_all = steps.iter().any(|step| step.starts_with("SCAN users") && !step.contains("INDEX"));
            assert!(!reads_all && steps.iter().any(|step| step.contains(wanted)), "{query}: {steps:?}");
        }
    }

    #[test]
    fn a_direct_room_of_before_gets_the_name_of_a_guest_who_has_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        let mut before = Connection::open(&path).unwrap();
        migrate(&mut before, 0, &MIGRATIONS[..2]).unwrap();
        before
            .execute_batch(
                "INSERT INTO users VALUES (1, 'Ada', 'ada', 'hash', 1, 0, 0, 100, 0, NULL),
                     (2, 'Lin', NULL, '', 0, 0, 0, 100, 1, 200), (3, '', NULL, '', 0, 0, 0, 100, 0, NULL),
                     (4, 'Mia', 'mia', 'hash', 0, 0, 0, 100, 0, NULL);
                 INSERT INTO rooms VALUES (2, 'direct', '', 0, NULL, 1, 2, 0), (3, 'direct', '', 0, NULL, 1, 3, 0),
                     (4, 'direct', '', 0, NULL, 1, 4, 0), (5, 'direct', '', 0, NULL, 2, 3, 0);
                 INSERT INTO members VALUES (1, 2, 0, 100, 0), (1, 3, 0, 100, 0), (1, 4, 0, 100, 0), (4, 4, 0, 100, 0);",
            )
            .unwrap();
        drop(before);
        let records = rooms::records(&open_database(dir.path()).unwrap()).unwrap();
        let names: Vec<_> = records.iter().map(|room| (room.id.0, room.settings.name.as_str())).collect();
        assert_eq!(names, [(1, ""), (2, "Lin"), (3, ""), (4, ""), (5, "")]);
    }

    #[test]
    fn rooms_of_before_are_the_same_where_somebody_may_have_one_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut db = Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
        migrate(&mut db, 0, &MIGRATIONS[..21]).unwrap();
        db.execute_batch(
            "INSERT INTO rooms VALUES (2, 'direct', '', 0, 1, 1, 2, 0, NULL), (3, 'open', 'Kitchen', 1, 1, NULL, NULL, 1, NULL),
                 (4, 'closed', '', 1, NULL, NULL, NULL, 0, 7);",
        )
        .unwrap();
        let schema = |db: &Connection| -> Vec<String> {
            let mut select = db
                .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = 'rooms' AND type = 'index' ORDER BY name")
                .unwrap();
            select.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
        };
        let all = |db: &Connection| -> Vec<String> {
            let mut select = db.prepare("SELECT quote(id) || kind || name || archived || quote(made_by) || quote(low) || quote(high) || guests || quote(erased_upto) FROM rooms ORDER BY id").unwrap();
            select.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
        };
        let before = (all(&db), schema(&db));
        migrate(&mut db, 21, &MIGRATIONS).unwrap();
        assert_eq!((all(&db), schema(&db)), before);
        assert_eq!(before.1.len(), 3, "{before:?}");
        let own =
            |low, high| db.execute("INSERT INTO rooms VALUES (NULL, 'direct', '', 0, 1, ?, ?, 0, NULL)", [low, high]);
        assert!(own(1, 1).is_ok() && own(1, 1).is_err() && own(2, 1).is_err());
        assert_eq!(db.last_insert_rowid(), 5, "the number of a removed room is never used again");
    }

    #[test]
    fn a_statement_of_the_cache_is_not_prepared_anew_with_each_use() {
        let dir = tempfile::tempdir().unwrap();
        let writer = open_database(dir.path()).unwrap();
        for db in [writer, open_reader(&dir.path().join(DATABASE_FILE), READER_CACHE_KIB).unwrap()] {
            // Where the room is no part of an index, its number would be looked at.
            let mut statement = db.prepare("SELECT n FROM messages WHERE id > 5 AND room = ?").unwrap();
            for room in 0..5 {
                assert!(!statement.exists([room]).unwrap());
                statement.clear_bindings();
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        }
    }

    #[test]
    fn an_existing_database_is_opened_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let mark = |connection: &Connection| -> Vec<u8> {
            connection.query_row("SELECT mark FROM settings", [], |row| row.get(0)).unwrap()
        };
        let first = mark(&open_database(dir.path()).unwrap());
        assert_eq!(mark(&open_database(dir.path()).unwrap()), first);
    }

    #[test]
    fn a_newer_database_is_refused_and_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        open_database(dir.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let before = std::fs::read(&path).unwrap();
        let refusal = open_database(dir.path()).unwrap_err();
        assert!(matches!(refusal, OpenError::Newer { found: 99, .. }));
        assert!(refusal.to_string().contains("newer porch"));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_and_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        std::fs::write(&path, "not a database, but someone's own text".repeat(100)).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(open_database(dir.path()), Err(OpenError::Disk { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_failed_migration_leaves_the_layout_before_it() {
        let mut connection = Connection::open_in_memory().unwrap();
        let one = || Migration::of("CREATE TABLE one (id)");
        let steps = [one(), Migration::of("CREATE TABLE two (id); CREATE TABLE one (id)")];
        assert!(migrate(&mut connection, 0, &steps).is_err());
        assert_eq!(user_version(&connection).unwrap(), 1);
        assert!(connection.prepare("SELECT * FROM two").is_err());
        migrate(&mut connection, 1, &[one(), Migration::of("CREATE TABLE two (id)")]).unwrap();
        assert_eq!(user_version(&connection).unwrap(), 2);
    }
}
