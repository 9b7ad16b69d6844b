//! What porch asks of the system it runs on: file descriptors, signals, and systemd's ear.

use std::io;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};

use crate::proto::limits::OPEN_FILES_MAX;

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

/// Waits for SIGTERM or SIGINT.
pub(super) async fn asked_to_stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
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
