//! What the owner of the box decides.

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Serialize;

use crate::proto::account::{PatchSettings, Settings};
use crate::proto::op::{Op, Outcome};

use super::App;
use super::answer::{Answer, Refusal};
use super::ask::Json;
use super::signed::Signed;

#[derive(Serialize)]
pub(super) struct SettingsAnswer {
    settings: Settings,
}

/// `GET /api/settings`.
pub(super) async fn show(State(app): State<App>, signed: Signed) -> Answer<JsonAnswer<SettingsAnswer>> {
    signed.owner_only()?;
    let settings = app.store.read(|reader| reader.settings()).await?;
    Ok(JsonAnswer(SettingsAnswer { settings }))
}

/// `PATCH /api/settings`: what is not named stays as it is.
pub(super) async fn change(
    State(app): State<App>,
    signed: Signed,
    Json(asked): Json<PatchSettings>,
) -> Answer<JsonAnswer<SettingsAnswer>> {
    signed.owner_only()?;
    let before = app.store.read(|reader| reader.settings()).await?;
    let settings = Settings {
        registration_open: asked.registration_open.unwrap_or(before.registration_open),
        several_devices: asked.several_devices.unwrap_or(before.several_devices),
        ..before
    };
    match app.store.apply(Op::SetSettings { settings: settings.clone() }).await? {
        Outcome::Done => Ok(JsonAnswer(SettingsAnswer { settings })),
        other => Err(Refusal::of(other)),
    }
}
