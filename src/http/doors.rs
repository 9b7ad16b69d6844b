//! `GET /api/doors`: where else the box can be reached, for whoever is signed in.

use axum::extract::State;

use crate::proto::door::DoorList;

use super::App;
use super::current_session::CurrentSession;

/// `GET /api/doors`.
pub(super) async fn list(State(app): State<App>, _signed: CurrentSession) -> axum::Json<DoorList> {
    let ca = app.ca.as_ref();
    axum::Json(DoorList {
        doors: app.doors.borrow().list(),
        words: ca.map_or_else(Vec::new, |ca| ca.words.map(|word| word.en.to_owned()).to_vec()),
        words_zh: ca.map_or_else(Vec::new, |ca| ca.words.map(|word| word.zh.to_owned()).to_vec()),
        fingerprint: ca.map(|ca| ca.fingerprint.clone()),
    })
}
