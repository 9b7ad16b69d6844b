//! Private files of the box, there whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::proto::limits::PEM_BYTES_MAX;

/// Only the box's own user may look inside.
const FOLDER_MODE: u32 = 0o700;
pub(crate) const FILE_MODE: u32 = 0o600;

/// Makes the folder if it is missing, and closes it to others if it is open.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    close_to_others(folder, FOLDER_MODE)
}

/// Reads a file that is text and not large. None when there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let mut text = String::new();
    match file.take(PEM_BYTES_MAX + 1).read_to_string(&mut text)? as u64 > PEM_BYTES_MAX {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large")),
        false => Ok(Some(text)),
    }
}

/// Reads a file of the box's own, and closes it to others if it is open.
pub(crate) fn read_private(path: &Path) -> io::Result<Option<String>> {
    let text = read(path)?;
    if text.is_some() {
        close_to_others(path, FILE_MODE)?;
    }
    Ok(text)
}

/// Writes `text` so that after a power cut the file is the old or the new one, never half of either.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    // A left-over of a write that was cut off may have been opened with another mode.
    remove(&fresh)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    // The rename itself is in the folder.
    path.parent().map_or(Ok(()), sync_folder)
}

/// Removes a file that may have gone already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// Has the names in a folder on the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn close_to_others(path: &Path, mode: u32) -> io::Result<()> {
    match fs::metadata(path)?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => fs::set_permissions(path, fs::Permissions::from_mode(mode)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn folder_and_file_are_closed_to_others() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/tls");
        make_private_folder(&folder).unwrap();
        let path = folder.join("ca.pem");
        write_private(&path, "secret").unwrap();
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        assert_eq!(read_private(&path).unwrap().as_deref(), Some("secret"));
    }

    #[test]
    fn what_others_could_read_is_closed_on_sight() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("ca.pem");
        fs::write(&path, "secret").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        make_private_folder(root.path()).unwrap();
        read_private(&path).unwrap();
        assert_eq!((mode(root.path()), mode(&path)), (0o700, 0o600));
    }

    #[test]
    fn a_write_replaces_the_file_and_leaves_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("leaf.pem");
        fs::write(root.path().join("leaf.new"), "cut off").unwrap();
        write_private(&path, "one").unwrap();
        write_private(&path, "two").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("two"));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_absent_file_is_none_and_a_large_one_an_error() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x.pem");
        assert_eq!(read(&path).unwrap(), None);
        fs::write(&path, vec![b'a'; PEM_BYTES_MAX as usize + 1]).unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
