//! Rooms to join, who is in a room, and its history.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::driver::Hub;
use crate::proto::account::{Drafts, ListedRoom, Member, RoomPage};
use crate::proto::brought::Gallery;
use crate::proto::code::ErrorCode;
use crate::proto::heard;
use crate::proto::id::{RoomId, Seq};
use crate::proto::limits::{HISTORY_PAGE_DEFAULT, HISTORY_PAGE_MAX};
use crate::proto::op::Millis;
use crate::proto::receipt::SeenBy;
use crate::proto::server::Room;
use crate::store::{HistoryRefusal, Reader, Window};

use super::App;
use super::current_session::CurrentSession;
use super::extract::{PathIds, UrlQuery};
use super::held::Asking;
use super::refusal::Answer;

#[derive(Serialize)]
pub(super) struct Rooms {
    rooms: Vec<ListedRoom>,
}

/// `GET /api/rooms`.
pub(super) async fn list(State(app): State<App>, current: CurrentSession) -> Answer<Json<Rooms>> {
    let rooms = app.hub.look(current.asker(), move |hub| hub.open_rooms(current.user.id)).await?;
    Ok(Json(Rooms { rooms }))
}

/// The part behind `?` of a request for a page of rooms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    before: Option<RoomId>,
}

/// `GET /api/rooms/archived`: those one is in.
pub(super) async fn archived(
    State(app): State<App>,
    current: CurrentSession,
    UrlQuery(asked): UrlQuery<PageQuery>,
) -> Answer<Json<RoomPage>> {
    let look = move |hub: &Hub| hub.archived_rooms(current.user.id, asked.before);
    Ok(Json(app.hub.look(current.asker(), look).await?))
}

/// `GET /api/rooms/joined`: those one is in that are not archived.
pub(super) async fn joined(
    State(app): State<App>,
    current: CurrentSession,
    UrlQuery(asked): UrlQuery<PageQuery>,
) -> Answer<Json<RoomPage>> {
    let look = move |hub: &Hub| hub.joined_rooms(current.user.id, asked.before);
    Ok(Json(app.hub.look(current.asker(), look).await?))
}

#[derive(Serialize)]
pub(super) struct OneRoom {
    room: Room,
}

/// `GET /api/rooms/{room}`: one that one is in.
pub(super) async fn show(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(room): PathIds<RoomId>,
) -> Answer<Json<OneRoom>> {
    let room = app.hub.look(current.asker(), move |hub| hub.room_of(current.user.id, room)).await?;
    Ok(Json(OneRoom { room: room.ok_or(ErrorCode::NotAMember)? }))
}

#[derive(Serialize)]
pub(super) struct Members {
    members: Vec<Member>,
}

/// `GET /api/rooms/{room}/members`.
pub(super) async fn members(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(room): PathIds<RoomId>,
) -> Answer<Json<Members>> {
    let members = app.store.read(current.asker(), move |reader| reader.room_members(current.user.id, room)).await?;
    match members {
        Some(members) => Ok(Json(Members { members })),
        None => Err(ErrorCode::NotAMember.into()),
    }
}

/// The part behind `?` of a request for history.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryQuery {
    after: Option<Seq>,
    after_at: Option<Millis>,
    around: Option<Seq>,
    around_n: Option<u64>,
    before: Option<Seq>,
    limit: Option<u32>,
}

impl HistoryQuery {
    fn parse(&self) -> Result<(Window, u32), ErrorCode> {
        let mut places = [
            self.after.map(Window::After),
            self.after_at.map(Window::Since),
            self.around.map(Window::Around),
            self.around_n.map(Window::AroundNumber),
            self.before.map(Window::Before),
        ]
        .into_iter()
        .flatten();
        let window = places.next().unwrap_or(Window::Newest);
        if places.next().is_some() {
            return Err(ErrorCode::BadRequest);
        }
        match self.limit.unwrap_or(HISTORY_PAGE_DEFAULT) {
            limit @ 1..=HISTORY_PAGE_MAX => Ok((window, limit)),
            _ => Err(ErrorCode::BadRequest),
        }
    }
}

/// `GET /api/rooms/{room}/messages`.
pub(super) async fn messages(
    State(app): State<App>,
    current: CurrentSession,
    asking: Asking,
    PathIds(room): PathIds<RoomId>,
    UrlQuery(asked): UrlQuery<HistoryQuery>,
) -> Answer<Response> {
    let (window, limit) = asked.parse()?;
    let history = move |reader: &Reader| {
        let page = reader.history(current.user.id, room, window, limit)?;
        Ok(page.map_err(|refusal| match refusal {
            HistoryRefusal::NotAMember => ErrorCode::NotAMember,
            HistoryRefusal::NotFound => ErrorCode::NotFound,
        }))
    };
    app.write(asking, history).await
}

