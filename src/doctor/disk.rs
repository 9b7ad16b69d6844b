//! The data folder, what is free on its disk, and how long the disk takes to keep something.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{Access, AtFlags, CWD, accessat, statfs, statvfs};

use crate::proto::doctor::{Check, Checked, Finding};
use crate::store::{Database, Loss, Trouble, database};

use super::emptied::is_emptied;
use super::texts::line;

/// Below this and below a tenth of the disk, there is time to act. By itself neither says much: a tenth of a large disk
/// holds years of talk, and a small one is as its owner chose it. 2 GB are what updates of the system ask for.
const FREE_MB_LOW: u64 = 2_000;
const FREE_PERCENT_LOW: u64 = 10;
/// Below this the database, its log and the system's own files come to their end together.
const FREE_MB_FULL: u64 = 50;
/// Bytes of one write: a message with its pages.
const WRITE_BYTES: usize = 4 << 10;
/// Enough for a median that one slow write does not move.
const WRITES: usize = 15;
/// A disk this slow has shown what it is.
const WRITES_WAIT: Duration = Duration::from_secs(4);
/// Good cards take 2 to 10 ms; nobody notices twice that.
const WRITE_MS_GOOD: u128 = 25;
/// Beyond this a message takes as long as people take to wonder whether it was sent.
const WRITE_MS_SLOW: u128 = 150;

/// `statfs`' numbers for file systems (Linux: magic.h) that are no disk of this machine.
const IN_MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58f6];
const REMOTE: [(u32, &str); 7] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0x0102_1997, "9P"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
];

/// The folder, or what of its path is there.
fn nearest(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|path| path.is_dir()).unwrap_or_else(|| Path::new("."));
    // A relative path ends in the empty one, which is where we are.
    if there.as_os_str().is_empty() { PathBuf::from(".") } else { there.to_owned() }
}

/// How much is free.
pub(super) fn space(data_dir: &Path) -> Checked {
    match statvfs(nearest(data_dir)) {
        Ok(disk) => free(disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)),
        Err(fault) => line(Check::DiskSpace, Finding::Unchecked, [("reason", io::Error::from(fault).to_string())]),
    }
}

fn free(free_bytes: u64, disk_bytes: u64) -> Checked {
    let free_mb = free_bytes / 1_000_000;
    let percent = free_bytes.saturating_mul(100) / disk_bytes.max(1);
    let mb = || ("free_mb", free_mb.to_string());
    if free_mb < FREE_MB_FULL {
        line(Check::DiskSpace, Finding::DiskSpaceFull, [mb()])
    } else if free_mb < FREE_MB_LOW && percent < FREE_PERCENT_LOW {
        line(Check::DiskSpace, Finding::DiskSpaceLow, [mb(), ("percent", percent.to_string())])
    } else {
        line(Check::DiskSpace, Finding::DiskSpaceGood, [mb()])
    }
}

/// How long a durable write takes, in the folder or where it will be made.
pub(super) fn speed(data_dir: &Path) -> Checked {
    match median_write(&nearest(data_dir)) {
        Ok(took) => took_ms(took.as_millis()),
        // Not ours to write to: whether that is as it should be, the folder's own check tells.
        Err(fault) if fault.kind() == io::ErrorKind::PermissionDenied => {
            line(Check::DiskSpeed, Finding::Unchecked, [("reason", fault.to_string())])
        }
        Err(fault) => line(Check::DiskSpeed, Finding::DiskSpeedFailed, [("reason", fault.to_string())]),
    }
}

fn took_ms(ms: u128) -> Checked {
    let finding = if ms < WRITE_MS_GOOD {
        Finding::DiskSpeedGood
    } else if ms < WRITE_MS_SLOW {
        Finding::DiskSpeedSlow
    } else {
        Finding::DiskSpeedBad
    };
    line(Check::DiskSpeed, finding, [("ms", ms.max(1).to_string())])
}

