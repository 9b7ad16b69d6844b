-- What pages tell of themselves: errors and times, by day (days since 1970, UTC). Ids are the monitor's own. stack: places
-- in scripts, a line each, the nearest first. loads and interactions: counts by steps of time (proto/histogram.rs), as JSON.
CREATE TABLE page_errors (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    stack TEXT NOT NULL,
    version TEXT NOT NULL,
    device TEXT NOT NULL,
    screen TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT;

CREATE TABLE page_times (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    device TEXT NOT NULL,
    loads TEXT NOT NULL,
    interactions TEXT NOT NULL,
    long_tasks INTEGER NOT NULL,
    longest_ms INTEGER NOT NULL,
    lost INTEGER NOT NULL
) STRICT;
