//! The files that people have sent: whether what messages show is there, and whether there is room for more.

use std::io;
use std::path::Path;

use crate::blobs::{FilesState, Space};
use crate::proto::doctor::{Check, Checked, Finding};

use super::texts::line;

/// Looks at what is in the data folder.
pub(super) fn look(data_dir: &Path) -> Vec<Checked> {
    match FilesState::look(data_dir) {
        Ok(state) => told(&state),
        Err(fault) => vec![unchecked(&fault)],
    }
}

/// How they are.
pub(super) fn told(state: &FilesState) -> Vec<Checked> {
    let unfinished = ("unfinished", state.unfinished.to_string());
    let mut lines = vec![match state.counted {
        None => line(Check::Files, Finding::FilesUncounted, [unfinished]),
        Some((count, bytes)) => {
            let values = [("count", count.to_string()), ("mb", (bytes / 1_000_000).to_string()), unfinished];
            line(Check::Files, Finding::FilesGood, values)
        }
    }];
    let found = &state.found;
    if found.missing > 0 {
        let values = [("missing", found.missing.to_string()), ("paths", found.named())];
        lines.push(line(Check::Files, Finding::FilesMissing, values));
    }
    if found.removed > 0 {
        lines.push(line(Check::Files, Finding::FilesRemoved, [("removed", found.removed.to_string())]));
    }
    lines
}

/// Whether there is room for more.
pub(super) fn space(data_dir: &Path) -> Option<Checked> {
    let space = Space::of(data_dir).ok()?;
    let mb = |bytes: u64| (bytes / 1_000_000).to_string();
    let values = [("free_mb", mb(space.free)), ("kept_mb", mb(space.kept_free()))];
    (space.for_uploads() == 0).then(|| line(Check::Files, Finding::FilesNoSpace, values))
}

fn unchecked(fault: &io::Error) -> Checked {
    line(Check::Files, Finding::Unchecked, [("reason", fault.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blobs::FilesFound;
    use crate::proto::blob::BlobHash;

    fn findings(state: &FilesState) -> Vec<Finding> {
        told(state).iter().map(|line| line.finding).collect()
    }

    #[test]
    fn what_is_missing_is_a_fault_that_says_where_it_was_and_what_was_removed_is_none() {
        let mut state = FilesState { counted: Some((2, 3_000_000)), ..FilesState::default() };
        assert_eq!(findings(&state), [Finding::FilesGood]);
        for at in 0..5 {
            state.found.miss(BlobHash([at; 32]));
        }
        state.found.removed = 7;
        assert_eq!(findings(&state), [Finding::FilesGood, Finding::FilesMissing, Finding::FilesRemoved]);
        let missing = &told(&state)[1];
        assert_eq!(missing.values["missing"], "5");
        let named: Vec<_> = missing.values["paths"].split(", ").collect();
        assert_eq!(named.len(), 3, "{named:?}");
        assert!(named[1].starts_with("blobs/01/0101") && missing.advice.contains("backup"), "{missing:?}");
        state.counted = None;
        assert_eq!(findings(&state)[0], Finding::FilesUncounted);
    }

    #[test]
    fn a_folder_is_counted_as_it_lies_there() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(
            FilesState::look(dir.path()).unwrap(),
            FilesState { counted: Some((0, 0)), ..FilesState::default() }
        );
        for (path, bytes) in [("blobs/ab/cd", 5), ("blobs/ab/ef", 7), ("uploads/1.json", 1), ("uploads/1", 3)] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![0; bytes]).unwrap();
        }
        let seen = FilesState::look(dir.path()).unwrap();
        let found = FilesFound::default();
        assert_eq!(seen, FilesState { counted: Some((2, 12)), found, unfinished: 1 });
    }
}