fn median_write(folder: &Path) -> io::Result<Duration> {
    let mut file = nameless(folder)?;
    let begun = Instant::now();
    let mut took = Vec::new();
    while took.len() < WRITES && begun.elapsed() < WRITES_WAIT {
        let write = Instant::now();
        file.write_all(&[0xa5; WRITE_BYTES])?;
        file.sync_data()?;
        took.push(write.elapsed());
    }
    took.sort();
    Ok(took[took.len() / 2])
}

/// A file that is gone when it is closed, even if we are killed.
fn nameless(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!(".porch-doctor-{}", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}

/// What was seen of the folder itself.
#[derive(Debug)]
struct FolderState {
    /// Bits of its mode that let others in.
    open_mode: u32,
    writable: io::Result<()>,
    /// `statfs`' number.
    kind: u32,
}

/// What a running porch says of its database.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DatabaseState {
    /// What keeps it from its work at the moment.
    pub trouble: Option<Trouble>,
    /// What it had lost when it was opened, now or not long ago.
    pub loss: Option<Loss>,
}

/// The folder, and the database in it, of a porch that does not say anything of them.
pub(super) fn folder_and_database(data_dir: &Path) -> Vec<Checked> {
    let folder = data_folder(data_dir);
    if !data_dir.is_dir() {
        return vec![folder];
    }
    let seen = is_emptied(data_dir).and_then(|emptied| if emptied { Ok(None) } else { database(data_dir).map(Some) });
    let lines = [Some(folder), database_line(data_dir, seen), Loss::noted(data_dir).map(loss_line)];
    lines.into_iter().flatten().collect()
}

/// What a running porch has to say of its database.
pub(super) fn running_database(data_dir: &Path, state: &DatabaseState) -> Vec<Checked> {
    let trouble = match state.trouble {
        Some(trouble) => trouble_line(data_dir, trouble),
        None => line(Check::DataFolder, Finding::DatabaseGood, []),
    };
    [Some(trouble), state.loss.map(loss_line)].into_iter().flatten().collect()
}

fn trouble_line(data_dir: &Path, trouble: Trouble) -> Checked {
    let of_folder = |finding| line(Check::DataFolder, finding, [("path", data_dir.display().to_string())]);
    let of_database = |finding, reason: &str| line(Check::DataFolder, finding, [("reason", reason.to_owned())]);
    match trouble {
        Trouble::Damaged => of_database(Finding::DatabaseBroken, "what it holds makes no sense"),
        Trouble::Denied => of_folder(Finding::DataFolderDenied),
        Trouble::Failing => of_database(Finding::DatabaseFailing, "what was to be kept could not be written"),
        Trouble::Full => line(Check::DataFolder, Finding::DatabaseFull, []),
        Trouble::ReadOnly => of_folder(Finding::DataFolderReadOnly),
    }
}

fn loss_line(loss: Loss) -> Checked {
    let events = loss.events.map(|events| events.to_string()).unwrap_or_default();
    let values = [("ago_s", loss.age().as_secs().to_string()), ("events", events)];
    line(Check::DataFolder, Finding::DatabaseLost, values)
}

/// The folder itself.
pub(super) fn data_folder(data_dir: &Path) -> Checked {
    let path = || ("path", data_dir.display().to_string());
    let of = |finding| line(Check::DataFolder, finding, [path()]);
    let because = |finding, fault: io::Error| line(Check::DataFolder, finding, [path(), ("reason", fault.to_string())]);
    let unchecked = |fault: io::Error| line(Check::DataFolder, Finding::Unchecked, [("reason", fault.to_string())]);
    match fs::metadata(data_dir) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => match writable(&nearest(data_dir)) {
            Ok(()) => of(Finding::DataFolderNew),
            Err(fault) => because(Finding::DataFolderMissing, fault),
        },
        Err(fault) => unchecked(fault),
        Ok(metadata) if !metadata.is_dir() => because(Finding::DataFolderMissing, io::ErrorKind::NotADirectory.into()),
        Ok(metadata) => match statfs(data_dir) {
            Err(fault) => unchecked(fault.into()),
            Ok(disk) => {
                let seen = FolderState {
                    open_mode: metadata.mode() & 0o077,
                    writable: writable(data_dir),
                    // The kernel's numbers have 32 bits; the type is as wide as the processor's words.
                    kind: disk.f_type as u32,
                };
                told(data_dir, metadata.mode() & 0o777, &seen)
            }
        },
    }
}

