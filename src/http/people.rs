//! The directory of people, and their pictures.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

use crate::fair::Asker;
use crate::proto::change::Change;
use crate::proto::code::ErrorCode;
use crate::proto::id::UserId;
use crate::proto::limits::PICTURE_EDGES;
use crate::proto::role::BoxRole;
use crate::proto::server::User;
use crate::store::Store;

use super::App;
use super::current_session::CurrentSession;
use super::etag;
use super::extract::PathIds;
use super::refusal::{Answer, Refusal};

/// Asked again each time, and answered with 304 as a rule.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");
/// A picture's address is never used for another one. Private: only those who are signed in may see it.
const FOREVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

#[derive(Serialize)]
struct PeopleAnswer {
    people: Vec<User>,
}

/// Everyone, as the answer that all are given.
pub(super) struct Listing {
    body: Bytes,
    etag: HeaderValue,
}

/// Keeps the answer to `GET /api/people`, as everyone who joins asks for it and it seldom changes.
#[derive(Default)]
pub(super) struct Directory {
    kept: Mutex<KeptListing>,
}

#[derive(Default)]
struct KeptListing {
    /// Counts changes, so that an answer read before a change is not kept after it.
    changes: u64,
    listing: Option<Arc<Listing>>,
}

impl Directory {
    /// Somebody came, changed or left, and that is on the disk.
    pub(super) fn changed(&self, changes: &[Change]) {
        if !changes.iter().any(is_of_people) {
            return;
        }
        let mut kept = self.lock();
        kept.changes += 1;
        kept.listing = None;
    }

    /// Everyone now.
    pub(super) async fn listing(&self, store: &Store, asker: Asker) -> Answer<Arc<Listing>> {
        let changes = {
            let kept = self.lock();
            if let Some(listing) = &kept.listing {
                return Ok(Arc::clone(listing));
            }
            kept.changes
        };
        let people = store.read(asker, |reader| reader.people()).await?;
        let listing = Arc::new(Listing::of(people)?);
        let mut kept = self.lock();
        if kept.changes == changes {
            kept.listing = Some(Arc::clone(&listing));
        }
        Ok(listing)
    }

    /// Whole even where a thread panicked while holding it: at worst the answer is made anew.
    fn lock(&self) -> MutexGuard<'_, KeptListing> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listing {
    fn of(people: Vec<User>) -> Result<Self, ErrorCode> {
        let body = serde_json::to_vec(&PeopleAnswer { people }).map_err(|fault| {
            log::error!("the list of people cannot be written: {fault}");
            ErrorCode::Internal
        })?;
        let etag = etag::of(&body, "");
        Ok(Self { body: body.into(), etag })
    }
}

/// Whether the list of people is another one now.
fn is_of_people(change: &Change) -> bool {
    match change {
        Change::GuestsOff
        | Change::MemberMade { .. }
        | Change::StaysEnded(_)
        | Change::UserChanged(_)
        | Change::UserGone { .. }
        | Change::UserMade { .. } => true,
        Change::DraftKept { .. }
        | Change::Event(_)
        | Change::GuestsOn
        | Change::HeardMarked { .. }
        | Change::MembersJoined { .. }
        | Change::MembersLeft { .. }
        | Change::NotifyChanged { .. }
        | Change::Reacted { .. }
        | Change::ReceiptsChanged { .. }
        | Change::RoleChanged { .. }
        | Change::RoomChanged { .. }
        | Change::RoomMade { .. }
        | Change::RoomsRemoved { .. }
        | Change::SessionsEnded { .. }
        | Change::SignedIn { .. } => false,
    }
}

/// `GET /api/people`: everyone; for a guest those who share a room with them.
pub(super) async fn list(State(app): State<App>, current: CurrentSession, headers: HeaderMap) -> Answer<Response> {
    let asker = current.asker();
    let listing = if current.user.role == BoxRole::Guest {
        let people = app.store.read(asker, move |reader| reader.people_known_to(current.user.id)).await?;
        Arc::new(Listing::of(people)?)
    } else {
        app.directory.listing(&app.store, asker).await?
    };
    let caching = [(ETAG, listing.etag.clone()), (CACHE_CONTROL, ASK_AGAIN)];
    if etag::is_known(&headers, &listing.etag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((caching, json, listing.body.clone()).into_response())
}

/// `GET /pictures/{user}/{picture}/{edge}`: for a guest of those who share a room with them.
pub(super) async fn picture(
    State(app): State<App>,
    current: CurrentSession,
    PathIds((user, picture, edge)): PathIds<(UserId, u32, u32)>,
) -> Answer<impl IntoResponse> {
    const NOT_FOUND: ErrorCode = ErrorCode::NotFound;
    if !PICTURE_EDGES.contains(&edge) {
        return Err(NOT_FOUND.into());
    }
    let jpeg = app.store.read(current.asker(), move |reader| {
        let stranger = current.user.role == BoxRole::Guest
            && current.user.id != user
            && !reader.share_a_room(current.user.id, user)?;
        if stranger { Ok(None) } else { reader.picture(user, picture, edge) }
    });
    let jpeg = jpeg.await?;
    let jpeg = jpeg.ok_or_else(|| Refusal::from(NOT_FOUND))?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("image/jpeg")), (CACHE_CONTROL, FOREVER)], jpeg))
}
