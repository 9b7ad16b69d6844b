-- Guests: accounts that came by an invite, may stay for a time, and see only rooms that are open to them. ends_at: when
-- the stay ends. Once it has, name_key is gone (the name is free) and the name stays for what the guest wrote.
-- An account without a password has an empty one, which no hash is.
ALTER TABLE users ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN ends_at INTEGER;
CREATE INDEX users_by_end ON users (ends_at) WHERE ends_at IS NOT NULL;

ALTER TABLE rooms ADD COLUMN guests INTEGER NOT NULL DEFAULT 0;

ALTER TABLE settings ADD COLUMN guests INTEGER NOT NULL DEFAULT 1;
ALTER TABLE settings ADD COLUMN wifi_name TEXT NOT NULL DEFAULT '';
ALTER TABLE settings ADD COLUMN wifi_key TEXT NOT NULL DEFAULT '';
ALTER TABLE settings ADD COLUMN wifi_hidden INTEGER NOT NULL DEFAULT 0;

-- Ways in. The token is kept readable, unlike a session's: the owner prints it again and again, it lets its holder join
-- and do nothing else, and it is withdrawn with one click. It is looked up by its hash, so that the time a look-up takes
-- tells nothing of the tokens there are.
CREATE TABLE invites (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    guest INTEGER NOT NULL,
    once INTEGER NOT NULL,
    ends_at INTEGER,
    stay_s INTEGER,
    note TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    joined_at INTEGER
) STRICT;

CREATE TABLE invite_rooms (
    invite INTEGER NOT NULL,
    room INTEGER NOT NULL,
    PRIMARY KEY (invite, room)
) STRICT, WITHOUT ROWID;