/// Whether we could make a file here, asked of the kernel with the user we act as.
fn writable(folder: &Path) -> io::Result<()> {
    Ok(accessat(CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS)?)
}

fn told(data_dir: &Path, mode: u32, seen: &FolderState) -> Checked {
    let path = || ("path", data_dir.display().to_string());
    let of = |finding| line(Check::DataFolder, finding, [path()]);
    let remote = REMOTE.iter().find(|(kind, _)| *kind == seen.kind);
    match &seen.writable {
        Err(fault) if fault.kind() == io::ErrorKind::ReadOnlyFilesystem => of(Finding::DataFolderReadOnly),
        Err(_) => of(Finding::DataFolderDenied),
        Ok(()) if IN_MEMORY.contains(&seen.kind) => of(Finding::DataFolderInMemory),
        Ok(()) if remote.is_some() => {
            let kind = remote.map(|(_, name)| (*name).to_owned()).unwrap_or_default();
            line(Check::DataFolder, Finding::DataFolderRemote, [path(), ("kind", kind)])
        }
        Ok(()) if seen.open_mode != 0 => {
            line(Check::DataFolder, Finding::DataFolderOpen, [path(), ("mode", format!("{mode:o}"))])
        }
        Ok(()) => of(Finding::DataFolderGood),
    }
}

