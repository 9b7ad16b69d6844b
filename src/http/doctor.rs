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
use super::answer::Answer;
use super::ask::Ask;
use super::signed::Signed;

/// Somebody else may be looking: two looks, and the page says that the box is busy.
const TURN_WAIT: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    quick: bool,
}

/// `GET /api/doctor`.
pub(super) async fn examine(
    State(app): State<App>,
    signed: Signed,
    Ask(asked): Ask<Asked>,
) -> Answer<JsonAnswer<Report>> {
    signed.owner_only()?;
    let look = |extent| {
        let doctor = app.doctor.clone();
        async move {
            let report = tokio::task::spawn_blocking(move || doctor.examine(extent)).await;
            report.map(JsonAnswer).map_err(|fault| {
                log::error!("looking at the box broke off: {fault}");
                ErrorCode::Internal.into()
            })
        }
    };
    if asked.quick {
        return look(Extent::Quick).await;
    }
    let _turn = timeout(TURN_WAIT, app.examining.lock()).await.map_err(|_| ErrorCode::Busy)?;
    look(Extent::Full).await
}
