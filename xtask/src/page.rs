//! Builds the page, when its sources have changed since the last time.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::Path;

use crate::step::{Failure, Line, root, target};

/// What npm and the build make: no sources.
const MADE: [&str; 3] = ["dist", "maps", "node_modules"];

/// Builds `ui/dist` if it is not that of the present sources.
pub fn build() -> Result<(), Failure> {
    let sources = hash(&root().join("ui")).map_err(|error| format!("ui/ cannot be read: {error}"))?;
    let stamp = target().join("xtask/page");
    let is_built = ["ui/dist/index.html", "ui/maps"].iter().all(|made| root().join(made).exists());
    if is_built && is(&stamp, sources) {
        return Ok(());
    }
    packages("ui")?;
    Line::new("npm run --silent build").folder("ui").run()?;
    write(&stamp, sources)
}

/// Names the lines of the page's sources behind the places in its scripts that a file, or what is typed, tells of.
pub fn stack(files: &[String]) -> Result<(), Failure> {
    let [file] = files else { return Err("cargo xtask stack FILE, or - for what is typed".to_owned()) };
    if !root().join("ui/maps").exists() {
        return Err("the page has not been built here: cargo xtask ui, in the sources of the box that saved the file"
            .to_owned());
    }
    let file = if file == "-" {
        file.clone()
    } else {
        let found = fs::canonicalize(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
        found.display().to_string()
    };
    Line::new("node tools/stack.mjs").arg(&file).folder("ui").run()
}

/// Installs the packages that a folder's lockfile names, unless they are there.
pub fn packages(folder: &'static str) -> Result<(), Failure> {
    let lock = root().join(folder).join("package-lock.json");
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(&lock).map_err(|error| format!("{} cannot be read: {error}", lock.display()))?);
    let stamp = root().join(folder).join("node_modules/.xtask");
    if is(&stamp, hasher.finish()) {
        return Ok(());
    }
    Line::new("npm ci --no-audit --no-fund --loglevel=error").folder(folder).run()?;
    write(&stamp, hasher.finish())
}

/// Of every source's path and content below `folder`. Not for strangers: only for telling a change.
fn hash(folder: &Path) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    add(folder, folder, &mut hasher)?;
    Ok(hasher.finish())
}

fn add(top: &Path, folder: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if !MADE.iter().any(|made| entry.file_name() == *made) {
                add(top, &path, hasher)?;
            }
            continue;
        }
        let name = path.strip_prefix(top).expect("an entry lies below its folder");
        let bytes = fs::read(&path)?;
        // The lengths keep what moves from one file into the next from going unseen.
        for part in [name.as_os_str().as_encoded_bytes(), &bytes] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
    }
    Ok(())
}

fn is(stamp: &Path, hash: u64) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text == format!("{hash:016x}"))
}

fn write(stamp: &Path, hash: u64) -> Result<(), Failure> {
    let folder = stamp.parent().expect("a stamp lies in a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(stamp, format!("{hash:016x}")))
        .map_err(|error| format!("{} cannot be written: {error}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of the test's own, gone when it ends.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("porch-xtask-{}-{name}", std::process::id()));
            fs::create_dir_all(path.join("src")).unwrap();
            fs::create_dir_all(path.join("dist")).unwrap();
            Self(path)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join(name), text).unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_changed_renamed_or_new_source_changes_the_hash() {
        let folder = Folder::new("changed");
        folder.write("src/a.ts", "1");
        let first = hash(&folder.0).unwrap();
        folder.write("src/a.ts", "2");
        let second = hash(&folder.0).unwrap();
        folder.write("src/b.ts", "");
        let third = hash(&folder.0).unwrap();
        fs::rename(folder.0.join("src/b.ts"), folder.0.join("src/c.ts")).unwrap();
        let fourth = hash(&folder.0).unwrap();
        assert!(first != second && second != third && third != fourth);
    }

    #[test]
    fn what_the_build_makes_does_not_change_the_hash() {
        let folder = Folder::new("made");
        folder.write("src/a.ts", "1");
        let before = hash(&folder.0).unwrap();
        folder.write("dist/a.js", "2");
        assert_eq!(hash(&folder.0).unwrap(), before);
    }

    #[test]
    fn a_stamp_stands_for_its_hash_and_no_other() {
        let folder = Folder::new("stamp");
        let stamp = folder.0.join("deep/stamp");
        assert!(!is(&stamp, 7));
        write(&stamp, 7).unwrap();
        assert!(is(&stamp, 7) && !is(&stamp, 8));
    }
}
