//! Who waits for whom.

use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};

use super::*;
use crate::fair::Asker;
use crate::proto::limits::{READS_AT_ONCE_MAX, SEARCHES_AT_ONCE_MAX, SEARCHES_OF_ONE_WAITING_MAX};
use crate::store::{Filters, Query};

fn person(id: usize) -> Asker {
    Asker::Person(UserId(id as u64))
}

/// Something that reads until its gate is opened.
struct Held {
    gate: Arc<Semaphore>,
    begun: oneshot::Receiver<()>,
}

/// Asks something that takes until it is let go, in line with the searches or with the look-ups.
fn ask(store: &Store, readers: fn(&super::super::Inner) -> &super::super::Readers, asker: Asker) -> Held {
    let gate = Arc::new(Semaphore::new(0));
    let (tell, begun) = oneshot::channel();
    let (store, waits) = (store.clone(), gate.clone());
    tokio::spawn(async move {
        let runtime = tokio::runtime::Handle::current();
        let read = move |_: &Reader| {
            // Nobody looks any more: nothing to tell.
            let _ = tell.send(());
            let _ = runtime.block_on(waits.acquire());
            Ok(())
        };
        store.read_from(readers, asker, read).await
    });
    Held { gate, begun }
}

#[tokio::test]
async fn a_look_up_waits_for_no_search_and_a_search_only_for_its_turn() {
    let (fixture, _) = Fixture::with(&["Ada"]);
    let store = &fixture.store;
    let mut going = Vec::new();
    for asker in 0..SEARCHES_AT_ONCE_MAX {
        let mut search = ask(store, |inner| &inner.searches, person(asker));
        (&mut search.begun).await.unwrap();
        going.push(search);
    }
    // One of them asks as much as fits, and one more.
    let waiting: Vec<_> =
        (0..SEARCHES_OF_ONE_WAITING_MAX).map(|_| ask(store, |inner| &inner.searches, person(0))).collect();
    tokio::task::yield_now().await;
    let more = store.search(UserId(0), Query::parse("word", Filters::default()).unwrap(), None, 1).await;
    assert!(matches!(more, Err(ReadError::Busy)));
    assert_eq!(store.read(person(0), Reader::people).await.unwrap().len(), 1, "a look-up, also of theirs");
    let other = tokio::spawn({
        let store = store.clone();
        async move { store.search(UserId(99), Query::parse("word", Filters::default()).unwrap(), None, 1).await }
    });
    tokio::task::yield_now().await;
    assert!(!other.is_finished());
    going.pop().unwrap().gate.add_permits(1);
    assert!(other.await.unwrap().is_ok(), "before those that came earlier and are one person's");
    for held in going.iter().chain(&waiting) {
        held.gate.add_permits(1);
    }
}

#[tokio::test]
async fn one_persons_look_ups_leave_a_way_for_others_and_sessions_wait_for_none() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let store = &fixture.store;
    let mut first = ask(store, |inner| &inner.looks, person(1));
    (&mut first.begun).await.unwrap();
    let mut second = ask(store, |inner| &inner.looks, person(1));
    assert_eq!(store.read(person(2), Reader::people).await.unwrap().len(), 1);
    assert!(second.begun.try_recv().is_err(), "one at once");
    let mut all = vec![first];
    for asker in 1..READS_AT_ONCE_MAX {
        let mut held = ask(store, |inner| &inner.looks, person(1 + asker));
        (&mut held.begun).await.unwrap();
        all.push(held);
    }
    let Op::Account(AccountOp::Create(NewAccount { session, .. })) = create_user("Ada") else { unreachable!() };
    assert_eq!(store.session(&session.token_hash, NOON).unwrap().1.id, users[0]);
    assert!(store.has_owner() && store.has_member() && store.has_password(users[0]));
    for held in all.iter().chain([&second]) {
        held.gate.add_permits(1);
    }
}
