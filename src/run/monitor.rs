//! What pages have told of themselves: taken up again at a start, and shown at the board by `porch monitor`, for the day
//! the owner's page is the one that fails.

use std::path::Path;

use crate::clock;
use crate::fair::Asker;
use crate::monitor::Monitor;
use crate::store::Store;

use super::RunError;
use super::accounts::on_store;

/// With what an earlier run has kept. Where that cannot be read, it begins anew.
pub(super) async fn restored(store: &Store) -> Monitor {
    match store.read(Asker::Box, |reader| reader.monitored()).await {
        Ok(rows) => Monitor::restored(rows),
        Err(error) => {
            log::warn!("what pages told of themselves before is not known: {error}");
            Monitor::default()
        }
    }
}

/// Prints what the owner's page is given, as JSON. A porch that runs on the data folder must be stopped first.
pub(super) fn show(data_dir: &Path) -> Result<(), RunError> {
    on_store(data_dir, async |store, _| {
        let rows = store.read(Asker::Box, |reader| reader.monitored()).await;
        let refused = |error: &dyn std::fmt::Display| RunError::Refused(error.to_string());
        let shown = Monitor::restored(rows.map_err(|error| refused(&error))?).shown(clock::wall());
        println!("{}", serde_json::to_string_pretty(&shown).map_err(|error| refused(&error))?);
        Ok(())
    })
}
