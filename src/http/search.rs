//! Searching all that the asker may read.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::proto::account::SearchPage;
use crate::proto::code::ErrorCode;
use crate::proto::id::Seq;
use crate::proto::limits::{SEARCH_PAGE_DEFAULT, SEARCH_PAGE_MAX};
use crate::store::Query;

use super::App;
use super::answer::Answer;
use super::ask::Ask;
use super::signed::Signed;

/// The part behind `?` of a search.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchAsked {
    q: String,
    limit: Option<u32>,
    /// Opaque to clients: today the id of the last message of the page before.
    cursor: Option<Seq>,
}

/// `GET /api/search`.
pub(super) async fn search(
    State(app): State<App>,
    signed: Signed,
    Ask(asked): Ask<SearchAsked>,
) -> Answer<Json<SearchPage>> {
    let query = Query::parse(&asked.q).map_err(|_| ErrorCode::QueryInvalid)?;
    let limit = asked.limit.unwrap_or(SEARCH_PAGE_DEFAULT);
    if !(1..=SEARCH_PAGE_MAX).contains(&limit) {
        return Err(ErrorCode::BadRequest.into());
    }
    Ok(Json(app.store.search(signed.user.id, query, asked.cursor, limit).await?))
}
