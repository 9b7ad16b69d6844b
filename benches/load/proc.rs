//! What the kernel says about a process under test, read the same way for porch and for the floor.

use std::time::Duration;

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

/// User and system time of a process since its start, ended threads included. Exact to 10 ms: the kernel scales its
/// two sampled parts to the scheduler's exact sum.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the program's name in parentheses and may hold anything; count from behind it.
    let after_name = stat.rsplit_once(") ").ok_or("/proc/PID/stat has no name")?.1;
    let mut fields = after_name.split(' ').skip(11);
    let mut ticks = || fields.next().and_then(|field| field.parse::<u64>().ok()).ok_or("/proc/PID/stat is short");
    let total = ticks()? + ticks()?;
    Ok(Duration::from_millis(total * 1_000 / TICKS_PER_SECOND))
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
    at: std::time::Instant,
}

impl Machine {
    /// Takes the first reading.
    pub(crate) fn reading() -> Self {
        let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let ticks: Vec<u64> =
            text.lines().next().unwrap_or("").split_ascii_whitespace().filter_map(|field| field.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal: all but idle and iowait.
        let busy_ticks = ticks.iter().take(8).sum::<u64>() - ticks.iter().skip(3).take(2).sum::<u64>();
        Self { busy_ticks, at: std::time::Instant::now() }
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