/// `seen`: none where the folder lacks the database that it had.
fn database_line(data_dir: &Path, seen: io::Result<Option<Database>>) -> Option<Checked> {
    let because = |finding, reason: String| line(Check::DataFolder, finding, [("reason", reason)]);
    match seen {
        Ok(None) => {
            let path = data_dir.display().to_string();
            Some(line(Check::DataFolder, Finding::DatabaseGone, [("path", path)]))
        }
        Ok(Some(Database::Absent { .. })) => None,
        Ok(Some(Database::Known)) => Some(line(Check::DataFolder, Finding::DatabaseGood, [])),
        Ok(Some(Database::Newer { found, known })) => Some(line(
            Check::DataFolder,
            Finding::DatabaseNewer,
            [("found", found.to_string()), ("known", known.to_string())],
        )),
        Ok(Some(Database::Broken(reason))) => Some(because(Finding::DatabaseBroken, reason.into())),
        Err(fault) if fault.kind() == io::ErrorKind::PermissionDenied => {
            Some(because(Finding::Unchecked, fault.to_string()))
        }
        // The disk does not give it out; what is on it may be whole.
        Err(fault) => Some(because(Finding::DatabaseFailing, fault.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1_000_000;

    #[test]
    fn free_space_is_low_when_it_is_little_in_bytes_and_in_share() {
        let found = |free_mb: u64, disk_mb: u64| free(free_mb * MB, disk_mb * MB).finding;
        assert_eq!(found(8_000, 32_000), Finding::DiskSpaceGood);
        assert_eq!(found(500, 1_000), Finding::DiskSpaceGood);
        assert_eq!(found(100, 1_000), Finding::DiskSpaceGood);
        assert_eq!(found(99, 1_000), Finding::DiskSpaceLow);
        assert_eq!(found(26_000, 256_000), Finding::DiskSpaceGood);
        assert_eq!(found(20_000, 256_000), Finding::DiskSpaceGood);
        assert_eq!(found(2_000, 32_000), Finding::DiskSpaceGood);
        assert_eq!(found(1_999, 32_000), Finding::DiskSpaceLow);
        assert_eq!(found(50, 32_000), Finding::DiskSpaceLow);
        assert_eq!(found(49, 32_000), Finding::DiskSpaceFull);
        assert_eq!(found(0, 0), Finding::DiskSpaceFull);
    }

    #[test]
    fn a_slow_disk_is_told_by_its_median() {
        let found = [3, 24, 25, 149, 150, 9_000].map(|ms| took_ms(ms).finding);
        use Finding::{DiskSpeedBad as Bad, DiskSpeedGood as Good, DiskSpeedSlow as Slow};
        assert_eq!(found, [Good, Good, Slow, Slow, Bad, Bad]);
    }

    #[test]
    fn the_write_test_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        assert!(speed(dir.path()).finding != Finding::DiskSpeedFailed);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(speed(&dir.path().join("not/there/yet")).finding != Finding::DiskSpeedFailed);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_is_told_by_what_was_seen_of_it() {
        let on = |kind, writable: io::Result<()>, open_mode| {
            told(Path::new("/d"), 0o700 | open_mode, &FolderState { open_mode, writable, kind }).finding
        };
        const EXT4: u32 = 0xef53;
        assert_eq!(on(EXT4, Ok(()), 0), Finding::DataFolderGood);
        assert_eq!(on(EXT4, Ok(()), 0o055), Finding::DataFolderOpen);
        assert_eq!(on(EXT4, Err(io::ErrorKind::ReadOnlyFilesystem.into()), 0), Finding::DataFolderReadOnly);
        assert_eq!(on(EXT4, Err(io::ErrorKind::PermissionDenied.into()), 0), Finding::DataFolderDenied);
        assert_eq!(on(0x0102_1994, Ok(()), 0), Finding::DataFolderInMemory);
        assert_eq!(on(0x6969, Ok(()), 0), Finding::DataFolderRemote);
    }

    #[test]
    fn a_folder_is_looked_at_and_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let absent = dir.path().join("data");
        let found = |path: &Path| folder_and_database(path).iter().map(|line| line.finding).collect::<Vec<_>>();
        assert_eq!(found(&absent), [Finding::DataFolderNew]);
        assert!(!absent.exists());
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(found(&file), [Finding::DataFolderMissing]);
        assert_eq!(found(&file.join("below")), [Finding::Unchecked]);
    }

    #[test]
    fn only_a_database_that_is_broken_is_to_be_put_back_from_a_backup() {
        let dir = tempfile::tempdir().unwrap();
        let seen = |seen| database_line(dir.path(), seen).unwrap();
        let failing = seen(Err(rustix::io::Errno::IO.into()));
        assert_eq!(failing.finding, Finding::DatabaseFailing);
        assert_eq!(seen(Err(io::ErrorKind::PermissionDenied.into())).finding, Finding::Unchecked);
        assert_eq!(seen(Ok(Some(Database::Broken("it is cut off")))).finding, Finding::DatabaseBroken);
        assert_eq!(seen(Ok(None)).finding, Finding::DatabaseGone);
        let troubles = [Trouble::Denied, Trouble::Failing, Trouble::Full, Trouble::ReadOnly];
        let lines = troubles.map(|trouble| trouble_line(dir.path(), trouble));
        for line in lines.iter().chain([&failing]) {
            assert!(!line.advice.contains("from a backup"), "{line:?}");
        }
        let advice = trouble_line(dir.path(), Trouble::Damaged).advice;
        assert!(advice.find("Copy") < advice.find("backup"), "what is there is kept first: {advice}");
    }

    #[test]
    fn a_loss_is_told_with_what_is_known_of_it() {
        let lost = |events| loss_line(Loss { events, noticed: std::time::SystemTime::now() }).says;
        assert!(lost(Some(7)).contains("7 messages and changes"), "{}", lost(Some(7)));
        assert!(lost(None).contains("some messages and changes"), "{}", lost(None));
    }
}
