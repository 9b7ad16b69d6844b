//! Data folders with people and rooms in them, made through the library: thousands of registrations over HTTP would
//! measure argon2 and nothing else.

use std::path::Path;

use porch::auth::token::{CookieName, Token};
use porch::clock;
use porch::proto::id::{RoomId, UserId};
use porch::proto::op::{AccountOp, NewAccount, NewRoom, NewSession, Op, Outcome, Reply, RoomOp};
use porch::proto::room::RoomKind;
use porch::proto::user_name::UserName;
use porch::store::Store;
use tokio::task::JoinSet;

use crate::Result;

/// Nobody signs in with it: it has the form of a hash and the hash of nothing.
const NO_PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Operations given to the store at once: below what it queues.
const AT_ONCE: usize = 1_000;

/// Who and what a data folder holds.
pub(crate) struct Seeded {
    /// A signed-in session's cookie for each person.
    pub(crate) cookies: Vec<String>,
    pub(crate) rooms: Vec<RoomId>,
}

/// Makes people, and rooms of equal size that they are in by turns. Everybody is in the room for everybody as well.
/// No rooms: the room for everybody is the one.
pub(crate) async fn folder(dir: &Path, people: usize, rooms: usize) -> Result<Seeded> {
    let (store, snapshot) = Store::open(dir, clock::wall)?;
    let (users, cookies) = sign_up(&store, people).await?;
    let mut made = Vec::with_capacity(rooms);
    for room in 0..rooms {
        let members: Vec<UserId> = users.iter().skip(room).step_by(rooms).copied().collect();
        made.push(make_room(&store, format!("Room {room}"), members).await?);
    }
    if rooms == 0 {
        let everyone = snapshot.rooms.iter().find(|room| room.kind == RoomKind::Everyone);
        made.push(everyone.ok_or("there is a room for everybody")?.id);
    }
    tokio::task::spawn_blocking(move || store.close()).await?;
    Ok(Seeded { cookies, rooms: made })
}

async fn sign_up(store: &Store, people: usize) -> Result<(Vec<UserId>, Vec<String>)> {
    let (mut users, mut cookies) = (Vec::with_capacity(people), Vec::with_capacity(people));
    // Known by any box: it has no id yet.
    let cookie = CookieName::of_box("seed");
    for first in (0..people).step_by(AT_ONCE) {
        let mut signing_up = JoinSet::new();
        for person in first..people.min(first + AT_ONCE) {
            let token = Token::fresh().map_err(|_| "no random numbers")?;
            cookies.push(cookie.given(&token).split(';').next().unwrap_or_default().to_owned());
            let session =
                NewSession { token_hash: token.hash(), device: "bench".to_owned(), attempt: None, at: clock::wall() };
            let name = UserName::parse(&format!("Person {person}")).map_err(|_| "no name")?;
            let op = Op::Account(AccountOp::Create(NewAccount { name, password: NO_PASSWORD.to_owned(), session }));
            let store = store.clone();
            signing_up.spawn(async move { (person, store.apply(op).await) });
        }
        let mut signed_up = signing_up.join_all().await;
        signed_up.sort_by_key(|(person, _)| *person);
        for (person, outcome) in signed_up {
            let Ok(Outcome::Made { reply: Reply::SignedIn { user, .. }, .. }) = outcome else {
                return Err(format!("person {person} cannot sign up: {outcome:?}").into());
            };
            users.push(user.id);
        }
    }
    Ok((users, cookies))
}

async fn make_room(store: &Store, name: String, members: Vec<UserId>) -> Result<RoomId> {
    let by = *members.first().ok_or("a room has members")?;
    let op = Op::Room(RoomOp::Create(NewRoom { kind: RoomKind::Open, name, by, members, at: clock::wall() }));
    match store.apply(op).await {
        Ok(Outcome::Made { reply: Reply::Room(room), .. }) => Ok(room),
        outcome => Err(format!("a room cannot be made: {outcome:?}").into()),
    }
}
