//! Reading: whose turn it is, and what a search may cost.

use std::time::Duration;

/// Look-ups at once, each with a connection of its own to the database: more would only queue for the same two or four
/// cores.
pub const READS_AT_ONCE_MAX: usize = 2;
/// Look-ups of one asker at once: leaves one for others while a slow disk takes its time.
pub const READS_OF_ONE_AT_ONCE_MAX: usize = 1;
/// Look-ups of one asker that wait; beyond it `busy`. A class that joins from behind one address fits.
pub const READS_OF_ONE_WAITING_MAX: usize = 512;
/// Look-ups that wait in all: about what the sockets allow. What each holds is its request.
pub const READS_WAITING_MAX: usize = 4_096;
/// Searches at once, beside the look-ups: each may take a core for [`SEARCH_COST_MAX`], and the chat needs one too.
pub const SEARCHES_AT_ONCE_MAX: usize = 2;
/// Searches of one person at once.
pub const SEARCHES_OF_ONE_AT_ONCE_MAX: usize = 1;
/// How many times as long as a search took its person rests before the next: some milliseconds, which nobody sees who types,
/// and which leave the others most of the time.
pub const SEARCH_REST_TIMES: u32 = 2;
/// The longest rest, after a search that had to wait for the disk.
pub const SEARCH_REST_MAX: Duration = Duration::from_millis(50);
/// Searches of one person that wait; beyond it `busy`. The page asks for one after the other.
pub const SEARCHES_OF_ONE_WAITING_MAX: usize = 16;
/// Searches that wait in all: everyone of a large class at once.
pub const SEARCHES_WAITING_MAX: usize = 512;
/// What one call of a search may cost before it answers with what it has and a `next`, in units of about a microsecond
/// on a PC. It is counted, not timed, by what is read of the asker's rooms and of nothing else; the last step, a block
/// of the index or a message, may go beyond it by [`SEARCH_STEP_COST_MAX`]. A slow PC takes 3.5 microseconds for one.
pub const SEARCH_COST_MAX: u32 = 10_000;
/// See [`SEARCH_COST_MAX`]. The largest is a message of 8,000 letters with ten pictures, of which as much is said as may be,
/// in which a phrase of 200 letters begins everywhere and stands nowhere.
pub const SEARCH_STEP_COST_MAX: u32 = 24_000;
/// Units for finding a row.
pub const SEARCH_ROW_COST: u32 = 4;
/// Bytes of the index that are read for one more unit.
pub const SEARCH_UNIT_BYTES: usize = 256;
/// Units for reading a message and comparing it, if it is short.
pub const SEARCH_MESSAGE_COST: u32 = 8;
/// Bytes of a message that are cut into words for one more unit.
pub const SEARCH_MESSAGE_UNIT_BYTES: usize = 64;
/// Words that are compared with words of a message for one more unit.
pub const SEARCH_COMPARED_UNIT: u64 = 128;
/// Names that are compared with a name in the query for one more unit.
pub const SEARCH_NAMES_UNIT: u32 = 4;
/// Rooms whose hits are put in order together: each costs a row, whatever is sought. The hits of a person who is in
/// more rooms come by so many rooms at a time.
pub const SEARCH_ROOMS_AT_ONCE: usize = 1_000;
/// Messages edited since the index was written that a search reads beside it, the latest: it is written within some seconds.
pub const SEARCH_EDITED_MAX: u32 = 1_000;
/// Highlighted places in one hit: nobody looks at more.
pub const SEARCH_MARKS_MAX: usize = 100;
