-- A one-time code by which somebody sets a new password: what it is checked against, as a password is; empty: none.
ALTER TABLE users ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN code_ends_at INTEGER;

-- Why sessions have ended, of the latest that did: whoever comes back with one is told so.
CREATE TABLE session_ends (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    why TEXT NOT NULL
) STRICT;
