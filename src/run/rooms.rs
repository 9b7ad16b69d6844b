//! `porch room`: looks after rooms at the board itself, for the day somebody made too many.

use std::path::Path;

use crate::clock;
use crate::config::RoomCommand;
use crate::proto::change::Change;
use crate::proto::op::{Op, RemovalOp, Reply};
use crate::store::Store;

use super::RunError;
use super::accounts::{account, apply, on_store};

/// Carries out one command on the data folder. A porch that runs on it must be stopped first.
pub(super) fn look_after(data_dir: &Path, command: &RoomCommand) -> Result<(), RunError> {
    on_store(data_dir, async |store, _| match command {
        RoomCommand::List => list(store).await,
        RoomCommand::Remove { made_by } => remove(store, made_by).await,
    })
}

async fn list(store: &Store) -> Result<(), RunError> {
    let rooms = store.read(crate::fair::Asker::Box, |reader| reader.rooms_there_are()).await;
    for room in rooms.map_err(|error| RunError::Refused(error.to_string()))? {
        let (id, kind, members) = (room.id, room.kind, room.members);
        let (archived, by) = (if room.archived { "archived" } else { "" }, room.made_by.unwrap_or_default());
        println!("{id:>6}  {kind:<8} {archived:<8} {members:>6} people  {}  (made by: {by})", room.name);
    }
    Ok(())
}

async fn remove(store: &Store, made_by: &str) -> Result<(), RunError> {
    let user = account(store, made_by).await?.user;
    let mut removed = 0;
    loop {
        let (reply, changes) = apply(store, Op::Removal(RemovalOp::Rooms { made_by: user.id })).await?;
        for change in changes {
            if let Change::RoomsRemoved { rooms } = change {
                removed += rooms.len();
            }
        }
        if !matches!(reply, Reply::Step { more: true }) {
            break;
        }
    }
    while let (Reply::Step { more: true }, _) =
        apply(store, Op::Removal(RemovalOp::Messages { at: clock::wall() })).await?
    {}
    println!("{removed} rooms that {} made are removed, with everything in them.", user.name);
    Ok(())
}
