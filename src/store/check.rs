//! A look through the database after a run that did not end by itself: damage is better told by porch than by people.
//!
//! It reads beside everybody else, for a bounded time; of a large database it sees the beginning.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::database;
use super::health::Health;
use super::trouble::Trouble;
use crate::proto::limits::STORE_CHECK_WAIT;

/// Instructions of SQLite's between two looks at the time: a few milliseconds.
const STEPS: i32 = 10_000;
/// KiB of pages it keeps: each is read once.
const CACHE_KIB: i32 = 128;

/// Begins it. It ends early when the store closes.
pub(super) fn start(database: PathBuf, health: Arc<Health>) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("check".into()).spawn(move || match verdict(&database, &health) {
        // It did not come to the end, or there is nothing to say.
        Ok(None) => {}
        Ok(Some(fault)) => {
            log::error!("the database {} is damaged: {fault}", database.display());
            health.is(Trouble::Damaged);
        }
        Err(fault) => log::warn!("the database could not be looked through: {fault}"),
    })
}

/// What is wrong, if anything is.
fn verdict(database: &std::path::Path, health: &Arc<Health>) -> rusqlite::Result<Option<String>> {
    let mut db = database::open_reader(database, CACHE_KIB)?;
    let (until, watched) = (Instant::now() + STORE_CHECK_WAIT, Arc::clone(health));
    db.progress_handler(STEPS, Some(move || watched.is_closing() || Instant::now() > until))?;
    let said = db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match said {
        Ok(said) if said == "ok" => Ok(None),
        Ok(said) => Ok(Some(said)),
        Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => Ok(None),
        Err(e) if super::search::is_damage(&e) => Ok(Some(e.to_string())),
        Err(e) => Err(e),
    }
}
