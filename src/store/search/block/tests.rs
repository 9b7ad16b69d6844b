use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Words with the ids of the messages that hold them.
type Plain = BTreeMap<String, Vec<u64>>;

/// Messages with their words; ids that begin at `first` and go up by three.
fn plain(messages: &[Vec<String>], first: u64) -> (Vec<u64>, Plain) {
    let ids: Vec<u64> = (0..messages.len() as u64).map(|i| first + 3 * i).collect();
    let mut words = Plain::new();
    for (id, message) in ids.iter().zip(messages) {
        for word in message {
            let holders = words.entry(word.clone()).or_default();
            if holders.last() != Some(id) {
                holders.push(*id);
            }
        }
    }
    (ids, words)
}

fn coded(ids: &[u64], words: &Plain) -> Coded {
    let mut builder = Builder::new(ids);
    for (word, holders) in words {
        let places: Vec<u32> = holders.iter().map(|id| ids.binary_search(id).unwrap() as u32).collect();
        builder.add(word.as_bytes(), &places);
    }
    builder.finish()
}

fn decoded(block: &Coded) -> (Vec<u64>, Plain) {
    let head = Head::read(&block.head).unwrap();
    let ids = head.ids(&block.ids).unwrap();
    let mut words = Plain::new();
    let mut walk = Walk { entries: head.entries(), leaves: block.leaves.iter(), current: None, before: 0 };
    walk.advance().unwrap();
    while let Some(places) = walk.current {
        let word = String::from_utf8(walk.entries.word().to_vec()).unwrap();
        places.each(|place| words.entry(word.clone()).or_default().push(ids[place as usize])).unwrap();
        walk.advance().unwrap();
    }
    (ids, words)
}

fn messages() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec("[a-c好]{0,4}|[a-z]{300,600}", 0..12), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_coded_is_read_again(messages in messages()) {
        let (ids, words) = plain(&messages, 5);
        let block = coded(&ids, &words);
        prop_assert_eq!(decoded(&block), (ids.clone(), words.clone()));
        let head = Head::read(&block.head).unwrap();
        for (word, holders) in &words {
            let leaf = head.leaf_of(word.as_bytes()).unwrap();
            let entries = match leaf {
                Some(leaf) => Entries::of(&block.leaves[leaf], head.count),
                None => head.entries(),
            };
            let mut found = Vec::new();
            let places = entries.find(word.as_bytes()).unwrap().unwrap();
            places.each(|place| found.push(ids[place as usize])).unwrap();
            prop_assert_eq!(&found, holders);
            let leaves = head.leaves_with(&word.as_bytes()[..1.min(word.len())]).unwrap();
            prop_assert!(leaf.is_none_or(|leaf| leaves.contains(&leaf)));
        }
    }

    #[test]
    fn merged_blocks_hold_what_they_held(one in messages(), two in messages(), three in messages()) {
        let parts = [plain(&one, 10), plain(&two, 1_000), plain(&three, 100_000)];
        let blocks: Vec<Coded> = parts.iter().map(|(ids, words)| coded(ids, words)).collect();
        let mut all = (Vec::new(), Plain::new());
        for (ids, words) in parts {
            all.0.extend(ids);
            for (word, holders) in words {
                all.1.entry(word).or_default().extend(holders);
            }
        }
        prop_assert_eq!(decoded(&Coded::merged(&blocks).unwrap()), all);
    }

    #[test]
    fn what_is_taken_out_stands_nowhere(messages in messages(), every in 1_u64..4) {
        let (ids, words) = plain(&messages, 7);
        let gone: HashSet<u64> = ids.iter().copied().filter(|id| id % every == 0).collect();
        let left = coded(&ids, &words).without(&gone).unwrap();
        let kept: Plain = words.iter().filter_map(|(word, holders)| {
            let holders: Vec<u64> = holders.iter().copied().filter(|id| !gone.contains(id)).collect();
            (!holders.is_empty()).then(|| (word.clone(), holders))
        }).collect();
        prop_assert_eq!(decoded(&left), (ids, kept.clone()));
        let head = Head::read(&left.head).unwrap();
        for word in words.keys() {
            let entries = match head.leaf_of(word.as_bytes()).unwrap() {
                Some(leaf) => Entries::of(&left.leaves[leaf], head.count),
                None => head.entries(),
            };
            prop_assert_eq!(entries.find(word.as_bytes()).unwrap().is_some(), kept.contains_key(word));
            let stands = left.head.windows(word.len().max(9)).any(|part| part == word.as_bytes());
            // Unless it stands within a longer word that stays.
            let is_part = kept.keys().any(|longer| longer.contains(word.as_str()));
            prop_assert!(word.len() < 9 || is_part || !stands);
        }
    }

    #[test]
    fn what_was_changed_is_held_as_it_is_and_not_as_it_was(
        before in messages(), after in messages(), every in 1_u64..4,
    ) {
        let (ids, words) = plain(&before, 7);
        // Some are changed into others, some into nothing; of some that are changed nothing is here.
        let said: BTreeMap<u64, Vec<Vec<u8>>> = (7..).step_by(3).zip(&after).filter(|(id, _)| id % every == 0).map(|(id, words)| {
            (id, words.iter().map(|word| word.as_bytes().to_vec()).collect::<std::collections::BTreeSet<_>>().into_iter().collect())
        }).collect();
        let is: Vec<Vec<String>> = ids.iter().zip(&before).map(|(id, words)| match said.get(id) {
            Some(words) => words.iter().map(|word| String::from_utf8(word.clone()).unwrap()).collect(),
            None => words.clone(),
        }).collect();
        prop_assert_eq!(decoded(&coded(&ids, &words).rewritten(&said).unwrap()), plain(&is, 7));
    }

    /// Whatever the disk gives is read or found damaged: nothing panics, nothing is allocated beyond it.
    #[test]
    fn a_damaged_block_is_told(messages in messages(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (ids, words) = plain(&messages, 1);
        let mut block = coded(&ids, &words);
        let at = at.index(block.head.len());
        block.head[at] = byte;
        let _ = Coded::merged(&[block.clone(), block.clone()]);
        let _ = block.without(&HashSet::new());
        if let Ok(head) = Head::read(&block.head) {
            let _ = (head.ids(&block.ids), head.leaves_with(b"a"), head.leaf_of(b"a"));
        }
    }
}
