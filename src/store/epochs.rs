//! The runs of the box: each begins an epoch, by which clients are told from those of a history that was put back since.

use rusqlite::Connection;

use super::rows::{self, sql};
use crate::proto::id::{Epoch, Seq};
use crate::proto::limits::EPOCHS_KEPT_MAX;
use crate::proto::op::EpochBegun;

/// An epoch for this run, which begins after the event `newest`: all that are known, and this one last. It is kept with the
/// run's first change, or as soon as people are let in: a start that comes to nothing leaves none, however often it is tried.
pub(super) fn next(db: &Connection, newest: Seq) -> rusqlite::Result<Vec<EpochBegun>> {
    let mut begun = known(db)?;
    let epoch = db.query_row("SELECT 1 + (random() & 0xfffffffffffff)", [], |row| rows::number(row, 0)).map(Epoch)?;
    begun.push(EpochBegun { epoch, after: newest });
    Ok(begun)
}

fn known(db: &Connection) -> rusqlite::Result<Vec<EpochBegun>> {
    db.prepare("SELECT epoch, after FROM epochs ORDER BY id")?
        .query_map([], |row| Ok(EpochBegun { epoch: Epoch(rows::number(row, 0)?), after: Seq(rows::number(row, 1)?) }))?
        .collect()
}

pub(super) fn keep(db: &Connection, begun: EpochBegun) -> rusqlite::Result<()> {
    db.execute("INSERT INTO epochs (epoch, after) VALUES (?, ?)", [sql(begun.epoch.0), sql(begun.after.0)])?;
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
        let begin = |newest| {
            let all = next(&db, Seq(newest)).unwrap();
            keep(&db, *all.last().unwrap()).unwrap();
            all
        };
        let first = begin(0);
        let second = begin(7);
        assert_eq!(second[..1], first);
        assert_eq!((second.len(), second[1].after), (2, Seq(7)));
        assert_ne!(second[0].epoch, second[1].epoch);
        for run in 0..EPOCHS_KEPT_MAX {
            begin(7 + u64::from(run));
        }
        let kept = known(&db).unwrap();
        assert_eq!((kept.len(), kept[0].after), (EPOCHS_KEPT_MAX as usize, Seq(7)));
    }
}
