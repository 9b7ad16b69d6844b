//! How the box is, for its owner.

use std::time::Duration;

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Deserialize;
use tokio::time::timeout;

use crate::doctor::Extent;
use crate::proto::code::ErrorCode;
use crate::proto::doctor::Report;

use super::App;
use super::current_session::CurrentSession;
use super::extract::UrlQuery;
use super::refusal::Answer;

/// Somebody else may be looking: two looks, and the page says that the box is busy.
const TURN_WAIT: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DoctorQuery {
    #[serde(default)]
    quick: bool,
}

/// `GET /api/doctor`.
pub(super) async fn examine(
    State(app): State<App>,
    current: CurrentSession,
    UrlQuery(asked): UrlQuery<DoctorQuery>,
) -> Answer<JsonAnswer<Report>> {
    current.owner_only()?;
    let (extent, turn) = if asked.quick {
        (Extent::Quick, None)
    } else {
        let turn = timeout(TURN_WAIT, app.examining.clone().lock_owned()).await.map_err(|_| ErrorCode::Busy)?;
        (Extent::Full, Some(turn))
    };
    let doctor = app.doctor.clone();
    let look = tokio::task::spawn_blocking(move || {
        let report = doctor.examine(extent);
        // Not before: whoever asked may be gone already, and the look goes on.
        drop(turn);
        report
    });
    look.await.map(JsonAnswer).map_err(|fault| {
        log::error!("looking at the box broke off: {fault}");
        ErrorCode::Internal.into()
    })
}
