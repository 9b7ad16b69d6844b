//! A database that is gone from a folder that has been in use. Whoever came first to a new one would own the box, so
//! porch does not begin one by itself there.

use std::io;
use std::path::Path;

use crate::clock::Known;
use crate::store::{self, Database};
use crate::tls;

/// Whether the folder lacks the database that it had. The database is made before anything else, and kept before
/// anything else is made: a first start that was broken off anywhere leaves no such folder.
pub fn is_emptied(data_dir: &Path) -> io::Result<bool> {
    Ok(match store::database(data_dir)? {
        Database::Absent { used } => used || has_been_in_use(data_dir),
        Database::Known | Database::Newer { .. } | Database::Broken(_) => false,
    })
}

/// Whether something lies there that porch makes once it has a database.
fn has_been_in_use(data_dir: &Path) -> bool {
    tls::has_root(&data_dir.join(tls::FOLDER)) || Known::path(data_dir).exists()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::Store;

    fn store(dir: &Path) {
        Store::open(dir, || 0).unwrap().0.close();
    }

    #[test]
    fn a_new_folder_is_not_emptied_wherever_its_first_start_was_broken_off() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_emptied(dir.path()).unwrap());
        fs::write(dir.path().join("porch.lock"), "").unwrap();
        fs::write(dir.path().join("porch.db"), "").unwrap();
        assert!(!is_emptied(dir.path()).unwrap());
        fs::remove_file(dir.path().join("porch.db")).unwrap();
        store(dir.path());
        assert!(!is_emptied(dir.path()).unwrap());
        fs::create_dir(dir.path().join("tls")).unwrap();
        fs::write(dir.path().join("tls/ca.pem"), "a CA").unwrap();
        assert!(!is_emptied(dir.path()).unwrap());
    }

    #[test]
    fn a_folder_without_its_database_is_emptied_whatever_is_left_of_it() {
        for left in ["tls/ca.pem", "clock.json", "search.db"] {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir(dir.path().join("tls")).unwrap();
            fs::write(dir.path().join(left), "left").unwrap();
            assert!(is_emptied(dir.path()).unwrap(), "{left}");
            fs::write(dir.path().join("porch.db"), "").unwrap();
            assert!(is_emptied(dir.path()).unwrap(), "{left} beside an empty file");
            fs::remove_file(dir.path().join("porch.db")).unwrap();
            fs::remove_file(dir.path().join(left)).unwrap();
            assert!(!is_emptied(dir.path()).unwrap(), "{left} was all that told");
        }
    }
}
