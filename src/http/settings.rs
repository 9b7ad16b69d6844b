//! What the owner of the box decides.

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Serialize;

use crate::proto::account::{PatchSettings, Settings};
use crate::proto::code::ErrorCode;
use crate::proto::limits::{WIFI_KEY_CHARS_MAX, WIFI_KEY_CHARS_MIN, WIFI_NAME_BYTES_MAX};
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
    let deciding = app.deciding.lock().await;
    let before = app.store.read(|reader| reader.settings()).await?;
    check_wifi(&asked)?;
    let settings = Settings {
        registration_open: asked.registration_open.unwrap_or(before.registration_open),
        several_devices: asked.several_devices.unwrap_or(before.several_devices),
        guests: asked.guests.unwrap_or(before.guests),
        wifi_name: asked.wifi_name.unwrap_or(before.wifi_name),
        wifi_key: asked.wifi_key.unwrap_or(before.wifi_key),
        wifi_hidden: asked.wifi_hidden.unwrap_or(before.wifi_hidden),
    };
    let outcome = app.apply(Op::SetSettings { settings: settings.clone(), at: (app.wall)() }).await?;
    drop(deciding);
    match outcome {
        Outcome::Done => {}
        Outcome::StaysEnded(_) => app.stays_changed.notify_one(),
        other => return Err(Refusal::of(other)),
    }
    Ok(JsonAnswer(SettingsAnswer { settings }))
}

/// Whether such a Wi-Fi can be.
fn check_wifi(asked: &PatchSettings) -> Result<(), ErrorCode> {
    let plain = |text: &str| !text.chars().any(char::is_control);
    let name = asked.wifi_name.as_deref().unwrap_or_default();
    let key = asked.wifi_key.as_deref().unwrap_or_default();
    let key_chars = key.chars().count();
    let fits = name.len() <= WIFI_NAME_BYTES_MAX
        && (key_chars == 0 || (WIFI_KEY_CHARS_MIN..=WIFI_KEY_CHARS_MAX).contains(&key_chars));
    if fits && plain(name) && plain(key) { Ok(()) } else { Err(ErrorCode::BadRequest) }
}
