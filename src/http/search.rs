//! Searching all that the asker may read.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::proto::account::SearchPage;
use crate::proto::code::ErrorCode;
use crate::proto::id::{RoomId, UserId};
use crate::proto::limits::{SEARCH_PAGE_DEFAULT, SEARCH_PAGE_MAX};
use crate::proto::op::Millis;
use crate::store::{Cursor, Filters, Query, QueryFault};

use super::App;
use super::current_session::CurrentSession;
use super::extract::UrlQuery;
use super::refusal::{Answer, Refusal};

/// The part behind `?` of a search.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchQuery {
    q: String,
    from_id: Option<UserId>,
    room_id: Option<RoomId>,
    after_at: Option<Millis>,
    before_at: Option<Millis>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /api/search`.
pub(super) async fn search(
    State(app): State<App>,
    current: CurrentSession,
    UrlQuery(asked): UrlQuery<SearchQuery>,
) -> Answer<Json<SearchPage>> {
    let filters = Filters { from: asked.from_id, room: asked.room_id, after: asked.after_at, before: asked.before_at };
    let query = Query::parse(&asked.q, filters)?;
    let limit = asked.limit.unwrap_or(SEARCH_PAGE_DEFAULT);
    if !(1..=SEARCH_PAGE_MAX).contains(&limit) {
        return Err(ErrorCode::BadRequest.into());
    }
    let cursor = asked.cursor.map(Cursor::try_from).transpose().map_err(|_| ErrorCode::BadRequest)?;
    Ok(Json(app.store.search(current.user.id, query, cursor, limit).await?))
}

impl From<QueryFault> for Refusal {
    fn from(fault: QueryFault) -> Self {
        match fault {
            QueryFault::Date => ErrorCode::QueryDate.into(),
            QueryFault::Empty => ErrorCode::QueryEmpty.into(),
            QueryFault::Has => ErrorCode::QueryHas.into(),
            QueryFault::Long => ErrorCode::QueryLong.into(),
        }
    }
}
