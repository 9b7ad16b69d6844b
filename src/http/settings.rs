//! What the owner of the box decides.

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Serialize;

use crate::proto::account::{PatchSettings, Settings};
use crate::proto::code::ErrorCode;
use crate::proto::limits::{
    FILE_BYTES_MAX_LEAST, STORED_BYTES_MAX, WIFI_KEY_CHARS_MAX, WIFI_KEY_CHARS_MIN, WIFI_KEY_HEX_DIGITS,
    WIFI_NAME_BYTES_MAX,
};
use crate::proto::op::{Needs, Op, Reply};

use super::App;
use super::current_session::CurrentSession;
use super::extract::Json;
use super::refusal::Answer;

#[derive(Serialize)]
pub(super) struct SettingsAnswer {
    settings: Settings,
}

/// `GET /api/settings`.
pub(super) async fn show(State(app): State<App>, current: CurrentSession) -> Answer<JsonAnswer<SettingsAnswer>> {
    current.owner_only()?;
    Ok(JsonAnswer(SettingsAnswer { settings: app.store.settings() }))
}

/// `PATCH /api/settings`: what is not named stays as it is.
pub(super) async fn change(
    State(app): State<App>,
    current: CurrentSession,
    Json(asked): Json<PatchSettings>,
) -> Answer<JsonAnswer<SettingsAnswer>> {
    current.owner_only()?;
    check_wifi(&asked)?;
    check_storage(&asked)?;
    let op = Op::SetSettings { change: asked, at: (app.wall)() };
    if let Reply::Step { more: true } = app.apply_for(&current, Needs::Owner, op).await? {
        app.send_guests_home().await;
    }
    Ok(JsonAnswer(SettingsAnswer { settings: app.store.settings() }))
}

/// Whether such a Wi-Fi can be.
fn check_wifi(asked: &PatchSettings) -> Result<(), ErrorCode> {
    let plain = |text: &str| !text.chars().any(char::is_control);
    let name = asked.wifi_name.as_deref().unwrap_or_default();
    let key = asked.wifi_key.as_deref().unwrap_or_default();
    let fits = name.len() <= WIFI_NAME_BYTES_MAX && is_wifi_key(key);
    if fits && plain(name) && plain(key) { Ok(()) } else { Err(ErrorCode::BadRequest) }
}

/// Whether files may have so many bytes.
fn check_storage(asked: &PatchSettings) -> Result<(), ErrorCode> {
    let fits = |bytes: Option<u64>, least: u64| bytes.is_none_or(|bytes| (least..=STORED_BYTES_MAX).contains(&bytes));
    let all_fit = fits(asked.file_bytes_max, FILE_BYTES_MAX_LEAST)
        && fits(asked.person_bytes_max, 0)
        && fits(asked.all_bytes_max, 0);
    if all_fit { Ok(()) } else { Err(ErrorCode::BadRequest) }
}

/// Nothing, a passphrase, or the key itself that others derive from one.
fn is_wifi_key(key: &str) -> bool {
    match key.chars().count() {
        0 | WIFI_KEY_CHARS_MIN..=WIFI_KEY_CHARS_MAX => true,
        WIFI_KEY_HEX_DIGITS => key.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => false,
    }
}
