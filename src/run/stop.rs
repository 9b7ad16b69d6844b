//! Shutting down: one deadline over all, and the commit of what waits before anything that may hang.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::proto::limits::{SHUTDOWN_WAIT, STORE_CLOSE_WAIT};

/// When porch has ended, whatever still hangs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// For what begins now.
    pub(super) fn from_now() -> Self {
        Self(Instant::now() + SHUTDOWN_WAIT)
    }

    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Tells the network and the clients that porch goes, both at once, and leaves the store its time.
    pub(super) async fn farewell(self, network: impl Future<Output = ()>, clients: impl Future<Output = ()>) {
        let told = async { tokio::join!(network, clients) };
        if timeout_at(self.0 - STORE_CLOSE_WAIT, told).await.is_err() {
            log::warn!("some connections did not end in time");
        }
    }

    /// What comes before the deadline.
    pub(super) async fn until<T>(self, happening: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.0, happening).await.ok()
    }

    /// Does what blocks on a thread of its own, and does not wait for it longer. Not one of the runtime's threads: all
    /// of those may hang on the same disk.
    pub(super) fn block(self, what: &str, work: impl FnOnce() + Send + 'static) {
        let (tell, told) = mpsc::channel();
        let begun = thread::Builder::new().name("stop".into()).spawn(move || {
            work();
            // An error says that nobody waits any more.
            let _ = tell.send(());
        });
        if begun.is_err() || told.recv_timeout(self.left()).is_err() {
            log::error!("{what} did not end in time");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_network_that_hangs_keeps_no_client_from_hearing_and_no_time_from_the_store() {
        let deadline = Deadline::from_now();
        let mut heard = false;
        deadline.farewell(pending(), async { heard = true }).await;
        assert!(heard);
        assert_eq!(deadline.left(), STORE_CLOSE_WAIT);
    }

    #[tokio::test(start_paused = true)]
    async fn clients_that_do_not_answer_keep_no_time_from_the_store() {
        let deadline = Deadline::from_now();
        deadline.farewell(async {}, pending()).await;
        assert_eq!(deadline.left(), STORE_CLOSE_WAIT);
        assert_eq!(deadline.until(pending::<()>()).await, None);
        assert_eq!(deadline.left(), Duration::ZERO, "that was all of it");
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_heard_is_not_waited_for() {
        let deadline = Deadline::from_now();
        deadline.farewell(async {}, async {}).await;
        assert_eq!(deadline.left(), SHUTDOWN_WAIT);
    }

    #[test]
    fn a_disk_that_hangs_is_not_waited_for_longer_and_one_that_works_is_waited_for() {
        let (hold, held) = mpsc::channel::<()>();
        let soon = Deadline(Instant::now() + Duration::from_millis(50));
        soon.block("a test", move || {
            let _ = held.recv();
        });
        assert_eq!(soon.left(), Duration::ZERO);
        drop(hold);
        let done = Arc::new(AtomicBool::new(false));
        let deadline = Deadline::from_now();
        deadline.block("a test", {
            let done = done.clone();
            move || done.store(true, Ordering::Release)
        });
        assert!(done.load(Ordering::Acquire));
    }
}
