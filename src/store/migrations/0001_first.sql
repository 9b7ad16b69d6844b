-- What the owner decides, and a mark that tells this database from any other (the search index names it).
CREATE TABLE settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    mark BLOB NOT NULL,
    registration_open INTEGER NOT NULL,
    several_devices INTEGER NOT NULL
) STRICT;
INSERT INTO settings VALUES (1, randomblob(16), 1, 0);

-- A deleted account keeps its row, so that its id is never given again; its name, key and password are gone.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT UNIQUE,
    password TEXT NOT NULL,
    owner INTEGER NOT NULL,
    picture INTEGER NOT NULL,
    pictures_made INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user INTEGER NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    device TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user, id);

CREATE TABLE pictures (
    user INTEGER NOT NULL,
    edge INTEGER NOT NULL,
    jpeg BLOB NOT NULL,
    UNIQUE (user, edge)
) STRICT;

-- low and high: the two people of a direct room.
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('closed', 'direct', 'everyone', 'open')),
    name TEXT NOT NULL,
    archived INTEGER NOT NULL,
    made_by INTEGER,
    low INTEGER,
    high INTEGER,
    CHECK ((kind = 'direct') = (low IS NOT NULL AND high IS NOT NULL AND low < high))
) STRICT;
CREATE UNIQUE INDEX rooms_direct ON rooms (low, high) WHERE low IS NOT NULL;
CREATE INDEX rooms_by_maker ON rooms (made_by) WHERE made_by IS NOT NULL;
INSERT INTO rooms VALUES (1, 'everyone', '', 0, NULL, NULL, NULL);

CREATE TABLE members (
    user INTEGER NOT NULL,
    room INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    read_n INTEGER NOT NULL,
    PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_room ON members (room);

-- id: the event's place in the order of all events. n: 1, 2, 3 … within the room.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    n INTEGER NOT NULL,
    author INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    deleted_at INTEGER,
    client_msg_id TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
-- In this order because clients begin the id with the time: all authors' inserts then meet on one page.
CREATE UNIQUE INDEX messages_once ON messages (client_msg_id, author);

-- The messages of each room, up to the one that filing names; newer ones are entered later, many at once.
CREATE TABLE filed (
    room INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (room, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE filing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    upto INTEGER NOT NULL
) STRICT;
INSERT INTO filing VALUES (1, 0);

-- Events that are not messages; seq is of the same order as messages.id. message: which one was deleted.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('deleted')),
    message INTEGER NOT NULL
) STRICT;
CREATE INDEX changes_by_room ON changes (room, seq);

-- The first message of each stretch of messages of one UTC day (days since 1970), so that a search by date finds its
-- messages without an index over all of them, also when the box's clock has jumped.
CREATE TABLE days (
    first INTEGER PRIMARY KEY,
    day INTEGER NOT NULL
) STRICT;
