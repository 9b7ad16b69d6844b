//! The box's clock: what it says, and setting it from the owner's phone.

use axum::Json as JsonAnswer;
use axum::extract::State;

use crate::clock::{self, SetRefusal, Timedated, Unanswered};
use crate::proto::clock::{BoxClock, SetClock};
use crate::proto::code::ErrorCode;

use super::App;
use super::current_session::CurrentSession;
use super::extract::Json;
use super::refusal::{Answer, Refusal};

/// `GET /api/clock`.
pub(super) async fn show(current: CurrentSession) -> Answer<JsonAnswer<BoxClock>> {
    current.owner_only()?;
    Ok(JsonAnswer(told().await))
}

/// `PUT /api/clock`: what the owner says is believed.
pub(super) async fn set(
    State(app): State<App>,
    current: CurrentSession,
    Json(asked): Json<SetClock>,
) -> Answer<JsonAnswer<BoxClock>> {
    current.owner_only()?;
    clock::set(asked.now).await?;
    // Some may have ended by the new time, or not yet.
    app.stays_changed.notify_one();
    Ok(JsonAnswer(told().await))
}

async fn told() -> BoxClock {
    let timedated = Timedated::ask().await.ok();
    clock::look(timedated.map(|timedated| timedated.synchronized));
    let state = clock::state();
    let can_set = timedated.is_some_and(|timedated| timedated.allows_us && !timedated.keeps_time);
    BoxClock { now: state.now, trust: state.trust, can_set }
}

impl From<SetRefusal> for Refusal {
    fn from(refusal: SetRefusal) -> Self {
        let reason = match refusal {
            SetRefusal::Impossible => return ErrorCode::ClockImpossible.into(),
            SetRefusal::Synchronized => return ErrorCode::ClockSynchronized.into(),
            SetRefusal::NotAllowed(Unanswered::Absent) => "The box's system has no systemd-timedated to set its clock.",
            SetRefusal::NotAllowed(Unanswered::Forbidden) => "The box's system does not allow porch to set its clock.",
            SetRefusal::NotAllowed(Unanswered::Failed) => "The box's system did not set its clock; its log says why.",
        };
        Self::because(ErrorCode::ClockRefused, reason)
    }
}