/// The part behind `?` of a request for a gallery.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GalleryQuery {
    before: Option<Seq>,
    limit: Option<u32>,
}

/// `GET /api/rooms/{room}/galleries/{gallery}`: messages of the room that bring something of this kind.
pub(super) async fn gallery(
    State(app): State<App>,
    current: CurrentSession,
    asking: Asking,
    PathIds((room, gallery)): PathIds<(RoomId, Gallery)>,
    UrlQuery(GalleryQuery { before, limit }): UrlQuery<GalleryQuery>,
) -> Answer<Response> {
    let limit = limit.unwrap_or(HISTORY_PAGE_DEFAULT);
    if !(1..=HISTORY_PAGE_MAX).contains(&limit) {
        return Err(ErrorCode::BadRequest.into());
    }
    let page = move |reader: &Reader| {
        Ok(reader.gallery(current.user.id, room, gallery, before, limit)?.ok_or(ErrorCode::NotAMember))
    };
    app.write(asking, page).await
}

/// The part behind `?` of a request for heard marks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeardQuery {
    messages: String,
}

/// `GET /api/rooms/{room}/heard`: who has heard these voice messages, as far as the asker is told.
pub(super) async fn heard(
    State(app): State<App>,
    current: CurrentSession,
    asking: Asking,
    PathIds(room): PathIds<RoomId>,
    UrlQuery(HeardQuery { messages }): UrlQuery<HeardQuery>,
) -> Answer<Response> {
    let messages = heard::parse_asked(&messages).ok_or(ErrorCode::BadRequest)?;
    let marks =
        move |reader: &Reader| Ok(reader.heard_marks(current.user.id, room, &messages)?.ok_or(ErrorCode::NotAMember));
    app.write(asking, marks).await
}

/// The part behind `?` of a request for who has reacted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReactionsQuery {
    message: Seq,
}

/// `GET /api/rooms/{room}/reactions`: who has reacted to this message, as far as the asker is told.
pub(super) async fn reactions(
    State(app): State<App>,
    current: CurrentSession,
    asking: Asking,
    PathIds(room): PathIds<RoomId>,
    UrlQuery(ReactionsQuery { message }): UrlQuery<ReactionsQuery>,
) -> Answer<Response> {
    let by = move |reader: &Reader| Ok(reader.reactions(current.user.id, room, message)?.ok_or(ErrorCode::NotAMember));
    app.write(asking, by).await
}

/// The part behind `?` of a request for a chain of replies.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChainQuery {
    after: Option<Seq>,
    limit: Option<u32>,
}

/// `GET /api/drafts`: what somebody has begun to write.
pub(super) async fn drafts(State(app): State<App>, current: CurrentSession, asking: Asking) -> Answer<Response> {
    app.write(asking, move |reader: &Reader| Ok(Ok::<_, ErrorCode>(Drafts { drafts: reader.drafts(current.user.id)? })))
        .await
}

/// `GET /api/rooms/{room}/chains/{chain}`: the message with which a chain of replies began, and these.
pub(super) async fn chain(
    State(app): State<App>,
    current: CurrentSession,
    asking: Asking,
    PathIds((room, chain)): PathIds<(RoomId, Seq)>,
    UrlQuery(ChainQuery { after, limit }): UrlQuery<ChainQuery>,
) -> Answer<Response> {
    let limit = limit.unwrap_or(HISTORY_PAGE_DEFAULT);
    if !(1..=HISTORY_PAGE_MAX).contains(&limit) {
        return Err(ErrorCode::BadRequest.into());
    }
    let page = move |reader: &Reader| {
        Ok(reader.chain(current.user.id, room, chain, (after, limit))?.ok_or(ErrorCode::NotAMember))
    };
    app.write(asking, page).await
}

/// The part behind `?` of a request for who has read a message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenQuery {
    message: Seq,
}

/// `GET /api/rooms/{room}/seen`: who of the members has read a message of one's own.
pub(super) async fn seen(
    State(app): State<App>,
    current: CurrentSession,
    PathIds(room): PathIds<RoomId>,
    UrlQuery(SeenQuery { message }): UrlQuery<SeenQuery>,
) -> Answer<Json<SeenBy>> {
    let asker = current.user.id;
    let n = app.store.read(current.asker(), move |reader| reader.own_message(asker, room, message)).await??;
    // The hub knows of what is read before it is on the disk.
    let seen = app.hub.look(current.asker(), move |hub| hub.seen_by(asker, room, n)).await?;
    Ok(Json(seen.ok_or(ErrorCode::NotAMember)?))
}
