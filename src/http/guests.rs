//! Guests: the owner keeps them as members or sends them away, and those whose time is over go by themselves.

use std::time::Duration;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use tokio::time::{sleep, timeout};

use crate::fair::Asker;
use crate::proto::account::{PatchPerson, UserAnswer};
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::{STAYS_AWAITED_MAX, STAYS_LOOK_INTERVAL_MAX, STAYS_RETRY_WAIT, STAYS_STEP_WAIT};
use crate::proto::op::{GuestOp, Needs, Op, Reply};
use crate::proto::role::BoxRole;

use super::App;
use super::current_session::CurrentSession;
use super::extract::{Json, PathIds};
use super::refusal::{Answer, Refusal};

/// `PATCH /api/people/{user}`: a guest becomes a member, and nothing else.
pub(super) async fn make_member(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
    Json(asked): Json<PatchPerson>,
) -> Answer<JsonAnswer<UserAnswer>> {
    current.owner_only()?;
    if asked.role != BoxRole::Member {
        return Err(ErrorCode::BadRequest.into());
    }
    match app.apply_for(&current, Needs::Owner, Op::Guest(GuestOp::MakeMember { user, at: (app.wall)() })).await? {
        Reply::User(user) => {
            current.note("made a member of", user.id);
            Ok(JsonAnswer(UserAnswer { user }))
        }
        other => Err(Refusal::unasked(&other)),
    }
}

/// `DELETE /api/people/{user}`: ends a guest's stay.
pub(super) async fn end_stay(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(user): PathIds<UserId>,
) -> Answer<StatusCode> {
    current.owner_only()?;
    app.apply_for(&current, Needs::Owner, Op::Guest(GuestOp::EndStay { user, at: (app.wall)() })).await?;
    current.note("ended the stay of", user);
    app.stays_changed.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// Ends guests' stays when they are over, for as long as porch runs. What was over before it started ends first.
    pub async fn end_stays_on_time(self) {
        loop {
            let wait = match self.end_stays().await {
                Ok(wait) => wait,
                Err(refusal) => {
                    log::warn!("whether a guest's stay is over is not known, and looked at again: {refusal:?}");
                    Some(STAYS_RETRY_WAIT)
                }
            };
            let time_to_look = async {
                match wait {
                    // The wall clock may be set: nothing sleeps long by it.
                    Some(wait) => sleep(wait.min(STAYS_LOOK_INTERVAL_MAX)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = time_to_look => {}
                () = self.stays_changed.notified() => {}
            }
        }
    }

    /// Sees off everyone whose stay is over, in steps, and waits for a while: none of them can do anything any more.
    pub(super) async fn send_guests_home(&self) {
        self.stays_changed.notify_one();
        // What is not done by then, or failed, goes on by itself.
        if let Ok(Err(refusal)) = timeout(STAYS_AWAITED_MAX, self.end_stays()).await {
            log::warn!("guests are still to be sent home: {refusal:?}");
        }
    }

    /// Ends the stays that are over, writing nothing where none is; says after what time the next one will be.
    pub(super) async fn end_stays(&self) -> Answer<Option<Duration>> {
        loop {
            let Some(due) = self.store.read(Asker::Box, |reader| reader.next_end_of_stay()).await? else {
                return Ok(None);
            };
            let now = (self.wall)();
            if due > now {
                return Ok(Some(Duration::from_millis((due - now).unsigned_abs())));
            }
            if let Reply::Step { more: true } = self.apply(Asker::Box, Op::Guest(GuestOp::EndStays { at: now })).await?
            {
                sleep(STAYS_STEP_WAIT).await;
            }
        }
    }
}
