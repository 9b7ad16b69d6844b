//! The poster, for the owner to print; and the links on it, for everybody.

use std::net::SocketAddr;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::fair::Asker;
use crate::guide::Lang;
use crate::poster::{self, OldPoster, Paper, Poster, Refused, View, Wifi};
use crate::proto::code::ErrorCode;
use crate::proto::role::BoxRole;

use super::App;
use super::current_session::CurrentSession;
use super::extract::UrlQuery;
use super::host;
use super::refusal::Answer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PosterQuery {
    lang: Option<Lang>,
    paper: Option<PaperName>,
    invite: Option<u64>,
    /// Of the poster that was looked at here before.
    stamp: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PaperName {
    A4,
    Letter,
}

impl App {
    /// The poster with this address on it.
    fn poster_at(&self, door: SocketAddr, invite: Option<String>) -> Poster {
        let settings = self.store.settings();
        let wifi = Wifi { name: settings.wifi_name, key: settings.wifi_key, hidden: settings.wifi_hidden };
        let ca = self.ca.as_ref();
        Poster {
            box_name: self.box_name.clone(),
            door,
            label: self.doors.borrow().label().map(str::to_owned),
            fingerprint: ca.map(|ca| ca.fingerprint.clone()),
            words: ca.map_or_else(Vec::new, |ca| ca.words.to_vec()),
            wifi: Some(wifi).filter(|wifi| !wifi.name.is_empty()),
            invite,
            secret: self.store.mark(),
        }
    }

    /// Where the guide on plain HTTP is, the best address first.
    fn poster_doors(&self) -> Vec<SocketAddr> {
        self.doors.borrow().plain_addresses().collect()
    }

    /// Where the box is by now, the surest address first, when a poster with this stamp no longer says the truth. Any
    /// address that the box has will do for that: the one that is printed need not be the best any more.
    pub(super) fn moved_since(&self, stamp: &str) -> Option<Vec<String>> {
        let doors = self.poster_doors();
        let now = self.poster_at(*doors.first()?, None);
        let says = |door: &SocketAddr| Poster { door: *door, ..now.clone() }.stamp().is(stamp);
        if doors.iter().any(says) {
            return None;
        }
        Some([Some(now.address()), now.named()].into_iter().flatten().collect())
    }

    /// The token of an invite that can still be printed.
    async fn invite_token(&self, asker: Asker, invite: u64) -> Answer<Option<String>> {
        let now = (self.wall)();
        let invites = self.store.read(asker, move |reader| reader.invites(now)).await?;
        Ok(invites.into_iter().find(|known| known.id.0 == invite).map(|invite| invite.token))
    }
}

/// `GET /poster`.
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    UrlQuery(asked): UrlQuery<PosterQuery>,
) -> Answer<Response> {
    let lang = asked.lang.unwrap_or_else(|| host::lang(&headers));
    let paper = match asked.paper {
        Some(PaperName::Letter) => Paper::Letter,
        Some(PaperName::A4) | None => Paper::A4,
    };
    let refuse = |status, why| Ok((status, unkept(poster::note(&app.box_name, why, lang))).into_response());
    let current = match CurrentSession::of(&app, &headers) {
        None => return Ok(Redirect::to("/sign-in").into_response()),
        Some(current) if current.user.role != BoxRole::Owner => {
            return refuse(StatusCode::FORBIDDEN, Refused::OwnerOnly);
        }
        Some(current) => current,
    };
    let token = match asked.invite {
        None => None,
        Some(invite) => match app.invite_token(current.asker(), invite).await? {
            None => return refuse(StatusCode::NOT_FOUND, Refused::NoInvite),
            token => token,
        },
    };
    let Some(door) = app.poster_doors().first().copied() else {
        return refuse(StatusCode::CONFLICT, Refused::Nowhere);
    };
    let poster = app.poster_at(door, token);
    let mut view = View { lang, paper, invite: asked.invite, outdated: false };
    match asked.stamp {
        // From here on its address says what it says: opened again, it can tell whether that is still true.
        None => {
            let there = format!("/poster{}&stamp={}", view.query(), poster.stamp());
            return Ok(([(CACHE_CONTROL, "no-store")], Redirect::to(&there)).into_response());
        }
        Some(stamp) => view.outdated = !poster.stamp().is(&stamp),
    }
    let page = poster::page(&poster, view).ok_or_else(|| {
        log::error!("a poster does not fit its QR codes");
        ErrorCode::Internal
    })?;
    Ok(unkept(page).into_response())
}

/// `GET /poster/a4.css` and `/poster/letter.css`.
pub(super) async fn style(Path(file): Path<String>) -> Answer<impl IntoResponse> {
    let paper = [Paper::A4, Paper::Letter].into_iter().find(|paper| file == format!("{}.css", paper.name()));
    let style = poster::style(paper.ok_or(ErrorCode::NotFound)?);
    Ok(([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "no-cache")], style))
}

/// `GET /p/{stamp}`: the link on a poster.
pub(super) async fn follow(State(app): State<App>, headers: HeaderMap, Path(stamp): Path<String>) -> Answer<Response> {
    let Some(addresses) = app.moved_since(&stamp) else {
        return Ok(([(CACHE_CONTROL, "no-store")], Redirect::to("/")).into_response());
    };
    let for_owner = CurrentSession::of(&app, &headers).is_some_and(|current| current.user.role == BoxRole::Owner);
    let old = OldPoster { addresses: &addresses, for_owner };
    Ok(unkept(poster::notice(&app.box_name, &old, host::lang(&headers))).into_response())
}

/// A page that is true for the moment, and may hold the Wi-Fi's key.
fn unkept(page: String) -> impl IntoResponse {
    ([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Html(page))
}
