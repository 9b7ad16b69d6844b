//! Rows by key, and which of them the disk does not know as they are.

use std::collections::{BTreeMap, BTreeSet};

/// See the module's text.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, Row<V>>,
    changed: BTreeSet<K>,
    /// On the disk, and no more here.
    gone: Vec<u64>,
    next_id: u64,
}

#[derive(Debug)]
struct Row<V> {
    /// None until it was given to the disk.
    id: Option<u64>,
    value: V,
}

impl<K: Clone + Ord, V> Table<K, V> {
    /// The row of this key, made if there is none, to be changed.
    pub(super) fn change(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        self.changed.insert(key.clone());
        &mut self.rows.entry(key).or_insert_with(|| Row { id: None, value: new() }).value
    }

    /// Takes over a row from the disk.
    pub(super) fn restore(&mut self, id: u64, key: K, value: V) {
        self.next_id = self.next_id.max(id.saturating_add(1));
        self.rows.insert(key, Row { id: Some(id), value });
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.changed.remove(key);
        self.gone.extend(self.rows.remove(key).and_then(|row| row.id));
    }

    /// Removes the rows of other keys.
    pub(super) fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        let out: Vec<K> = self.rows.keys().filter(|key| !keep(key)).cloned().collect();
        out.iter().for_each(|key| self.remove(key));
    }

    /// Forgets all, the disk's too.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.changed.clear();
        self.gone.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.rows.iter().map(|(key, row)| (key, &row.value))
    }

    /// What the disk does not know, as `write` has it, and the ids of what goes. Both count as known from now on.
    pub(super) fn take_changes<R>(&mut self, write: impl Fn(u64, &K, &V) -> R) -> (Vec<R>, Vec<u64>) {
        let mut written = Vec::with_capacity(self.changed.len());
        for key in std::mem::take(&mut self.changed) {
            let Some(row) = self.rows.get_mut(&key) else { continue };
            let next = self.next_id;
            let id = *row.id.get_or_insert(next);
            self.next_id = next.max(id.saturating_add(1));
            written.push(write(id, &key, &row.value));
        }
        (written, std::mem::take(&mut self.gone))
    }

    /// The disk did not take the changes: rows with these ids are still to be written, and these still to go.
    pub(super) fn put_back(&mut self, written: &BTreeSet<u64>, gone: Vec<u64>) {
        let still = self.rows.iter().filter(|(_, row)| row.id.is_some_and(|id| written.contains(&id)));
        self.changed.extend(still.map(|(key, _)| key.clone()).collect::<Vec<_>>());
        self.gone.extend(gone);
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), changed: BTreeSet::new(), gone: Vec::new(), next_id: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Letters = Table<char, u32>;

    fn changes(table: &mut Letters) -> (Vec<(u64, char, u32)>, Vec<u64>) {
        table.take_changes(|id, key, value| (id, *key, *value))
    }

    #[test]
    fn what_changed_is_written_once_and_keeps_its_id() {
        let mut table = Letters::default();
        *table.change('a', || 0) += 1;
        *table.change('b', || 5) += 1;
        assert_eq!(changes(&mut table), (vec![(1, 'a', 1), (2, 'b', 6)], vec![]));
        assert_eq!(changes(&mut table), (vec![], vec![]));
        *table.change('b', || 0) += 1;
        assert_eq!(changes(&mut table), (vec![(2, 'b', 7)], vec![]));
    }

    #[test]
    fn what_goes_is_told_of_only_if_the_disk_has_it() {
        let mut table = Letters::default();
        table.change('a', || 0);
        changes(&mut table);
        table.change('b', || 0);
        table.retain(|_| false);
        assert_eq!(changes(&mut table), (vec![], vec![1]));
        table.change('c', || 0);
        assert_eq!(changes(&mut table).0, [(2, 'c', 0)], "an id is not used again");
    }

    #[test]
    fn what_the_disk_did_not_take_is_written_the_next_time() {
        let mut table = Letters::default();
        table.restore(7, 'a', 1);
        table.restore(8, 'b', 1);
        table.change('a', || 0);
        table.change('c', || 0);
        table.remove(&'b');
        let (written, gone) = changes(&mut table);
        let ids = written.iter().map(|row| row.0).collect();
        table.remove(&'c');
        table.put_back(&ids, gone);
        let (written, mut gone) = changes(&mut table);
        gone.sort_unstable();
        assert_eq!((written, gone), (vec![(7, 'a', 1)], vec![8, 9]));
    }

    #[test]
    fn what_was_cleared_is_not_told_of_again() {
        let mut table = Letters::default();
        table.restore(1, 'a', 1);
        table.change('a', || 0);
        table.clear();
        assert_eq!((changes(&mut table), table.len()), ((vec![], vec![]), 0));
    }
}
