-- What happened in rooms beside messages being written; seq is of the same order as messages.id. message: to which it
-- happened. by: who did it; none where porch did, and for what happened before this layout.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message INTEGER NOT NULL,
    by INTEGER
) STRICT;
INSERT INTO events SELECT seq, room, kind, message, NULL FROM changes;
DROP TABLE changes;
CREATE INDEX events_deleted ON events (room, seq) WHERE kind = 'deleted';

-- The newest event that changed the message; none where none has.
ALTER TABLE messages ADD COLUMN rev INTEGER;
UPDATE messages SET rev = events.seq FROM events WHERE events.message = messages.id;
