//! What the owner decides.

use rusqlite::{Connection, Row, params};

use super::rows::{self, sql, unreadable};
use crate::proto::account::{FirstStep, PatchSettings, Settings};
use crate::proto::storage::StorageLimits;

pub(super) fn read(db: &Connection) -> rusqlite::Result<Settings> {
    db.prepare_cached(
        "SELECT registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden, steps_done, file_bytes_max,
                person_bytes_max, all_bytes_max
         FROM settings",
    )?
    .query_row([], |row| {
        Ok(Settings {
            registration_open: row.get(0)?,
            several_devices: row.get(1)?,
            guests: row.get(2)?,
            wifi_name: row.get(3)?,
            wifi_key: row.get(4)?,
            wifi_hidden: row.get(5)?,
            steps_done: steps(row, 6)?,
            storage: StorageLimits {
                file_bytes_max: rows::number(row, 7)?,
                person_bytes_max: rows::number(row, 8)?,
                all_bytes_max: rows::number(row, 9)?,
            },
        })
    })
}

/// What is not named stays as it is, and what was done stays done.
pub(super) fn change(db: &Connection, change: PatchSettings) -> rusqlite::Result<()> {
    let PatchSettings { registration_open, several_devices, guests, wifi_name, wifi_key, wifi_hidden, .. } = &change;
    let PatchSettings { file_bytes_max, person_bytes_max, all_bytes_max, .. } = &change;
    db.prepare_cached(
        "UPDATE settings SET registration_open = ifnull(?, registration_open),
                             several_devices = ifnull(?, several_devices), guests = ifnull(?, guests),
                             wifi_name = ifnull(?, wifi_name), wifi_key = ifnull(?, wifi_key),
                             wifi_hidden = ifnull(?, wifi_hidden),
                             file_bytes_max = ifnull(?, file_bytes_max),
                             person_bytes_max = ifnull(?, person_bytes_max),
                             all_bytes_max = ifnull(?, all_bytes_max)",
    )?
    .execute(params![
        registration_open,
        several_devices,
        guests,
        wifi_name,
        wifi_key,
        wifi_hidden,
        file_bytes_max.map(sql),
        person_bytes_max.map(sql),
        all_bytes_max.map(sql)
    ])?;
    // Whoever has decided on devices, wherever that was, need not be asked.
    let decided = change.several_devices.map(|_| FirstStep::Devices);
    finish_steps(db, change.steps_done.into_iter().flatten().chain(decided))
}

/// Adds these to the first steps that are done.
fn finish_steps(db: &Connection, more: impl Iterator<Item = FirstStep>) -> rusqlite::Result<()> {
    let more: Vec<_> = more.collect();
    let before = read(db)?.steps_done;
    if more.iter().all(|step| before.contains(step)) {
        return Ok(());
    }
    let done = FirstStep::ALL.into_iter().filter(|step| before.contains(step) || more.contains(step));
    let names: Vec<_> = done.map(step_name).collect();
    db.prepare_cached("UPDATE settings SET steps_done = ?")?.execute([names.join(" ")])?;
    Ok(())
}

fn step_name(step: FirstStep) -> &'static str {
    match step {
        FirstStep::Devices => "devices",
        FirstStep::Invite => "invite",
        FirstStep::Poster => "poster",
        FirstStep::Room => "room",
    }
}

fn steps(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<FirstStep>> {
    let named = |name: &str| {
        FirstStep::ALL
            .into_iter()
            .find(|step| step_name(*step) == name)
            .ok_or_else(|| unreadable(column, format!("{name} is no first step")))
    };
    row.get_ref(column)?.as_str()?.split_whitespace().map(named).collect()
}
