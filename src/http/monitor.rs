//! What pages tell of themselves, and what the owner is shown of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use tokio::time::sleep;

use crate::fair::Asker;
use crate::monitor::{Monitor, Sender};
use crate::proto::limits::MONITOR_KEPT_INTERVAL;
use crate::proto::monitor::{Beacon, Monitored};
use crate::proto::op::{MonitorOp, Needs, Op};

use super::App;
use super::current_session::CurrentSession;
use super::device;
use super::extract::Json;
use super::held::Asking;
use super::refusal::Answer;

/// The monitor, and whose turn it is to bring the database in step with it.
pub(super) struct MonitorKeeper {
    monitor: Mutex<Monitor>,
    /// Held from taking the changes until the database has them: what is cleared meanwhile would come back.
    in_step: tokio::sync::Mutex<()>,
}

impl MonitorKeeper {
    pub(super) fn new(monitor: Monitor) -> Self {
        Self { monitor: Mutex::new(monitor), in_step: tokio::sync::Mutex::default() }
    }

    /// Whole even where a thread panicked while holding it: at worst a count is missing.
    fn lock(&self) -> MutexGuard<'_, Monitor> {
        self.monitor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `POST /api/monitor`: from pages where somebody is signed in, and from others.
pub(super) async fn take(
    State(app): State<App>,
    asking: Asking,
    headers: HeaderMap,
    Json(beacon): Json<Beacon>,
) -> Answer<StatusCode> {
    let (now, network) = ((app.wall)(), asking.network);
    let user = match asking.asker {
        Asker::Person(user) => Some(user),
        Asker::Box | Asker::Network(_) => None,
    };
    app.rates().beacon(user, network, now)?;
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let device = device::known_label(user_agent.unwrap_or_default());
    app.monitor.lock().take(beacon, &Sender { device, network }, now);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/monitor`.
pub(super) async fn show(State(app): State<App>, current: CurrentSession) -> Answer<JsonAnswer<Monitored>> {
    current.owner_only()?;
    let shown = app.monitor.lock().shown((app.wall)());
    Ok(JsonAnswer(shown))
}

/// `DELETE /api/monitor`.
pub(super) async fn clear(State(app): State<App>, current: CurrentSession) -> Answer<StatusCode> {
    current.owner_only()?;
    let _in_step = app.monitor.in_step.lock().await;
    app.apply_for(&current, Needs::Owner, Op::Monitor(MonitorOp::Clear)).await?;
    app.monitor.lock().clear();
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// Writes down what pages tell, now and then, for as long as porch runs.
    pub async fn keep_monitored(self) {
        loop {
            sleep(MONITOR_KEPT_INTERVAL).await;
            self.write_monitored().await;
        }
    }

    /// Brings the database in step with what pages have told. What it does not take is tried the next time.
    pub async fn write_monitored(&self) {
        let _in_step = self.monitor.in_step.lock().await;
        let Some(changes) = self.monitor.lock().changes((self.wall)()) else { return };
        if let Err(error) = self.store.apply(Op::Monitor(MonitorOp::Keep(changes.clone()))).await {
            log::warn!("what pages told of themselves is not written down yet: {error:?}");
            self.monitor.lock().put_back(changes);
        }
    }
}
