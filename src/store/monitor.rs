//! What pages tell of themselves, as the monitor has it kept.

use rusqlite::{Connection, Row, params};

use super::rows::{number, sql, unreadable};
use crate::proto::histogram::Histogram;
use crate::proto::monitor::{Stack, StackFrame};
use crate::proto::op::{ErrorRow, MonitorChanges, MonitorOp, MonitorRows, Outcome, TimesRow};

pub(super) fn apply(db: &Connection, op: MonitorOp) -> rusqlite::Result<Outcome> {
    match op {
        MonitorOp::Clear => db.execute_batch("DELETE FROM page_errors; DELETE FROM page_times;")?,
        MonitorOp::Keep(changes) => keep(db, changes)?,
    }
    Ok(Outcome::done([]))
}

fn keep(db: &Connection, changes: MonitorChanges) -> rusqlite::Result<()> {
    let MonitorChanges { rows, errors_gone, times_gone } = changes;
    for id in errors_gone {
        db.prepare_cached("DELETE FROM page_errors WHERE id = ?")?.execute([sql(id)])?;
    }
    for id in times_gone {
        db.prepare_cached("DELETE FROM page_times WHERE id = ?")?.execute([sql(id)])?;
    }
    for row in rows.errors {
        let stack: Vec<&str> = row.stack.iter().map(StackFrame::as_str).collect();
        db.prepare_cached("REPLACE INTO page_errors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
            sql(row.id),
            row.day,
            row.name.as_str(),
            row.text.as_str(),
            stack.join("\n"),
            row.version.as_str(),
            row.device,
            row.screen.as_str(),
            row.count,
            row.first_at,
            row.last_at,
        ])?;
    }
    for row in rows.times {
        db.prepare_cached("REPLACE INTO page_times VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
            sql(row.id),
            row.day,
            row.device,
            steps(&row.loads),
            steps(&row.interactions),
            row.long_tasks,
            row.longest_ms,
            row.lost,
        ])?;
    }
    Ok(())
}

pub(super) fn read(db: &Connection) -> rusqlite::Result<MonitorRows> {
    let errors = db.prepare("SELECT * FROM page_errors")?.query_map([], error_row)?.collect::<rusqlite::Result<_>>()?;
    let times = db.prepare("SELECT * FROM page_times")?.query_map([], times_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(MonitorRows { errors, times })
}

fn error_row(row: &Row<'_>) -> rusqlite::Result<ErrorRow> {
    Ok(ErrorRow {
        id: number(row, 0)?,
        day: row.get(1)?,
        name: parsed(row, 2)?,
        text: parsed(row, 3)?,
        stack: stack(row, 4)?,
        version: parsed(row, 5)?,
        device: row.get(6)?,
        screen: parsed(row, 7)?,
        count: row.get(8)?,
        first_at: row.get(9)?,
        last_at: row.get(10)?,
    })
}

fn times_row(row: &Row<'_>) -> rusqlite::Result<TimesRow> {
    Ok(TimesRow {
        id: number(row, 0)?,
        day: row.get(1)?,
        device: row.get(2)?,
        loads: histogram(row, 3)?,
        interactions: histogram(row, 4)?,
        long_tasks: row.get(5)?,
        longest_ms: row.get(6)?,
        lost: row.get(7)?,
    })
}

fn parsed<T: TryFrom<String>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    T::try_from(row.get(column)?).map_err(|_| unreadable(column, "nothing that the monitor takes"))
}

fn stack(row: &Row<'_>, column: usize) -> rusqlite::Result<Stack> {
    let text: String = row.get(column)?;
    let frames: Result<Vec<_>, _> = text.lines().map(|line| StackFrame::try_from(line.to_owned())).collect();
    frames.and_then(Stack::try_from).map_err(|_| unreadable(column, "no stack"))
}

fn steps(histogram: &Histogram) -> String {
    serde_json::to_string(histogram).expect("a list of numbers")
}

fn histogram(row: &Row<'_>, column: usize) -> rusqlite::Result<Histogram> {
    let counts = serde_json::from_str(row.get_ref(column)?.as_str()?).ok();
    counts.and_then(Histogram::kept).ok_or_else(|| unreadable(column, "no counts by steps of time"))
}
