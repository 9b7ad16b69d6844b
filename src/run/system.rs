//! What porch asks of the system it runs on: file descriptors, signals, and systemd's ear.

use std::io;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::proto::limits::{CONNECTIONS_MAX, OPEN_FILES_MAX, OTHER_FILES_MAX, SOCKETS_MAX};

/// Raises the limit on open files as far as allowed and useful.
pub(super) fn raise_open_files() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(OPEN_FILES_MAX, |maximum| maximum.min(OPEN_FILES_MAX));
    if current.is_none_or(|current| current >= wanted) {
        return;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }) {
        Ok(()) => log::debug!("up to {wanted} open files"),
        Err(error) => log::warn!("the limit on open files stays at {current:?}: {error}"),
    }
}

/// The sockets that may be open at once: as many as there is use for, and no more than the system allows beside the
/// store's files. One too many could be neither taken nor refused.
pub(super) fn sockets_max() -> usize {
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(OPEN_FILES_MAX);
    let beside = allowed.saturating_sub(OTHER_FILES_MAX).max(allowed / 2);
    usize::try_from(beside).unwrap_or(SOCKETS_MAX).min(SOCKETS_MAX)
}

/// The WebSockets among them: where the system allows fewer sockets, everything else keeps its part.
pub(super) fn connections_max() -> usize {
    sockets_max() * CONNECTIONS_MAX / SOCKETS_MAX
}

/// The signals by which porch is asked to stop. They are heard from the moment this is made.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for SIGTERM or SIGINT.
    pub(super) async fn asked_to_stop(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Tells systemd, where it listens.
pub(super) fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        log::warn!("systemd cannot be told: {error}");
    }
}

/// Tells systemd's watchdog, at half its interval, that the runtime still turns. Ends at once where there is none.
pub(super) async fn keep_watchdog_content() {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    // Below a millisecond nothing could be kept.
    let mut ticks = tokio::time::interval((limit / 2).max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        notify(NotifyState::Watchdog);
    }
}
