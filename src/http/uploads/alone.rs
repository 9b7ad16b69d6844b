//! One at a time for each upload: what two requests ask of it at once is not done twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Held, MutexGuard, PoisonError};

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::proto::blob::UploadId;

/// See the module's text. Clones are the same. As many wait as have a connection.
#[derive(Clone, Default)]
pub(super) struct Alone(Arc<Held<HashMap<UploadId, Arc<Mutex<()>>>>>);

/// The only one at its upload, until it is dropped.
pub(super) struct OnlyOne {
    id: UploadId,
    uploads: Alone,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Alone {
    /// Waits until nobody else is at this upload.
    pub(super) async fn enter(&self, id: UploadId) -> OnlyOne {
        let turns = self.lock().entry(id).or_default().clone();
        let mut only = OnlyOne { id, uploads: self.clone(), turn: None };
        only.turn = Some(turns.lock_owned().await);
        only
    }

    /// Held for a few moves in which nothing panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OnlyOne {
    fn drop(&mut self) {
        self.turn = None;
        let mut uploads = self.uploads.lock();
        // Nobody waits, and nobody can come meanwhile.
        if uploads.get(&self.id).is_some_and(|turns| Arc::strong_count(turns) == 1) {
            uploads.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn there_is_one_at_each_upload_and_nothing_is_left_of_those_who_went() {
        let alone = Alone::default();
        let [first, other] = [1, 2].map(|n| format!("{n:032x}").parse().unwrap());
        let one = alone.enter(first).await;
        let elsewhere = alone.enter(other).await;
        let mut waiting = Box::pin(alone.enter(first));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(alone.enter(first).now_or_never().is_none(), "who gives up takes no turn");
        drop(one);
        let second = waiting.await;
        drop((second, elsewhere));
        assert!(alone.lock().is_empty());
        // Who waits gives up after the one who was there has gone.
        let one = alone.enter(first).await;
        let mut waiting = Box::pin(alone.enter(first));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(one);
        drop(waiting);
        assert!(alone.lock().is_empty());
    }
}
