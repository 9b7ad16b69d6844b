//! A data folder whose database is gone: porch does not start on it, unless its owner begins anew.

use std::path::Path;

use crate::doctor;
use crate::proto::op::Snapshot;
use crate::store::{self, Loss, Store};

use super::RunError;

/// Refuses a folder that has been in use and lacks its database: whoever came first would own the box.
pub(super) fn refuse_emptied(data_dir: &Path) -> Result<(), RunError> {
    match doctor::is_emptied(data_dir) {
        Ok(true) => Err(RunError::Emptied { dir: data_dir.into() }),
        // What cannot be looked at cannot be opened: that says why.
        Ok(false) | Err(_) => Ok(()),
    }
}

/// Refuses a database that has lost everybody.
pub(super) fn refuse_deserted(data_dir: &Path, store: &Store, snapshot: &Snapshot) -> Result<(), RunError> {
    if store.loss().is_some() && snapshot.users.is_empty() {
        store.close();
        return Err(RunError::Emptied { dir: data_dir.into() });
    }
    Ok(())
}

/// `porch begin-anew`.
pub(super) fn begin_anew(data_dir: &Path) -> Result<(), RunError> {
    if !data_dir.is_dir() {
        return Err(RunError::Refused(format!("there is no data folder {}", data_dir.display())));
    }
    let is_emptied =
        doctor::is_emptied(data_dir).map_err(|fault| RunError::DataDir { path: data_dir.into(), fault })?;
    if !is_emptied && !is_deserted(data_dir)? {
        return Err(RunError::Refused(format!(
            "nothing was changed: {} is not without its database",
            data_dir.display()
        )));
    }
    let aside = store::begin_anew(data_dir).map_err(RunError::Store)?;
    println!(
        "What was left is in {}. Whoever comes first to the new box owns it: start porch, and be the one.",
        aside.display()
    );
    Ok(())
}

/// Whether everybody was lost with the end of the database.
fn is_deserted(data_dir: &Path) -> Result<bool, RunError> {
    if Loss::noted(data_dir).is_none() {
        return Ok(false);
    }
    let (store, snapshot) = Store::open(data_dir, crate::clock::wall).map_err(RunError::Store)?;
    store.close();
    Ok(snapshot.users.is_empty())
}
