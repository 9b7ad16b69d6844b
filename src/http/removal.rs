//! The owner removes the rooms that somebody made, and what was said in removed rooms is erased.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tokio::time::sleep;

use crate::fair::Asker;
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::ERASE_RETRY_WAIT;
use crate::proto::op::{Needs, Op, RemovalOp, Reply};

use super::App;
use super::current_session::CurrentSession;
use super::extract::PathIds;
use super::refusal::Answer;

#[derive(Serialize)]
pub(super) struct Made {
    made: u64,
}

/// `GET /api/people/{user}/rooms`: how many rooms this person has made.
pub(super) async fn count(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<Json<Made>> {
    current.owner_only()?;
    let made = app.store.read(current.asker(), move |reader| reader.rooms_made_by(user)).await?;
    Ok(Json(Made { made: made.ok_or(ErrorCode::NotFound)? }))
}

/// `DELETE /api/people/{user}/rooms`: removes them all, with everything in them, in steps.
pub(super) async fn remove(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<StatusCode> {
    current.owner_only()?;
    loop {
        let op = Op::Removal(RemovalOp::Rooms { made_by: user });
        if !matches!(app.apply_for(&current, Needs::Owner, op).await?, Reply::Step { more: true }) {
            current.note("removed the rooms made by", user);
            app.rooms_removed.notify_one();
            return Ok(StatusCode::NO_CONTENT);
        }
    }
}

impl App {
    /// Erases what was said in removed rooms, for as long as porch runs; what an earlier run left first.
    pub async fn erase_removed(self) {
        loop {
            match self.apply(Asker::Box, Op::Removal(RemovalOp::Messages { at: (self.wall)() })).await {
                Ok(Reply::Step { more: true }) => {}
                Ok(_) => self.rooms_removed.notified().await,
                Err(fault) => {
                    log::warn!("what was said in removed rooms is still to be erased: {fault:?}");
                    sleep(ERASE_RETRY_WAIT).await;
                }
            }
        }
    }
}
