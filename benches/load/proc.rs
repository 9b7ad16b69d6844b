//! What the kernel says about a process under test, read the same way for porch and for the floor.

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::Result;

/// Linux counts in these ticks towards user space, whatever the kernel's own (`sysconf(_SC_CLK_TCK)`).
const TICKS_PER_SECOND: u64 = 100;

/// Memory of a process in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Pages with no file behind them: heap, stacks, buffers.
    pub(crate) anonymous_kib: u64,
    /// Proportional set size: shared pages count by their share.
    pub(crate) pss_kib: u64,
}

/// Processor time of each thread of a process: the kernel gives it to the nanosecond thread by thread, but for the
/// whole process, with threads that have ended, only in steps of 10 ms.
pub(crate) struct CpuReading {
    pid: u32,
    threads: HashMap<OsString, Duration>,
}

impl CpuReading {
    /// Reads it.
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let mut threads = HashMap::new();
        for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            let task = task?;
            // A thread may end between listing and reading.
            let Ok(text) = std::fs::read_to_string(task.path().join("schedstat")) else { continue };
            let nanos = text.split(' ').next().and_then(|first| first.parse().ok());
            threads.insert(task.file_name(), Duration::from_nanos(nanos.ok_or("schedstat holds no number")?));
        }
        Ok(Self { pid, threads })
    }

    /// User and system time since this reading. What a thread did that has ended since is missing: both servers keep
    /// theirs for longer than any look at them takes, but for porch's readers, which rest 10 s before they end.
    pub(crate) fn spent(&self) -> Result<Duration> {
        let now = Self::of(self.pid)?;
        let spent = |(thread, time): (&OsString, &Duration)| {
            time.saturating_sub(self.threads.get(thread).copied().unwrap_or_default())
        };
        Ok(now.threads.iter().map(spent).sum())
    }
}

/// Memory of a process now.
pub(crate) fn memory(pid: u32) -> Result<Memory> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let kib = |key| number_after(&rollup, key).ok_or("/proc/PID/smaps_rollup lacks a line");
    Ok(Memory { anonymous_kib: kib("Anonymous:")?, pss_kib: kib("Pss:")? })
}

/// Bytes that a process has caused to be written to disks since its start, counted when a page is made dirty.
pub(crate) fn written_bytes(pid: u32) -> Result<u64> {
    let io = std::fs::read_to_string(format!("/proc/{pid}/io"))?;
    Ok(number_after(&io, "write_bytes:").ok_or("/proc/PID/io lacks write_bytes")?)
}

/// The machine's load average over one minute.
pub(crate) fn load_average() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|one| one.parse().ok()).unwrap_or(f64::NAN)
}

/// Processors of the machine that are at work now, from two readings of `/proc/stat`.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    busy_ticks: u64,
    at: Instant,
}

impl Machine {
    /// Takes the first reading.
    pub(crate) fn reading() -> Self {
        let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let ticks: Vec<u64> =
            text.lines().next().unwrap_or("").split_ascii_whitespace().filter_map(|field| field.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal: all but idle and iowait.
        let busy_ticks = ticks.iter().take(8).sum::<u64>() - ticks.iter().skip(3).take(2).sum::<u64>();
        Self { busy_ticks, at: Instant::now() }
    }

    /// Cores at work since the reading, by anyone.
    pub(crate) fn cores(self) -> f64 {
        let now = Self::reading();
        (now.busy_ticks - self.busy_ticks) as f64 / TICKS_PER_SECOND as f64 / (now.at - self.at).as_secs_f64()
    }
}

fn number_after(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key))?.split_ascii_whitespace().next()?.parse().ok()
}
