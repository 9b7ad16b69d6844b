//! What the owner decides.

use rusqlite::{Connection, params};

use crate::proto::account::{PatchSettings, Settings};

pub(super) fn read(db: &Connection) -> rusqlite::Result<Settings> {
    db.prepare_cached(
        "SELECT registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden FROM settings",
    )?
    .query_row([], |row| {
        Ok(Settings {
            registration_open: row.get(0)?,
            several_devices: row.get(1)?,
            guests: row.get(2)?,
            wifi_name: row.get(3)?,
            wifi_key: row.get(4)?,
            wifi_hidden: row.get(5)?,
        })
    })
}

/// What is not named stays as it is.
pub(super) fn change(db: &Connection, change: PatchSettings) -> rusqlite::Result<()> {
    let PatchSettings { registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden } = change;
    db.prepare_cached(
        "UPDATE settings SET registration_open = ifnull(?, registration_open),
                             several_devices = ifnull(?, several_devices), guests = ifnull(?, guests),
                             wifi_name = ifnull(?, wifi_name), wifi_key = ifnull(?, wifi_key),
                             wifi_hidden = ifnull(?, wifi_hidden)",
    )?
    .execute(params![registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden])?;
    Ok(())
}
