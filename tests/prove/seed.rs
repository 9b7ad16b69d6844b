//! A data folder with people in it, made through the library: hundreds of registrations over HTTP would measure argon2
//! and nothing else.

use std::path::Path;

use porch::auth::token::{CookieName, Token};
use porch::clock::wall;
use porch::proto::id::UserId;
use porch::proto::op::{AccountOp, InviteOp, NewAccount, NewSession, Op, Outcome, Reply};
use porch::proto::user_name::UserName;
use porch::store::Store;

use crate::support::{Door, Person, eventually};

/// Nobody signs in with it: it has the form of a hash and the hash of nothing.
pub(crate) const NO_PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Somebody with an account, signed in.
#[derive(Clone)]
pub(crate) struct Seeded {
    pub(crate) id: UserId,
    cookie: String,
}

impl Seeded {
    pub(crate) fn through(&self, door: &Door) -> Person {
        Person { door: door.clone(), cookie: self.cookie.clone(), id: self.id.0 }
    }
}

pub(crate) fn open(dir: &Path) -> Store {
    std::fs::create_dir_all(dir).expect("a folder can be made");
    Store::open(dir, wall).expect("the folder is fresh").0
}

/// A session, and the cookie that it is known by.
pub(crate) fn session() -> (NewSession, String) {
    let token = Token::fresh().expect("the system has random numbers");
    let cookie = CookieName::of_box("seed").given(&token).split(';').next().unwrap_or_default().to_owned();
    (NewSession { token_hash: token.hash(), device: "proof".to_owned(), attempt: None, at: wall() }, cookie)
}

fn named(name: &str) -> UserName {
    UserName::parse(name).expect("it is a name")
}

/// Carries out one change.
pub(crate) async fn apply(store: &Store, op: Op) -> Outcome {
    store.apply(op).await.expect("the disk takes it")
}

/// So many people; the first of a box owns it.
pub(crate) async fn people(store: &Store, name: &str, count: usize) -> Vec<Seeded> {
    let mut made = Vec::with_capacity(count);
    let mut waiting = Vec::new();
    for number in 0..count {
        let (session, cookie) = session();
        let name = named(&format!("{name} {number}"));
        let op = Op::Account(AccountOp::Create(NewAccount { name, password: NO_PASSWORD.to_owned(), session }));
        let store = store.clone();
        let making = tokio::spawn(async move { apply(&store, op).await });
        waiting.push((making, cookie));
        if number == 0 {
            // Before all others: the owner.
            eventually("the first account", || waiting[0].0.is_finished()).await;
        }
    }
    for (outcome, cookie) in waiting {
        let Outcome::Made { reply: Reply::SignedIn { user, .. }, .. } = outcome.await.expect("a change does not panic")
        else {
            panic!("an account could not be made");
        };
        made.push(Seeded { id: user.id, cookie });
    }
    made
}

/// The same as guests, by an invite to this room, which is open to guests.
pub(crate) async fn guests(store: &Store, door: &[u8; 32], count: usize) -> Vec<Seeded> {
    let mut waiting = Vec::new();
    for number in 0..count {
        let (session, cookie) = session();
        let name = named(&format!("Guest {number}"));
        let op = Op::Invite(InviteOp::Join {
            token_hash: *door,
            account: NewAccount { name, password: String::new(), session },
        });
        let store = store.clone();
        waiting.push((tokio::spawn(async move { apply(&store, op).await }), cookie));
    }
    let mut made = Vec::with_capacity(count);
    for (outcome, cookie) in waiting {
        let Outcome::Made { reply: Reply::SignedIn { user, .. }, .. } = outcome.await.expect("a change does not panic")
        else {
            panic!("a guest could not join");
        };
        made.push(Seeded { id: user.id, cookie });
    }
    made
}

/// Ends the store's threads, so that porch can have the folder.
pub(crate) async fn close(store: Store) {
    tokio::task::spawn_blocking(move || store.close()).await.expect("it closes");
}
