//! Heard marks: who has heard a voice message.
//!
//! Only its author is told who has, and each listener which of others' they have heard themselves. That is what they are for,
//! and it costs each mark two people's connections and not a room's.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::id::{Seq, UserId};
use super::limits::HEARD_ASKED_MAX;

/// Who has heard one voice message, as far as the asker is told.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HeardBy {
    pub message: Seq,
    /// Of one's own: at most [`HEARD_BY_MAX`](super::limits::HEARD_BY_MAX) people, by id. Of others': oneself.
    pub by: Vec<UserId>,
}

/// The answer to a question for heard marks: messages that nobody has heard are not in it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HeardMarks {
    pub heard: Vec<HeardBy>,
}

/// The messages that are asked for, each once: ids with commas between, at most [`HEARD_ASKED_MAX`].
pub fn parse_asked(ids: &str) -> Option<Vec<Seq>> {
    let asked = ids.split(',').take(HEARD_ASKED_MAX + 1).map(|id| serde_json::from_str(id).ok());
    let mut asked: Vec<Seq> = asked.collect::<Option<_>>()?;
    if asked.len() > HEARD_ASKED_MAX {
        return None;
    }
    let mut seen = HashSet::new();
    asked.retain(|id| seen.insert(*id));
    Some(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_has_an_end_and_is_ids_alone() {
        assert_eq!(parse_asked("7"), Some(vec![Seq(7)]));
        assert_eq!(parse_asked("7,42"), Some(vec![Seq(7), Seq(42)]));
        assert_eq!(parse_asked("42,7,42,7,7"), Some(vec![Seq(42), Seq(7)]), "each once");
        let many = |count| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(parse_asked(&many(HEARD_ASKED_MAX)).map(|ids| ids.len()), Some(HEARD_ASKED_MAX));
        for wrong in
            [many(HEARD_ASKED_MAX + 1), String::new(), "x".into(), "1,".into(), "-1".into(), "9007199254740992".into()]
        {
            assert_eq!(parse_asked(&wrong), None, "{wrong}");
        }
    }
}
