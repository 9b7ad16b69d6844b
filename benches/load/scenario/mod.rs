//! What is measured: one file for each part of the table.

mod delivery;
mod disk;
mod join;
mod memory;
mod overload;
mod rate;
mod start;
mod storm;
mod uploads;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use porch::proto::id::RoomId;

use crate::Result;
use crate::crowd::Broken;
use crate::member::{Kind, Seat};
use crate::seed::Seeded;
use crate::server::Server;
use crate::table::{Row, Verdict};

/// Parts that can be asked for one by one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Part {
    Memory,
    Delivery,
    Rate,
    Join,
    Start,
    Disk,
    Overload,
    Storm,
    Uploads,
}

/// How this run measures.
pub(crate) struct Setting {
    pub(crate) quick: bool,
    /// The binary that is measured.
    porch: PathBuf,
    /// A fresh folder of this run, on a disk.
    scratch: PathBuf,
}

impl Setting {
    /// Makes the folder.
    pub(crate) fn prepare(quick: bool, porch: Option<PathBuf>) -> Result<Self> {
        let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("load-{}", std::process::id()));
        std::fs::create_dir_all(&scratch)?;
        let porch = porch.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_porch")));
        Ok(Self { quick, porch, scratch })
    }

    /// The first for a run that is published, the second for a quick one.
    pub(crate) fn pick<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }

    /// [`Self::pick`] of seconds.
    pub(crate) fn seconds(&self, whole: u64, quick: u64) -> Duration {
        Duration::from_secs(self.pick(whole, quick))
    }

    /// Starts porch on a data folder.
    pub(crate) async fn porch(&self, dir: &Path) -> Result<Server> {
        Server::porch(&self.porch, dir).await
    }

    /// A folder for one server of this run.
    pub(crate) fn dir(&self, name: &str) -> Result<PathBuf> {
        let dir = self.scratch.join(name);
        std::fs::create_dir_all(&dir)?;
        Ok(dir)
    }
}

impl Drop for Setting {
    fn drop(&mut self) {
        // What cannot be removed lies under target/, where `cargo clean` finds it.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

/// What a run has found so far.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) rows: Vec<Row>,
    broken: Broken,
    /// Parts that could not be measured.
    failures: usize,
}

impl Findings {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds what members of porch found broken; it goes into the last row.
    pub(crate) fn broken(&mut self, broken: Broken) {
        self.broken = self.broken.and(broken);
    }

    /// Nothing was lost, duplicated or reordered, and every part was measured.
    pub(crate) fn is_whole(&self) -> bool {
        self.broken == Broken::default() && self.failures == 0
    }
}

/// Measures one part, or all.
pub(crate) async fn run(setting: &Setting, only: Option<Part>) -> Findings {
    let mut findings = Findings::default();
    for part in Part::value_variants().iter().filter(|part| only.is_none_or(|only| only == **part)) {
        eprintln!("measuring: {part:?}");
        let measured = match part {
            Part::Memory => memory::measure(setting, &mut findings).await,
            Part::Delivery => delivery::measure(setting, &mut findings).await,
            Part::Rate => rate::measure(setting, &mut findings).await,
            Part::Join => join::measure(setting, &mut findings).await,
            Part::Start => start::measure(setting, &mut findings).await,
            Part::Disk => disk::measure(setting, &mut findings).await,
            Part::Overload => overload::measure(setting, &mut findings).await,
            Part::Storm => storm::measure(setting, &mut findings).await,
            Part::Uploads => uploads::measure(setting, &mut findings).await,
        };
        if let Err(error) = measured {
            findings.failures += 1;
            findings.add(Row::new(format!("{part:?}"), format!("failed: {error}"), "", Verdict::Missed));
        }
    }
    let broken = findings.broken;
    findings.add(broken_row("lost / duplicated / reordered in all of the above", broken));
    findings
}

/// A row for promises kept or broken.
fn broken_row(what: impl Into<String>, broken: Broken) -> Row {
    let figure = format!("{} / {} / {}", broken.lost, broken.duplicated, broken.reordered);
    Row::new(what, figure, "0 / 0 / 0", Verdict::of(broken == Broken::default()))
}

/// Seats for `count` members in `rooms` rooms, in turn: who sends after whom is in another room.
fn seats(server: &Server, seeded: &Seeded, count: usize, rooms: usize) -> Vec<Seat> {
    let seat = |index: usize| Seat {
        kind: server.kind,
        door: server.door.clone(),
        cookie: match server.kind {
            Kind::Floor => String::new(),
            Kind::Porch => seeded.cookies[index].clone(),
        },
        room: match server.kind {
            Kind::Floor => RoomId(1 + (index % rooms) as u64),
            Kind::Porch => seeded.rooms[index % rooms],
        },
        index,
        slow: false,
    };
    (0..count).map(seat).collect()
}
