//! The runs of the box: each begins an epoch, by which clients are told from those of a history that was put back since.

use rusqlite::Connection;

use super::rows::{self, sql};
use crate::proto::id::{Epoch, Seq};
use crate::proto::limits::EPOCHS_KEPT_MAX;
use crate::proto::op::EpochBegun;

/// Begins an epoch after the event `newest`, and gives all that are known, the new one last.
///
/// A disk that takes nothing keeps nobody out: then the epoch is known until the end of this run.
pub(super) fn begin(db: &Connection, newest: Seq) -> rusqlite::Result<Vec<EpochBegun>> {
    let mut begun = known(db)?;
    let epoch = db.query_row("SELECT 1 + (random() & 0xfffffffffffff)", [], |row| rows::number(row, 0)).map(Epoch)?;
    if let Err(fault) = keep(db, epoch, newest) {
        log::error!("that porch has begun could not be kept: {fault}");
    }
    begun.push(EpochBegun { epoch, after: newest });
    Ok(begun)
}

fn known(db: &Connection) -> rusqlite::Result<Vec<EpochBegun>> {
    db.prepare("SELECT epoch, after FROM epochs ORDER BY id")?
        .query_map([], |row| Ok(EpochBegun { epoch: Epoch(rows::number(row, 0)?), after: Seq(rows::number(row, 1)?) }))?
        .collect()
}

fn keep(db: &Connection, epoch: Epoch, newest: Seq) -> rusqlite::Result<()> {
    db.execute("INSERT INTO epochs (epoch, after) VALUES (?, ?)", [sql(epoch.0), sql(newest.0)])?;
    db.execute("DELETE FROM epochs WHERE id <= (SELECT max(id) FROM epochs) - ?", [EPOCHS_KEPT_MAX])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database;

    #[test]
    fn each_run_is_known_to_those_after_it_and_so_many_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        let first = begin(&db, Seq(0)).unwrap();
        let second = begin(&db, Seq(7)).unwrap();
        assert_eq!(second[..1], first);
        assert_eq!((second.len(), second[1].after), (2, Seq(7)));
        assert_ne!(second[0].epoch, second[1].epoch);
        for run in 0..EPOCHS_KEPT_MAX {
            begin(&db, Seq(7 + u64::from(run))).unwrap();
        }
        let kept = known(&db).unwrap();
        assert_eq!((kept.len(), kept[0].after), (EPOCHS_KEPT_MAX as usize, Seq(7)));
    }

    #[test]
    fn a_disk_that_takes_nothing_keeps_nobody_out() {
        let dir = tempfile::tempdir().unwrap();
        let db = database::open_database(dir.path()).unwrap();
        db.pragma_update(None, "query_only", true).unwrap();
        assert_eq!(begin(&db, Seq(3)).unwrap().len(), 1);
        assert!(known(&db).unwrap().is_empty());
    }
}
