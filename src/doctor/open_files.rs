//! How many files and connections porch may have open.

use std::fs;

use rustix::process::{Resource, getrlimit};

use crate::proto::doctor::{Check, Checked, Finding};
use crate::proto::limits::OPEN_FILES_MAX;

use super::texts::line;

/// The limit of the running porch where we may know it, else of this process, which was started in a like way.
pub(super) fn check(porch: Option<u32>) -> Checked {
    // Up to the hard limit porch raises it by itself.
    let own = || getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let of_porch = porch.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/limits")).ok());
    told(of_porch.and_then(|table| hard_limit(&table)).unwrap_or_else(own))
}

/// From the kernel's table: `Max open files   soft   hard   files`.
fn hard_limit(table: &str) -> Option<u64> {
    let row = table.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match row.split_whitespace().nth(1)? {
        "unlimited" => Some(u64::MAX),
        limit => limit.parse().ok(),
    }
}

fn told(limit: u64) -> Checked {
    // What is beyond porch's own limit it will never use.
    let shown = ("limit", limit.min(OPEN_FILES_MAX).to_string());
    if limit >= OPEN_FILES_MAX {
        line(Check::OpenFiles, Finding::OpenFilesGood, [shown])
    } else {
        line(Check::OpenFiles, Finding::OpenFilesLow, [shown, ("wanted", OPEN_FILES_MAX.to_string())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hard_limit_is_read_from_the_kernels_table() {
        let table = "Limit                     Soft Limit           Hard Limit           Units     \n\
            Max processes             7                    8                    processes \n\
            Max open files            1024                 16384                files     \n";
        assert_eq!(hard_limit(table), Some(16_384));
        assert_eq!(hard_limit("Max open files  1 unlimited files"), Some(u64::MAX));
        assert_eq!(hard_limit("Max open files"), None);
        assert!(hard_limit(&fs::read_to_string("/proc/self/limits").unwrap()).is_some());
    }

    #[test]
    fn a_limit_below_what_a_full_house_needs_is_low() {
        assert_eq!(told(OPEN_FILES_MAX).finding, Finding::OpenFilesGood);
        assert_eq!(told(OPEN_FILES_MAX - 1).finding, Finding::OpenFilesLow);
        assert_eq!(told(u64::MAX).values["limit"], OPEN_FILES_MAX.to_string());
    }
}
