-- A direct room may be somebody's own: low and high are the same person then. What a table checks is changed by making it anew.
CREATE TABLE rooms_anew (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('closed', 'direct', 'everyone', 'open')),
    name TEXT NOT NULL,
    archived INTEGER NOT NULL,
    made_by INTEGER,
    low INTEGER,
    high INTEGER,
    guests INTEGER NOT NULL DEFAULT 0,
    erased_upto INTEGER,
    CHECK ((kind = 'direct') = (low IS NOT NULL AND high IS NOT NULL AND low <= high))
) STRICT;
INSERT INTO rooms_anew (id, kind, name, archived, made_by, low, high, guests, erased_upto)
SELECT id, kind, name, archived, made_by, low, high, guests, erased_upto FROM rooms;
DROP TABLE rooms;
ALTER TABLE rooms_anew RENAME TO rooms;
CREATE UNIQUE INDEX rooms_direct ON rooms (low, high) WHERE low IS NOT NULL;
CREATE INDEX rooms_by_maker ON rooms (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX rooms_removed ON rooms (id) WHERE erased_upto IS NOT NULL;
